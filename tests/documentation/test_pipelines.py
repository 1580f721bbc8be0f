"""The recipes of docs/how-to/pipelines.md, run against the sandbox."""

from __future__ import annotations

import ast
import asyncio
import os
import subprocess
import sys
import types
from pathlib import Path
from typing import Any

import pytest
import yaml

from pulumi_glue_session.sandbox import GONE, Sandbox, always, then
from support.how_to_pages import blocks

PAGE = "pipelines"
STAND_IN = '#!/bin/sh\necho "$(basename "$0") $*" >> calls\n'
"""Replaces `dbt`, `pulumi` and `pip`. It logs its arguments."""


def run(folder: Path, script: str) -> list[str]:
    """Run a script with replacements for what is not installed. Returns their calls."""
    assert 0 == exit_code(folder, script)
    return calls(folder)


def calls(folder: Path) -> list[str]:
    return (folder / "calls").read_text().splitlines()


def exit_code(folder: Path, script: str, *, dbt: str = "until grep -q pulumi calls; do sleep 0.1; done") -> int:
    """Exit code of a script in which `dbt` runs until Pulumi runs, or another shell command."""
    for name in ("dbt", "pip", "pulumi"):
        (folder / name).write_text(STAND_IN + (dbt if name == "dbt" else ""))
        (folder / name).chmod(0o755)
    path = os.pathsep.join([str(folder), str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(  # noqa: S603 - the page's own script
        ["bash", "-c", script],  # noqa: S607 - the shell of the reader
        cwd=folder,
        env={**os.environ, "PATH": path},
        check=False,
        timeout=240,
    )
    return done.returncode


def test_github_workflow_waits_without_pulumi(tmp_path: Path, sandbox: Sandbox) -> None:
    sandbox.put("analytics-prod", then(("PROVISIONING", 1.0), "READY"))
    (step,) = yaml.safe_load(blocks(PAGE, "yaml", under="GitHub Actions with OIDC")[1])

    assert ["pip install pulumi-glue-session[cli]"] == run(tmp_path, step["run"])


def test_github_workflow_is_valid(tmp_path: Path) -> None:
    workflow = tmp_path / "deploy.yml"
    workflow.write_text(blocks(PAGE, "yaml", under="GitHub Actions with OIDC")[0])

    subprocess.run(  # noqa: S603 - a tool of the project
        [Path(sys.executable).parent / "check-jsonschema", "--builtin-schema", "vendor.github-workflows", workflow],
        check=True,
    )


def test_deployment_waits_for_a_session_that_dbt_starts_later(tmp_path: Path, sandbox: Sandbox) -> None:
    sandbox.put("dbt-prod", then((GONE, 2.0), ("PROVISIONING", 1.0), "READY"))
    (script,) = blocks(PAGE, "bash", under="dbt")

    assert ["dbt run --target prod", "pulumi up --yes"] == run(tmp_path, script.replace("sleep 5", "sleep 0.2"))


def test_deployment_fails_if_dbt_ends_without_a_session(tmp_path: Path, sandbox: Sandbox) -> None:
    del sandbox
    (script,) = blocks(PAGE, "bash", under="dbt")

    assert 1 == exit_code(tmp_path, script.replace("sleep 5", "sleep 0.2"), dbt="exit 2")
    assert ["dbt run --target prod"] == calls(tmp_path)


def test_deployment_does_not_start_if_the_session_of_dbt_failed(tmp_path: Path, sandbox: Sandbox) -> None:
    sandbox.put("dbt-prod", always("FAILED"))
    (script,) = blocks(PAGE, "bash", under="dbt")

    assert 1 == exit_code(tmp_path, script, dbt="exit 0")
    assert "pulumi up --yes" not in (tmp_path / "calls").read_text()


def test_airflow_task_returns_the_version(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox.put("etl", then(("PROVISIONING", 1.0), "READY"))
    airflow = types.ModuleType("airflow.sdk")
    airflow.task = lambda function: function  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "airflow.sdk", airflow)
    (code,) = blocks(PAGE, "python", under="Airflow")
    dag: dict[str, Any] = {}
    exec(compile(code, "dag.py", "exec"), dag)  # noqa: S102 - the page's own program

    assert "5.0" == dag["wait_for_session"]()


def test_notebook_cell_awaits_the_session(sandbox: Sandbox) -> None:
    sandbox.put("analytics-prod", then(("PROVISIONING", 1.0), "READY"))
    (cell,) = blocks(PAGE, "python", under="Jupyter notebooks")
    *statements, last = cell.splitlines()
    notebook: dict[str, Any] = {}

    # As a notebook runs a cell with `await`.
    code = compile("\n".join(statements), "cell", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    asyncio.run(eval(code, notebook))  # noqa: S307 - the page's own program
    assert "READY" == eval(last, notebook)  # noqa: S307 - the page's own program


def test_environment_of_esc_has_names_that_boto3_reads() -> None:
    environment, stack = map(yaml.safe_load, blocks(PAGE, "yaml", under="Pulumi ESC"))

    assert {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_REGION"} == set(
        environment["values"]["environmentVariables"]
    )
    assert ["aws/prod"] == stack["environment"]
