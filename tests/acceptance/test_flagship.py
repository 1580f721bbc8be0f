"""The root project runs the example ready_gate. `test_tutorial.py` and `test_examples.py` test the example itself."""

from __future__ import annotations

import shutil
import sys

from support.glue_endpoint import GlueEndpoint, always
from support.pulumi_project import ROOT, Project


def test_root_project_runs_in_a_clone(project: Project, glue: GlueEndpoint) -> None:
    """`pulumi install` would create `venv`. The process of the dynamic provider uses it too."""
    glue.put("analytics-prod", always("READY"))
    shutil.copy(ROOT / "Pulumi.yaml", project.folder)
    shutil.copytree(ROOT / "examples" / "ready_gate", project.folder / "examples" / "ready_gate", symlinks=True)
    (project.folder / "venv").symlink_to(sys.prefix)
    project.pulumi("stack", "init", "dev", "--non-interactive")
    project.pulumi("config", "set", "session_id", "analytics-prod")

    project.up()

    assert "READY" == project.outputs()["status"]
