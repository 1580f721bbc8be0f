"""The main job on the real engine: read, wait, record, show drift."""

from __future__ import annotations

import re

import pytest

from pulumi_glue_session import SessionEnded, SessionNotFound, WaitedTooLong
from support.glue_endpoint import GlueEndpoint, always, looks, step
from support.pulumi_project import REGION, ROLE, Moto, Project, flat, steps

GATED = """
    import pulumi
    from pulumi_glue_session import GlueSession

    session = GlueSession("analytics", session_id="analytics-prod", timeout="20s")
    pulumi.Stash("job", input={"role": session.role, "glue_version": session.glue_version})
    pulumi.export("status", session.status)
    pulumi.export("role", session.role)
    pulumi.export("workers", session.number_of_workers)
    pulumi.export("python", session.command.python_version)
"""
UNGATED = GATED.replace('timeout="20s"', "wait_for=None")


def ended(status: str, error_message: str = "") -> str:
    targets = frozenset({"READY"})
    error = SessionEnded("analytics-prod", region=REGION, status=status, targets=targets, error_message=error_message)
    return flat(error)


@pytest.mark.slow
def test_life_cycle_on_moto(aws_project: Project, moto: Moto) -> None:
    """Values are known in the first preview, nothing changes afterwards, and drift is shown by name."""
    moto.start("analytics-prod")
    aws_project.program(UNGATED)

    first = aws_project.preview()
    assert 'status: "READY"' in first.lines
    assert "+ 3 to create" in first.lines
    assert f'role: "{ROLE}"' in first.lines

    aws_project.up()
    assert {"status": "READY", "role": ROLE, "workers": 0, "python": "3"} == aws_project.outputs()
    assert {"role": ROLE, "glue_version": "5.0"} == aws_project.resources("pulumi:index:Stash")["job"]["outputs"][
        "output"
    ]

    aws_project.preview("--expect-no-changes")
    assert "3 unchanged" in aws_project.up().lines

    moto.stop("analytics-prod")
    drifted = aws_project.preview("--expect-no-changes", code=7)
    assert '~ status: "READY" => "STOPPING"' in drifted.lines
    assert [("update", {"status": {"kind": "update", "inputDiff": True}})] == steps(aws_project.preview_json())


def test_ended_session_fails_the_preview(aws_project: Project, moto: Moto) -> None:
    moto.start("analytics-prod")
    aws_project.program(GATED)
    aws_project.up()

    moto.stop("analytics-prod")
    failed = aws_project.preview(code=1)
    assert "STOPPING, will not become READY" in failed.text
    assert '"READY" => "STOPPING"' in failed.text
    assert '~ status: "READY" => "STOPPING"' in aws_project.preview(PULUMI_GLUE_SESSION_SKIP_WAIT="true").lines


