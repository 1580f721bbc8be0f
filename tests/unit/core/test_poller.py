"""Many waits on one watch, by a clock of their own: who is looked at when, and what each of them gets."""

from __future__ import annotations

import asyncio
import gc
import time
import weakref
from bisect import bisect_right
from collections.abc import Awaitable, Callable, Mapping, Sequence
from itertools import accumulate, pairwise
from typing import TypeVar

import pytest

from pulumi_glue_session.core.errors import (
    BadCredentials,
    GlueSessionError,
    LookFailed,
    SessionEnded,
    SessionNotFound,
    Throttled,
    Unreachable,
    WaitedTooLong,
)
from pulumi_glue_session.core.poller import Clock, Found, PendingWait, Poller, Progress, SystemClock
from pulumi_glue_session.core.session import Session
from pulumi_glue_session.core.wait import WaitCondition, WaitResult, WaitState
from support.clock import FakeClock, run

_T = TypeVar("_T")

Answer = Session | GlueSessionError
Life = Callable[[float], Answer]
"""What a look finds at a moment of the clock."""

REGION = "eu-west-1"
READY = WaitCondition.parse("READY")
SETTLED = 0.005
"""Seconds from a wait's begin to its first look."""

PROVISIONING = Session(status="PROVISIONING")
IS_READY = Session(status="READY")
PASSED = WaitResult(region=REGION, session=IS_READY)


def always(found: Answer) -> Life:
    return lambda _now: found


def then(*answers: *tuple[*tuple[tuple[Answer, float], ...], Answer]) -> Life:
    """Each answer for its seconds, then the last one for ever: `then((PROVISIONING, 8.0), IS_READY)`."""
    *timed, last = answers
    ends = list(accumulate(seconds for _, seconds in timed))
    found = [*(answer for answer, _ in timed), last]
    return lambda now: found[bisect_right(ends, now)]


class Glue:
    """What a look asks: each session has the life that the test wrote. Keeps when it was asked, and for what."""

    def __init__(self, clock: FakeClock, lives: Mapping[str, Life], *, latency: float = 0.0) -> None:
        self.clock, self.lives, self.latency = clock, lives, latency
        self.looks: list[tuple[float, list[str]]] = []

    @property
    def moments(self) -> list[float]:
        """When it was asked, in whole seconds and tenths."""
        return [round(now, 1) for now, _ in self.looks]

    async def look(self, session_ids: Sequence[str]) -> Found:
        now = self.clock.monotonic()
        self.looks.append((now, list(session_ids)))
        if self.latency:
            await self.clock.sleep(self.latency)
        return Found(region=REGION, sessions={session_id: self.lives[session_id](now) for session_id in session_ids})


def throttled() -> LookFailed:
    return Throttled('Glue session "analytics"', region=REGION)


def watching(
    lives: Mapping[str, Life],
    work: Callable[[Poller, Glue], Awaitable[_T]],
    *,
    latency: float = 0.0,
    progress: Progress | None = None,
) -> tuple[_T, Glue]:
    """What `work` gives with a watch on sessions with these lives, and what was asked for it. Pauses are without jitter."""

    async def begin() -> tuple[_T, Glue]:
        clock = FakeClock()
        glue = Glue(clock, lives, latency=latency)
        watch = Poller(glue.look, clock=clock, jitter=lambda: 0.5, **({"progress": progress} if progress else {}))
        return await work(watch, glue), glue

    return run(begin())


def wait(life: Life, *, gate: WaitCondition = READY, limit: float | None = 600, latency: float = 0.0) -> tuple[WaitResult, Glue]:
    """What one wait gives for a session with this life, and what was asked for it."""
    return watching({"analytics": life}, lambda watch, _: watch.wait("analytics", condition=gate, timeout=limit), latency=latency)


# --- One wait ---


def test_the_first_look_comes_at_once() -> None:
    seen, glue = wait(always(IS_READY))

    assert PASSED == seen
    assert [(SETTLED, ["analytics"])] == glue.looks


def test_a_wait_ends_with_the_first_look_that_finds_the_target() -> None:
    seen, glue = wait(then((PROVISIONING, 3.5), IS_READY))

    assert PASSED == seen
    assert [0.0, 1.0, 2.0, 3.0, 4.0] == glue.moments


