"""Many waits of one poller: shared reads, and sessions that do not affect each other."""

from __future__ import annotations

import asyncio

import pytest

from pulumi_glue_session.core.errors import Unreachable, WaitedTooLong
from pulumi_glue_session.core.poller import Poller
from pulumi_glue_session.core.session import Session
from pulumi_glue_session.core.wait import WaitCondition, WaitResult, WaitState
from support.fake_source import ScriptedSource, always, then
from support.polling import PROVISIONING, READY, READY_SESSION, REGION, SETTLED, SUCCEEDED, polling, wait

# --- Many waits ---


def test_waits_of_one_turn_share_a_read() -> None:
    async def work(poller: Poller, _: ScriptedSource) -> list[WaitResult]:
        return await asyncio.gather(*(poller.wait(name, condition=READY, timeout=600) for name in ("a", "b", "a", "c")))

    result, source = polling({name: always(READY_SESSION) for name in "abc"}, work)

    assert [SUCCEEDED] * 4 == result
    assert [(SETTLED, ["a", "b", "c"])] == source.reads


def test_waits_that_follow_closely_share_a_read() -> None:
    """The resources of a program start a few turns of the loop one after the other."""

    async def work(poller: Poller, source: ScriptedSource) -> list[WaitResult]:
        async def later(name: str, delay: float) -> WaitResult:
            await source.clock.sleep(delay)
            return await poller.wait(name, condition=READY, timeout=600)

        return await asyncio.gather(*(later(name, 0.004 * number) for number, name in enumerate("abcde")))

    result, source = polling({name: always(READY_SESSION) for name in "abcde"}, work)

    assert [SUCCEEDED] * 5 == result
    assert [list("abcde")] == [session_ids for _, session_ids in source.reads]


def test_endless_new_waits_do_not_delay_the_first() -> None:
    async def work(poller: Poller, source: ScriptedSource) -> float:
        async def one_more(number: int) -> WaitResult:
            await source.clock.sleep(0.002 * number)
            return await poller.wait("analytics", condition=READY, timeout=600)

        waits = [asyncio.ensure_future(one_more(number)) for number in range(100)]
        await waits[0]
        passed_at = source.clock.monotonic()
        await asyncio.gather(*waits)
        return passed_at

    passed_at, source = polling({"analytics": always(READY_SESSION)}, work)

    assert 0.1 == pytest.approx(passed_at, abs=0.01)
    assert 2 <= len(source.reads) <= 4


def test_hundred_waits_take_as_many_reads_as_one() -> None:
    async def work(poller: Poller, _: ScriptedSource) -> list[WaitResult]:
        return await asyncio.gather(*(poller.wait(name, condition=READY, timeout=600) for name in names))

    names = [f"session-{number}" for number in range(100)]
    life = then((PROVISIONING, 60.0), READY_SESSION)
    _, alone = wait(life)
    result, together = polling(dict.fromkeys(names, life), work)

    assert [SUCCEEDED] * 100 == result
    assert [(now, names) for now, _ in alone.reads] == together.reads


def test_session_that_succeeded_is_not_read_again() -> None:
    async def work(poller: Poller, _: ScriptedSource) -> list[WaitResult]:
        return await asyncio.gather(*(poller.wait(name, condition=READY, timeout=600) for name in ("early", "late")))

    _, source = polling({"early": always(READY_SESSION), "late": then((PROVISIONING, 1.5), READY_SESSION)}, work)

    assert [["early", "late"], ["late"], ["late"]] == [session_ids for _, session_ids in source.reads]


def test_later_wait_is_read_at_once_and_then_shares_reads() -> None:
    async def work(poller: Poller, source: ScriptedSource) -> None:
        first = asyncio.ensure_future(poller.wait("first", condition=READY, timeout=600))
        await source.clock.sleep_until(50.0)
        before = len(source.reads)
        second = asyncio.ensure_future(poller.wait("second", condition=READY, timeout=600))
        await asyncio.gather(first, second)
        after = source.reads[before:]

        assert 50.0 + SETTLED == pytest.approx(after[0][0])
        assert [["first", "second"]] * len(after) == [session_ids for _, session_ids in after]

    _, source = polling(dict.fromkeys(("first", "second"), then((PROVISIONING, 58.0), READY_SESSION)), work)

    assert {"first"} == {name for now, session_ids in source.reads if now < 50 for name in session_ids}


def test_wait_that_joins_during_a_read_has_its_own() -> None:
    async def work(poller: Poller, source: ScriptedSource) -> None:
        first = asyncio.ensure_future(poller.wait("first", condition=READY, timeout=600))
        await source.clock.sleep_until(1.0)
        await asyncio.gather(first, poller.wait("second", condition=READY, timeout=600))

    _, source = polling(
        {"first": then((PROVISIONING, 1.0), READY_SESSION), "second": always(READY_SESSION)}, work, latency=2.0
    )

    assert [(0.0, ["first"]), (1.0, ["second"]), (3.0, ["first"])] == [
        (round(now, 1), names) for now, names in source.reads
    ]


