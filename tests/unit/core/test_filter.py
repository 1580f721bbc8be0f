"""Filters: which sessions match, in what order, and which arguments are refused."""

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
NO_TAGS = "is not a mapping of tags: use at most 50 keys of 1 to 128 characters with values of at most 256 characters"
NO_STATUS = f"is not a status of a Glue session: use {KNOWN}"


def refusal(**arguments: Any) -> tuple[str, str]:
    with pytest.raises(InvalidInput) as caught:
        SessionFilter.parse(arguments)
    return caught.value.input_name, caught.value.reason()


# --- Parsing ---


def test_parse_reads_every_criterion() -> None:
    arguments = {
        "tags": {"team": "etl"},
        "statuses": ["READY", "STOPPED"],
        "id_prefix": "etl-",
        "id_pattern": "*-[0-9]",
    }
    expected = SessionFilter(
        tags={"team": "etl"}, statuses=frozenset({"READY", "STOPPED"}), id_prefix="etl-", id_pattern="*-[0-9]"
    )

    assert expected == SessionFilter.parse(arguments)


def test_missing_criteria_match_every_session() -> None:
    assert SessionFilter() == SessionFilter.parse({})
    assert SessionFilter() == SessionFilter.parse(
        {"tags": None, "statuses": None, "id_prefix": None, "id_pattern": None}
    )
    assert all(
        SessionFilter().matches(session_id, Session(status=status))
        for session_id in ("a", "*", " ")
        for status in (*STATUSES, "NEW")
    )


@pytest.mark.parametrize(
    "statuses", ["READY", ["READY"], ("READY", "READY"), {"READY"}, frozenset({"READY"})], ids=repr
)
def test_single_status_is_a_list_of_one(statuses: object) -> None:
    assert frozenset({"READY"}) == SessionFilter.parse({"statuses": statuses}).statuses


# --- What matches ---


