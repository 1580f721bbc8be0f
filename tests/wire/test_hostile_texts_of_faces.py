"""Hostile texts with the native provider, the command line and the Terraform provider.

They are recorded unchanged, and printed without control characters. For Pulumi programs in Python see
test_hostile_texts.py.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from itertools import count
from typing import Any

import pytest
from hypothesis import given

from pulumi_glue_session.aws.boto3_session import create_session
from pulumi_glue_session.aws.client import create_client
from pulumi_glue_session.core.session import Session
from pulumi_glue_session.native.properties import camel, unwrap_map
from pulumi_glue_session.terraform.protocol import ERROR
from pulumi_glue_session.terraform.values import decode_value
from support.command_line import run
from support.dynamic_server import aws_environment
from support.glue_endpoint import GlueEndpoint, always, verbatim
from support.hostile_text import HAND_PICKED, RESERVED, hostile_texts, is_fit
from support.native_process import NativeProcess, Refusal
from support.terraform_provider import TYPE, Terraform
from torture import true_of_each

PART = "Hostile texts"
NUMBERS = count()
FIELDS = ("description", "error_message", "security_configuration", "default_arguments")


def put(glue: GlueEndpoint, status: str, text: str) -> tuple[str, dict[str, Any]]:
    """Add a session with the text in its fields. Returns its id, and the fields as every face records them."""
    session_id = f"s{next(NUMBERS)}"
    shape = {
        "Id": session_id,
        "Status": status,
        "Description": text,
        "ErrorMessage": text,
        "SecurityConfiguration": text,
        "DefaultArguments": {f"--{text}": text},
    }
    glue.put(session_id, always(verbatim(shape)))
    state = Session.from_api(shape).to_state()
    return session_id, {name: state[name] for name in FIELDS}


@pytest.fixture
def glue(aws: GlueEndpoint, monkeypatch: pytest.MonkeyPatch) -> GlueEndpoint:
    """Glue with one client for all examples: creating it takes longer than an example."""
    monkeypatch.setattr("pulumi_glue_session.aws.connection.create_session", cache(create_session))
    monkeypatch.setattr("pulumi_glue_session.aws.connection.create_client", cache(create_client))
    return aws


@pytest.fixture
def provider(glue: GlueEndpoint) -> Iterator[NativeProcess]:
    """The process of the native provider."""
    with NativeProcess(aws_environment(glue.url)) as process:
        process.configure()
        yield process


def assert_fit(text: str) -> None:
    """No line of the text controls a terminal."""
    assert [] == [line for line in text.split("\n") if not is_fit(line)]


def test_native_provider_with_hand_picked_texts(glue: GlueEndpoint, provider: NativeProcess) -> None:
    for text in (*HAND_PICKED.values(), *RESERVED.values()):
        check_native_provider(glue, provider, text)


@true_of_each(PART, short=10, long=2_000)
@given(text=hostile_texts())
def test_native_provider_with_hostile_texts(glue: GlueEndpoint, provider: NativeProcess, text: str) -> None:
    check_native_provider(glue, provider, text)


def check_native_provider(glue: GlueEndpoint, provider: NativeProcess, text: str) -> None:
    """The record in up and refresh, a failed session, a mismatch, and the line of a pending session."""
    ready, expected = put(glue, "READY", text)
    failed, _ = put(glue, "FAILED", text)
    pending, _ = put(glue, "PROVISIONING", text)

    created = provider.create(sessionId=ready)
    refreshed = provider.refresh(ready, created)
    provider.create(sessionId=pending, preview=True)
    messages = []
    for arguments in ({"sessionId": failed}, {"sessionId": ready, "expect": {"description": f"not {text}"}}):
        with pytest.raises(Refusal) as refused:
            provider.create(**arguments)
        messages.append(str(refused.value))

    assert expected == {name: unwrap_map(created)[camel(name)] for name in expected}
    assert created == refreshed
    assert 2 == len(messages)
    assert_fit("\n".join([*messages, *provider.lines]))


def test_command_line_with_hand_picked_texts(glue: GlueEndpoint) -> None:
    for text in (*HAND_PICKED.values(), *RESERVED.values()):
        check_command_line(glue, text)


@true_of_each(PART, short=10, long=2_000)
@given(text=hostile_texts())
def test_command_line_with_hostile_texts(glue: GlueEndpoint, text: str) -> None:
    check_command_line(glue, text)


def check_command_line(glue: GlueEndpoint, text: str) -> None:
    """JSON has the texts unchanged; tables, errors and progress are safe."""
    ready, expected = put(glue, "READY", text)
    failed, _ = put(glue, "FAILED", text)
    pending, _ = put(glue, "PROVISIONING", text)

    shown = run("get", ready, "--show-secrets", "-o", "json").json()
    external = run("external", stdin=json.dumps({"session_id": ready})).json()
    tables = [run("get", ready, "--show-secrets"), run("list", "--id-prefix", failed)]
    errors = [
        run("wait", failed, code=1),
        run("wait", pending, "--timeout", "0", code=5),
        run("wait", ready, "--expect", f"description=not {text}", code=1),
        run("external", stdin=json.dumps({"session_id": failed, "wait_for": "READY"}), code=1),
    ]

    assert expected == {name: shown[name] for name in expected}
    assert expected["description"] == external["description"]
    assert_fit("".join(each.out + each.err for each in [*tables, *errors]))


def test_terraform_provider_with_hand_picked_texts(glue: GlueEndpoint) -> None:
    for text in (*HAND_PICKED.values(), *RESERVED.values()):
        check_terraform_provider(glue, text)


@true_of_each(PART, short=10, long=2_000)
@given(text=hostile_texts())
def test_terraform_provider_with_hostile_texts(glue: GlueEndpoint, text: str) -> None:
    check_terraform_provider(glue, text)


def check_terraform_provider(glue: GlueEndpoint, text: str) -> None:
    """The record of the resource, and the diagnostics of a failed session and of a mismatch."""
    ready, expected = put(glue, "READY", text)
    failed, _ = put(glue, "FAILED", text)
    terraform = Terraform()

    state = terraform.create(session_id=ready)
    refreshed = decode_value(terraform.call("ReadResource", type_name=TYPE, current_state=state).new_state)
    answers = [
        terraform.read(session_id=failed, wait_for=["READY"]),
        terraform.read(session_id=ready, expect={"description": f"not {text}"}),
    ]

    assert expected == {name: state[name] for name in expected}
    assert state == refreshed
    for answer in answers:
        [diagnostic] = answer.diagnostics
        assert ERROR == diagnostic.severity
        assert_fit(f"{diagnostic.summary}\n{diagnostic.detail}")
