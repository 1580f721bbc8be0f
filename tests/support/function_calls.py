"""Calls of `get_session` and `get_sessions` in programs, for tests of both forms of each function."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pulumi
import pytest

from pulumi_glue_session import (
    GlueSessionError,
    get_session,
    get_session_output,
    get_sessions,
    get_sessions_output,
)
from support.glue_endpoint import GlueEndpoint
from support.mocked import under_mocks
from support.program_run import Ran, run

ROLE = "arn:aws:iam::123456789012:role/GlueSession"


def calls(glue: GlueEndpoint) -> list[str]:
    return [call.operation for call in glue.calls]


def secret(output: pulumi.Output[Any]) -> pulumi.Output[bool]:
    """Whether the output is a secret."""

    async def ask(_: object) -> bool:
        return await output.is_secret()

    return pulumi.Output.from_input(None).apply(ask)


def known(output: pulumi.Output[Any]) -> pulumi.Output[bool]:
    """Whether the output is known."""

    async def ask(_: object) -> bool:
        return await output.is_known()

    return pulumi.Output.from_input(None).apply(ask)


def raised(form: Callable[..., Any], *arguments: object, **options: object) -> GlueSessionError:
    """Error of a program that calls a function."""
    with pytest.raises(GlueSessionError) as failure:
        run(lambda _: form(*arguments, **options))
    return failure.value


FORMS: dict[str, Callable[..., Any]] = {"plain": get_session, "output": get_session_output}


LISTS: dict[str, Callable[..., Any]] = {"plain": get_sessions, "output": get_sessions_output}


one = pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)


several = pytest.mark.parametrize("form", LISTS.values(), ids=LISTS)


def got(form: Callable[..., Any], *arguments: object, preview: bool = False, **options: object) -> Any:
    """Result of a function."""

    def program(ran: Ran) -> None:
        ran.values["got"] = form(*arguments, **options)

    return run(program, preview=preview).values["got"]


class Mocks(pulumi.runtime.Mocks):
    """Returns answers by token or resource name, and keeps the calls."""

    def __init__(self, answers: Mapping[str, dict[str, Any]]) -> None:
        self.answers = answers
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        return "analytics", {**args.inputs, **self.answers.get(args.name, {})}

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]]]:
        self.asked.append((args.token, args.args))
        return self.answers[args.token], []


def mocked(
    answers: Mapping[str, dict[str, Any]], program: Callable[[], pulumi.Input[Any]], *, preview: bool = False
) -> tuple[Any, list[tuple[str, dict[str, Any]]]]:
    """Result of a program under `pulumi.runtime.set_mocks`, and the calls of its mocks."""
    mocks, results = Mocks(answers), list[Any]()

    def declare() -> pulumi.Output[Any]:
        return pulumi.Output.from_input(program()).apply(results.append)

    under_mocks(mocks, declare, preview=preview)
    return results[0], mocks.asked
