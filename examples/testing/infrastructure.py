"""A session to wait for, and a nightly job that uses its role and Glue version."""

from dataclasses import dataclass

import pulumi
from pulumi_glue_session import GlueSession, SessionNotFound, get_session


@dataclass(frozen=True)
class Nightly:
    """Resources of the deployment."""

    session: GlueSession
    job: pulumi.Stash


def session_id_for(stack: str) -> str:
    """Return the ID of the stack's own session, or that of the shared one if the stack does not have its own."""
    try:
        return get_session(f"analytics-{stack}").session_id
    except SessionNotFound:
        return "analytics-shared"


def deploy(session_id: pulumi.Input[str]) -> Nightly:
    """Deploy the job once the session is READY."""
    session = GlueSession("analytics", session_id=session_id, wait_for="READY", timeout="10m")
    # Placeholder for your own resources. An aws.glue.Job takes the same values under its own names.
    settings = {"role": session.role, "glue_version": session.glue_version, "arguments": session.default_arguments}
    return Nightly(session, job=pulumi.Stash("nightly-job", input=settings))
