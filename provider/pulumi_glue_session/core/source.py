"""The interface through which `core` reads sessions. `aws.sessions.GlueSessions` implements it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from pulumi_glue_session.core.errors import GlueSessionError
from pulumi_glue_session.core.filter import SessionFilter
from pulumi_glue_session.core.session import Session


class SessionSource(Protocol):
    """Reads sessions of one account and region. Safe to use from several threads."""

    @property
    def region(self) -> str:
        """Region of the sessions; empty until it is known."""
        ...

    def get(self, session_id: str) -> Session:
        """One session, read now. Raises SessionNotFound, or LookFailed if Glue could not be read."""
        ...

    def get_many(
        self, session_ids: Sequence[str], *, note: Callable[[str], None] = ...
    ) -> Mapping[str, Session | GlueSessionError]:
        """Each of `session_ids`, or the error that its read ended with. `note` receives lines for a debug log."""
        ...

    def list(self, session_filter: SessionFilter) -> Mapping[str, Session]:
        """All sessions that match, newest first. Raises LookFailed if Glue could not be read."""
        ...

    def system_logs(self, session_id: str) -> Sequence[str]:
        """Last lines of the session's system logs. Raises LookFailed if Glue refuses."""
        ...
