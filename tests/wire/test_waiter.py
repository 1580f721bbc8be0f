"""The waiter for plain Python, with boto3 over HTTP."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import boto3
import pytest

from pulumi_glue_session import NotAsExpected, SessionEnded, SessionNotFound, UnknownStatus, WaitedTooLong
from pulumi_glue_session.waiter import wait_until_ready, wait_until_ready_async
from support.glue_endpoint import GlueEndpoint, always, looks, step, throttled


@pytest.fixture(autouse=True)
def _one_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries take seconds."""
    monkeypatch.setattr("pulumi_glue_session.aws.client._RETRIES", 0)


def test_returns_the_fields_of_a_ready_session(aws: GlueEndpoint) -> None:
    aws.put("etl", looks("PROVISIONING", "READY"), DefaultArguments={"--name": "value"})
    lines: list[str] = []

    session = wait_until_ready("etl", progress=lines.append)

    assert ("etl", "eu-west-1", "READY", "5.0") == tuple(
        session[name] for name in ("session_id", "region", "status", "glue_version")
    )
    assert {"--name": "value"} == session["default_arguments"]
    assert lines[0].startswith("PROVISIONING, ")
    assert lines[-1].startswith("READY after ")


def test_several_waits_run_on_one_event_loop(aws: GlueEndpoint) -> None:
    for name in ("a", "b"):
        aws.put(name, looks("PROVISIONING", "READY"))

    async def main() -> list[str]:
        sessions = await asyncio.gather(*(wait_until_ready_async(name) for name in ("a", "b")))
        return [session["status"] for session in sessions]

    assert ["READY", "READY"] == asyncio.run(main())


def test_running_event_loop_is_answered_with_the_coroutine() -> None:
    async def notebook() -> None:
        wait_until_ready("etl")

    with pytest.raises(RuntimeError, match="use await wait_until_ready_async"):
        asyncio.run(notebook())


def test_client_of_the_caller_is_used(aws: GlueEndpoint) -> None:
    aws.put("etl", always("READY"))
    client = boto3.client("glue", "us-east-1", aws_access_key_id="OTHERKEY", aws_secret_access_key="other")

    session = wait_until_ready("etl", client=client)

    assert "us-east-1" == session["region"]
    assert str(aws.calls[-1].credential).startswith("OTHERKEY/")


def test_throttling_does_not_end_the_wait(aws: GlueEndpoint) -> None:
    aws.put("etl", always("READY"))
    aws.fail("GetSession", throttled(), times=1)

    assert "READY" == wait_until_ready("etl")["status"]


def test_failures_are_exceptions_with_facts(aws: GlueEndpoint) -> None:
    aws.put("failed", always(step("FAILED", ErrorMessage="no capacity")))
    aws.put("pending", always("PROVISIONING"))
    aws.put("old", always("READY"), GlueVersion="4.0")
    aws.put("new", always("READY"), session_fields={"Status": "HIBERNATING"})

    with pytest.raises(SessionEnded) as ended:
        wait_until_ready("failed")
    assert ("FAILED", "no capacity") == (ended.value.status, ended.value.error_message)
    with pytest.raises(UnknownStatus) as unknown:
        wait_until_ready("new")
    assert ("HIBERNATING", frozenset({"READY"})) == (unknown.value.status, unknown.value.targets)
    with pytest.raises(WaitedTooLong):
        wait_until_ready("pending", timeout=0)
    with pytest.raises(NotAsExpected):
        wait_until_ready("old", expect={"glue_version": {"at_least": "5.0"}})
    with pytest.raises(SessionNotFound):
        wait_until_ready("missing")


def test_waiter_imports_neither_pulumi_nor_grpc() -> None:
    code = "import sys, pulumi_glue_session.waiter; print({'pulumi', 'grpc'} & set(sys.modules))"

    assert "set()\n" == subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
