"""The example with unit tests of its own, on the real engine."""

from __future__ import annotations

import shutil

from pulumi_project import ROOT, Moto, Project

EXAMPLE = ROOT / "examples" / "testing"


def test_the_example_comes_up_with_its_own_session_and_else_with_the_shared_one(aws_project: Project, moto: Moto) -> None:
    moto.start("analytics-shared")
    shutil.copytree(EXAMPLE, aws_project.folder, dirs_exist_ok=True)
    aws_project.program((EXAMPLE / "__main__.py").read_text())

    aws_project.up()
    assert {"session_id": "analytics-shared", "status": "READY"} == aws_project.outputs()
    moto.start("analytics-dev")
    aws_project.up()
    assert {"session_id": "analytics-dev", "status": "READY"} == aws_project.outputs()
    aws_project.preview("--expect-no-changes")
    aws_project.destroy()
