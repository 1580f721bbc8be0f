"""Secrets in inputs, options and outputs of the native provider."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi.provider.experimental import provider as sdk
from pulumi.provider.experimental.property_value import PropertyValue

from pulumi_glue_session.native.properties import GET_SESSION, HINTS, unwrap_map, wrap
from support.glue_endpoint import GlueEndpoint, always
from support.native_provider import ROLE, URN, RecordingEngine, create, error_of, props, run


def secret(value: Any) -> PropertyValue:
    return wrap(value, secret=True)


def check_message(engine: RecordingEngine, **inputs: PropertyValue) -> str:
    """Reason of the failure of a check."""
    request = sdk.CheckRequest(URN, {}, {"sessionId": wrap("analytics"), **inputs}, b"")
    answer = run(engine, lambda provider: provider.check(request))
    [failure] = answer.failures or []
    return failure.reason


def test_invalid_secret_is_not_shown(engine: RecordingEngine) -> None:
    for inputs in (
        {"timeout": secret("planted")},
        {"onMismatch": secret("planted")},
        {"waitFor": PropertyValue([secret("planted")])},
        {"expect": secret("planted")},
        {"expect": PropertyValue({"numberOfWorkers": secret("planted")})},
        {"expect": secret({"numberOfWorkers": "planted"})},
        {"expect": PropertyValue({"command": PropertyValue({"name": secret("a"), "planted?": wrap(1)})})},
    ):
        reason = check_message(engine, **inputs)
        assert reason
        assert "'planted'" not in reason
        assert '"planted"' not in reason


@pytest.mark.parametrize("on_mismatch", ["fail", "warn"])
def test_secret_expectation_is_not_shown(engine: RecordingEngine, aws: GlueEndpoint, on_mismatch: str) -> None:
    aws.put("analytics", always("READY"))
    properties = {
        **props(sessionId="analytics", waitFor=["READY"], onMismatch=on_mismatch),
        "expect": PropertyValue({"role": secret("planted"), "glueVersion": wrap("4.0")}),
    }
    request = sdk.CreateRequest(URN, properties, 0, preview=True)

    if on_mismatch == "fail":
        message = str(error_of(lambda: run(engine, lambda provider: provider.create(request))).report(HINTS))
    else:
        run(engine, lambda provider: provider.create(request))
        [message] = engine.warnings

    assert "role: expected [secret]" in message
    assert 'glueVersion: expected "4.0", found "5.0"' in message
    assert "planted" not in message


def test_secret_output_is_not_shown_in_an_error(engine: RecordingEngine, aws: GlueEndpoint) -> None:
    """An output in additionalSecretOutputs, in the list of what changed."""
    aws.put("analytics", always("READY"), Description="planted 1")
    outputs = create(engine).properties
    olds = {**outputs, "description": outputs["description"].with_secret(is_secret=True)}
    aws.put("analytics", always("STOPPED"), Description="planted 2")
    news = props(sessionId="analytics", waitFor=["READY"])
    request = sdk.DiffRequest(URN, "analytics", olds, news, [])

    message = str(error_of(lambda: run(engine, lambda provider: provider.diff(request))).report(HINTS))

    assert 'status "READY" => "STOPPED", description' in " ".join(message.split())
    assert "planted" not in message


def test_secret_argument_of_a_function_is_not_shown(engine: RecordingEngine) -> None:
    request = sdk.InvokeRequest(GET_SESSION, {"statuses": PropertyValue([secret("planted")])})

    assert "planted" not in str(error_of(lambda: run(engine, lambda provider: provider.invoke(request))))


def test_password_of_an_endpoint_is_not_recorded(engine: RecordingEngine, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"))
    options = {"endpointUrl": aws.url.replace("//", "//user:planted@")}

    outputs = unwrap_map(create(engine, options=options).properties)

    assert {"endpointUrl": aws.url} == outputs["providerOptions"]


@pytest.mark.parametrize(
    ("options", "hidden"),
    [
        ({"assumeRoles": [{"roleArn": ROLE, "externalId": "planted"}]}, ["assumeRoles"]),
        ({"assumeRoles": f'[{{"roleArn": "{ROLE}", "externalId": "planted"}}]'}, ["assumeRoles"]),
        ({"assumeRoles": [{"roleArn": ROLE}]}, []),
        ({"endpointUrl": "https://user:planted@example.com"}, ["endpointUrl"]),
        ({"endpointUrl": "https://example.com"}, []),
    ],
)
def test_options_with_credentials_become_secret(
    engine: RecordingEngine, options: dict[str, Any], hidden: list[str]
) -> None:
    request = sdk.CheckRequest("", {}, props(**options), b"")

    answer = run(engine, lambda provider: provider.check_config(request))

    assert not answer.failures
    assert hidden == [name for name, value in (answer.inputs or {}).items() if value.contains_secret()]
