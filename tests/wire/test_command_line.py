"""`glue-session`, the command line: what it prints, where, and with which exit code. Glue is asked over HTTP."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from pulumi_glue_session.cli.app import app
from pulumi_glue_session.cli.output import sessions_table
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

    def json(self) -> Any:
        return json.loads(self.out)


def ended(process: subprocess.CompletedProcess[str]) -> Ran:
    return Ran(out=process.stdout, err=process.stderr, code=process.returncode)


WITH_SIGINT = (
    "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); os.execv(sys.argv[1], sys.argv[1:])"
)
"""Runs a command that SIGINT can interrupt. In the background a shell ignores SIGINT, and children inherit that."""


@pytest.fixture(autouse=True)
def _one_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries take seconds."""
    monkeypatch.setattr("pulumi_glue_session.aws.client._RETRIES", 0)


def run(*arguments: str, stdin: str = "", code: int = 0) -> Ran:
    """Run a command in this process; `code` is the exit code that it must have."""
    result = CliRunner().invoke(app, arguments, input=stdin, catch_exceptions=False)
    assert code == result.exit_code, (result.exit_code, result.stdout, result.stderr)
    return Ran(out=result.stdout, err=result.stderr, code=result.exit_code)


# --- get ---


def test_get_shows_everything_except_secrets(aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"), DefaultArguments={"--password": "planted"})

    shown = run("get", "analytics", "--output", "json").json()

    assert {"session_id", "region", *Session().to_dict()} - {"default_arguments"} == shown.keys()
    assert ("analytics", "eu-west-1", "READY", ROLE, 2) == tuple(
        shown[name] for name in ("session_id", "region", "status", "role", "number_of_workers")
    )
    assert {"name": "glueetl", "python_version": "3"} == shown["command"]
    assert {"--password": "planted"} == run("get", "analytics", "-o", "json", "--show-secrets").json()[
        "default_arguments"
    ]


def test_get_shows_a_table_by_default(aws: GlueEndpoint) -> None:
    aws.put("analytics", always("STOPPED"))

    lines = [line.split() for line in run("get", "analytics").out.splitlines()]

    assert ["session_id", "analytics"] == lines[0]
    assert ["status", "STOPPED"] in lines
    assert ["created_on", "2026-01-05T09:30:15.250Z"] in lines
    assert ["command", '{"name":', '"glueetl",', '"python_version":', '"3"}'] in lines


def test_get_prints_a_part_of_the_session(aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"))

    assert ["READY", 2] == run("get", "analytics", "--query", "[status, number_of_workers]").json()
    assert run("get", "analytics", "--query", "[", code=2).err.startswith(
        "error: --query: invalid JMESPath expression: "
    )


def test_get_finds_the_one_session_that_matches_a_filter(aws: GlueEndpoint) -> None:
    aws.put("etl-1", always("READY"), Tags={"team": "etl"})
    aws.put("etl-2", always("STOPPED"), Tags={"team": "etl"})

    assert "etl-1\n" == run("get", "--tag", "team=etl", "--status", "ready", "-o", "name").out
    expected = (
        "error: 2 Glue sessions match --tag team=etl (eu-west-1)\n"
        "  Matches: etl-1, etl-2\n"
        "  Next: narrow the filter down to one session, or use glue-session list\n"
    )
    assert expected == run("get", "--tag", "team=etl", code=3).err


def test_get_without_arguments_asks_for_an_id_or_a_filter(aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"))
    expected = "error: give SESSION_ID or at least one of --tag, --status, --id-prefix or --id-pattern\n"

    assert expected == run("get", code=2).err
    assert run("get", "", code=2).err.startswith("error: SESSION_ID: '' ")
    assert 0 == aws.count() + aws.count("ListSessions")


# --- list ---


def test_list_shows_matching_sessions(aws: GlueEndpoint) -> None:
    for name, status in (("etl-1", "READY"), ("etl-2", "STOPPED"), ("notebook", "READY")):
        aws.put(name, always(status))

    assert ["etl-1", "etl-2"] == [
        each["session_id"] for each in run("list", "--id-prefix", "etl-", "-o", "json").json()
    ]
    assert "notebook\n" == run("list", "--id-pattern", "n*", "-o", "name").out
    header, first, *_ = (line.split() for line in run("list", "--status", "stopped").out.splitlines())
    assert ["ID", "STATUS", "AGE", "ROLE", "GLUE", "WORKERS", "REASON"] == header
    assert ["etl-2", "STOPPED", "GlueSession", "5.0", "2", "x", "G.1X"] == [*first[:2], *first[3:]]


@pytest.mark.parametrize(("seconds", "age"), [(45, "45s"), (760, "12m"), (20_000, "5h"), (300_000, "3d"), (-5, "0s")])
def test_age_is_in_the_largest_unit(seconds: int, age: str) -> None:
    row = {
        "session_id": "a",
        "created_on": "2026-01-05T09:30:15.250Z",
        "status": "READY",
        "role": "",
        "glue_version": "",
    }
    created = datetime.fromisoformat("2026-01-05T09:30:15.250+00:00")
    more = {"number_of_workers": 2, "worker_type": "", "error_message": ""}

    table = sessions_table([row | more], now=created + timedelta(seconds=seconds))

    assert [age] == [str(cell) for cell in table.columns[2].cells]


def test_list_of_no_sessions_is_empty(aws: GlueEndpoint) -> None:
    assert [] == run("list", "-o", "json").json()
    assert "" == run("list", "-o", "name").out
    assert 2 == aws.count("ListSessions")


def test_list_keeps_ids_whole(aws: GlueEndpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    aws.put("a" * 255, always("READY"))
    monkeypatch.setenv("COLUMNS", "80")

    assert any(line.startswith("a" * 255) for line in run("list").out.splitlines())


# --- wait ---


def test_wait_prints_the_session_when_it_is_ready(aws: GlueEndpoint) -> None:
    aws.put("analytics", looks("PROVISIONING", "READY"))

    waited = run("wait", "analytics", "--output", "json")

    assert ["READY"] == [each["status"] for each in waited.json()]
    assert "PROVISIONING" in waited.err
    assert "READY" in waited.err.splitlines()[-1]


def test_wait_reads_several_sessions_together(aws: GlueEndpoint) -> None:
    for name in ("a", "b", "c"):
        aws.put(name, looks("PROVISIONING", "READY"))

    assert ["a", "b", "c"] == [each["session_id"] for each in run("wait", "a", "b", "c", "a", "-o", "json").json()]


def test_wait_takes_filters(aws: GlueEndpoint) -> None:
    aws.put("etl-1", always("READY"))
    aws.put("notebook", always("READY"))

    assert "etl-1" == run("wait", "--id-prefix", "etl", "-o", "json").json()[0]["session_id"]
    assert {"etl-1", "notebook"} == {each["session_id"] for each in run("wait", "--all", "-o", "json").json()}
    assert "error: use SESSION_ID or a filter, not both\n" == run("wait", "etl-1", "--all", code=2).err
    assert run("wait", code=2).err.startswith("error: give SESSION_ID, --all or at least one of ")
    assert "No session matches, so there is nothing to wait for.\n" == run("wait", "--id-prefix", "x", code=3).err


def test_wait_accepts_statuses_in_any_case(aws: GlueEndpoint) -> None:
    aws.put("analytics", always("STOPPED"))

    assert "STOPPED" == run("wait", "analytics", "--for", "stopped", "-o", "json").json()[0]["status"]


@pytest.mark.parametrize(
    ("script", "arguments", "code", "message"),
    [
        (
            always(step("FAILED", ErrorMessage="no capacity")),
            (),
            1,
            (
                'FAILED, will not become READY: Glue session "analytics" (eu-west-1) Glue says: no capacity Next: ask '
                "the session's owner to start it again, name another session, or use glue-session get "
                "to go on without waiting"
            ),
        ),
        (
            always("READY"),
            ("--expect", "number_of_workers=3", "--at-least", "glue_version=5.1"),
            1,
            (
                'Not as expected: Glue session "analytics" (eu-west-1) number_of_workers: expected 3, found 2 '
                'glue_version: expected at least "5.1", found "5.0" '
                "Next: name a session that matches, or correct --expect"
            ),
        ),
        (
            always("STOPPING"),
            ("--for", "READY", "--for", "FAILED", "--timeout", "0"),
            5,
            (
                'Still STOPPING after 0s, not FAILED or READY: Glue session "analytics" (eu-west-1) '
                "Next: raise --timeout, or ask the session's owner why it takes so long"
            ),
        ),
    ],
    ids=["ended", "not as expected", "timed out"],
)
def test_wait_that_fails_says_why(
    aws: GlueEndpoint, script: Any, arguments: tuple[str, ...], code: int, message: str
) -> None:
    aws.put("analytics", script)

    failed = run("wait", "analytics", *arguments, code=code)

    assert ("", f"error: {message}") == (failed.out, " ".join(failed.err.split()))


def test_exit_code_is_that_of_the_first_session_that_failed(aws: GlueEndpoint) -> None:
    aws.put("ready", always("READY"))
    aws.put("stopped", always("STOPPED"))

    failed = run("wait", "ready", "gone", "stopped", "-o", "json", code=3)

    ready, gone, stopped = failed.json()
    assert "error" not in ready
    assert ("SessionNotFound", 'Not found: Glue session "gone" (eu-west-1)') == (
        gone["error"]["kind"],
        gone["error"]["fact"],
    )
    assert ("STOPPED", "SessionEnded") == (stopped["status"], stopped["error"]["kind"])
    assert 2 == failed.err.count("error: ")


def test_fail_fast_ends_the_other_waits(aws: GlueEndpoint) -> None:
    aws.put("pending", always("PROVISIONING"))
    aws.put("stopped", always("STOPPED"))

    assert 1 == run("wait", "pending", "stopped", "--fail-fast", code=1).err.count("error: ")


def test_any_ends_with_the_first_session_that_is_ready(aws: GlueEndpoint) -> None:
    aws.put("pending", always("PROVISIONING"))
    aws.put("ready", always("READY"))
    aws.put("stopped", always("STOPPED"))

    assert "ready" in run("wait", "pending", "ready", "--any", "-o", "name").out.split()
    run("wait", "stopped", "gone", "--any", code=1)


def test_logs_are_shown_on_request(aws: GlueEndpoint) -> None:
    aws.put("analytics", always("FAILED"))

    assert "\n  | " not in run("wait", "analytics", code=1).err
    assert "\n  | " in run("wait", "analytics", "--logs", code=1).err


def test_interrupted_wait_says_what_was_pending(aws: GlueEndpoint) -> None:
    aws.put("analytics", always("PROVISIONING"))

    with subprocess.Popen(
        [sys.executable, "-c", WITH_SIGINT, COMMAND, "wait", "analytics"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as waiting:
        assert waiting.stderr is not None
        assert "PROVISIONING" in waiting.stderr.readline()
        waiting.send_signal(signal.SIGINT)
        out, err = waiting.communicate()

    assert ("", 130) == (out, waiting.returncode)
    assert "Interrupted while waiting for analytics (PROVISIONING)." == err.splitlines()[-1]


# --- Failures ---


@pytest.mark.parametrize(
    ("fault", "code", "said"),
    [
        (error("EntityNotFoundException", "gone"), 3, 'Not found: Glue session "analytics" (eu-west-1)'),
        (error("AccessDeniedException", "no"), 4, "allow glue:GetSession to the role that runs this command"),
        (error("ExpiredTokenException", "old"), 4, "AWS_PROFILE or --profile"),
        (server_fault(), 6, "Glue failed after all retries"),
    ],
    ids=["gone", "denied", "expired", "failed"],
)
def test_each_kind_of_failure_has_its_exit_code(aws: GlueEndpoint, fault: Any, code: int, said: str) -> None:
    aws.put("analytics", always("READY"))
    aws.fail("GetSession", fault)

    failed = run("get", "analytics", code=code)

    assert "" == failed.out
    assert said in " ".join(failed.err.split())


def test_missing_region_says_how_to_set_one(aws: GlueEndpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_REGION")
    aws.put("analytics", always("READY"))

    assert "set AWS_REGION or --region" in run("get", "analytics", code=6).err
    assert 0 == aws.count()
    assert "eu-west-1" == run("get", "analytics", "--region", "eu-west-1", "-o", "json").json()["region"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("get", "a", "--id-prefix", "a"), "error: --id-prefix: use SESSION_ID or a filter, not both\n"),
        (("get", "a\x1b"), "error: SESSION_ID: 'a\\x1b' "),
        (("list", "--tag", "team"), "error: --tag: 'team' is not NAME=VALUE\n"),
        (("wait", "a", "--timeout", "soon"), "error: --timeout: "),
        (("wait", "a", "--expect", "status=READY"), "error: --expect: 'status' cannot be expected: use one of "),
        (
            ("wait", "a", "--expect", "glue_versoin=5"),
            "error: --expect: 'glue_versoin' cannot be expected: did you mean glue_version?\n",
        ),
        (
            ("wait", "a", "--expect", "number_of_workers=two"),
            'error: --expect: number_of_workers is a number, not "two"\n',
        ),
        (
            ("wait", "a", "--for", "DONE"),
            "error: --for: 'DONE' is not a status of a Glue session: use one or several of FAILED, ",
        ),
        (("list", "--max-retries", "-1"), "error: --max-retries: "),
        (("list", "--assume-role", "me"), "error: --assume-role: Invalid role ARN 'me'"),
        (("list", "--allowed-account-id", "me"), "error: --allowed-account-id: Invalid account id 'me'"),
    ],
)
def test_invalid_argument_is_named(aws: GlueEndpoint, arguments: tuple[str, ...], said: str) -> None:
    failed = run(*arguments, code=2)

    assert failed.err.startswith(said), failed.err
    assert ("", 0) == (failed.out, aws.count())


def test_misspelled_option_is_answered_with_the_right_one() -> None:
    refused = ended(subprocess.run([COMMAND, "get", "a", "--regoin", "x"], capture_output=True, text=True, check=False))

    assert 2 == refused.code
    assert refused.err.splitlines()[-1].startswith("error: No such option: --regoin")
    assert "--region" in refused.err.splitlines()[-1]


@pytest.mark.parametrize("text", HAND_PICKED)
def test_session_data_cannot_control_a_terminal(aws: GlueEndpoint, text: str) -> None:
    aws.put(
        "analytics",
        always(
            verbatim({"Id": "analytics", "Status": "FAILED", "ErrorMessage": text, "Description": text, "Role": text})
        ),
    )

    for shown in (
        run("get", "analytics").out,
        run("list").out,
        run("wait", "analytics", code=1).err,
        run("list", "-o", "json").out,
    ):
        assert all(is_fit(line) for line in shown.splitlines())


def test_markup_of_the_table_library_is_printed_literally(aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"), Description="[bold]loud[/bold] [link=http://x]here[/link]")

    assert "[bold]loud[/bold] [link=http://x]here[/link]" in run("get", "analytics").out


# --- Streams ---


def test_output_is_utf8_in_every_locale(aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"), Description="Zürich 日本")

    shown = subprocess.run(
        [COMMAND, "get", "analytics"],
        env=os.environ | {"LC_ALL": "C", "PYTHONUTF8": "0"},
        capture_output=True,
        check=True,
    )

    assert "Zürich 日本" in shown.stdout.decode("utf-8")


@pytest.mark.parametrize(
    ("redirect", "code"),
    [("| head -c 1", 0), (">&-", 0), ("2>&-", 0), ("> /dev/full", 7)],
    ids=["pipe", "stdout", "stderr", "full disk"],
)
def test_lost_stream_ends_quietly(aws: GlueEndpoint, redirect: str, code: int) -> None:
    for number in range(200):
        aws.put(f"etl-{number}", always("READY"), Description="x" * 500)

    shown = ended(
        subprocess.run(
            ["bash", "-c", f"set -o pipefail; {COMMAND} list -o json {redirect}"],
            capture_output=True,
            text=True,
            check=False,
        )
    )

    assert (code, "error: cannot write the result: No space left on device\n" if code else "") == (
        shown.code,
        shown.err,
    )


def test_lost_stderr_does_not_end_a_wait(aws: GlueEndpoint) -> None:
    aws.put("analytics", looks("PROVISIONING", "READY"))

    waited = ended(
        subprocess.run(
            ["bash", "-c", f"{COMMAND} wait analytics -o name 2>/dev/full"], capture_output=True, text=True, check=False
        )
    )

    assert (0, "analytics\n") == (waited.code, waited.out)


# --- The command itself ---


def test_help_lists_commands_and_exit_codes() -> None:
    text = subprocess.run([COMMAND, "-h"], capture_output=True, text=True, check=True).stdout

    assert "Exit codes: 0 done, 1 will not become ready or is not as expected, 2 usage" in " ".join(text.split())
    assert all(command in text for command in ("get", "list", "wait", "external"))
    assert "..." not in text.partition("Commands:")[2]


def test_help_of_a_command_has_examples() -> None:
    for command in ("get", "list", "wait"):
        assert f"  glue-session {command} " in run(command, "--help").out


def test_command_line_does_not_import_pulumi() -> None:
    code = "import sys, pulumi_glue_session.cli.app; print(sorted({'pulumi', 'grpc'} & set(sys.modules)))"

    assert "[]\n" == subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


def test_version() -> None:
    from pulumi_glue_session import __version__

    assert f"{__version__}\n" == run("--version").out


def test_shell_completes_commands_statuses_and_ids(aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"))
    aws.put("etl-1", always("READY"))

    def completed(words: str) -> list[str]:
        told = {"_GLUE_SESSION_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
        return subprocess.run(
            [COMMAND], env=os.environ | told, capture_output=True, text=True, check=False
        ).stdout.split()

    assert ["wait"] == completed("glue-session w")
    assert ["READY"] == completed("glue-session wait --for R")
    assert ["STOPPED", "STOPPING"] == completed("glue-session list --status STOP")
    assert ["etl-1"] == completed("glue-session wait e")
    aws.fail("ListSessions", error("AccessDeniedException", "no"))
    assert [] == completed("glue-session get e")
