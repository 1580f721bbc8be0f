"""Reads of several sessions over HTTP: list pages or GetSession, and the number of calls."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pulumi_glue_session.aws.sessions import GlueSessions
from pulumi_glue_session.core.aws_config import AwsConfig
from pulumi_glue_session.core.errors import (
    SessionNotFound,
)
from support.glue_endpoint import (
    GlueEndpoint,
    always,
    answer,
    looks,
    step,
    verbatim,
)
from support.reading import SEEN, put, read_many

REGION = "eu-west-1"


@pytest.fixture(autouse=True)
def _no_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries take seconds."""
    monkeypatch.setattr("pulumi_glue_session.aws.client._RETRIES", 0)


@pytest.fixture(autouse=True)
def _any_speed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page and a list may take as long as this machine needs."""
    monkeypatch.setattr("pulumi_glue_session.aws.sessions.max_call_seconds", lambda _: 600.0)
    monkeypatch.setattr("pulumi_glue_session.aws.sessions.FRESH_SECONDS", 600.0)
    monkeypatch.setattr("pulumi_glue_session.aws.sessions._SLOW_SECONDS", 600.0)


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> Iterator[GlueEndpoint]:
    """Glue with pages of a hundred sessions. The API allows a thousand, but only the number of pages matters."""
    with GlueEndpoint(page_size=100) as glue:
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        monkeypatch.setenv("AWS_REGION", REGION)
        monkeypatch.setenv("AWS_ENDPOINT_URL_GLUE", glue.url)
        yield glue


def calls(glue: GlueEndpoint) -> list[tuple[str, str | None]]:
    return [(call.operation, call.session_id) for call in glue.calls]


# --- Several sessions ---


def test_three_sessions_take_one_page(aws: GlueEndpoint) -> None:
    put(aws, "a", "b", "c", "other")

    assert dict.fromkeys("abc", SEEN) == read_many(GlueSessions(AwsConfig()), ["a", "b", "c"])
    assert [("ListSessions", {"MaxResults": 1000})] == [(call.operation, call.parameters) for call in aws.calls]


def test_two_sessions_take_two_calls(aws: GlueEndpoint) -> None:
    put(aws, "a", "b")

    assert {"a": SEEN, "b": SEEN} == read_many(GlueSessions(AwsConfig()), ["a", "b"])
    assert [("GetSession", "a"), ("GetSession", "b")] == sorted(calls(aws))


def test_no_session_takes_no_call(aws: GlueEndpoint) -> None:
    assert {} == read_many(GlueSessions(AwsConfig()), [])
    assert [] == calls(aws)


def test_hundred_sessions_take_one_call(aws: GlueEndpoint) -> None:
    names = [f"session-{number}" for number in range(100)]
    put(aws, *names)

    assert dict.fromkeys(names, SEEN) == read_many(GlueSessions(AwsConfig()), names)
    assert 1 == aws.count()


def test_list_and_get_session_agree(aws: GlueEndpoint) -> None:
    """Otherwise a session would show a difference when a program adds others."""
    aws.put(
        "a", always(step("FAILED", ErrorMessage="no capacity")), Connections={"Connections": ["vpc"]}, MaxCapacity=2.0
    )
    put(aws, "b", "c")
    source = GlueSessions(AwsConfig())

    assert source.get("a") == read_many(source, ["a", "b", "c"])["a"]
    assert 1 == aws.count("ListSessions")


def test_list_is_read_page_by_page(monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"session-{number}" for number in range(6)]
    with GlueEndpoint(page_size=2) as glue:
        put(glue, *names)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        found = read_many(GlueSessions(AwsConfig(region=REGION, endpoint_url=glue.url)), names)

        assert dict.fromkeys(names, SEEN) == found
        assert ["ListSessions"] * 3 == [call.operation for call in glue.calls]
        assert [{"MaxResults"}, {"MaxResults", "NextToken"}, {"MaxResults", "NextToken"}] == [
            set(call.parameters) for call in glue.calls
        ]
        assert {1000} == {call.parameters["MaxResults"] for call in glue.calls}


def test_session_missing_in_the_list_is_read_by_itself(aws: GlueEndpoint) -> None:
    put(aws, "a", "b")
    found = read_many(GlueSessions(AwsConfig()), ["a", "gone", "b"])

    assert [SEEN, SEEN, SessionNotFound] == [found["a"], found["b"], type(found["gone"])]
    assert [("ListSessions", None), ("GetSession", "gone")] == calls(aws)


def test_session_missing_only_in_the_list_is_found(aws: GlueEndpoint) -> None:
    """A list can be late, or be restricted by tags in the policy of a role."""
    put(aws, "a", "b", "c")
    aws.fail("ListSessions", answer({"Ids": [], "Sessions": []}))

    assert dict.fromkeys("abc", SEEN) == read_many(GlueSessions(AwsConfig()), ["a", "b", "c"])


def test_session_listed_without_status_is_read_by_itself(aws: GlueEndpoint) -> None:
    put(aws, "a", "c")
    aws.put("b", looks(verbatim({"Id": "b"}), "READY"))

    assert dict.fromkeys("abc", SEEN) == read_many(GlueSessions(AwsConfig()), ["a", "b", "c"])
    assert [("ListSessions", None), ("GetSession", "b")] == calls(aws)


def test_repeated_id_is_read_once(aws: GlueEndpoint) -> None:
    put(aws, "a", "b")

    assert {"a": SEEN} == read_many(GlueSessions(AwsConfig()), ["a", "a"])
    assert 1 == aws.count()


# --- Where GetSession is cheaper ---


@pytest.fixture
def crowd(aws: GlueEndpoint, monkeypatch: pytest.MonkeyPatch) -> GlueEndpoint:
    """Fifty foreign sessions, and pages of one session."""
    put(aws, *(f"other-{number}" for number in range(50)))
    monkeypatch.setattr("pulumi_glue_session.aws.sessions._PAGE_SIZE", 1)
    return aws


def test_list_stops_where_get_session_is_cheaper(crowd: GlueEndpoint) -> None:
    put(crowd, "last")

    assert dict.fromkeys(["other-0", "other-1", "last"], SEEN) == read_many(
        GlueSessions(AwsConfig()), ["other-0", "other-1", "last"]
    )
    assert [("ListSessions", None), ("ListSessions", None), ("GetSession", "last")] == calls(crowd)


def test_pages_are_bounded_by_the_number_of_sessions(crowd: GlueEndpoint) -> None:
    put(crowd, "x", "y", "z")

    assert {"x": SEEN, "y": SEEN, "z": SEEN} == read_many(GlueSessions(AwsConfig()), ["x", "y", "z"])
    assert 2 == crowd.count("ListSessions")
    assert {"x", "y", "z"} == {call.session_id for call in crowd.calls if call.operation == "GetSession"}
    assert 3 == crowd.count("GetSession")


def test_list_stops_at_a_repeated_token(aws: GlueEndpoint) -> None:
    names = [f"session-{number}" for number in range(10)]
    put(aws, *names)
    aws.fail("ListSessions", answer({"Ids": [], "Sessions": [], "NextToken": "again"}))

    assert dict.fromkeys(names, SEEN) == read_many(GlueSessions(AwsConfig()), names)
    assert [{"MaxResults": 1000}, {"MaxResults": 1000, "NextToken": "again"}] == [
        call.parameters for call in aws.calls if call.operation == "ListSessions"
    ]
    assert 10 == aws.count("GetSession")


# --- Number of calls ---


@pytest.mark.parametrize(
    ("wanted", "foreign", "first", "later"),
    [
        (2, 0, (0, 2), (0, 2)),
        (2, 100, (0, 2), (0, 2)),
        (2, 1_000, (0, 2), (0, 2)),
        (5, 0, (1, 0), (1, 0)),
        (5, 100, (2, 0), (2, 0)),
        # After as many pages as sessions the others are read one by one, and later all of them.
        (5, 1_000, (4, 5), (0, 5)),
        (100, 0, (1, 0), (1, 0)),
        (100, 100, (2, 0), (2, 0)),
        (100, 1_000, (11, 0), (11, 0)),
    ],
)
def test_number_of_calls(
    small_pages: GlueEndpoint, wanted: int, foreign: int, first: tuple[int, int], later: tuple[int, int]
) -> None:
    """Pages and GetSession calls of the first and of later reads. Foreign sessions come first in the list."""
    names = [f"own-{number}" for number in range(wanted)]
    put(small_pages, *(f"foreign-{number}" for number in range(foreign)), *names)
    source = GlueSessions(AwsConfig())
    for expected in (first, later, later):
        before = len(small_pages.calls)
        assert dict.fromkeys(names, SEEN) == read_many(source, names)
        operations = [call.operation for call in small_pages.calls[before:]]
        assert expected == (operations.count("ListSessions"), operations.count("GetSession"))


def test_pages_without_a_session_are_bounded(small_pages: GlueEndpoint) -> None:
    """Seven sessions on the first page, three after ten foreign pages: three pages more are not worth reading."""
    names = [f"own-{number}" for number in range(10)]
    put(small_pages, *names[:7], *(f"foreign-{number}" for number in range(1_000)), *names[7:])

    assert dict.fromkeys(names, SEEN) == read_many(GlueSessions(AwsConfig()), names)
    assert (4, 3) == (small_pages.count("ListSessions"), small_pages.count("GetSession"))
