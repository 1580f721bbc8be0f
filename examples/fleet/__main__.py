"""Hold a deployment back until all sessions of a team are READY, and report on them."""

import pulumi
from pulumi_glue_session import GlueSession, get_sessions

team = pulumi.Config().get("team") or "etl"

# Leave out sessions that have ended. They can never become READY.
found = get_sessions(tags={"team": team}, statuses=["PROVISIONING", "READY"])
if not found.ids:
    raise pulumi.RunError(f"Team {team} has no Glue session that is READY or starting: start one, or correct the team.")

sessions = {
    session_id: GlueSession(session_id, session_id=session_id, wait_for="READY", timeout="15m")
    for session_id in found.ids
}

# Placeholder for a resource that needs all sessions.
pulumi.Stash(
    "nightly-run", input={"sessions": found.ids}, opts=pulumi.ResourceOptions(depends_on=list(sessions.values()))
)

pulumi.export(
    "report",
    {
        session_id: {
            "status": session.status,
            "glue_version": session.glue_version,
            "workers": session.number_of_workers,
            "role": session.role,
        }
        for session_id, session in sessions.items()
    },
)
pulumi.export("workers", pulumi.Output.all(*[session.number_of_workers for session in sessions.values()]).apply(sum))