def test_pauses_follow_a_tenth_of_the_time_waited_between_one_and_ten_seconds() -> None:
    _, glue = wait(then((PROVISIONING, 300.0), IS_READY))
    moments = [now for now, _ in glue.looks]
    expected = [min(max(earlier / 10, 1.0), 10.0) + SETTLED for earlier in moments[:-1]]

    assert expected == pytest.approx([later - earlier for earlier, later in pairwise(moments)])
    assert 300 <= moments[-1] < 310


def test_pauses_are_spread_by_the_jitter() -> None:
    async def begin(jitter: float) -> float:
        clock = FakeClock()
        glue = Glue(clock, {"analytics": then((PROVISIONING, 0.5), IS_READY)})
        await Poller(glue.look, clock=clock, jitter=lambda: jitter).wait("analytics", condition=READY, timeout=600)
        first, second = glue.looks
        return second[0] - first[0] - SETTLED

    assert [0.9, 1.0, 1.1] == pytest.approx([run(begin(jitter)) for jitter in (0.0, 0.5, 1.0)])


def test_the_last_look_comes_at_the_limit_and_who_is_ready_then_passes() -> None:
    """Without it a session that got READY in the last pause would be given up."""
    seen, glue = wait(then((PROVISIONING, 59.9), IS_READY), timeout=60)

    assert PASSED == seen
    assert 60.0 == glue.moments[-1]


def test_a_wait_that_takes_too_long_says_so_with_its_looks() -> None:
    seen, glue = wait(always(PROVISIONING), timeout=5)

    assert [0.0, 1.0, 2.0, 3.0, 4.0, 5.0] == glue.moments
    assert (WaitState.FAILED, PROVISIONING) == (seen.state, seen.session)
    assert (
        'Glue session "analytics" in eu-west-1 did not become READY within 5 s (6 looks, at last PROVISIONING): '
        "raise timeout, or find out why the session takes so long, and run again."
    ) == str(seen.error)


def test_a_limit_of_zero_looks_once() -> None:
    seen, glue = wait(always(PROVISIONING), timeout=0)

    assert [0.0] == glue.moments
    assert isinstance(seen.error, WaitedTooLong)
    assert "within 0 s (1 look, at last PROVISIONING)" in str(seen.error)


def test_a_look_just_at_the_limit_is_the_last() -> None:
    seen, glue = wait(always(PROVISIONING), timeout=SETTLED)

    assert WaitState.FAILED is seen.state
    assert [SETTLED] == [now for now, _ in glue.looks]


def test_a_wait_that_begins_late_has_all_of_its_time() -> None:
    async def work(watch: Poller, glue: Glue) -> WaitResult:
        await glue.clock.sleep_until(1_000.0)
        return await watch.wait("analytics", condition=READY, timeout=60)

    seen, glue = watching({"analytics": then((PROVISIONING, 1_030.0), IS_READY)}, work)

    assert PASSED == seen
    assert 1_000 + SETTLED == pytest.approx(glue.moments[0], abs=0.1)
    assert 1_030 <= glue.moments[-1] < 1_034


def test_a_limit_of_zero_is_enough_for_a_session_that_is_ready() -> None:
    seen, glue = wait(always(IS_READY), timeout=0)

    assert PASSED == seen
    assert [0.0] == glue.moments


def test_a_preview_looks_once_and_takes_on_its_way_for_an_answer() -> None:
    seen, glue = wait(always(PROVISIONING), timeout=None)

    assert WaitResult(region=REGION, session=PROVISIONING, state=WaitState.PENDING) == seen
    assert [0.0] == glue.moments


def test_a_preview_that_is_throttled_has_nothing_to_wait_with() -> None:
    error = throttled()
    seen, glue = wait(always(error), timeout=None)

    assert WaitResult(region=REGION, error=error, state=WaitState.FAILED) == seen
    assert [0.0] == glue.moments


def test_the_time_that_a_look_takes_counts() -> None:
    """Looks of 3 s in a wait of 5 s: the second one comes a second after the first, and it is the last."""
    seen, glue = wait(always(PROVISIONING), timeout=5, latency=3.0)

    assert [0.0, 4.0] == glue.moments
    assert "within 5 s (2 looks, at last PROVISIONING)" in str(seen.error)


