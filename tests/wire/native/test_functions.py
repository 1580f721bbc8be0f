"""`Invoke` of the native provider: getSession and getSessions."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_glue_session.core.errors import InvalidInput, NotOneSession
from pulumi_glue_session.core.session import Session
from pulumi_glue_session.native.properties import GET_SESSION, GET_SESSIONS, HINTS, camel, unwrap_map
from support.glue_endpoint import GlueEndpoint, always
from support.native_provider import RecordingEngine, error_of, invoke, message_of


def test_result_has_all_fields_but_default_arguments(engine: RecordingEngine, aws: GlueEndpoint) -> None:
    """SDKs treat the whole result as secret if one field is."""
    aws.put("analytics", always("READY"), Progress=0.5)

    result = invoke(engine, GET_SESSION, sessionId="analytics")

    assert {"sessionId", "region", *map(camel, Session().to_dict())} - {"defaultArguments"} == result.keys()
    expected = ("READY", 0.5, {"name": "glueetl", "pythonVersion": "3"})
    assert expected == tuple(unwrap_map(result)[name] for name in ("status", "progress", "command"))
    assert not any(value.contains_secret() for value in result.values())


def test_filter(engine: RecordingEngine, aws: GlueEndpoint) -> None:
    aws.put("etl-1", always("READY"), Tags={"camelTeam": "etl"})
    aws.put("etl-2", always("STOPPED"), Tags={"camelTeam": "etl"})
    tags = {"camelTeam": "etl"}

    one = unwrap_map(invoke(engine, GET_SESSION, tags=tags, statuses=["READY"]))
    assert "etl-1" == one["sessionId"]
    several = unwrap_map(invoke(engine, GET_SESSIONS, tags=tags, idPrefix="etl-"))
    assert (["etl-1", "etl-2"], "eu-west-1") == (several["ids"], several["region"])
    assert ["READY", "STOPPED"] == [session["status"] for session in several["sessions"]]


def test_several_matches_fail_with_native_names(engine: RecordingEngine, aws: GlueEndpoint) -> None:
    aws.put("etl-1", always("READY"))
    aws.put("etl-2", always("STOPPED"))

    assert isinstance(error_of(lambda: invoke(engine, GET_SESSION, idPattern="etl-?")), NotOneSession)
    message = message_of(lambda: invoke(engine, GET_SESSION, idPattern="etl-?"))
    assert "idPattern etl-?" in message
    assert "getSessions" in message


@pytest.mark.parametrize(
    ("arguments", "name", "reason"),
    [
        ({"sessionId": "a", "idPrefix": "a"}, "id_prefix", "sessionId"),
        ({"id": "a"}, "id", "unknown argument 'id': use sessionId, tags, statuses, idPrefix, idPattern, region"),
    ],
)
def test_invalid_argument(
    engine: RecordingEngine, aws: GlueEndpoint, arguments: dict[str, Any], name: str, reason: str
) -> None:
    error = error_of(lambda: invoke(engine, GET_SESSION, **arguments))

    assert isinstance(error, InvalidInput)
    assert name == error.input_name
    assert reason in error.reason(HINTS)
    assert 0 == aws.count()


def test_region(engine: RecordingEngine, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"))

    argument = invoke(engine, GET_SESSION, sessionId="analytics", region="us-east-1")
    option = invoke(engine, GET_SESSION, sessionId="analytics", options={"region": "us-west-2"})
    assert ("us-east-1", "us-west-2") == (unwrap_map(argument)["region"], unwrap_map(option)["region"])


def test_unknown_function(engine: RecordingEngine) -> None:
    message = message_of(lambda: invoke(engine, "glue-session:index:find"))

    assert "unknown type or function glue-session:index:find: use glue-session:index:getSession or " in message
