"""Decides whether to read several sessions with ListSessions or one by one with GetSession."""

from __future__ import annotations

from collections.abc import Callable

from pulumi_glue_session.core.errors import AccessDenied, LookFailed

_MIN_SESSIONS = 3
"""Two sessions are always read with two calls of GetSession."""

_RETRY_SECONDS = 30.0
"""Pause after a list that failed."""


class ListingPolicy:
    """Allows a list where it takes fewer calls. Remembers how many pages the last one needed, and failures."""

    def __init__(self, now: Callable[[], float]) -> None:
        """`now` returns monotonic seconds."""
        self._now = now
        self._pages_needed = 1
        self._closed_until = float("-inf")

    def max_pages(self, sessions: int) -> int:
        """Pages that are worth reading for this number of sessions; 0 if GetSession is cheaper or lists fail."""
        is_open = self._now() >= self._closed_until
        return sessions - 1 if is_open and sessions >= _MIN_SESSIONS and self._pages_needed < sessions else 0

    def learn(self, *, pages: int, complete: bool) -> None:
        """Remember a list: `complete` if these pages were enough, otherwise it needs at least one more."""
        self._pages_needed = max(pages if complete else pages + 1, 1)

    def close(self, error: LookFailed) -> None:
        """Allow no list for a while, or never again if access is denied."""
        self._closed_until = float("inf") if isinstance(error, AccessDenied) else self._now() + _RETRY_SECONDS