def test_a_session_that_fails_ends_the_wait_at_once() -> None:
    failed = Session(status="FAILED", error_message="no capacity")
    seen, glue = wait(then((PROVISIONING, 1.5), failed))
    expected = SessionEnded("analytics", region=REGION, status="FAILED", targets=READY.targets, error_message="no capacity")

    assert [0.0, 1.0, 2.0] == glue.moments
    assert (WaitState.FAILED, failed, repr(expected)) == (seen.state, seen.session, repr(seen.error))


def test_a_session_that_disappears_ends_the_wait_at_once() -> None:
    """The last sight of it stays, for what is told of it."""
    gone = SessionNotFound("analytics", region=REGION)
    seen, glue = wait(then((PROVISIONING, 1.5), gone))

    assert [0.0, 1.0, 2.0] == glue.moments
    assert WaitResult(region=REGION, session=PROVISIONING, error=gone, state=WaitState.FAILED) == seen


# --- Looks that fail ---


@pytest.mark.parametrize("at_first", [True, False], ids=["from the start", "later"])
def test_throttling_does_not_end_a_wait(at_first: bool) -> None:  # noqa: FBT001 - a parameter of the test
    life = then((throttled(), 2.5), IS_READY) if at_first else then((PROVISIONING, 0.5), (throttled(), 2.0), IS_READY)
    seen, glue = wait(life)

    assert PASSED == seen
    assert [0.0, 1.0, 2.0, 3.0] == glue.moments


def test_throttling_that_never_ends_is_what_the_wait_says_in_the_end() -> None:
    error = throttled()
    seen, glue = wait(always(error), timeout=3)

    assert WaitResult(region=REGION, error=error, state=WaitState.FAILED) == seen
    assert [0.0, 1.0, 2.0, 3.0] == glue.moments


def test_credentials_that_expire_end_a_wait() -> None:
    expired = BadCredentials('Glue session "analytics"', region=REGION)
    seen, glue = wait(then((PROVISIONING, 0.5), expired))

    assert WaitResult(region=REGION, session=PROVISIONING, error=expired, state=WaitState.FAILED) == seen
    assert [0.0, 1.0] == glue.moments


def test_an_endpoint_that_was_never_reached_ends_a_wait_at_once() -> None:
    unreachable = Unreachable('Glue session "analytics"', region=REGION)
    seen, glue = wait(always(unreachable))

    assert WaitResult(region=REGION, error=unreachable, state=WaitState.FAILED) == seen
    assert [0.0] == glue.moments


def test_an_endpoint_that_cannot_be_reached_for_a_while_does_not_end_a_wait() -> None:
    unreachable = Unreachable('Glue session "analytics"', region=REGION)
    seen, glue = wait(then((PROVISIONING, 0.5), (unreachable, 2.0), IS_READY))

    assert PASSED == seen
    assert [0.0, 1.0, 2.0, 3.0] == glue.moments


# --- Many waits ---


def test_sessions_asked_for_in_one_turn_of_the_loop_share_one_look() -> None:
    async def work(watch: Poller, _: Glue) -> list[WaitResult]:
        return await asyncio.gather(*(watch.wait(name, condition=READY, timeout=600) for name in ("a", "b", "a", "c")))

    seen, glue = watching({name: always(IS_READY) for name in "abc"}, work)

    assert [PASSED] * 4 == seen
    assert [(SETTLED, ["a", "b", "c"])] == glue.looks


def test_sessions_asked_for_while_the_program_still_unfolds_share_one_look() -> None:
    """Each resource of a program begins a few turns of the loop after the one before it."""

    async def work(watch: Poller, glue: Glue) -> list[WaitResult]:
        async def later(name: str, delay: float) -> WaitResult:
            await glue.clock.sleep(delay)
            return await watch.wait(name, condition=READY, timeout=600)

        return await asyncio.gather(*(later(name, 0.004 * number) for number, name in enumerate("abcde")))

    seen, glue = watching({name: always(IS_READY) for name in "abcde"}, work)

    assert [PASSED] * 5 == seen
    assert [list("abcde")] == [session_ids for _, session_ids in glue.looks]


