"""Reads that come together are answered together: a refresh of a hundred sessions is not a hundred calls.

Rules of this module: a read by itself is a GetSession. One that comes within two seconds of another session's shares a list with it, which
is as old at most when the read comes; what the list lacks is asked for by GetSession, so that only Glue's own word makes a session missing.
While reads go on, the next list is asked for before the last is too old, so that nobody waits for it. Time comes from a callable. Nothing
known of Pulumi or boto3. Safe to use from several threads.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from types import MappingProxyType

from pulumi_glue_session.core.concurrency import run_in_thread
from pulumi_glue_session.core.errors import AccessDenied, LookFailed
from pulumi_glue_session.core.filter import SessionFilter
from pulumi_glue_session.core.session import Session
from pulumi_glue_session.core.source import SessionSource

FRESH_SECONDS = 2.0
"""Age up to which a list counts as a live read: a status takes longer than this to be acted upon by anybody."""

_REFRESH_AFTER_SECONDS = FRESH_SECONDS / 2
"""Age from which the next list is asked for meanwhile: a list of a thousand sessions takes half a second at 50 ms a page."""

_NOTHING: Mapping[str, Session] = MappingProxyType({})


@dataclass(frozen=True)
class _List:
    """All sessions, or why they were not seen; and when."""

    at: float
    sessions: Mapping[str, Session] | LookFailed


class SessionCache:
    """Answers reads of single sessions for one caller."""

    def __init__(self, source: SessionSource, *, now: Callable[[], float] = time.monotonic) -> None:
        """`now` gives seconds since some moment."""
        self._source = source
        self._now = now
        self._lock = threading.Lock()
        self._last: tuple[str, float] = ("", float("-inf"))
        self._other_at = float("-inf")
        self._list = _List(float("-inf"), _NOTHING)
        self._coming: Future[None] | None = None
        self._may_list = True

    def get(self, session_id: str) -> Session:
        """Session as it is, or was at most `FRESH_SECONDS` ago. Raises SessionNotFound, or LookFailed when Glue was not seen."""
        with self._lock:
            now = self._now()
            if session_id != self._last[0]:
                self._other_at = self._last[1]
            self._last = session_id, now
            alone = now - self._other_at > FRESH_SECONDS
        listed = _NOTHING if alone else self._fresh_list(now)
        return listed[session_id] if session_id in listed else self._source.get(session_id)

    def _fresh_list(self, arrived_at: float) -> Mapping[str, Session]:
        """Sessions of a list that was fresh when the read came. Who waits for one shares its answer, or its failure."""
        while True:
            with self._lock:
                if not self._may_list:
                    return _NOTHING
                age = arrived_at - self._list.at
                if age > _REFRESH_AFTER_SECONDS and self._coming is None:
                    self._coming = run_in_thread(self._refresh_list)
                coming, sessions = self._coming, self._list.sessions
            if age <= FRESH_SECONDS:
                if isinstance(sessions, LookFailed):
                    raise sessions
                return sessions
            if coming:
                coming.result()

    def _refresh_list(self) -> None:
        """Ask for all sessions."""
        found, may_list = self._list, True
        try:
            at = self._now()
            found = _List(at, self._source.list(SessionFilter()))
        except AccessDenied:
            # Not to be asked for again; each session by itself may well be.
            may_list = False
        except LookFailed as error:
            # As old as its end: it may have taken a minute, and whoever comes next would wait as long again.
            found = _List(self._now(), error)
        finally:
            with self._lock:
                # A failure takes away no list that is still good.
                if not isinstance(found.sessions, LookFailed) or self._now() - self._list.at > FRESH_SECONDS:
                    self._list = found
                self._may_list, self._coming = may_list, None
