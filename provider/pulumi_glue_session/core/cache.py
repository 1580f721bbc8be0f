"""Answers reads of single sessions, and shares list pages between reads that come together, as in a refresh.

A read by itself is a GetSession. When several sessions are read within two seconds, pages of ListSessions are read as
far as they take fewer calls, and answer all reads as long as they are fresh. Only GetSession decides that a session
does not exist.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

from pulumi_glue_session.core.concurrency import await_in_thread
from pulumi_glue_session.core.errors import GlueSessionError, LookFailed
from pulumi_glue_session.core.listing import ListingPolicy
from pulumi_glue_session.core.session import Session
from pulumi_glue_session.core.source import FRESH_SECONDS, Page, Reading, SessionSource


class SessionCache:
    """Reads single sessions of one source. Safe to use from several threads."""

    def __init__(self, source: SessionSource, *, now: Callable[[], float] = time.monotonic) -> None:
        """`now` returns monotonic seconds, on the same clock as the source."""
        self._source = source
        self._now = now
        self._policy = ListingPolicy(now)
        self._changed = threading.Condition()
        self._recent: dict[str, float] = {}
        """Time of the last read of each session, for the reads of the last FRESH_SECONDS."""
        self._list = _List(iter(()), started=float("-inf"))
        self._is_reading_page = False

    def get(self, session_id: str) -> Session:
        """The session. Raises SessionNotFound, or LookFailed if Glue could not be read."""
        return self.read(session_id).session()

    def read(self, session_id: str) -> Reading:
        """The session or the error that its read ended with. A reading from a list is at most FRESH_SECONDS old."""
        listed = self._find_in_list(session_id)
        if listed is not None:
            return listed
        requested_at = self._now()
        try:
            return Reading(answer=self._source.get(session_id), requested_at=requested_at)
        except GlueSessionError as error:
            return Reading(answer=error, requested_at=requested_at)

    async def read_async(self, session_id: str) -> Reading:
        """As `read`, on an event loop. A session of a fresh list needs no thread."""
        with self._changed:
            listed = self._list.readings.get(session_id)
            if listed is not None and self._is_fresh(listed.requested_at):
                self._remember(session_id)
                return listed
        return await await_in_thread(lambda: self.read(session_id))

    def _find_in_list(self, session_id: str) -> Reading | None:
        with self._changed:
            self._remember(session_id)
            if not self._is_reading_page and not self._is_fresh(self._list.started) and self._max_pages():
                self._list = _List(self._source.pages(), started=self._now())
            current = self._list
            while True:
                reading = current.readings.get(session_id)
                if reading is not None and self._is_fresh(reading.requested_at):
                    return reading
                if reading is not None or current.is_complete or not self._is_fresh(current.started):
                    return None
                if self._is_reading_page:
                    self._changed.wait()
                elif current.pages_read < self._max_pages():
                    self._read_page(current)
                else:
                    return None

    def _read_page(self, current: _List) -> None:
        self._is_reading_page = True
        self._changed.release()
        error: LookFailed | None = None
        page: Page | None = None
        try:
            page = next(current.pages, None)
        except LookFailed as failure:
            error = failure
        finally:
            self._changed.acquire()
            self._is_reading_page = False
            self._changed.notify_all()
        if page is None:
            current.is_complete = True
        else:
            current.pages_read += 1
            current.readings |= {
                name: Reading(answer=session, requested_at=page.requested_at) for name, session in page.sessions.items()
            }
        if error is not None:
            self._policy.close(error)
        else:
            self._policy.learn(pages=current.pages_read, complete=page is None)

    def _remember(self, session_id: str) -> None:
        now = self._now()
        self._recent = {name: at for name, at in self._recent.items() if now - at < FRESH_SECONDS} | {session_id: now}

    def _max_pages(self) -> int:
        return self._policy.max_pages(len(self._recent))

    def _is_fresh(self, moment: float) -> bool:
        return self._now() - moment < FRESH_SECONDS


class _List:
    """Pages of one list, read as far as they are needed."""

    def __init__(self, pages: Iterator[Page], *, started: float) -> None:
        self.pages = pages
        self.started = started
        self.pages_read = 0
        self.readings: dict[str, Reading] = {}
        self.is_complete = False