def test_an_endless_stream_of_new_waits_does_not_hold_back_the_first() -> None:
    async def work(watch: Poller, glue: Glue) -> float:
        async def one_more(number: int) -> WaitResult:
            await glue.clock.sleep(0.002 * number)
            return await watch.wait("analytics", condition=READY, timeout=600)

        waits = [asyncio.ensure_future(one_more(number)) for number in range(100)]
        await waits[0]
        passed_at = glue.clock.monotonic()
        await asyncio.gather(*waits)
        return passed_at

    passed_at, glue = watching({"analytics": always(IS_READY)}, work)

    assert 0.1 == pytest.approx(passed_at, abs=0.01)
    assert 2 <= len(glue.looks) <= 4


def test_a_hundred_waits_cost_as_many_looks_as_one() -> None:
    async def work(watch: Poller, _: Glue) -> list[WaitResult]:
        return await asyncio.gather(*(watch.wait(name, condition=READY, timeout=600) for name in names))

    names = [f"session-{number}" for number in range(100)]
    life = then((PROVISIONING, 60.0), IS_READY)
    _, alone = wait(life)
    seen, together = watching(dict.fromkeys(names, life), work)

    assert [PASSED] * 100 == seen
    assert [(now, names) for now, _ in alone.looks] == together.looks


def test_a_session_that_has_passed_is_not_looked_at_again() -> None:
    async def work(watch: Poller, _: Glue) -> list[WaitResult]:
        return await asyncio.gather(*(watch.wait(name, condition=READY, timeout=600) for name in ("early", "late")))

    _, glue = watching({"early": always(IS_READY), "late": then((PROVISIONING, 1.5), IS_READY)}, work)

    assert [["early", "late"], ["late"], ["late"]] == [session_ids for _, session_ids in glue.looks]


def test_a_late_joiner_is_looked_at_at_once_and_shares_the_looks_from_then_on() -> None:
    async def work(watch: Poller, glue: Glue) -> None:
        first = asyncio.ensure_future(watch.wait("first", condition=READY, timeout=600))
        await glue.clock.sleep_until(50.0)
        before = len(glue.looks)
        second = asyncio.ensure_future(watch.wait("second", condition=READY, timeout=600))
        await asyncio.gather(first, second)
        after = glue.looks[before:]

        assert 50.0 + SETTLED == pytest.approx(after[0][0])
        assert [["first", "second"]] * len(after) == [session_ids for _, session_ids in after]

    _, glue = watching(dict.fromkeys(("first", "second"), then((PROVISIONING, 58.0), IS_READY)), work)

    assert {"first"} == {name for now, session_ids in glue.looks if now < 50 for name in session_ids}


def test_who_joins_during_a_look_is_looked_at_right_after_it() -> None:
    async def work(watch: Poller, glue: Glue) -> None:
        first = asyncio.ensure_future(watch.wait("first", condition=READY, timeout=600))
        await glue.clock.sleep_until(1.0)
        await asyncio.gather(first, watch.wait("second", condition=READY, timeout=600))

    _, glue = watching({"first": then((PROVISIONING, 1.0), IS_READY), "second": always(IS_READY)}, work, latency=2.0)

    assert [(0.0, ["first"]), (2.0, ["first", "second"])] == [(round(now, 1), session_ids) for now, session_ids in glue.looks]


def test_each_wait_has_its_own_gate_and_limit() -> None:
    async def work(watch: Poller, _: Glue) -> tuple[WaitResult, ...]:
        return await asyncio.gather(
            watch.wait("analytics", condition=READY, timeout=600),
            watch.wait("analytics", condition=READY, timeout=2),
            watch.wait("analytics", condition=READY, timeout=None),
            watch.wait("analytics", condition=WaitCondition(), timeout=600),
            watch.wait("analytics", condition=WaitCondition.parse("STOPPED"), timeout=8),
        )

    seen, _ = watching({"analytics": then((PROVISIONING, 5.0), IS_READY)}, work)

    assert [
        (WaitState.SUCCEEDED, "READY", None),
        (WaitState.FAILED, "PROVISIONING", WaitedTooLong),
        (WaitState.PENDING, "PROVISIONING", None),
        (WaitState.SUCCEEDED, "PROVISIONING", None),
        (WaitState.FAILED, "READY", WaitedTooLong),
    ] == [(each.state, each.session and each.session.status, each.error and type(each.error)) for each in seen]


def test_a_watch_works_again_after_everybody_has_left() -> None:
    async def work(watch: Poller, glue: Glue) -> list[WaitResult]:
        first = await watch.wait("analytics", condition=READY, timeout=600)
        await glue.clock.sleep(100.0)
        return [first, await watch.wait("analytics", condition=READY, timeout=600)]

    seen, glue = watching({"analytics": always(IS_READY)}, work)

    assert [PASSED, PASSED] == seen
    assert [0.0, 100.0] == glue.moments


