"""Choosing among sessions: which conditions fit which sessions, in what order, and what is no condition at all."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pulumi_glue_session.core.errors import InvalidInput
from pulumi_glue_session.core.filter import SessionFilter
from pulumi_glue_session.core.session import STATUSES, Session, validate_session_id
from support.glue_endpoint import objection

READY = Session(status="READY")
KNOWN = "FAILED, PROVISIONING, READY, STOPPED, STOPPING, TIMEOUT"
NO_TAGS = "can't be tags: use at most 50 names of 1 to 128 characters, each with a text of at most 256"
NO_STATUS = f"names no status of a Glue session: use {KNOWN}"


def refusal_of(**conditions: Any) -> tuple[str, str]:  # noqa: ANN401 - wrong on purpose
    with pytest.raises(InvalidInput) as caught:
        SessionFilter.parse(conditions)
    return caught.value.input_name, str(caught.value)


# --- What is a condition ---


def test_every_condition_is_taken_over() -> None:
    conditions = {"tags": {"team": "etl"}, "statuses": ["READY", "STOPPED"], "id_prefix": "etl-", "id_pattern": "*-[0-9]"}
    expected = SessionFilter(tags={"team": "etl"}, statuses=frozenset({"READY", "STOPPED"}), id_prefix="etl-", id_pattern="*-[0-9]")

    assert expected == SessionFilter.parse(conditions)


def test_what_is_not_said_fits_every_session() -> None:
    assert SessionFilter() == SessionFilter.parse({})
    assert SessionFilter() == SessionFilter.parse({"tags": None, "statuses": None, "id_prefix": None, "id_pattern": None})
    assert all(
        SessionFilter().matches(session_id, Session(status=status)) for session_id in ("a", "*", " ") for status in (*STATUSES, "NEW")
    )


@pytest.mark.parametrize("statuses", ["READY", ["READY"], ("READY", "READY"), {"READY"}, frozenset({"READY"})], ids=repr)
def test_a_status_alone_is_a_list_of_one(statuses: object) -> None:
    assert frozenset({"READY"}) == SessionFilter.parse({"statuses": statuses}).statuses


# --- What fits ---


@pytest.mark.parametrize(
    ("conditions", "session_id", "fits"),
    [
        ({"statuses": "READY"}, "etl-1", True),
        ({"statuses": ["STOPPED", "READY"]}, "etl-1", True),
        ({"statuses": "STOPPED"}, "etl-1", False),
        ({"id_prefix": "etl-"}, "etl-1", True),
        ({"id_prefix": "etl-1"}, "etl-1", True),
        ({"id_prefix": "etl-1"}, "etl-", False),
        ({"id_prefix": "ETL-"}, "etl-1", False),
        ({"id_prefix": "*"}, "etl-1", False),
        ({"id_prefix": "*"}, "*-1", True),
        ({"id_pattern": "etl-*"}, "etl-1", True),
        ({"id_pattern": "*"}, "", True),
        ({"id_pattern": "etl"}, "etl-1", False),
        ({"id_pattern": "tl-1"}, "etl-1", False),
        ({"id_pattern": "etl-?"}, "etl-1", True),
        ({"id_pattern": "etl-?"}, "etl-12", False),
        ({"id_pattern": "etl-[0-3]"}, "etl-1", True),
        ({"id_pattern": "etl-[0-3]"}, "etl-4", False),
        ({"id_pattern": "etl-[!0-3]"}, "etl-4", True),
        ({"id_pattern": "ETL-*"}, "etl-1", False),
        ({"id_pattern": "etl.1"}, "etl-1", False),
        ({"id_pattern": "[*]"}, "*", True),
        ({"id_prefix": "etl-", "id_pattern": "*-1", "statuses": "READY"}, "etl-1", True),
        ({"id_prefix": "etl-", "id_pattern": "*-2", "statuses": "READY"}, "etl-1", False),
        ({"id_prefix": "els", "id_pattern": "*-1", "statuses": "READY"}, "etl-1", False),
        ({"id_prefix": "etl-", "id_pattern": "*-1", "statuses": "FAILED"}, "etl-1", False),
    ],
    ids=str,
)
def test_a_session_fits_if_it_fits_every_condition(conditions: Mapping[str, Any], session_id: str, *, fits: bool) -> None:
    assert fits is SessionFilter.parse(conditions).matches(session_id, READY)


def test_tags_are_the_services_to_compare() -> None:
    """A session doesn't tell its tags, so what came back for them fits."""
    assert SessionFilter.parse({"tags": {"team": "etl"}}).matches("a", READY)


