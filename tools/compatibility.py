"""Run the tests with the oldest and the newest of all that the package needs, on each Python of this machine.

    python tools/compatibility.py                    # tells the combinations
    python tools/compatibility.py 3.12 oldest        # runs the tests with one of them; `make torture` does so with all

The oldest are the lower bounds in pyproject.toml; the newest are what pip finds. Other Pythons are looked for beside the running one (as
version managers lay them), then on PATH as `python3.12`.

Rules of this script: the package is installed as a user has it, not in place. Each combination has an environment of its own in a folder
that goes away. The tests are all of unit and wire and the main job and the kept states on the real engine; the few that are about
something newer than the lower bounds are left out there by their own mark (`since`).
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

__all__ = ["Combination", "Passed", "TestsFailed", "bounds", "combinations", "main", "oldest_python", "run"]

ROOT = Path(__file__).resolve().parents[1]
TESTS = ("tests/unit", "tests/wire", "tests/acceptance/test_main_job.py", "tests/acceptance/test_states.py")
TOOLS = ("hypothesis", "moto", "pytest")
"""What begins the names of the tools that these tests need, of all in requirements-dev.txt."""

_TOLD_LINES = 80
"""Of the end of a failed run."""

_NEWEST_MINOR = 30
"""Where the search for Pythons ends: far beyond any."""


class TestsFailed(Exception):
    """The environment could not be made, or a test failed; the text is what was printed."""

    __test__ = False  # for pytest, which takes it for a class of tests


@dataclass(frozen=True, kw_only=True)
class Combination:
    """A Python, and the oldest or the newest of all that the package needs."""

    python: str
    interpreter: Path
    versions: str

    def __str__(self) -> str:
        """Name of it, as on the command line."""
        return f"{self.python} {self.versions}"


@dataclass(frozen=True, kw_only=True)
class Passed:
    """What ran without a failure, and with what."""

    tests: int
    versions: Mapping[str, str]


def bounds() -> dict[str, str]:
    """Lower bound of each requirement of the package, its command line included. boto3's is that of botocore, its other half, too."""
    project = _project()
    requirements = [Requirement(each) for each in (*project["dependencies"], *project["optional-dependencies"]["cli"])]
    lowest = {each.name: _lower_bound(each.specifier) for each in requirements}
    return lowest | {"botocore": lowest["boto3"]}


def oldest_python() -> str:
    """Lower bound of Python."""
    return _lower_bound(SpecifierSet(_project()["requires-python"]))


def combinations() -> list[Combination]:
    """Every combination that this machine has."""
    return [
        Combination(python=python, interpreter=interpreter, versions=versions)
        for python, interpreter in _interpreters()
        for versions in ("oldest", "newest")
    ]


def run(combination: Combination) -> Passed:
    """Run the tests in an environment of the combination. Raises TestsFailed."""
    with tempfile.TemporaryDirectory(prefix="glue-session-compatibility-") as folder:
        venv, constraints = Path(folder) / "venv", Path(folder) / "constraints.txt"
        pinned = bounds() if combination.versions == "oldest" else {}
        constraints.write_text("".join(f"{name}=={version}\n" for name, version in pinned.items()))
        tools = [each for each in (ROOT / "requirements-dev.txt").read_text().splitlines() if each.startswith(TOOLS)]
        python = str(venv / "bin" / "python")
        _output([str(combination.interpreter), "-m", "venv", str(venv)])
        _output([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-c", str(constraints), f"{ROOT}[cli]", *tools])
        told = _output([python, "-m", "pytest", "-q", "-p", "no:cacheprovider", *TESTS])
        names = [name for name in bounds() if name != "botocore"]
        listed = _output([python, "-c", f"from importlib.metadata import version\nfor each in {names}: print(version(each))"]).split()
    passed = re.search(r"(\d+) passed", told)
    if not passed:
        raise TestsFailed(told)
    return Passed(tests=int(passed[1]), versions=dict(zip(names, listed, strict=True)))


def main(arguments: list[str]) -> None:
    """Tell the combinations, or run the one that is named."""
    named = {str(each): each for each in combinations()}
    if not arguments:
        print("\n".join(named))
        return
    if " ".join(arguments) not in named:
        sys.exit(f"There is no {' '.join(arguments)} here: use one of {', '.join(named)}.")
    try:
        passed = run(named[" ".join(arguments)])
    except TestsFailed as failed:
        sys.exit(str(failed))
    print(f"{passed.tests} tests passed with {', '.join(f'{name} {version}' for name, version in passed.versions.items())}.")


def _project() -> dict[str, Any]:
    project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return project


def _lower_bound(specifiers: SpecifierSet) -> str:
    (bound,) = [each.version for each in specifiers if each.operator == ">="]
    return bound


def _interpreters() -> Iterator[tuple[str, Path]]:
    beside = Path(sys.base_prefix).parent
    for minor in range(int(oldest_python().split(".")[1]), _NEWEST_MINOR):
        name = f"python3.{minor}"
        on_path = shutil.which(name)
        found = sorted(beside.glob(f"*/bin/{name}")) or ([Path(on_path)] if on_path else [])
        if found:
            yield f"3.{minor}", found[-1]


def _output(command: list[str]) -> str:
    """What a command prints. Its tests try as much as those of `make test` do."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("GLUE_SESSION_", "PYTEST_", "COV_"))}
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise TestsFailed("\n".join(done.stdout.splitlines()[-_TOLD_LINES:]))
    return done.stdout


if __name__ == "__main__":
    main(sys.argv[1:])
