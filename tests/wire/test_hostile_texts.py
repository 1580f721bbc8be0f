"""Texts of a session can contain anything. They are recorded unchanged and printed without control characters."""

from __future__ import annotations

import itertools
import operator
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pulumi.runtime.rpc import unwrap_rpc_secret

from pulumi_glue_session import GlueSession, get_session_output, get_sessions_output
from pulumi_glue_session.aws.boto3_session import create_session
from pulumi_glue_session.aws.client import create_client
from support.dynamic_server import DynamicServer, Refusal, aws_environment
from support.glue_endpoint import GlueEndpoint, always, error, verbatim
from support.hostile_text import HAND_PICKED, hostile_ids, hostile_texts, is_fit
from support.program_run import Ran, run
from torture import true_of_each

PART = "Hostile texts"
TEXTS = hostile_texts()
LONG_ID = "😀" * 255
NUMBERS = itertools.count()
HALF = "\ud83d, half of a pair"


@pytest.fixture
def glue(aws: GlueEndpoint, monkeypatch: pytest.MonkeyPatch) -> GlueEndpoint:
    """Glue with one client for all programs: creating it takes longer than an example."""

    monkeypatch.setattr("pulumi_glue_session.aws.connection.create_session", cache(create_session))
    monkeypatch.setattr("pulumi_glue_session.aws.connection.create_client", cache(create_client))
    monkeypatch.setattr("pulumi_glue_session.aws.client._RETRIES", 0)
    return aws


@pytest.fixture
def server(glue: GlueEndpoint) -> Iterator[DynamicServer]:
    """The provider in its own process."""
    with DynamicServer(aws_environment(glue.url), retrying=False) as server:
        server.configure({})
        yield server


def fields_with(text: str) -> dict[str, Any]:
    """Session in Glue with `text` in every text field."""
    plain = (
        "Description",
        "ErrorMessage",
        "GlueVersion",
        "ProfileName",
        "Role",
        "SecurityConfiguration",
        "SessionType",
        "WorkerType",
    )
    return {
        "Status": "READY",
        **dict.fromkeys(plain, text),
        "Command": {"Name": text, "PythonVersion": text},
        "Connections": {"Connections": [text, text]},
        "DefaultArguments": {text: text},
    }


def expected_record(text: str) -> dict[str, Any]:
    """Expected record. Half of a surrogate pair cannot be sent and becomes U+FFFD."""
    text = text.replace("\ud83d", "\ufffd")
    names = (
        "description",
        "error_message",
        "glue_version",
        "profile_name",
        "role",
        "security_configuration",
        "session_type",
        "worker_type",
    )
    return {
        **dict.fromkeys(names, text),
        "command": {"name": text, "python_version": text},
        "connections": [text, text],
        "default_arguments": {text: text},
    }


def unfit(ran: Ran) -> list[str]:
    """Output lines of a program with control characters."""
    lines = [*(line for _, line in ran.said), *ran.refused]
    return [line for each in lines for line in each.split("\n") if not is_fit(line)]


@true_of_each(PART, short=30, long=10_000)
@given(session_id=hostile_ids(), text=TEXTS)
@example(session_id=LONG_ID, text=HAND_PICKED["escape sequences"])
@example(session_id="<{%boom%}>", text=HAND_PICKED["NUL, backspace, DEL"])
@example(session_id="../../etc/passwd", text=HALF)
def test_texts_are_recorded_unchanged(glue: GlueEndpoint, session_id: str, text: str) -> None:
    """In the resource and in both functions."""
    glue.put(session_id, always(verbatim({"Id": session_id, **fields_with(text)})))
    expected = expected_record(text)

    def program(ran: Ran) -> None:
        GlueSession("recorded", session_id=session_id)
        one = get_session_output(session_id)
        listed = get_sessions_output(id_pattern="*").apply(
            lambda found: dict(zip(found.ids, found.sessions, strict=True))[session_id]
        )
        for form, session in {"one": one, "listed": listed}.items():
            ran.values |= {f"{form} {name}": session.apply(operator.attrgetter(name)) for name in expected}

    ran = run(program)
    glue.remove(session_id)
    recorded = ran.recorded["recorded"]

    assert session_id == recorded["session_id"]
    assert expected == {name: unwrap_rpc_secret(recorded[name]) for name in expected}
    for form in ("one", "listed"):
        values = {name: ran.values[f"{form} {name}"] for name in expected}
        command = values["command"]
        assert expected == {**values, "command": {"name": command.name, "python_version": command.python_version}}
    assert [] == unfit(ran)


