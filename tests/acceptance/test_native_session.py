"""The native resource on the real engine: preview, up, refresh and destroy."""

from __future__ import annotations

import json
import signal
import time
from pathlib import Path

import pytest

from pulumi_glue_session.native.properties import SESSION
from support.glue_endpoint import GlueEndpoint, always, error, looks, step, then
from support.native_programs import BY_TOKEN, ONE_SESSION
from support.pulumi_project import Project, Run, steps


def text_of(run: Run) -> str:
    """Everything that was printed, on one line."""
    return " ".join((run.out + run.err).split())


def test_preview_up_refresh_and_destroy(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", always("READY"))
    project.program(ONE_SESSION)

    assert 'status: "READY"' in project.preview().lines, "known in the first preview"
    project.up()
    assert {"status": "READY", "workers": 2} == project.outputs()
    project.up("--expect-no-changes")

    glue.put("analytics-prod", always("READY"), NumberOfWorkers=3)
    assert "~ numberOfWorkers: 2 => 3" in project.preview("--expect-no-changes", code=7).lines
    change = {"numberOfWorkers": {"kind": "update", "inputDiff": False}}
    assert [("update", change)] == steps(project.preview_json(), SESSION)
    assert "~ numberOfWorkers: 2 => 3" in project.refresh().lines
    assert 3 == project.resources(SESSION)["analytics"]["outputs"]["numberOfWorkers"]
    project.up("--expect-no-changes")

    calls = glue.count()
    project.destroy()
    assert ({}, calls) == (project.resources(SESSION), glue.count())


def test_pending_session_holds_dependents_back(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", always("PROVISIONING"))
    project.program(ONE_SESSION)

    preview = project.preview()
    assert "status: [unknown]" in preview.lines
    assert "is PROVISIONING: up will wait for READY, at most 1m" in text_of(preview)
    glue.put("analytics-prod", looks("PROVISIONING", "PROVISIONING", "READY"))
    up = project.up()
    assert "PROVISIONING" in up.out
    assert "of at most 1m" in up.out
    assert {"status": "READY", "workers": 2} == project.outputs()


@pytest.mark.parametrize("command", [pytest.param("preview", marks=pytest.mark.slow), "up"])
def test_ended_session_fails(project: Project, glue: GlueEndpoint, command: str) -> None:
    glue.put("analytics-prod", always("STOPPED"))
    project.program(ONE_SESSION)

    failed = project.preview(code=1) if command == "preview" else project.up(code=1)

    assert 'STOPPED, will not become READY: Glue session "analytics-prod" (eu-west-1)' in text_of(failed)
    assert "Traceback" not in failed.out + failed.err
    assert {} == project.resources(SESSION)


@pytest.mark.slow
def test_recorded_session_that_ended(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", always("READY"))
    project.program(ONE_SESSION)
    project.up()

    glue.put("analytics-prod", always(step("FAILED", ErrorMessage="no capacity")))
    failed = text_of(project.preview(code=1))
    assert "Glue says: no capacity" in failed
    assert 'Changed since recorded: status "READY" => "FAILED", errorMessage "" => "no capacity"' in failed
    assert '~ status: "READY" => "FAILED"' in project.refresh().lines
    assert "FAILED" == project.resources(SESSION)["analytics"]["outputs"]["status"]
    assert "FAILED, will not become READY" in text_of(project.preview(code=1))


def test_only_a_missing_session_leaves_the_state(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", always("READY"))
    project.program(ONE_SESSION)
    project.up()

    glue.fail("GetSession", error("AccessDeniedException", "not for you"))
    assert "not for you" in text_of(project.refresh(code=1))
    assert "analytics" in project.resources(SESSION)
    glue.heal()
    glue.remove("analytics-prod")
    project.refresh()
    assert {} == project.resources(SESSION)


@pytest.mark.slow
def test_ignore_changes(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", always("READY"))
    project.program(
        ONE_SESSION.replace('timeout="60s"', 'opts=pulumi.ResourceOptions(ignore_changes=["numberOfWorkers"])')
    )
    project.up()

    glue.put("analytics-prod", always("READY"), NumberOfWorkers=3, IdleTimeout=30)
    change = {"idleTimeout": {"kind": "update", "inputDiff": False}}
    assert [("update", change)] == steps(project.preview_json(), SESSION)
    project.up()
    outputs = project.resources(SESSION)["analytics"]["outputs"]
    assert (2, 30) == (outputs["numberOfWorkers"], outputs["idleTimeout"])


@pytest.mark.slow
def test_other_session_replaces_the_record(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", always("READY"))
    glue.put("other", always("READY"), NumberOfWorkers=5)
    project.program(ONE_SESSION)
    project.up()
    project.program(ONE_SESSION.replace("analytics-prod", "other"))

    assert "replace" in {op for op, _ in steps(project.preview_json(), SESSION)}
    project.up()
    assert ("other", 5) == (project.resources(SESSION)["analytics"]["id"], project.outputs()["workers"])


@pytest.mark.slow
def test_many_sessions_with_more_parallel_steps(project: Project, glue: GlueEndpoint) -> None:
    """The engine runs four steps per processor by default. Functions are not limited."""
    names = [f"s{number}" for number in range(12)]
    for name in names:
        glue.put(name, then(("PROVISIONING", 4.0), "READY"))
    project.program(BY_TOKEN + f"\n    for name in {names!r}:\n        Session(name, sessionId=name)\n")

    project.up("--parallel", "64")

    assert names == sorted(project.resources(SESSION), key=names.index)


def test_ctrl_c_ends_a_wait(project: Project, glue: GlueEndpoint, tmp_path: Path) -> None:
    glue.put("analytics-prod", always("PROVISIONING"))
    project.program(ONE_SESSION.replace('timeout="60s"', 'timeout="1h"'))
    printed = tmp_path / "printed"

    with printed.open("w") as to, project.start("up", "--yes", "--skip-preview", "--non-interactive", to=to) as up:
        while "PROVISIONING" not in printed.read_text():
            time.sleep(0.1)
        up.send_signal(signal.SIGINT)
        # It would wait for an hour.
        up.wait(timeout=120)

    assert 'Interrupted while waiting for Glue session "analytics-prod"' in " ".join(printed.read_text().split())
    assert {} == project.resources(SESSION)
    assert {} == project.processes()


def test_default_arguments_stay_secret(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", always("READY"), DefaultArguments={"--password": "planted"})
    project.program(ONE_SESSION + '    pulumi.export("arguments", session.defaultArguments)\n')

    runs = [project.preview(), project.up()]

    assert not any("planted" in run.out + run.err for run in runs)
    assert "planted" not in json.dumps(project.deployment())
    assert {"--password": "planted"} == project.outputs()["arguments"]
