"""The lines that say why nothing happens."""

from __future__ import annotations

import asyncio

from hostile_text import HAND_PICKED, is_fit
from pulumi_glue_session.observe import Waiting
from pulumi_glue_session.progress import Announcer
from pulumi_glue_session.session import Session
from pulumi_glue_session.wait import Gate, Phase, Seen


def waiting(session_id: str, status: str | None = "PROVISIONING", *, since: float = 0.0, limit: float = 600.0) -> Waiting:
    loop = asyncio.new_event_loop()
    done: asyncio.Future[Seen] = loop.create_future()
    loop.close()
    seen = Seen(region="eu-west-1", session=Session(status=status), phase=Phase.ON_ITS_WAY) if status else None
    gate = Gate(targets=frozenset({"READY"}))
    return Waiting(session_id=session_id, gate=gate, limit=limit, since=since, done=done, next_look=0.0, looks=1, seen=seen)


def lines_of(*looks: tuple[list[Waiting], float]) -> list[str]:
    lines: list[str] = []

    def say(line: str, *, ephemeral: bool) -> None:
        assert ephemeral, "no part of the final report"
        lines.append(line)

    announcer = Announcer(say)
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