def test_each_wait_has_its_own_condition_and_timeout() -> None:
    async def work(poller: Poller, _: ScriptedSource) -> tuple[WaitResult, ...]:
        return await asyncio.gather(
            poller.wait("analytics", condition=READY, timeout=600),
            poller.wait("analytics", condition=READY, timeout=2),
            poller.wait("analytics", condition=READY, timeout=None),
            poller.wait("analytics", condition=WaitCondition(), timeout=600),
            poller.wait("analytics", condition=WaitCondition.parse("STOPPED"), timeout=8),
        )

    result, _ = polling({"analytics": then((PROVISIONING, 5.0), READY_SESSION)}, work)

    assert [
        (WaitState.SUCCEEDED, "READY", None),
        (WaitState.FAILED, "PROVISIONING", WaitedTooLong),
        (WaitState.PENDING, "PROVISIONING", None),
        (WaitState.SUCCEEDED, "PROVISIONING", None),
        (WaitState.FAILED, "READY", WaitedTooLong),
    ] == [(each.state, each.session and each.session.status, each.error and type(each.error)) for each in result]


def test_poller_works_again_after_it_was_idle() -> None:
    async def work(poller: Poller, source: ScriptedSource) -> list[WaitResult]:
        first = await poller.wait("analytics", condition=READY, timeout=600)
        await source.clock.sleep(100.0)
        return [first, await poller.wait("analytics", condition=READY, timeout=600)]

    result, source = polling({"analytics": always(READY_SESSION)}, work)

    assert [SUCCEEDED, SUCCEEDED] == result
    assert [0.0, 100.0] == source.moments


# --- Slow and broken sessions ---


def test_hanging_session_does_not_delay_others() -> None:
    async def work(poller: Poller, source: ScriptedSource) -> list[float]:
        async def finished(name: str) -> float:
            await poller.wait(name, condition=READY, timeout=600)
            return round(source.clock.monotonic(), 1)

        return await asyncio.gather(*(finished(name) for name in ("ready", "late", "hanging")))

    lives = {
        "ready": always(READY_SESSION),
        "late": then((PROVISIONING, 2.5), READY_SESSION),
        "hanging": always(READY_SESSION),
    }
    moments, source = polling(lives, work, latencies={"hanging": 40.0})

    assert [0.0, 3.0, 40.0] == moments
    assert [["ready", "late", "hanging"], ["late"], ["late"], ["late"]] == [names for _, names in source.reads]


def test_broken_session_does_not_fail_others() -> None:
    async def work(poller: Poller, _: ScriptedSource) -> list[WaitResult]:
        return await asyncio.gather(*(poller.wait(name, condition=READY, timeout=60) for name in ("broken", "ready")))

    broken = Unreachable('Glue session "broken"', region=REGION)
    results, _ = polling({"broken": always(broken), "ready": always(READY_SESSION)}, work)

    assert [WaitResult(region=REGION, error=broken, state=WaitState.FAILED), SUCCEEDED] == results


def test_session_is_judged_by_its_own_answer() -> None:
    """READY for a moment, STOPPED when the other answers arrive: the wait ends with the answer of the moment."""
    lives = {
        "brief": then((PROVISIONING, 0.9), (READY_SESSION, 1.2), Session(status="STOPPED")),
        "slow": always(READY_SESSION),
    }

    async def work(poller: Poller, source: ScriptedSource) -> tuple[WaitResult, float]:
        slow = asyncio.ensure_future(poller.wait("slow", condition=READY, timeout=60))
        result = await poller.wait("brief", condition=READY, timeout=60)
        now = source.clock.monotonic()
        await slow
        return result, now - result.requested_at

    (result, age), _ = polling(lives, work, latencies={"slow": 14.0})

    assert SUCCEEDED == result
    assert 0.1 > age


def test_end_of_a_slow_read_does_not_end_the_next_read_of_other_sessions() -> None:
    """The sessions of one read answer at different times, so some are read again before the slowest has answered."""

    async def work(poller: Poller, _: ScriptedSource) -> list[WaitResult]:
        waits = [poller.wait(name, condition=READY, timeout=600) for name in ("slow", "late")]
        return await asyncio.gather(*waits)

    results, _ = polling(
        {"slow": always(READY_SESSION), "late": then((PROVISIONING, 60.0), READY_SESSION)},
        work,
        latencies={"slow": 18.0, "late": 3.0},
    )

    assert [SUCCEEDED, SUCCEEDED] == results
