"""What is asked of one session: taken over, judged, and what of it only warns."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_glue_session.caller import Caller
from pulumi_glue_session.demand import Demand, skips_waiting
from pulumi_glue_session.errors import InvalidInput
from pulumi_glue_session.expect import Expectation
from pulumi_glue_session.session import Session
from pulumi_glue_session.wait import Gate, Phase, Seen

ASKED = {"session_id": "analytics", "wait_for": "READY", "timeout": "2m", "aws": {"region": "eu-west-1"}}
WORKERS = Expectation.of("number_of_workers", 3)
READY = Gate(targets=frozenset({"READY"}))


def demand(**others: Any) -> Demand:  # noqa: ANN401 - also wrong on purpose
    return Demand.of({**ASKED, **others})


def test_all_that_is_asked_is_taken_over() -> None:
    expected = Demand(session_id="analytics", gate=READY, limit=120.0, caller=Caller(region="eu-west-1"))

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
    assert Gate(targets=READY.targets, expected=(WORKERS,)) == demand().expecting([WORKERS], on_mismatch="fail").gate


def test_what_is_only_warned_of_is_no_gate() -> None:
    warned = demand().expecting([WORKERS], on_mismatch="warn")

    assert (READY, (WORKERS,)) == (warned.gate, warned.only_warned_of)


@pytest.mark.parametrize("on_mismatch", ["ignore", None, ["fail"]])
def test_a_mismatch_fails_or_warns_and_nothing_else(on_mismatch: object) -> None:
    with pytest.raises(InvalidInput) as caught:
        demand().expecting([], on_mismatch=on_mismatch)

    assert ("on_mismatch", f"{on_mismatch!r} is none of 'fail' and 'warn'") == (caught.value.input_name, str(caught.value))


def test_a_warning_says_what_differs() -> None:
    warned = demand().expecting([WORKERS], on_mismatch="warn")
    expected = (
        'Glue session "analytics" in eu-west-1 is not as expected: name a session that is, or correct expect, and run again.'
        "\n  number_of_workers: expected 3, found 2"
    )

    assert expected == str(warned.warning(Seen(region="eu-west-1", session=Session(number_of_workers=2))))


@pytest.mark.parametrize(
    "seen", [Seen(region="eu-west-1"), Seen(region="eu-west-1", session=Session(number_of_workers=3))], ids=["not seen", "as expected"]
)
def test_there_is_no_warning_of_what_is_as_expected_or_was_not_seen(seen: Seen) -> None:
    assert demand().expecting([WORKERS], on_mismatch="warn").warning(seen) is None


def test_what_fails_is_not_warned_of_too() -> None:
    failing = demand().expecting([WORKERS], on_mismatch="fail")

    assert failing.warning(Seen(region="eu-west-1", session=Session(number_of_workers=2))) is None


def test_without_waiting_what_is_expected_still_counts() -> None:
    assert Gate(expected=(WORKERS,)) == demand().expecting([WORKERS], on_mismatch="fail").without_waiting().gate


def test_a_preview_says_what_its_up_will_wait_for() -> None:
    seen = Seen(region="eu-west-1", session=Session(status="PROVISIONING"), phase=Phase.ON_ITS_WAY)
    expected = 'Glue session "analytics" in eu-west-1 is PROVISIONING: up will wait until it is READY, 2 min at most.'

    assert expected == demand().prospect(seen)


@pytest.mark.parametrize(
    "seen",
    [
        Seen(region="eu-west-1", phase=Phase.ON_ITS_WAY),
        Seen(region="eu-west-1", session=Session(status="READY"), phase=Phase.PASSED),
        Seen(region="eu-west-1", session=Session(status="FAILED"), phase=Phase.BARRED),
    ],
    ids=["not seen yet", "passed", "barred"],
)
def test_nothing_is_waited_for_once_it_is_known_how_it_stands(seen: Seen) -> None:
    assert demand().prospect(seen) is None


def test_without_a_gate_one_look_is_enough() -> None:
    plain = Demand(session_id="analytics", caller=Caller())

    assert (Gate(), 0.0, ()) == (plain.gate, plain.limit, plain.only_warned_of)


@pytest.mark.parametrize(
    ("said", "skips"),
    [("", None), (" ", None), ("1", True), ("TRUE", True), ("yes", True), ("0", False), (" False ", False), ("no", False)],
)
def test_the_environment_says_whether_to_wait(said: str, skips: bool | None) -> None:  # noqa: FBT001 - a parameter of the test
    assert skips is skips_waiting({"PULUMI_GLUE_SESSION_SKIP_WAIT": said})
    assert skips_waiting({}) is None
