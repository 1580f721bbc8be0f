"""Expectations about a session, checked in preview and up."""

from __future__ import annotations

import pytest

from pulumi_glue_session import NotAsExpected
from pulumi_glue_session.core.errors import Mismatch
from support.glue_endpoint import GlueEndpoint, always
from support.pulumi_project import REGION, ROLE, Project, flat


def not_as_expected(role: str, *, found: str = f'"{ROLE}"', worker_type: bool = True) -> str:
    mismatches = [Mismatch(name="role", expected=role, found=found)]
    if worker_type:
        mismatches.append(Mismatch(name="worker_type", expected='"G.1X"', found='"G.2X"'))
    return flat(NotAsExpected("analytics-prod", region=REGION, mismatches=mismatches))


ROLE_MODULE = """
    from pulumi import dynamic


    class RoleProvider(dynamic.ResourceProvider):
        def create(self, props):
            return dynamic.CreateResult("Other", props)


    class Role(dynamic.Resource):
        def __init__(self, resource_name):
            super().__init__(RoleProvider(), resource_name, {})
"""


@pytest.mark.slow
def test_matching_session_passes(project: Project, glue: GlueEndpoint) -> None:
    """A role can be given by ARN or name: Glue returns it as the creator of the session wrote it."""
    glue.put("analytics-prod", always("READY"))
    project.program(f"""
        from pulumi_glue_session import GlueSession

        more = {{"glue_version": {{"at_least": "4.0"}}, "command": {{"name": "glueetl"}}}}
        GlueSession("arn", session_id="analytics-prod", expect={{"role": "{ROLE}", **more}})
        GlueSession("name", session_id="analytics-prod", expect={{"role": "GlueSession", **more}})
    """)

    project.up()
    assert ["arn", "name"] == sorted(project.resources())


def test_mismatch_fails_or_warns(project: Project, glue: GlueEndpoint) -> None:
    """With the same message in preview and up, and without an expected secret."""
    glue.put("analytics-prod", always("READY"), WorkerType="G.2X")
    project.program("""
        import pulumi
        from pulumi_glue_session import GlueSession

        def session(name, role, **more):
            GlueSession(name, session_id="analytics-prod", expect={"role": role, "worker_type": "G.1X"}, **more)

        session("failing", "arn:aws:iam::123456789012:role/Other")
        session("warning", "arn:aws:iam::123456789012:role/Third", on_mismatch="warn")
        session("secret", pulumi.Output.secret("planted-secret-role"))
    """)

    for run in (project.preview(code=1), project.up("--diff", "--continue-on-error", code=1)):
        assert "error: " + not_as_expected('"arn:aws:iam::123456789012:role/Other"') in run.text
        assert "warning: " + not_as_expected('"arn:aws:iam::123456789012:role/Third"') in run.text
        assert "error: " + not_as_expected("[secret]", found="[secret]") in run.text
        assert "planted-secret-role" not in run.out + run.err
    assert ["warning"] == list(project.resources())


def test_unknown_expectation_is_checked_in_the_up(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", always("READY"), WorkerType="G.2X")
    project.program(
        """
        from pulumi_glue_session import GlueSession
        from role import Role

        GlueSession("analytics", session_id="analytics-prod", expect={"role": Role("role").id})
        """,
        role=ROLE_MODULE,
    )

    assert 'status: "READY"' in project.preview().lines
    failed = project.up("--diff", code=1)
    assert not_as_expected('"Other"', worker_type=False) in failed.text


def test_invalid_expectation_fails_without_a_call(project: Project, glue: GlueEndpoint) -> None:
    project.program("""
        from pulumi_glue_session import GlueSession

        GlueSession("status", session_id="analytics-prod", expect={"status": "READY"})
        GlueSession("version", session_id="analytics-prod", expect={"glue_version": 5.0})
        GlueSession("role", session_id="analytics-prod", expect={"role": {"at_least": "a"}})
    """)

    failed = project.preview(code=1).text
    assert "expect: 'status' cannot be expected" in failed
    assert "expect: glue_version " in failed
    assert "expect: role " in failed
    assert 0 == glue.count()
