"""Life cycle of each example on the real engine: up, up without changes, destroy.

`examples/promote_to_job` needs pulumi-aws and its plugin; `tests/unit/test_promote_to_job.py` runs it with mocks.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import re
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.glue_endpoint import GlueEndpoint, always, error, looks
from support.pulumi_project import REGION, ROLE, ROOT, Moto, Project

EXAMPLES = ROOT / "examples"
NAMES = sorted(folder.name for folder in EXAMPLES.iterdir() if (folder / "__main__.py").exists())
OTHERS = {"generated_sdks", "javascript_gate", "terraform_external", "terraform_gate"}
"""Examples in other languages: test_sdks.py, test_plugin.py and wire/test_external.py run those."""
THERE = "arn:aws:iam::222222222222:role/GlueReader"


# --- Files ---


@pytest.mark.parametrize("name", NAMES)
def test_example_is_a_project_with_a_description(name: str) -> None:
    folder = EXAMPLES / name
    purpose = yaml.safe_load((folder / "Pulumi.yaml").read_text())["description"]

    assert f"# {purpose}" == (folder / "README.md").read_text().splitlines()[0]
    assert f"| [{name}]({name}) | {purpose} |" in (EXAMPLES / "README.md").read_text().splitlines()
    assert "pulumi-glue-session" in (folder / "requirements.txt").read_text().splitlines()
    assert (folder / "__main__.py").read_text().startswith('"""')


def test_example_in_another_language_has_a_description() -> None:
    assert OTHERS == {folder.name for folder in EXAMPLES.iterdir() if folder.is_dir()} - set(NAMES)
    for name in OTHERS:
        purpose = (EXAMPLES / name / "README.md").read_text().splitlines()[0].removeprefix("# ")
        assert f"| [{name}]({name}) | {purpose} |" in (EXAMPLES / "README.md").read_text().splitlines()


# --- The programs ---


@dataclass(frozen=True, kw_only=True)
class Life:
    """Sessions, configuration and outputs of an example."""

    sessions: dict[str, dict[str, Any]]
    outputs: dict[str, Any]
    config: dict[str, str] = field(default_factory=dict)

    def live(self, project: Project, name: str) -> None:
        """Run the life cycle."""
        project.example(name)
        up(project, **self.config)
        assert self.outputs == project.outputs()
        project.up("--expect-no-changes")
        project.destroy()
        assert {} == project.resources()


TEAM = {"team": "etl"}
REPORT = {"status": "READY", "glue_version": "5.0", "workers": 2, "role": ROLE}
LIVES = {
    "ready_gate": Life(
        sessions={"analytics-prod": {}}, outputs={"status": "READY", "role": ROLE, "glue_version": "5.0"}
    ),
    "fleet": Life(
        sessions={"etl-1": {"Tags": TEAM}, "etl-2": {"Tags": TEAM}, "notebook": {"Tags": {"team": "science"}}},
        outputs={"report": {"etl-1": REPORT, "etl-2": REPORT}, "workers": 4},
    ),
}


@pytest.mark.parametrize("name", ["ready_gate", pytest.param("fleet", marks=pytest.mark.slow)])
def test_example_life_cycle(project: Project, glue: GlueEndpoint, name: str) -> None:
    for session_id, fields in LIVES[name].sessions.items():
        glue.put(session_id, always("READY"), **fields)

    LIVES[name].live(project, name)


@pytest.mark.slow
def test_example_of_two_regions_and_accounts(aws_project: Project, moto: Moto) -> None:
    moto.start("analytics-prod")
    moto.elsewhere(THERE, region="us-east-1").start("ingest-prod")
    life = Life(
        sessions={},
        config={"lake_account_id": "222222222222", "lake_role_arn": THERE},
        outputs={"regions": {"analytics": REGION, "ingest": "us-east-1"}, "roles": {"analytics": ROLE, "ingest": ROLE}},
    )

    life.live(aws_project, "multi_account")
    assert ["analytics-prod"] == moto.ids(), "the sessions are not ours"


@pytest.mark.slow
def test_example_with_unit_tests(aws_project: Project, moto: Moto) -> None:
    moto.start("analytics-shared")
    aws_project.example("testing")

    aws_project.up()
    assert {"session_id": "analytics-shared", "status": "READY"} == aws_project.outputs()
    moto.start("analytics-dev")
    aws_project.up()
    assert {"session_id": "analytics-dev", "status": "READY"} == aws_project.outputs()
    aws_project.up("--expect-no-changes")
    aws_project.destroy()


