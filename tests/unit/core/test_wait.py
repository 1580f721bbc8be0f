"""A wait as data: its targets, its limit, and what each look makes of it."""

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


def judge(gate: WaitCondition, found: Session | GlueSessionError, *, before: Session | None = None) -> WaitResult:
    return gate.evaluate("analytics", found, region=REGION, before=before)


def test_a_wait_ends_after_ten_minutes_unless_a_program_says_otherwise() -> None:
    assert 600 == parse_duration(DEFAULT_TIMEOUT)


# --- Gate.of ---


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
def test_a_gate_waits_for_one_status_or_several_or_none(wait_for: str | Iterable[str] | None, targets: set[str]) -> None:
    assert WaitCondition(targets=frozenset(targets)) == WaitCondition.parse(wait_for)


@pytest.mark.parametrize(
    ("wait_for", "strange"),
    [
        ("RAEDY", "RAEDY"),
        ("ready", "ready"),
        (["READY", "STARTED", "GONE"], "GONE, STARTED"),
        (["READY", None], "None"),
        ([1], "1"),
        ("XXL", "XXL"),
        ("", "''"),
        (["", "GONE"], "'', GONE"),
        ([], "an empty list"),
        ((), "an empty list"),
    ],
)
def test_a_gate_is_made_of_known_statuses_only(wait_for: Any, strange: str) -> None:  # noqa: ANN401 - wrong on purpose
    expected = f"{strange} is no status of a Glue session: use one or several of {KNOWN}, or set wait_for=None to take the session as it is"

    with pytest.raises(InvalidInput) as caught:
        WaitCondition.parse(wait_for)

    assert expected == str(caught.value)
    assert "wait_for" == caught.value.input_name


@pytest.mark.parametrize(
    "wait_for", [5, 0.5, True, object(), [["READY"]], [{"READY"}], [{}], b"READY"], ids=lambda each: type(each).__name__
)
def test_a_gate_of_a_wrong_type_is_an_invalid_input(wait_for: Any) -> None:  # noqa: ANN401 - wrong on purpose
    """Programs are often untyped: each of these has to become a sentence on the resource and no traceback."""
    with pytest.raises(InvalidInput) as caught:
        WaitCondition.parse(wait_for)

    assert "wait_for" == caught.value.input_name


