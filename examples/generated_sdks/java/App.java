package myproject;

import com.pulumi.Context;
import com.pulumi.Pulumi;
import com.pulumi.gluesession.GluesessionFunctions;
import com.pulumi.gluesession.Session;
import com.pulumi.gluesession.SessionArgs;
import com.pulumi.gluesession.inputs.GetSessionArgs;
import java.util.Map;

public class App {
    public static void main(String[] args) {
        Pulumi.run(App::stack);
    }

    private static void stack(Context ctx) {
        var sessionId = ctx.config().require("sessionId");

        var session = new Session("analytics", SessionArgs.builder()
            .sessionId(sessionId)
            .timeout("10m")
            .expect(Map.of("glueVersion", Map.of("atLeast", "5.0")))
            .build());
        var found = GluesessionFunctions.getSession(GetSessionArgs.builder()
            .sessionId(sessionId)
            .build());

        ctx.export("status", session.status());
        ctx.export("role", session.role());
        ctx.export("idleTimeout", found.applyValue(result -> result.idleTimeout()));
    }
}