def test_dependents_wait_for_the_session(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", looks("PROVISIONING", "PROVISIONING", "READY"))
    project.program(GATED)

    project.up()
    assert {"status": "READY", "role": ROLE, "workers": 2, "python": "3"} == project.outputs()
    session, job = project.resources()["analytics"], project.resources("pulumi:index:Stash")["job"]
    assert session["created"] < job["created"]
    assert 3 == glue.count()


def test_preview_of_a_pending_session(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", always("PROVISIONING"))
    project.program(GATED)

    preview = project.preview()
    unknown = [line.split(":")[0].strip() for line in preview.lines if line.endswith(": [unknown]")]
    assert ["completed_on", "error_message", "status", "status"] == unknown
    assert f'role: "{ROLE}"' in preview.lines
    assert 1 == glue.count()

    text = project.pulumi("preview", "--non-interactive").text
    assert re.search(r"analytics-prod.* PROVISIONING.* READY.* 20s", text)


def test_session_that_fails_during_a_wait(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", looks("PROVISIONING", step("FAILED", ErrorMessage="no capacity")))
    project.program(GATED.replace("20s", "10m"))

    failed = project.up(code=1)
    assert ended("FAILED", "no capacity") in failed.text
    assert {} == project.resources("pulumi:index:Stash"), "the dependent was not created"


def test_timeout_fails_the_up(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", always("PROVISIONING"))
    project.program(GATED.replace("20s", "0s"))

    failed = project.up(code=1)
    targets = frozenset({"READY"})
    error = WaitedTooLong("analytics-prod", region=REGION, status="PROVISIONING", targets=targets, seconds=0, polls=1)
    assert flat(error) in failed.text


def test_refresh_shows_the_drift_of_the_preview(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", always("READY"))
    project.program(UNGATED)
    project.up()

    glue.put("analytics-prod", always("TIMEOUT"), NumberOfWorkers=5)
    project.pulumi("refresh", "--preview-only", "--expect-no-changes", "--non-interactive", code=7)
    lines = project.refresh().lines
    assert '~ status: "READY" => "TIMEOUT"' in lines
    assert "~ number_of_workers: 2 => 5" in lines

    recorded = project.resources()["analytics"]
    assert ("TIMEOUT", 5) == (recorded["inputs"]["status"], recorded["outputs"]["number_of_workers"])
    project.preview("--expect-no-changes")


def test_missing_session_fails_the_preview_and_refresh_drops_it(aws_project: Project, moto: Moto) -> None:
    moto.start("analytics-prod")
    aws_project.program(GATED)
    aws_project.up()

    moto.delete("analytics-prod")
    assert flat(SessionNotFound("analytics-prod", region=REGION)) in aws_project.preview(code=1).text
    assert ["analytics"] == list(aws_project.resources())

    aws_project.refresh()
    assert {} == aws_project.resources()


def test_destroy_makes_no_call(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", always("READY"))
    project.program(GATED)
    project.up()

    glue.remove("analytics-prod")
    asked = glue.count()
    project.destroy()
    assert {} == project.resources()
    assert asked == glue.count()


def test_changed_id_replaces_the_record(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", always("READY"))
    glue.put("analytics-next", always("READY"))
    project.program(GATED)
    project.up()

    project.program(GATED.replace("analytics-prod", "analytics-next"))
    replaced = [step["replaceReasons"] for step in project.preview_json()["steps"] if step["op"] == "replace"]
    assert [["session_id"]] == replaced
    project.up()
    assert "analytics-next" == project.resources()["analytics"]["id"]


def test_ignore_changes_hides_one_property(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", always("READY"))
    project.program(
        UNGATED.replace("wait_for=None", 'wait_for=None, opts=pulumi.ResourceOptions(ignore_changes=["status"])')
    )
    project.up()

    glue.put("analytics-prod", always("TIMEOUT"))
    project.preview("--expect-no-changes")


def test_invalid_argument_fails_without_a_call(project: Project, glue: GlueEndpoint) -> None:
    project.program("""
        from pulumi_glue_session import GlueSession

        GlueSession("timeout", session_id="analytics-prod", timeout="soon")
        GlueSession("wait", session_id="analytics-prod", wait_for="RUNNING")
    """)

    text = project.preview(code=1).text
    assert [] == [each for each in ("timeout: ", "'soon'", "wait_for: ", "RUNNING") if each not in text]
    assert 0 == glue.count()


def test_preview_with_refresh(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", always("READY"))
    project.program(UNGATED)
    project.up()

    glue.put("analytics-prod", always("TIMEOUT"))
    lines = project.preview("--refresh", "--expect-no-changes").lines
    assert '~ status: "READY" => "TIMEOUT"' in lines
    assert "3 unchanged" in lines


def test_update_plan(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", always("READY"))
    project.program(UNGATED)
    project.pulumi("preview", "--save-plan", "plan.json", "--non-interactive", PULUMI_EXPERIMENTAL="true")

    glue.put("analytics-prod", always("TIMEOUT"))
    refused = project.up("--plan", "plan.json", code=None, PULUMI_EXPERIMENTAL="true")
    assert 0 != refused.code
    assert (
        "resource urn:pulumi:dev::acceptance::pulumi-python:dynamic/glue:Session::analytics violates plan"
        in refused.out + refused.err
    )


@pytest.mark.slow
def test_record_becomes_a_get(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", always("READY"))
    project.program(GATED)
    project.up()

    project.program(
        GATED.replace(
            'GlueSession("analytics", session_id="analytics-prod"', 'GlueSession.get("analytics", "analytics-prod"'
        )
    )
    project.up()
    assert project.resources()["analytics"]["external"]
    assert {"GetSession"} == {call.operation for call in glue.calls}
