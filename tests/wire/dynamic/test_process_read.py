"""Reads of the provider in the SDK's process, called over gRPC, with Glue over HTTP."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from pulumi_glue_session.core import errors
from support.dynamic_server import DynamicServer, Read, Refusal
from support.glue_endpoint import (
    GONE,
    Answer,
    GlueEndpoint,
    always,
    answer,
    error,
    invalid_json,
    looks,
    reset,
    server_fault,
    throttled,
)
from support.records import FAILURE, INPUTS, MESSAGE, NOT_FOUND, OBSERVED, REGION, STATE, refusal


def test_refresh_returns_outputs_and_inputs(server: DynamicServer, glue: GlueEndpoint) -> None:
    glue.put("analytics", always("TIMEOUT"), NumberOfWorkers=5, DefaultArguments={})
    now = {**STATE, "status": "TIMEOUT", "number_of_workers": 5}

    assert Read(id="analytics", properties=now, inputs=now) == server.read("analytics", STATE)


def test_refresh_of_an_unchanged_session(server: DynamicServer, glue: GlueEndpoint) -> None:
    before = glue.count("GetSession")

    assert Read(id="analytics", properties=STATE, inputs=STATE) == server.read("analytics", STATE)
    assert 1 == glue.count("GetSession") - before


def test_refresh_of_a_missing_session_returns_empty_id(server: DynamicServer, glue: GlueEndpoint) -> None:
    glue.put("analytics", looks("READY", GONE), DefaultArguments={})
    before = server.read("analytics", STATE)

    assert Read(id="analytics", properties=STATE, inputs=STATE) == before
    assert "" == server.read("analytics", before.properties).id


def test_get_reads_the_session(server: DynamicServer, glue: GlueEndpoint) -> None:
    """The engine sends the inputs of the program only."""
    before = glue.count("GetSession")

    assert Read(id="analytics", properties=STATE | {"__read": True}, inputs={}) == server.get("analytics", INPUTS)
    assert 1 == glue.count("GetSession") - before


def test_get_of_a_missing_session_fails(server: DynamicServer, glue: GlueEndpoint) -> None:
    glue.remove("analytics")

    with pytest.raises(Refusal) as caught:
        server.get("analytics", INPUTS)

    assert NOT_FOUND == str(caught.value)
    assert NOT_FOUND == refusal(server, INPUTS)


FAULTS: dict[str, tuple[Answer, type[errors.LookFailed], str]] = {
    "access denied": (
        error("AccessDeniedException", "User: ci is not authorized"),
        errors.AccessDenied,
        "User: ci is not authorized",
    ),
    "expired token": (
        error("ExpiredTokenException", "The token is expired"),
        errors.BadCredentials,
        "The token is expired",
    ),
    "500": (server_fault(), errors.ServiceFault, "InternalServiceException: Internal service error"),
    "reset": (reset(), errors.Unreachable, "Connection was closed before we received a valid response"),
    "invalid JSON": (invalid_json(), errors.Unreachable, ""),
    "empty session": (answer({"Session": {}}), errors.Unreachable, ""),
    "invalid input": (
        error("InvalidInputException", "Zwei\nZeilen, ünïcode…"),
        errors.Refused,
        "Zwei Zeilen, ünïcode…",
    ),
    "throttled": (throttled(), errors.Throttled, "ThrottlingException: Rate exceeded"),
}


@pytest.mark.parametrize(("fault", "kind", "detail"), FAULTS.values(), ids=FAULTS)
@pytest.mark.parametrize("properties", [STATE, INPUTS], ids=["refresh", "get"])
def test_failed_read_is_an_error(
    impatient: DynamicServer,
    glue: GlueEndpoint,
    fault: Answer,
    kind: type[errors.LookFailed],
    detail: str,
    properties: dict[str, Any],
) -> None:
    """An empty id would remove the session from the state."""
    glue.fail("GetSession", fault)
    message = refusal(impatient, properties)

    text = " ".join(message.split())
    assert text.startswith(f'{kind.what}: Glue session "analytics" (eu-west-1) ')
    assert detail in text
    assert "  Next: " in message


def test_read_of_a_failed_observation_makes_no_call(server: DynamicServer, glue: GlueEndpoint) -> None:
    before = glue.count()

    assert MESSAGE == refusal(server, {**INPUTS, OBSERVED: json.dumps({"failure": FAILURE})})
    assert before == glue.count()


def test_read_after_a_refused_one_succeeds(server: DynamicServer, glue: GlueEndpoint) -> None:
    glue.fail("GetSession", error("AccessDeniedException", "no"), times=1)
    refusal(server, STATE)

    assert "analytics" == server.read("analytics", STATE).id


def test_throttled_read_is_retried(server: DynamicServer, glue: GlueEndpoint) -> None:
    glue.fail("GetSession", server_fault(503), times=1)
    before = glue.count()

    assert "READY" == server.read("analytics", STATE).properties["status"]
    assert 2 == glue.count() - before


def test_concurrent_reads(environment: dict[str, str], glue: GlueEndpoint) -> None:
    """The engine refreshes in parallel, so the first calls of a process arrive together."""
    before = glue.count()
    with DynamicServer(environment) as server, ThreadPoolExecutor(8) as pool:
        server.configure({})
        read = list(pool.map(lambda _: server.read("analytics", STATE), range(8)))

    assert [Read(id="analytics", properties=STATE, inputs=STATE)] * 8 == read
    assert 8 == glue.count() - before


# --- AWS configuration ---


def signed_by(glue: GlueEndpoint) -> tuple[str, str]:
    """Key and region of the last call."""
    parts = str(glue.calls[-1].credential).split("/")
    return parts[0], parts[2]


def test_read_uses_recorded_region_and_profile(server: DynamicServer, glue: GlueEndpoint) -> None:
    """A refresh can have another environment than the up."""
    read = server.read("analytics", {**STATE, "region": "us-east-1", "aws": {"profile": "analysts"}})

    assert ("ANALYSTS", "us-east-1") == signed_by(glue)
    assert ("us-east-1", {"profile": "analysts"}) == (read.properties["region"], read.properties["aws"])
    assert read.properties == read.inputs


def test_read_uses_the_recorded_endpoint(server: DynamicServer, glue: GlueEndpoint) -> None:
    before = glue.count()
    with GlueEndpoint() as other:
        other.put("analytics", always("STOPPED"))

        assert "STOPPED" == server.read("analytics", {**STATE, "aws": {"endpoint_url": other.url}}).properties["status"]
        assert 1 == other.count("GetSession")
    assert before == glue.count()


def test_read_falls_back_to_the_environment(server: DynamicServer, glue: GlueEndpoint) -> None:
    assert REGION == server.get("analytics", INPUTS).properties["region"]
    assert ("testing", REGION) == signed_by(glue)


def test_read_uses_state_then_stack_configuration(environment: dict[str, str], glue: GlueEndpoint) -> None:
    with DynamicServer(environment) as server:
        server.configure({"aws:region": "us-east-1", "aws:profile": "ci", "project:region": "ap-south-1"})
        configured = server.get("analytics", INPUTS).properties["region"], *signed_by(glue)
        recorded = (
            server.read("analytics", {**STATE, "aws": {"profile": "analysts"}}).properties["region"],
            *signed_by(glue),
        )

    assert ("us-east-1", "CI", "us-east-1") == configured
    assert (REGION, "ANALYSTS", REGION) == recorded


def test_empty_configuration_is_ignored(environment: dict[str, str], glue: GlueEndpoint) -> None:
    with DynamicServer(environment) as server:
        server.configure({"aws:region": "", "aws:profile": ""})

        assert REGION == server.get("analytics", INPUTS).properties["region"]
    assert ("testing", REGION) == signed_by(glue)
