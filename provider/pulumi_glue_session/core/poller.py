"""Looking at many sessions together until each has passed its gate, or can't, or has run out of time.

Rules of this module: it drives, it does not judge (that is `wait`) and does not call AWS (that is the `Look` it is given). All waits of a
watch share each look. Time comes from a `Clock`. Nothing known of Pulumi or boto3.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from pulumi_glue_session.core.concurrency import await_in_thread
from pulumi_glue_session.core.errors import GlueSessionError, SessionEnded
from pulumi_glue_session.core.session import Session
from pulumi_glue_session.core.source import SessionSource
from pulumi_glue_session.core.wait import WaitCondition, WaitRequest, WaitResult, WaitState, backoff

_SETTLE = 0.005
"""Seconds to let the rest of a program ask before the first look, so that sessions wanted together are read together."""

_SETTLE_ROUNDS = 20
"""At most this many times `_SETTLE`, so that an endless stream of new waits can't hold back the first."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """What one look gave: the region that was asked, and each session or why it was not seen."""

    region: str
    sessions: Mapping[str, Session | GlueSessionError]


Look = Callable[[Sequence[str]], Awaitable[Found]]
"""Asks Glue for some sessions, once. Its answer names every session that it was asked for."""


class Clock(Protocol):
    """Where time comes from: `time.monotonic` and `asyncio.sleep`, or a test."""

    def monotonic(self) -> float:
        """Seconds since some moment; never goes back."""
        ...

    async def sleep(self, seconds: float, *, wake: asyncio.Event | None = None) -> None:
        """Let `seconds` go by, or less if `wake` is set before."""
        ...


class SystemClock:
    """The clock of the machine."""

    def monotonic(self) -> float:
        """Seconds on `time.monotonic`, which a change of the wall clock doesn't move."""
        return time.monotonic()

    async def sleep(self, seconds: float, *, wake: asyncio.Event | None = None) -> None:
        """Let `seconds` go by on the running event loop, or less if `wake` is set before."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for((wake or asyncio.Event()).wait(), timeout=seconds)


@dataclass(kw_only=True)
class PendingWait:
    """One session that is waited for, and what is known of it so far."""

    session_id: str
    condition: WaitCondition
    timeout: float | None
    started: float
    done: asyncio.Future[WaitResult]
    next_poll: float
    polls: int = 0
    result: WaitResult | None = field(default=None)


Progress = Callable[[Sequence[PendingWait], float], None]
"""Told after each look which sessions are still waited for, and the clock's time."""


def _silent(_waiting: Sequence[PendingWait], _now: float) -> None:
    """Report nothing."""


