"""What deploy.py deploys: a job that waits for a session."""

import pulumi
from pulumi_glue_session import GlueSession

session = GlueSession("analytics", session_id=pulumi.Config().require("session_id"), wait_for="READY", timeout="10m")

# Stands for whatever you deploy.
pulumi.Stash("nightly-job", input={"role": session.role, "glue_version": session.glue_version})

pulumi.export("role", session.role)
