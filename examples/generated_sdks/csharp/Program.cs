using System.Collections.Generic;
using Pulumi;
using Glue = Pulumi.GlueSession;

return await Deployment.RunAsync(() =>
{
    var sessionId = new Config().Require("sessionId");

    var session = new Glue.Session("analytics", new()
    {
        SessionId = sessionId,
        WaitFor = { Glue.SessionStatus.READY },
        Timeout = "10m",
        Expect =
        {
            { "glueVersion", new Dictionary<string, object?> { ["atLeast"] = "5.0" } },
        },
    });
    var found = Glue.GetSession.Invoke(new() { SessionId = sessionId });

    return new Dictionary<string, object?>
    {
        ["status"] = session.Status,
        ["role"] = session.Role,
        ["idleTimeout"] = found.Apply(result => result.IdleTimeout),
    };
});
