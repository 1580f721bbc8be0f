"""`Read` of the native provider: `Session.get`, import and refresh."""

from __future__ import annotations

from typing import Any

from pulumi.provider.experimental import provider as sdk

from pulumi_glue_session.core.errors import AccessDenied
from pulumi_glue_session.native.properties import HINTS, unwrap_map
from pulumi_glue_session.native.provider import SessionProvider
from support.glue_endpoint import GlueEndpoint, always, error
from support.native_provider import URN, RecordingEngine, error_of, message_of, outputs_of, props, read, run

INPUTS = {"sessionId": "analytics", "waitFor": ["READY"]}


def test_first_read(engine: RecordingEngine, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("STOPPED"))

    answer = run(engine, read)

    assert ("analytics", "STOPPED") == (answer.resource_id, unwrap_map(answer.properties)["status"])
    assert {"sessionId": "analytics"} == unwrap_map(answer.inputs)


def test_first_read_uses_the_region_input(engine: RecordingEngine, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"))

    answer = run(engine, lambda provider: read(provider, inputs={"region": "us-east-1"}))

    assert "us-east-1" == unwrap_map(answer.properties)["region"]


def test_first_read_of_a_missing_session_is_empty(engine: RecordingEngine, aws: GlueEndpoint) -> None:
    """The engine says then that the resource does not exist."""
    assert run(engine, read) is None
    assert 1 == aws.count()


def test_first_read_does_not_claim_a_wait(engine: RecordingEngine, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("PROVISIONING"))

    answer = run(engine, read)

    assert "waitFor" not in {**answer.properties, **answer.inputs}


def test_refresh_reports_changed_fields(engine: RecordingEngine, aws: GlueEndpoint) -> None:
    """The engine calls Diff after the read. A refresh does not fail for a session that ended."""
    aws.put("analytics", always("READY"))
    olds = outputs_of(engine)
    aws.put("analytics", always("TIMEOUT"))

    async def call(provider: SessionProvider) -> tuple[Any, Any]:
        answer = await read(provider, olds, INPUTS)
        return answer, await provider.diff(sdk.DiffRequest(URN, "analytics", answer.properties, props(**INPUTS), []))

    answer, difference = run(engine, call)

    assert ("TIMEOUT", INPUTS) == (unwrap_map(answer.properties)["status"], unwrap_map(answer.inputs))
    assert ["status"] == difference.diffs


def test_diff_after_check_fails_again(engine: RecordingEngine, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"))
    olds = outputs_of(engine)
    aws.put("analytics", always("TIMEOUT"))

    async def call(provider: SessionProvider) -> None:
        answer = await read(provider, olds, INPUTS)
        await provider.check(sdk.CheckRequest(URN, {}, props(**INPUTS), b""))
        await provider.diff(sdk.DiffRequest(URN, "analytics", answer.properties, props(**INPUTS), []))

    assert "TIMEOUT, will not become READY" in str(error_of(lambda: run(engine, call)).report(HINTS))


def test_only_a_missing_session_leaves_the_state(engine: RecordingEngine, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"))
    olds = outputs_of(engine)

    aws.fail("GetSession", error("AccessDeniedException", "no"))
    denied = error_of(lambda: run(engine, lambda provider: read(provider, olds)))
    assert isinstance(denied, AccessDenied)
    assert (
        "also denies a session that was deleted: if it was, run pulumi state delete" in denied.report(HINTS).next_step
    )
    aws.heal()
    aws.remove("analytics")
    assert run(engine, lambda provider: read(provider, olds)) is None


def test_refresh_with_another_account_keeps_the_record(engine: RecordingEngine, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"), Role="arn:aws:iam::210987654321:role/GlueSession")
    olds = outputs_of(engine)
    aws.remove("analytics")

    message = message_of(lambda: run(engine, lambda provider: read(provider, olds)))

    assert "recorded from account 210987654321, and the credentials are of account 123456789012" in message