# --- Progress ---


def test_progress_hears_after_each_look_of_those_that_still_wait() -> None:
    heard: list[tuple[float, list[str]]] = []

    def progress(waiting: Sequence[PendingWait], now: float) -> None:
        assert all(each.result is not None and each.result.session == PROVISIONING for each in waiting)
        heard.append((round(now, 1), [each.session_id for each in waiting]))

    async def work(watch: Poller, _: Glue) -> list[WaitResult]:
        return await asyncio.gather(*(watch.wait(name, condition=READY, timeout=600) for name in ("early", "late")))

    watching({"early": then((PROVISIONING, 0.5), IS_READY), "late": then((PROVISIONING, 1.5), IS_READY)}, work, progress=progress)

    assert [(0.0, ["early", "late"]), (1.0, ["late"])] == heard


def test_progress_does_not_hear_of_a_session_before_it_was_looked_at() -> None:
    heard: list[list[str]] = []

    async def work(watch: Poller, glue: Glue) -> None:
        first = asyncio.ensure_future(watch.wait("first", condition=READY, timeout=600))
        await glue.clock.sleep_until(1.0)
        await asyncio.gather(first, watch.wait("second", condition=READY, timeout=600))

    lives = {"first": then((PROVISIONING, 1.0), IS_READY), "second": always(IS_READY)}
    watching(lives, work, latency=2.0, progress=lambda waiting, _: heard.append([each.session_id for each in waiting]))

    assert [["first"]] == heard


# --- Leaving, and faults ---


def test_a_waiter_that_is_cancelled_disturbs_nobody() -> None:
    async def work(watch: Poller, glue: Glue) -> WaitResult:
        impatient = asyncio.ensure_future(watch.wait("impatient", condition=READY, timeout=600))
        patient = asyncio.ensure_future(watch.wait("patient", condition=READY, timeout=600))
        await glue.clock.sleep_until(2.5)
        impatient.cancel()
        seen = await patient
        assert impatient.cancelled()
        return seen

    seen, glue = watching({"impatient": always(PROVISIONING), "patient": then((PROVISIONING, 5.0), IS_READY)}, work)

    assert PASSED == seen
    assert [0.0, 1.0, 2.0, 3.0, 4.0, 5.0] == glue.moments
    assert ["patient"] == glue.looks[-1][1]


def test_a_waiter_that_is_cancelled_is_not_looked_for_again() -> None:
    async def work(watch: Poller, glue: Glue) -> None:
        impatient = asyncio.ensure_future(watch.wait("impatient", condition=READY, timeout=600))
        await glue.clock.sleep_until(2.5)
        impatient.cancel()
        await glue.clock.sleep(10.0)

    _, glue = watching({"impatient": always(PROVISIONING)}, work)

    assert [0.0, 1.0, 2.0] == glue.moments


def test_a_waiter_that_is_cancelled_during_a_look_disturbs_nobody() -> None:
    async def work(watch: Poller, glue: Glue) -> WaitResult:
        impatient = asyncio.ensure_future(watch.wait("impatient", condition=READY, timeout=600))
        patient = asyncio.ensure_future(watch.wait("patient", condition=READY, timeout=600))
        await glue.clock.sleep_until(1.0)
        impatient.cancel()
        return await patient

    seen, glue = watching({"impatient": always(IS_READY), "patient": always(IS_READY)}, work, latency=2.0)

    assert PASSED == seen
    assert 1 == len(glue.looks)


def faulty(lives: Mapping[str, Life], *waits: str) -> tuple[list[WaitResult | BaseException], list[str]]:
    """What each of `waits` gets from a watch with a bug in it, and what Python complains of besides."""
    complaints: list[str] = []

    async def work() -> list[WaitResult | BaseException]:
        asyncio.get_running_loop().set_exception_handler(lambda _loop, context: complaints.append(context["message"]))
        clock = FakeClock()
        watch = Poller(Glue(clock, {"sound": always(IS_READY), **lives}).look, clock=clock)
        met = await asyncio.gather(*(watch.wait(name, condition=READY, timeout=600) for name in waits), return_exceptions=True)
        return [*met, await watch.wait("sound", condition=READY, timeout=600)]

    async def begin() -> list[WaitResult | BaseException]:
        met = await work()
        gc.collect()  # a task complains when it is collected
        return met

    return run(begin()), complaints


