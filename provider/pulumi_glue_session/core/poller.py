"""Polls sessions until each meets its condition, fails or times out.

All waits of a poller share their reads. Each answer is evaluated as soon as it arrives, so that one slow session does
not delay the others. Reads run in daemon threads; everything else runs on one event loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import random
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from pulumi_glue_session.core.concurrency import await_in_thread, start_thread
from pulumi_glue_session.core.errors import GlueSessionError, LookFailed, SessionEnded, Throttled, Unreachable
from pulumi_glue_session.core.messages import format_duration
from pulumi_glue_session.core.progress import Progress, WaitProgress
from pulumi_glue_session.core.session import Session
from pulumi_glue_session.core.source import Reading, SessionSource
from pulumi_glue_session.core.wait import WaitCondition, WaitRequest, WaitResult, WaitState, backoff

_SETTLE_SECONDS = 0.005
"""Pause before a read while new waits arrive, so that sessions that a program names together are read together."""

_MAX_SLEEP_SECONDS = 3_600.0

LAST_READ_SECONDS = 5.0
"""Time that a read has in any case when the timeout of its wait passes, because the last read starts at the timeout."""

_MAX_SETTLE_ROUNDS = 20
"""Limit of these pauses, so that an endless stream of new waits does not delay the first one."""


def unanswered_error(session_id: str, *, region: str, seconds: float, is_throttled: bool = False) -> LookFailed:
    """Error of a read that is given up, because the timeout of its wait has passed."""
    subject, detail = f'Glue session "{session_id}"', f"no answer for {format_duration(seconds)}"
    if is_throttled:
        return Throttled(subject, region=region, detail=f"{detail}, because boto3 slows throttled requests down")
    return Unreachable(subject, region=region, detail=detail)


class Clock(Protocol):
    """Source of time: the system clock, or a fake clock in tests."""

    def monotonic(self) -> float:
        """Seconds on a clock that never goes back."""
        ...

    async def sleep(self, seconds: float, *, wake: asyncio.Event | None = None) -> None:
        """Sleep for `seconds`, or until `wake` is set."""
        ...


class SystemClock:
    """The clock of the machine."""

    def monotonic(self) -> float:
        """Seconds of `time.monotonic`."""
        return time.monotonic()

    async def sleep(self, seconds: float, *, wake: asyncio.Event | None = None) -> None:
        """Sleep for `seconds`, or until `wake` is set."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for((wake or asyncio.Event()).wait(), timeout=min(seconds, _MAX_SLEEP_SECONDS))


@dataclass(kw_only=True, eq=False)
class _Wait:
    """A session that is waited for."""

    session_id: str
    condition: WaitCondition
    timeout: float | None
    progress: Progress | None
    started: float
    next_poll: float
    done: asyncio.Future[WaitResult]
    is_reading: bool = False
    read_started: float = 0.0
    batch: int = 0
    """Number of the last read. A read of several sessions can go on after the next one of this session has started."""
    unanswered_since: float | None = None
    next_update: float = math.inf
    polls: int = 0
    result: WaitResult | None = None

    @property
    def session(self) -> Session | None:
        """The session as it was last read."""
        return self.result.session if self.result else None

    @property
    def read_deadline(self) -> float:
        """Moment at which a read in progress is given up. A single read has the time limit of its call instead."""
        if not self.is_reading or not self.timeout:
            return math.inf
        return max(self.started + self.timeout, self.read_started + LAST_READ_SECONDS)


