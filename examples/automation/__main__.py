"""The program that deploy.py deploys: a job that waits for a session."""

import pulumi
from pulumi_glue_session import GlueSession

session = GlueSession("analytics", session_id=pulumi.Config().require("session_id"), wait_for="READY", timeout="10m")

# Placeholder for your own resources.
pulumi.Stash("nightly-job", input={"role": session.role, "glue_version": session.glue_version})

pulumi.export("role", session.role)
