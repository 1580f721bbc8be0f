"""Cancelled waits, bugs in a source, threads that cannot start, and event loops."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
import weakref
from collections.abc import Callable, Mapping, Sequence
from typing import NoReturn

import pytest

from pulumi_glue_session.core.concurrency import start_thread
from pulumi_glue_session.core.errors import OutOfThreads
from pulumi_glue_session.core.poller import Clock, Poller, SystemClock
from pulumi_glue_session.core.source import Deliver
from pulumi_glue_session.core.wait import WaitCondition, WaitResult, WaitState
from support.clock import FakeClock, run
from support.fake_source import Answer, FakeSource, Life, ScriptedSource, always, then
from support.polling import PROVISIONING, READY, READY_SESSION, SUCCEEDED, polling

# --- Cancelled waits ---


def test_cancelled_wait_does_not_affect_others() -> None:
    async def work(poller: Poller, source: ScriptedSource) -> WaitResult:
        impatient = asyncio.ensure_future(poller.wait("impatient", condition=READY, timeout=600))
        patient = asyncio.ensure_future(poller.wait("patient", condition=READY, timeout=600))
        await source.clock.sleep_until(2.5)
        impatient.cancel()
        result = await patient
        assert impatient.cancelled()
        return result

    result, source = polling(
        {"impatient": always(PROVISIONING), "patient": then((PROVISIONING, 5.0), READY_SESSION)}, work
    )

    assert SUCCEEDED == result
    assert [0.0, 1.0, 2.0, 3.0, 4.0, 5.0] == source.moments
    assert ["patient"] == source.reads[-1][1]


def test_cancelled_wait_is_not_polled_again() -> None:
    async def work(poller: Poller, source: ScriptedSource) -> None:
        impatient = asyncio.ensure_future(poller.wait("impatient", condition=READY, timeout=600))
        await source.clock.sleep_until(2.5)
        impatient.cancel()
        await source.clock.sleep(10.0)

    _, source = polling({"impatient": always(PROVISIONING)}, work)

    assert [0.0, 1.0, 2.0] == source.moments


def test_wait_cancelled_during_a_read_does_not_affect_others() -> None:
    async def work(poller: Poller, source: ScriptedSource) -> WaitResult:
        impatient = asyncio.ensure_future(poller.wait("impatient", condition=READY, timeout=600))
        patient = asyncio.ensure_future(poller.wait("patient", condition=READY, timeout=600))
        await source.clock.sleep_until(1.0)
        impatient.cancel()
        return await patient

    result, source = polling({"impatient": always(READY_SESSION), "patient": always(READY_SESSION)}, work, latency=2.0)

    assert SUCCEEDED == result
    assert 1 == len(source.reads)


# --- Bugs ---


class Forgetful(ScriptedSource):
    """Delivers nothing about a session without a life."""

    def get_many(
        self, session_ids: Sequence[str], deliver: Deliver, *, note: Callable[[str], None] = lambda _: None
    ) -> None:
        super().get_many([name for name in session_ids if name in self.lives], deliver, note=note)


def faulty(lives: Mapping[str, Life], *waits: str) -> tuple[list[WaitResult | BaseException], list[str]]:
    """Results of `waits` with a source that has a bug, and what asyncio reports."""
    complaints: list[str] = []

    async def work() -> list[WaitResult | BaseException]:
        asyncio.get_running_loop().set_exception_handler(lambda _loop, context: complaints.append(context["message"]))
        clock = FakeClock()
        source = Forgetful(clock, {"sound": always(READY_SESSION), **lives})
        poller = Poller(source, clock=clock, start=clock.start_thread)
        met = await asyncio.gather(
            *(poller.wait(name, condition=READY, timeout=600) for name in waits), return_exceptions=True
        )
        return [*met, await poller.wait("sound", condition=READY, timeout=600)]

    async def begin() -> list[WaitResult | BaseException]:
        met = await work()
        gc.collect()  # asyncio reports unretrieved exceptions when a task is collected
        return met

    return run(begin()), complaints


def test_bug_in_a_read_reaches_its_waits() -> None:
    """No wait may hang because of it."""

    def broken(_now: float) -> Answer:
        raise ZeroDivisionError("bug")

    (first, second, third), _ = faulty({"a": broken, "b": broken}, "a", "b")

    assert ["ZeroDivisionError('bug')"] * 2 == [repr(first), repr(second)]
    assert SUCCEEDED == third


def test_bug_in_a_condition_reaches_its_wait() -> None:
    """The session would otherwise be read again and again."""

    class Broken(WaitCondition):
        def evaluate(self, *_: object, **__: object) -> NoReturn:
            raise ZeroDivisionError("bug")

    async def work(poller: Poller, _: ScriptedSource) -> WaitResult:
        with pytest.raises(ZeroDivisionError):
            await poller.wait("a", condition=Broken(), timeout=600)
        return await poller.wait("a", condition=READY, timeout=600)

    result, source = polling({"a": always(READY_SESSION)}, work)

    assert SUCCEEDED == result
    assert 2 == len(source.moments)


def test_session_without_an_answer_is_an_error() -> None:
    (first, second), _ = faulty({}, "forgotten")

    assert "KeyError('forgotten')" == repr(first)
    assert SUCCEEDED == second


def test_bug_is_not_reported_by_asyncio_too() -> None:
    """Otherwise "Task exception was never retrieved" is printed with a traceback."""
    _, complaints = faulty({}, "forgotten")

    assert [] == complaints


def test_bug_after_a_cancelled_wait() -> None:
    def broken(_now: float) -> Answer:
        raise ZeroDivisionError("bug")

    async def work(poller: Poller, source: ScriptedSource) -> tuple[bool, str]:
        impatient = asyncio.ensure_future(poller.wait("a", condition=READY, timeout=600))
        patient = asyncio.ensure_future(poller.wait("b", condition=READY, timeout=600))
        await source.clock.sleep_until(1.0)
        impatient.cancel()
        (met,) = await asyncio.gather(patient, return_exceptions=True)
        return impatient.cancelled(), repr(met)

    met, _ = polling({"a": broken, "b": broken}, work, latency=2.0)

    assert (True, "ZeroDivisionError('bug')") == met


def test_cancelled_driver_cancels_its_waits() -> None:
    """An interrupted program cancels all tasks of its loop."""

    async def work(poller: Poller, source: ScriptedSource) -> bool:
        waiting = asyncio.ensure_future(poller.wait("analytics", condition=READY, timeout=600))
        await source.clock.sleep_until(2.5)
        for task in asyncio.all_tasks() - {asyncio.current_task(), waiting}:
            if "_drive" in repr(task):
                task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        return waiting.cancelled()

    cancelled, _ = polling({"analytics": always(PROVISIONING)}, work)

    assert cancelled


# --- Threads ---


def test_poll_without_a_free_thread_is_repeated() -> None:
    attempts: list[float] = []

    async def work() -> WaitResult:
        clock = FakeClock()

        def start(read: Callable[[], None]) -> None:
            attempts.append(round(clock.now, 1))
            if clock.now < 2.0:
                raise OutOfThreads("can't start new thread")
            clock.start_thread(read)

        source = ScriptedSource(clock, {"analytics": always(READY_SESSION)})
        poller = Poller(source, clock=clock, jitter=lambda: 0.5, start=start)
        return await poller.wait("analytics", condition=READY, timeout=60)

    assert SUCCEEDED == run(work())
    assert [0.0, 1.0, 2.0] == attempts


def test_preview_without_a_free_thread_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_self: object) -> None:
        message = "can't start new thread"
        raise RuntimeError(message)

    monkeypatch.setattr("threading.Thread.start", fail)
    poller = Poller(FakeSource(analytics=READY_SESSION), start=start_thread)
    result = asyncio.run(poller.wait("analytics", condition=READY, timeout=None))

    assert WaitState.FAILED is result.state
    assert isinstance(result.error, OutOfThreads)


# --- System clock and event loops ---


def test_system_clock_is_monotonic() -> None:
    before = time.monotonic()
    now = SystemClock().monotonic()

    assert before <= now <= time.monotonic()


def test_system_clock_can_be_woken() -> None:
    async def work(clock: Clock) -> None:
        wake = asyncio.Event()
        sleeper = asyncio.ensure_future(clock.sleep(3_600.0, wake=wake))
        await clock.sleep(0.001)
        assert not sleeper.done()
        wake.set()
        await sleeper

    run(work(SystemClock()))


def test_system_clock_is_the_default() -> None:
    async def work() -> WaitResult:
        return await Poller(FakeSource(analytics=READY_SESSION)).wait("analytics", condition=READY, timeout=600)

    assert SUCCEEDED == run(work())


def test_poller_works_on_the_next_event_loop() -> None:
    """The driver sleeps until an answer arrives, on the first loop and on the second one."""
    gate = threading.Event()

    class Slow(FakeSource):
        def get_many(
            self, session_ids: Sequence[str], deliver: Deliver, *, note: Callable[[str], None] = lambda _: None
        ) -> None:
            assert gate.wait(60)
            super().get_many(session_ids, deliver, note=note)

    poller = Poller(Slow(analytics=READY_SESSION))

    async def work() -> WaitResult:
        gate.clear()
        waiting = asyncio.ensure_future(poller.wait("analytics", condition=READY, timeout=600))
        await asyncio.sleep(0.1)
        gate.set()
        return await waiting

    assert [SUCCEEDED, SUCCEEDED] == [run(work()), run(work())]


def test_idle_poller_keeps_no_event_loop_alive() -> None:
    """A process can run many programs, each on its own event loop."""
    loop = asyncio.new_event_loop()
    poller = Poller(FakeSource(analytics=READY_SESSION))
    assert SUCCEEDED == loop.run_until_complete(poller.wait("analytics", condition=READY, timeout=60))
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()
    gone = weakref.ref(loop)
    del loop
    gc.collect()

    assert gone() is None
    assert SUCCEEDED == asyncio.run(poller.wait("analytics", condition=READY, timeout=60)), (
        "and it works in the next loop"
    )
