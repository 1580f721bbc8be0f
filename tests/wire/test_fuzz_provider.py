"""The provider answers any inputs and any record, because another version of the package may have written them."""

from __future__ import annotations

import json
from typing import Any

import pulumi
from hypothesis import example, given
from hypothesis import strategies as st

from pulumi_glue_session.core.messages import ErrorReport
from pulumi_glue_session.core.session import Session
from pulumi_glue_session.dynamic.wire_format import OBSERVED, REPLACING
from pulumi_glue_session.provider import GlueSessionProvider
from support.fuzzing import LINES, OPTIONS, SESSION_ID, STATUS, TRAVELLING, fuzzed

WIRE = st.recursive(
    st.none() | st.booleans() | st.floats() | LINES | st.just(pulumi.UNKNOWN) | st.builds(pulumi.StringAsset, LINES),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(LINES, inner, max_size=3),
    max_leaves=5,
)
"""Values that the SDK passes to a provider."""

REPORT = st.builds(lambda fact: ErrorReport(fact=fact, next_step="try again").to_dict(), LINES) | st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("fact", "details", "changed", "next_step"), TRAVELLING)
)
FIELDS = {name: st.just(value) | WIRE for name, value in Session(status="READY").to_state().items()}


def observations(other: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Observations with some values replaced."""
    fields = {name: st.just(value) | other for name, value in Session(status="READY").to_state().items()}
    return st.fixed_dictionaries(
        {},
        optional={
            "id": SESSION_ID | other,
            "region": st.just("eu-west-1") | other,
            "session": st.fixed_dictionaries({}, optional=fields) | other,
            "on_its_way": st.booleans() | other,
            "failure": REPORT | other,
            "input": st.sampled_from(["session_id", "aws.region", ""]) | other,
        },
    )


OBSERVATION = observations(TRAVELLING).map(json.dumps) | observations(WIRE) | TRAVELLING.map(json.dumps) | WIRE
"""JSON, a mapping as older versions send it, or any value."""

RECORD = st.fixed_dictionaries(
    {},
    optional={
        "session_id": SESSION_ID | WIRE,
        "region": st.just("eu-west-1") | WIRE,
        "aws": st.fixed_dictionaries({}, optional={name: each | WIRE for name, each in OPTIONS.items()}) | WIRE,
        "wait_for": st.lists(STATUS) | WIRE,
        **FIELDS,
    },
)
INPUTS = st.builds(
    lambda record, observed, more: {**more, **record, **({} if observed is None else {OBSERVED: observed})},
    RECORD,
    OBSERVATION,
    st.dictionaries(LINES, WIRE, max_size=2),
)


@fuzzed(5)
@given(olds=st.just({}) | RECORD | INPUTS, news=INPUTS)
@example(olds={}, news={OBSERVED: 5})
@example(olds={}, news={OBSERVED: {"failure": None}})
@example(olds={}, news={OBSERVED: {"failure": {"fact": "x", "details": 5, "changed": [["x"], 5]}}})
@example(olds={}, news={OBSERVED: {"failure": 5.0, "input": ["x"]}})
@example(olds={"status": "READY"}, news={OBSERVED: {"failure": "x", "session": None}})
@example(olds={"status": pulumi.UNKNOWN}, news={OBSERVED: {"failure": "x", "session": {"status": "READY"}}})
@example(olds={}, news={OBSERVED: {"id": "known", "region": "eu-west-1", "session": 5}, "session_id": "known"})
def test_check_never_raises(olds: dict[str, Any], news: dict[str, Any]) -> None:
    """The program may use another version of the package, and transforms may change its inputs."""
    checked: Any = GlueSessionProvider().check(olds, news)

    assert isinstance(checked.inputs, dict)
    assert OBSERVED not in checked.inputs
    assert [] == [failure.reason for failure in checked.failures if type(failure.reason) is not str]
    assert [] == [failure.property for failure in checked.failures if failure.property not in ("", *checked.inputs)]


@fuzzed(3)
@given(olds=RECORD | INPUTS, news=RECORD | INPUTS)
def test_diff_never_raises(olds: dict[str, Any], news: dict[str, Any]) -> None:
    difference = GlueSessionProvider().diff("known", olds, news)

    assert set(REPLACING) >= set(difference.replaces or ())


@fuzzed()
@given(record=RECORD | INPUTS)
def test_diff_of_equal_records_is_empty(record: dict[str, Any]) -> None:
    difference = GlueSessionProvider().diff("known", record, record)

    assert (None, []) == (difference.changes, difference.replaces)
