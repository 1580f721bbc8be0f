"""What `make package` has built and installed: these tests look at that, and build nothing themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def _built(pattern: str) -> Path:
    found = list(ROOT.glob(pattern))
    assert 1 == len(found), f"{len(found)} files are {pattern}: run make package, which makes one"
    return found[0]


@pytest.fixture(scope="session")
def wheel() -> Path:
    """The wheel."""
    return _built("dist/*.whl")


@pytest.fixture(scope="session")
def sdist() -> Path:
    """The sdist."""
    return _built("dist/*.tar.gz")


@pytest.fixture(scope="session")
def python() -> Path:
    """Python of the environment that holds the wheel and what it asks for."""
    return _built(".wheel-venv/bin/python")
