"""Say what a session has to be like for this stack. The policy pack beside it says what holds for all stacks."""

import pulumi
from pulumi_glue_session import GlueSession

session = GlueSession(
    "analytics",
    session_id=pulumi.Config().get("session_id") or "analytics-prod",
    wait_for="READY",
    expect={"role": "GlueSession", "number_of_workers": {"at_least": 2}, "command": {"python_version": "3"}},
)

# Stands for whatever you deploy. It is never touched while the session is not as expected.
pulumi.Stash("nightly-job", input={"role": session.role, "glue_version": session.glue_version})

pulumi.export("glue_version", session.glue_version)
