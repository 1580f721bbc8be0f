"""Progress lines of a wait, such as `PROVISIONING, 6s of at most 10m`, and when to show them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from pulumi_glue_session.core.errors import SessionEnded, UnknownStatus, WaitedTooLong
from pulumi_glue_session.core.messages import format_duration, sanitize
from pulumi_glue_session.core.wait import WaitResult

UNANSWERED_SECONDS = 5.0
"""Time without an answer after which a line reports it."""


class Rhythm(Protocol):
    """Decides when the next line is due if the status does not change."""

    def next_after(self, waited: float) -> float:
        """Seconds since the start of the wait at which the next line is due, after one at `waited`."""
        ...


class TerminalRhythm:
    """A line each second, for a display that replaces the previous one."""

    def next_after(self, waited: float) -> float:
        """The next full second."""
        return math.floor(waited) + 1.0


class LogRhythm:
    """Lines at 0, 5, 15, 30 and 60 seconds and then every minute, for a log that keeps all of them."""

    def next_after(self, waited: float) -> float:
        """The next of these moments."""
        return next((moment for moment in (5.0, 15.0, 30.0) if moment > waited), math.floor(waited / 60 + 1) * 60.0)


@dataclass(frozen=True, kw_only=True)
class WaitProgress:
    """A wait at one moment; times are in seconds."""

    status: str
    """Last status; empty if the session has not been read yet."""
    waited: float
    timeout: float
    unanswered: float = 0.0
    """Time since the first request without an answer."""


class Progress(Protocol):
    """Receives the progress of one wait, on its event loop."""

    def update(self, progress: WaitProgress) -> float:
        """Take note of the progress. Returns the seconds after which the next update is wanted."""
        ...

    def finish(self, result: WaitResult, waited: float) -> None:
        """Take note of the end of the wait."""
        ...


class ProgressReporter:
    """Shows lines about one wait. The lines do not contain the session id."""

    def __init__(self, show: Callable[[str], object], rhythm: Rhythm) -> None:
        """`show` prints a line, for instance as an ephemeral message on the row of a resource."""
        self._show = show
        self._rhythm = rhythm
        self._shown: str | None = None
        self._next = 0.0

    def update(self, progress: WaitProgress) -> float:
        """Show a line if the status changed or a line is due. Returns the seconds until the next line can be due."""
        if progress.unanswered >= UNANSWERED_SECONDS:
            state = "unanswered"
            line = f"no answer from Glue for {format_duration(progress.unanswered)}, trying again"
        else:
            state = progress.status
            line = (
                f"{sanitize(progress.status)}, {format_duration(progress.waited)} "
                f"of at most {format_duration(progress.timeout)}"
            )
        if state and (state != self._shown or progress.waited >= self._next):
            self._shown = state
            self._next = self._rhythm.next_after(progress.waited)
            self._show(line)
        pauses = [self._next - progress.waited] if self._shown else []
        if state != "unanswered":
            pauses.append(UNANSWERED_SECONDS - progress.unanswered)
        return max(min(pauses), 0.0)

    def finish(self, result: WaitResult, waited: float) -> None:
        """Show a last line such as `READY after 43s`, if any line was shown before."""
        if self._shown is None:
            return
        what = "stopped waiting"
        if result.session and isinstance(result.error, WaitedTooLong):
            what = f"still {sanitize(result.session.status)}"
        elif result.session and (result.error is None or isinstance(result.error, (SessionEnded, UnknownStatus))):
            what = sanitize(result.session.status)
        self._show(f"{what} after {format_duration(waited)}")
