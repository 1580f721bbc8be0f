"""The provider in the SDK's own process, over gRPC, with Glue over HTTP: what the engine sees of it.

The engine prints the details of a failed call after "error: ", so those are compared whole.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from support.dynamic_server import UNKNOWN, DynamicServer, Read, Refusal, aws_environment
from support.glue_endpoint import GONE, Answer, GlueEndpoint, always, answer, error, invalid_json, looks, reset, server_fault, throttled

REGION = "eu-west-1"
OBSERVED = "__observed"

READY: dict[str, Any] = {
    "status": "READY",
    "role": "arn:aws:iam::123456789012:role/GlueSession",
    "glue_version": "5.0",
    "worker_type": "G.1X",
    "number_of_workers": 2,
    "max_capacity": 0,
    "idle_timeout": 60,
    "description": "Interactive session for tests",
    "error_message": "",
    "created_on": "2026-01-05T09:30:15.250Z",
    "completed_on": "",
    "security_configuration": "",
    "profile_name": "",
    "session_type": "",
    "command": {"name": "glueetl", "python_version": "3"},
    "connections": [],
    "default_arguments": {},
}
INPUTS: dict[str, Any] = {"session_id": "analytics", "wait_for": ["READY"]}
STATE: dict[str, Any] = {**INPUTS, "region": REGION, **READY}
SENTENCE = 'Glue session "analytics" in eu-west-1 is TIMEOUT and will not become READY.'
NOT_FOUND = (
    'Glue session "analytics" was not found in eu-west-1: '
    "create it, or correct session_id, the region or the account that is asked, and run again."
)

CONFIG = """
[profile ci]
aws_access_key_id=CI
aws_secret_access_key=planted
region=ap-south-1
[profile analysts]
aws_access_key_id=ANALYSTS
aws_secret_access_key=planted
"""


@pytest.fixture(scope="module")
def endpoint() -> Iterator[GlueEndpoint]:
    """One Glue for all processes of this file."""
    with GlueEndpoint() as endpoint:
        yield endpoint


@pytest.fixture
def glue(endpoint: GlueEndpoint) -> GlueEndpoint:
    """The same without faults, and with a session."""
    endpoint.heal()
    endpoint.put("analytics", always("READY"), DefaultArguments={})
    return endpoint


@pytest.fixture(scope="module")
def environment(endpoint: GlueEndpoint, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    config: Path = tmp_path_factory.mktemp("aws") / "config"
    config.write_text(CONFIG)
    return {**aws_environment(endpoint.url, region=REGION), "AWS_CONFIG_FILE": str(config)}


@pytest.fixture(scope="module")
def server(environment: dict[str, str]) -> Iterator[DynamicServer]:
    """`python -m pulumi.dynamic`, of a stack without configuration."""
    with DynamicServer(environment) as server:
        server.configure({})
        yield server


@pytest.fixture(scope="module")
def impatient(environment: dict[str, str]) -> Iterator[DynamicServer]:
    """The same, without retries."""
    with DynamicServer(environment, retrying=False) as server:
        server.configure({})
        yield server


def refusal(server: DynamicServer, properties: dict[str, Any]) -> str:
    """What the engine prints for a read that fails."""
    with pytest.raises(Refusal) as caught:
        server.read("analytics", properties)
    return str(caught.value)


# --- check ---


def test_check_turns_observation_into_inputs(server: DynamicServer) -> None:
    observed = {"id": "analytics", "region": REGION, "on_its_way": False, "session": READY}

    assert (STATE, []) == server.check({}, {**INPUTS, OBSERVED: json.dumps(observed)})


def test_pending_session_marks_fields_unknown(server: DynamicServer) -> None:
    observed = {"id": "analytics", "region": REGION, "on_its_way": True, "session": {**READY, "status": "PROVISIONING"}}
    expected = {**STATE, "status": UNKNOWN, "error_message": UNKNOWN, "completed_on": UNKNOWN}

    assert (expected, []) == server.check(STATE, {**INPUTS, OBSERVED: json.dumps(observed)})


def test_unknown_observation_keeps_the_region(server: DynamicServer) -> None:
    expected = {**INPUTS, "region": REGION, **dict.fromkeys(READY, UNKNOWN)}

    assert (expected, []) == server.check(STATE, {**INPUTS, OBSERVED: UNKNOWN})


def test_unknown_observation_of_a_new_session(server: DynamicServer) -> None:
    expected = {**INPUTS, "region": UNKNOWN, **dict.fromkeys(READY, UNKNOWN)}

    assert (expected, []) == server.check({}, {**INPUTS, OBSERVED: UNKNOWN})


def test_unknown_inputs_stay_unknown(server: DynamicServer) -> None:
    inputs, failures = server.check(STATE, {"session_id": UNKNOWN, "region": UNKNOWN, "wait_for": UNKNOWN, OBSERVED: UNKNOWN})

    assert {"session_id": UNKNOWN, "region": UNKNOWN, "wait_for": UNKNOWN, **dict.fromkeys(READY, UNKNOWN)} == inputs
    assert [] == failures


def test_failure_lists_drift(server: DynamicServer) -> None:
    """The engine hands over numbers as floats and properties in any order; a person reads 2, and the fields as they are documented."""
    session = {**READY, "status": "TIMEOUT", "number_of_workers": 5, "completed_on": "2026-01-05T12:00:00.000Z"}
    expected = (
        f'{SENTENCE} Changed since it was recorded: status "READY" => "TIMEOUT", number_of_workers 2 => 5, '
        'completed_on "" => "2026-01-05T12:00:00.000Z".'
    )
    _, failures = server.check(STATE, {**INPUTS, OBSERVED: json.dumps({"region": REGION, "session": session, "failure": SENTENCE})})

    assert [("", expected)] == failures


def test_failure_of_a_new_session(server: DynamicServer) -> None:
    observed = {"region": REGION, "session": {**READY, "status": "TIMEOUT"}, "failure": SENTENCE}
    _, failures = server.check({}, {**INPUTS, OBSERVED: json.dumps(observed)})

    assert [("", SENTENCE)] == failures


def test_check_names_the_invalid_input(server: DynamicServer) -> None:
    _, recorded = server.check({}, {**INPUTS, OBSERVED: json.dumps({"id": "none", "failure": "x is no status", "input": "wait_for"})})
    _, unrecorded = server.check(
        {}, {**INPUTS, OBSERVED: json.dumps({"id": "none", "failure": "-1 is no length of time", "input": "timeout"})}
    )

    assert [("wait_for", "x is no status")] == recorded
    assert [("", "timeout: -1 is no length of time")] == unrecorded


def test_check_makes_no_call(server: DynamicServer, glue: GlueEndpoint) -> None:
    """The engine calls it for one resource after the other: a look would cost sessions times latency."""
    before = glue.count()
    server.check({}, {**INPUTS, OBSERVED: json.dumps({"id": "analytics", "region": REGION, "session": READY})})
    server.check(STATE, {**INPUTS, OBSERVED: json.dumps({"failure": SENTENCE})})

    assert before == glue.count()


# --- diff ---


@pytest.mark.parametrize(
    "changed", [{}, {"status": "TIMEOUT"}, {"status": UNKNOWN}, {"number_of_workers": 3}, {"wait_for": ["STOPPED"]}], ids=str
)
def test_diff_is_left_to_the_engine(server: DynamicServer, changed: dict[str, Any]) -> None:
    assert ("DIFF_UNKNOWN", []) == server.diff(STATE, {**STATE, **changed})


@pytest.mark.parametrize(
    "changed", [{"session_id": "other"}, {"session_id": UNKNOWN}, {"region": "us-east-1"}, {"aws": {"profile": "ci"}}], ids=str
)
def test_diff_replaces_for_another_session(server: DynamicServer, changed: dict[str, Any]) -> None:
    assert ("DIFF_SOME", list(changed)) == server.diff(STATE, {**STATE, **changed})


def test_unknown_observation_does_not_replace(server: DynamicServer) -> None:
    inputs, _ = server.check(STATE, {**INPUTS, OBSERVED: UNKNOWN})

    assert ("DIFF_UNKNOWN", []) == server.diff(STATE, inputs)


# --- create, update, delete ---


def test_create_records_all_inputs(server: DynamicServer) -> None:
    assert ("analytics", STATE) == server.create(STATE)


def test_update_records_all_inputs(server: DynamicServer) -> None:
    """What an update leaves out is gone from the state."""
    now = {**STATE, "status": "TIMEOUT"}

    assert now == server.update(STATE, now)


def test_create_update_and_delete_make_no_call(server: DynamicServer, glue: GlueEndpoint) -> None:
    before = glue.count()
    server.create(STATE)
    server.update(STATE, STATE)
    server.delete(STATE)

    assert before == glue.count()


# --- read ---


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
    """An engine may send what the program gave as inputs only."""
    before = glue.count("GetSession")

    assert Read(id="analytics", properties=STATE | {"__read": True}, inputs={}) == server.get("analytics", INPUTS)
    assert 1 == glue.count("GetSession") - before


def test_get_of_a_missing_session_fails(server: DynamicServer, glue: GlueEndpoint) -> None:
    glue.remove("analytics")

    with pytest.raises(Refusal) as caught:
        server.get("analytics", INPUTS)

    assert NOT_FOUND == str(caught.value)
    assert NOT_FOUND == refusal(server, INPUTS)


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (
            error("AccessDeniedException", "User: ci is not authorized to perform: glue:GetSession"),
            (
                "Glue denied access (AccessDeniedException: User: ci is not authorized to perform: glue:GetSession); "
                "allow glue:GetSession to the role that runs Pulumi, or ask as the session's owner: "
                "the session may exist, since a restricted role sees only the sessions it created."
            ),
        ),
        (
            error("ExpiredTokenException", "The security token is expired"),
            (
                "there are no AWS credentials that Glue accepts (ExpiredTokenException: The security token is expired); "
                "sign in, or name a profile that works (AWS_PROFILE, the stack's aws:profile or AwsOptions(profile=...)), and run again."
            ),
        ),
        (
            server_fault(),
            (
                "Glue failed to answer, beyond all retries (InternalServiceException: Internal service error); "
                "run again in a while; if it goes on, see the AWS Health Dashboard."
            ),
        ),
        (
            reset(),
            (
                "Glue's endpoint gave no usable answer "
                '(Connection was closed before we received a valid response from endpoint URL: "{url}/"); '
                "check the network, the region and any endpoint URL, and run again."
            ),
        ),
        (
            invalid_json(),
            (
                "Glue's endpoint gave no usable answer (an answer without a session or its status); "
                "check the network, the region and any endpoint URL, and run again."
            ),
        ),
        (
            answer({"Session": {}}),
            (
                "Glue's endpoint gave no usable answer (an answer without a session or its status); "
                "check the network, the region and any endpoint URL, and run again."
            ),
        ),
        (
            error("InvalidInputException", "Zwei\nZeilen, ünïcode…"),
            "Glue refused the request (InvalidInputException: Zwei Zeilen, ünïcode…); correct what its answer names and run again.",
        ),
        (
            throttled(),
            (
                "Glue throttled the request, beyond all retries (ThrottlingException: Rate exceeded); "
                "run again in a while, or ask for a higher limit of GetSession and ListSessions."
            ),
        ),
    ],
    ids=["access denied", "expired token", "500", "reset", "invalid JSON", "empty session", "invalid input", "throttled"],
)
@pytest.mark.parametrize("properties", [STATE, INPUTS], ids=["refresh", "get"])
def test_failed_read_is_an_error(
    impatient: DynamicServer, glue: GlueEndpoint, fault: Answer, sentence: str, properties: dict[str, Any]
) -> None:
    """An empty id would take the session out of the state."""
    glue.fail("GetSession", fault)
    expected = f'Glue session "analytics" in eu-west-1 could not be read: {sentence.replace("{url}", glue.url)}'

    assert expected == refusal(impatient, properties)


def test_read_of_a_failed_observation_makes_no_call(server: DynamicServer, glue: GlueEndpoint) -> None:
    before = glue.count()

    assert SENTENCE == refusal(server, {**INPUTS, OBSERVED: json.dumps({"failure": SENTENCE})})
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
    """The first calls of a fresh process come together: the engine refreshes in parallel."""
    before = glue.count()
    with DynamicServer(environment) as server, ThreadPoolExecutor(8) as pool:
        server.configure({})
        read = list(pool.map(lambda _: server.read("analytics", STATE), range(8)))

    assert [Read(id="analytics", properties=STATE, inputs=STATE)] * 8 == read
    assert 8 == glue.count() - before


# --- Who asks, and where ---


def signed_by(glue: GlueEndpoint) -> tuple[str, str]:
    """Key and region of the last call."""
    parts = str(glue.calls[-1].credential).split("/")
    return parts[0], parts[2]


def test_read_uses_recorded_region_and_profile(server: DynamicServer, glue: GlueEndpoint) -> None:
    """The environment of a refresh may be another one than that of the up."""
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
        recorded = server.read("analytics", {**STATE, "aws": {"profile": "analysts"}}).properties["region"], *signed_by(glue)

    assert ("us-east-1", "CI", "us-east-1") == configured
    assert (REGION, "ANALYSTS", REGION) == recorded


def test_empty_configuration_is_ignored(environment: dict[str, str], glue: GlueEndpoint) -> None:
    with DynamicServer(environment) as server:
        server.configure({"aws:region": "", "aws:profile": ""})

        assert REGION == server.get("analytics", INPUTS).properties["region"]
    assert ("testing", REGION) == signed_by(glue)
