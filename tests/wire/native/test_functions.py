"""`Invoke` of the native provider: getSession and getSessions."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from pulumi.provider.experimental import provider as sdk

from pulumi_glue_session.core.errors import InvalidInput, NotAsExpected, NotOneSession, SessionEnded
from pulumi_glue_session.core.session import Session
from pulumi_glue_session.native.properties import GET_SESSION, GET_SESSIONS, HINTS, WAIT_FOR_SESSION, camel, unwrap_map
from pulumi_glue_session.native.provider import SessionProvider
from support.glue_endpoint import GlueEndpoint, always, looks
from support.hostile_text import RESERVED
from support.native_provider import RecordingEngine, error_of, invoke, message_of, props, run


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


def test_id_that_pulumi_reserves(engine: RecordingEngine, aws: GlueEndpoint) -> None:
    """Any user of the account can start such a session. It must not make the result unknown."""
    for text in RESERVED.values():
        aws.put(text, always("READY"))

    found = unwrap_map(invoke(engine, GET_SESSIONS))

    ids = {f"\\{text}" for text in RESERVED.values()}
    assert (ids, ids) == (set(found["ids"]), {session["sessionId"] for session in found["sessions"]})


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
        ({}, "session_id", "it is missing: use sessionId, or a filter with one of tags, statuses, idPrefix, idPattern"),
        ({"sessionId": None}, "session_id", "it is missing: use sessionId, or a filter"),
        ({"sessionId": ""}, "session_id", "1 to 255 characters"),
        ({"tags": {"team": None}}, "tags", "{'team': None} is not a mapping of tags"),
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


# --- waitForSession ---


def test_wait_for_session(engine: RecordingEngine, aws: GlueEndpoint) -> None:
    aws.put("analytics", looks("PROVISIONING", "READY"))

    result = invoke(engine, WAIT_FOR_SESSION, sessionId="analytics")

    assert "READY" == unwrap_map(result)["status"]
    assert "defaultArguments" not in result
    first, last = engine.lines[0][0], engine.lines[-1][0]
    assert first.startswith("analytics: PROVISIONING, ")
    assert last.startswith("analytics: READY after ")


def test_waits_for_several_sessions_share_a_line(engine: RecordingEngine, aws: GlueEndpoint) -> None:
    """The stack's row shows one line at a time."""
    names = [f"s{number}" for number in range(5)]
    for name in names:
        aws.put(name, looks("PROVISIONING", "READY"))

    async def call(provider: SessionProvider) -> None:
        requests = [sdk.InvokeRequest(WAIT_FOR_SESSION, props(sessionId=name)) for name in names]
        await asyncio.gather(*map(provider.invoke, requests))

    run(engine, call)

    lines = [line for line, _, _ in engine.lines]
    assert "waiting for 5 Glue sessions: s0, s1, s2 and 2 more" in lines
    assert names == sorted(line.partition(":")[0] for line in lines if "READY after" in line)


def test_wait_for_session_in_a_preview_reads_once(engine: RecordingEngine, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("PROVISIONING"))

    result = invoke(engine, WAIT_FOR_SESSION, preview=True, sessionId="analytics", timeout="90s")

    assert ("PROVISIONING", 1) == (unwrap_map(result)["status"], aws.count())
    [(line, ephemeral, _)] = engine.lines
    assert "up will wait for READY, at most 1m30s" in line
    assert not ephemeral


@pytest.mark.parametrize("preview", [True, False])
def test_wait_for_session_that_failed(engine: RecordingEngine, aws: GlueEndpoint, preview: bool) -> None:  # noqa: FBT001 - a parameter
    aws.put("analytics", always("STOPPED"))
    aws.put("other", always("READY"))

    ended = error_of(lambda: invoke(engine, WAIT_FOR_SESSION, preview=preview, sessionId="analytics"))
    assert isinstance(ended, SessionEnded)
    expect = {"glueVersion": {"atLeast": "6.0"}}
    differs = error_of(lambda: invoke(engine, WAIT_FOR_SESSION, preview=preview, sessionId="other", expect=expect))
    assert isinstance(differs, NotAsExpected)


def test_wait_for_session_without_a_wait(engine: RecordingEngine, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("STOPPED"))

    result = invoke(engine, WAIT_FOR_SESSION, sessionId="analytics", waitFor=[])
    skipped = invoke(engine, WAIT_FOR_SESSION, options={"skipWait": "on"}, sessionId="analytics")

    assert ("STOPPED", "STOPPED") == (unwrap_map(result)["status"], unwrap_map(skipped)["status"])


def test_wait_for_session_needs_an_id(engine: RecordingEngine) -> None:
    error = error_of(lambda: invoke(engine, WAIT_FOR_SESSION, sessionId=None))

    assert isinstance(error, InvalidInput)
    assert "session_id" == error.input_name
