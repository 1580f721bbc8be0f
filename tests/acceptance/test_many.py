"""Many sessions at once: they share reads and delay no other resource."""

from __future__ import annotations

import os
import signal
import sys
import threading

import pytest
from pulumi import automation, export

from pulumi_glue_session import AwsOptions, GlueSession
from support.glue_endpoint import GlueEndpoint, always, error, looks
from support.pulumi_project import REGION, Project

MANY = """
    import pulumi
    from pulumi_glue_session import GlueSession

    for number in range({count}):
        session = GlueSession(f"session-{{number}}", session_id=f"s{{number}}")
        pulumi.Stash(f"job-{{number}}", input=session.role)
"""

UNRELATED = (
    MANY
    + """
    from other import Other

    Other("unrelated")
"""
)

OTHER = """
    import boto3
    from pulumi import dynamic


    class OtherProvider(dynamic.ResourceProvider):
        def create(self, props):
            # A call at the endpoint between the polls of the waits.
            boto3.client("glue", "eu-west-1").get_session(Id="mark")
            return dynamic.CreateResult("other", props)


    class Other(dynamic.Resource):
        def __init__(self, resource_name):
            super().__init__(OtherProvider(), resource_name, {})
"""


FIRST_READS = 4
"""Reads that can start before a list is there: the provider process has four threads."""


def put(glue: GlueEndpoint, count: int, *statuses: str) -> None:
    for number in range(count):
        glue.put(f"s{number}", looks(*statuses))


def test_hundred_sessions_take_one_call(project: Project, glue: GlueEndpoint) -> None:
    """A refresh reads a session that a list lacks by itself before it counts as missing."""
    put(glue, 100, "READY")
    project.program(MANY.format(count=100))

    project.up()
    assert (100, 100) == (len(project.resources()), len(project.resources("pulumi:index:Stash")))
    assert ["ListSessions"] == [call.operation for call in glue.calls]

    asked = glue.count()
    glue.put("s7", always("STOPPED"))
    glue.remove("s8")

    project.refresh()
    recorded = project.resources()
    assert (99, "STOPPED") == (len(recorded), recorded["session-7"]["outputs"]["status"])
    singly = [call.session_id for call in glue.calls[asked:] if call.operation == "GetSession"]
    assert "s8" in singly, "a session that a list lacks is read before it counts as missing"
    assert len(singly) <= FIRST_READS + 1


@pytest.mark.slow
def test_hundred_gets_take_one_call(project: Project, glue: GlueEndpoint) -> None:
    """The provider reuses the observation of the program."""
    put(glue, 100, "READY")
    project.program(
        MANY.format(count=100).replace(
            'GlueSession(f"session-{number}", session_id=', 'GlueSession.get(f"session-{number}", '
        )
    )

    project.up()
    assert (100, {"READY"}) == (
        len(project.resources()),
        {each["outputs"]["status"] for each in project.resources().values()},
    )
    assert ["ListSessions"] == [call.operation for call in glue.calls]


@pytest.mark.slow
def test_hundred_gets_without_wait_share_lists(project: Project, glue: GlueEndpoint) -> None:
    """Without a wait the provider reads."""
    put(glue, 100, "STOPPED")
    read = 'GlueSession.get(f"session-{number}", wait_for=None, session_id='
    project.program(MANY.format(count=100).replace('GlueSession(f"session-{number}", session_id=', read))

    project.up()
    assert (100, {"STOPPED"}) == (
        len(project.resources()),
        {each["outputs"]["status"] for each in project.resources().values()},
    )
    assert 1 <= glue.count("GetSession") <= FIRST_READS


@pytest.mark.slow
def test_hundred_waits_share_each_poll(project: Project, glue: GlueEndpoint) -> None:
    put(glue, 100, "PROVISIONING", "PROVISIONING", "PROVISIONING", "READY")
    project.program(MANY.format(count=100))

    up = project.up()
    assert ["ListSessions"] * 4 == [call.operation for call in glue.calls]
    assert "PROVISIONING, " in up.text


