"""ListSessions of the scripted endpoint: pages, tokens and tags."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from support.endpoint_client import (
    FULL,
    Boto3Session,
    Client,
    connect,
    post,
)
from support.glue_endpoint import (
    DEFAULTS,
    GlueEndpoint,
    always,
)

# --- ListSessions ---


def test_list_returns_ids_and_sessions(glue: GlueEndpoint, client: Client) -> None:
    glue.put("one", always("READY"), **FULL)
    glue.put("two", always("STOPPED"))

    found = client.list_sessions()

    assert ["one", "two"] == found["Ids"]
    assert [{"Id": "one", "Status": "READY", **FULL}, {"Id": "two", "Status": "STOPPED", **DEFAULTS}] == found[
        "Sessions"
    ]
    assert "NextToken" not in found


def pages(client: Client, **parameters: object) -> list[list[str]]:
    """Ids of each page. Checks that sessions and ids agree."""
    found: list[list[str]] = []
    token: dict[str, str] = {}
    while (not found or token) and len(found) < 20:
        page = client.list_sessions(**parameters, **token)
        assert page["Ids"] == [each["Id"] for each in page["Sessions"]]
        found.append(page["Ids"])
        token = {"NextToken": page["NextToken"]} if "NextToken" in page else {}
    return found


@pytest.mark.parametrize(
    ("parameters", "sizes"),
    [({}, [3, 3, 1]), ({"MaxResults": 2}, [2, 2, 2, 1]), ({"MaxResults": 7}, [3, 3, 1]), ({"MaxResults": 1}, [1] * 7)],
)
def test_pages_contain_every_session_once(
    session: Boto3Session, parameters: Mapping[str, Any], sizes: list[int]
) -> None:
    """`MaxResults` makes a page smaller, never larger, as in Glue."""
    with GlueEndpoint(page_size=3) as glue:
        for number in range(7):
            glue.put(f"s{number}", always("READY"))
        found = pages(connect(session, glue), **parameters)

    assert [each for page in found for each in page] == [f"s{number}" for number in range(7)]
    assert sizes == [len(page) for page in found]


def test_default_page_size_is_100(glue: GlueEndpoint, client: Client) -> None:
    for number in range(101):
        glue.put(f"s{number}", always("READY"))

    assert [100, 1] == [len(page) for page in pages(client)]


def test_full_last_page_has_no_token(session: Boto3Session) -> None:
    with GlueEndpoint(page_size=2) as glue:
        glue.put("one", always("READY"))
        glue.put("two", always("READY"))

        assert [["one", "two"]] == pages(connect(session, glue))


def test_pages_are_consistent_while_sessions_change(session: Boto3Session) -> None:
    """A session that is put again is listed last."""
    with GlueEndpoint(page_size=2) as glue:
        client = connect(session, glue)
        for name in ("one", "two", "three", "four"):
            glue.put(name, always("READY"))
        first = client.list_sessions()
        glue.remove("one")
        glue.put("five", always("READY"))
        glue.put("two", always("STOPPED"))
        second = client.list_sessions(NextToken=first["NextToken"])
        third = client.list_sessions(NextToken=second["NextToken"])

    assert [["one", "two"], ["three", "four"], ["five", "two"]] == [page["Ids"] for page in (first, second, third)]


def test_unknown_token_is_rejected(client: Client) -> None:
    with pytest.raises(client.exceptions.InvalidInputException) as caught:
        client.list_sessions(NextToken="made up")

    assert "Invalid NextToken" == caught.value.response["Error"]["Message"]


@pytest.mark.parametrize(
    ("tags", "ids"),
    [
        ({}, ["one", "two", "three"]),
        ({"team": "data"}, ["one", "two"]),
        ({"team": "data", "env": "prod"}, ["two"]),
        ({"team": "web"}, []),
    ],
)
def test_list_filters_by_tags(glue: GlueEndpoint, client: Client, tags: Mapping[str, str], ids: list[str]) -> None:
    """A session is listed if it has all of the tags. Answers do not contain tags."""
    glue.put("one", always("READY"), Tags={"team": "data"})
    glue.put("two", always("READY"), Tags={"team": "data", "env": "prod"})
    glue.put("three", always("READY"))

    assert ids == client.list_sessions(Tags=tags)["Ids"]
    assert "Tags" not in post(glue, "GetSession", b'{"Id": "one"}')[1]["Session"]
