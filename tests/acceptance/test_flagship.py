"""The root project runs the flagship example, like test_tutorial.py and test_examples.py."""

from __future__ import annotations

from pathlib import Path

import yaml

from support.pulumi_project import ROOT


def test_root_project_runs_the_flagship() -> None:
    assert "examples/ready_gate" == yaml.safe_load(Path(ROOT / "Pulumi.yaml").read_text())["main"]