class Poller:
    """Polls sessions of one source. Any number of waits at a time, all on one event loop."""

    def __init__(
        self,
        source: SessionSource,
        *,
        clock: Clock | None = None,
        note: Callable[[str], None] = lambda _: None,
        jitter: Callable[[], float] = random.random,
        start: Callable[[Callable[[], None]], None] = start_thread,
    ) -> None:
        """`note` receives lines for a debug log, `jitter` returns numbers from 0.0 to 1.0, `start` starts a thread."""
        self._source = source
        self._clock: Clock = clock or SystemClock()
        self._note = note
        self._jitter = jitter
        self._start = start
        self._waits: list[_Wait] = []
        self._batches = 0
        self._changed = asyncio.Event()
        self._driver: asyncio.Task[None] | None = None

    async def wait(
        self,
        session_id: str,
        *,
        condition: WaitCondition,
        timeout: float | None,  # noqa: ASYNC109 - it ends with a result, not with TimeoutError
        progress: Progress | None = None,
        waited: float = 0.0,
        last: WaitResult | None = None,
    ) -> WaitResult:
        """Wait until the session meets the condition, fails or times out.

        With `timeout=None` the session is read once, and a pending session is the result, as in a preview. With a
        timeout of 0 it is read once, and a pending session times out. `waited` is the part of `timeout` that is over,
        and `last` the result of a read in that time.
        """
        now = self._clock.monotonic()
        wait = _Wait(
            session_id=session_id,
            condition=condition,
            timeout=timeout,
            progress=progress,
            started=now - waited,
            next_poll=now + (min(self._pause(waited), max(timeout - waited, 0.0)) if last and timeout else 0.0),
            result=last,
            polls=1 if last else 0,
            next_update=now if last else math.inf,
            done=asyncio.get_running_loop().create_future(),
        )
        self._waits.append(wait)
        self._changed.set()
        if self._driver is None:
            self._driver = asyncio.ensure_future(self._drive())
            # The waits receive its exception, so asyncio must not report it as never retrieved.
            self._driver.add_done_callback(lambda driver: driver.cancelled() or driver.exception())
        try:
            result = await wait.done
        finally:
            # A wait that was cancelled is not polled any more.
            wait.done.cancel()
            self._changed.set()
        if wait.progress:
            wait.progress.finish(result, self._clock.monotonic() - wait.started)
        return result

    async def _drive(self) -> None:
        try:
            while self._remove_done():
                self._changed.clear()
                if self._next_poll() <= self._clock.monotonic():
                    await self._settle()
                    self._poll()
                self._give_up_reads()
                self._update_progress()
                due = min([self._next_poll(), *(min(wait.next_update, wait.read_deadline) for wait in self._waits)])
                pause = due - self._clock.monotonic()
                await self._clock.sleep(max(pause, 0.0), wake=self._changed)
        finally:
            # The driver ends before its waits only by a bug or because it is cancelled.
            failure = sys.exception()
            for wait in self._waits:
                self._end(wait, failure)
            self._waits.clear()
            # Tasks and events keep their event loop alive; an idle poller must not.
            self._driver = None
            self._changed = asyncio.Event()

    def _remove_done(self) -> bool:
        self._waits = [wait for wait in self._waits if not wait.done.done()]
        return bool(self._waits)

    def _next_poll(self) -> float:
        return min((wait.next_poll for wait in self._waits if not wait.is_reading), default=math.inf)

    async def _settle(self) -> None:
        for _ in range(_MAX_SETTLE_ROUNDS):
            before = len(self._waits)
            await self._clock.sleep(_SETTLE_SECONDS)
            if len(self._waits) == before:
                return

    def _poll(self) -> None:
        """Start to read all sessions without a read in progress, even if some would be due a little later."""
        self._remove_done()
        self._batches += 1
        number, batch = self._batches, dict[str, list[_Wait]]()
        now = self._clock.monotonic()
        for wait in self._waits:
            if not wait.is_reading:
                wait.is_reading, wait.read_started, wait.batch = True, now, self._batches
                wait.unanswered_since = now if wait.unanswered_since is None else wait.unanswered_since
                wait.next_update = now
                batch.setdefault(wait.session_id, []).append(wait)
        if not batch:
            return
        loop = asyncio.get_running_loop()

        def call_on_loop(function: Callable[..., None], *arguments: object) -> None:
            # The loop can be closed when a read ends after its program was interrupted.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(function, *arguments)

        def deliver(session_id: str, reading: Reading) -> None:
            call_on_loop(self._evaluate, batch.get(session_id, []), reading)

        def read() -> None:
            failure: BaseException | None = None
            try:
                self._source.get_many(list(batch), deliver, note=self._note)
            except BaseException as error:
                failure = error
            call_on_loop(self._end_batch, number, [wait for waits in batch.values() for wait in waits], failure)

        try:
            self._start(read)
        except GlueSessionError as error:
            for waits in batch.values():
                self._evaluate(waits, Reading(answer=error, requested_at=now))

    def _evaluate(self, waits: Sequence[_Wait], reading: Reading) -> None:
        now = self._clock.monotonic()
        for wait in waits:
            if wait.done.done():
                continue
            wait.is_reading = False
            wait.polls += 1
            try:
                result = wait.condition.evaluate(
                    wait.session_id,
                    reading.answer,
                    region=self._source.region,
                    console=self._source.console,
                    previous=wait.session,
                )
            except BaseException as error:
                # A bug ends this wait. It would otherwise read the session again and again.
                self._end(wait, error)
                continue
            wait.result = result = replace(result, requested_at=reading.requested_at)
            if isinstance(reading.answer, Session):
                wait.unanswered_since = None
            if result.state is not WaitState.PENDING or wait.timeout is None:
                # A single read has no time for another try, so a transient error is final.
                wait.done.set_result(replace(result, state=WaitState.FAILED) if result.error else result)
                continue
            waited = now - wait.started
            if waited >= wait.timeout:
                timed_out = wait.condition.timed_out(wait.session_id, result, timeout=wait.timeout, polls=wait.polls)
                wait.done.set_result(timed_out)
                continue
            # The last poll is at the timeout, so that a session that became READY in time succeeds.
            wait.next_poll = now + min(self._pause(waited), wait.timeout - waited)
            wait.next_update = now
        self._changed.set()

    def _give_up_reads(self) -> None:
        """End waits whose timeout has passed without an answer to their last read."""
        now = self._clock.monotonic()
        for wait in self._waits:
            if wait.done.done() or wait.timeout is None or now < wait.read_deadline:
                continue
            seconds = now - (wait.read_started if wait.unanswered_since is None else wait.unanswered_since)
            region = self._source.region
            # boto3 slows all requests of a client down when Glue throttles one.
            is_throttled = self._source.throttled_at >= wait.started
            error = unanswered_error(wait.session_id, region=region, seconds=seconds, is_throttled=is_throttled)
            result = wait.condition.evaluate(
                wait.session_id, error, region=region, console=self._source.console, previous=wait.session
            )
            result = replace(result, requested_at=wait.read_started)
            timed_out = wait.condition.timed_out(wait.session_id, result, timeout=wait.timeout, polls=wait.polls)
            wait.done.set_result(timed_out)
        if any(wait.done.done() for wait in self._waits):
            self._changed.set()

    def _pause(self, waited: float) -> float:
        return backoff(waited, jitter=self._jitter())

    def _end_batch(self, number: int, waits: Sequence[_Wait], failure: BaseException | None) -> None:
        for wait in waits:
            if wait.is_reading and wait.batch == number:
                self._end(wait, failure or KeyError(wait.session_id))
        self._changed.set()

    @staticmethod
    def _end(wait: _Wait, failure: BaseException | None) -> None:
        if wait.done.done():
            return
        if isinstance(failure, Exception):
            wait.done.set_exception(failure)
        else:
            wait.done.cancel()

    def _update_progress(self) -> None:
        now = self._clock.monotonic()
        for wait in self._waits:
            if wait.next_update > now:
                continue
            wait.next_update = math.inf
            if wait.progress:
                progress = WaitProgress(
                    status=wait.session.status if wait.session else "",
                    waited=now - wait.started,
                    timeout=wait.timeout or 0.0,
                    unanswered=0.0 if wait.unanswered_since is None else now - wait.unanswered_since,
                )
                wait.next_update = now + wait.progress.update(progress)


