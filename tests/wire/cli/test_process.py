"""`glue-session` as a process: streams, help and completion."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from support.command_line import COMMAND, ended, run
from support.glue_endpoint import GlueEndpoint, always, error, looks, slow


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


NOT_WRITTEN = "error: cannot write the result: No space left on device\n"


MORE_COMMANDS = ("list", "wait analytics -o name", "--version", "get --help")


@pytest.mark.parametrize(
    "command",
    ["get analytics", "external", "--help", *(pytest.param(more, marks=pytest.mark.slow) for more in MORE_COMMANDS)],
)
def test_lost_stdout_of_each_command(aws: GlueEndpoint, command: str) -> None:
    aws.put("analytics", always("READY"))

    for redirect, code in (("| true", 0), (">&-", 0), (">&- 2>&-", 0), ("> /dev/full", 7)):
        script = f"set -o pipefail; {COMMAND} {command} {redirect}"
        query = '{"session_id": "analytics"}'
        shown = ended(subprocess.run(["bash", "-c", script], input=query, capture_output=True, text=True, check=False))
        assert (redirect, code, NOT_WRITTEN if code else "") == (redirect, shown.code, shown.err)


@pytest.mark.parametrize("redirect", ["2>&-", "2> /dev/full", "<&- 2>&-"])
def test_lost_stderr_leaves_the_exit_code_and_stdout(aws: GlueEndpoint, redirect: str) -> None:
    query = '{"session_id": "missing"}'
    for command, code in (("get missing", 3), ("wait missing", 3), ("external", 2 if "<&-" in redirect else 3)):
        script = f"{COMMAND} {command} {redirect}"
        shown = ended(subprocess.run(["bash", "-c", script], input=query, capture_output=True, text=True, check=False))
        assert (command, code, "", "") == (command, shown.code, shown.out, shown.err)
    assert {call.session_id for call in aws.calls} <= {"missing"}


@pytest.mark.parametrize("query", ["&status", "(" * 3000, "[" * 3000, "`[1, 2]`[::0]", "to_number(`1e400`)"])
def test_odd_query_is_refused_in_a_sentence(aws: GlueEndpoint, query: str) -> None:
    aws.put("analytics", always("READY"))

    assert run("get", "analytics", "--query", query, code=2).err.startswith("error: --query: ")


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


@pytest.mark.parametrize("arguments", [(), ("terraform",)])
def test_command_without_arguments_shows_the_help(arguments: tuple[str, ...]) -> None:
    shown = run(*arguments, code=2).err

    assert (1, 0) == (shown.count("Usage:"), shown.count("error:"))
    assert "Commands:" in shown


def test_help_of_a_command_has_examples() -> None:
    for command in ("get", "list", "wait"):
        assert f"  glue-session {command} " in run(command, "--help").out


def test_command_line_does_not_import_what_a_read_does_not_need() -> None:
    """Pulumi is not needed at all. Importing the others takes more than 0.1 s of CPU time."""
    unneeded = "{'pulumi', 'grpc', 'rich', 'asyncio', 'boto3', 'importlib.metadata'}"
    code = f"import sys, pulumi_glue_session.cli.app; print(sorted({unneeded} & set(sys.modules)))"

    assert "[]\n" == subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


def test_version() -> None:
    from pulumi_glue_session import __version__

    assert f"{__version__}\n" == run("--version").out


_COMPLETE = """
import sys
from pulumi_glue_session.cli import main, options
options._COMPLETION_SECONDS = float(sys.argv.pop(1))
sys.argv[0] = "glue-session"
main()
"""


def completed(words: str, seconds: float = 60.0) -> list[str]:
    """What bash offers at the end of `words`, if Glue answers within `seconds`."""
    shell = {"_GLUE_SESSION_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
    command = [sys.executable, "-c", _COMPLETE, str(seconds)]
    done = subprocess.run(command, env=os.environ | shell, capture_output=True, text=True, check=False)
    assert "" == done.stderr
    return done.stdout.split()


def test_shell_completes_commands_statuses_and_ids(aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"))
    aws.put("etl-1", always("READY"))

    assert ["wait"] == completed("glue-session w")
    assert ["READY"] == completed("glue-session wait --for R")
    assert ["STOPPED", "STOPPING"] == completed("glue-session list --status STOP")
    assert ["etl-1"] == completed("glue-session wait e")
    assert ["etl-1"] == completed("glue-session wait --allowed-account-id 123456789012 e")
    aws.fail("ListSessions", error("AccessDeniedException", "no"))
    assert [] == completed("glue-session get e")


def test_completion_gives_up_on_a_hanging_glue(aws: GlueEndpoint) -> None:
    aws.put("etl-1", always("READY"))
    # The answer arrives within all other limits.
    aws.fail("ListSessions", slow(8.0))

    assert [] == completed("glue-session wait e", seconds=0.2)


@pytest.mark.parametrize("session_id", ["etl $(reboot)", "etl;reboot", "etl`reboot`", "etl\x1b[2J", "etl>file", "etl'"])
def test_completion_offers_no_id_that_the_shell_would_interpret(aws: GlueEndpoint, session_id: str) -> None:
    aws.put(session_id, always("READY"))
    aws.put("etl-1", always("READY"))

    assert ["etl-1"] == completed("glue-session wait e")
