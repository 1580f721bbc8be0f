"""What a program expects of a session, and how a difference is said."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_glue_session.core.errors import InvalidInput, NotAsExpected
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

AS_EXPECTED: list[tuple[str, Any]] = [
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

OTHERWISE: list[tuple[str, Any, str]] = [
    ("worker_type", "G.2X", 'worker_type: expected "G.2X", found "G.1X"'),
    ("number_of_workers", 3, "number_of_workers: expected 3, found 2"),
    ("number_of_workers", {"at_least": 3}, "number_of_workers: expected at least 3, found 2"),
    ("glue_version", "4.0", 'glue_version: expected "4.0", found "5.0"'),
    ("glue_version", {"at_least": "10.0"}, 'glue_version: expected at least "10.0", found "5.0"'),
    ("role", "Session", 'role: expected "Session", found "arn:aws:iam::123456789012:role/service/GlueSession"'),
    (
        "role",
        "arn:aws:iam::999999999999:role/service/GlueSession",
        'role: expected "arn:aws:iam::999999999999:role/service/GlueSession", found "arn:aws:iam::123456789012:role/service/GlueSession"',
    ),
    ("command", {"name": "gluestreaming"}, 'command: expected {"name": "gluestreaming"}, found {"name": "glueetl", "python_version": "3"}'),
    ("connections", ["vpc"], 'connections: expected ["vpc"], found ["vpc", "warehouse"]'),
    ("default_arguments", {"--team": "web"}, "default_arguments: expected [secret], found [secret]"),
    ("security_configuration", "kms", 'security_configuration: expected "kms", found ""'),
]

WRONG: list[tuple[str, Any, str]] = [
    ("glue_version", 5.0, "glue_version can't be 5.0, only text"),
    ("glue_version", {"at_least": "new"}, 'glue_version can\'t be at least "new", only a number or a version can'),
    ("role", {"at_least": "a"}, 'role can\'t be at least "a", only a number or a version can'),
    ("role", b"a", "role can't be \"b'a'\", only text"),
    ("role", None, "role can't be null, only text"),
    ("number_of_workers", "2", 'number_of_workers can\'t be "2", only a number'),
    ("number_of_workers", True, "number_of_workers can't be true, only a number"),
    ("number_of_workers", {"at_most": 2}, 'number_of_workers can\'t be {"at_most": 2}, only a number'),
    ("connections", "vpc", 'connections can\'t be "vpc", only a list'),
    ("command", "glueetl", 'command can\'t be "glueetl", only a mapping'),
    ("command", {"version": "3"}, "command has no version: it has name and python_version"),
    ("command", {"version": "3", "args": []}, "command has no args, version: it has name and python_version"),
]


@pytest.mark.parametrize(("name", "wanted"), AS_EXPECTED)
def test_a_session_is_as_expected(name: str, wanted: Any) -> None:  # noqa: ANN401
    assert Expectation.parse(name, wanted).mismatch(SESSION) is None


@pytest.mark.parametrize(("name", "wanted", "line"), OTHERWISE)
def test_a_difference_says_what_was_expected_and_what_was_found(name: str, wanted: Any, line: str) -> None:  # noqa: ANN401
    assert line == Expectation.parse(name, wanted).mismatch(SESSION)


@pytest.mark.parametrize(("name", "wanted", "sentence"), WRONG)
def test_what_no_session_could_be_compared_with_is_refused(name: str, wanted: Any, sentence: str) -> None:  # noqa: ANN401
    with pytest.raises(InvalidInput) as refused:
        Expectation.parse(name, wanted)

    assert (sentence, "expect") == (str(refused.value), refused.value.input_name)


def test_what_a_wait_changes_can_not_be_expected() -> None:
    with pytest.raises(InvalidInput) as refused:
        Expectation.parse("status", "READY")

    assert "expect" == refused.value.input_name
    assert str(refused.value).startswith("'status' can't be expected: use one of command, connections, created_on, ")


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
def test_a_role_is_the_same_by_its_name_and_by_its_arn(one: str, other: str, *, same: bool) -> None:
    assert same == (Expectation.parse("role", one).mismatch(Session(role=other)) is None)
    assert same == (Expectation.parse("role", other).mismatch(Session(role=one)) is None)


def test_an_expectation_is_exact_and_no_secret_unless_it_says_so() -> None:
    assert Expectation.parse("role", "Etl") == Expectation(name="role", value="Etl")
    assert Expectation.parse("role", "Etl") == Expectation(name="role", value="Etl", minimum=False, secret=False)


def test_a_session_without_a_version_is_never_new_enough() -> None:
    expected = 'glue_version: expected at least "0.9", found ""'

    assert expected == Expectation.parse("glue_version", {"at_least": "0.9"}).mismatch(Session(status="READY"))
    assert 'glue_version: expected "5.0", found ""' == Expectation.parse("glue_version", "5.0").mismatch(Session(status="READY"))
    assert Expectation.parse("glue_version", "").mismatch(Session(status="READY")) is None


def test_a_secret_is_compared_and_never_said() -> None:
    secret = Expectation.parse("role", "planted", secret=True)
    with pytest.raises(InvalidInput) as refused:
        Expectation.parse("number_of_workers", "planted", secret=True)

    assert 'role: expected [secret], found "arn:aws:iam::123456789012:role/service/GlueSession"' == secret.mismatch(SESSION)
    assert "number_of_workers can't be [secret], only a number" == str(refused.value)


@given(
    st.sampled_from(EXPECTABLE),
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text() | st.just("at_least"), x)
    ),
)
def test_whatever_is_expected_is_judged_or_refused(name: str, wanted: Any) -> None:  # noqa: ANN401
    """Nothing else may be raised: a program's mistake must not end in a traceback."""
    with contextlib.suppress(InvalidInput):
        Expectation.parse(name, wanted).mismatch(SESSION)


def test_what_is_expected_is_told_by_names() -> None:
    assert {"role": "r"} == require_mapping({"role": "r"})


@pytest.mark.parametrize("expect", ["role", ["role"], None, 7])
def test_what_is_no_mapping_expects_nothing(expect: object) -> None:
    with pytest.raises(InvalidInput) as caught:
        require_mapping(expect)

    expected = ("expect", f"{expect!r} is no mapping of outputs to the values that they should have")
    assert expected == (caught.value.input_name, str(caught.value))


def test_a_gate_bars_a_session_that_is_not_as_expected_before_it_waits() -> None:
    """Ten minutes of waiting for a session of the wrong version would be ten minutes lost."""
    gate = WaitCondition(
        targets=frozenset({"READY"}), expectations=(Expectation.parse("glue_version", "5.0"), Expectation.parse("worker_type", "G.1X"))
    )
    seen = gate.evaluate("analytics", Session(status="PROVISIONING", glue_version="4.0", worker_type="G.2X"), region="eu-west-1")
    expected = NotAsExpected(
        "analytics",
        region="eu-west-1",
        differences=['glue_version: expected "5.0", found "4.0"', 'worker_type: expected "G.1X", found "G.2X"'],
    )

    assert WaitState.FAILED is seen.state
    assert str(expected) == str(seen.error)
    assert (
        'Glue session "analytics" in eu-west-1 is not as expected: name a session that is, or correct expect, and run again.\n'
        '  glue_version: expected "5.0", found "4.0"\n'
        '  worker_type: expected "G.1X", found "G.2X"'
    ) == str(expected)
