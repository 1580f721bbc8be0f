"""What is asked of one session: taken over, judged, and what of it only warns."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_glue_session.core.aws_config import AwsConfig
from pulumi_glue_session.core.errors import InvalidInput
from pulumi_glue_session.core.expectation import Expectation
from pulumi_glue_session.core.session import Session
from pulumi_glue_session.core.wait import WaitCondition, WaitRequest, WaitResult, WaitState, parse_skip_wait

ASKED = {"session_id": "analytics", "wait_for": "READY", "timeout": "2m", "aws": {"region": "eu-west-1"}}
WORKERS = Expectation.parse("number_of_workers", 3)
READY = WaitCondition(targets=frozenset({"READY"}))


def demand(**others: Any) -> WaitRequest:  # noqa: ANN401 - also wrong on purpose
    return WaitRequest.parse({**ASKED, **others})


def test_all_that_is_asked_is_taken_over() -> None:
    expected = WaitRequest(session_id="analytics", condition=READY, timeout=120.0, aws_config=AwsConfig(region="eu-west-1"))

    assert expected == demand()


@pytest.mark.parametrize(
    ("name", "wrong", "named"),
    [
        ("session_id", "", "session_id"),
        ("wait_for", "NEW", "wait_for"),
        ("timeout", "soon", "timeout"),
        ("aws", {"max_retries": -1}, "aws.max_retries"),
    ],
)
def test_what_means_nothing_is_refused_by_its_name(name: str, wrong: object, named: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        demand(**{name: wrong})

    assert named == caught.value.input_name


def test_what_is_expected_stands_before_the_gate() -> None:
    assert (
        WaitCondition(targets=READY.targets, expectations=(WORKERS,)) == demand().with_expectations([WORKERS], on_mismatch="fail").condition
    )


def test_what_is_only_warned_of_is_no_gate() -> None:
    warned = demand().with_expectations([WORKERS], on_mismatch="warn")

    assert (READY, (WORKERS,)) == (warned.condition, warned.soft_expectations)


@pytest.mark.parametrize("on_mismatch", ["ignore", None, ["fail"]])
def test_a_mismatch_fails_or_warns_and_nothing_else(on_mismatch: object) -> None:
    with pytest.raises(InvalidInput) as caught:
        demand().with_expectations([], on_mismatch=on_mismatch)

    assert ("on_mismatch", f"{on_mismatch!r} is none of 'fail' and 'warn'") == (caught.value.input_name, str(caught.value))


def test_a_warning_says_what_differs() -> None:
    warned = demand().with_expectations([WORKERS], on_mismatch="warn")
    expected = (
        'Glue session "analytics" in eu-west-1 is not as expected: name a session that is, or correct expect, and run again.'
        "\n  number_of_workers: expected 3, found 2"
    )

    assert expected == str(warned.soft_mismatch(WaitResult(region="eu-west-1", session=Session(number_of_workers=2))))


@pytest.mark.parametrize(
    "seen",
    [WaitResult(region="eu-west-1"), WaitResult(region="eu-west-1", session=Session(number_of_workers=3))],
    ids=["not seen", "as expected"],
)
def test_there_is_no_warning_of_what_is_as_expected_or_was_not_seen(seen: WaitResult) -> None:
    assert demand().with_expectations([WORKERS], on_mismatch="warn").soft_mismatch(seen) is None


def test_what_fails_is_not_warned_of_too() -> None:
    failing = demand().with_expectations([WORKERS], on_mismatch="fail")

    assert failing.soft_mismatch(WaitResult(region="eu-west-1", session=Session(number_of_workers=2))) is None


def test_without_waiting_what_is_expected_still_counts() -> None:
    assert WaitCondition(expectations=(WORKERS,)) == demand().with_expectations([WORKERS], on_mismatch="fail").without_waiting().condition


def test_a_preview_says_what_its_up_will_wait_for() -> None:
    seen = WaitResult(region="eu-west-1", session=Session(status="PROVISIONING"), state=WaitState.PENDING)
    expected = 'Glue session "analytics" in eu-west-1 is PROVISIONING: up will wait until it is READY, 2 min at most.'

    assert expected == demand().pending_message(seen)


@pytest.mark.parametrize(
    "seen",
    [
        WaitResult(region="eu-west-1", state=WaitState.PENDING),
        WaitResult(region="eu-west-1", session=Session(status="READY"), state=WaitState.SUCCEEDED),
        WaitResult(region="eu-west-1", session=Session(status="FAILED"), state=WaitState.FAILED),
    ],
    ids=["not seen yet", "passed", "barred"],
)
def test_nothing_is_waited_for_once_it_is_known_how_it_stands(seen: WaitResult) -> None:
    assert demand().pending_message(seen) is None


def test_without_a_gate_one_look_is_enough() -> None:
    plain = WaitRequest(session_id="analytics", aws_config=AwsConfig())

    assert (WaitCondition(), 0.0, ()) == (plain.condition, plain.timeout, plain.soft_expectations)


@pytest.mark.parametrize(
    ("said", "skips"),
    [("", None), (" ", None), ("1", True), ("TRUE", True), ("yes", True), ("0", False), (" False ", False), ("no", False)],
)
def test_the_environment_says_whether_to_wait(said: str, skips: bool | None) -> None:  # noqa: FBT001 - a parameter of the test
    assert skips is parse_skip_wait({"PULUMI_GLUE_SESSION_SKIP_WAIT": said})
    assert parse_skip_wait({}) is None