FATES: Mapping[str, Callable[[str, str], dict[str, Any]]] = {
    "unknown status": lambda _, text: {"Status": text or "?"},
    "failed": lambda _, text: fields_with(text) | {"Status": "FAILED"},
    "pending": lambda _, text: fields_with(text) | {"Status": "PROVISIONING"},
    "not as expected": lambda _, text: fields_with(text),
}


@true_of_each(PART, short=40, long=10_000)
@given(
    session_id=hostile_ids(),
    text=TEXTS,
    fate=st.sampled_from(sorted(FATES)),
    preview=st.booleans(),
    warns=st.booleans(),
)
def test_program_output_is_terminal_safe(
    glue: GlueEndpoint, session_id: str, text: str, fate: str, *, preview: bool, warns: bool
) -> None:
    glue.put(session_id, always(verbatim({"Id": session_id, **FATES[fate](session_id, text)})))
    expect = (
        {"description": "another", "role": text + "?", "command": {"name": text + "?"}} if "expected" in fate else None
    )

    def program(_: Ran) -> None:
        GlueSession("it", session_id=session_id, timeout=0, expect=expect, on_mismatch="warn" if warns else "fail")

    ran = run(program, preview=preview)
    glue.remove(session_id)

    assert [] == unfit(ran)
    assert 1 <= len(ran.said) + len(ran.refused)


@true_of_each(PART, short=30, long=10_000)
@given(
    session_id=hostile_ids(),
    text=TEXTS,
    code=st.sampled_from(["AccessDeniedException", "InvalidInputException", "ExpiredTokenException"]),
)
def test_service_errors_are_terminal_safe(glue: GlueEndpoint, session_id: str, text: str, code: str) -> None:
    glue.fail("GetSession", error(code, text), times=1)
    ran = run(lambda _: GlueSession("it", session_id=session_id))

    assert [] == unfit(ran)
    assert 1 == len(ran.refused)


@true_of_each(PART, short=30, long=10_000)
@given(session_id=hostile_ids(), text=TEXTS)
def test_refresh_returns_texts_unchanged(glue: GlueEndpoint, server: DynamicServer, session_id: str, text: str) -> None:
    """Over gRPC. Each example has another id, because reads within two seconds share a list."""
    session_id = f"{next(NUMBERS)}{session_id}"[:255]
    glue.put(session_id, always(verbatim({"Id": session_id, **fields_with(text)})))
    record = {"session_id": session_id, "region": "eu-west-1", "status": "READY", "description": text}
    read = server.read(session_id, record)
    glue.remove(session_id)
    expected = expected_record(text)

    assert session_id == read.id == read.properties["session_id"]
    assert expected == {name: unwrap_rpc_secret(read.properties[name]) for name in expected}
    assert expected == {name: unwrap_rpc_secret(read.inputs[name]) for name in expected}


@true_of_each(PART, short=30, long=10_000)
@given(session_id=hostile_ids(), text=TEXTS)
def test_refresh_errors_are_terminal_safe(
    glue: GlueEndpoint, server: DynamicServer, session_id: str, text: str
) -> None:
    glue.fail("GetSession", error("AccessDeniedException", text), times=1)
    with pytest.raises(Refusal) as refused:
        server.read(session_id, {"session_id": session_id, "region": "eu-west-1", "status": "READY"})

    assert all(map(is_fit, str(refused.value).splitlines()))