class Poller:
    """Looks at sessions together. Belongs to one event loop; any number of waits at once."""

    def __init__(
        self,
        look: Look,
        *,
        clock: Clock | None = None,
        progress: Progress = _silent,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        """`look` asks Glue once; `progress` hears of waits that go on; `jitter` gives numbers from 0.0 to 1.0."""
        self._look = look
        self._clock: Clock = clock or SystemClock()
        self._progress = progress
        self._jitter = jitter
        self._waits: list[PendingWait] = []
        self._joined = asyncio.Event()
        self._driver: asyncio.Task[None] | None = None

    async def wait(self, session_id: str, *, condition: WaitCondition, timeout: float | None) -> WaitResult:
        """See the session pass `gate` within `limit` seconds, or why it won't.

        `limit=None` looks once and takes "on its way" for an answer, as a preview does. `limit=0` looks once and does not.
        """
        now = self._clock.monotonic()
        wait = PendingWait(
            session_id=session_id,
            condition=condition,
            timeout=timeout,
            started=now,
            done=asyncio.get_running_loop().create_future(),
            next_poll=now,
        )
        self._waits.append(wait)
        self._joined.set()
        if self._driver is None:
            self._driver = asyncio.ensure_future(self._drive())
            # Its failure is given to those who wait; nobody else asks for it.
            self._driver.add_done_callback(lambda driver: driver.cancelled() or driver.exception())
        try:
            return await wait.done
        finally:
            # Whoever gives up (a cancelled program) is not looked for again.
            wait.done.cancel()

    async def _drive(self) -> None:
        """Look, judge, rest, until nobody waits any more."""
        try:
            while self._waits:
                await self._settle()
                await self._poll_all()
                await self._rest()
        finally:
            # It ends before its waits only by a bug of a look, or cancelled: that belongs to whoever waits.
            failure = sys.exception()
            for wait in self._waits:
                if not wait.done.done():
                    wait.done.set_exception(failure) if isinstance(failure, Exception) else wait.done.cancel()
            self._waits.clear()
            # A task and an event that was waited for hold their event loop: a watch at rest must not keep one alive.
            self._driver = None
            self._joined = asyncio.Event()

    async def _settle(self) -> None:
        for _ in range(_SETTLE_ROUNDS):
            before = len(self._waits)
            await self._clock.sleep(_SETTLE)
            if len(self._waits) == before:
                return

    async def _poll_all(self) -> None:
        """One look serves everybody who waits, also those whose turn would come a little later."""
        self._waits = [wait for wait in self._waits if not wait.done.done()]
        asked = list(self._waits)
        self._joined.clear()
        if not asked:
            return
        found = await self._look(list(dict.fromkeys(wait.session_id for wait in asked)))
        now = self._clock.monotonic()
        for wait in asked:
            self._evaluate(wait, found, now)
        self._waits = [wait for wait in self._waits if not wait.done.done()]
        going_on = [wait for wait in self._waits if wait.polls]
        if going_on:
            self._progress(going_on, now)

    def _evaluate(self, wait: PendingWait, found: Found, now: float) -> None:
        if wait.done.done():
            return
        wait.polls += 1
        before = wait.result.session if wait.result else None
        seen = wait.condition.evaluate(
            wait.session_id, found.sessions[wait.session_id], region=found.region, previous=before
        )
        wait.result = seen
        if seen.state is not WaitState.PENDING or wait.timeout is None:
            # Who only looks has nothing to wait with: an error that may pass is the answer all the same.
            wait.done.set_result(replace(seen, state=WaitState.FAILED) if seen.error else seen)
            return
        waited = now - wait.started
        if waited >= wait.timeout:
            wait.done.set_result(
                wait.condition.timed_out(wait.session_id, seen, timeout=wait.timeout, polls=wait.polls)
            )
        else:
            # The last look comes at the limit, not before it: whoever is READY in time passes.
            wait.next_poll = now + min(backoff(waited, jitter=self._jitter()), wait.timeout - waited)

    async def _rest(self) -> None:
        """Sleep until the next look is due, or somebody new asks."""
        if not self._waits:
            return
        due = min(wait.next_poll for wait in self._waits)
        await self._clock.sleep(max(due - self._clock.monotonic(), 0), wake=self._joined)


class Waiter:
    """Looks at sessions as one caller."""

    def __init__(self, sessions: SessionSource, *, progress: Progress, note: Callable[[str], None]) -> None:
        """`progress` hears of waits that go on, `note` what only who looks for trouble wants to know."""
        self.sessions = sessions
        self._note = note
        self._watch = Poller(self._look, progress=progress)

    async def wait(self, demand: WaitRequest, *, once: bool = False, logs: bool = False) -> WaitResult:
        """See the session pass its gate, or why it won't: `Watch.until`. `logs` adds the end of a FAILED one's logs.

        `once` looks once and takes "on its way" for an answer, as a preview does.
        """
        seen = await self._watch.wait(
            demand.session_id, condition=demand.condition, timeout=None if once else demand.timeout
        )
        session = seen.session
        if logs and session is not None and session.status == "FAILED" and isinstance(seen.error, SessionEnded):
            return replace(seen, error=await self._with_logs(demand, seen.region, session))
        return seen

    async def _look(self, session_ids: Sequence[str]) -> Found:
        return await await_in_thread(
            lambda: Found(sessions=self.sessions.get_many(session_ids, note=self._note), region=self.sessions.region)
        )

    async def _with_logs(self, demand: WaitRequest, region: str, session: Session) -> SessionEnded:
        try:
            lines = await await_in_thread(lambda: self.sessions.system_logs(demand.session_id))
        except GlueSessionError as refused:
            lines = [str(refused)]
        return SessionEnded(
            demand.session_id,
            region=region,
            status=session.status,
            targets=demand.condition.targets,
            error_message=session.error_message,
            logs=lines or ["There are no system logs that can be shown."],
        )
