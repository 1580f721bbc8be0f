"""A clock for tests: its time goes by only when everybody on the event loop has nothing left to do but sleep.

    clock = FakeClock()
    watch = Watch(look, clock=clock)
    seen = run(watch.until("analytics", gate=Gate(), limit=600))     # ten minutes, in no time

Rules of this module: no real sleep. Whoever sleeps the shortest moves the time, so any number of tasks may sleep at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from itertools import count
from typing import Any, TypeVar

__all__ = ["FakeClock", "run"]

_TURNS = 8
"""Turns of the event loop without an earlier sleeper, after which nobody but the sleepers is taken to be left."""

_REAL_SECONDS = 10
"""A test of a wait that never ends fails after so long, and not at the end of the suite's patience."""

_T = TypeVar("_T")


class FakeClock:
    """The `Clock` of `observe`, moved by its own sleepers."""

    def __init__(self, now: float = 0.0) -> None:
        self.now = now
        self._sleepers: set[tuple[float, int]] = set()
        self._serials = count()

    def monotonic(self) -> float:
        """Seconds so far."""
        return self.now

    async def sleep(self, seconds: float, *, wake: asyncio.Event | None = None) -> None:
        """Let `seconds` go by, or less if `wake` is set before."""
        me = (self.now + seconds, next(self._serials))
        self._sleepers.add(me)
        try:
            while True:
                for _ in range(_TURNS):
                    await asyncio.sleep(0)
                    if wake is not None and wake.is_set():
                        return
                if self.now >= me[0]:
                    return
                if me == min(self._sleepers):
                    self.now = me[0]
        finally:
            self._sleepers.remove(me)

    async def sleep_until(self, moment: float) -> None:
        """Let the time go by until it is `moment`."""
        await self.sleep(moment - self.now)


def run(work: Coroutine[Any, Any, _T]) -> _T:
    """Result of `work` on an event loop of its own."""
    return asyncio.run(asyncio.wait_for(work, timeout=_REAL_SECONDS))
