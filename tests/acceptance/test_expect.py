"""Expectations: declared facts about a session, judged in preview and up."""

from __future__ import annotations

from support.glue_endpoint import GlueEndpoint, always
from support.pulumi_project import ROLE, Project

PROGRAM = """
    import pulumi
    from pulumi_glue_session import GlueSession

    role = {role}
    session = GlueSession(
        "analytics", session_id="analytics-prod",
        expect={{"role": role, "glue_version": {{"at_least": "4.0"}}, "command": {{"name": "glueetl"}}, "worker_type": "G.1X"}}, {more}
    )
    pulumi.export("status", session.status)
"""
FOUND = (
    'Glue session "analytics-prod" in eu-west-1 is not as expected: name a session that is, or correct expect, and run again.\n'
    '  role: expected {role}, found "arn:aws:iam::123456789012:role/GlueSession"\n'
    '  worker_type: expected "G.1X", found "G.2X"'
)
PROBLEM = "error: pulumi-python:dynamic/glue:Session resource 'analytics' has a problem: "


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
    """A role matches by name too: Glue gives it back as whoever created the session wrote it."""
    glue.put("analytics-prod", always("READY"))
    for role in (f'"{ROLE}"', '"GlueSession"'):
        project.program(PROGRAM.format(role=role, more=""))
        project.up()
        assert {"status": "READY"} == project.outputs()


def test_mismatch_fails_preview_and_up(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", always("READY"), WorkerType="G.2X")
    project.program(PROGRAM.format(role='"arn:aws:iam::123456789012:role/Other"', more=""))

    expected = PROBLEM + FOUND.format(role='"arn:aws:iam::123456789012:role/Other"')
    assert expected == project.preview(code=1).err.strip()
    assert expected in project.up("--diff", code=1).err


def test_mismatch_can_be_a_warning(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", always("READY"), WorkerType="G.2X")
    project.program(PROGRAM.format(role='"arn:aws:iam::123456789012:role/Other"', more='on_mismatch="warn"'))

    expected = "warning: " + FOUND.format(role='"arn:aws:iam::123456789012:role/Other"')
    assert expected == project.preview().err.strip()
    project.up()
    assert {"status": "READY"} == project.outputs()


def test_unknown_expectation_is_checked_in_the_up(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", always("READY"), WorkerType="G.2X")
    program = PROGRAM.format(role='Role("role").id', more="").replace('"worker_type": "G.1X"', "")
    project.program(program.replace("import pulumi\n", "import pulumi\n    from role import Role\n", 1), role=ROLE_MODULE)

    assert 'status: "READY"' in project.preview().lines, "the rest is known all the same"
    failed = project.up("--diff", code=1)
    assert PROBLEM + FOUND.format(role='"Other"').rsplit("\n", 1)[0] in failed.err


def test_expected_secret_is_never_shown(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", always("READY"), WorkerType="G.2X")
    project.program(PROGRAM.format(role='pulumi.Output.secret("planted-secret-role")', more=""))

    failed = project.preview(code=1)
    assert PROBLEM + FOUND.format(role="[secret]") == failed.err.strip()
    assert "planted-secret-role" not in failed.out + failed.err


def test_invalid_expectation_fails_without_a_call(project: Project, glue: GlueEndpoint) -> None:
    wrong = {
        '{"status": "READY"}': "expect: 'status' can't be expected: use one of command, connections, created_on, "
        "default_arguments, description, glue_version, idle_timeout, max_capacity, number_of_workers, profile_name, role, "
        "security_configuration, session_type, worker_type",
        '{"glue_version": 5.0}': "expect: glue_version can't be 5.0, only text",
        '{"role": {"at_least": "a"}}': 'expect: role can\'t be at least "a", only a number or a version can',
    }
    for expect, sentence in wrong.items():
        program = (
            'from pulumi_glue_session import GlueSession\nGlueSession("analytics", session_id="analytics-prod", expect=' + expect + ")"
        )
        project.program(program)
        assert PROBLEM + sentence == project.preview(code=1).err.strip()
    assert 0 == glue.count()
