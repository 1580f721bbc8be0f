"""The sandbox as its users run it: `glue-session sandbox` and boto3 over HTTP."""

from __future__ import annotations

import os
import shlex
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
from support.command_line import COMMAND, WITH_SIGNALS

OTHER_SETTINGS = {
    "AWS_PROFILE": "missing",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
    "HTTP_PROXY": "http://127.0.0.1:9",
    "NO_PROXY": "example.com",
}
"""Settings of a reader with which boto3 would not call the sandbox."""


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


def test_session_that_has_ended_cannot_be_stopped(sandbox: Sandbox, glue: Any, clock: Clock) -> None:
    sandbox.put("etl", parse_life("READY:20s,FAILED"))
    clock.now = 20.0

    with pytest.raises(ClientError, match="IllegalSessionStateException"):
        glue.stop_session(Id="etl")
    assert "FAILED" == status(glue)


def test_stopping_again_does_not_prolong_the_stop(sandbox: Sandbox, glue: Any, clock: Clock) -> None:
    sandbox.put("etl", always("READY"))
    glue.stop_session(Id="etl")
    clock.now = 2.0
    glue.stop_session(Id="etl")
    clock.now = 3.0

    assert "STOPPED" == status(glue)


def test_session_that_is_gone_can_be_created(sandbox: Sandbox, glue: Any) -> None:
    sandbox.put("etl", always(GONE))
    glue.create_session(Id="etl", Role="arn:aws:iam::123456789012:role/etl", Command={"Name": "glueetl"})

    assert "PROVISIONING" == status(glue)


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
            if line.startswith("export "):
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


def run(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [COMMAND, "sandbox", *arguments],
        env=os.environ | env,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_printed_settings_can_be_loaded_by_a_shell_with_other_settings(tmp_path: Path) -> None:
    read = "aws = __import__('boto3').client('glue'); print(aws.get_session(Id='etl')['Session']['Status'])"
    script = f"""
        : > settings
        {shlex.quote(str(COMMAND))} sandbox --session etl=READY > settings &
        until grep -q '^#' settings; do sleep 0.1; done
        . ./settings && {shlex.quote(sys.executable)} -c {shlex.quote(read)}
        kill $! && wait $!
    """

    done = subprocess.run(
        ["sh", "-e", "-c", script],
        cwd=tmp_path,
        env=os.environ | OTHER_SETTINGS,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert ("READY\n", "") == (done.stdout, done.stderr)
    assert "# 1 session; Ctrl-C stops the sandbox.\n" in (tmp_path / "settings").read_text()


def test_exec_works_with_a_profile_and_a_proxy() -> None:
    read = "import boto3; print(boto3.client('glue').get_session(Id='etl')['Session']['Status'])"

    done = run("--session", "etl=READY", "--exec", "--", sys.executable, "-c", read, **OTHER_SETTINGS)

    assert ("READY\n", "") == (done.stdout, done.stderr)


def test_reason_is_that_of_a_failure_only() -> None:
    sessions = [
        "--session",
        "a=READY",
        "--session",
        "b=FAILED",
        "--set",
        "a.ErrorMessage=x",
        "--set",
        "b.ErrorMessage=x",
    ]
    read = (
        "import boto3; glue = boto3.client('glue')\n"
        "print(*[glue.get_session(Id=name)['Session'].get('ErrorMessage') for name in 'ab'])"
    )

    done = run(*sessions, "--exec", sys.executable, "-c", read)

    assert ("None x\n", "") == (done.stdout, done.stderr)


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (["sh", "-c", "kill -TERM $$"], 128 + signal.SIGTERM),
        (["sh", "-c", "exit 3"], 3),
        (["no-such-command"], 127),
        (["/"], 126),
    ],
)
def test_exec_returns_exit_codes_as_a_shell_does(command: list[str], code: int) -> None:
    assert code == run("--exec", *command).returncode


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_exec_passes_signals_on(number: signal.Signals) -> None:
    command = "trap 'echo ended; exit 4' TERM HUP; echo started; while :; do sleep 0.1; done"
    arguments = [sys.executable, "-c", WITH_SIGNALS, str(COMMAND), "sandbox", "--exec", "sh", "-c", command]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert "started\n" == process.stdout.readline()
        process.send_signal(number)

        assert ("ended\n", 4) == (process.stdout.read(), process.wait())


def test_output_that_cannot_be_written_is_one_sentence() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([COMMAND, "sandbox"], stdout=full, stderr=subprocess.PIPE, text=True, check=False)

    assert (7, "error: cannot write the environment: No space left on device\n") == (done.returncode, done.stderr)


def test_port_that_is_taken_is_one_sentence(sandbox: Sandbox) -> None:
    port = sandbox.url.rpartition(":")[2]

    assert (
        f"error: --port: cannot listen on port {port} of 127.0.0.1: Address already in use\n"
        == run("--port", port).stderr
    )


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--session", "etl"], "--session: 'etl' is not ID=STATUS, for instance etl=READY"),
        (["--session", "=READY"], "--session: "),
        (["--session", "etl=READY", "--session", "etl=FAILED"], "--session: 'etl' is given twice"),
        (["--session", f"{'x' * 300}=READY"], "--session: "),
        (["--session", "etl=READY", "--set", "job.Role=x"], "--set: 'job.Role=x' is not ID.FIELD=VALUE of a --session"),
        (["--session", "etl=READY", "--set", "etl.NumberOfWorkers=two"], "--set: NumberOfWorkers must be JSON"),
        (["--session", "etl=READY", "--set", "etl.NumberOfWorkers=2.5"], "--set: 'etl': Invalid type for parameter"),
        (["--session", "etl=READY", "--set", "etl.CreatedOn=today"], "--set: CreatedOn must be a time"),
        (["--session", "etl=READY", "--set", "etl.Rule=x"], "--set: 'etl': unknown field of a session: Rule"),
        (["--session", "etl=READY", "--set", "etl.Tags=x"], "--set: use ID.Tags.NAME=VALUE for each tag"),
        (["--session", "etl=READY", "--set", "etl.Status=FAILED"], "--set: Status comes from --session ID=STATUS"),
        (["--port", "99999"], "--port: cannot listen on port 99999 of 127.0.0.1: use a number from 0 to 65535"),
        (["--port", "http"], "argument --port: invalid int value: 'http'"),
        (["--session"], "argument --session: expected one argument"),
        (["--sesion", "etl=READY"], "unrecognized arguments: --sesion etl=READY"),
        (["--exec"], "--exec needs a command, for instance --exec pulumi preview"),
        (["--exec", "no-such-command"], "cannot run no-such-command: No such file or directory"),
    ],
)
def test_invalid_arguments_are_one_sentence(arguments: list[str], reason: str) -> None:
    refused = run(*arguments)

    assert refused.returncode in (2, 127)
    assert refused.stderr.startswith(f"error: {reason}"), refused.stderr
    assert ("", 1) == (refused.stdout, refused.stderr.count("\n"))
