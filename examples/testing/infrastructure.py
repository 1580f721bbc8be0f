"""What is deployed: a session to wait for, and a nightly job that takes its role and its Glue version from it."""

from dataclasses import dataclass

import pulumi
from pulumi_glue_session import GlueSession, SessionNotFound, get_session


@dataclass(frozen=True)
class Nightly:
    """What the deployment consists of."""

    session: GlueSession
    job: pulumi.Stash


def session_id_for(stack: str) -> str:
    """Id of the session of the stack, or of the one that all stacks share where the stack has none."""
    try:
        return get_session(f"analytics-{stack}").session_id
    except SessionNotFound:
        return "analytics-shared"


def deploy(session_id: pulumi.Input[str]) -> Nightly:
    """Deploy the job once the session is READY."""
    session = GlueSession("analytics", session_id=session_id, wait_for="READY", timeout="10m")
    # Stands for whatever you deploy. An aws.glue.Job takes the same values under its own names.
    settings = {"role": session.role, "glue_version": session.glue_version, "arguments": session.default_arguments}
    return Nightly(session, job=pulumi.Stash("nightly-job", input=settings))