def test_wait_does_not_delay_other_resources(project: Project, glue: GlueEndpoint) -> None:
    """A provider that waits in `create` would block other resources: its process has four threads."""
    put(glue, 20, *["PROVISIONING"] * 6, "READY")
    glue.put("mark", always("READY"))
    project.program(UNRELATED.format(count=20), other=OTHER)

    project.up()
    operations = [call.operation for call in glue.calls]
    assert 7 == operations.count("ListSessions")
    assert "ListSessions" in operations[operations.index("GetSession") :], "it was created during the wait"


@pytest.mark.slow
def test_denied_list_falls_back_to_get_session(project: Project, glue: GlueEndpoint) -> None:
    put(glue, 12, "READY")
    glue.fail("ListSessions", error("AccessDeniedException", "not authorized to perform: glue:ListSessions"))
    project.program(MANY.format(count=12))

    line = "glue:ListSessions is denied in eu-west-1"
    assert line not in project.preview().text
    assert 1 == project.preview("--debug").text.count(line)
    assert (2, 24) == (glue.count("ListSessions"), glue.count("GetSession"))


@pytest.mark.parametrize("switch", ["variable", pytest.param("config", marks=pytest.mark.slow)])
def test_skip_wait_is_reported_once(switch: str, project: Project, glue: GlueEndpoint) -> None:
    put(glue, 3, "PROVISIONING")
    project.program(MANY.format(count=3))
    if switch == "config":
        project.pulumi("config", "set", "glue-session:skipWait", "true")

    up = project.up(PULUMI_GLUE_SESSION_SKIP_WAIT="true" if switch == "variable" else "")
    assert ["PROVISIONING"] * 3 == [each["outputs"]["status"] for each in project.resources().values()]
    assert 1 == up.lines.count("This run does not wait for Glue sessions and accepts any status.")


@pytest.mark.parametrize(
    "whom", [pytest.param("the engine alone", marks=pytest.mark.slow), "the whole process group, as a terminal does"]
)
def test_interrupt_ends_a_wait(whom: str, project: Project, glue: GlueEndpoint) -> None:
    put(glue, 5, "PROVISIONING")
    project.program(MANY.format(count=5))

    with project.start("up", "--yes", "--skip-preview", "--non-interactive") as running:
        assert running.stdout is not None
        printed = ""
        while "PROVISIONING, " not in printed:
            printed += running.stdout.readline()
        (os.kill if whom == "the engine alone" else os.killpg)(running.pid, signal.SIGINT)
        # Far less than the timeout of ten minutes.
        printed += running.communicate(timeout=60)[0]
    assert 0 != running.returncode
    assert "error: update canceled" in printed
    assert "Traceback" not in printed
    assert {} == project.resources()

    for number in range(5):
        glue.put(f"s{number}", always("READY"))
    project.up()
    assert 5 == len(project.resources())


@pytest.mark.slow
def test_inline_programs_are_isolated(env: dict[str, str]) -> None:
    """Each has its own thread, event loop and endpoint."""
    results: dict[str, dict[str, str]] = {}

    def deploy(name: str, url: str) -> None:
        def program() -> None:
            for number in range(20):
                session = GlueSession(
                    f"g{number}", session_id=f"s{number}", aws=AwsOptions(region=REGION, endpoint_url=url)
                )
                export(f"g{number}", session.description)

        stack = automation.create_stack(
            stack_name="dev",
            project_name=name,
            program=program,
            opts=automation.LocalWorkspaceOptions(
                env_vars=env | {"PULUMI_PYTHON_CMD": sys.executable}, pulumi_home=env["PULUMI_HOME"]
            ),
        )
        results[name] = {key: output.value for key, output in stack.up().outputs.items()}

    with pytest.MonkeyPatch.context() as patch, GlueEndpoint() as one, GlueEndpoint() as other:
        for key, value in env.items():
            patch.setenv(key, value)
        glues = {"one": one, "other": other}
        for name, glue in glues.items():
            for number in range(20):
                glue.put(f"s{number}", looks("PROVISIONING", "PROVISIONING", "READY"), Description=f"{name} {number}")
        threads = [threading.Thread(target=deploy, args=(name, glue.url)) for name, glue in glues.items()]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert {name: {f"g{number}": f"{name} {number}" for number in range(20)} for name in glues} == results
    assert [["ListSessions"] * 3] * 2 == [[call.operation for call in glue.calls] for glue in glues.values()]
