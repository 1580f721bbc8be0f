"""Functions in unit tests of users (`pulumi.runtime.set_mocks`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from pulumi_glue_session import (
    AssumeRole,
    AwsOptions,
    get_session_output,
)
from pulumi_glue_session.dynamic.wire_format import GET_SESSION, GET_SESSIONS
from support.function_calls import ROLE, mocked, one, secret, several
from support.glue_endpoint import GlueEndpoint

pytestmark = pytest.mark.usefixtures("single_attempt", "quiet_loops")


def lift(result: Any, read: Callable[[Any], Any]) -> pulumi.Output[Any]:
    """`read` applied to the result of the plain or the Output form."""
    return result.apply(read) if isinstance(result, pulumi.Output) else pulumi.Output.from_input(read(result))


@pytest.mark.parametrize("preview", [True, False], ids=["preview", "up"])
@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({}, ("etl-1", "", "", "", 0)),
        ({"status": "READY"}, ("etl-1", "", "READY", "", 0)),
        ({"status": "READY", "role": ROLE, "number_of_workers": 5}, ("etl-1", "", "READY", ROLE, 5)),
        ({"session_id": "another", "region": "eu-west-1"}, ("another", "eu-west-1", "", "", 0)),
    ],
    ids=["nothing", "a field", "some fields", "who and where"],
)
@one
def test_mock_of_get_session(
    aws: GlueEndpoint, form: Callable[..., Any], answer: dict[str, Any], expected: tuple[object, ...], *, preview: bool
) -> None:
    def program() -> pulumi.Input[Any]:
        return lift(
            form("etl-1"),
            lambda found: (found.session_id, found.region, found.status, found.role, found.number_of_workers),
        )

    assert (expected, [(GET_SESSION, {"session_id": "etl-1", "aws": {}})]) == mocked(
        {GET_SESSION: answer}, program, preview=preview
    )
    assert 0 == aws.count()


def test_mock_without_id_returns_the_requested_one(aws: GlueEndpoint) -> None:

    def program() -> pulumi.Output[str]:
        return get_session_output(pulumi.Output.from_input("etl-1")).session_id

    assert "etl-1" == mocked({GET_SESSION: {"status": "READY"}}, program)[0]
    assert 0 == aws.count()


@several
def test_mock_of_get_sessions(aws: GlueEndpoint, form: Callable[..., Any]) -> None:
    answer = {
        "region": "eu-west-1",
        "sessions": [{"session_id": "b", "status": "READY"}, {"session_id": "a", "command": {"name": "glueetl"}}],
    }

    def program() -> pulumi.Input[Any]:
        return lift(
            form(tags={"team": "etl"}, statuses=["READY"]),
            lambda found: (found.ids, [(each.status, each.command.name, each.region) for each in found.sessions]),
        )

    expected = (["b", "a"], [("READY", "", "eu-west-1"), ("", "glueetl", "eu-west-1")])
    asked_for = (GET_SESSIONS, {"tags": {"team": "etl"}, "statuses": ["READY"], "aws": {}})

    assert (expected, [asked_for]) == mocked({GET_SESSIONS: answer}, program)
    assert [] == mocked({GET_SESSIONS: {}}, lambda: lift(form(), lambda found: found.ids))[0]
    assert 0 == aws.count()


@one
def test_mock_receives_aws_options(form: Callable[..., Any]) -> None:
    def program() -> pulumi.Input[Any]:
        options = AwsOptions(region="eu-west-1", assume_roles=[AssumeRole(role_arn=ROLE, external_id="hush-hush")])
        return lift(form("etl-1", aws=options), lambda found: found.status)

    status, ((_, asked_for),) = mocked({GET_SESSION: {"status": "READY"}}, program)

    assert "READY" == status
    assert {"region": "eu-west-1", "assume_roles": [{"role_arn": ROLE, "external_id": "hush-hush"}]} == asked_for["aws"]


@one
def test_default_arguments_of_a_mock_are_secret(form: Callable[..., Any]) -> None:
    def program() -> pulumi.Input[Any]:
        arguments: pulumi.Output[Any] = lift(form("etl-1"), lambda found: found.default_arguments)
        return pulumi.Output.all(secret(arguments), arguments)

    assert [True, {"--key": "planted"}] == mocked({GET_SESSION: {"default_arguments": {"--key": "planted"}}}, program)[
        0
    ]


def test_function_tokens() -> None:
    """Unit tests of users contain them."""
    assert ("glue-session:index:getSession", "glue-session:index:getSessions") == (GET_SESSION, GET_SESSIONS)
