using System.Collections.Generic;
using Pulumi;
using Glue = Pulumi.GlueSession;

return await Deployment.RunAsync(() =>
{
    var sessionId = new Config().Require("sessionId");

    var session = new Glue.Session("analytics", new()
    {
        SessionId = sessionId,
        Timeout = "10m",
    });
    var found = Glue.GetSession.Invoke(new() { SessionId = sessionId });

    return new Dictionary<string, object?>
    {
        ["status"] = session.Status,
        ["role"] = session.Role,
        ["idleTimeout"] = found.Apply(result => result.IdleTimeout),
    };
});
