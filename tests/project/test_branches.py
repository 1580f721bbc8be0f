"""The share of branches that `make check` asks for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import branches


@pytest.fixture
def report(tmp_path: Path) -> Path:
    """A report of 98 branches of 100, as `coverage json` writes it."""
    path = tmp_path / "coverage.json"
    path.write_text(json.dumps({"totals": {"covered_branches": 98, "num_branches": 100, "percent_covered": 99.9}}))
    return path


def test_a_share_that_is_large_enough_is_shown(report: Path, capsys: pytest.CaptureFixture[str]) -> None:
    branches.main(report, 98)

    assert "98 of 100 branches were taken, 98.0 %.\n" == capsys.readouterr().out


def test_a_share_that_is_too_small_fails_however_many_lines_were_run(report: Path) -> None:
    with pytest.raises(SystemExit, match=r"^98 of 100 branches were taken, 98\.0 %: 98\.5 % are asked for\.$"):
        branches.main(report, 98.5)
