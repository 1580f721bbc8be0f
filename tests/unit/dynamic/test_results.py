"""Results of functions: fields, types and secrets."""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, get_args, get_type_hints

import pulumi
import pytest

from pulumi_glue_session import GlueSession
from pulumi_glue_session.core.session import DERIVED, SECRET, VOLATILE, Command, Session
from pulumi_glue_session.dynamic.results import (
    AwaitableGetSessionResult,
    AwaitableGetSessionsResult,
    GetSessionResult,
    GetSessionsResult,
    SessionCommand,
    awaitable,
    session_result,
    sessions_result,
)
from support.clock import run

FULL = Session(
    status="READY",
    role="arn:aws:iam::123456789012:role/GlueSession",
    glue_version="5.0",
    worker_type="G.1X",
    number_of_workers=2,
    max_capacity=2.5,
    idle_timeout=60,
    description="Ünïcode too",
    error_message="no error at all",
    created_on="2026-01-05T09:30:15.250Z",
    completed_on="2026-01-05T10:30:15.250Z",
    security_configuration="kms",
    profile_name="analysts",
    session_type="LIVY",
    role_arn="arn:aws:iam::123456789012:role/GlueSession",
    role_name="GlueSession",
    command=Command(name="glueetl", python_version="3"),
    connections=("warehouse", "vpc"),
    default_arguments={"--password": "planted"},
    progress=0.5,
    execution_time=12.5,
    dpu_seconds=25.0,
)


def shown(values: Mapping[str, Any]) -> dict[str, Any]:
    """A result as plain values with marks of secrets."""

    async def plain() -> dict[str, Any]:
        result = session_result("etl-1", "eu-west-1", values)
        found = {**dict(result), "command": dict(result.command)}
        secrets = {
            name for name, value in found.items() if isinstance(value, pulumi.Output) and await value.is_secret()
        }
        return found | {name: ("secret", await found[name].future()) for name in secrets}

    return run(plain())


# --- Fields ---


def test_every_field_is_returned() -> None:
    values = FULL.to_dict()
    hidden = {"default_arguments": ("secret", {"--password": "planted"})}

    assert {"session_id": "etl-1", "region": "eu-west-1", **values, **hidden} == shown(values)
    assert all(value for value in values.values()), "a field that is neutral here would not be seen to arrive"


def test_missing_fields_get_defaults() -> None:
    """As mocks return them."""
    neutral = Session().to_dict() | {"default_arguments": ("secret", {})}

    assert {"session_id": "etl-1", "region": "eu-west-1", **neutral} == shown({})
    assert {"session_id": "etl-1", "region": "eu-west-1", **neutral} == shown(dict.fromkeys(Session().to_dict()))


@pytest.mark.parametrize("name", Session().to_dict())
def test_single_field(name: str) -> None:
    given = FULL.to_dict()[name]
    one_of_all = replace(Session(), **{name: getattr(FULL, name)}).to_dict()
    hidden = {"default_arguments": ("secret", one_of_all["default_arguments"])}

    assert {"session_id": "etl-1", "region": "eu-west-1", **one_of_all, **hidden} == shown({name: given})


def test_numbers_have_their_declared_type() -> None:
    """Pulumi sends numbers as floats, which `range` does not accept."""
    found = shown({"number_of_workers": 2.0, "idle_timeout": 60.0, "max_capacity": 2})

    assert [(int, 2), (int, 60), (float, 2.0)] == [
        (type(found[name]), found[name]) for name in ("number_of_workers", "idle_timeout", "max_capacity")
    ]


def test_partial_command() -> None:
    assert {"name": "", "python_version": "3"} == shown({"command": {"python_version": "3"}})["command"]


def test_empty_arguments_are_secret() -> None:
    """The type is an Output for every session."""
    assert [("secret", {}), ("secret", {"--password": "planted"})] == [
        shown(each)["default_arguments"] for each in ({}, {"default_arguments": {"--password": "planted"}})
    ]


def test_sessions_keep_their_order() -> None:
    async def program() -> tuple[object, ...]:
        each = [session_result(name, "eu-west-1", {}) for name in ("b", "a", "c")]
        result = sessions_result("eu-west-1", each)
        return type(result), result.region, result.ids, result.sessions == each, sessions_result("eu-west-1", []).ids

    assert (GetSessionsResult, "eu-west-1", ["b", "a", "c"], True, []) == run(program())


# --- The same as the resource's outputs ---


def types_of(kind: type[Any]) -> dict[str, object]:
    return {
        name: hint for name, hint in inspect.get_annotations(kind, eval_str=True).items() if not name.startswith("_")
    }


def test_fields_match_the_resources_outputs() -> None:
    """A program that goes from one to the other changes no more than the call."""
    outputs = {name: get_args(kind)[0] for name, kind in types_of(GlueSession).items()}
    live = {
        name: get_args(get_type_hints(getattr(GlueSession, name).fget)["return"])[0] for name in (*VOLATILE, *DERIVED)
    }
    plain = {name: get_args(kind)[0] if name in SECRET else kind for name, kind in types_of(GetSessionResult).items()}

    assert {**outputs, **live} == plain


def test_result_has_every_session_field() -> None:
    assert {"session_id", "region", *Session().to_dict()} == types_of(GetSessionResult).keys()
    assert {"name", "python_version"} == types_of(SessionCommand).keys()
    assert {"region", "ids", "sessions"} == types_of(GetSessionsResult).keys()


# --- What can be awaited ---


def test_awaiting_returns_the_plain_result() -> None:
    async def program() -> list[bool]:
        session = session_result("etl-1", "eu-west-1", FULL.to_dict())
        sessions = sessions_result("eu-west-1", [session])
        one, all_of_them = awaitable(session), awaitable(sessions)
        assert isinstance(one, AwaitableGetSessionResult)
        assert isinstance(all_of_them, AwaitableGetSessionsResult)
        first, then = await one, await all_of_them
        return [
            type(first) is GetSessionResult,
            dict(first) == dict(session) == dict(one),
            type(then) is GetSessionsResult,
            dict(then) == dict(sessions) == dict(all_of_them),
        ]

    assert [True] * 4 == run(program())


def test_plain_result_is_not_awaitable() -> None:
    """An Output would await it again and again."""
    assert [False, False] == [hasattr(kind, "__await__") for kind in (GetSessionResult, GetSessionsResult)]


def test_results_are_dictionaries() -> None:
    """As output types of pulumi-aws: usable as inputs, in `Output.json_dumps` and by name."""

    async def program() -> tuple[Any, Any, Any]:
        result = session_result("analytics", "eu-west-1", {"status": "READY", "command": {"name": "glueetl"}})
        text = await pulumi.Output.json_dumps({"session": result, "command": result.command}).future()
        return result, json.loads(str(text)), await pulumi.Output.from_input(result).future()

    result, dumped, lifted = run(program())

    assert ("READY", "READY") == (result["status"], result.status)
    assert {"name": "glueetl", "python_version": ""} == dict(result.command) == dumped["command"]
    assert "READY" == dumped["session"]["status"] == lifted["status"]
    assert ["analytics"] == sessions_result("eu-west-1", [result])["ids"]
