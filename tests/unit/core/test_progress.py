"""Progress lines: their texts, their rhythm, and the poller that drives them."""

from __future__ import annotations

import asyncio

from pulumi_glue_session.core.errors import SessionEnded, SessionNotFound, WaitedTooLong
from pulumi_glue_session.core.poller import Poller
from pulumi_glue_session.core.progress import LogRhythm, ProgressReporter, Rhythm, TerminalRhythm, WaitProgress
from pulumi_glue_session.core.session import Session
from pulumi_glue_session.core.wait import WaitResult, WaitState
from support.fake_source import Life, ScriptedSource, always, then
from support.hostile_text import HAND_PICKED, is_fit
from support.polling import PROVISIONING, READY, READY_SESSION, REGION, SUCCEEDED, polling, throttled


def lines(
    life: Life, rhythm: Rhythm, *, timeout: float | None = 600, latency: float = 0.0
) -> tuple[list[tuple[float, str]], WaitResult]:
    """Lines of a wait with the times at which they were shown."""
    shown: list[tuple[float, str]] = []

    async def work(poller: Poller, source: ScriptedSource) -> WaitResult:
        reporter = ProgressReporter(lambda line: shown.append((round(source.clock.monotonic(), 1), line)), rhythm)
        return await poller.wait("analytics", condition=READY, timeout=timeout, progress=reporter)

    result, _ = polling({"analytics": life}, work, latency=latency)
    return shown, result


def test_terminal_has_a_line_each_second() -> None:
    shown, _ = lines(then((PROVISIONING, 3.5), READY_SESSION), TerminalRhythm())

    assert [
        (0.0, "PROVISIONING, 0s of at most 10m"),
        (1.0, "PROVISIONING, 1s of at most 10m"),
        (2.0, "PROVISIONING, 2s of at most 10m"),
        (3.0, "PROVISIONING, 3s of at most 10m"),
        (4.0, "PROVISIONING, 4s of at most 10m"),
        (4.0, "READY after 4s"),
    ] == shown


def test_terminal_line_does_not_wait_for_the_next_poll() -> None:
    """After 100 seconds the session is polled every ten seconds only."""
    shown, _ = lines(then((PROVISIONING, 130.0), READY_SESSION), TerminalRhythm())

    assert [f"PROVISIONING, {'1m' if n == 60 else f'{n // 60}m{n % 60}s'} of at most 10m" for n in range(110, 120)] == [
        line for moment, line in shown if 109.9 < moment < 119.9
    ]


def test_log_has_lines_at_0_5_15_30_60_seconds_and_every_minute() -> None:
    shown, _ = lines(then((PROVISIONING, 200.0), READY_SESSION), LogRhythm())

    assert [0, 5, 15, 30, 60, 120, 180] == [round(moment) for moment, line in shown if line.startswith("PROVISIONING")]
    assert "PROVISIONING, 3m of at most 10m" == shown[-2][1]
    assert shown[-1][1].startswith("READY after 3m")


def test_change_of_status_is_shown_at_once() -> None:
    shown, result = lines(then((PROVISIONING, 7.5), Session(status="STOPPING")), LogRhythm())

    assert isinstance(result.error, SessionEnded)
    assert [(8.0, "STOPPING after 8s")] == shown[2:]

    shown, _ = lines(then((PROVISIONING, 7.5), (READY_SESSION, 0.1), READY_SESSION), LogRhythm())
    assert (8.0, "READY after 8s") == shown[-1]


def test_status_of_a_pending_session_that_changes_is_shown_at_once() -> None:
    shown: list[str] = []
    reporter = ProgressReporter(shown.append, LogRhythm())
    for waited, status in ((0.0, "PROVISIONING"), (7.0, "PROVISIONING"), (8.0, "READY"), (9.0, "READY")):
        reporter.update(WaitProgress(status=status, waited=waited, timeout=90.0))

    assert [
        "PROVISIONING, 0s of at most 1m30s",
        "PROVISIONING, 7s of at most 1m30s",
        "READY, 8s of at most 1m30s",
    ] == shown


def test_hanging_read_is_shown_after_five_seconds() -> None:
    shown, result = lines(always(READY_SESSION), LogRhythm(), latency=40.0)

    assert [
        (5.0, "no answer from Glue for 5s, trying again"),
        (15.0, "no answer from Glue for 15s, trying again"),
        (30.0, "no answer from Glue for 30s, trying again"),
        (40.0, "READY after 40s"),
    ] == shown
    assert SUCCEEDED == result


def test_hanging_read_counts_each_second_in_a_terminal() -> None:
    shown, _ = lines(always(READY_SESSION), TerminalRhythm(), latency=8.0)

    assert [f"no answer from Glue for {n}s, trying again" for n in (5, 6, 7, 8)] == [line for _, line in shown[:-1]]


def test_failing_reads_count_from_the_first_one() -> None:
    shown, _ = lines(then((PROVISIONING, 0.5), (throttled(), 12.0), READY_SESSION), LogRhythm())

    assert [
        (0.0, "PROVISIONING, 0s of at most 10m"),
        (5.0, "PROVISIONING, 5s of at most 10m"),
        (6.0, "no answer from Glue for 5s, trying again"),
    ] == shown[:3]
    assert shown[3:] == [(shown[-1][0], "READY after 13s")]


def test_timeout_has_a_last_line() -> None:
    shown, result = lines(always(PROVISIONING), LogRhythm(), timeout=20)

    assert isinstance(result.error, WaitedTooLong)
    assert (20.0, "still PROVISIONING after 20s") == shown[-1]


def test_error_has_a_last_line() -> None:
    shown, _ = lines(then((PROVISIONING, 3.5), SessionNotFound("analytics", region=REGION)), LogRhythm())

    assert (4.0, "stopped waiting after 4s") == shown[-1]


def test_nothing_is_shown_without_a_wait() -> None:
    for timeout in (600, 0, None):
        shown, _ = lines(always(READY_SESSION), TerminalRhythm(), timeout=timeout)
        assert [] == shown
    shown, result = lines(always(PROVISIONING), TerminalRhythm(), timeout=None)
    assert ([], WaitState.PENDING) == (shown, result.state)


def test_hanging_preview_is_shown() -> None:
    shown, _ = lines(always(READY_SESSION), LogRhythm(), timeout=None, latency=7.0)

    assert [(5.0, "no answer from Glue for 5s, trying again"), (7.0, "READY after 7s")] == shown


def test_each_wait_has_its_own_lines() -> None:
    shown: list[str] = []

    async def wait(poller: Poller, name: str) -> None:
        reporter = ProgressReporter(lambda line: shown.append(f"{name}: {line}"), LogRhythm())
        await poller.wait(name, condition=READY, timeout=60, progress=reporter)

    async def work(poller: Poller, _: ScriptedSource) -> None:
        await asyncio.gather(wait(poller, "a"), wait(poller, "b"))

    polling({"a": then((PROVISIONING, 0.5), READY_SESSION), "b": then((PROVISIONING, 2.5), READY_SESSION)}, work)

    assert [
        "a: PROVISIONING, 0s of at most 1m",
        "b: PROVISIONING, 0s of at most 1m",
        "a: READY after 1s",
        "b: READY after 3s",
    ] == shown


def test_status_is_safe_for_a_terminal() -> None:
    shown: list[str] = []
    for text in HAND_PICKED.values():
        ProgressReporter(shown.append, LogRhythm()).update(WaitProgress(status=text, waited=0.0, timeout=1.0))

    assert len(HAND_PICKED) == len(shown)
    assert [] == [line for line in shown if not is_fit(line)]
