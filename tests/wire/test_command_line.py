"""`glue-session`, the command line: what it prints, where, and with which exit code. Glue is asked over HTTP."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from pulumi_glue_session.cli.app import app
from pulumi_glue_session.core import messages
from pulumi_glue_session.core.session import Session
from support.glue_endpoint import GlueEndpoint, always, error, looks, server_fault, step, verbatim
from support.hostile_text import HAND_PICKED, is_fit

ROLE = "arn:aws:iam::123456789012:role/GlueSession"
COMMAND = Path(sys.executable).parent / "glue-session"


@dataclass(frozen=True, kw_only=True)
class Ran:
    """A command that has ended."""

    out: str
    err: str
    code: int

    def json(self) -> Any:  # noqa: ANN401 - whatever was printed
        return json.loads(self.out)


@pytest.fixture(autouse=True)
def _one_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries take seconds. And the words of this front are no other test's."""
    monkeypatch.setattr("pulumi_glue_session.aws.client._RETRIES", 0)
    monkeypatch.setattr(terms, "_front", [messages.Hints()])


def run(*arguments: str, stdin: str = "", code: int = 0) -> Ran:
    """Run a command in this process; `code` is the exit code that it must have."""
    result = CliRunner().invoke(app, arguments, input=stdin, catch_exceptions=False)
    assert code == result.exit_code, (result.exit_code, result.stdout, result.stderr)
    return Ran(out=result.stdout, err=result.stderr, code=result.exit_code)


# --- get ---