def test_a_look_with_a_bug_reaches_every_waiter_and_the_watch_works_again() -> None:
    """Nobody may hang because of our own mistake."""

    def broken(_now: float) -> Answer:
        raise ZeroDivisionError("our own mistake")

    (first, second, third), _ = faulty({"a": always(IS_READY), "b": broken}, "a", "b")

    assert ["ZeroDivisionError('our own mistake')"] * 2 == [repr(first), repr(second)]
    assert PASSED == third


def test_a_look_that_forgets_a_session_reaches_its_waiter() -> None:
    (first, second), _ = faulty({}, "nobody")

    assert "KeyError('nobody')" == repr(first)
    assert PASSED == second


def test_a_bug_is_told_to_the_waiters_and_not_by_python_as_well() -> None:
    """Else a person gets the traceback of a "Task exception was never retrieved" beside the error of the resource."""
    _, complaints = faulty({}, "nobody")

    assert [] == complaints


def test_a_bug_does_no_harm_to_a_waiter_that_was_cancelled_before() -> None:
    def broken(_now: float) -> Answer:
        raise ZeroDivisionError("our own mistake")

    async def work(watch: Poller, glue: Glue) -> tuple[bool, str]:
        impatient = asyncio.ensure_future(watch.wait("a", condition=READY, timeout=600))
        patient = asyncio.ensure_future(watch.wait("b", condition=READY, timeout=600))
        await glue.clock.sleep_until(1.0)
        impatient.cancel()
        (met,) = await asyncio.gather(patient, return_exceptions=True)
        return impatient.cancelled(), repr(met)

    met, _ = watching({"a": broken, "b": broken}, work, latency=2.0)

    assert (True, "ZeroDivisionError('our own mistake')") == met


def test_who_waits_for_a_watch_that_is_stopped_is_cancelled() -> None:
    """An interrupted program cancels all tasks of its loop, the watch's own among them."""

    async def work(watch: Poller, glue: Glue) -> bool:
        waiting = asyncio.ensure_future(watch.wait("analytics", condition=READY, timeout=600))
        await glue.clock.sleep_until(2.5)
        for task in asyncio.all_tasks() - {asyncio.current_task(), waiting}:
            if "_drive" in repr(task):
                task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        return waiting.cancelled()

    cancelled, _ = watching({"analytics": always(PROVISIONING)}, work)

    assert cancelled


# --- The clock of the machine ---


def test_the_clock_of_the_machine_is_the_monotonic_one() -> None:
    before = time.monotonic()
    now = SystemClock().monotonic()

    assert before <= now <= time.monotonic()


def test_the_clock_of_the_machine_sleeps_no_longer_than_until_it_is_woken() -> None:
    async def work(clock: Clock) -> None:
        wake = asyncio.Event()
        sleeper = asyncio.ensure_future(clock.sleep(3_600.0, wake=wake))
        await clock.sleep(0.001)
        assert not sleeper.done()
        wake.set()
        await sleeper

    run(work(SystemClock()))


def test_a_watch_takes_the_clock_of_the_machine_by_itself() -> None:
    async def work() -> WaitResult:
        async def look(session_ids: Sequence[str]) -> Found:
            await asyncio.sleep(0)
            return Found(region=REGION, sessions=dict.fromkeys(session_ids, IS_READY))

        return await Poller(look).wait("analytics", condition=READY, timeout=600)

    assert PASSED == run(work())


def test_a_watch_at_rest_keeps_no_event_loop_alive() -> None:
    """A long-lived process runs many programs, each in a loop of its own; what they leave behind must be nothing."""

    async def look(session_ids: Sequence[str]) -> Found:
        return Found(region=REGION, sessions=dict.fromkeys(session_ids, IS_READY))

    loop = asyncio.new_event_loop()
    watch = Poller(look)
    assert PASSED == loop.run_until_complete(watch.wait("analytics", condition=READY, timeout=60))
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()
    gone = weakref.ref(loop)
    del loop
    gc.collect()

    assert gone() is None
    assert PASSED == asyncio.run(watch.wait("analytics", condition=READY, timeout=60)), "and it works in the next loop"
