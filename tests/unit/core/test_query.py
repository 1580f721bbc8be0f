"""Queries: one session by id, the only match of a filter, or all matches."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_glue_session.core.errors import InvalidInput, NotOneSession, SessionNotFound
from pulumi_glue_session.core.filter import SessionFilter
from pulumi_glue_session.core.query import SessionQuery
from pulumi_glue_session.core.session import Session
from support.fake_source import FakeSource

READY = Session(status="READY")


def source(*session_ids: str) -> FakeSource:
    return FakeSource(**dict.fromkeys(session_ids, READY))


def query(*, exactly_one: bool = True, **arguments: Any) -> SessionQuery:
    return SessionQuery.parse(arguments, exactly_one=exactly_one)


@pytest.mark.parametrize("exactly_one", [True, False])
def test_query_by_id_reads_one_session(exactly_one: bool) -> None:  # noqa: FBT001
    glue = source("etl-1", "etl-2")

    assert {"etl-2": READY} == query(session_id="etl-2", tags=None, exactly_one=exactly_one).run(glue)
    assert ["etl-2"] == glue.calls


def test_query_by_filter_lists_sessions() -> None:
    glue = source("etl-1", "etl-2")

    assert {"etl-1": READY, "etl-2": READY} == query(statuses="READY", session_id=None, exactly_one=False).run(glue)
    assert [SessionFilter(statuses=frozenset({"READY"}))] == glue.calls


def test_exactly_one_match_is_returned() -> None:
    assert {"etl-1": READY} == query(id_prefix="etl").run(source("etl-1"))


def test_no_match_is_an_empty_result() -> None:
    assert {} == query(exactly_one=False).run(source())


@pytest.mark.parametrize("found", [(), ("a", "b")], ids=["none", "several"])
def test_no_match_or_several_fail_where_one_is_needed(found: tuple[str, ...]) -> None:
    with pytest.raises(NotOneSession) as caught:
        query(statuses="READY").run(source(*found))

    assert ((("statuses", "READY"),), "eu-west-1", found) == (
        caught.value.criteria,
        caught.value.region,
        caught.value.found,
    )


def test_missing_session_raises() -> None:
    with pytest.raises(SessionNotFound):
        query(session_id="etl-3").run(source("etl-1"))


def test_id_and_filter_are_refused() -> None:
    with pytest.raises(InvalidInput) as caught:
        query(session_id="etl-1", id_prefix="etl", tags={"team": "etl"})

    assert ("id_prefix", "use session_id or a filter, not both") == (caught.value.input_name, caught.value.reason())


@pytest.mark.parametrize("session_id", ["", 7, "a\n"])
def test_invalid_id_is_refused(session_id: object) -> None:
    with pytest.raises(InvalidInput) as caught:
        query(session_id=session_id)

    assert "session_id" == caught.value.input_name


def test_invalid_filter_is_refused() -> None:
    with pytest.raises(InvalidInput) as caught:
        query(statuses="NEW")

    assert "statuses" == caught.value.input_name


@pytest.mark.parametrize(
    "arguments",
    [{}, {"session_id": None, "tags": None}, {"tags": {}}, {"id_prefix": ""}, {"tags": {}, "id_prefix": ""}],
    ids=["missing", "none", "no tags", "empty prefix", "several empty filters"],
)
def test_missing_id_never_means_any_session(arguments: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as caught:
        query(**arguments)

    assert "session_id" == caught.value.input_name


def test_explicit_pattern_means_any_session() -> None:
    assert {"a": READY} == query(id_pattern="*").run(source("a"))


@pytest.mark.parametrize("arguments", [{}, {"tags": {}}, {"id_prefix": ""}], ids=["missing", "no tags", "empty prefix"])
def test_list_needs_no_criteria(arguments: dict[str, Any]) -> None:
    assert {"a": READY} == query(exactly_one=False, **arguments).run(source("a"))
