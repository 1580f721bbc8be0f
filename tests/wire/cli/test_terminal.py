"""`glue-session` in a terminal: a pseudo-terminal runs it, and an emulator reads its screens."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from recording import record
from support.glue_endpoint import GlueEndpoint, always, looks, slow, step

COMMAND = str(Path(sys.executable).parent / "glue-session")


def screens_of(*arguments: str, folder: Path, columns: int = 80) -> list[str]:
    """Text of each screen, without the line of the prompt."""
    # These have priority over the size of the terminal.
    env = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
    screens = record([COMMAND, *arguments], cwd=folder, env=env, columns=columns, shown_as="glue-session")
    return [screen.text.removeprefix("$ glue-session\n") for screen in screens]


@pytest.mark.parametrize("columns", [80, 120, pytest.param(200, marks=pytest.mark.slow)])
def test_wait_shows_a_live_line_for_each_session(aws: GlueEndpoint, tmp_path: Path, columns: int) -> None:
    aws.put("analytics-prod", looks("PROVISIONING", "PROVISIONING", "READY"))
    aws.put("etl", looks("PROVISIONING", step("FAILED", ErrorMessage="no capacity")))

    screens = screens_of("wait", "analytics-prod", "etl", folder=tmp_path, columns=columns)

    live = re.compile(r"^analytics-prod  PROVISIONING, \d+s of at most 10m$", re.MULTILINE)
    assert any(map(live.search, screens)), screens
    last = screens[-1].splitlines()
    assert re.fullmatch(r"analytics-prod  READY after \d+s", last[0]), last
    assert re.fullmatch(r"etl             FAILED after \d+s", last[1]), last
    assert 'error: FAILED, will not become READY: Glue session "etl" (eu-west-1)' in last
    assert "  Glue says: no capacity" in last


def test_sessions_that_are_pending_stay_visible_in_a_low_terminal(aws: GlueEndpoint, tmp_path: Path) -> None:
    names = [f"ready-{number}" for number in range(70)]
    for name in names:
        aws.put(name, always("READY"))
    aws.put("slow", looks("PROVISIONING", "PROVISIONING", "PROVISIONING", "READY"))

    screens = screens_of("wait", *names, "slow", "-o", "name", folder=tmp_path)

    assert any(re.search(r"^slow +PROVISIONING, .*\nready-0 +READY", each, re.MULTILINE) for each in screens)


def test_wait_shows_that_glue_does_not_answer(aws: GlueEndpoint, tmp_path: Path) -> None:
    aws.put("analytics-prod", always("READY"))
    aws.fail("GetSession", slow(7.0), times=1)

    screens = screens_of("wait", "analytics-prod", folder=tmp_path)

    assert any(
        re.search(r"^analytics-prod  no answer from Glue for \d+s, trying again$", each, re.MULTILINE)
        for each in screens
    )
    assert re.match(r"analytics-prod  READY after \d+s\n", screens[-1])


def test_pipe_gets_the_same_lines_as_a_wide_terminal(aws: GlueEndpoint, tmp_path: Path) -> None:
    aws.put("analytics", always("READY"), Description="[bold]\u65e5\u672c[/] " + "x" * 50, Tags={"team": "data"})

    piped = subprocess.run([COMMAND, "get", "analytics"], capture_output=True, text=True, check=True).stdout

    assert piped.splitlines() == screens_of("get", "analytics", folder=tmp_path, columns=200)[-1].splitlines()


def test_sentence_wraps_between_words(aws: GlueEndpoint, tmp_path: Path) -> None:
    del aws
    text = screens_of("get", folder=tmp_path)[-1]

    assert text.splitlines() == [
        "error: give SESSION_ID or at least one of --tag, --status, --id-prefix or",
        "  --id-pattern",
    ]


@pytest.mark.parametrize("columns", [80, 120])
def test_list_keeps_ids_whole_in_a_narrow_terminal(aws: GlueEndpoint, tmp_path: Path, columns: int) -> None:
    session_id = "a-long-name-of-a-notebook-session-0123456789"
    aws.put(session_id, always(step("FAILED", ErrorMessage="The subnet has no free IP addresses")))

    text = screens_of("list", folder=tmp_path, columns=columns)[-1]

    assert session_id in text
    assert "FAILED" in text


def test_error_fits_a_terminal_of_80_columns(aws: GlueEndpoint, tmp_path: Path) -> None:
    aws.put(
        "etl",
        always(step("FAILED", ErrorMessage="The subnet subnet-0a1b2c3d4e5f has no free IP addresses for 5 workers")),
    )

    text = screens_of("wait", "etl", folder=tmp_path, columns=88)[-1]

    assert all(len(line) <= 87 for line in text.splitlines())
    assert "    workers" in text.splitlines()
