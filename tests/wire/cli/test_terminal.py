"""`glue-session` in a terminal: a pseudo-terminal runs it, and an emulator reads its screens."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import pytest

from recording import Screen, record
from support.glue_endpoint import GlueEndpoint, always, looks, step

COMMAND = str(Path(sys.executable).parent / "glue-session")


def screens_of(*arguments: str, folder: Path, columns: int = 80) -> list[Screen]:
    return record([COMMAND, *arguments], cwd=folder, env=os.environ, columns=columns)


@pytest.mark.parametrize("columns", [80, 120, 200])
def test_wait_shows_a_live_line_for_each_session(aws: GlueEndpoint, tmp_path: Path, columns: int) -> None:
    aws.put("analytics-prod", looks("PROVISIONING", "PROVISIONING", "READY"))
    aws.put("etl", looks("PROVISIONING", step("FAILED", ErrorMessage="no capacity")))

    screens = screens_of("wait", "analytics-prod", "etl", folder=tmp_path, columns=columns)

    live = [screen.text for screen in screens if "PROVISIONING" in screen.text]
    assert live
    assert re.search(r"^analytics-prod  PROVISIONING, \d+s of at most 10m$", live[0], re.MULTILINE), live[0]
    last = screens[-1].text.splitlines()
    assert re.fullmatch(r"analytics-prod  READY after \d+s", last[0]), last
    assert re.fullmatch(r"etl             FAILED after \d+s", last[1]), last
    assert 'error: FAILED, will not become READY: Glue session "etl" (eu-west-1)' in last
    assert "  Glue says: no capacity" in last


@pytest.mark.parametrize("columns", [80, 120])
def test_list_keeps_ids_whole_in_a_narrow_terminal(aws: GlueEndpoint, tmp_path: Path, columns: int) -> None:
    session_id = "a-long-name-of-a-notebook-session-0123456789"
    aws.put(session_id, always(step("FAILED", ErrorMessage="The subnet has no free IP addresses")))

    text = screens_of("list", folder=tmp_path, columns=columns)[-1].text

    assert session_id in text
    assert "FAILED" in text


def test_error_fits_a_terminal_of_80_columns(aws: GlueEndpoint, tmp_path: Path) -> None:
    aws.put(
        "etl",
        always(step("FAILED", ErrorMessage="The subnet subnet-0a1b2c3d4e5f has no free IP addresses for 5 workers")),
    )

    text = screens_of("wait", "etl", folder=tmp_path, columns=88)[-1].text

    assert all(len(line) <= 87 for line in text.splitlines())
    assert "    workers" in text.splitlines()
