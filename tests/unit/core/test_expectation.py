"""Expected values of a session: comparison, mismatches, and invalid values."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_glue_session.core.errors import InvalidInput, Mismatch, NotAsExpected
from pulumi_glue_session.core.expectation import EXPECTABLE, Expectation, require_mapping
from pulumi_glue_session.core.session import Command, Session
from pulumi_glue_session.core.wait import WaitCondition, WaitState

SESSION = Session(
    status="READY",
    role="arn:aws:iam::123456789012:role/service/GlueSession",
    glue_version="5.0",
    worker_type="G.1X",
    number_of_workers=2,
    max_capacity=2.5,
    command=Command(name="glueetl", python_version="3"),
    connections=("vpc", "warehouse"),
    default_arguments={"--team": "etl", "--password": "planted"},
)

MATCHES: list[tuple[str, Any]] = [
    ("worker_type", "G.1X"),
    ("number_of_workers", 2),
    ("number_of_workers", 2.0),
    ("number_of_workers", {"at_least": 2}),
    ("max_capacity", {"at_least": 2}),
    ("glue_version", "5.0"),
    ("glue_version", "5"),
    ("glue_version", {"at_least": "4.0"}),
    ("glue_version", {"at_least": "5.0"}),
    ("role", "arn:aws:iam::123456789012:role/service/GlueSession"),
    ("role", "GlueSession"),
    ("command", {"name": "glueetl"}),
    ("command", {"name": "glueetl", "python_version": "3"}),
    ("command", {}),
    ("connections", ["warehouse", "vpc"]),
    ("connections", ("vpc", "warehouse")),
    ("default_arguments", {"--team": "etl"}),
    ("security_configuration", ""),
]

MISMATCHES: list[tuple[str, Any, str]] = [
    ("worker_type", "G.2X", 'worker_type: expected "G.2X", found "G.1X"'),
    ("number_of_workers", 3, "number_of_workers: expected 3, found 2"),
    ("number_of_workers", {"at_least": 3}, "number_of_workers: expected at least 3, found 2"),
    ("glue_version", "4.0", 'glue_version: expected "4.0", found "5.0"'),
    ("glue_version", {"at_least": "10.0"}, 'glue_version: expected at least "10.0", found "5.0"'),
    ("role", "Session", 'role: expected "Session", found "arn:aws:iam::123456789012:role/service/GlueSession"'),
    (
        "role",
        "arn:aws:iam::999999999999:role/service/GlueSession",
        (
            'role: expected "arn:aws:iam::999999999999:role/service/GlueSession", '
            'found "arn:aws:iam::123456789012:role/service/GlueSession"'
        ),
    ),
    (
        "command",
        {"name": "gluestreaming"},
        'command: expected {"name": "gluestreaming"}, found {"name": "glueetl", "python_version": "3"}',
    ),
    ("connections", ["vpc"], 'connections: expected ["vpc"], found ["vpc", "warehouse"]'),
    ("default_arguments", {"--team": "web"}, "default_arguments: expected [secret], found [secret]"),
    ("security_configuration", "kms", 'security_configuration: expected "kms", found ""'),
]

INVALID: list[tuple[str, Any, str]] = [
    ("glue_version", 5.0, "glue_version is a string, not 5.0"),
    ("glue_version", {"at_least": "new"}, 'glue_version cannot have a minimum of "new": only numbers and versions can'),
    ("role", {"at_least": "a"}, 'role cannot have a minimum of "a": only numbers and versions can'),
    ("role", b"a", "role is a string, not \"b'a'\""),
    ("role", None, "role is a string, not null"),
    ("number_of_workers", "2", 'number_of_workers is a number, not "2"'),
    ("number_of_workers", True, "number_of_workers is a number, not true"),
    ("number_of_workers", {"at_most": 2}, 'number_of_workers is a number, not {"at_most": 2}'),
    ("max_capacity", float("nan"), "max_capacity is a finite number, not NaN"),
    ("max_capacity", {"at_least": float("-inf")}, "max_capacity is a finite number, not -Infinity"),
    ("connections", "vpc", 'connections is a list, not "vpc"'),
    ("command", "glueetl", 'command is a mapping, not "glueetl"'),
    ("command", {"name": None}, "command has a value that is not a string"),
    ("default_arguments", {"--team": None}, "default_arguments has a value that is not a string"),
    ("command", {"version": "3"}, "unknown key of command version: use name and python_version"),
    ("command", {"version": "3", "args": []}, "unknown key of command args, version: use name and python_version"),
]


def describe(expectation: Expectation, session: Session = SESSION) -> str:
    mismatch = expectation.mismatch(session)
    assert mismatch is not None
    return mismatch.describe()


@pytest.mark.parametrize(("name", "expected_value"), MATCHES)
def test_expected_value_matches(name: str, expected_value: Any) -> None:
    assert Expectation.parse(name, expected_value).mismatch(SESSION) is None


@pytest.mark.parametrize(("name", "expected_value", "line"), MISMATCHES)
def test_mismatch_has_expected_and_found_value(name: str, expected_value: Any, line: str) -> None:
    assert line == describe(Expectation.parse(name, expected_value))


def test_version_of_a_huge_number_is_a_mismatch() -> None:
    """Python refuses to read integers of more than 4,300 digits."""
    session = Session(status="READY", glue_version="9" * 5000)

    assert Expectation.parse("glue_version", "5.0").mismatch(session)


@pytest.mark.parametrize(("name", "expected_value", "reason"), INVALID)
def test_impossible_value_is_refused(name: str, expected_value: Any, reason: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        Expectation.parse(name, expected_value)

    assert (reason, "expect") == (refused.value.reason(), refused.value.input_name)


def test_fields_that_a_wait_changes_cannot_be_expected() -> None:
    with pytest.raises(InvalidInput) as refused:
        Expectation.parse("status", "READY")

    assert "expect" == refused.value.input_name
    assert refused.value.reason().startswith(
        "'status' cannot be expected: use one of command, connections, created_on, "
    )


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("arn:aws:iam::123456789012:role/Etl", "Etl", True),
        ("arn:aws:iam::123456789012:role/data/team/Etl", "Etl", True),
        ("arn:aws:iam::123456789012:role/data/team/Etl", "team", False),
        ("arn:aws:iam::123456789012:role/Etl", "Web", False),
        ("Etl", "Etl", True),
        ("Etl", "Web", False),
        ("arn:aws:iam::123456789012:role/Etl", "arn:aws:iam::123456789012:role/data/Etl", False),
    ],
)
def test_role_compares_by_name_or_arn(one: str, other: str, *, same: bool) -> None:
    assert same == (Expectation.parse("role", one).mismatch(Session(role=other)) is None)
    assert same == (Expectation.parse("role", other).mismatch(Session(role=one)) is None)


def test_expectation_is_exact_and_not_secret_by_default() -> None:
    assert Expectation.parse("role", "Etl") == Expectation(name="role", value="Etl")
    assert Expectation.parse("role", "Etl") == Expectation(name="role", value="Etl", minimum=False, secret=False)


def test_session_without_version_meets_no_minimum() -> None:
    expected = 'glue_version: expected at least "0.9", found ""'

    session = Session(status="READY")
    assert expected == describe(Expectation.parse("glue_version", {"at_least": "0.9"}), session)
    assert 'glue_version: expected "5.0", found ""' == describe(Expectation.parse("glue_version", "5.0"), session)
    assert Expectation.parse("glue_version", "").mismatch(Session(status="READY")) is None


def test_secret_value_is_compared_but_not_shown() -> None:
    secret = Expectation.parse("role", "planted", secret=True)
    with pytest.raises(InvalidInput) as refused:
        Expectation.parse("number_of_workers", "planted", secret=True)

    assert Mismatch(name="role", expected="[secret]", found="[secret]") == secret.mismatch(SESSION)
    assert "number_of_workers is a number, not [secret]" == refused.value.reason()


@given(
    st.sampled_from(EXPECTABLE),
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda x: st.lists(x) | st.dictionaries(st.text() | st.just("at_least"), x),
    ),
)
def test_any_value_is_compared_or_refused(name: str, expected_value: Any) -> None:
    """A mistake in a program must not end in a traceback."""
    with contextlib.suppress(InvalidInput):
        Expectation.parse(name, expected_value).mismatch(SESSION)


def test_mapping_is_accepted() -> None:
    assert {"role": "r"} == require_mapping({"role": "r"})


@pytest.mark.parametrize("expect", ["role", ["role"], None, 7])
def test_other_types_are_not_a_mapping(expect: object) -> None:
    with pytest.raises(InvalidInput) as caught:
        require_mapping(expect)

    expected = ("expect", f"{expect!r} is not a mapping: use output names and their expected values")
    assert expected == (caught.value.input_name, caught.value.reason())


def test_mismatch_fails_before_the_wait() -> None:
    """It is useless to wait ten minutes for a session of the wrong version."""
    condition = WaitCondition(
        targets=frozenset({"READY"}),
        expectations=(Expectation.parse("glue_version", "5.0"), Expectation.parse("worker_type", "G.1X")),
    )
    session = Session(status="PROVISIONING", glue_version="4.0", worker_type="G.2X")
    result = condition.evaluate("analytics", session, region="eu-west-1")

    assert WaitState.FAILED is result.state
    assert isinstance(result.error, NotAsExpected)
    assert ["glue_version", "worker_type"] == [mismatch.name for mismatch in result.error.mismatches]
