"""Wait requests: parsing, expected values, warnings, and messages."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_glue_session.core.aws_config import AwsConfig
from pulumi_glue_session.core.errors import InvalidInput, Mismatch
from pulumi_glue_session.core.expectation import Expectation
from pulumi_glue_session.core.session import Session
from pulumi_glue_session.core.wait import WaitCondition, WaitRequest, WaitResult, WaitState, parse_skip_wait

ARGUMENTS = {"session_id": "analytics", "wait_for": "READY", "timeout": "2m", "aws": {"region": "eu-west-1"}}
WORKERS = Expectation.parse("number_of_workers", 3)
READY = WaitCondition(targets=frozenset({"READY"}))


def request(**others: Any) -> WaitRequest:
    return WaitRequest.parse({**ARGUMENTS, **others})


def test_parse_reads_all_arguments() -> None:
    expected = WaitRequest(
        session_id="analytics", condition=READY, timeout=120.0, aws_config=AwsConfig(region="eu-west-1")
    )

    assert expected == request()


@pytest.mark.parametrize(
    ("name", "wrong", "named"),
    [
        ("session_id", "", "session_id"),
        ("wait_for", "NEW", "wait_for"),
        ("timeout", "soon", "timeout"),
        ("aws", {"max_retries": -1}, "aws.max_retries"),
    ],
)
def test_invalid_argument_is_refused_by_name(name: str, wrong: object, named: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        request(**{name: wrong})

    assert named == caught.value.input_name


def test_expectations_are_part_of_the_condition() -> None:
    assert (
        WaitCondition(targets=READY.targets, expectations=(WORKERS,))
        == request().with_expectations([WORKERS], on_mismatch="fail").condition
    )


def test_soft_expectations_are_not_part_of_the_condition() -> None:
    soft = request().with_expectations([WORKERS], on_mismatch="warn")

    assert (READY, (WORKERS,)) == (soft.condition, soft.soft_expectations)


@pytest.mark.parametrize("on_mismatch", ["ignore", None, ["fail"]])
def test_invalid_on_mismatch_is_refused(on_mismatch: object) -> None:
    with pytest.raises(InvalidInput) as caught:
        request().with_expectations([], on_mismatch=on_mismatch)

    assert ("on_mismatch", f"{on_mismatch!r} is not supported: use 'fail' or 'warn'") == (
        caught.value.input_name,
        caught.value.reason(),
    )


def test_soft_mismatch_has_the_values_that_differ() -> None:
    soft = request().with_expectations([WORKERS], on_mismatch="warn")
    mismatch = soft.soft_mismatch(WaitResult(region="eu-west-1", session=Session(number_of_workers=2)))

    assert mismatch is not None
    assert (Mismatch(name="number_of_workers", expected="3", found="2"),) == mismatch.mismatches


@pytest.mark.parametrize(
    "result",
    [WaitResult(region="eu-west-1"), WaitResult(region="eu-west-1", session=Session(number_of_workers=3))],
    ids=["not result", "as expected"],
)
def test_no_soft_mismatch_without_a_difference(result: WaitResult) -> None:
    assert request().with_expectations([WORKERS], on_mismatch="warn").soft_mismatch(result) is None


def test_failing_expectations_do_not_warn() -> None:
    failing = request().with_expectations([WORKERS], on_mismatch="fail")

    assert failing.soft_mismatch(WaitResult(region="eu-west-1", session=Session(number_of_workers=2))) is None


def test_without_waiting_keeps_expectations() -> None:
    assert (
        WaitCondition(expectations=(WORKERS,))
        == request().with_expectations([WORKERS], on_mismatch="fail").without_waiting().condition
    )


def test_pending_message() -> None:
    result = WaitResult(region="eu-west-1", session=Session(status="PROVISIONING"), state=WaitState.PENDING)
    expected = 'Glue session "analytics" (eu-west-1) is PROVISIONING: up will wait for READY, at most 2m'

    assert expected == request().pending_message(result)


@pytest.mark.parametrize(
    "result",
    [
        WaitResult(region="eu-west-1", state=WaitState.PENDING),
        WaitResult(region="eu-west-1", session=Session(status="READY"), state=WaitState.SUCCEEDED),
        WaitResult(region="eu-west-1", session=Session(status="FAILED"), state=WaitState.FAILED),
    ],
    ids=["not result yet", "passed", "barred"],
)
def test_no_pending_message_for_other_states(result: WaitResult) -> None:
    assert request().pending_message(result) is None


def test_default_request_does_not_wait() -> None:
    plain = WaitRequest(session_id="analytics", aws_config=AwsConfig())

    assert (WaitCondition(), 0.0, ()) == (plain.condition, plain.timeout, plain.soft_expectations)


@pytest.mark.parametrize(
    ("value", "skips"),
    [("", None), (" ", None), ("1", True), ("TRUE", True), (" no ", False), ("off", False), ("disabled", False)],
)
def test_skip_wait_of_the_environment(value: str, skips: bool | None) -> None:  # noqa: FBT001
    assert skips is parse_skip_wait({"PULUMI_GLUE_SESSION_SKIP_WAIT": value})
    assert parse_skip_wait({}) is None


def test_unknown_word_of_the_environment_is_refused() -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_skip_wait({"PULUMI_GLUE_SESSION_SKIP_WAIT": "maybe"})

    assert "PULUMI_GLUE_SESSION_SKIP_WAIT" == caught.value.input_name
