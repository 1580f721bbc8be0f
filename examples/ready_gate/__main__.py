"""Hold a deployment back until a Glue interactive session is READY."""

import pulumi
from pulumi_glue_session import GlueSession

session = GlueSession(
    "analytics",
    session_id=pulumi.Config().get("session_id") or "analytics-prod",
    wait_for="READY",
    timeout="10m",
)

# Placeholder for your own resources. An aws.glue.Job takes the same two values as role_arn and glue_version.
pulumi.Stash("nightly-job", input={"role": session.role, "glue_version": session.glue_version})

pulumi.export("status", session.status)
pulumi.export("role", session.role)
pulumi.export("glue_version", session.glue_version)
