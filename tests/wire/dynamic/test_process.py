"""The provider in the SDK's process, called over gRPC like by the engine, with Glue over HTTP."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pulumi.runtime.rpc import UNKNOWN

from support.dynamic_server import DynamicServer, Refusal
from support.glue_endpoint import GlueEndpoint
from support.records import FAILURE, INPUTS, MESSAGE, OBSERVED, READY, REGION, STATE

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
    inputs, failures = server.check(
        STATE, {"session_id": UNKNOWN, "region": UNKNOWN, "wait_for": UNKNOWN, OBSERVED: UNKNOWN}
    )

    assert {"session_id": UNKNOWN, "region": UNKNOWN, "wait_for": UNKNOWN, **dict.fromkeys(READY, UNKNOWN)} == inputs
    assert [] == failures


def test_failure_lists_drift(server: DynamicServer) -> None:
    """The engine sends numbers as floats and properties in any order."""
    session = {
        **READY,
        "status": "TIMEOUT",
        "number_of_workers": 5,
        "completed_on": "2026-01-05T12:00:00.000Z",
    }
    expected = (
        f'{MESSAGE} Changed since recorded: status "READY" => "TIMEOUT", number_of_workers 2 => 5, '
        'completed_on "" => "2026-01-05T12:00:00.000Z"'
    )
    observed = {"id": "analytics", "region": REGION, "session": session, "failure": FAILURE}
    inputs, failures = server.check(STATE, {**INPUTS, OBSERVED: json.dumps(observed)})

    assert expected == " ".join(inputs.pop("__preview_failure").split())
    assert ({**STATE, **session}, []) == (inputs, failures)


@pytest.mark.parametrize("is_recorded", [True, False], ids=["recorded", "new"])
def test_failed_session_fails_the_step(server: DynamicServer, is_recorded: bool) -> None:  # noqa: FBT001
    """With the plain message, without the name of an exception."""
    olds = STATE if is_recorded else {}
    session = {**READY, "status": "TIMEOUT"}
    observed = {"id": "analytics", "region": REGION, "session": session, "failure": FAILURE, "update": True}
    inputs, _ = server.check(olds, {**INPUTS, OBSERVED: json.dumps(observed)})

    assert ("DIFF_SOME", []) == server.diff(STATE, inputs)
    with pytest.raises(Refusal) as caught:
        server.update(olds, inputs) if is_recorded else server.create(inputs)
    assert str(caught.value).startswith(MESSAGE)


def test_check_makes_no_call(server: DynamicServer, glue: GlueEndpoint) -> None:
    """The engine calls `check` for one resource after the other."""
    before = glue.count()
    server.check({}, {**INPUTS, OBSERVED: json.dumps({"id": "analytics", "region": REGION, "session": READY})})
    server.check(STATE, {**INPUTS, OBSERVED: json.dumps({"failure": FAILURE})})

    assert before == glue.count()


# --- diff ---


@pytest.mark.parametrize(
    "changed",
    [{}, {"status": "TIMEOUT"}, {"status": UNKNOWN}, {"number_of_workers": 3}, {"wait_for": ["STOPPED"]}],
    ids=str,
)
def test_diff_is_left_to_the_engine(server: DynamicServer, changed: dict[str, Any]) -> None:
    assert ("DIFF_UNKNOWN", []) == server.diff(STATE, {**STATE, **changed})


@pytest.mark.parametrize(
    "changed",
    [{"session_id": "other"}, {"session_id": UNKNOWN}, {"region": "us-east-1"}, {"aws": {"profile": "ci"}}],
    ids=str,
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
    """An output that `update` leaves out is removed from the state."""
    now = {**STATE, "status": "TIMEOUT"}

    assert now == server.update(STATE, now)


def test_create_update_and_delete_make_no_call(server: DynamicServer, glue: GlueEndpoint) -> None:
    before = glue.count()
    server.create(STATE)
    server.update(STATE, STATE)
    server.delete(STATE)

    assert before == glue.count()
