"""Expectations about a session, checked in preview and up."""

from __future__ import annotations

from pulumi_glue_session import NotAsExpected
from pulumi_glue_session.core.errors import Mismatch
from support.glue_endpoint import GlueEndpoint, always
from support.pulumi_project import REGION, ROLE, Project, flat

PROGRAM = """
    import pulumi
    from pulumi_glue_session import GlueSession

    role = {role}
    session = GlueSession(
        "analytics", session_id="analytics-prod",
        expect={{
            "role": role, "glue_version": {{"at_least": "4.0"}}, "command": {{"name": "glueetl"}},
            "worker_type": "G.1X"
        }}, {more}
    )
    pulumi.export("status", session.status)
"""


def not_as_expected(role: str, *, worker_type: bool = True) -> str:
    mismatches = [Mismatch(name="role", expected=role, found=f'"{ROLE}"')]
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


def test_matching_session_passes(project: Project, glue: GlueEndpoint) -> None:
    """A role can be given by ARN or name: Glue returns it as the creator of the session wrote it."""
    glue.put("analytics-prod", always("READY"))
    for role in (f'"{ROLE}"', '"GlueSession"'):
        project.program(PROGRAM.format(role=role, more=""))
        project.up()
        assert {"status": "READY"} == project.outputs()


def test_mismatch_fails_preview_and_up(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", always("READY"), WorkerType="G.2X")
    project.program(PROGRAM.format(role='"arn:aws:iam::123456789012:role/Other"', more=""))

    expected = not_as_expected('"arn:aws:iam::123456789012:role/Other"')
    assert expected in project.preview(code=1).text
    assert expected in project.up("--diff", code=1).text


def test_mismatch_can_be_a_warning(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", always("READY"), WorkerType="G.2X")
    project.program(PROGRAM.format(role='"arn:aws:iam::123456789012:role/Other"', more='on_mismatch="warn"'))

    assert "warning: " + not_as_expected('"arn:aws:iam::123456789012:role/Other"') in project.preview().text
    project.up()
    assert {"status": "READY"} == project.outputs()


def test_unknown_expectation_is_checked_in_the_up(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", always("READY"), WorkerType="G.2X")
    program = PROGRAM.format(role='Role("role").id', more="").replace('"worker_type": "G.1X"', "")
    project.program(
        program.replace("import pulumi\n", "import pulumi\n    from role import Role\n", 1), role=ROLE_MODULE
    )

    assert 'status: "READY"' in project.preview().lines
    failed = project.up("--diff", code=1)
    assert not_as_expected('"Other"', worker_type=False) in failed.text


def test_expected_secret_is_never_shown(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", always("READY"), WorkerType="G.2X")
    project.program(PROGRAM.format(role='pulumi.Output.secret("planted-secret-role")', more=""))

    failed = project.preview(code=1)
    assert not_as_expected("[secret]") in failed.text
    assert "planted-secret-role" not in failed.out + failed.err


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
