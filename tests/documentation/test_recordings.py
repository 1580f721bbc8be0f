"""The terminal recordings show what the commands print. `tests/acceptance/test_recordings.py` has those of Pulumi."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from recordings import TITLES, record_command_line, record_terraform, stable, version_of
from support.recorded import assert_shows, program_of, recorded_lines, recordings
from support.terraform_project import find_program

KILOBYTES = 1024
CHANGE = "~ "


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


@pytest.mark.parametrize("program_name", ["terraform", "tofu"])
def test_terraform(program_name: str, tmp_path: Path) -> None:
    program = find_program(program_name)
    if program is None:
        pytest.skip(f"runs in `make tofu`, which CI runs too: there OpenTofu runs it, {program_name} is missing here")

    screens = record_terraform(tmp_path, program=program)["plan"]
    if version_of(program) == program_of("plan"):
        assert_shows("plan", screens)
    # Sentences of the program itself depend on its version.
    assert [line for line in recorded_lines("plan") if CHANGE in line] == [
        line for line in stable(screens[-1].text.splitlines()) if CHANGE in line
    ]
