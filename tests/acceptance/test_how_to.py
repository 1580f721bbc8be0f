"""What the pages in docs/how-to promise, with their own programs, on the real engine."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from support.glue_endpoint import GlueEndpoint, always, looks
from support.how_to_pages import blocks, programs
from support.pulumi_project import ROLE, Project, Run

STASH = "pulumi:index:Stash"
OWN = "pulumi-python:dynamic:Resource"
SHORT = ('timeout="10m"', 'timeout="10s"')


def untimed(lines: list[str]) -> list[str]:
    """Lines without the times that differ from run to run."""
    return [re.sub(r"\([\d.]+s\)|\b\d+s of", "…", line) for line in lines]


def shown(run: Run, block: str) -> list[str]:
    """Lines of a block of a page that the run did not print."""
    printed = untimed([line.strip() for line in run.lines])
    return [
        line for line in untimed([line.strip() for line in block.splitlines() if line.strip()]) if line not in printed
    ]


def dependants(project: Project) -> dict[str, tuple[object, object]]:
    """Inputs of the dependents, and when each was last changed."""
    return {name: (each["inputs"]["input"], each["modified"]) for name, each in project.resources(STASH).items()}


# --- gate-a-deployment ---


def test_gate_page_shows_what_ci_prints(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", always("PROVISIONING"))
    program = programs("gate-a-deployment")[0]
    previewed, failed = blocks("gate-a-deployment", "text", under="Output in CI")

    project.program(program)
    assert [] == shown(project.pulumi("preview", "--non-interactive"), previewed)
    project.program(program.replace(*SHORT))
    up = project.up(code=1)
    assert [] == shown(up, failed.replace("10m", "10s"))
    assert ["bucket"] == list(dependants(project)), "what has nothing to do with the session is deployed"

    glue.put("analytics-prod", looks("PROVISIONING", "READY"))
    project.program(program)
    assert re.search(r"analytics .*PROVISIONING, \d+s of at most 10m", project.up().out)
    assert {"bucket", "nightly-job", "schedule"} == dependants(project).keys(), "the same up again continues"


@pytest.mark.slow
def test_targeted_up(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", always("READY"))
    program = programs("gate-a-deployment")[0]
    project.program(program)
    project.up()

    up = ("up", "--yes", "--skip-preview", "--non-interactive")
    job, schedule, session = (
        ("--target", "**::nightly-job"),
        ("--target", "**::schedule"),
        ("--target", "**::analytics"),
    )
    changed = program.replace('"hour": 3', '"hour": 4').replace('"glue_version":', '"version":')
    asked = glue.count()
    glue.put("analytics-prod", looks("PROVISIONING", "PROVISIONING", "READY"))
    project.program(changed)
    project.pulumi(*up, *schedule)
    assert {"hour": 4} == dependants(project)["schedule"][0]
    assert 3 == glue.count() - asked, "it waited"

    asked = glue.count()
    glue.put("analytics-prod", always("STOPPED"), Role=f"{ROLE}2")
    project.pulumi(*up, *job)
    assert {"role": ROLE, "version": "5.0"} == dependants(project)["nightly-job"][0], "what was recorded, and no gate"
    assert 1 == glue.count() - asked
    assert "will not become READY" in project.pulumi(*up, *session, *job, code=1).text


# --- detect-drift-in-ci ---


@pytest.mark.slow
def test_drift_page(project: Project, glue: GlueEndpoint) -> None:
    look_ahead = ("refresh", "--preview-only", "--expect-no-changes", "--non-interactive")
    glue.put("analytics-prod", always("READY"))
    project.program(programs("detect-drift-in-ci")[0])
    project.up()

    glue.put("analytics-prod", always("STOPPED"))
    project.preview("--expect-no-changes")
    project.pulumi(*look_ahead)
    glue.put("analytics-prod", always("STOPPED"), NumberOfWorkers=5)
    project.preview("--expect-no-changes", code=7)
    project.pulumi(*look_ahead, code=7)
    glue.remove("analytics-prod")
    project.pulumi(*look_ahead, code=7)


@pytest.mark.slow
def test_get_is_drift_to_a_refresh_only(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", always("READY"))
    project.program(
        'from pulumi_glue_session import GlueSession\nGlueSession.get("read", "analytics-prod", wait_for=None)\n'
    )
    project.up()

    glue.put("analytics-prod", always("STOPPED"))
    project.preview("--expect-no-changes")
    project.pulumi("refresh", "--preview-only", "--expect-no-changes", "--non-interactive", code=7)


# --- migrate ---

OWN_PROVIDER = "From a dynamic provider of your own"


@pytest.mark.slow
def test_migration_from_a_custom_provider(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", looks("PROVISIONING", "READY"))
    module, before, after = programs("migrate", under=OWN_PROVIDER)
    previewed, upped = blocks("migrate", "text", under=OWN_PROVIDER)
    project.program(before, glue_sessions=module.replace("sleep(5)", "sleep(0.1)"))
    project.up()
    was = dependants(project)

    project.program(after)
    assert [] == shown(project.pulumi("preview", "--non-interactive"), previewed)
    assert [] == shown(project.up(), upped)
    assert was == dependants(project)
    assert {} == project.resources(OWN)
    (project.folder / "glue_sessions.py").unlink()
    project.preview("--expect-no-changes")
    assert {"GetSession"} == {call.operation for call in glue.calls}


@pytest.mark.slow
def test_migration_without_the_old_module(project: Project, glue: GlueEndpoint) -> None:
    """Here the job takes the id of a record that is still to be made: the preview shows a change that doesn't come."""
    glue.put("analytics-prod", always("READY"))
    module, before, after = programs("migrate", under=OWN_PROVIDER)
    project.program(before, glue_sessions=module)
    project.up()
    was = dependants(project)

    (project.folder / "glue_sessions.py").unlink()
    project.program(after.replace("session.session_id", "session.id"))
    assert '~ session_id: "analytics-prod" => [unknown]' in project.preview().lines
    (error,) = blocks("migrate", "text", under="If your module is gone already")
    assert error.strip() in project.up(code=1).lines
    (command,) = blocks("migrate", "console", under="If your module is gone already")
    words = command.replace("::project::", "::acceptance::").replace("'", "").split()
    project.pulumi(*words[1:], "--yes")
    project.up()
    assert was == dependants(project)
    assert ({}, ["analytics"]) == (project.resources(OWN), list(project.resources()))


