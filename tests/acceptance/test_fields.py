"""All fields on the real engine: what may hold secrets stays secret, and what changes by itself is never a change."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from support.glue_endpoint import always, then
from support.pulumi_project import SESSION, Project, steps

if TYPE_CHECKING:
    from support.glue_endpoint import GlueEndpoint

PASSWORD = "planted-password"

PROGRAM = """
    import pulumi
    from pulumi_glue_session import GlueSession, get_session_output

    session = GlueSession("recorded", session_id="analytics")
    read = GlueSession.get("read", "analytics")
    ungated = GlueSession.get("ungated", "analytics", wait_for=None)
    asked = get_session_output("analytics")
    pulumi.Stash("dependant", input=[session.default_arguments, read.default_arguments, asked.default_arguments])
    for name in "progress", "execution_time", "dpu_seconds":
        pulumi.export(name, [getattr(each, name) for each in (session, read, ungated, asked)])
    pulumi.export("asked", asked)
"""


def put(glue: GlueEndpoint, *, password: str = PASSWORD, progress: float = 0.5, status: str = "READY") -> None:
    more: dict[str, Any] = {"Progress": progress, "ExecutionTime": 20 * progress, "DPUSeconds": 40 * progress}
    glue.put("analytics", always(status), DefaultArguments={"--password": password}, **more)


@pytest.mark.slow
def test_volatile_fields_never_show_as_a_change(project: Project, glue: GlueEndpoint) -> None:
    put(glue)
    project.program(PROGRAM)
    project.up()

    assert {"progress": [0.5] * 4, "execution_time": [10] * 4, "dpu_seconds": [20] * 4} == volatile(project)
    assert set() == {name for each in project.resources().values() for name in each["outputs"]} & {
        "progress",
        "execution_time",
        "dpu_seconds",
    }

    put(glue, progress=0.75)

    project.preview("--expect-no-changes")
    assert [("read", {}), ("read", {})] == [step for step in steps(project.preview_json()) if step[0] != "same"]
    project.up()
    assert {"progress": [0.75] * 4, "execution_time": [15] * 4, "dpu_seconds": [30] * 4} == volatile(project)


def volatile(project: Project) -> dict[str, Any]:
    return {name: value for name, value in project.outputs().items() if name != "asked"}


def test_volatile_fields_are_unknown_while_pending(project: Project, glue: GlueEndpoint) -> None:
    """A dependant must not be planned with the progress of a session that has not started."""
    glue.put("analytics", then(("PROVISIONING", 4.0), "READY"), Progress=1.0)
    project.program("""
        import pulumi
        from pulumi_glue_session import GlueSession

        pulumi.export("progress", GlueSession("recorded", session_id="analytics").progress)
    """)

    assert "progress: [unknown]" in project.preview().lines
    project.up()
    assert {"progress": 1} == project.outputs()


def test_default_arguments_are_secret_everywhere(project: Project, glue: GlueEndpoint) -> None:
    """In state, in what is printed, in stack outputs and in errors; and so are those of a drifted session."""
    put(glue)
    project.program(PROGRAM)
    runs = [project.preview("-v=8", "--logtostderr", "--logflow"), project.up()]
    put(glue, password=PASSWORD + "-2")
    drift = project.preview()
    runs += [drift, project.pulumi("preview", "--json"), project.refresh(), project.pulumi("stack", "output", "--json")]
    put(glue, password=PASSWORD + "-3", status="FAILED")
    failed = project.preview(code=1)
    state = json.dumps(project.deployment())

    # Engine 3.259 hides the whole mapping, 3.276 only the values.
    assert {"~ default_arguments: [secret] => [secret]", "~ --password: [secret] => [secret]"} & set(drift.lines)
    # Of a session that failed, the engine hides both values before it compares them.
    assert "FAILED, will not become READY" in failed.err
    assert 'Changed since recorded: status "READY" => "FAILED", default_arguments' in failed.text
    assert [] == [run for run in (*runs, failed) if PASSWORD in run.out + run.err]
    assert PASSWORD not in state
    assert {"--password": PASSWORD} == project.outputs()["asked"]["default_arguments"], (
        "they are there, for who may see them"
    )


def test_empty_arguments_are_not_encrypted(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics", always("READY"), DefaultArguments={})
    project.program("""
        from pulumi_glue_session import GlueSession

        GlueSession("recorded", session_id="analytics")
    """)
    project.up()

    recorded = project.resources(SESSION)["recorded"]
    assert ({}, {}) == (recorded["inputs"]["default_arguments"], recorded["outputs"]["default_arguments"])


def test_mismatching_arguments_are_not_shown(project: Project, glue: GlueEndpoint) -> None:
    put(glue)
    project.program("""
        from pulumi_glue_session import GlueSession

        GlueSession("recorded", session_id="analytics", expect={"default_arguments": {"--password": "planted-wish"}})
    """)

    failed = project.preview(code=1)

    assert "default_arguments: expected [secret], found [secret]" in failed.text
    assert "planted" not in failed.out + failed.err
