"""A user's unit tests: nothing is asked, the mock's outputs come through, and wrong arguments fail all the same."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest

from pulumi_glue_session import AwsOptions, GlueSession, InvalidInput, SessionNotFound, get_session, get_session_output


class Mocks(pulumi.runtime.Mocks):
    """Says what a test wants."""

    def __init__(self) -> None:
        self.said: dict[str, Any] = {}
        self.failure: Exception | None = None

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        return args.name, {**args.inputs, **self.said}

    def call(self, _: pulumi.runtime.MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]] | None]:
        if self.failure:
            raise self.failure
        return self.said, []


@pytest.fixture
def mocks() -> Mocks:
    made = Mocks()
    pulumi.runtime.set_mocks(made, preview=False)
    return made


def test_a_program_catches_what_the_mock_raises(mocks: Mocks) -> None:
    mocks.failure = SessionNotFound("gone", region="eu-west-1")

    with pytest.raises(SessionNotFound):
        get_session("gone")


def test_arguments_of_a_session_are_secret_whatever_the_mock_says(mocks: Mocks) -> None:
    mocks.said = {"default_arguments": {"--password": "planted"}, "progress": 0.5}

    @pulumi.runtime.test  # type: ignore[untyped-decorator]
    async def check() -> None:
        session = GlueSession("analytics", session_id="analytics-prod")
        assert await session.default_arguments.is_secret()
        assert ({"--password": "planted"}, 0.5) == (await session.default_arguments.future(), await session.progress.future())

    check()


@pytest.mark.usefixtures("mocks")
def test_what_a_mock_leaves_out_is_what_was_asked_for() -> None:
    @pulumi.runtime.test  # type: ignore[untyped-decorator]
    async def check() -> None:
        asked = get_session_output(pulumi.Stash("id", input="analytics-prod").input, aws=AwsOptions(region="eu-west-1"))
        assert ("analytics-prod", "eu-west-1", 0) == (
            await asked.session_id.future(),
            await asked.region.future(),
            await asked.number_of_workers.future(),
        )

    check()


@pytest.mark.usefixtures("mocks")
@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"wait_for": "RAEDY"}, "RAEDY is no status of a Glue session"),
        ({"timeout": "10 minutes"}, "'10 minutes' is no length of time"),
        ({"expect": {"rolle": "x"}}, "'rolle' can't be expected"),
        ({"on_mismatch": "ignore"}, "'ignore' is none of 'fail' and 'warn'"),
        ({"aws": AwsOptions(max_retries=-1)}, "-1 is no number of retries"),
    ],
)
def test_wrong_arguments_fail_a_unit_test(wrong: dict[str, Any], sentence: str) -> None:
    """A test that takes them would be green before a deployment that can only fail."""

    @pulumi.runtime.test  # type: ignore[untyped-decorator]
    def check() -> pulumi.Output[str]:
        return GlueSession("analytics", session_id="analytics-prod", **wrong).urn

    with pytest.raises(InvalidInput, match=sentence):
        check()