@pytest.mark.slow
def test_migration_from_a_provider_that_deletes(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", always("READY"))
    module, before, after = programs("migrate", under=OWN_PROVIDER)
    deletes = '\n    def delete(self, id_, props):\n        open("deleted", "w").close()\n'
    head, _, tail = module.partition("\n\nclass Session(")
    project.program(before, glue_sessions=head + deletes + "\n\nclass Session(" + tail)
    project.up()

    project.program(
        before.replace('"analytics-prod")', '"analytics-prod", opts=pulumi.ResourceOptions(retain_on_delete=True))')
    )
    project.up()
    project.program(after)
    project.up()
    assert ({}, False) == (project.resources(OWN), (project.folder / "deleted").exists())


CLI = """\
#!{python}
import json
import sys

import boto3

assert ["glue", "get-session", "--id", "--query", "Session"] == sys.argv[1:4] + sys.argv[5:]
print(json.dumps(boto3.client("glue", "eu-west-1").get_session(Id=sys.argv[4])["Session"], default=str))
"""


@pytest.mark.slow
def test_migration_from_a_script(project: Project, glue: GlueEndpoint, tmp_path: Path) -> None:
    """With a command `aws` that asks as the real one does."""
    glue.put("analytics-prod", always("READY"))
    command = tmp_path / "bin" / "aws"
    command.parent.mkdir()
    command.write_text(CLI.format(python=sys.executable))
    command.chmod(0o755)
    (before,) = programs("migrate", under="From a script that the program runs")
    project.program(before)
    project.up(PATH=f"{command.parent}:{project.env['PATH']}")
    was = dependants(project)

    project.program(programs("migrate", under=OWN_PROVIDER)[-1])
    assert {"+ 1 created", "2 unchanged"} <= set(project.up().lines)
    assert was == dependants(project)
