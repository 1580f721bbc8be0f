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


class Mocks(pulumi.runtime.Mocks):
    """Replaces the engine and Glue, and records the inputs."""

    def __init__(self) -> None:
        self.session: dict[str, Any] = {"status": "READY", "role": "GlueSession", "glue_version": "5.0"}
        self.failure: Exception | None = None
        self.inputs: dict[str, dict[str, Any]] = {}
        self.asked: list[dict[str, Any]] = []

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        self.inputs[args.name] = args.inputs
        if args.typ == SESSION:
            return "some-id", {**args.inputs, **self.session, "default_arguments": pulumi.Output.secret({"--password": "hunter2"})}
        return "some-id", {**args.inputs, "output": args.inputs["input"]}

    def call(self, args: MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        assert GET_SESSION == args.token
        self.asked.append(args.args)
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
async def test_the_job_takes_role_glue_version_and_arguments_of_the_session() -> None:
    nightly = infrastructure.deploy("analytics-prod")
    settings = await nightly.job.output.future()

    assert {"role": "GlueSession", "glue_version": "5.0", "arguments": {"--password": "hunter2"}} == settings


@pulumi.runtime.test
async def test_the_job_waits_until_the_session_is_ready(mocks: Mocks) -> None:
    nightly = infrastructure.deploy("analytics-prod")
    await nightly.session.urn.future()
    inputs = mocks.inputs["analytics"]

    assert ("analytics-prod", ["READY"]) == (inputs["session_id"], inputs["wait_for"])


@pytest.mark.usefixtures("mocks")
@pulumi.runtime.test
async def test_the_arguments_of_the_session_stay_secret() -> None:
    nightly = infrastructure.deploy("analytics-prod")

    assert await nightly.job.output.is_secret()


@pulumi.runtime.test
async def test_a_preview_that_does_not_know_the_role_plans_the_job(preview: Mocks) -> None:
    preview.session = {}
    nightly = infrastructure.deploy("analytics-prod")
    await nightly.job.urn.future()

    assert not await nightly.session.role.is_known()
    assert "nightly-job" in preview.inputs


def test_a_stack_uses_its_own_session(mocks: Mocks) -> None:
    assert "analytics-dev" == infrastructure.session_id_for("dev")
    assert [{"session_id": "analytics-dev", "aws": {}}] == mocks.asked


def test_a_stack_without_a_session_uses_the_shared_one(mocks: Mocks) -> None:
    mocks.failure = SessionNotFound("analytics-dev", region="eu-west-1")

    assert "analytics-shared" == infrastructure.session_id_for("dev")


def test_a_session_that_may_not_be_read_is_no_reason_to_use_the_shared_one(mocks: Mocks) -> None:
    mocks.failure = AccessDenied('Glue session "analytics-dev"', region="eu-west-1")

    with pytest.raises(AccessDenied, match="Glue denied access"):
        infrastructure.session_id_for("dev")
