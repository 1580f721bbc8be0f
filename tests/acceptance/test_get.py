"""`GlueSession.get`, the external read, on the real engine."""

from __future__ import annotations

from support.glue_endpoint import GlueEndpoint, always, error, looks
from support.pulumi_project import ROLE, Project

READ = """
    import pulumi
    from pulumi_glue_session import GlueSession

    session = GlueSession.get("analytics", "analytics-prod", wait_for=None)
    pulumi.Stash("job", input=session.glue_version)
    pulumi.export("status", session.status)
    pulumi.export("role", session.role)
    pulumi.export("workers", session.number_of_workers)
    pulumi.export("session_id", session.session_id)
"""
GATED = READ.replace("wait_for=None", 'timeout="20s"')
GONE = (
    'Glue session "analytics-prod" was not found in eu-west-1: '
    "create it, or correct session_id, the region or the account that is asked, and run again."
)


def test_get_shows_drift_but_is_never_a_change(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", always("READY"))
    project.program(READ)

    assert f'role: "{ROLE}"' in project.preview().lines
    project.up()
    assert {"status": "READY", "role": ROLE, "workers": 2, "session_id": "analytics-prod"} == project.outputs()
    assert project.resources()["analytics"]["external"]

    glue.put("analytics-prod", always("TIMEOUT"))
    drifted = project.preview("--expect-no-changes").lines
    assert 2 == drifted.count('~ status: "READY" => "TIMEOUT"'), "once on the read and once on the stack's output"
    project.refresh()
    assert "TIMEOUT" == project.resources()["analytics"]["outputs"]["status"]

    asked = glue.count()
    project.destroy()
    assert ({}, asked) == (project.resources(), glue.count())


def test_get_of_a_missing_session_fails(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", always("READY"))
    project.program(READ)
    project.up()

    glue.remove("analytics-prod")
    for failed in (project.preview(code=1), project.up(code=1)):
        assert GONE in [line.removeprefix("Preview failed: ") for line in failed.errors]
        assert "Traceback" not in failed.out + failed.err
    project.refresh()
    assert {} == project.resources()


def test_get_waits_until_ready(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", looks("PROVISIONING", "PROVISIONING", "READY"))
    project.program(GATED)

    assert "status: [unknown]" in project.preview().lines
    project.up()
    assert "READY" == project.outputs()["status"]


def test_get_of_an_ended_session_fails(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", always("STOPPED"))
    project.program(GATED)

    expected = (
        'Glue session "analytics-prod" in eu-west-1 is STOPPED and will not become READY: '
        "delete it and create it again, or name another session, and run again."
    )
    for failed in (project.preview(code=1), project.up(code=1)):
        assert expected in [line.removeprefix("Preview failed: ") for line in failed.errors]
        assert "Traceback" not in failed.out + failed.err


def test_refused_get_fails(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", always("READY"))
    glue.fail("GetSession", error("ExpiredTokenException", "The security token included in the request is expired"))
    project.program(READ)

    failed = project.preview(code=1)
    expected = (
        'Glue session "analytics-prod" in eu-west-1 could not be read: there are no AWS credentials that Glue accepts '
        "(ExpiredTokenException: The security token included in the request is expired); "
        "sign in, or name a profile that works (AWS_PROFILE, the stack's aws:profile or AwsOptions(profile=...)), and run again."
    )
    assert f"Preview failed: {expected}" in failed.errors
    assert "Traceback" not in failed.out + failed.err


def test_get_of_an_invalid_id_fails_without_a_call(project: Project, glue: GlueEndpoint) -> None:
    """A read needs an id to be made at all: an empty one, or a number, would fail inside the SDK with a traceback."""
    for wrong in ('""', "7", r'"a\nb"', "pulumi.Output.from_input(None)"):
        project.program(READ.replace('"analytics-prod"', wrong))
        failed = project.preview(code=1)
        assert "is no id of a Glue session: use 1 to 255 characters, none of them a control character" in failed.err
        assert "Traceback" not in failed.out + failed.err
    assert 0 == glue.count()
