"""Record a session. drift.py checks it for drift."""

import pulumi
from pulumi_glue_session import GlueSession

session = GlueSession("analytics", session_id=pulumi.Config().get("session_id") or "analytics-prod", wait_for="READY")

pulumi.export("status", session.status)
