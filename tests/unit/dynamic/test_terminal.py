"""Whether a person watches `pulumi` in a terminal, read from the processes above the program."""

from __future__ import annotations

import os
import pty
from collections.abc import Iterator
from pathlib import Path

import pytest

from pulumi_glue_session.dynamic import terminal


@pytest.fixture
def device() -> Iterator[str]:
    """A pseudo-terminal."""
    primary, secondary = pty.openpty()
    yield os.ttyname(secondary)
    os.close(primary)
    os.close(secondary)


def add_process(proc: Path, pid: int, name: str, parent: int, *, arguments: str = "", output: str = os.devnull) -> None:
    folder = proc / str(pid)
    (folder / "fd").mkdir(parents=True)
    (folder / "stat").write_text(f"{pid} ({name}) S {parent} 1 1 0 -1")
    (folder / "cmdline").write_text("\0".join([name, *arguments.split()]) + "\0")
    (folder / "fd" / "1").symlink_to(output)


@pytest.fixture
def proc(tmp_path: Path) -> Path:
    """`/proc` with the language host above this process."""
    add_process(tmp_path, os.getppid(), "pulumi-language (x) y", 4_000_001)
    return tmp_path


def test_pulumi_in_a_terminal(proc: Path, device: str) -> None:
    add_process(proc, 4_000_001, "pulumi", 4_000_002, arguments="up", output=device)

    assert terminal.is_watched(proc=proc, environment={})
    assert not terminal.is_watched(proc=proc, environment={"CI": "true"})


@pytest.mark.parametrize("option", ["--non-interactive", "--json", "--diff"])
def test_pulumi_that_prints_a_log_in_a_terminal(proc: Path, device: str, option: str) -> None:
    add_process(proc, 4_000_001, "pulumi", 1, arguments=f"up {option}", output=device)

    assert not terminal.is_watched(proc=proc, environment={})


def test_pulumi_in_a_pipe(proc: Path) -> None:
    add_process(proc, 4_000_001, "pulumi", 1, arguments="up")

    assert not terminal.is_watched(proc=proc, environment={})


def test_no_pulumi_above(proc: Path) -> None:
    add_process(proc, 4_000_001, "python", 1)

    assert not terminal.is_watched(proc=proc, environment={})


def test_without_proc(tmp_path: Path) -> None:
    """As on macOS and Windows."""
    assert not terminal.is_watched(proc=tmp_path / "missing", environment={})
