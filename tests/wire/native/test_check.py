"""`Check` and `CheckConfig` of the native provider."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pulumi.provider.experimental import provider as sdk

from pulumi_glue_session.core.session import Session
from pulumi_glue_session.native.properties import UNKNOWN, camel, unwrap_map
from pulumi_glue_session.native.provider import SessionProvider
from support.glue_endpoint import GlueEndpoint, always
from support.native_provider import ROLE, URN, RecordingEngine, check, props, run


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
        ({"sessionId": "a", "timeout": "soon"}, "timeout", "'soon'"),
    ],
)
def test_invalid_input_is_refused(engine: RecordingEngine, inputs: dict[str, Any], name: str, reason: str) -> None:
    [(failed_property, failed_reason)] = check(engine, **inputs)[1]

    assert name == failed_property
    assert reason in failed_reason


def test_unknown_inputs_pass(engine: RecordingEngine) -> None:
    inputs: dict[str, Any] = {"waitFor": [UNKNOWN], "timeout": UNKNOWN, "expect": {"role": UNKNOWN}, "region": UNKNOWN}

    assert [] == check(engine, sessionId=UNKNOWN, **inputs)[1]


def test_session_fields_become_inputs(engine: RecordingEngine, aws: GlueEndpoint) -> None:
    """The engine takes the new side of a displayed difference from the inputs."""
    aws.put("analytics", always("READY"), DefaultArguments={"--password": "planted"})

    inputs, _ = check(engine, sessionId="analytics")

    assert {"sessionId", "waitFor", *map(camel, Session().to_state())} == inputs.keys()
    assert ["defaultArguments"] == [name for name, value in inputs.items() if value.is_secret]


def test_ignored_property_keeps_its_old_value(engine: RecordingEngine, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"), NumberOfWorkers=3)
    olds: dict[str, Any] = {"sessionId": "analytics", "numberOfWorkers": 2}

    inputs, failures = check(engine, olds=olds, **olds)

    assert [] == failures
    assert (2, "READY") == tuple(unwrap_map(inputs)[name] for name in ("numberOfWorkers", "status"))


@pytest.mark.parametrize(
    ("olds", "has_status"), [({}, False), ({"sessionId": "analytics"}, True)], ids=["new record", "existing record"]
)
def test_fields_set_by_waiting_are_omitted_from_a_new_record(
    engine: RecordingEngine,
    aws: GlueEndpoint,
    olds: dict[str, str],
    has_status: bool,  # noqa: FBT001 - a parameter
) -> None:
    aws.put("analytics", always("PROVISIONING"))

    inputs, _ = check(engine, olds=olds, sessionId="analytics")

    assert [has_status] * 3 == [name in inputs for name in ("status", "errorMessage", "completedOn")]


def test_missing_session_passes_check(engine: RecordingEngine, aws: GlueEndpoint) -> None:
    """Create and update fail instead: they know whether this is a preview."""
    inputs, failures = check(engine, sessionId="analytics")

    assert ({"sessionId": "analytics", "waitFor": ["READY"]}, []) == (unwrap_map(inputs), failures)
    assert 1 == aws.count()


def test_calls_for_one_resource_share_a_read(engine: RecordingEngine, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"))

    async def call(provider: SessionProvider) -> bool | None:
        checked = await provider.check(sdk.CheckRequest(URN, {}, props(sessionId="analytics"), b""))
        created = await provider.create(sdk.CreateRequest(URN, checked.inputs or {}, 0, preview=False))
        diff_request = sdk.DiffRequest(URN, "analytics", created.properties, checked.inputs or {}, [])
        return (await provider.diff(diff_request)).changes

    assert (False, 1) == (run(engine, call), aws.count())


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
        "skipWait": True,
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
    ],
)
def test_invalid_option_is_refused_by_its_path(engine: RecordingEngine, options: dict[str, Any], path: str) -> None:
    [(failed_property, reason)] = config_failures(engine, **options)

    assert path == failed_property
    assert reason
    assert "planted" not in reason


def test_unknown_option_names_a_camel_case_option(engine: RecordingEngine) -> None:
    [(_, reason)] = config_failures(engine, endpoint="x")

    assert "endpointUrl" in reason


def test_schema(engine: RecordingEngine) -> None:
    assert "{}" == run(engine, lambda provider: provider.get_schema(sdk.GetSchemaRequest(0))).schema
