"""The lines that say why nothing happens."""

from __future__ import annotations

import asyncio

from pulumi_glue_session.core.poller import PendingWait
from pulumi_glue_session.core.progress import ProgressReporter
from pulumi_glue_session.core.session import Session
from pulumi_glue_session.core.wait import WaitCondition, WaitResult, WaitState
from support.hostile_text import HAND_PICKED, is_fit


def waiting(session_id: str, status: str | None = "PROVISIONING", *, since: float = 0.0, limit: float = 600.0) -> PendingWait:
    loop = asyncio.new_event_loop()
    done: asyncio.Future[WaitResult] = loop.create_future()
    loop.close()
    seen = WaitResult(region="eu-west-1", session=Session(status=status), state=WaitState.PENDING) if status else None
    gate = WaitCondition(targets=frozenset({"READY"}))
    return PendingWait(session_id=session_id, condition=gate, timeout=limit, started=since, done=done, next_poll=0.0, polls=1, result=seen)


def lines_of(*looks: tuple[list[PendingWait], float]) -> list[str]:
    lines: list[str] = []

    def say(line: str, *, ephemeral: bool) -> None:
        assert ephemeral, "no part of the final report"
        lines.append(line)

    announcer = ProgressReporter(say)
    for waits, now in looks:
        announcer(waits, now)
    return lines


def test_a_wait_is_told_at_once_and_every_half_minute() -> None:
    looks = [([waiting("analytics-prod")], float(now)) for now in range(0, 65, 5)]
    expected = [f"analytics-prod is PROVISIONING, {waited} of at most 10 min" for waited in ("0 s", "30 s", "1 min")]

    assert expected == lines_of(*looks)


def test_a_change_of_status_is_told_at_once() -> None:
    expected = ["analytics-prod is PROVISIONING, 0 s of at most 10 min", "analytics-prod is STOPPING, 42 s of at most 10 min"]

    assert expected == lines_of(([waiting("analytics-prod")], 0.0), ([waiting("analytics-prod", "STOPPING")], 42.0))


def test_up_to_three_waits_have_a_line_each() -> None:
    expected = [f"{name} is PROVISIONING, 1 s of at most 10 min" for name in "abc"]

    assert expected == lines_of(([waiting(name) for name in "abc"], 1.0))


def test_more_waits_share_a_line_which_counts_by_status() -> None:
    waits = [waiting("a"), waiting("b", "STOPPING", since=2.0), waiting("c"), waiting("d", None, limit=90.0)]
    expected = ["waiting for 4 Glue sessions: 2 PROVISIONING, 1 STOPPING, 1 not seen yet, 5 s of at most 10 min"]

    assert expected == lines_of((waits, 5.0), (waits, 6.0))


def test_an_id_cannot_steer_the_terminal() -> None:
    expected = ["a [31mb is PROVISIONING, 0 s of at most 10 min"]

    assert expected == lines_of(([waiting("a\x1b[31mb")], 0.0))


def test_a_wait_for_a_session_of_any_name_steers_no_terminal() -> None:
    lines = [line for text in HAND_PICKED.values() for line in lines_of(([waiting(text)], 0.0))]

    assert len(HAND_PICKED) == len(lines)
    assert [] == [line for line in lines if not is_fit(line)]
