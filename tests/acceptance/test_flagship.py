"""The flagship example is what the root project runs. `test_tutorial.py` holds the tutorial to it, and `test_examples.py` runs it."""

from __future__ import annotations

from pathlib import Path

import yaml

from support.pulumi_project import ROOT


def test_root_project_runs_the_flagship() -> None:
    assert "examples/ready_gate" == yaml.safe_load(Path(ROOT / "Pulumi.yaml").read_text())["main"]
