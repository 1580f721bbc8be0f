"""The input `gate` of the native resource: every run, or only the run that records the session first."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi.provider.experimental import provider as sdk

from pulumi_glue_session.core.errors import AccessDenied, ServiceFault, SessionEnded
from pulumi_glue_session.native.properties import unwrap_map
from support.glue_endpoint import GlueEndpoint, always, error, server_fault
from support.native_provider import URN, RecordingEngine, check, create, diff, error_of, outputs_of, props, run

ONCE: dict[str, Any] = {"sessionId": "analytics", "waitFor": ["READY"], "gate": "once"}


def update(engine: RecordingEngine, olds: dict[str, Any], **inputs: Any) -> dict[str, Any]:
    request = sdk.UpdateRequest(URN, "analytics", props(**olds), props(**{**ONCE, **inputs}), 0, [], preview=False)
    return unwrap_map(run(engine, lambda provider: provider.update(request)).properties)


@pytest.fixture
def olds(engine: RecordingEngine, aws: GlueEndpoint) -> dict[str, Any]:
    """Record of a session that was READY."""
    aws.put("analytics", always("READY"))
    return outputs_of(engine, gate="once")


def test_unknown_gate_is_refused(engine: RecordingEngine) -> None:
    [(name, reason)] = check(engine, sessionId="a", gate="never")[1]

    assert "gate" == name
    assert "'every_run' or 'once'" in reason


def test_first_record_waits(engine: RecordingEngine, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("TIMEOUT"))

    assert isinstance(error_of(lambda: create(engine, gate="once")), SessionEnded)


def test_every_run_is_the_default(engine: RecordingEngine, aws: GlueEndpoint, olds: dict[str, Any]) -> None:
    aws.put("analytics", always("TIMEOUT"))

    for inputs in ({}, {"gate": "every_run"}):
        assert "will not become READY" in str(error_of(lambda inputs=inputs: diff(engine, olds, **inputs)))  # type: ignore[misc]


def test_ended_session_is_a_change_with_a_warning(
    engine: RecordingEngine, aws: GlueEndpoint, olds: dict[str, Any]
) -> None:
    aws.put("analytics", always("TIMEOUT"), NumberOfWorkers=3)

    assert ["status", "numberOfWorkers"] == diff(engine, olds, **ONCE).diffs
    assert ["TIMEOUT, will not become READY"] == [line.split(":")[0] for line in engine.warnings]
    assert "TIMEOUT" == update(engine, olds)["status"]


def test_session_of_another_account_has_to_pass(
    engine: RecordingEngine, aws: GlueEndpoint, olds: dict[str, Any]
) -> None:
    """The roles show the accounts, also where the credentials come from the environment."""
    role = "arn:aws:iam::210987654321:role/GlueSession"
    aws.put("analytics", always("TIMEOUT"), Role=role)

    assert "will not become READY" in str(error_of(lambda: diff(engine, olds, **ONCE)))
    assert isinstance(error_of(lambda: update(engine, olds)), SessionEnded)

    aws.put("analytics", always("READY"), Role=role)
    assert ["role"] == diff(engine, olds, **ONCE).diffs
    assert role == update(engine, olds)["role"]


def test_pending_session_is_a_change_without_a_wait(
    engine: RecordingEngine, aws: GlueEndpoint, olds: dict[str, Any]
) -> None:
    aws.put("analytics", always("PROVISIONING"))

    assert ["status"] == diff(engine, olds, **ONCE).diffs
    assert "PROVISIONING" == update(engine, olds)["status"]
    assert [] == engine.warnings


def test_mismatch_is_a_change(engine: RecordingEngine, aws: GlueEndpoint, olds: dict[str, Any]) -> None:
    aws.put("analytics", always("READY"), GlueVersion="4.0")

    assert ["glueVersion"] == diff(engine, olds, **ONCE, expect={"glueVersion": "5.0"}).diffs
    assert 1 == len(engine.warnings)


def test_missing_session_keeps_its_record(engine: RecordingEngine, aws: GlueEndpoint, olds: dict[str, Any]) -> None:
    aws.remove("analytics")

    assert [] == diff(engine, olds, **ONCE).diffs
    assert ["Not found"] == [line.split(":")[0] for line in engine.warnings]
    assert {**olds, "waitFor": ["STOPPED"]} == update(engine, olds, waitFor=["STOPPED"])


def test_transient_error_is_left_to_the_update(
    engine: RecordingEngine, aws: GlueEndpoint, olds: dict[str, Any]
) -> None:
    aws.fail("GetSession", server_fault())

    assert ["status"] == diff(engine, olds, **ONCE).diffs
    assert isinstance(error_of(lambda: update(engine, olds)), ServiceFault)


def test_refused_read_fails(engine: RecordingEngine, aws: GlueEndpoint, olds: dict[str, Any]) -> None:
    aws.fail("GetSession", error("AccessDeniedException", "no"))

    assert isinstance(error_of(lambda: diff(engine, olds, **ONCE)), AccessDenied)


def test_other_session_replaces_the_record_and_waits(
    engine: RecordingEngine, aws: GlueEndpoint, olds: dict[str, Any]
) -> None:
    aws.put("other", always("TIMEOUT"))

    assert ["sessionId"] == diff(engine, olds, **{**ONCE, "sessionId": "other"}).replaces
    assert isinstance(error_of(lambda: create(engine, **{**ONCE, "sessionId": "other"})), SessionEnded)
