"""Unit tests of the infrastructure. They do not need an engine, AWS or credentials."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pulumi
import pytest
from pulumi.runtime import MockCallArgs, MockResourceArgs
from pulumi_glue_session import AccessDenied, SessionNotFound

import infrastructure

SESSION = "pulumi-python:dynamic/glue:Session"
GET_SESSION = "glue-session:index:getSession"
ARGUMENTS = {"--password": "hunter2"}


class Mocks(pulumi.runtime.Mocks):
    """Replaces the engine and Glue, and records the inputs."""

    def __init__(self) -> None:
        self.session: dict[str, Any] = {"status": "READY", "role": "GlueSession", "glue_version": "5.0"}
        self.failure: Exception | None = None
        self.inputs: dict[str, dict[str, Any]] = {}
        self.calls: list[dict[str, Any]] = []

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        self.inputs[args.name] = args.inputs
        if args.typ == SESSION:
            return "some-id", {**args.inputs, **self.session, "default_arguments": pulumi.Output.secret(ARGUMENTS)}
        return "some-id", {**args.inputs, "output": args.inputs["input"]}

    def call(self, args: MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        assert GET_SESSION == args.token
        self.calls.append(args.args)
        if self.failure:
            raise self.failure
        return self.session, []


@pytest.fixture
def mocks() -> Iterator[Mocks]:
    mocks = Mocks()
    # The SDK needs an event loop from here on, and Python 3.14 does not create one.
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    pulumi.runtime.set_mocks(mocks, preview=False)
    yield mocks
    loop.close()


@pytest.fixture
def preview(mocks: Mocks) -> Mocks:
    pulumi.runtime.set_mocks(mocks, preview=True)
    return mocks


@pytest.mark.usefixtures("mocks")
@pulumi.runtime.test
async def test_job_uses_the_session() -> None:
    nightly = infrastructure.deploy("analytics-prod")
    settings = await nightly.job.output.future()

    assert {"role": "GlueSession", "glue_version": "5.0", "arguments": ARGUMENTS} == settings


@pulumi.runtime.test
async def test_job_waits_for_the_session(mocks: Mocks) -> None:
    nightly = infrastructure.deploy("analytics-prod")
    await nightly.session.urn.future()
    inputs = mocks.inputs["analytics"]

    assert ("analytics-prod", ["READY"]) == (inputs["session_id"], inputs["wait_for"])


@pytest.mark.usefixtures("mocks")
@pulumi.runtime.test
async def test_arguments_stay_secret() -> None:
    nightly = infrastructure.deploy("analytics-prod")

    assert await nightly.job.output.is_secret()


@pulumi.runtime.test
async def test_preview_plans_the_job_with_an_unknown_role(preview: Mocks) -> None:
    preview.session = {}
    nightly = infrastructure.deploy("analytics-prod")
    await nightly.job.urn.future()

    assert not await nightly.session.role.is_known()
    assert "nightly-job" in preview.inputs


def test_stack_uses_its_own_session(mocks: Mocks) -> None:
    assert "analytics-dev" == infrastructure.session_id_for("dev")
    assert [{"session_id": "analytics-dev", "aws": {}}] == mocks.calls


def test_stack_without_a_session_uses_the_shared_one(mocks: Mocks) -> None:
    mocks.failure = SessionNotFound("analytics-dev", region="eu-west-1")

    assert "analytics-shared" == infrastructure.session_id_for("dev")


def test_denied_session_is_an_error(mocks: Mocks) -> None:
    mocks.failure = AccessDenied('Glue session "analytics-dev"', region="eu-west-1")

    with pytest.raises(AccessDenied):
        infrastructure.session_id_for("dev")
