"""The files and the environment that `make package` has built."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def _built(pattern: str) -> Path:
    found = list(ROOT.glob(pattern))
    assert 1 == len(found), f"{len(found)} files match {pattern}, expected one: run `make package`"
    return found[0]


@pytest.fixture(scope="session")
def wheel() -> Path:
    return _built("dist/*.whl")


@pytest.fixture(scope="session")
def sdist() -> Path:
    return _built("dist/*.tar.gz")


@pytest.fixture(scope="session")
def python() -> Path:
    """Python of an environment with the wheel and its dependencies."""
    return _built(".wheel-venv/bin/python")