class Waiter:
    """Waits for sessions of one source."""

    def __init__(
        self,
        sessions: SessionSource,
        *,
        note: Callable[[str], None] = lambda _: None,
        clock: Clock | None = None,
    ) -> None:
        """`note` receives lines for a debug log."""
        self.sessions = sessions
        self._poller = Poller(sessions, note=note, clock=clock)

    async def wait(
        self,
        request: WaitRequest,
        *,
        once: bool = False,
        logs: bool = False,
        progress: Progress | None = None,
        waited: float = 0.0,
        last: WaitResult | None = None,
    ) -> WaitResult:
        """Wait until the session meets the condition of the request, fails or times out.

        `once` reads the session once, and a pending session is the result, as in a preview. `logs` adds the last lines
        of the system logs of a session that FAILED. `progress` is informed about this wait. `waited` is the part of the
        timeout that is over, and `last` the result of a read in that time.
        """
        result = await self._poller.wait(
            request.session_id,
            condition=request.condition,
            timeout=None if once else request.timeout,
            progress=progress,
            waited=waited,
            last=last,
        )
        if logs and result.session and result.session.status == "FAILED" and isinstance(result.error, SessionEnded):
            return replace(result, error=await self._with_logs(request.session_id, result.error))
        return result

    async def _with_logs(self, session_id: str, error: SessionEnded) -> SessionEnded:
        try:
            lines = await await_in_thread(lambda: self.sessions.system_logs(session_id))
        except GlueSessionError as failure:
            lines = str(failure).splitlines()
        return SessionEnded(
            session_id,
            region=error.region,
            status=error.status,
            targets=error.targets,
            error_message=error.error_message,
            logs=lines,
            console=error.console,
        )