@pytest.mark.parametrize(
    ("arguments", "session_id", "matches"),
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
def test_session_has_to_match_every_criterion(arguments: Mapping[str, Any], session_id: str, *, matches: bool) -> None:
    assert matches is SessionFilter.parse(arguments).matches(session_id, READY)


def test_tags_are_left_to_the_service() -> None:
    """A session doesn't tell its tags, so what came back for them matches."""
    assert SessionFilter.parse({"tags": {"team": "etl"}}).matches("a", READY)


@given(st.text(), st.text())
@example("[", "[")
@example("[]", "[]")
@example("[!]", "x")
@example("[b-a]", "b")
@example("[[a]", "a")
@example("[a--b]", "a")
@example("*a" * 50, "a" * 60)
def test_every_string_is_a_pattern(pattern: str, session_id: str) -> None:
    """No error or warning of `re`, and no pattern that takes exponential time."""
    session_filter = SessionFilter.parse({"id_pattern": pattern})

    assert session_filter.matches(session_id, READY) in {True, False}


# --- Order ---


def test_newest_session_comes_first() -> None:
    days = {"a": "2026-01-02", "b": "2026-01-03", "c": "2026-01-01", "d": "2025-12-31"}
    sessions = {name: Session(status="READY", created_on=f"{day}T09:30:00.000Z") for name, day in days.items()}

    assert ["b", "a", "c", "d"] == list(SessionFilter().apply(sessions))
    assert {name: sessions[name] for name in days} == SessionFilter().apply(sessions)


def test_sessions_of_the_same_time_are_sorted_by_id() -> None:
    moment = "2026-01-02T09:30:00.000Z"
    sessions = {name: Session(created_on=moment) for name in "cab"} | {
        "0": Session(created_on="2026-01-02T09:30:00.001Z")
    }

    assert ["0", "a", "b", "c"] == list(SessionFilter().apply(sessions))


def test_session_without_creation_time_comes_last() -> None:
    sessions = {"a": Session(), "b": Session(created_on="2026-01-02T09:30:00.000Z")}

    assert ["b", "a"] == list(SessionFilter().apply(sessions))


MOMENTS = st.integers(0, 3).map(lambda second: f"2026-01-02T09:30:0{second}.000Z")
SESSIONS = st.dictionaries(
    st.text("ab-", min_size=1, max_size=3),
    st.builds(
        lambda status, moment: Session(status=status, created_on=moment), st.sampled_from(["READY", "FAILED"]), MOMENTS
    ),
)


@given(SESSIONS, st.sampled_from(["", "a", "b-"]), st.sampled_from([None, "READY", ["READY", "FAILED"], "STOPPED"]))
def test_apply_returns_all_matches_in_order(sessions: dict[str, Session], prefix: str, statuses: Any) -> None:
    chosen = SessionFilter.parse({"id_prefix": prefix, "statuses": statuses}).apply(sessions)
    expected = {
        name for name, each in sessions.items() if name.startswith(prefix) and (not statuses or each.status in statuses)
    }
    order = [(each.created_on, name) for name, each in chosen.items()]

    assert expected == set(chosen)
    assert all(
        moment > next_moment or (moment == next_moment and name < next_name)
        for (moment, name), (next_moment, next_name) in pairwise(order)
    )


# --- Messages ---


@pytest.mark.parametrize(
    ("arguments", "criteria"),
    [
        ({}, []),
        ({"tags": {"team": "etl", "env": ""}}, [("tags", "env=, team=etl")]),
        ({"statuses": ["STOPPED", "READY"]}, [("statuses", "READY or STOPPED")]),
        ({"id_pattern": "*"}, []),
        (
            {"tags": {"team": "etl"}, "statuses": "READY", "id_prefix": "etl-", "id_pattern": "*-1"},
            [("tags", "team=etl"), ("statuses", "READY"), ("id_prefix", "etl-"), ("id_pattern", "*-1")],
        ),
    ],
)
def test_criteria_for_messages(arguments: Mapping[str, Any], criteria: list[tuple[str, str]]) -> None:
    assert criteria == SessionFilter.parse(arguments).criteria()


# --- Invalid arguments ---


@pytest.mark.parametrize(
    ("statuses", "shown"),
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
def test_unknown_status_is_refused(statuses: object, shown: str) -> None:
    assert ("statuses", f"{shown} {NO_STATUS}") == refusal(statuses=statuses)


@pytest.mark.parametrize("name", ["id_prefix", "id_pattern"])
@pytest.mark.parametrize(("value", "shown"), [(5, "5"), (["a"], "['a']"), (b"a", "b'a'"), (True, "True")])
def test_id_criteria_have_to_be_strings(name: str, value: object, shown: str) -> None:
    assert (name, f"{shown} is not a string") == refusal(**{name: value})


@pytest.mark.parametrize(
    ("tags", "shown"),
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
def test_invalid_tags_are_refused(tags: object, shown: str) -> None:
    assert ("tags", f"{shown} {NO_TAGS}") == refusal(tags=tags)


def test_tags_are_copied() -> None:
    tags = {"team": "etl"}
    session_filter = SessionFilter.parse({"tags": tags})
    tags["team"] = "ops"

    assert {"team": "etl"} == session_filter.tags


@cache
def list_sessions() -> Any:
    return (
        import_module("botocore.session")
        .Session()
        .get_service_model("glue")
        .operation_model("ListSessions")
        .input_shape
    )


@pytest.mark.parametrize(
    ("session_id", "shown"),
    [("", "''"), ("x" * 256, f"'{'x' * 256}'"), ("a\nb", "'a\\nb'"), (5, "5"), (None, "None")],
    ids=repr,
)
def test_invalid_session_id_is_refused(session_id: object, shown: str) -> None:
    expected = f"{shown} is not a Glue session id: use 1 to 255 characters without control characters"

    with pytest.raises(InvalidInput) as caught:
        validate_session_id(session_id)

    assert ("session_id", expected) == (caught.value.input_name, caught.value.reason())


@pytest.mark.parametrize("session_id", ["a", "x" * 255, "tab\there"])
def test_valid_session_id_is_accepted(session_id: str) -> None:
    validate_session_id(session_id)


def edges(most: int) -> st.SearchStrategy[str]:
    return st.sampled_from([0, 1, most - 1, most, most + 1]).map(lambda length: "x" * length) | st.text(
        st.characters(codec=None)
    )


@given(
    st.dictionaries(edges(128), edges(256), max_size=3)
    | st.sampled_from([49, 50, 51]).map(lambda number: {f"tag-{each}": "" for each in range(number)})
)
@example({"x" * 128: "x" * 256})
@example({"x" * 129: ""})
@example({"x": "x" * 257})
def test_tags_are_valid_if_the_api_accepts_them(tags: dict[str, str]) -> None:
    """The limits are those of botocore's model."""
    try:
        accepted = SessionFilter.parse({"tags": tags}).tags == tags
    except InvalidInput:
        accepted = False

    assert accepted == (not objection({"Tags": tags}, list_sessions()))


@given(
    st.dictionaries(
        st.sampled_from(["tags", "statuses", "id_prefix", "id_pattern"]),
        st.recursive(
            st.none()
            | st.booleans()
            | st.floats()
            | st.text(st.characters(codec=None))
            | st.binary()
            | st.builds(object),
            lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner) | st.tuples(inner),
            max_leaves=5,
        ),
    )
)
def test_any_arguments_are_a_filter_or_invalid_input(arguments: dict[str, Any]) -> None:
    try:
        session_filter = SessionFilter.parse(arguments)
    except InvalidInput as refusal:
        assert refusal.reason().isprintable()  # noqa: PT017 - either is right
        assert refusal.input_name in arguments  # noqa: PT017
    else:
        assert {"a", "b"} >= session_filter.apply({"a": READY, "b": READY}).keys()
