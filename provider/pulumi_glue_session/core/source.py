"""The interface through which `core` reads sessions. `aws.sessions.GlueSessions` implements it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from pulumi_glue_session.core.errors import GlueSessionError
from pulumi_glue_session.core.filter import SessionFilter
from pulumi_glue_session.core.session import Session

FRESH_SECONDS = 2.0
"""Age up to which a list page may answer a read. The age counts from the request, not from the answer."""


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A session, or the error that its read ended with, and when the request was sent (monotonic seconds)."""

    answer: Session | GlueSessionError
    requested_at: float

    def session(self) -> Session:
        """The session. Raises the error."""
        if isinstance(self.answer, GlueSessionError):
            raise self.answer
        return self.answer


@dataclass(frozen=True, kw_only=True)
class Page:
    """Sessions of a list page, and when its request was sent (monotonic seconds). Unreadable sessions are left out."""

    sessions: Mapping[str, Session]
    requested_at: float


Deliver = Callable[[str, Reading], None]
"""Receives the id and the reading of a session."""


class SessionSource(Protocol):
    """Reads sessions of one account and region. Safe to use from several threads."""

    @property
    def region(self) -> str:
        """Region of the sessions; empty until it is known."""
        ...

    @property
    def console(self) -> str:
        """Address of the AWS console of this region; empty if it is not known, as with an endpoint outside of AWS."""
        ...

    @property
    def throttled_at(self) -> float:
        """When Glue last throttled a request (monotonic seconds); -inf if it never did."""
        ...

    def get(self, session_id: str) -> Session:
        """One session, read now. Raises SessionNotFound, or LookFailed if Glue could not be read."""
        ...

    def get_many(self, session_ids: Sequence[str], deliver: Deliver, *, note: Callable[[str], None] = ...) -> None:
        """Read each of `session_ids` and deliver it as soon as it is known, from any thread; return after the last.

        A reading from a list page is not older than FRESH_SECONDS when it is delivered.
        `note` receives lines for a debug log.
        """
        ...

    def pages(self) -> Iterator[Page]:
        """Pages of all sessions. Raises LookFailed if a page could not be read within FRESH_SECONDS."""
        ...

    def list(self, session_filter: SessionFilter) -> Mapping[str, Session]:
        """All sessions that match, newest first. Raises LookFailed if Glue could not be read."""
        ...

    def system_logs(self, session_id: str) -> Sequence[str]:
        """Last lines of the session's system logs, or one line that says why there are none. Raises LookFailed."""
        ...