@pytest.mark.parametrize("wait_for", ["READY\n", "\x1b[31mREADY", "x" * 10_000], ids=["newline", "escape", "endless"])
def test_a_strange_status_is_told_on_one_line(wait_for: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        WaitCondition.parse(wait_for)

    assert str(caught.value).isprintable()
    assert 2_000 > len(str(caught.value))


# --- judge ---


@pytest.mark.parametrize(
    ("targets", "phases"),
    [
        ({"READY"}, {"PROVISIONING": "ON_ITS_WAY", "READY": "PASSED"}),
        ({"STOPPED"}, {"PROVISIONING": "ON_ITS_WAY", "READY": "ON_ITS_WAY", "STOPPING": "ON_ITS_WAY", "STOPPED": "PASSED"}),
        ({"STOPPING"}, {"PROVISIONING": "ON_ITS_WAY", "READY": "ON_ITS_WAY", "STOPPING": "PASSED"}),
        ({"PROVISIONING"}, {"PROVISIONING": "PASSED"}),
        ({"FAILED"}, {"PROVISIONING": "ON_ITS_WAY", "READY": "ON_ITS_WAY", "STOPPING": "ON_ITS_WAY", "FAILED": "PASSED"}),
        ({"TIMEOUT"}, {"PROVISIONING": "ON_ITS_WAY", "READY": "ON_ITS_WAY", "STOPPING": "ON_ITS_WAY", "TIMEOUT": "PASSED"}),
        ({"READY", "FAILED"}, {"PROVISIONING": "ON_ITS_WAY", "READY": "PASSED", "STOPPING": "ON_ITS_WAY", "FAILED": "PASSED"}),
        ({"PROVISIONING", "READY"}, {"PROVISIONING": "PASSED", "READY": "PASSED"}),
    ],
    ids=lambda each: "+".join(sorted(each)) if isinstance(each, set) else "",
)
def test_a_session_has_passed_or_is_on_its_way_or_else_is_barred(targets: set[str], phases: dict[str, str]) -> None:
    gate = WaitCondition(targets=frozenset(targets))
    seen = {status: judge(gate, Session(status=status)) for status in STATUSES}

    assert {status: phases.get(status, "BARRED") for status in STATUSES} == {status: each.state.name for status, each in seen.items()}
    assert {status: Session(status=status) for status in STATUSES} == {status: each.session for status, each in seen.items()}
    assert dict.fromkeys(STATUSES, REGION) == {status: each.region for status, each in seen.items()}
    assert {status for status in STATUSES if status not in phases} == {status for status, each in seen.items() if each.error}


@pytest.mark.parametrize("status", [*sorted(STATUSES), "HIBERNATING"])
def test_without_a_target_any_session_passes(status: str) -> None:
    """Also one with a status from the future: the program said that it takes it as it is."""
    assert WaitResult(region=REGION, session=Session(status=status)) == judge(WaitCondition(), Session(status=status))


def test_a_session_that_passes_has_no_error() -> None:
    seen = judge(READY, Session(status="READY"))

    assert (WaitState.SUCCEEDED, None) == (seen.state, seen.error)


def test_a_session_that_has_ended_says_why() -> None:
    expected = SessionEnded("analytics", region=REGION, status="FAILED", targets=READY.targets, error_message="no capacity")
    seen = judge(READY, Session(status="FAILED", error_message="no capacity"))

    assert repr(expected) == repr(seen.error)


def test_a_status_from_the_future_bars_a_gate_by_its_name() -> None:
    expected = UnknownStatus("analytics", region=REGION, status="HIBERNATING", targets=READY.targets)
    seen = judge(READY, Session(status="HIBERNATING"))

    assert WaitState.FAILED is seen.state
    assert repr(expected) == repr(seen.error)


@pytest.mark.parametrize("gate", [READY, WaitCondition()], ids=["gate", "no gate"])
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
def test_what_may_pass_by_itself_does_not_end_a_wait(
    gate: WaitCondition, kind: type[LookFailed], at_first: WaitState, later: WaitState
) -> None:
    """An endpoint that never answered is a mistake in the settings; one that answered before is a network that comes back."""
    error = kind('Glue session "analytics"', region=REGION)

    assert WaitResult(region=REGION, error=error, state=at_first) == judge(gate, error)
    assert WaitResult(region=REGION, error=error, state=later, session=PROVISIONING) == judge(gate, error, before=PROVISIONING)


@pytest.mark.parametrize("before", [None, PROVISIONING], ids=["at first", "later"])
def test_a_session_that_is_not_there_ends_a_wait(before: Session | None) -> None:
    error = SessionNotFound("analytics", region=REGION)

    assert WaitResult(region=REGION, error=error, state=WaitState.FAILED, session=before) == judge(READY, error, before=before)


# --- judge, with expectations ---

NEW = Expectation.parse("glue_version", "5.0")
TWO = Expectation.parse("number_of_workers", 2)


@pytest.mark.parametrize(
    ("status", "phase"),
    [("READY", WaitState.SUCCEEDED), ("PROVISIONING", WaitState.PENDING)],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_a_session_that_is_as_expected_is_judged_by_its_status(status: str, phase: WaitState) -> None:
    gate = WaitCondition(targets=READY.targets, expectations=(NEW, TWO))
    session = Session(status=status, glue_version="5.0", number_of_workers=2)

    assert WaitResult(region=REGION, session=session, state=phase) == judge(gate, session)


@pytest.mark.parametrize("targets", [READY.targets, frozenset[str]()], ids=["gate", "no gate"])
@pytest.mark.parametrize("status", ["READY", "PROVISIONING"])
def test_a_session_that_is_not_as_expected_is_barred_before_it_is_waited_for(targets: frozenset[str], status: str) -> None:
    """Ten minutes of waiting would not change its Glue version."""
    session = Session(status=status, glue_version="4.0", number_of_workers=2)
    seen = judge(WaitCondition(targets=targets, expectations=(NEW, TWO)), session)
    expected = NotAsExpected("analytics", region=REGION, differences=['glue_version: expected "5.0", found "4.0"'])

    assert (WaitState.FAILED, session, repr(expected)) == (seen.state, seen.session, repr(seen.error))


def test_a_session_that_has_ended_is_told_as_such_whatever_was_expected_of_it() -> None:
    seen = judge(WaitCondition(targets=READY.targets, expectations=(NEW,)), Session(status="FAILED", glue_version="4.0"))

    assert SessionEnded is type(seen.error)


# --- too_late ---


def test_when_the_time_is_up_the_last_status_and_the_looks_are_told() -> None:
    expected = WaitedTooLong("analytics", region=REGION, status="PROVISIONING", targets=READY.targets, seconds=90, polls=7)
    late = READY.timed_out("analytics", judge(READY, PROVISIONING), limit=90, looks=7)

    assert (WaitState.FAILED, PROVISIONING, REGION) == (late.state, late.session, late.region)
    assert repr(expected) == repr(late.error)


def test_when_the_time_is_up_and_the_last_look_failed_both_are_told() -> None:
    throttled = Throttled('Glue session "analytics"', region=REGION)
    seen = READY.evaluate("analytics", throttled, region=REGION, before=PROVISIONING)
    late = READY.timed_out("analytics", seen, limit=90, looks=7)
    expected = (
        'Glue session "analytics" in eu-west-1 did not become READY within 1 min 30 s '
        "(7 looks, at last PROVISIONING, then Glue throttled the request, beyond all retries): "
        "raise timeout, or find out why the session takes so long, and run again."
    )

    assert expected == str(late.error)


def test_when_the_time_is_up_and_glue_was_never_seen_its_error_stays() -> None:
    throttled = Throttled('Glue session "analytics"', region=REGION)
    late = READY.timed_out("analytics", judge(READY, throttled), limit=90, looks=7)

    assert WaitResult(region=REGION, error=throttled, state=WaitState.FAILED) == late


# --- pause ---


@given(st.floats(0, 1e9), st.floats(0, 1))
@example(0.0, 0.0)
@example(1e9, 1.0)
def test_a_pause_is_about_a_tenth_of_what_was_waited_within_bounds(waited: float, jitter: float) -> None:
    about = min(max(waited / 10, MIN_BACKOFF_SECONDS), MAX_BACKOFF_SECONDS)

    assert about * 0.9 <= backoff(waited, jitter=jitter) <= about * 1.1 * 1.000_001


@pytest.mark.parametrize(("waited", "pauses"), [(0, 1.0), (10, 1.0), (30, 3.0), (100, 10.0), (3_600, 10.0)])
def test_a_pause_without_jitter_is_a_tenth(waited: float, pauses: float) -> None:
    assert pauses == pytest.approx(backoff(waited, jitter=0.5))
    assert (0.9 * pauses, 1.1 * pauses) == pytest.approx((backoff(waited, jitter=0.0), backoff(waited, jitter=1.0)))


@given(st.lists(st.floats(0, 1e6), min_size=2).map(sorted), st.floats(0, 1))
def test_pauses_never_get_shorter(waits: list[float], jitter: float) -> None:
    pauses = [backoff(waited, jitter=jitter) for waited in waits]

    assert all(earlier <= later for earlier, later in pairwise(pauses))
