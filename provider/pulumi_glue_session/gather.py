"""Reads that come together are answered together: a refresh of a hundred sessions is not a hundred calls.

Rules of this module: a read by itself is a GetSession. One that comes within two seconds of another session's shares a list with it, which
is as old at most; what the list lacks is asked for by GetSession, so that only Glue's own word makes a session missing. Time comes from a
callable. Nothing known of Pulumi or boto3. Safe to use from several threads.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Protocol

from pulumi_glue_session.errors import AccessDenied, LookFailed
from pulumi_glue_session.selection import Selection
from pulumi_glue_session.session import Session

__all__ = ["FRESH_SECONDS", "Asks", "Gatherer"]

FRESH_SECONDS = 2.0
"""Age up to which a list counts as a live read: a status takes longer than this to be acted upon by anybody."""

_NOTHING: Mapping[str, Session] = MappingProxyType({})


class Asks(Protocol):
    """What a gatherer needs of a finder."""

    def find(self, session_id: str) -> Session:
        """One session, now."""
        ...

    def find_all(self, selection: Selection) -> Mapping[str, Session]:
        """Every session that the caller may see."""
        ...


class Gatherer:
    """Answers reads of single sessions for one caller."""

    def __init__(self, finder: Asks, *, now: Callable[[], float] = time.monotonic) -> None:
        """`now` gives seconds since some moment."""
        self._finder = finder
        self._now = now
        self._arriving = threading.Lock()
        self._last: tuple[str, float] = ("", float("-inf"))
        self._other_at = float("-inf")
        self._listing = threading.Lock()
        self._listed_at = float("-inf")
        self._listed: Mapping[str, Session] | LookFailed = _NOTHING
        self._may_list = True

    def find(self, session_id: str) -> Session:
        """Session as it is, or was at most `FRESH_SECONDS` ago. Raises SessionNotFound, or LookFailed when Glue was not seen."""
        with self._arriving:
            now = self._now()
            if session_id != self._last[0]:
                self._other_at = self._last[1]
            self._last = session_id, now
            alone = now - self._other_at > FRESH_SECONDS
        listed = self._list(now) if self._may_list and not alone else _NOTHING
        return listed[session_id] if session_id in listed else self._finder.find(session_id)

    def _list(self, arrived_at: float) -> Mapping[str, Session]:
        """Sessions of a list that was fresh when the read came. One thread asks; who waits for it shares its answer, or its failure."""
        with self._listing:
            if arrived_at - self._listed_at > FRESH_SECONDS and self._may_list:
                asked_at = self._now()
                try:
                    self._listed = self._finder.find_all(Selection())
                except AccessDenied:
                    # Not to be asked for again; each session by itself may well be.
                    self._may_list, self._listed = False, _NOTHING
                except LookFailed as error:
                    # A failure is as old as its end: it may have taken a minute, and whoever comes next would wait as long again.
                    self._listed, asked_at = error, self._now()
                self._listed_at = asked_at
            if isinstance(self._listed, LookFailed):
                raise self._listed
            return self._listed
