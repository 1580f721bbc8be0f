"""`GlueSession.get` on the real engine."""

from __future__ import annotations

import pytest

from pulumi_glue_session import BadCredentials, SessionNotFound
from support.glue_endpoint import GlueEndpoint, always, error, looks
from support.pulumi_project import REGION, ROLE, Project, flat

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


def test_get_shows_drift_but_is_never_a_change(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", always("READY"))
    project.program(READ)

    assert f'role: "{ROLE}"' in project.preview().lines
    project.up()
    assert {"status": "READY", "role": ROLE, "workers": 2, "session_id": "analytics-prod"} == project.outputs()
    assert project.resources()["analytics"]["external"]

    glue.put("analytics-prod", always("TIMEOUT"))
    drifted = project.preview("--expect-no-changes").lines
    assert 2 == drifted.count('~ status: "READY" => "TIMEOUT"'), "of the read and of the stack's output"
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
        assert flat(SessionNotFound("analytics-prod", region=REGION)) in failed.text
        assert "Traceback" not in failed.out + failed.err
    project.refresh()
    assert {} == project.resources()


def test_get_waits_until_ready(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", looks("PROVISIONING", "PROVISIONING", "READY"))
    project.program(GATED)

    assert "status: [unknown]" in project.preview().lines
    project.up()
    assert "READY" == project.outputs()["status"]


@pytest.mark.slow
def test_refused_get_fails(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", always("READY"))
    glue.fail("GetSession", error("ExpiredTokenException", "The security token included in the request is expired"))
    project.program(READ)

    failed = project.preview(code=1)
    assert f'Preview failed: {BadCredentials.what}: Glue session "analytics-prod" (eu-west-1)' in failed.text
    assert "The security token included in the request is expired" in failed.text
    assert "Traceback" not in failed.out + failed.err


@pytest.mark.slow
def test_get_of_an_invalid_id_fails_without_a_call(project: Project, glue: GlueEndpoint) -> None:
    """The SDK would fail with a traceback for a read without an id."""
    project.program(r"""
        import pulumi
        from pulumi_glue_session import GlueSession

        for number, wrong in enumerate(["", 7, "a\nb", pulumi.Output.from_input(None)]):
            GlueSession.get(f"analytics-{number}", wrong, wait_for=None)
    """)

    failed = project.preview(code=1)
    assert 4 == failed.text.count("use 1 to 255 characters")
    assert "Traceback" not in failed.out + failed.err
    assert 0 == glue.count()
