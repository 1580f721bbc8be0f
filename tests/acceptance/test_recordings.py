"""The terminal recordings of Pulumi commands show what the commands print."""

from __future__ import annotations

from pathlib import Path

import pytest

from recordings import record_deployment, version_of
from support.recorded import assert_shows, program_of


def test_deployment(tmp_path: Path, engine: str) -> None:
    if version_of(f"{engine}/pulumi") != program_of("up"):
        pytest.skip(f"runs in `make test`, which CI runs too: it needs {program_of('up')}, as in the recordings")

    for name, screens in record_deployment(tmp_path, seconds=5.0).items():
        assert_shows(name, screens)
