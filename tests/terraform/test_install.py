"""`glue-session terraform install` and the example that uses the installed provider."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pulumi_glue_session.cli.app import app
from support.glue_endpoint import GlueEndpoint, always, step
from support.terraform_project import ROOT, SOURCE, TerraformProject


@pytest.fixture
def installed(project: TerraformProject, monkeypatch: pytest.MonkeyPatch) -> TerraformProject:
    """The project, without dev_overrides; the provider is installed in the home folder of the project."""
    (project.folder / ".terraformrc").write_text("", encoding="utf-8")
    monkeypatch.setenv("HOME", str(project.folder))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    # The launcher of the tests stands for the console script of a Python environment.
    monkeypatch.setattr(sys, "executable", str(project.provider_folder / "python"))
    answer = CliRunner().invoke(app, ["terraform", "install"])
    assert 0 == answer.exit_code, answer.output
    assert f'source  = "{SOURCE}"' in answer.output
    return project


def test_example_after_init(installed: TerraformProject, glue: GlueEndpoint) -> None:
    shutil.copy(ROOT / "examples" / "terraform_gate" / "main.tf", installed.folder)
    glue.put("analytics", always(step("FAILED", ErrorMessage="no more addresses")))

    initialized = installed.run("init", "-input=false")
    failed = installed.apply("-var=session_id=analytics")
    glue.put("analytics", always("READY"))
    passed = installed.apply("-var=session_id=analytics")

    assert 0 == initialized.code, initialized.text
    assert (1, 0) == (failed.code, passed.code), passed.text
    assert "Glue says: no more addresses" in failed.text
    assert {"glue_version": "5.0", "role": "arn:aws:iam::123456789012:role/GlueSession", "workers": 2} == (
        installed.outputs()["job"]
    )
    lock = (installed.folder / ".terraform.lock.hcl").read_text(encoding="utf-8")
    assert SOURCE in lock
    assert "h1:" in lock


def test_python_environment_that_is_gone(installed: TerraformProject) -> None:
    installed.write('data "gluesession_session" "this" {\n  session_id = "analytics"\n}\n')
    assert 0 == installed.run("init", "-input=false").code
    shutil.rmtree(installed.provider_folder)

    path = os.pathsep.join(
        each
        for each in os.environ["PATH"].split(os.pathsep)
        if not Path(each, "terraform-provider-gluesession").exists()
    )
    planned = installed.plan(environment={"PATH": path})

    assert 1 == planned.code
    assert 'pip install "pulumi-glue-session[cli,terraform]" && glue-session terraform install' in planned.text
