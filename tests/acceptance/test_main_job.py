"""The main job on the real engine: observe, hold back, record, show drift."""

from __future__ import annotations

import re

from support.glue_endpoint import GlueEndpoint, always, error, looks, step
from support.pulumi_project import ROLE, Moto, Project, steps

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

ENDED = (
    "pulumi-python:dynamic/glue:Session resource 'analytics' has a problem: "
    'Glue session "analytics-prod" in eu-west-1 is {status} and will not become READY: '
    "delete it and create it again, or name another session, and run again."
)
GONE = (
    'Glue session "analytics-prod" was not found in eu-west-1: '
    "create it, or correct session_id, the region or the account that is asked, and run again."
)


def test_life_cycle_on_moto(aws_project: Project, moto: Moto) -> None:
    """The life of the README: values known in the very first preview, outputs, no change afterwards, drift by name."""
    moto.start("analytics-prod")
    aws_project.program(UNGATED)

    first = aws_project.preview()
    assert 'status: "READY"' in first.lines
    assert "+ 3 to create" in first.lines
    assert f'role: "{ROLE}"' in first.lines

    aws_project.up()
    assert {"status": "READY", "role": ROLE, "workers": 0, "python": "3"} == aws_project.outputs()
    assert {"role": ROLE, "glue_version": "5.0"} == aws_project.resources("pulumi:index:Stash")["job"]["outputs"]["output"]

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
    expected = ENDED.format(status="STOPPING (Glue says: string)") + ' Changed since it was recorded: status "READY" => "STOPPING".'
    assert [expected] == failed.errors
    assert '~ status: "READY" => "STOPPING"' in aws_project.preview(PULUMI_GLUE_SESSION_SKIP_WAIT="true").lines


def test_dependents_wait_for_the_session(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", looks("PROVISIONING", "PROVISIONING", "READY"))
    project.program(GATED)

    up = project.up()
    assert {"status": "READY", "role": ROLE, "workers": 2, "python": "3"} == project.outputs()
    session, job = project.resources()["analytics"], project.resources("pulumi:index:Stash")["job"]
    assert session["created"] < job["created"]
    # A set: the engine may print its row again, with the same words.
    assert 1 == len(set(re.findall(r"analytics-prod is PROVISIONING, \d+ s of at most 20 s", up.out))), "said once, not at every look"
    assert 3 == glue.count()


def test_preview_of_a_pending_session(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", always("PROVISIONING"))
    project.program(GATED)

    preview = project.preview()
    unknown = [line.split(":")[0].strip() for line in preview.lines if line.endswith(": [unknown]")]
    assert ["completed_on", "error_message", "status", "status"] == unknown, "the last one is the stack's output"
    assert f'role: "{ROLE}"' in preview.lines
    assert 1 == glue.count()

    told = project.pulumi("preview", "--non-interactive")
    line = 'Glue session "analytics-prod" in eu-west-1 is PROVISIONING: up will wait until it is READY, 20 s at most.'
    assert f"info: {line}" in told.lines or line in told.lines


def test_session_that_fails_during_a_wait(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", looks("PROVISIONING", step("FAILED", ErrorMessage="no capacity")))
    project.program(GATED.replace("20s", "10m"))

    failed = project.up(code=1)
    assert [ENDED.format(status="FAILED (Glue says: no capacity)")] == failed.errors[-1:]
    assert {} == project.resources("pulumi:index:Stash"), "the dependant was never created"


def test_timeout_fails_the_up(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", always("PROVISIONING"))
    project.program(GATED.replace("20s", "0s"))

    failed = project.up(code=1)
    expected = (
        "pulumi-python:dynamic/glue:Session resource 'analytics' has a problem: "
        'Glue session "analytics-prod" in eu-west-1 did not become READY within 0 s (1 look, at last PROVISIONING): '
        "raise timeout, or find out why the session takes so long, and run again."
    )
    assert [expected] == failed.errors[-1:]


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
    problem = f"pulumi-python:dynamic/glue:Session resource 'analytics' has a problem: {GONE}"
    assert [problem] == aws_project.preview(code=1).errors
    assert ["analytics"] == list(aws_project.resources())

    aws_project.refresh()
    assert {} == aws_project.resources()


def test_refused_refresh_keeps_the_session(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", always("READY"))
    project.program(GATED)
    project.up()

    glue.fail("*", error("AccessDeniedException", "User: arn:aws:iam::123456789012:user/ci is not authorized"))
    refused = project.refresh(code=1)
    expected = (
        'Glue session "analytics-prod" in eu-west-1 could not be read: Glue denied access '
        "(AccessDeniedException: User: arn:aws:iam::123456789012:user/ci is not authorized); "
        "allow glue:GetSession to the role that runs Pulumi, or ask as the session's owner: the session may exist, "
        "since a restricted role sees only the sessions it created."
    )
    assert expected in refused.errors
    assert "Traceback" not in refused.out + refused.err
    assert "READY" == project.resources()["analytics"]["outputs"]["status"]


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
    project.program(UNGATED.replace("wait_for=None", 'wait_for=None, opts=pulumi.ResourceOptions(ignore_changes=["status"])'))
    project.up()

    glue.put("analytics-prod", always("TIMEOUT"))
    project.preview("--expect-no-changes")


def test_invalid_argument_fails_without_a_call(project: Project, glue: GlueEndpoint) -> None:
    wrong = {
        'timeout="soon"': "timeout: 'soon' is no length of time: use seconds, as in 600, or a duration, as in '90s', '10m' or '1h30m'",
        'wait_for="RUNNING"': "RUNNING is no status of a Glue session: use one or several of "
        "FAILED, PROVISIONING, READY, STOPPED, STOPPING, TIMEOUT, or set wait_for=None to take the session as it is",
    }
    for argument, sentence in wrong.items():
        project.program(GATED.replace('timeout="20s"', argument))
        (problem,) = project.preview(code=1).errors
        assert problem.startswith("pulumi-python:dynamic/glue:Session resource 'analytics'")
        assert problem.endswith(f" has a problem: {sentence}")
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
    assert "resource urn:pulumi:dev::acceptance::pulumi-python:dynamic/glue:Session::analytics violates plan" in refused.out + refused.err


def test_record_becomes_a_get(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", always("READY"))
    project.program(GATED)
    project.up()

    project.program(GATED.replace('GlueSession("analytics", session_id="analytics-prod"', 'GlueSession.get("analytics", "analytics-prod"'))
    project.up()
    assert project.resources()["analytics"]["external"]
    assert {"GetSession"} == {call.operation for call in glue.calls}
