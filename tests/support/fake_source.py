"""A source of sessions in memory, for unit tests. It keeps every call."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from pulumi_glue_session.core.errors import GlueSessionError, SessionNotFound
from pulumi_glue_session.core.filter import SessionFilter
from pulumi_glue_session.core.session import Session


class FakeSource:
    """Implements `SessionSource`."""

    region = "eu-west-1"

    def __init__(self, **sessions: Session) -> None:
        self.sessions = sessions
        self.calls: list[str | SessionFilter] = []

    def get(self, session_id: str) -> Session:
        """One session; the call is kept by its id."""
        self.calls.append(session_id)
        if session_id not in self.sessions:
            raise SessionNotFound(session_id, region=self.region)
        return self.sessions[session_id]

    def get_many(
        self, session_ids: Sequence[str], *, note: Callable[[str], None] = lambda _: None
    ) -> Mapping[str, Session | GlueSessionError]:
        """Not used."""
        raise NotImplementedError

    def list(self, session_filter: SessionFilter) -> Mapping[str, Session]:
        """All sessions that match; the call is kept by its filter."""
        self.calls.append(session_filter)
        return session_filter.apply(self.sessions)

    def system_logs(self, session_id: str) -> Sequence[str]:
        """Not used."""
        raise NotImplementedError
