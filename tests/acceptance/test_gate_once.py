"""`gate="once"`: the wait holds until the session is recorded; afterwards an ended session is drift with a warning."""

from __future__ import annotations

import pytest

from pulumi_glue_session import SessionNotFound
from support.glue_endpoint import GlueEndpoint, always, error, looks
from support.pulumi_project import REGION, ROLE, Project, flat

PROGRAM = """
    import pulumi
    from pulumi_glue_session import GlueSession

    session = GlueSession("analytics", session_id="analytics-prod", gate="once", timeout="20s"{more})
    pulumi.Stash("job", input=session.role)
    pulumi.export("status", session.status)
"""
STASH = "pulumi:index:Stash"
WARNING = 'TIMEOUT, will not become READY: Glue session "analytics-prod" (eu-west-1)'


@pytest.fixture
def recorded(project: Project, glue: GlueEndpoint) -> Project:
    """A stack whose session was waited for and recorded."""
    glue.put("analytics-prod", looks("PROVISIONING", "READY"))
    project.program(PROGRAM.format(more=""))
    project.up()
    assert {"status": "READY"} == project.outputs()
    return project


def test_first_run_waits_and_fails(project: Project, glue: GlueEndpoint) -> None:
    project.program(PROGRAM.format(more=""))
    glue.put("analytics-prod", always("TIMEOUT"))
    for run in (project.preview(code=1), project.up(code=1)):
        assert f"error: {WARNING}" in run.text
    assert {} == project.resources()

    project.program(PROGRAM.format(more=', expect={"glue_version": "4.0"}'))
    glue.put("analytics-prod", always("READY"))
    assert "error: Not as expected: " in project.preview(code=1).text


def test_ended_session_is_drift_with_a_warning(recorded: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", always("TIMEOUT"))

    preview = recorded.preview()
    assert '~ status: "READY" => "TIMEOUT"' in preview.lines
    assert 1 == preview.text.count(f"warning: {WARNING}")
    assert "error: " not in preview.text

    up = recorded.up("--diff")
    assert 1 == up.text.count(f"warning: {WARNING}")
    assert "TIMEOUT" == recorded.resources()["analytics"]["outputs"]["status"]
    assert ROLE == recorded.resources(STASH)["job"]["outputs"]["output"]
    assert "__" not in "".join(name for name in recorded.resources()["analytics"]["inputs"] if name != "__provider")

    unchanged = recorded.preview("--expect-no-changes")
    assert 1 == unchanged.text.count(f"warning: {WARNING}")


def test_missing_session_keeps_its_record_until_a_refresh(recorded: Project, glue: GlueEndpoint) -> None:
    before = recorded.resources(show_secrets=True)["analytics"]["outputs"]
    glue.remove("analytics-prod")

    for run in (recorded.preview("--expect-no-changes"), recorded.up("--diff", "--expect-no-changes")):
        fact = flat(SessionNotFound("analytics-prod", region=REGION)).partition(" Next: ")[0]
        assert 1 == run.text.count(f"warning: {fact}"), run.out + run.err
    assert before == recorded.resources(show_secrets=True)["analytics"]["outputs"]
    assert {"status": "READY"} == recorded.outputs()

    recorded.refresh()
    assert {} == recorded.resources()
    assert "error: Not found: " in recorded.preview(code=1).text, "a new record has to wait again"


@pytest.mark.slow
def test_another_id_has_to_pass_again(recorded: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-next", always("STOPPED"))
    recorded.program(PROGRAM.format(more="").replace("analytics-prod", "analytics-next"))

    assert "error: STOPPED, will not become READY" in recorded.preview(code=1).text
    assert "error: STOPPED, will not become READY" in recorded.up(code=1).text
    assert "analytics-prod" == recorded.resources()["analytics"]["id"]


@pytest.mark.slow
def test_refused_read_still_fails(recorded: Project, glue: GlueEndpoint) -> None:
    glue.fail("GetSession", error("AccessDeniedException", "no"))

    assert "error: Access denied: " in recorded.preview(code=1).text


def test_mismatch_is_drift_once_recorded(recorded: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", always("READY"), GlueVersion="4.0")
    recorded.program(PROGRAM.format(more=', expect={"glue_version": "5.0"}'))

    preview = recorded.preview()
    assert "warning: Not as expected: " in preview.text
    assert '~ glue_version: "5.0" => "4.0"' in preview.lines


@pytest.mark.slow
def test_invalid_gate(project: Project, glue: GlueEndpoint) -> None:
    project.program(PROGRAM.format(more="").replace('"once"', '"always"'))

    assert "gate: 'always' is not valid: use 'every_run' or 'once'" in project.preview(code=1).text
    assert 0 == glue.count()
