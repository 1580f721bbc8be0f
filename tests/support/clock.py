"""A clock for tests. Its time passes only when everything on the event loop and in its threads sleeps.

clock = FakeClock()
poller = Poller(source, clock=clock, start=clock.start_thread)
result = run(poller.wait("analytics", condition=WaitCondition(), timeout=600))     # ten minutes in no time
"""

from __future__ import annotations

import asyncio
import math
import threading
from collections.abc import Callable, Coroutine
from itertools import count
from typing import Any, TypeVar

from pulumi_glue_session.core.concurrency import start_thread

_TURNS = 8
"""Turns of the event loop after which all its tasks are considered to sleep."""

_REAL_SECONDS = 60
"""Time after which a test of a wait that never ends fails."""

_T = TypeVar("_T")


class FakeClock:
    """Implements `Clock`. The sleeper with the earliest end moves the time."""

    def __init__(self, now: float = 0.0) -> None:
        self.now = now
        self._sleepers: set[tuple[float, int]] = set()
        self._sleeping_threads: set[tuple[float, int]] = set()
        self._running_threads = 0
        self._events = 0
        """Moves of the time, and threads that ended."""
        self._changed = threading.Condition()
        self._serials = count()

    def monotonic(self) -> float:
        """Seconds so far."""
        return self.now

    async def sleep(self, seconds: float, *, wake: asyncio.Event | None = None) -> None:
        """Sleep for `seconds`, or until `wake` is set."""
        started = self.now
        sleeper = (started + seconds, next(self._serials))
        self._sleepers.add(sleeper)
        try:
            turns, events = 0, self._events
            while True:
                await asyncio.sleep(0)
                if wake is not None and wake.is_set():
                    return
                if started < sleeper[0] <= self.now:
                    return
                # What the last event woke up must have its turns before the time moves again.
                turns, events = (turns + 1, events) if events == self._events else (0, self._events)
                if turns < _TURNS:
                    continue
                if self.now >= sleeper[0]:
                    return
                if not self._move():
                    await asyncio.sleep(0.000_5)
        finally:
            self._sleepers.remove(sleeper)

    async def sleep_until(self, moment: float) -> None:
        """Sleep until the time is `moment`."""
        await self.sleep(moment - self.now)

    def start_thread(self, work: Callable[[], None]) -> None:
        """Start a thread that the clock waits for while it does not sleep."""
        loop = asyncio.get_running_loop()
        with self._changed:
            self._running_threads += 1

        def end() -> None:
            with self._changed:
                self._running_threads -= 1
                self._events += 1

        def run() -> None:
            try:
                work()
            finally:
                # After the calls that the thread has scheduled on the loop, which the clock must not overtake.
                try:
                    loop.call_soon_threadsafe(end)
                except RuntimeError:
                    # The loop is closed, so nothing sleeps on this clock any more.
                    end()

        start_thread(run)

    def sleep_in_thread(self, seconds: float) -> None:
        """Sleep in a thread that `start_thread` started."""
        with self._changed:
            sleeper = (self.now + seconds, next(self._serials))
            self._sleeping_threads.add(sleeper)
            self._running_threads -= 1
            self._changed.wait_for(lambda: sleeper not in self._sleeping_threads)

    def _move(self) -> bool:
        """Move the time to the earliest end of a sleep, unless a thread runs."""
        with self._changed:
            moment, _ = min(self._sleepers | self._sleeping_threads)
            if self._running_threads or moment == math.inf:
                return False
            self.now = max(self.now, moment)
            self._events += 1
            awake = {sleeper for sleeper in self._sleeping_threads if sleeper[0] <= self.now}
            self._sleeping_threads -= awake
            self._running_threads += len(awake)
            self._changed.notify_all()
            return True


def run(work: Coroutine[Any, Any, _T]) -> _T:
    """Result of `work` on a new event loop."""
    return asyncio.run(asyncio.wait_for(work, timeout=_REAL_SECONDS))
