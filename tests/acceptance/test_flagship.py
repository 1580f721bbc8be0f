"""The flagship example, as the README and the root project run it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import yaml

from pulumi_project import ROLE, ROOT, Moto, Project


def test_the_flagship_comes_up_stays_the_same_and_goes_down(aws_project: Project, moto: Moto) -> None:
    moto.start("analytics-prod")
    shutil.copytree(ROOT / "examples" / "ready_gate", aws_project.folder, dirs_exist_ok=True)
    aws_project.program((ROOT / "examples" / "ready_gate" / "__main__.py").read_text())

    aws_project.up()
    assert {"status": "READY", "role": ROLE, "glue_version": "5.0"} == aws_project.outputs()
    aws_project.preview("--expect-no-changes")
    aws_project.destroy()
    assert ["analytics-prod"] == moto.ids(), "the session is not ours"


def test_the_root_project_runs_the_flagship() -> None:
    assert "examples/ready_gate" == yaml.safe_load(Path(ROOT / "Pulumi.yaml").read_text())["main"]


def test_the_readme_shows_the_flagship_word_for_word() -> None:
    readme = (ROOT / "README.md").read_text()
    programs = re.findall(r"```python\n(.*?)```", readme, flags=re.DOTALL)
    assert (ROOT / "examples" / "ready_gate" / "__main__.py").read_text() == programs[0]
