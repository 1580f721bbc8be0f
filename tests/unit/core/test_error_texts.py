"""Errors with texts of any kind are safe for a terminal."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given

from pulumi_glue_session.core.errors import (
    GlueSessionError,
    InvalidInput,
    Mismatch,
    NotAsExpected,
    NotOneSession,
    Refused,
    SessionEnded,
    SessionNotFound,
    UnknownStatus,
    WaitedTooLong,
)
from support.hostile_text import HAND_PICKED, hostile_texts, is_fit
from torture import true_of_each

READY = frozenset({"READY"})
SUBJECT = 'Glue session "analytics"'
REGION = "eu-west-1"


BUILDERS: dict[str, Callable[[str], GlueSessionError]] = {
    "id of a missing session": lambda text: SessionNotFound(text, region=REGION),
    "id of an ended session": lambda text: SessionEnded(text, region=REGION, status="FAILED", targets=READY),
    "id with an unknown status": lambda text: UnknownStatus(text, region=REGION, status="NEW", targets=READY),
    "id at a timeout": lambda text: WaitedTooLong(
        text, region=REGION, status="NEW", targets=READY, seconds=1.0, polls=1
    ),
    "subject": lambda text: Refused(f'Glue session "{text}"', region=REGION),
    "ended status": lambda text: SessionEnded("x", region=REGION, status=text, targets=READY),
    "unknown status": lambda text: UnknownStatus("x", region=REGION, status=text, targets=READY),
    "status at a timeout": lambda text: WaitedTooLong(
        "x", region=REGION, status=text, targets=READY, seconds=1.0, polls=1
    ),
    "reason of Glue": lambda text: SessionEnded("x", region=REGION, status="FAILED", targets=READY, error_message=text),
    "detail": lambda text: Refused(SUBJECT, region=REGION, detail=text),
    "id with a mismatch": lambda text: NotAsExpected(text, region=REGION, mismatches=[]),
    "mismatch": lambda text: NotAsExpected(
        "x", region=REGION, mismatches=[Mismatch(name="role", expected=text, found="")]
    ),
    "log line": lambda text: SessionEnded("x", region=REGION, status="FAILED", targets=READY, logs=[text]),
    "region": lambda text: SessionNotFound("x", region=text),
    "region of a failed read": lambda text: Refused(SUBJECT, region=text),
    "invalid input": lambda text: InvalidInput("wait_for", f"{text} is not a status"),
    "matching id": lambda text: NotOneSession([("tags", text)], region=REGION, found=[text, text]),
}

NASTY = [*HAND_PICKED.values(), "half a pair \ud83d"]


def is_safe(error: GlueSessionError) -> bool:
    return all(map(is_fit, str(error).split("\n")))


@pytest.mark.parametrize("build", BUILDERS.values(), ids=BUILDERS.keys())
def test_hand_picked_texts_are_safe_for_a_terminal(build: Callable[[str], GlueSessionError]) -> None:
    lines = len(build("plain").report().details)

    assert [] == [text for text in NASTY if not is_safe(build(text)) or lines < len(build(text).report().details)]


@true_of_each("Hostile texts", short=30, long=10_000)
@given(text=hostile_texts())
def test_generated_texts_are_safe_for_a_terminal(text: str) -> None:
    assert [] == [name for name, build in BUILDERS.items() if not is_safe(build(text))]


def test_name_of_an_invalid_input_is_safe_for_a_terminal() -> None:
    """It can be a key of the program, and faces print it before the reason."""
    assert [] == [text for text in NASTY if not is_fit(InvalidInput(text, "unknown option").input_name)]


@pytest.mark.parametrize("build", BUILDERS.values(), ids=BUILDERS.keys())
def test_long_texts_are_cut(build: Callable[[str], GlueSessionError]) -> None:
    assert 3_500 > len(str(build("x" * 10_000)))


def test_texts_of_normal_length_are_complete() -> None:
    assert (("Reason", "x" * 1_000),) == Refused(SUBJECT, region=REGION, detail="x" * 1_000).report().details
    assert (("Reason", "x" * 1_000 + "…"),) == Refused(SUBJECT, region=REGION, detail="x" * 1_001).report().details