def test_get_shows_everything_but_secrets(aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"), DefaultArguments={"--password": "planted"})

    shown = run("get", "analytics", "--output", "json").json()

    assert {"session_id", "region", *Session().to_dict()} - {"default_arguments"} == shown.keys()
    assert ("analytics", "eu-west-1", "READY", ROLE, 2) == tuple(
        shown[name] for name in ("session_id", "region", "status", "role", "number_of_workers")
    )
    assert {"name": "glueetl", "python_version": "3"} == shown["command"]
    assert {"--password": "planted"} == run("get", "analytics", "-o", "json", "--show-secrets").json()["default_arguments"]


def test_get_shows_a_table_by_default(aws: GlueEndpoint) -> None:
    aws.put("analytics", always("STOPPED"))

    lines = [line.split() for line in run("get", "analytics").out.splitlines()]

    assert ["session_id", "analytics"] == lines[0]
    assert ["status", "STOPPED"] in lines
    assert ["created_on", "2026-01-05T09:30:15.250Z"] in lines
    assert ["command", '{"name":', '"glueetl",', '"python_version":', '"3"}'] in lines


def test_get_takes_conditions_that_one_session_fits(aws: GlueEndpoint) -> None:
    aws.put("etl-1", always("READY"), Tags={"team": "etl"})
    aws.put("etl-2", always("STOPPED"), Tags={"team": "etl"})

    assert "etl-1" == run("get", "--tag", "team=etl", "--status", "READY", "-o", "json").json()["session_id"]
    assert (
        "2 Glue sessions in eu-west-1 fit tags team=etl (etl-1, etl-2): narrow it down to one, or use glue-session list, and run again."
        in (run("get", "--tag", "team=etl", code=3).err)
    )


# --- list ---


def test_list_shows_those_that_fit(aws: GlueEndpoint) -> None:
    for name, status in (("etl-1", "READY"), ("etl-2", "STOPPED"), ("notebook", "READY")):
        aws.put(name, always(status))

    assert ["etl-1", "etl-2"] == [each["session_id"] for each in run("list", "--id-prefix", "etl-", "-o", "json").json()]
    assert ["notebook"] == [each["session_id"] for each in run("list", "--id-pattern", "n*", "-o", "json").json()]
    header, first, *_ = (line.split() for line in run("list", "--status", "STOPPED").out.splitlines())
    assert ["session_id", "status", "glue_version", "created_on", "role"] == header
    assert ["etl-2", "STOPPED", "5.0", "2026-01-05T09:30:15.250Z", ROLE] == first


def test_none_that_fits_is_an_empty_list(aws: GlueEndpoint) -> None:
    assert [] == run("list", "-o", "json").json()
    assert 1 == aws.count()


def test_a_table_that_no_terminal_shows_has_a_line_for_each_session(aws: GlueEndpoint) -> None:
    aws.put("a" * 255, always("READY"))

    assert 2 == len(run("list").out.splitlines())


# --- wait ---


def test_wait_waits_and_says_so(aws: GlueEndpoint) -> None:
    aws.put("analytics", looks("PROVISIONING", "READY"))

    waited = run("wait", "analytics", "--output", "json")

    assert "READY" == waited.json()["status"]
    assert ["analytics is PROVISIONING, 0 s of at most 10 min"] == waited.err.splitlines()


def test_several_sessions_are_waited_for_together(aws: GlueEndpoint) -> None:
    for name in ("a", "b", "c"):
        aws.put(name, looks("PROVISIONING", "READY"))

    assert ["a", "b", "c"] == [each["session_id"] for each in run("wait", "a", "b", "c", "a", "-o", "json").json()]
    assert (2, 2) == (aws.count(), aws.count("ListSessions"))


@pytest.mark.parametrize(
    ("script", "arguments", "code", "sentence"),
    [
        (
            always(step("FAILED", ErrorMessage="no capacity")),
            (),
            1,
            (
                'Glue session "analytics" in eu-west-1 is FAILED (Glue says: no capacity) and will not become READY: '
                "delete it and create it again, or name another session, and run again."
            ),
        ),
        (
            always("READY"),
            ("--expect", "number_of_workers=3", "--at-least", "glue_version=5.1"),
            1,
            (
                'Glue session "analytics" in eu-west-1 is not as expected: name a session that is, or correct expect, and run again.\n'
                '  number_of_workers: expected 3, found 2\n  glue_version: expected at least "5.1", found "5.0"'
            ),
        ),
        (
            always("PROVISIONING"),
            ("--timeout", "0"),
            5,
            (
                'Glue session "analytics" in eu-west-1 did not become READY within 0 s (1 look, at last PROVISIONING): '
                "raise timeout, or find out why the session takes so long, and run again."
            ),
        ),
        (
            always("STOPPING"),
            ("--for", "READY", "--for", "FAILED", "--timeout", "0"),
            5,
            (
                'Glue session "analytics" in eu-west-1 did not become FAILED or READY within 0 s (1 look, at last STOPPING): '
                "raise timeout, or find out why the session takes so long, and run again."
            ),
        ),
    ],
    ids=["ended", "not as expected", "too late", "another status"],
)
def test_a_wait_in_vain_says_why(aws: GlueEndpoint, script: Any, arguments: tuple[str, ...], code: int, sentence: str) -> None:  # noqa: ANN401
    aws.put("analytics", script)

    failed = run("wait", "analytics", *arguments, code=code)

    assert ("", f"error: {sentence}\n") == (failed.out, failed.err)


def test_of_several_the_first_that_failed_decides(aws: GlueEndpoint) -> None:
    aws.put("ready", always("READY"))
    aws.put("stopped", always("STOPPED"))

    failed = run("wait", "ready", "gone", "stopped", "-o", "json", code=3)

    assert ["ready"] == [each["session_id"] for each in failed.json()]
    assert 2 == failed.err.count("error: ")


def test_logs_are_shown_when_asked_for(aws: GlueEndpoint) -> None:
    aws.put("analytics", always("FAILED"))

    assert "\n  | " not in run("wait", "analytics", code=1).err
    assert "\n  | " in run("wait", "analytics", "--logs", code=1).err


def test_an_interrupted_wait_ends_at_once(aws: GlueEndpoint) -> None:
    aws.put("analytics", always("PROVISIONING"))

    with subprocess.Popen(  # noqa: S603 - our own command
        [COMMAND, "wait", "analytics"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as waiting:
        assert waiting.stderr is not None
        first = waiting.stderr.readline()
        began = time.monotonic()
        waiting.send_signal(signal.SIGINT)
        out, err = waiting.communicate(timeout=20)

    assert first.startswith("analytics is PROVISIONING, ")
    assert ("", "Interrupted.\n", 130) == (out, err, waiting.returncode)
    assert time.monotonic() - began < 10


# --- What goes wrong ---


@pytest.mark.parametrize(
    ("fault", "code", "said"),
    [
        (error("EntityNotFoundException", "gone"), 3, "was not found in eu-west-1"),
        (error("AccessDeniedException", "no"), 4, "allow glue:GetSession to the role that asks, or ask as the session's owner"),
        (error("ExpiredTokenException", "old"), 4, "sign in, or name a profile that works (AWS_PROFILE or --profile), and run again."),
        (server_fault(), 6, "Glue failed to answer, beyond all retries"),
    ],
    ids=["gone", "denied", "expired", "failed"],
)
def test_each_kind_of_failure_has_its_exit_code(aws: GlueEndpoint, fault: Any, code: int, said: str) -> None:  # noqa: ANN401
    aws.put("analytics", always("READY"))
    aws.fail("GetSession", fault)

    failed = run("get", "analytics", code=code)

    assert "" == failed.out
    assert said in failed.err
    assert 1 == len(failed.err.splitlines())


def test_without_a_region_it_says_how_to_set_one(aws: GlueEndpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_REGION")
    aws.put("analytics", always("READY"))
    expected = 'error: Glue session "analytics" could not be read: no AWS region is set; set AWS_REGION or --region, and run again.\n'

    assert expected == run("get", "analytics", code=6).err
    assert 0 == aws.count()
    assert "eu-west-1" == run("get", "analytics", "--region", "eu-west-1", "-o", "json").json()["region"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("get", "a", "--id-prefix", "a"), "error: --id-prefix: give session_id or conditions, not both\n"),
        (("get", "a\x1b"), "error: SESSION_ID: 'a\\x1b' is no id of a Glue session"),
        (("list", "--tag", "team"), "error: --tag: 'team' is no NAME=VALUE\n"),
        (("wait", "a", "--timeout", "soon"), "error: --timeout: 'soon' is no length of time"),
        (("wait", "a", "--expect", "status=READY"), "error: --expect: 'status' can't be expected"),
        (("wait", "a", "--expect", "number_of_workers=two"), "error: --expect: it has to be JSON, and is not\n"),
        (("list", "--max-retries", "-1"), "error: --max-retries: -1 is no number of retries"),
        (("list", "--assume-role", "me"), "error: --assume-role: 'me' is not the ARN of a role"),
        (("list", "--allowed-account-id", "me"), "error: --allowed-account-id: 'me' is not the id of an AWS account"),
    ],
)
def test_a_wrong_argument_is_named(aws: GlueEndpoint, arguments: tuple[str, ...], said: str) -> None:
    failed = run(*arguments, code=2)

    assert failed.err.startswith(said), failed.err
    assert ("", 0) == (failed.out, aws.count())


def test_a_status_that_there_is_not_is_refused_with_those_that_there_are(aws: GlueEndpoint) -> None:
    expected = (
        "error: --for: DONE is no status of a Glue session: use one or several of FAILED, PROVISIONING, READY, STOPPED, STOPPING, TIMEOUT, "
        "or use glue-session get to take the session as it is\n"
    )

    assert expected == run("wait", "a", "--for", "DONE", code=2).err
    assert 0 == aws.count()


@pytest.mark.parametrize("text", HAND_PICKED)
def test_no_text_of_a_session_steers_a_terminal(aws: GlueEndpoint, text: str) -> None:
    aws.put("analytics", always(verbatim({"Id": "analytics", "Status": "FAILED", "ErrorMessage": text, "Description": text, "Role": text})))

    for shown in (run("get", "analytics").out, run("list").out, run("wait", "analytics", code=1).err, run("list", "-o", "json").out):
        assert all(is_fit(line) for line in shown.splitlines())


def test_markup_of_the_tables_library_is_shown_as_it_is(aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"), Description="[bold]loud[/bold] [link=http://x]here[/link]")

    assert "[bold]loud[/bold] [link=http://x]here[/link]" in run("get", "analytics").out


# --- The command itself ---


def test_the_command_is_installed_and_tells_its_exit_codes() -> None:
    told = subprocess.run([COMMAND, "--help"], capture_output=True, text=True, check=True).stdout  # noqa: S603 - our own command

    assert "Exit codes: 0 done, 1 can't become what it should be, 2 wrong use, 3 not found, 4 denied, 5 not in time, 6" in " ".join(
        told.split()
    )
    assert all(command in told for command in ("get", "list", "wait", "external"))


def test_the_command_says_its_version() -> None:
    from pulumi_glue_session import __version__

    assert f"{__version__}\n" == run("--version").out


def test_a_shell_can_complete_commands_and_statuses() -> None:
    def completed(words: str) -> list[str]:
        told = {"_GLUE_SESSION_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
        return subprocess.run([COMMAND], env=os.environ | told, capture_output=True, text=True, check=False).stdout.split()  # noqa: S603

    assert ["wait"] == completed("glue-session w")
    assert ["READY"] == completed("glue-session wait --for R")
    assert ["STOPPED", "STOPPING"] == completed("glue-session list --status STOP")
