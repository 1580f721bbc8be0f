"""`make contract GLUE=aws` leaves no session behind, whatever happens. The sandbox stands in for AWS."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import boto3

from pulumi_glue_session.sandbox import Sandbox
from support.command_line import WITH_SIGNALS

ROOT = Path(__file__).resolve().parents[2]


def run_contract(clock: Callable[[], float], check: str, *, interrupted: bool) -> tuple[list[str], list[str], str]:
    """Sessions that were seen while it ran, sessions that are left, and the last line of its output."""
    role = "arn:aws:iam::123456789012:role/contract"
    command = [sys.executable, "-m", "pytest", "tests/contract/test_contract.py", "-p", "no:cacheprovider", "-k", check]
    with Sandbox(clock=clock) as sandbox:
        environment = {**os.environ, **sandbox.environment}
        glue: Any = boto3.client(
            "glue", "eu-west-1", endpoint_url=sandbox.url, aws_access_key_id="a", aws_secret_access_key="a"
        )
        seen: list[str] = []
        with subprocess.Popen(
            [sys.executable, "-c", WITH_SIGNALS, *command],
            cwd=ROOT,
            env={**environment, "GLUE": "aws", "GLUE_CONTRACT_ROLE": role},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as contract:
            while interrupted and not seen and contract.poll() is None:
                seen = glue.list_sessions()["Ids"]
            if interrupted:
                contract.send_signal(signal.SIGINT)
            output = contract.communicate()[0]
        return seen, glue.list_sessions()["Ids"], output.splitlines()[-1]


def test_session_is_deleted_after_ctrl_c() -> None:
    """The session does not become READY, so the check waits."""
    seen, left, end = run_contract(lambda: 0.0, "becomes_ready", interrupted=True)

    assert (1, []) == (len(seen), left), end


def test_session_is_deleted_after_a_failed_check() -> None:
    """Each look at the clock is a minute later, so the session is READY at once, which fails the check."""
    minutes = count(0, 60)
    _, left, end = run_contract(lambda: float(next(minutes)), "starts_before_it_is_ready", interrupted=False)

    assert "1 failed" in end
    assert [] == left
