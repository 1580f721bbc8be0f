"""Set the requirements for the session of this stack. The policy pack in `policy` has those for all stacks."""

import pulumi
from pulumi_glue_session import GlueSession

session = GlueSession(
    "analytics",
    session_id=pulumi.Config().get("session_id") or "analytics-prod",
    wait_for="READY",
    expect={"role": "GlueSession", "number_of_workers": {"at_least": 2}, "command": {"python_version": "3"}},
)

# Placeholder for your own resources. They are not touched unless the session meets the expectations.
pulumi.Stash("nightly-job", input={"role": session.role, "glue_version": session.glue_version})

pulumi.export("glue_version", session.glue_version)