@given(st.text(), st.text())
@example("[", "[")
@example("[]", "[]")
@example("[!]", "x")
@example("[b-a]", "b")
@example("[[a]", "a")
@example("[a--b]", "a")
@example("*a" * 50, "a" * 60)
def test_any_text_is_a_pattern(pattern: str, session_id: str) -> None:
    """Whatever a person writes between brackets: no error of `re`, no warning, and no pattern that takes for ever."""
    selection = SessionFilter.parse({"id_pattern": pattern})

    assert selection.matches(session_id, READY) in {True, False}


# --- In what order ---


def test_the_newest_session_comes_first() -> None:
    days = {"a": "2026-01-02", "b": "2026-01-03", "c": "2026-01-01", "d": "2025-12-31"}
    sessions = {name: Session(status="READY", created_on=f"{day}T09:30:00.000Z") for name, day in days.items()}

    assert ["b", "a", "c", "d"] == list(SessionFilter().apply(sessions))
    assert {name: sessions[name] for name in days} == SessionFilter().apply(sessions)


def test_sessions_of_one_moment_come_by_their_id() -> None:
    moment = "2026-01-02T09:30:00.000Z"
    sessions = {name: Session(created_on=moment) for name in "cab"} | {"0": Session(created_on="2026-01-02T09:30:00.001Z")}

    assert ["0", "a", "b", "c"] == list(SessionFilter().apply(sessions))


def test_a_session_whose_age_glue_does_not_tell_comes_last() -> None:
    sessions = {"a": Session(), "b": Session(created_on="2026-01-02T09:30:00.000Z")}

    assert ["b", "a"] == list(SessionFilter().apply(sessions))


MOMENTS = st.integers(0, 3).map(lambda second: f"2026-01-02T09:30:0{second}.000Z")
SESSIONS = st.dictionaries(
    st.text("ab-", min_size=1, max_size=3),
    st.builds(lambda status, moment: Session(status=status, created_on=moment), st.sampled_from(["READY", "FAILED"]), MOMENTS),
)


@given(SESSIONS, st.sampled_from(["", "a", "b-"]), st.sampled_from([None, "READY", ["READY", "FAILED"], "STOPPED"]))
def test_those_that_fit_are_all_there_and_in_order(sessions: dict[str, Session], prefix: str, statuses: Any) -> None:  # noqa: ANN401
    chosen = SessionFilter.parse({"id_prefix": prefix, "statuses": statuses}).apply(sessions)
    expected = {name for name, each in sessions.items() if name.startswith(prefix) and (not statuses or each.status in statuses)}
    order = [(each.created_on, name) for name, each in chosen.items()]

    assert expected == set(chosen)
    assert all(
        moment > next_moment or (moment == next_moment and name < next_name) for (moment, name), (next_moment, next_name) in pairwise(order)
    )


# --- How it is said ---


@pytest.mark.parametrize(
    ("conditions", "text"),
    [
        ({}, "no condition"),
        ({"tags": {"team": "etl"}}, "tags team=etl"),
        ({"tags": {"team": "etl", "env": ""}}, "tags env=, team=etl"),
        ({"statuses": "READY"}, "status READY"),
        ({"statuses": ["STOPPED", "READY"]}, "status READY or STOPPED"),
        ({"id_prefix": "etl-"}, "id_prefix etl-"),
        ({"id_pattern": "*-[0-9]"}, "id_pattern *-[0-9]"),
        ({"id_pattern": "*"}, "no condition"),
        (
            {"tags": {"team": "etl"}, "statuses": "READY", "id_prefix": "etl-", "id_pattern": "*-1"},
            "tags team=etl; status READY; id_prefix etl-; id_pattern *-1",
        ),
    ],
)
def test_conditions_are_told_as_a_person_says_them(conditions: Mapping[str, Any], text: str) -> None:
    assert text == str(SessionFilter.parse(conditions))


# --- What is no condition ---


