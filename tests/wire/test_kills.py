"""Processes of the native provider, the command line and the Terraform provider that are killed during a wait.

No process is left, nothing half-written is printed, and a call that was waiting fails. For runs of the engine see
tests/acceptance/test_kills.py.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from typing import Any

import pytest

from pulumi_glue_session.terraform.attributes import FIELDS
from pulumi_glue_session.terraform.values import UNKNOWN
from support.command_line import COMMAND, WITH_SIGNALS
from support.dynamic_server import aws_environment
from support.glue_endpoint import GlueEndpoint, always
from support.native_process import NativeProcess, Refusal
from support.terraform_process import TerraformProcess
from support.terraform_provider import ARGUMENTS, TYPE
from torture import Torture

_RpcError: Any = import_module("grpc").RpcError

KILLS = [signal.SIGTERM, signal.SIGKILL]


@pytest.fixture
def waiting(aws: GlueEndpoint) -> GlueEndpoint:
    """A session that never becomes READY."""
    aws.put("analytics", always("PROVISIONING"))
    return aws


def wait_for_second_read(glue: GlueEndpoint, started: int) -> None:
    """Return when the session was read twice since `started` reads."""
    while glue.count("GetSession") < started + 2:
        glue.closing.wait(0.01)


def assert_no_process_is_left(process: subprocess.Popen[str]) -> None:
    """Neither the process nor a child is left in its process group."""
    process.wait()
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)


@pytest.mark.torture("Killed processes of the other faces")
@pytest.mark.parametrize("kill", [*KILLS, signal.SIGINT])
@pytest.mark.parametrize("command", ["wait", "external"])
def test_killed_command_prints_nothing_to_stdout(
    waiting: GlueEndpoint, command: str, kill: signal.Signals, torture: Torture
) -> None:
    arguments = ["wait", "analytics", "-o", "json"] if command == "wait" else ["external"]
    query = {"session_id": "analytics", "wait_for": "READY"}
    for _ in range(torture.tries(short=1, long=20)):
        started = waiting.count("GetSession")
        with subprocess.Popen(
            [sys.executable, "-c", WITH_SIGNALS, COMMAND, *arguments],
            env=aws_environment(waiting.url),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            assert process.stderr is not None
            process.stdin.write(json.dumps(query))
            process.stdin.close()
            wait_for_second_read(waiting, started)
            process.send_signal(kill)
            assert "" == process.stdout.read()
            assert "Traceback" not in process.stderr.read()
            assert_no_process_is_left(process)
            assert 0 != process.returncode
    torture.record(f"{kill.name} of glue-session {command}", "no output, no process left, exit code not 0")


@pytest.mark.torture("Killed processes of the other faces")
@pytest.mark.parametrize("kill", [*KILLS, None], ids=["SIGTERM", "SIGKILL", "the engine ends"])
def test_killed_native_provider_fails_the_call(
    waiting: GlueEndpoint, kill: signal.Signals | None, torture: Torture
) -> None:
    for _ in range(torture.tries(short=1, long=20)):
        started = waiting.count("GetSession")
        with NativeProcess(aws_environment(waiting.url)) as provider, ThreadPoolExecutor(1) as pool:
            provider.configure()
            created = pool.submit(provider.create, sessionId="analytics")
            wait_for_second_read(waiting, started)
            if kill is None:
                provider.end_engine()
            else:
                provider.process.send_signal(kill)
            with pytest.raises(Refusal):
                created.result()
            assert_no_process_is_left(provider.process)
    what = kill.name if kill else "end of the engine"
    torture.record(f"{what}, native provider", "the call failed, no process left")


@pytest.mark.torture("Killed processes of the other faces")
@pytest.mark.parametrize("kill", KILLS)
def test_killed_terraform_provider_fails_the_call(
    waiting: GlueEndpoint, kill: signal.Signals, torture: Torture
) -> None:
    planned = {**ARGUMENTS, **dict.fromkeys((*FIELDS, "region"), UNKNOWN)}
    for _ in range(torture.tries(short=1, long=20)):
        started = waiting.count("GetSession")
        with TerraformProcess(aws_environment(waiting.url)) as provider, ThreadPoolExecutor(1) as pool:
            provider.call("ConfigureProvider", config={})
            call: Callable[..., Any] = provider.call
            applied = pool.submit(call, "ApplyResourceChange", type_name=TYPE, prior_state=None, planned_state=planned)
            wait_for_second_read(waiting, started)
            provider.process.send_signal(kill)
            with pytest.raises(_RpcError):
                applied.result()
            assert_no_process_is_left(provider.process)
            # No process removes the folder of the socket after SIGKILL.
            assert (kill is signal.SIGKILL) == provider.folder.exists()
            shutil.rmtree(provider.folder, ignore_errors=True)
    torture.record(f"{kill.name}, Terraform provider", "the call failed, no process left")