def plugin() -> bool:
    """Whether pulumi-aws is installed. The engine then downloads its plugin."""
    try:
        return bool(importlib.metadata.version("pulumi-aws"))
    except importlib.metadata.PackageNotFoundError:
        return False


@pytest.mark.skipif(not plugin(), reason="runs in `make plugin`, which CI runs too: it needs pulumi-aws and its plugin")
def test_example_creates_a_real_job(aws_project: Project, moto: Moto) -> None:
    moto.start("notebook", DefaultArguments={"--password": "hunter2"}, Connections={"Connections": ["vpc"]})
    aws_project.env.pop("PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION")
    unchecked = dict.fromkeys(
        ("aws:skipCredentialsValidation", "aws:skipRequestingAccountId", "aws:skipMetadataApiCheck"), "true"
    )
    aws_project.example("promote_to_job")

    up(aws_project, session_id="notebook", script_location="s3://analytics/nightly.py", **unchecked)
    (job,) = aws_project.resources("aws:glue/job:Job").values()
    assert (ROLE, "5.0", ["vpc"]) == tuple(job["outputs"][name] for name in ("roleArn", "glueVersion", "connections"))
    aws_project.up("--expect-no-changes")
    aws_project.destroy()


# --- Scripts, workflows and policies ---


@pytest.mark.slow
def test_drift_check_prints_a_table(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", always("READY"), Description="ours")
    project.example("drift_check")
    project.up()
    assert (0, "### No drift in stack dev\n") == script(project, "drift.py", "dev")[:2]

    glue.put(
        "analytics-prod", always("STOPPED"), Description="a|b @all <i>", DefaultArguments={"--password": "hunter2"}
    )
    expected = """\
### Drift in stack dev

| resource | property | recorded | now |
|---|---|---|---|
| <code>analytics</code> | <code>default_arguments</code> | (secret) | (secret) |
| <code>analytics</code> | <code>description</code> | <code>&quot;ours&quot;</code> | \
<code>&quot;a&#124;b @all &lt;i&gt;&quot;</code> |
| <code>analytics</code> | <code>status</code> | <code>&quot;READY&quot;</code> | <code>&quot;STOPPED&quot;</code> |
"""
    assert (7, expected) == script(project, "drift.py", "dev")[:2]

    glue.fail("GetSession", error("AccessDeniedException", "no"), times=1)
    code, found, _ = script(project, "drift.py", "dev")
    assert (1, "### The drift of stack dev could not be checked") == (code, found.splitlines()[0])
    assert "Access denied" in found
    glue.put("analytics-prod", always("READY"), Description="ours")
    project.up("--expect-no-changes")
    project.destroy()


GH = """#!{python}
import json, sys
with open("calls", "a") as calls:
    print(json.dumps(sys.argv[1:]), file=calls)
if sys.argv[1:3] == ["pr", "list"]:
    print("7\\n8")
if "--paginate" in sys.argv:
    print(open("earlier").read())
"""
"""Replacement of GitHub's command line. It logs its arguments and returns two pull requests and their comments."""


@pytest.mark.parametrize(
    ("pull_request", "code", "earlier", "written"),
    [
        ("7", 7, "", [("POST", "issues/7/comments")]),
        ("7", 7, "41\n42", [("PATCH", "issues/comments/41")]),
        ("7", 0, "41", [("PATCH", "issues/comments/41")]),
        ("7", 0, "", []),
        ("", 1, "", [("POST", "issues/7/comments"), ("POST", "issues/8/comments")]),
    ],
    ids=[
        "a new comment",
        "the same comment again",
        "the drift is gone",
        "no drift and no comment",
        "in the morning, all pull requests",
    ],
)
def test_workflow_updates_one_comment(
    tmp_path: Path, pull_request: str, code: int, earlier: str, written: list[tuple[str, str]]
) -> None:
    """The step of the workflow is run as it stands there, by the shell that GitHub would take."""
    workflow = yaml.safe_load((EXAMPLES / "drift_check" / ".github" / "workflows" / "drift.yml").read_text())
    step = next(step for step in workflow["jobs"]["drift"]["steps"] if step.get("name") == "Comment")
    (tmp_path / "gh").write_text(GH.format(python=sys.executable))
    (tmp_path / "gh").chmod(0o755)
    (tmp_path / "earlier").write_text(earlier)
    (tmp_path / "calls").touch()
    (tmp_path / "drift.md").write_text("### Drift")
    env = {
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
        "GITHUB_REPOSITORY": "us/stack",
        "PULL_REQUEST": pull_request,
        "CODE": str(code),
    }

    subprocess.run(["bash", "-e", "-c", step["run"]], cwd=tmp_path, env=env, check=True)

    calls = [json.loads(line) for line in (tmp_path / "calls").read_text().splitlines()]
    changed = [call for call in calls if "--method" in call]
    assert written == [(call[2], call[3].removeprefix("repos/us/stack/")) for call in changed]
    assert all("body=@comment.md" in call for call in changed)
    assert "<!-- drift of Glue sessions -->\n### Drift" == (tmp_path / "comment.md").read_text()


@pytest.mark.slow
def test_guard_rails_policy(project: Project, glue: GlueEndpoint) -> None:
    """The engine runs a pack's folder through the language host, and an executable file by itself.

    The language host of an engine that was built from source is too old for packs, so here it is the file.
    """
    project.example("guard_rails")
    pack = project.folder / "policy" / "__main__.py"
    # A pack has an environment of its own, here the one that pulumi-policy is installed in.
    packages = importlib.metadata.distribution("pulumi-policy").locate_file("")
    pack.write_text(f"#!/usr/bin/env -S PYTHONPATH={packages} {sys.executable} -u\n{pack.read_text()}")
    pack.chmod(0o755)
    guarded = ("--policy-pack", "policy/__main__.py")

    absent = project.preview(*guarded, code=1)
    assert ["Not found: Glue session"] == re.findall("Not found: Glue session|failed to run policy", absent.text)

    glue.put("analytics-prod", always("READY"), GlueVersion="3.0")
    refused = project.up(*guarded, code=1)
    assert "The session analytics-prod has Glue 3.0; the oldest allowed is 4.0." in refused.lines
    assert {} == project.resources("pulumi:index:Stash"), "nothing was deployed"

    glue.put("analytics-prod", always("READY"), NumberOfWorkers=1)
    unexpected = project.up(*guarded, code=1)
    assert "number_of_workers: expected at least 2, found 1" in unexpected.text

    glue.put("analytics-prod", always("READY"))
    project.up(*guarded)
    assert {"glue_version": "5.0"} == project.outputs()
    project.up("--expect-no-changes", *guarded)
    project.destroy()


@pytest.mark.slow
def test_deployer_shows_the_wait(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", looks("PROVISIONING", "PROVISIONING", "READY"))
    project.example("automation")

    code, shown, _ = script(project, "deploy.py", "dev", "analytics-prod")
    progress, *lines = shown.splitlines()
    assert progress.startswith("analytics: PROVISIONING, ")
    assert [
        "analytics: create done",
        "nightly-job: create done",
        "automation-dev: create done",
        f"role = {ROLE}",
    ] == [line for line in lines if "PROVISIONING" not in line and "READY" not in line]
    assert 0 == code
    assert (0, f"role = {ROLE}\n") == script(project, "deploy.py", "dev", "analytics-prod")[:2]

    glue.put("analytics-prod", always("STOPPED"))
    code, shown, told = script(project, "deploy.py", "dev", "analytics-prod")
    assert (1, "") == (code, shown)
    assert "STOPPED, will not become READY" in told
    project.destroy()


@pytest.mark.slow
def test_ctrl_c_ends_a_waiting_deployer(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", always("PROVISIONING"))
    project.example("automation")
    command = [sys.executable, "deploy.py", "dev", "analytics-prod"]

    # A terminal sends it to all processes of the command.
    with subprocess.Popen(
        command,
        cwd=project.folder,
        env=project.env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as deployer:
        assert deployer.stdout
        assert "PROVISIONING" in deployer.stdout.readline()
        os.killpg(deployer.pid, signal.SIGINT)
        _, told = deployer.communicate(timeout=240)

    # Newer engines add a line of their own if the program still runs.
    errors = [line for line in told.splitlines() if line != "Resource monitor has terminated, shutting down"]
    assert (1, ["update canceled"]) == (deployer.returncode, errors)
    assert {} == project.resources()


def script(project: Project, *command: str) -> tuple[int, str, str]:
    """Run a script of the project: its exit code and what it printed."""
    done = subprocess.run(
        [sys.executable, *command],
        cwd=project.folder,
        env=project.env,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    return done.returncode, done.stdout, done.stderr


def up(project: Project, **config: str) -> None:
    """`pulumi up` that sets the configuration first."""
    project.up(*[part for name, value in config.items() for part in ("--config", f"{name}={value}")])
