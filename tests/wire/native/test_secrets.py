"""Secrets in inputs, options and outputs of the native provider."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from pulumi.provider.experimental import provider as sdk
from pulumi.provider.experimental.property_value import PropertyValue

from pulumi_glue_session.native.properties import (
    GET_SESSION,
    GET_SESSIONS,
    HINTS,
    WAIT_FOR_SESSION,
    unwrap_map,
    wrap,
)
from support.dynamic_server import aws_environment
from support.glue_endpoint import GlueEndpoint, always, step
from support.native_process import NativeProcess, Refusal, secret
from support.native_provider import ROLE, URN, RecordingEngine, create, error_of, props, run


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
        {"expect": PropertyValue({"command": PropertyValue({"name": secret("a"), "planted": wrap(1)})})},
        {"expect": secret({"planted": 1})},
    ):
        reason = check_message(engine, **inputs)
        assert reason
        assert "planted" not in reason


@pytest.mark.parametrize("on_mismatch", ["fail", "warn"])
def test_secret_expectation_is_not_shown(engine: RecordingEngine, aws: GlueEndpoint, on_mismatch: str) -> None:
    aws.put("analytics", always("READY"), Role="arn:aws:iam::123456789012:role/planted-too")
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

    assert "role: expected [secret], found [secret]" in message
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


@pytest.fixture
def process(aws: GlueEndpoint) -> Iterator[NativeProcess]:
    """The real process, called over gRPC."""
    with NativeProcess(aws_environment(aws.url)) as provider:
        provider.configure()
        yield provider


def refusal_of(call: Callable[[], object]) -> str:
    """Message of the call's error; empty if it succeeds."""
    try:
        call()
    except Refusal as refusal:
        return " ".join(str(refusal).split())
    return ""


def test_secret_output_is_in_no_message(process: NativeProcess, aws: GlueEndpoint) -> None:
    """Glue's reason, drift and mismatches, as errors and as warnings."""
    aws.put("analytics", always("READY"), Description="planted 1")
    outputs = process.create(sessionId="analytics")
    hidden = {"description", "errorMessage", "role", "glueVersion", "command"}
    olds = {name: value.with_secret(value.is_secret or name in hidden) for name, value in outputs.items()}
    reason = step(
        "FAILED",
        ErrorMessage="planted 2",
        Role="arn:aws:iam::123456789012:role/planted",
        GlueVersion="9.9",
        Command={"Name": "planted"},
    )
    aws.put("analytics", always(reason), Description="planted 3")
    expect = {"description": "x", "role": "x", "glueVersion": "5.0", "command": {"name": "x"}, "numberOfWorkers": 3}

    messages: list[str] = []
    for inputs in (
        {},
        {"waitFor": [], "expect": expect},
        {"waitFor": [], "expect": expect, "onMismatch": "warn"},
        {"gate": "once"},
    ):
        given: dict[str, Any] = {"sessionId": "analytics", **inputs}
        process.check(given, {"sessionId": "analytics"}, olds)
        calls = (partial(process.diff, olds), partial(process.update, olds), process.create)
        messages += [refusal_of(partial(call, **given)) for call in calls]

    text = "\n".join([*messages, *process.lines])
    assert 4 == text.count("Glue says: [secret]"), text
    assert 'role: expected "x", found [secret]' in text
    assert "numberOfWorkers: expected 3, found 2" in text
    assert 'status "READY" => "FAILED"' in text
    assert "planted" not in text
    assert "9.9" not in text


def test_recorded_input_stays_secret(process: NativeProcess, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"))
    inputs: dict[str, Any] = {
        "sessionId": "analytics",
        "region": secret("eu-west-1"),
        "waitFor": PropertyValue([secret("READY")]),
    }

    outputs = process.create(**inputs)
    for each in (
        outputs,
        process.create(preview=True, **inputs),
        process.update(outputs, **inputs),
        process.refresh("analytics", outputs),
    ):
        assert each
        assert {"region", "waitFor"} == {name for name in ("sessionId", *inputs) if each[name].contains_secret()}


SECRET_ARGUMENTS: dict[str, tuple[str, dict[str, Any]]] = {
    "tags": (GET_SESSION, {"tags": secret("planted")}),
    "a tag": (GET_SESSIONS, {"tags": PropertyValue({"team": PropertyValue([secret("planted")])})}),
    "a tag that no session has": (GET_SESSION, {"tags": PropertyValue({"team": secret("planted")})}),
    "statuses": (GET_SESSION, {"statuses": PropertyValue([secret("planted")])}),
    "id prefix": (GET_SESSION, {"idPrefix": secret("planted")}),
    "id pattern": (GET_SESSIONS, {"idPattern": secret(["planted"])}),
    "region": (GET_SESSIONS, {"region": secret({"planted": 1})}),
    "id": (GET_SESSION, {"sessionId": secret({"planted": 1})}),
    "expect": (WAIT_FOR_SESSION, {"sessionId": "analytics", "expect": secret("planted")}),
    "a value of expect": (
        WAIT_FOR_SESSION,
        {"sessionId": "a", "expect": PropertyValue({"command": secret("planted")})},
    ),
    "timeout": (WAIT_FOR_SESSION, {"sessionId": "analytics", "timeout": secret("planted")}),
    "wait for": (WAIT_FOR_SESSION, {"sessionId": "analytics", "waitFor": secret("planted")}),
}


def test_secret_argument_of_a_function_is_not_shown(process: NativeProcess) -> None:
    for token, arguments in SECRET_ARGUMENTS.values():
        message = refusal_of(partial(process.invoke, token, **arguments))
        assert message
        assert "planted" not in message


def test_secret_option_is_not_shown(process: NativeProcess) -> None:
    for name in ("assumeRoles", "endpoints", "allowedAccountIds", "maxRetries", "skipWait", "endpointUrl"):
        _, [reason] = process.check_config(**{name: secret("planted")})
        assert "planted" not in reason


def test_password_of_an_endpoint_is_not_recorded(engine: RecordingEngine, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"))
    options = {"endpointUrl": aws.url.replace("//", "//user:pl@nted@")}

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
        ({"endpoints": {"glue": "https://user:planted@example.com"}}, ["endpoints"]),
        ({"endpoints": '{"glue": "https://user:planted@example.com"}'}, ["endpoints"]),
        ({"endpoints": {"glue": "https://example.com"}}, []),
        ({"httpProxy": "http://user:planted@proxy:3128"}, ["httpProxy"]),
        ({"httpsProxy": "user:planted@proxy:3128", "noProxy": "example.com"}, ["httpsProxy"]),
    ],
)
def test_options_with_credentials_become_secret(
    engine: RecordingEngine, options: dict[str, Any], hidden: list[str]
) -> None:
    request = sdk.CheckRequest("", {}, props(**options), b"")

    answer = run(engine, lambda provider: provider.check_config(request))

    assert not answer.failures
    assert hidden == [name for name, value in (answer.inputs or {}).items() if value.contains_secret()]
