"""Saying that sessions are waited for: enough to know why nothing happens, and no more.

Rules of this module: it only turns waits into lines; who prints them is the caller's matter. A program can't tell whether its lines go to a
terminal or into a log, where each one stays. So a line comes at once, on a change of status, and every half minute.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from pulumi_glue_session.core.messages import format_duration, sanitize
from pulumi_glue_session.core.poller import PendingWait

_SAY_AGAIN_SECONDS = 30

_SINGLY = 3
"""Up to this many waits get a line each; more of them share one."""


class ProgressReporter:
    """Says which sessions are waited for. One for each watch."""

    def __init__(self, say: Callable[..., object]) -> None:
        """`say` takes a line and `ephemeral=True`, as `pulumi.log.info` does: such a line is no part of the final report."""
        self._say = say
        self._said: dict[str, tuple[str, float]] = {}

    def __call__(self, waiting: Sequence[PendingWait], now: float) -> None:
        """Hear of the waits that go on after a look, at the clock's time `now`."""
        if len(waiting) <= _SINGLY:
            for wait in waiting:
                self._tell(wait.session_id, f"{sanitize(wait.session_id)} is {_status(wait)}", [wait], now)
            return
        counts = Counter(map(_status, waiting))
        statuses = ", ".join(f"{count} {status}" for status, count in sorted(counts.items()))
        self._tell("", f"waiting for {len(waiting)} Glue sessions: {statuses}", waiting, now)

    def _tell(self, subject: str, what: str, waits: Sequence[PendingWait], now: float) -> None:
        said, at = self._said.get(subject, ("", now))
        if what != said or now - at >= _SAY_AGAIN_SECONDS:
            self._said[subject] = (what, now)
            waited, limit = max(now - wait.started for wait in waits), max(wait.timeout or 0 for wait in waits)
            self._say(f"{what}, {format_duration(waited)} of at most {format_duration(limit)}", ephemeral=True)


def _status(wait: PendingWait) -> str:
    return wait.result.session.status if wait.result and wait.result.session else "not seen yet"
