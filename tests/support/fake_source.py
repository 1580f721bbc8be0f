"""Sources of sessions in memory, for unit tests. They keep every call."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import accumulate

from pulumi_glue_session.core.errors import GlueSessionError, SessionNotFound
from pulumi_glue_session.core.filter import SessionFilter
from pulumi_glue_session.core.session import Session
from pulumi_glue_session.core.source import Deliver, Page, Reading
from support.clock import FakeClock

Answer = Session | GlueSessionError
Life = Callable[[float], Answer]
"""Answer of a read at a moment of the clock."""


def always(answer: Answer) -> Life:
    """The same answer at all times."""
    return lambda _now: answer


def then(*answers: *tuple[*tuple[tuple[Answer, float], ...], Answer]) -> Life:
    """Each answer for its seconds, then the last one: `then((PROVISIONING, 8.0), READY)`."""
    *timed, last = answers
    ends = list(accumulate(seconds for _, seconds in timed))
    in_order = [*(answer for answer, _ in timed), last]
    return lambda now: in_order[bisect_right(ends, now)]


class FakeSource:
    """Implements `SessionSource` with sessions that stay as they are."""

    region = "eu-west-1"
    console = ""
    throttled_at = -math.inf

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
        self, session_ids: Sequence[str], deliver: Deliver, *, note: Callable[[str], None] = lambda _: None
    ) -> None:
        """Each session in turn."""
        del note
        for session_id in session_ids:
            deliver(session_id, Reading(answer=self.sessions[session_id], requested_at=0.0))

    def pages(self) -> Iterator[Page]:
        """One page with all sessions."""
        yield Page(sessions=self.sessions, requested_at=0.0)

    def list(self, session_filter: SessionFilter) -> Mapping[str, Session]:
        """All sessions that match; the call is kept by its filter."""
        self.calls.append(session_filter)
        return session_filter.apply(self.sessions)

    def with_role_arn(self, session: Session) -> Session:
        """The session as it is."""
        return session

    def system_logs(self, session_id: str) -> Sequence[str]:
        """Not used."""
        raise NotImplementedError


class ScriptedSource(FakeSource):
    """Sessions with a life over time. Keeps when it was asked for which sessions."""

    def __init__(
        self,
        clock: FakeClock,
        lives: Mapping[str, Life],
        *,
        latency: float = 0.0,
        latencies: Mapping[str, float] | None = None,
    ) -> None:
        """`latency` is the time of a read; `latencies` are those of single sessions."""
        super().__init__()
        self.clock, self.lives = clock, lives
        self.latency, self._latencies = latency, latencies or {}
        self.reads: list[tuple[float, list[str]]] = []

    @property
    def moments(self) -> list[float]:
        """Times of the reads, in tenths of a second."""
        return [round(now, 1) for now, _ in self.reads]

    def get_many(
        self, session_ids: Sequence[str], deliver: Deliver, *, note: Callable[[str], None] = lambda _: None
    ) -> None:
        """Each session when its latency is over, as it was at the request."""
        del note
        now = self.clock.monotonic()
        self.reads.append((now, [*session_ids]))
        for session_id in sorted(session_ids, key=self._latency_of):
            pause = now + self._latency_of(session_id) - self.clock.monotonic()
            if pause > 0:
                self.clock.sleep_in_thread(pause)
            deliver(session_id, Reading(answer=self.lives[session_id](now), requested_at=now))

    def _latency_of(self, session_id: str) -> float:
        return self._latencies.get(session_id, self.latency)
