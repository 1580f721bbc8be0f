"""Lists of GlueSessions with stubbed boto3: pages, ids and unreadable sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pulumi_glue_session.aws.sessions import GlueSessions
from pulumi_glue_session.core.aws_config import AwsConfig
from pulumi_glue_session.core.errors import (
    Refused,
    Unreachable,
)
from pulumi_glue_session.core.filter import SessionFilter
from pulumi_glue_session.core.session import Session
from support.reading import facts, read_many
from support.stubs import giving

if TYPE_CHECKING:
    from unit.conftest import Boto3

REGION = "eu-west-1"
ODD = "invalid answer: "
SUBJECT = 'Glue session "analytics"'
URL = "https://glue.eu-west-1.amazonaws.com/"


def raising_runtime_error(_thread: object) -> None:
    raise RuntimeError("can't start new thread")


def test_entity_not_found_for_a_list_means_no_session(stubbed: Boto3) -> None:
    stubbed.stub.add_client_error("list_sessions", "EntityNotFoundException", "Something was not found.")

    with pytest.raises(Refused):
        GlueSessions(AwsConfig()).list(SessionFilter())


@pytest.mark.parametrize(
    ("page", "detail"),
    [
        ({}, "an answer without sessions or their ids"),
        ({"ResponseMetadata": {}}, "an answer without sessions or their ids"),
        ({"Ids": [5], "Sessions": []}, "an answer without sessions or their ids"),
        ({"Sessions": [{"Status": "READY"}]}, "an answer without sessions or their ids"),
        ({"Sessions": [None]}, "an answer without sessions or their ids"),
        ({"Ids": [""]}, "an answer without sessions or their ids"),
    ],
    ids=str,
)
def test_page_of_another_shape_is_unusable(
    stubbed: Boto3, monkeypatch: pytest.MonkeyPatch, page: dict[str, Any], detail: str
) -> None:
    monkeypatch.setattr(stubbed.glue, "list_sessions", giving(page))

    with pytest.raises(Unreachable) as caught:
        GlueSessions(AwsConfig()).list(SessionFilter())

    assert facts(Unreachable("The list of Glue sessions", region=REGION, detail=detail)) == facts(caught.value)


@pytest.mark.parametrize("page", [{"Ids": []}, {"Sessions": []}, {"Ids": [], "Sessions": [], "NextToken": ""}], ids=str)
def test_empty_token_ends_a_list(stubbed: Boto3, monkeypatch: pytest.MonkeyPatch, page: dict[str, Any]) -> None:
    calls: list[dict[str, object]] = []

    def list_sessions(**parameters: object) -> dict[str, Any]:
        calls.append(parameters)
        return page

    monkeypatch.setattr(stubbed.glue, "list_sessions", list_sessions)

    assert {} == GlueSessions(AwsConfig()).list(SessionFilter())
    assert [{"MaxResults": 1_000}] == calls


def test_id_without_session_on_an_earlier_page_is_read(stubbed: Boto3) -> None:
    stubbed.stub.add_response("list_sessions", {"Ids": ["a"], "Sessions": [], "NextToken": "more"})
    stubbed.stub.add_response("list_sessions", {"Ids": [], "Sessions": []})
    stubbed.stub.add_response("get_session", {"Session": {"Id": "a", "Status": "READY"}}, {"Id": "a"})

    assert {"a": Session(status="READY")} == GlueSessions(AwsConfig()).list(SessionFilter())


def test_unreadable_session_of_a_list_is_read_by_itself(stubbed: Boto3, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own read reports the error, and the other sessions are not affected."""
    shapes = [{"Id": name, "Status": "READY", "NumberOfWorkers": "many" if name == "a" else 2} for name in "abc"]
    monkeypatch.setattr(stubbed.glue, "list_sessions", giving({"Sessions": shapes}))
    monkeypatch.setattr(stubbed.glue, "get_session", giving({"Session": shapes[0]}))
    answers = read_many(GlueSessions(AwsConfig()), ["a", "b", "c"])

    assert [Unreachable, Session, Session] == [type(answers[name]) for name in "abc"]


def test_unreadable_session_does_not_hide_the_others_of_a_list(stubbed: Boto3, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is listed without the values that cannot be read."""
    shapes = [
        {"Id": "a", "Status": "READY", "NumberOfWorkers": "many", "GlueVersion": "5.0"},
        {"Id": "b", "Status": "READY", "CreatedOn": "yesterday"},
        {"Id": "c"},
        {"Id": "d", "Status": "READY", "MaxCapacity": float("nan"), "Command": "glueetl"},
        {"Id": "e", "Status": "READY"},
    ]
    monkeypatch.setattr(stubbed.glue, "list_sessions", giving({"Sessions": shapes}))

    assert {
        "a": Session(status="READY", glue_version="5.0"),
        "b": Session(status="READY"),
        "c": Session(),
        "d": Session(status="READY"),
        "e": Session(status="READY"),
    } == GlueSessions(AwsConfig()).list(SessionFilter())
