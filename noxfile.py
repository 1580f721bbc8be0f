"""Run the tests with the oldest and the newest dependencies and engine on each installed Python.

    nox                                # all combinations; a Python that is not installed is skipped
    nox -s oldest-3.12
    make oldest                        # the oldest dependencies with the Python of .venv

Free-threaded Python is left out, because grpcio has no wheels for it.
"""

from __future__ import annotations

import re
from pathlib import Path

import nox

nox.needs_version = ">=2026.10"
nox.options.default_venv_backend = "uv"
nox.options.download_python = "never"

PYTHONS = ("3.11", "3.12", "3.13", "3.14")
TESTS = ("tests/unit", "tests/wire", "tests/acceptance/test_main_job.py", "tests/acceptance/test_states.py")
TOOLS = ("hypothesis", "moto", "pyte==", "pytest")  # prefixes of the pins in requirements-dev.txt that these tests need


@nox.session(python=PYTHONS, venv_params=["--seed"])  # the engine calls pip
def oldest(session: nox.Session) -> None:
    """Every dependency at the lower bound in pyproject.toml. Tests of newer features skip themselves (mark `since`)."""
    _test(session, "lowest-direct", engine="oldest")


@nox.session(python=PYTHONS, venv_params=["--seed"])
def newest(session: nox.Session) -> None:
    """Every dependency at its newest version."""
    _test(session, "highest", engine="newest")


def _test(session: nox.Session, resolution: str, *, engine: str) -> None:
    boto3 = re.search(r"boto3(>=[\d.]+)", Path("pyproject.toml").read_text(encoding="utf-8"))
    assert boto3  # noqa: S101 - for the type checker
    pins = [
        line for line in Path("requirements-dev.txt").read_text(encoding="utf-8").splitlines() if line.startswith(TOOLS)
    ]
    session.install(
        "--resolution", resolution, ".[cli,terraform]", f"botocore{boto3[1]}", *pins
    )  # boto3 accepts newer patch versions of botocore
    tests = session.posargs or TESTS
    env = {"PULUMI_GLUE_SESSION_ENGINE": engine}  # built or downloaded if it is not cached
    session.run("python", "-m", "pytest", "-q", "-n", "2", "-p", "no:cacheprovider", *tests, env=env)
