"""The sandbox as its users run it: `glue-session sandbox` and boto3 over HTTP."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from pulumi_glue_session.core.errors import InvalidInput
from pulumi_glue_session.sandbox import GONE, Sandbox, always, parse_life, step

COMMAND = Path(sys.executable).parent / "glue-session"


class Clock:
    """A clock that a test sets."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sandbox(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    with Sandbox(clock=clock) as running:
        for name, value in running.environment.items():
            monkeypatch.setenv(name, value)
        yield running


@pytest.fixture
def glue(sandbox: Sandbox) -> Any:
    del sandbox
    return boto3.client("glue")


def status(glue: Any, session_id: str = "etl") -> str:
    return str(glue.get_session(Id=session_id)["Session"]["Status"])


def test_life_goes_by_the_clock(sandbox: Sandbox, glue: Any, clock: Clock) -> None:
    sandbox.put("etl", parse_life("PROVISIONING:20s, ready:1m, FAILED"))

    seen: list[str] = []
    for clock.now in (0.0, 19.9, 20.0, 79.0, 80.0, 1_000.0):
        seen.append(status(glue))

    assert ["PROVISIONING", "PROVISIONING", "READY", "READY", "FAILED", "FAILED"] == seen


def test_gone_is_a_session_that_does_not_exist() -> None:
    assert (GONE, step("READY")) == parse_life("GONE:5s,READY").steps


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("REDY", "'REDY' is not a status"),
        ("PROVISIONING,READY", "PROVISIONING needs a duration, as in PROVISIONING:20s"),
        ("READY:5s", "the last status has no duration"),
        ("READY:soon,FAILED", "soon"),
        ("", "'' is not a status"),
    ],
)
def test_invalid_life_is_refused(text: str, reason: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_life(text)

    assert reason in refused.value.reason()


def test_sessions_can_be_created_stopped_and_deleted(sandbox: Sandbox, glue: Any, clock: Clock) -> None:
    del sandbox
    command = {"Name": "glueetl", "PythonVersion": "3"}
    glue.create_session(Id="etl", Role="arn:aws:iam::123456789012:role/etl", Command=command, Tags={"team": "data"})
    seen = [status(glue)]
    clock.now = 15.0
    seen.append(status(glue))
    glue.stop_session(Id="etl")
    seen.append(status(glue))
    clock.now = 20.0
    seen.append(status(glue))

    assert ["PROVISIONING", "READY", "STOPPING", "STOPPED"] == seen
    assert ["etl"] == glue.list_sessions(Tags={"team": "data"})["Ids"]
    glue.delete_session(Id="etl")
    with pytest.raises(ClientError, match="EntityNotFoundException"):
        glue.get_session(Id="etl")


def test_session_cannot_be_created_twice(sandbox: Sandbox, glue: Any) -> None:
    sandbox.put("etl", always("READY"))

    with pytest.raises(ClientError, match="AlreadyExistsException"):
        glue.create_session(Id="etl", Role="arn:aws:iam::123456789012:role/etl", Command={"Name": "glueetl"})


def test_request_that_the_model_refuses_is_refused(sandbox: Sandbox, glue: Any) -> None:
    del sandbox
    with pytest.raises(ClientError, match="ValidationException"):
        glue.get_session(Id="x" * 300)


def test_caller_identity_is_the_sandbox_account(sandbox: Sandbox) -> None:
    del sandbox
    assert "123456789012" == boto3.client("sts").get_caller_identity()["Account"]


def test_sandbox_listens_on_loopback_only(sandbox: Sandbox) -> None:
    assert sandbox.url.startswith("http://127.0.0.1:")


# --- The command ---


@contextmanager
def running(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, str]]]:
    """A sandbox in a process, and the environment that it prints."""
    # In the background a shell ignores SIGINT, and children inherit that.
    start = "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); os.execv(sys.argv[1], sys.argv[1:])"
    command = [sys.executable, "-c", start, sys.executable, "-m", "pulumi_glue_session.sandbox", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        environment: dict[str, str] = {}
        for line in process.stdout:
            if line.startswith("#"):
                break
            name, _, value = line.removeprefix("export ").strip().partition("=")
            environment[name] = value
        yield process, environment
        process.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_command_prints_the_environment_and_ends_with_a_signal(
    number: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = (
        "--session",
        "a.b=READY",
        "--set",
        "a.b.Tags.team=data",
        "--set",
        "a.b.NumberOfWorkers=5",
        "--set",
        "a.b.GlueVersion=4.0",
    )
    with running(*arguments) as (process, environment):
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        session = boto3.client("glue").get_session(Id="a.b")["Session"]
        tagged = boto3.client("glue").list_sessions(Tags={"team": "data"})["Ids"]
        process.send_signal(number)

        assert 0 == process.wait()
    assert ("READY", 5, "4.0", ["a.b"]) == (
        session["Status"],
        session["NumberOfWorkers"],
        session["GlueVersion"],
        tagged,
    )


def test_exec_runs_a_command_with_the_environment_and_returns_its_exit_code() -> None:
    code = "import boto3, sys; print(boto3.client('glue').get_session(Id='etl')['Session']['Status']); sys.exit(3)"

    done = subprocess.run(
        [COMMAND, "sandbox", "--session", "etl=READY", "--exec", sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (3, "READY\n", "") == (done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--session", "etl"], "error: 'etl' is not ID=STATUS"),
        (["--session", "etl=READY", "--set", "job.Role=x"], "error: 'job.Role=x' is not ID.FIELD=VALUE of a --session"),
        (["--session", "etl=READY", "--set", "etl.NumberOfWorkers=two"], "error: NumberOfWorkers must be JSON"),
        (["--session", "etl=READY", "--set", "etl.Rule=x"], "error: unknown field of a session: Rule"),
        (["--exec", "no-such-command"], "error: cannot run no-such-command: No such file or directory"),
    ],
)
def test_invalid_arguments_are_one_sentence(arguments: list[str], reason: str) -> None:
    refused = subprocess.run([COMMAND, "sandbox", *arguments], capture_output=True, text=True, check=False)

    assert refused.returncode in (2, 127)
    assert refused.stderr.startswith(reason), refused.stderr
    assert json.dumps(refused.stdout) == '""'
