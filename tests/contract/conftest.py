"""The Glue that the contract is checked against: sandbox and moto, or the real AWS with `make contract GLUE=aws`."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import boto3.session
import pytest

from pulumi_glue_session.sandbox import Sandbox

BOTO3_SESSION: Any = boto3.session.Session  # its types differ for each service
TARGETS = tuple(os.environ.get("GLUE", "sandbox moto").split())

DIFFERENCES = {
    ("moto", "test_creation_answers_with_the_session"): "CreateSession answers with an empty response.",
    ("moto", "test_session_starts_before_it_is_ready"): "A session is READY at once.",
    ("moto", "test_stopped_session_ends_as_stopped"): "A stopped session stays STOPPING.",
    ("moto", "test_workers_are_returned"): "Number and type of workers are not returned.",
    ("moto", "test_invalid_token_is_refused"): "A token of another list is accepted.",
    ("moto", "test_error_message_is_empty_while_nothing_failed"): 'Every session has the error message "string".',
}
"""Checks that a stand-in does not pass, and how it differs from Glue. docs/sandbox.md has the same list."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the known differences. A difference that is gone fails the run."""
    for item in items:
        target = (
            item.callspec.params.get("target")
            if isinstance(item, pytest.Function) and hasattr(item, "callspec")
            else None
        )
        if reason := DIFFERENCES.get((str(target), getattr(item, "originalname", ""))):
            item.add_marker(pytest.mark.xfail(reason=reason, strict=True))


@dataclass
class Target:
    """A Glue, with the session that the checks may use."""

    glue: Any
    sts: Any
    session_id: str
    role: str
    wait: Callable[[float], None]
    costs: bool = False
    """Whether a session costs money, so that there is only one."""


def delete(glue: Any, session_id: str) -> None:
    """Delete the session, also after Ctrl-C while it starts, when Glue can refuse that for a while."""
    for _ in range(60):
        try:
            glue.delete_session(Id=session_id)
        except glue.exceptions.EntityNotFoundException:
            return
        except (glue.exceptions.ConcurrentModificationException, glue.exceptions.IllegalSessionStateException):
            time.sleep(5.0)
        else:
            return
    pytest.fail(f"The session {session_id} could not be deleted: delete it in the AWS console.")


@pytest.fixture(scope="module", params=TARGETS)
def target(request: pytest.FixtureRequest) -> Iterator[Target]:
    """A Glue in which the checks create one session, which is deleted at the end."""
    session_id = f"contract-{uuid.uuid4().hex[:12]}"
    if request.param == "aws":
        # A few DPU minutes: the smallest session, stopped when it is READY or after one minute without use.
        role = os.environ["GLUE_CONTRACT_ROLE"]
        session = BOTO3_SESSION()
        glue = session.client("glue")
        try:
            yield Target(glue, session.client("sts"), session_id, role, time.sleep, costs=True)
        finally:
            delete(glue, session_id)
        return
    role = "arn:aws:iam::123456789012:role/contract"
    options = {"region_name": "eu-west-1", "aws_access_key_id": "contract", "aws_secret_access_key": "contract"}
    if request.param == "moto":
        moto = pytest.importorskip("moto")
        with moto.mock_aws():
            session = BOTO3_SESSION(**options)
            yield Target(session.client("glue"), session.client("sts"), session_id, role, lambda _: None)
        return
    clock = [0.0]

    def wait(seconds: float) -> None:
        clock[0] += seconds

    session = BOTO3_SESSION(**options)
    with Sandbox(clock=lambda: clock[0], page_size=100) as sandbox:
        glue, sts = (session.client(name, endpoint_url=sandbox.url) for name in ("glue", "sts"))
        yield Target(glue, sts, session_id, role, wait)
