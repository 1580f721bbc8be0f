"""One wait: when a session is polled, and the result."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest

from pulumi_glue_session.core.errors import (
    BadCredentials,
    SessionEnded,
    SessionNotFound,
    Throttled,
    Unreachable,
    WaitedTooLong,
)
from pulumi_glue_session.core.poller import Poller
from pulumi_glue_session.core.session import Session
from pulumi_glue_session.core.wait import WaitResult, WaitState
from support.fake_source import ScriptedSource, always, then
from support.polling import PROVISIONING, READY, READY_SESSION, REGION, SETTLED, SUCCEEDED, polling, throttled, wait

# --- One wait ---


def test_first_read_is_immediate() -> None:
    result, source = wait(always(READY_SESSION))

    assert SUCCEEDED == result
    assert [(SETTLED, ["analytics"])] == source.reads


def test_wait_ends_when_the_target_is_read() -> None:
    result, source = wait(then((PROVISIONING, 3.5), READY_SESSION))

    assert SUCCEEDED == result
    assert [0.0, 1.0, 2.0, 3.0, 4.0] == source.moments


def test_polls_back_off_from_one_to_ten_seconds() -> None:
    _, source = wait(then((PROVISIONING, 300.0), READY_SESSION))
    moments = [now for now, _ in source.reads]
    expected = [min(max(earlier / 10, 1.0), 10.0) + SETTLED for earlier in moments[:-1]]

    assert expected == pytest.approx([later - earlier for earlier, later in pairwise(moments)])
    assert 300 <= moments[-1] < 310


def test_jitter_spreads_the_polls() -> None:
    def pause(jitter: float) -> float:
        _, source = wait(then((PROVISIONING, 0.5), READY_SESSION), jitter=jitter)
        first, second = source.reads
        return second[0] - first[0] - SETTLED

    assert [0.9, 1.0, 1.1] == pytest.approx([pause(jitter) for jitter in (0.0, 0.5, 1.0)])


def test_last_poll_is_at_the_timeout() -> None:
    """A session that became READY during the last pause succeeds."""
    result, source = wait(then((PROVISIONING, 59.9), READY_SESSION), timeout=60)

    assert SUCCEEDED == result
    assert 60.0 == source.moments[-1]


def test_timeout_has_the_number_of_polls() -> None:
    result, source = wait(always(PROVISIONING), timeout=5)

    assert [0.0, 1.0, 2.0, 3.0, 4.0, 5.0] == source.moments
    assert (WaitState.FAILED, PROVISIONING) == (result.state, result.session)
    assert isinstance(result.error, WaitedTooLong)
    assert (5.0, 6) == (result.error.seconds, result.error.polls)


def test_zero_timeout_reads_once() -> None:
    result, source = wait(always(PROVISIONING), timeout=0)

    assert [0.0] == source.moments
    assert isinstance(result.error, WaitedTooLong)
    assert (0.0, 1) == (result.error.seconds, result.error.polls)


def test_poll_at_the_timeout_is_the_last() -> None:
    result, source = wait(always(PROVISIONING), timeout=SETTLED)

    assert WaitState.FAILED is result.state
    assert [SETTLED] == [now for now, _ in source.reads]


def test_timeout_starts_with_the_wait() -> None:
    async def work(poller: Poller, source: ScriptedSource) -> WaitResult:
        await source.clock.sleep_until(1_000.0)
        return await poller.wait("analytics", condition=READY, timeout=60)

    result, source = polling({"analytics": then((PROVISIONING, 1_030.0), READY_SESSION)}, work)

    assert SUCCEEDED == result
    assert 1_000 + SETTLED == pytest.approx(source.moments[0], abs=0.1)
    assert 1_030 <= source.moments[-1] < 1_034


def test_zero_timeout_succeeds_for_a_ready_session() -> None:
    result, source = wait(always(READY_SESSION), timeout=0)

    assert SUCCEEDED == result
    assert [0.0] == source.moments


def test_preview_reads_once_and_returns_pending() -> None:
    result, source = wait(always(PROVISIONING), timeout=None)

    assert WaitResult(region=REGION, session=PROVISIONING, state=WaitState.PENDING) == result
    assert [0.0] == source.moments


def test_preview_fails_if_throttled() -> None:
    error = throttled()
    result, source = wait(always(error), timeout=None)

    assert WaitResult(region=REGION, error=error, state=WaitState.FAILED) == result
    assert [0.0] == source.moments


def test_duration_of_a_read_counts() -> None:
    """Reads of 3 s with a timeout of 5 s: the second one starts a second after the first answer and is the last."""
    result, source = wait(always(PROVISIONING), timeout=5, latency=3.0)

    assert [0.0, 4.0] == source.moments
    assert isinstance(result.error, WaitedTooLong)
    assert 2 == result.error.polls


def test_failed_session_ends_the_wait() -> None:
    failed = Session(status="FAILED", error_message="no capacity")
    result, source = wait(then((PROVISIONING, 1.5), failed))

    assert [0.0, 1.0, 2.0] == source.moments
    assert (WaitState.FAILED, failed) == (result.state, result.session)
    assert isinstance(result.error, SessionEnded)


def test_missing_session_ends_the_wait() -> None:
    """The last reading stays in the result."""
    gone = SessionNotFound("analytics", region=REGION)
    result, source = wait(then((PROVISIONING, 1.5), gone))

    assert [0.0, 1.0, 2.0] == source.moments
    assert WaitResult(region=REGION, session=PROVISIONING, error=gone, state=WaitState.FAILED) == result


# --- Reads that fail ---


@pytest.mark.parametrize("at_first", [True, False], ids=["from the start", "later"])
def test_throttling_does_not_end_the_wait(at_first: bool) -> None:  # noqa: FBT001
    life = (
        then((throttled(), 2.5), READY_SESSION)
        if at_first
        else then((PROVISIONING, 0.5), (throttled(), 2.0), READY_SESSION)
    )
    result, source = wait(life)

    assert SUCCEEDED == result
    assert [0.0, 1.0, 2.0, 3.0] == source.moments


def test_permanent_throttling_is_the_final_error() -> None:
    error = throttled()
    result, source = wait(always(error), timeout=3)

    assert WaitResult(region=REGION, error=error, state=WaitState.FAILED) == result
    assert [0.0, 1.0, 2.0, 3.0] == source.moments


def test_expired_credentials_end_the_wait() -> None:
    expired = BadCredentials('Glue session "analytics"', region=REGION)
    result, source = wait(then((PROVISIONING, 0.5), expired))

    assert WaitResult(region=REGION, session=PROVISIONING, error=expired, state=WaitState.FAILED) == result
    assert [0.0, 1.0] == source.moments


def test_endpoint_that_never_answered_ends_the_wait() -> None:
    unreachable = Unreachable('Glue session "analytics"', region=REGION)
    result, source = wait(always(unreachable))

    assert WaitResult(region=REGION, error=unreachable, state=WaitState.FAILED) == result
    assert [0.0] == source.moments


def test_network_failure_after_a_read_does_not_end_the_wait() -> None:
    unreachable = Unreachable('Glue session "analytics"', region=REGION)
    result, source = wait(then((PROVISIONING, 0.5), (unreachable, 2.0), READY_SESSION))

    assert SUCCEEDED == result
    assert [0.0, 1.0, 2.0, 3.0] == source.moments


@pytest.mark.parametrize(("timeout", "end"), [(8, 8.0), (2, 5.0)], ids=["long", "shorter than any read may take"])
def test_read_without_an_answer_ends_at_the_timeout(timeout: float, end: float) -> None:
    async def work(poller: Poller, source: ScriptedSource) -> tuple[WaitResult, float]:
        result = await poller.wait("analytics", condition=READY, timeout=timeout)
        return result, source.clock.now

    (result, ended), _ = polling({"analytics": always(READY_SESSION)}, work, latency=60.0)

    assert end == pytest.approx(ended, abs=SETTLED)
    assert (WaitState.FAILED, None) == (result.state, result.session)
    assert isinstance(result.error, Unreachable)
    assert f"no answer for {end:.0f}s" == result.error.detail


def test_read_that_boto3_slows_down_is_throttled() -> None:
    async def work(poller: Poller, source: ScriptedSource) -> WaitResult:
        source.throttled_at = source.clock.now
        return await poller.wait("analytics", condition=READY, timeout=8)

    result, _ = polling({"analytics": always(READY_SESSION)}, work, latency=60.0)

    assert isinstance(result.error, Throttled)
    assert "no answer for 8s, because boto3 slows throttled requests down" == result.error.detail


def test_later_read_without_an_answer_ends_at_the_timeout() -> None:
    """The error names the last status, and why it is not newer."""

    async def work(poller: Poller, source: ScriptedSource) -> tuple[WaitResult, float]:
        wait = asyncio.ensure_future(poller.wait("analytics", condition=READY, timeout=20))
        await source.clock.sleep_until(1.5)
        source.latency = 60.0
        return await wait, source.clock.now

    (result, ended), _ = polling({"analytics": always(PROVISIONING)}, work)

    assert 20.0 == ended
    assert PROVISIONING == result.session
    assert isinstance(result.error, WaitedTooLong)
    assert 'No usable answer from Glue: Glue session "analytics"' in result.error.reason


def test_read_without_an_answer_does_not_delay_other_sessions() -> None:
    async def work(poller: Poller, source: ScriptedSource) -> tuple[list[WaitResult], float]:
        waits = [poller.wait(name, condition=READY, timeout=timeout) for name, timeout in (("hangs", 30), ("late", 60))]
        return await asyncio.gather(*waits), source.clock.now

    (results, ended), _ = polling(
        {"hangs": always(READY_SESSION), "late": then((PROVISIONING, 40.0), READY_SESSION)},
        work,
        latencies={"hangs": 300.0},
    )

    assert [WaitState.FAILED, WaitState.SUCCEEDED] == [result.state for result in results]
    assert 40 <= ended < 50


def test_wait_goes_on_from_an_earlier_read() -> None:
    """A network failure does not end it, and the timeout counts from the earlier start."""
    unreachable = Unreachable('Glue session "analytics"', region=REGION)
    last = WaitResult(region=REGION, session=PROVISIONING, state=WaitState.PENDING)

    async def work(poller: Poller, _: ScriptedSource) -> WaitResult:
        return await poller.wait("analytics", condition=READY, timeout=10, waited=6.0, last=last)

    result, source = polling({"analytics": always(unreachable)}, work)

    assert [1.0, 2.0, 3.0, 4.0] == source.moments
    assert isinstance(result.error, WaitedTooLong)
    assert (10, 5) == (result.error.seconds, result.error.polls)


@pytest.mark.parametrize("timeout", [0, None])
def test_single_read_has_the_time_limit_of_its_call(timeout: float | None) -> None:
    result, _ = wait(always(READY_SESSION), timeout=timeout, latency=60.0)

    assert SUCCEEDED == result


def test_result_has_the_time_of_its_request() -> None:
    """The answer can arrive much later, and says how the session was at the request."""
    result, _ = wait(always(READY_SESSION), latency=30.0)

    assert SETTLED == result.requested_at
