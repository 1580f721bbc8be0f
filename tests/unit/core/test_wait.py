"""Wait conditions: parsing, evaluation of each read, timeout and backoff."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pulumi_glue_session.core.errors import (
    AccessDenied,
    BadCredentials,
    GlueSessionError,
    InvalidInput,
    LookFailed,
    NoRegion,
    NotAsExpected,
    Refused,
    ServiceFault,
    SessionEnded,
    SessionNotFound,
    Throttled,
    UnknownStatus,
    Unreachable,
    WaitedTooLong,
)
from pulumi_glue_session.core.expectation import Expectation
from pulumi_glue_session.core.parsing import parse_duration
from pulumi_glue_session.core.session import STATUSES, Session
from pulumi_glue_session.core.wait import (
    DEFAULT_TIMEOUT,
    MAX_BACKOFF_SECONDS,
    MIN_BACKOFF_SECONDS,
    WaitCondition,
    WaitResult,
    WaitState,
    backoff,
)

REGION = "eu-west-1"
READY = WaitCondition.parse("READY")
PROVISIONING = Session(status="PROVISIONING")

KNOWN = "FAILED, PROVISIONING, READY, STOPPED, STOPPING, TIMEOUT"


def evaluate(
    condition: WaitCondition, answer: Session | GlueSessionError, *, previous: Session | None = None
) -> WaitResult:
    return condition.evaluate("analytics", answer, region=REGION, previous=previous)


def test_default_timeout_is_ten_minutes() -> None:
    assert 600 == parse_duration(DEFAULT_TIMEOUT)


# --- Parsing ---


@pytest.mark.parametrize(
    ("wait_for", "targets"),
    [
        (None, set()),
        ("READY", {"READY"}),
        (["READY"], {"READY"}),
        (("READY", "STOPPED", "READY"), {"READY", "STOPPED"}),
        (iter(["STOPPED"]), {"STOPPED"}),
        (frozenset(STATUSES), set(STATUSES)),
    ],
)
def test_parse_takes_none_one_or_several_statuses(wait_for: str | Iterable[str] | None, targets: set[str]) -> None:
    assert WaitCondition(targets=frozenset(targets)) == WaitCondition.parse(wait_for)


@pytest.mark.parametrize(
    ("wait_for", "shown"),
    [
        ("RAEDY", "'RAEDY'"),
        ("ready", "'ready'"),
        (["READY", "STARTED", "GONE"], "'GONE', 'STARTED'"),
        (["READY", None], "None"),
        ([1], "1"),
        ("", "''"),
        ({"READY": True}, "{'READY': True}"),
        ([], "an empty list"),
        ((), "an empty list"),
    ],
)
def test_unknown_status_is_refused(wait_for: Any, shown: str) -> None:
    expected = (
        f"{shown} is not a status of a Glue session: use one or several of {KNOWN}, "
        "or set wait_for=None to take the session as it is"
    )

    with pytest.raises(InvalidInput) as caught:
        WaitCondition.parse(wait_for)

    assert expected == caught.value.reason()
    assert "wait_for" == caught.value.input_name


@pytest.mark.parametrize(
    "wait_for", [5, 0.5, True, object(), [["READY"]], [{"READY"}], [{}], b"READY"], ids=lambda each: type(each).__name__
)
def test_wrong_type_is_refused(wait_for: Any) -> None:
    """Many programs are not type-checked. None of these may end in a traceback."""
    with pytest.raises(InvalidInput) as caught:
        WaitCondition.parse(wait_for)

    assert "wait_for" == caught.value.input_name


@pytest.mark.parametrize("wait_for", ["READY\n", "\x1b[31mREADY", "x" * 10_000], ids=["newline", "escape", "endless"])
def test_refused_status_is_printed_on_one_line(wait_for: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        WaitCondition.parse(wait_for)

    assert caught.value.reason().isprintable()
    assert 2_000 > len(caught.value.reason())


# --- Evaluation ---


@pytest.mark.parametrize(
    ("targets", "states"),
    [
        ({"READY"}, {"PROVISIONING": "PENDING", "READY": "SUCCEEDED"}),
        ({"STOPPED"}, {"PROVISIONING": "PENDING", "READY": "PENDING", "STOPPING": "PENDING", "STOPPED": "SUCCEEDED"}),
        ({"STOPPING"}, {"PROVISIONING": "PENDING", "READY": "PENDING", "STOPPING": "SUCCEEDED"}),
        ({"PROVISIONING"}, {"PROVISIONING": "SUCCEEDED"}),
        ({"FAILED"}, {"PROVISIONING": "PENDING", "READY": "PENDING", "STOPPING": "PENDING", "FAILED": "SUCCEEDED"}),
        ({"TIMEOUT"}, {"PROVISIONING": "PENDING", "READY": "PENDING", "STOPPING": "PENDING", "TIMEOUT": "SUCCEEDED"}),
        (
            {"READY", "FAILED"},
            {"PROVISIONING": "PENDING", "READY": "SUCCEEDED", "STOPPING": "PENDING", "FAILED": "SUCCEEDED"},
        ),
        ({"PROVISIONING", "READY"}, {"PROVISIONING": "SUCCEEDED", "READY": "SUCCEEDED"}),
    ],
    ids=lambda each: "+".join(sorted(each)) if isinstance(each, set) else "",
)
def test_state_follows_from_status_and_targets(targets: set[str], states: dict[str, str]) -> None:
    condition = WaitCondition(targets=frozenset(targets))
    result = {status: evaluate(condition, Session(status=status)) for status in STATUSES}

    assert {status: states.get(status, "FAILED") for status in STATUSES} == {
        status: each.state.name for status, each in result.items()
    }
    assert {status: Session(status=status) for status in STATUSES} == {
        status: each.session for status, each in result.items()
    }
    assert dict.fromkeys(STATUSES, REGION) == {status: each.region for status, each in result.items()}
    assert {status for status in STATUSES if status not in states} == {
        status for status, each in result.items() if each.error
    }


@pytest.mark.parametrize("status", [*sorted(STATUSES), "HIBERNATING"])
def test_every_status_succeeds_without_targets(status: str) -> None:
    """A status from the future included: `wait_for=None` takes the session as it is."""
    assert WaitResult(region=REGION, session=Session(status=status)) == evaluate(
        WaitCondition(), Session(status=status)
    )


def test_success_has_no_error() -> None:
    result = evaluate(READY, Session(status="READY"))

    assert (WaitState.SUCCEEDED, None) == (result.state, result.error)


def test_ended_session_has_the_reason_of_glue() -> None:
    expected = SessionEnded(
        "analytics", region=REGION, status="FAILED", targets=READY.targets, error_message="no capacity"
    )
    result = evaluate(READY, Session(status="FAILED", error_message="no capacity"))

    assert repr(expected) == repr(result.error)


def test_status_from_the_future_fails() -> None:
    expected = UnknownStatus("analytics", region=REGION, status="HIBERNATING", targets=READY.targets)
    result = evaluate(READY, Session(status="HIBERNATING"))

    assert WaitState.FAILED is result.state
    assert repr(expected) == repr(result.error)


@pytest.mark.parametrize("condition", [READY, WaitCondition()], ids=["condition", "no condition"])
@pytest.mark.parametrize(
    ("kind", "at_first", "later"),
    [
        (Throttled, WaitState.PENDING, WaitState.PENDING),
        (ServiceFault, WaitState.PENDING, WaitState.PENDING),
        (Unreachable, WaitState.FAILED, WaitState.PENDING),
        (AccessDenied, WaitState.FAILED, WaitState.FAILED),
        (BadCredentials, WaitState.FAILED, WaitState.FAILED),
        (NoRegion, WaitState.FAILED, WaitState.FAILED),
        (Refused, WaitState.FAILED, WaitState.FAILED),
    ],
)
def test_only_transient_errors_keep_a_wait_pending(
    condition: WaitCondition, kind: type[LookFailed], at_first: WaitState, later: WaitState
) -> None:
    """An endpoint that never answered is a wrong setting; one that stops answering is a network problem."""
    error = kind('Glue session "analytics"', region=REGION)

    assert WaitResult(region=REGION, error=error, state=at_first) == evaluate(condition, error)
    assert WaitResult(region=REGION, error=error, state=later, session=PROVISIONING) == evaluate(
        condition, error, previous=PROVISIONING
    )


@pytest.mark.parametrize("previous", [None, PROVISIONING], ids=["at first", "later"])
def test_missing_session_fails(previous: Session | None) -> None:
    error = SessionNotFound("analytics", region=REGION)

    assert WaitResult(region=REGION, error=error, state=WaitState.FAILED, session=previous) == evaluate(
        READY, error, previous=previous
    )


# --- Expected values ---

NEW = Expectation.parse("glue_version", "5.0")
TWO = Expectation.parse("number_of_workers", 2)


@pytest.mark.parametrize(
    ("status", "state"),
    [("READY", WaitState.SUCCEEDED), ("PROVISIONING", WaitState.PENDING)],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_expected_values_leave_the_state_to_the_status(status: str, state: WaitState) -> None:
    condition = WaitCondition(targets=READY.targets, expectations=(NEW, TWO))
    session = Session(status=status, glue_version="5.0", number_of_workers=2)

    assert WaitResult(region=REGION, session=session, state=state) == evaluate(condition, session)


@pytest.mark.parametrize("targets", [READY.targets, frozenset[str]()], ids=["condition", "no condition"])
@pytest.mark.parametrize("status", ["READY", "PROVISIONING"])
def test_mismatch_fails_before_the_wait(targets: frozenset[str], status: str) -> None:
    """Waiting does not change the Glue version."""
    session = Session(status=status, glue_version="4.0", number_of_workers=2)
    result = evaluate(WaitCondition(targets=targets, expectations=(NEW, TWO)), session)

    assert (WaitState.FAILED, session) == (result.state, result.session)
    assert isinstance(result.error, NotAsExpected)
    assert ["glue_version"] == [mismatch.name for mismatch in result.error.mismatches]


def test_ended_session_is_reported_before_a_mismatch() -> None:
    result = evaluate(
        WaitCondition(targets=READY.targets, expectations=(NEW,)), Session(status="FAILED", glue_version="4.0")
    )

    assert SessionEnded is type(result.error)


# --- Timeout ---


def test_timeout_has_the_last_status_and_the_polls() -> None:
    expected = WaitedTooLong(
        "analytics", region=REGION, status="PROVISIONING", targets=READY.targets, seconds=90, polls=7
    )
    timed_out = READY.timed_out("analytics", evaluate(READY, PROVISIONING), timeout=90, polls=7)

    assert (WaitState.FAILED, PROVISIONING, REGION) == (timed_out.state, timed_out.session, timed_out.region)
    assert repr(expected) == repr(timed_out.error)


def test_timeout_has_the_last_error_too() -> None:
    throttled = Throttled('Glue session "analytics"', region=REGION)
    result = READY.evaluate("analytics", throttled, region=REGION, previous=PROVISIONING)
    timed_out = READY.timed_out("analytics", result, timeout=90, polls=7)

    assert isinstance(timed_out.error, WaitedTooLong)
    assert ("PROVISIONING", throttled.report().fact) == (timed_out.error.status, timed_out.error.reason)


def test_timeout_without_a_successful_read_keeps_the_error() -> None:
    throttled = Throttled('Glue session "analytics"', region=REGION)
    timed_out = READY.timed_out("analytics", evaluate(READY, throttled), timeout=90, polls=7)

    assert WaitResult(region=REGION, error=throttled, state=WaitState.FAILED) == timed_out


# --- Backoff ---


@given(st.floats(0, 1e9), st.floats(0, 1))
@example(0.0, 0.0)
@example(1e9, 1.0)
def test_backoff_is_about_a_tenth_within_bounds(waited: float, jitter: float) -> None:
    seconds = min(max(waited / 10, MIN_BACKOFF_SECONDS), MAX_BACKOFF_SECONDS)

    assert seconds * 0.9 <= backoff(waited, jitter=jitter) <= seconds * 1.1 * 1.000_001


@pytest.mark.parametrize(("waited", "seconds_until_next"), [(0, 1.0), (10, 1.0), (30, 3.0), (100, 10.0), (3_600, 10.0)])
def test_backoff_without_jitter(waited: float, seconds_until_next: float) -> None:
    assert seconds_until_next == pytest.approx(backoff(waited, jitter=0.5))
    assert (0.9 * seconds_until_next, 1.1 * seconds_until_next) == pytest.approx(
        (backoff(waited, jitter=0.0), backoff(waited, jitter=1.0))
    )


@given(st.lists(st.floats(0, 1e6), min_size=2).map(sorted), st.floats(0, 1))
def test_backoff_never_decreases(waits: list[float], jitter: float) -> None:
    seconds_until_next = [backoff(waited, jitter=jitter) for waited in waits]

    assert all(earlier <= later for earlier, later in pairwise(seconds_until_next))