@pytest.mark.parametrize(
    ("statuses", "told"),
    [
        ("RUNNING", "'RUNNING'"),
        ("ready", "'ready'"),
        ("", "''"),
        (["READY", "RUNNING"], "['READY', 'RUNNING']"),
        ([["READY"]], "[['READY']]"),
        ([None], "[None]"),
        ([{}], "[{}]"),
        ({"READY": True}, "{'READY': True}"),
        (5, "5"),
        (True, "True"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_a_status_that_no_session_ever_has_is_refused(statuses: object, told: str) -> None:
    assert ("statuses", f"{told} {NO_STATUS}") == refusal_of(statuses=statuses)


@pytest.mark.parametrize("name", ["id_prefix", "id_pattern"])
@pytest.mark.parametrize(("value", "told"), [(5, "5"), (["a"], "['a']"), (b"a", "b'a'"), (True, "True")])
def test_an_id_is_compared_with_text_only(name: str, value: object, told: str) -> None:
    assert (name, f"{told} is no text") == refusal_of(**{name: value})


@pytest.mark.parametrize(
    ("tags", "told"),
    [
        ("team=etl", "'team=etl'"),
        (["team"], "['team']"),
        ({"team": 5}, "{'team': 5}"),
        ({"team": None}, "{'team': None}"),
        ({5: "etl"}, "{5: 'etl'}"),
        ({"": "etl"}, "{'': 'etl'}"),
    ],
    ids=str,
)
def test_what_is_no_mapping_of_texts_is_no_tags(tags: object, told: str) -> None:
    assert ("tags", f"{told} {NO_TAGS}") == refusal_of(tags=tags)


def test_tags_are_no_longer_the_programs_to_change() -> None:
    tags = {"team": "etl"}
    selection = SessionFilter.parse({"tags": tags})
    tags["team"] = "ops"

    assert {"team": "etl"} == selection.tags


@cache
def list_sessions() -> Any:  # noqa: ANN401 - botocore's shapes have no types
    return import_module("botocore.session").Session().get_service_model("glue").operation_model("ListSessions").input_shape


@pytest.mark.parametrize(
    ("session_id", "told"), [("", "''"), ("x" * 256, f"'{'x' * 256}'"), ("a\nb", "'a\\nb'"), (5, "5"), (None, "None")], ids=repr
)
def test_an_id_that_glue_would_refuse_is_refused(session_id: object, told: str) -> None:
    expected = f"{told} is no id of a Glue session: use 1 to 255 characters, none of them a control character"

    with pytest.raises(InvalidInput) as caught:
        validate_session_id(session_id)

    assert ("session_id", expected) == (caught.value.input_name, str(caught.value))


@pytest.mark.parametrize("session_id", ["a", "x" * 255, "tab\there"])
def test_an_id_that_glue_would_take_is_taken(session_id: str) -> None:
    validate_session_id(session_id)


def edges(most: int) -> st.SearchStrategy[str]:
    return st.sampled_from([0, 1, most - 1, most, most + 1]).map(lambda length: "x" * length) | st.text(st.characters(codec=None))


@given(
    st.dictionaries(edges(128), edges(256), max_size=3)
    | st.sampled_from([49, 50, 51]).map(lambda number: {f"tag-{each}": "" for each in range(number)})
)
@example({"x" * 128: "x" * 256})
@example({"x" * 129: ""})
@example({"x": "x" * 257})
def test_tags_are_taken_if_the_api_would_take_them(tags: dict[str, str]) -> None:
    """The limits are those of botocore's model, on both sides."""
    try:
        taken = SessionFilter.parse({"tags": tags}).tags == tags
    except InvalidInput:
        taken = False

    assert taken == (not objection({"Tags": tags}, list_sessions()))


@given(
    st.dictionaries(
        st.sampled_from(["tags", "statuses", "id_prefix", "id_pattern"]),
        st.recursive(
            st.none() | st.booleans() | st.floats() | st.text(st.characters(codec=None)) | st.binary() | st.builds(object),
            lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner) | st.tuples(inner),
            max_leaves=5,
        ),
    )
)
def test_whatever_is_given_is_a_selection_or_an_invalid_input(conditions: dict[str, Any]) -> None:
    try:
        selection = SessionFilter.parse(conditions)
    except InvalidInput as refusal:
        assert str(refusal).isprintable()  # noqa: PT017 - either is right
        assert refusal.input_name in conditions  # noqa: PT017
    else:
        assert {"a", "b"} >= selection.apply({"a": READY, "b": READY}).keys()
