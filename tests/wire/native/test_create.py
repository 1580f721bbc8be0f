"""`Create` and `Update` of the native provider: recording, waiting, canceling."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from pulumi.provider.experimental import provider as sdk

from pulumi_glue_session.core.errors import InvalidInput, NotAsExpected, SessionEnded, Unreachable, WaitedTooLong
from pulumi_glue_session.native.polling import Canceled
from pulumi_glue_session.native.properties import UNKNOWN, unwrap_map
from pulumi_glue_session.native.provider import SessionProvider
from support.glue_endpoint import GlueEndpoint, always, looks, step
from support.native_provider import (
    OUTPUTS,
    ROLE,
    URN,
    RecordingEngine,
    create,
    error_of,
    message_of,
    outputs_of,
    props,
    run,
    update,
)


def test_outputs_have_camel_case_names(engine: RecordingEngine, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"), DefaultArguments={"--my_secret": "planted"})

    created = create(engine, timeout="5m", logs=True)
    outputs = unwrap_map(created.properties)

    assert "analytics" == created.resource_id
    assert OUTPUTS == outputs.keys(), "volatile fields, timeout and logs are not recorded"
    names = ("status", "role", "glueVersion", "numberOfWorkers", "region")
    assert ("READY", ROLE, "5.0", 2, "eu-west-1") == tuple(outputs[name] for name in names)
    assert {"name": "glueetl", "pythonVersion": "3"} == outputs["command"]
    assert {"--my_secret": "planted"} == outputs["defaultArguments"]
    assert ["defaultArguments"] == [name for name, value in created.properties.items() if value.is_secret]
    assert [] == engine.lines


def test_empty_default_arguments_are_not_secret(engine: RecordingEngine, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"), DefaultArguments={})

    assert not any(value.is_secret for value in create(engine).properties.values())


def test_up_waits_and_reports_progress(engine: RecordingEngine, aws: GlueEndpoint) -> None:
    aws.put("analytics", looks("PROVISIONING", "READY"))

    assert "READY" == outputs_of(engine)["status"]
    line, ephemeral, warning = engine.lines[0]
    assert line.startswith("PROVISIONING, ")
    assert "of at most 10m" in line
    assert (True, False) == (ephemeral, warning)
    assert engine.lines[-1][0].startswith("READY after ")


def test_preview_reads_once_and_announces_the_wait(engine: RecordingEngine, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("PROVISIONING"))

    outputs = outputs_of(engine, preview=True, timeout="90s")

    assert {"status", "errorMessage", "completedOn"} == {name for name, value in outputs.items() if value is UNKNOWN}
    assert ROLE == outputs["role"]
    [(line, ephemeral, warning)] = engine.lines
    assert "is PROVISIONING: up will wait for READY, at most 1m30s" in line
    assert (False, False) == (ephemeral, warning)
    assert 1 == aws.count()


@pytest.mark.parametrize("unknown", [{"sessionId": UNKNOWN}, {"region": UNKNOWN}, {"waitFor": [UNKNOWN]}], ids=str)
def test_preview_with_unknown_input_reads_nothing(
    engine: RecordingEngine, aws: GlueEndpoint, unknown: dict[str, Any]
) -> None:
    created = create(engine, preview=True, **unknown)
    outputs = unwrap_map(created.properties)

    assert OUTPUTS - {"sessionId", "waitFor", "providerOptions", *unknown} <= {
        name for name, value in outputs.items() if value is UNKNOWN
    }
    assert ("" if "sessionId" in unknown else "analytics") == created.resource_id
    assert 0 == aws.count()


def test_unknown_expectation_is_skipped_in_preview(engine: RecordingEngine, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"))

    expect = {"role": UNKNOWN, "numberOfWorkers": 2}
    assert ROLE == outputs_of(engine, preview=True, timeout=UNKNOWN, expect=expect)["role"]
    error = error_of(lambda: create(engine, preview=True, expect={"role": UNKNOWN, "numberOfWorkers": 3}))
    assert isinstance(error, NotAsExpected)
    assert ["number_of_workers"] == [mismatch.name for mismatch in error.mismatches]


@pytest.mark.parametrize("preview", [True, False])
def test_ended_session_fails(engine: RecordingEngine, aws: GlueEndpoint, preview: bool) -> None:  # noqa: FBT001 - a parameter
    aws.put("analytics", always(step("FAILED", ErrorMessage="no capacity")))

    error = error_of(lambda: create(engine, preview=preview))

    assert isinstance(error, SessionEnded)
    assert ("FAILED", "no capacity", frozenset({"READY"})) == (error.status, error.error_message, error.targets)


def test_ended_session_advice_names_native_inputs(engine: RecordingEngine, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("STOPPED"))

    assert "set waitFor to an empty list" in message_of(lambda: create(engine))


def test_empty_wait_for_takes_any_status(engine: RecordingEngine, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("STOPPED"))

    outputs = outputs_of(engine, waitFor=[])

    assert ("STOPPED", []) == (outputs["status"], outputs["waitFor"])


def test_custom_timeout_overrides_timeout(engine: RecordingEngine, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("PROVISIONING"))

    error = error_of(lambda: create(engine, timeout="10m", custom_timeout=1))

    assert isinstance(error, WaitedTooLong)
    assert 1 == error.seconds


def test_mismatch_names_camel_case_outputs(engine: RecordingEngine, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"))
    expect = {
        "numberOfWorkers": {"atLeast": 3},
        "command": {"pythonVersion": "3"},
        "defaultArguments": {"--aB": "planted"},
    }

    message = message_of(lambda: create(engine, expect=expect))
    assert "numberOfWorkers: expected at least 3, found 2" in message
    assert "defaultArguments: expected [secret], found [secret]" in message
    assert "pythonVersion" not in message
    assert "READY" == outputs_of(engine, expect=expect, onMismatch="warn")["status"]
    assert [message] == [" ".join(line.split()) for line in engine.warnings]


def test_mismatch_of_an_unchanged_record_is_warned_of_once(engine: RecordingEngine, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"))
    inputs = props(sessionId="analytics", expect={"numberOfWorkers": 3}, onMismatch="warn")

    async def call(provider: SessionProvider) -> None:
        checked = await provider.check(sdk.CheckRequest(URN, {}, inputs, b""))
        await provider.create(sdk.CreateRequest(URN, checked.inputs or {}, 0, preview=False))
        await provider.check(sdk.CheckRequest(URN, checked.inputs or {}, inputs, b""))

    run(engine, call)

    assert 1 == len(engine.warnings)


def test_reads_with_other_options_are_separate(engine: RecordingEngine, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"))

    async def call(provider: SessionProvider) -> list[str]:
        regions = []
        for region in ("eu-west-1", "us-east-1"):
            inputs = props(sessionId="analytics", waitFor=["READY"], region=region)
            created = await provider.create(sdk.CreateRequest(URN, inputs, 0, preview=True))
            regions.append(unwrap_map(created.properties)["region"])
        return regions

    assert ["eu-west-1", "us-east-1"] == run(engine, call)
    assert 2 == aws.count()


def test_skip_wait(engine: RecordingEngine, aws: GlueEndpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    aws.put("analytics", always("STOPPED"))

    assert "STOPPED" == outputs_of(engine, options={"skipWait": "true"})["status"]
    assert "STOPPED" == outputs_of(engine, options={"skipWait": True})["status"]
    assert 2 == len([line for line, _, _ in engine.lines if "does not wait" in line]), "one line in each run"
    assert isinstance(error_of(lambda: create(engine, options={"skipWait": "false"})), SessionEnded)
    monkeypatch.setenv("PULUMI_GLUE_SESSION_SKIP_WAIT", "off")
    assert isinstance(error_of(lambda: create(engine, options={"skipWait": "true"})), SessionEnded)


def test_unknown_id_in_an_up_is_refused(engine: RecordingEngine, aws: GlueEndpoint) -> None:
    """An up of only some targets, whose id comes from a resource that does not exist yet."""
    error = error_of(lambda: create(engine, sessionId=UNKNOWN))

    assert isinstance(error, InvalidInput)
    assert "session_id" == error.input_name
    assert 0 == aws.count()


def test_values_that_no_number_or_date_can_have(engine: RecordingEngine, aws: GlueEndpoint) -> None:
    for fields in ({"MaxCapacity": float("nan")}, {"MaxCapacity": float("inf")}, {"CreatedOn": 1e300}):
        aws.put("analytics", always("READY"), session_fields=fields)
        assert isinstance(error_of(lambda: create(engine, preview=True)), Unreachable)


def test_cancel_ends_every_wait(engine: RecordingEngine, aws: GlueEndpoint) -> None:
    for name in ("a", "b"):
        aws.put(name, always("PROVISIONING"))

    async def call(provider: SessionProvider) -> list[Any]:
        inputs = [props(sessionId=name, waitFor=["READY"]) for name in ("a", "b")]
        requests = [sdk.CreateRequest(URN, each, 0, preview=False) for each in inputs]
        waits = [asyncio.ensure_future(provider.create(request)) for request in requests]
        await engine.wait_for_lines(len(waits))
        await provider.cancel()
        return list(await asyncio.wait_for(asyncio.gather(*waits, return_exceptions=True), timeout=30))

    errors = run(engine, call)

    assert [Canceled, Canceled] == list(map(type, errors))
    assert ['Interrupted while waiting for Glue session "a"', 'Interrupted while waiting for Glue session "b"'] == list(
        map(str, errors)
    )


def test_canceled_call_leaves_no_wait_behind(engine: RecordingEngine, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("PROVISIONING"))
    request = sdk.CreateRequest(URN, props(sessionId="analytics", waitFor=["READY"]), 0, preview=False)

    async def call(provider: SessionProvider) -> int:
        create_call = asyncio.ensure_future(provider.create(request))
        await engine.wait_for_lines(1)
        create_call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await create_call
        await asyncio.sleep(0)
        others = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.wait_for(asyncio.gather(*others, return_exceptions=True), timeout=30)
        return aws.count()

    assert 1 == run(engine, call)


def test_update_records_the_session_again(engine: RecordingEngine, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"))
    olds = outputs_of(engine)
    aws.put("analytics", always("STOPPED"), NumberOfWorkers=3)

    new, ignored = update(engine, olds), update(engine, olds, ignore=["status"])

    assert ("STOPPED", 3) == (new["status"], new["numberOfWorkers"])
    assert ("READY", 3) == (ignored["status"], ignored["numberOfWorkers"])
