"""Requests that the scripted endpoint refuses, and values that `put` refuses."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest

from support.endpoint_client import (
    Client,
    botocore,
    post,
    status,
)
from support.glue_endpoint import (
    GlueEndpoint,
    Script,
    always,
    step,
    then,
)

# --- Rejected requests ---


def test_unknown_session_is_not_found(glue: GlueEndpoint, client: Client) -> None:
    with pytest.raises(client.exceptions.EntityNotFoundException) as caught:
        client.get_session(Id="analytics")

    assert {"Code": "EntityNotFoundException", "Message": "Session analytics not found."} == caught.value.response[
        "Error"
    ]
    assert 400 == caught.value.response["ResponseMetadata"]["HTTPStatusCode"]
    assert (
        400,
        {"__type": "EntityNotFoundException", "Message": "Session analytics not found."},
    ) == post(glue, "GetSession", b'{"Id": "analytics"}')


def test_removed_session_is_not_found(glue: GlueEndpoint, client: Client) -> None:
    glue.put("analytics", always("READY"))
    before = status(client)
    glue.remove("analytics")

    assert ["READY", "EntityNotFoundException"] == [before, status(client)]
    assert [] == client.list_sessions()["Ids"]


def test_removing_an_unknown_session_raises(glue: GlueEndpoint) -> None:
    with pytest.raises(KeyError, match="analytics"):
        glue.remove("analytics")


@pytest.mark.parametrize(
    ("operation", "parameters", "problem"),
    [
        ("GetSession", {}, 'Missing required parameter in input: "Id"'),
        ("GetSession", {"Id": ""}, "Invalid length for parameter Id, value: 0, valid min length: 1"),
        (
            "GetSession",
            {"Id": 5},
            "Invalid type for parameter Id, value: 5, type: <class 'int'>, valid types: <class 'str'>",
        ),
        (
            "GetSession",
            {"Id": "x", "RequestOrigin": "dbt/role"},
            (
                "Value 'dbt/role' at GetSessionRequest.RequestOrigin failed to satisfy constraint: "
                r"pattern [\.\-_A-Za-z0-9]+"
            ),
        ),
        (
            "ListSessions",
            {"MaxResults": 1001},
            "Value 1001 at ListSessionsRequest.MaxResults failed to satisfy constraint: max 1000",
        ),
        (
            "ListSessions",
            {"Id": "x"},
            'Unknown parameter in input: "Id", must be one of: NextToken, MaxResults, Tags, RequestOrigin',
        ),
    ],
)
def test_invalid_request_is_rejected(glue: GlueEndpoint, operation: str, parameters: object, problem: str) -> None:
    """Also by limits and patterns, which boto3 does not check."""
    expected = {"__type": "ValidationException", "Message": f"1 validation error detected: {problem}"}

    assert (400, expected) == post(glue, operation, json.dumps(parameters).encode())


def test_too_long_id_is_a_validation_exception(glue: GlueEndpoint, client: Client) -> None:
    assert 0 == glue.count()
    assert "ValidationException" == status(client, "x" * 256)


@pytest.mark.parametrize("body", [b"{", b"[]"])
def test_request_must_be_a_json_object(glue: GlueEndpoint, body: bytes) -> None:
    assert (400, {"__type": "SerializationException", "Message": ""}) == post(glue, "GetSession", body)


def test_unsigned_request_is_rejected(glue: GlueEndpoint) -> None:
    glue.put("analytics", always("READY"))

    assert (
        400,
        {"__type": "MissingAuthenticationTokenException", "Message": "Missing Authentication Token"},
    ) == post(glue, "GetSession", b'{"Id": "analytics"}', headers={})
    assert [None] == [call.credential for call in glue.calls]


def test_write_operations_are_rejected_and_recorded(glue: GlueEndpoint, client: Client) -> None:
    """Tests must notice if the package tries to write."""
    with pytest.raises(botocore.ClientError) as caught:
        client.stop_session(Id="analytics")

    assert "UnknownOperationException" == caught.value.response["Error"]["Code"]
    assert [("StopSession", "analytics")] == [(call.operation, call.session_id) for call in glue.calls]


# --- Invalid arguments of `put` ---


def test_unknown_field_raises(glue: GlueEndpoint) -> None:
    with pytest.raises(TypeError) as in_put:
        glue.put("analytics", always("READY"), Mood="blue")
    with pytest.raises(TypeError) as in_step:
        step("READY", Mood="blue")

    assert ["unknown field of a session: Mood"] * 2 == [str(in_put.value), str(in_step.value)]
    assert 0 == glue.count()


@pytest.mark.parametrize(
    ("script", "fields", "problem"),
    [
        (
            always("HIBERNATING"),
            {},
            "Value 'HIBERNATING' at GetSessionResponse.Session.Status failed to satisfy constraint: enum",
        ),
        (
            then(("READY", 1.0), "GONE"),
            {},
            "Value 'GONE' at GetSessionResponse.Session.Status failed to satisfy constraint: enum",
        ),
        (
            always("READY"),
            {"WorkerType": "G.3X"},
            "Value 'G.3X' at GetSessionResponse.Session.WorkerType failed to satisfy constraint",
        ),
        (
            always("READY"),
            {"Role": "GlueSession-without-arn"},
            "Value 'GlueSession-without-arn' at GetSessionResponse.Session.Role failed",
        ),
        (
            always("READY"),
            {"NumberOfWorkers": "2"},
            "Invalid type for parameter Session.NumberOfWorkers, value: 2, type: <class 'str'>",
        ),
        (
            always("READY"),
            {"DefaultArguments": {"not a name": ""}},
            "Value 'not a name' at GetSessionResponse.Session.DefaultArguments (key)",
        ),
        (
            always("READY"),
            {"Connections": {"Connections": ["x" * 256]}},
            f"Value '{'x' * 256}' at GetSessionResponse.Session.Connections",
        ),
        (
            always("READY"),
            {"Tags": {"team": "x" * 257}},
            f"Value '{'x' * 257}' at ListSessionsRequest.Tags.team failed",
        ),
    ],
)
def test_value_outside_of_the_model_raises(
    glue: GlueEndpoint, client: Client, script: Script, fields: Mapping[str, Any], problem: str
) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(problem)}"):
        glue.put("analytics", script, **fields)

    assert "EntityNotFoundException" == status(client)


def test_time_without_a_zone_raises(glue: GlueEndpoint) -> None:
    """It would be another time on another machine."""
    with pytest.raises(TypeError) as caught:
        glue.put("analytics", always("READY"), CreatedOn=datetime(2026, 1, 5))  # noqa: DTZ001

    assert "datetime.datetime(2026, 1, 5, 0, 0) cannot be sent as JSON: a time needs a time zone" == str(caught.value)
