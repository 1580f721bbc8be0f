"""The flagship example is what the README shows and what the root project runs. `test_examples.py` runs it."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from support.pulumi_project import ROOT


def test_the_root_project_runs_the_flagship() -> None:
    assert "examples/ready_gate" == yaml.safe_load(Path(ROOT / "Pulumi.yaml").read_text())["main"]


def test_the_readme_shows_the_flagship_word_for_word() -> None:
    readme = (ROOT / "README.md").read_text()
    programs = re.findall(r"```python\n(.*?)```", readme, flags=re.DOTALL)
    assert (ROOT / "examples" / "ready_gate" / "__main__.py").read_text() == programs[0]
