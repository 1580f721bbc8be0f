"""Unit tests of users: no call is made, outputs come from the mock, and invalid arguments fail."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import pulumi
import pytest

from pulumi_glue_session import AwsOptions, GlueSession, InvalidInput, get_session_output
from support.mocked import own_loop


class Mocks(pulumi.runtime.Mocks):
    """Returns the fields of one test."""

    def __init__(self) -> None:
        self.said: dict[str, Any] = {}

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        return args.name, {**args.inputs, **self.said}

    def call(self, _: pulumi.runtime.MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]] | None]:
        return self.said, []


def run(mocks: Mocks, check: Callable[[], object]) -> None:
    """Run a test like `pulumi.runtime.test`, in a new event loop and without leftovers."""
    settings = import_module("pulumi.runtime.settings")

    def forget() -> None:
        settings.SETTINGS.outputs.clear()
        settings.SETTINGS.rpc_manager.clear()

    async def main() -> None:
        pulumi.runtime.set_mocks(mocks, preview=False)
        forget()
        try:
            await import_module("pulumi.runtime.stack").run_pulumi_func(check)
        finally:
            forget()

    with own_loop() as loop:
        loop.run_until_complete(main())


async def values(*outputs: pulumi.Output[Any]) -> list[Any]:
    return [await output.future() for output in outputs]


def test_default_arguments_are_secret_under_mocks() -> None:
    mocks = Mocks()
    mocks.said = {"default_arguments": {"--password": "planted"}, "progress": 0.5}
    seen: list[Any] = []

    async def check() -> None:
        session = GlueSession("analytics", session_id="analytics-prod")
        seen.append(await session.default_arguments.is_secret())
        seen.extend(await values(session.default_arguments, session.progress))

    run(mocks, check)
    assert [True, {"--password": "planted"}, 0.5] == seen


def test_missing_mock_fields_come_from_the_call() -> None:
    seen: list[Any] = []

    async def check() -> None:
        asked = get_session_output(pulumi.Stash("id", input="analytics-prod").input, aws=AwsOptions(region="eu-west-1"))
        seen.extend(await values(asked.session_id, asked.region, asked.number_of_workers))

    run(Mocks(), check)
    assert ["analytics-prod", "eu-west-1", 0] == seen


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"wait_for": "RAEDY"}, "RAEDY"),
        ({"timeout": "10 minutes"}, "'10 minutes'"),
        ({"expect": {"rolle": "x"}}, "'rolle'"),
        ({"on_mismatch": "ignore"}, "'ignore'"),
        ({"aws": AwsOptions(max_retries=-1)}, "-1"),
    ],
    ids=lambda each: next(iter(each)) if isinstance(each, dict) else "",
)
def test_invalid_argument_fails_a_unit_test(wrong: dict[str, Any], sentence: str) -> None:
    """Otherwise a test passes before a deployment that can only fail."""
    with pytest.raises(InvalidInput, match=sentence):
        run(Mocks(), lambda: GlueSession("analytics", session_id="analytics-prod", **wrong))
