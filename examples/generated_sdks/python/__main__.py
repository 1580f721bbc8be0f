"""Wait for a Glue session and read it with a generated SDK."""

import pulumi
import pulumi_glue_session_plugin as glue

session_id = pulumi.Config().require("sessionId")

session = glue.Session(
    "analytics",
    session_id=session_id,
    wait_for=[glue.SessionStatus.READY],
    timeout="10m",
    expect={"glueVersion": {"atLeast": "5.0"}},
)

pulumi.export("status", session.status)
pulumi.export("role", session.role)
pulumi.export("idleTimeout", glue.get_session_output(session_id=session_id).idle_timeout)
