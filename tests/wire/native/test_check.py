"""`Check` and `CheckConfig` of the native provider."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from pulumi.provider.experimental import provider as sdk
from pulumi.provider.experimental.property_value import PropertyValue

from pulumi_glue_session.native.properties import UNKNOWN, unwrap_map
from pulumi_glue_session.native.provider import SessionProvider
from support.glue_endpoint import GlueEndpoint, always
from support.native_provider import ROLE, URN, RecordingEngine, check, create, props, run


def test_default_wait_for(engine: RecordingEngine) -> None:
    assert {"sessionId": "analytics", "waitFor": ["READY"]} == unwrap_map(check(engine, sessionId="analytics")[0])
    assert {"sessionId": "a", "waitFor": []} == unwrap_map(check(engine, sessionId="a", waitFor=[])[0])


@pytest.mark.parametrize(
    ("inputs", "name", "reason"),
    [
        ({}, "sessionId", "it is missing"),
        ({"sessionId": ""}, "sessionId", "1 to 255 characters"),
        ({"sessionId": "a", "session": "b"}, "session", "unknown argument 'session': use sessionId, region, waitFor,"),
        ({"sessionId": "a", "wait_for": "READY"}, "waitFor", "unknown argument 'wait_for': use sessionId,"),
        ({"sessionId": "a", "onMismatch": "ignore"}, "onMismatch", "'ignore' is "),
        ({"sessionId": "a", "logs": "yes"}, "logs", "'yes' is not a boolean: use true or false"),
        ({"sessionId": "a", "region": 7}, "region", "7"),
        ({"sessionId": "a", "expect": {"numberOfWorkers": "2"}}, "expect", 'numberOfWorkers is a number, not "2"'),
        ({"sessionId": "a", "expect": "READY"}, "expect", "'READY' is "),
        ({"sessionId": "a", "expect": {"role": None}}, "expect", "role is a string, not null"),
        ({"sessionId": "a", "expect": {"command": {"name": None}}}, "expect", "command has a value that is not"),
        ({"sessionId": "a", "timeout": "soon"}, "timeout", "'soon'"),
        ({"sessionId": "a", "timeout": True}, "timeout", "True"),
        ({"sessionId": "a", "waitFor": "READY"}, "waitFor", "'READY' is not a list"),
        ({"sessionId": "a", "expect": {"glueVerson": "5.0"}}, "expect", "'glueVerson' cannot be expected: use one of"),
        ({"sessionId": "a", "expect": {"glue_version": "5.0"}}, "expect", "'glue_version' cannot be expected"),
        ({"sessionId": "a", "status": "READY"}, "status", "unknown argument 'status'"),
    ],
)
def test_invalid_input_is_refused(engine: RecordingEngine, inputs: dict[str, Any], name: str, reason: str) -> None:
    [(failed_property, failed_reason)] = check(engine, **inputs)[1]

    assert name == failed_property
    assert reason in failed_reason


def test_unknown_inputs_pass(engine: RecordingEngine) -> None:
    inputs: dict[str, Any] = {"waitFor": [UNKNOWN], "timeout": UNKNOWN, "expect": {"role": UNKNOWN}, "region": UNKNOWN}

    assert [] == check(engine, sessionId=UNKNOWN, **inputs)[1]


FIXED_FORM = {
    "status",
    "glueVersion",
    "workerType",
    "numberOfWorkers",
    "maxCapacity",
    "idleTimeout",
    "sessionType",
    "createdOn",
    "completedOn",
}


@pytest.mark.parametrize(("status", "omitted"), [("READY", set()), ("PROVISIONING", {"status", "completedOn"})])
def test_inputs_of_a_new_record_have_fields_for_policies(
    engine: RecordingEngine, aws: GlueEndpoint, status: str, omitted: set[str]
) -> None:
    """But no free text, which can be in additionalSecretOutputs. Fields that a wait sets are not known yet."""
    aws.put("analytics", always(status), Description="planted")

    inputs, _ = check(engine, sessionId="analytics")

    assert {"sessionId", "waitFor", "region", *FIXED_FORM} - omitted == inputs.keys()


def test_changed_fields_become_inputs(engine: RecordingEngine, aws: GlueEndpoint) -> None:
    """The engine takes the new side of a displayed difference from the inputs."""
    aws.put("analytics", always("READY"), DefaultArguments={"--password": "planted"})
    old_outputs = dict(create(engine).properties)
    aws.put("analytics", always("STOPPED"), NumberOfWorkers=3, DefaultArguments={"--password": "new"})

    inputs, _ = check(engine, olds={"sessionId": "analytics"}, old_outputs=old_outputs, sessionId="analytics")

    assert {"sessionId", "waitFor", *FIXED_FORM, "defaultArguments"} == inputs.keys()
    assert ("STOPPED", 3) == tuple(unwrap_map(inputs)[name] for name in ("status", "numberOfWorkers"))
    assert ["defaultArguments"] == [name for name, value in inputs.items() if value.is_secret]


def test_changed_field_of_a_secret_output_is_secret(engine: RecordingEngine, aws: GlueEndpoint) -> None:
    """An output in additionalSecretOutputs."""
    aws.put("analytics", always("READY"), Description="old")
    outputs = create(engine).properties
    old_outputs = {**outputs, "description": outputs["description"].with_secret(is_secret=True)}
    aws.put("analytics", always("READY"), Description="planted")

    inputs, _ = check(engine, olds={"sessionId": "analytics"}, old_outputs=old_outputs, sessionId="analytics")

    assert inputs["description"].is_secret


def test_no_free_text_for_an_engine_that_sends_no_old_outputs(engine: RecordingEngine, aws: GlueEndpoint) -> None:
    """It could be in additionalSecretOutputs, which only the old outputs show."""
    aws.put("analytics", always("READY"))

    inputs, _ = check(engine, olds={"sessionId": "analytics"}, sessionId="analytics")

    assert {"sessionId", "waitFor", "region", *FIXED_FORM} == inputs.keys()


def test_ignored_property_keeps_its_old_value(engine: RecordingEngine, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"), NumberOfWorkers=3)
    olds: dict[str, Any] = {"sessionId": "analytics", "numberOfWorkers": 2}

    inputs, failures = check(engine, olds=olds, **olds)

    assert [] == failures
    assert (2, "READY") == tuple(unwrap_map(inputs)[name] for name in ("numberOfWorkers", "status"))


def test_missing_session_passes_check(engine: RecordingEngine, aws: GlueEndpoint) -> None:
    """Create and update fail instead: they know whether this is a preview."""
    inputs, failures = check(engine, olds={"sessionId": "analytics"}, sessionId="analytics")

    assert ({"sessionId": "analytics", "waitFor": ["READY"]}, []) == (unwrap_map(inputs), failures)
    assert 1 == aws.count()


def test_calls_for_one_resource_share_a_read(engine: RecordingEngine, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"), NumberOfWorkers=2)
    olds = create(engine).properties
    aws.put("analytics", always("READY"), NumberOfWorkers=3)

    assert ["numberOfWorkers"] == _check_diff_and_update(engine, olds, now=lambda: 0.0)
    assert 2 == aws.count(), "one of them before"


def test_old_reading_is_not_shared(engine: RecordingEngine, aws: GlueEndpoint) -> None:
    """An up decides by a request that was sent less than two seconds ago."""
    aws.put("analytics", always("READY"), NumberOfWorkers=2)
    olds = create(engine).properties
    aws.put("analytics", always("READY"), NumberOfWorkers=3)

    assert ["numberOfWorkers"] == _check_diff_and_update(engine, olds, now=map(float, range(0, 10_000, 2)).__next__)
    assert 4 == aws.count(), "check, diff and update, and one before"


def _check_diff_and_update(
    engine: RecordingEngine, olds: dict[str, PropertyValue], *, now: Callable[[], float]
) -> list[str]:
    """Outputs that the diff found changed."""

    async def call(provider: SessionProvider) -> list[str]:
        inputs = props(sessionId="analytics", waitFor=["READY"])
        checked = (await provider.check(sdk.CheckRequest(URN, inputs, inputs, b""))).inputs or {}
        changed = (await provider.diff(sdk.DiffRequest(URN, "analytics", olds, checked, []))).diffs
        await provider.update(sdk.UpdateRequest(URN, "analytics", olds, checked, 0, [], preview=False))
        return changed

    return run(engine, call, now=now)


def test_unknown_type_is_refused(engine: RecordingEngine) -> None:
    [(name, reason)] = check(engine, urn=URN.replace("Session::", "Sesion::"), sessionId="a")[1]

    assert ("", "unknown type or function glue-session:index:Sesion: use glue-session:index:Session") == (name, reason)


def test_null_input_is_ignored(engine: RecordingEngine) -> None:
    inputs, failures = check(engine, sessionId="a", waitFor=None, region=None)

    assert ({"sessionId": "a", "waitFor": ["READY"]}, []) == (unwrap_map(inputs), failures)


# --- CheckConfig ---


def config_failures(engine: RecordingEngine, **options: Any) -> list[tuple[str, str]]:
    request = sdk.CheckRequest("", {}, props(**options), b"")
    answer = run(engine, lambda provider: provider.check_config(request))
    return [(failure.property, failure.reason) for failure in answer.failures or ()]


def test_options_are_values_or_json(engine: RecordingEngine) -> None:
    options = {
        "region": "eu-west-1",
        "assumeRoles": [{"roleArn": ROLE, "externalId": "planted"}],
        "assumeRoleWithWebIdentity": {"roleArn": ROLE, "webIdentityTokenFile": "token"},
        "maxRetries": 5,
        "allowedAccountIds": ["123456789012"],
        "skipWait": "off",
        "version": "0.1.0",
    }
    as_text = {name: value if isinstance(value, str) else json.dumps(value) for name, value in options.items()}

    assert [] == config_failures(engine, **options)
    assert [] == config_failures(engine, **as_text)
    assert [] == config_failures(engine, region=UNKNOWN, assumeRoles=[{"roleArn": UNKNOWN}])


@pytest.mark.parametrize(
    ("options", "path"),
    [
        ({"maxRetries": "-1"}, "maxRetries"),
        ({"assumeRoles": [{"roleArn": "me"}]}, "assumeRoles[0].roleArn"),
        ({"assumeRoles": "[{planted"}, "assumeRoles"),
        ({"endpoint": "x"}, "endpoint"),
        ({"skipWait": "perhaps"}, "skipWait"),
        ({"skipWait": 7}, "skipWait"),
    ],
)
def test_invalid_option_is_refused_by_its_path(engine: RecordingEngine, options: dict[str, Any], path: str) -> None:
    [(failed_property, reason)] = config_failures(engine, **options)

    assert path == failed_property
    assert reason
    assert "planted" not in reason


def test_unknown_option_names_a_camel_case_option(engine: RecordingEngine) -> None:
    [(_, reason)] = config_failures(engine, endpointURL="x")

    assert "endpointUrl" in reason
    [(_, reason)] = config_failures(engine, unlike="x")
    assert reason.endswith(", skipWait")


def test_schema(engine: RecordingEngine) -> None:
    assert "{}" == run(engine, lambda provider: provider.get_schema(sdk.GetSchemaRequest(0))).schema
