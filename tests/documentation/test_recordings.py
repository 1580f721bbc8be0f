"""The terminal recordings show what the commands print. `tests/acceptance/test_recordings.py` has those of Pulumi."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from recordings import TITLES, record_command_line, record_terraform, version_of
from support.recorded import assert_shows, program_of, recordings
from support.terraform_project import find_program

KILOBYTES = 1024


def test_there_is_a_recording_of_each_scene() -> None:
    assert set(TITLES) == set(recordings())


@pytest.mark.parametrize("name", TITLES)
def test_a_recording_is_small_and_runs_no_script(name: str) -> None:
    svg = recordings()[name].read_text(encoding="utf-8")

    assert len(svg) < 100 * KILOBYTES
    assert [] == re.findall(r"<script|<foreignObject|\bon\w+=|href=|url\(", svg)
    assert {"@media(prefers-color-scheme:dark)", "@media(prefers-reduced-motion:reduce)"} <= set(
        re.findall(r"@media\([^)]+\)", svg)
    )


def test_command_line(tmp_path: Path) -> None:
    for name, screens in record_command_line(tmp_path, seconds=3.0).items():
        assert_shows(name, screens)


def test_terraform(tmp_path: Path) -> None:
    program = find_program("terraform")
    if not program or version_of(program) != program_of("plan"):
        pytest.skip(f"runs with {program_of('plan')}, the version of `make recordings`")

    for name, screens in record_terraform(tmp_path, program=program).items():
        assert_shows(name, screens)
