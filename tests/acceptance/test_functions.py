"""Functions on the real engine."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from pulumi_glue_session import NotOneSession
from support.glue_endpoint import always
from support.pulumi_project import REGION, Project, flat

if TYPE_CHECKING:
    from support.glue_endpoint import GlueEndpoint

TEAM = {"team": "etl"}


def put(glue: GlueEndpoint, session_id: str, day: int, *, status: str = "READY", **tags: str) -> None:
    glue.put(session_id, always(status), CreatedOn=datetime(2026, 1, day, tzinfo=UTC), Tags=tags)


def test_sessions_of_a_team(project: Project, glue: GlueEndpoint) -> None:
    """A program can loop over the result of the plain form."""
    put(glue, "etl-1", 1, **TEAM)
    put(glue, "etl-2", 2, **TEAM)
    put(glue, "etl-3", 3, status="STOPPED", **TEAM)
    put(glue, "notebook", 4, team="science")
    project.program("""
        import pulumi
        from pulumi_glue_session import GlueSession, get_sessions

        starting = ["READY", "PROVISIONING"]
        found = get_sessions(tags={"team": "etl"}, statuses=starting, id_prefix="etl-", id_pattern="*-[0-9]")
        for session_id in found.ids:
            GlueSession(session_id, session_id=session_id)
        pulumi.export("newest", [found.region, found.sessions[0].session_id, found.sessions[0].glue_version])
    """)

    project.up()

    assert {"etl-1", "etl-2"} == project.resources().keys()
    assert {"newest": ["eu-west-1", "etl-2", "5.0"]} == project.outputs()
    assert {"ListSessions": 1, "GetSession": 2} == {name: glue.count(name) for name in ("ListSessions", "GetSession")}
    put(glue, "etl-4", 5, **TEAM)
    assert ["etl-4"] == [
        step["urn"].split("::")[-1] for step in project.preview_json()["steps"] if step["op"] == "create"
    ]


def test_function_waits_for_dependencies(project: Project, glue: GlueEndpoint) -> None:
    """In the first preview, a session that this stack starts is unknown."""
    put(glue, "etl-1", 1, **TEAM)
    project.program("""
        import pulumi
        from pulumi_glue_session import get_session_output, get_sessions_output

        started = pulumi.Stash("started", input="etl-1")
        pulumi.export("by-argument", get_session_output(started.output).status)
        after = pulumi.InvokeOutputOptions(depends_on=[started])
        pulumi.export("by-option", get_session_output(tags={"team": "etl"}, opts=after).session_id)
        pulumi.export("several", get_sessions_output(statuses="READY", opts=after).ids)
    """)

    preview = project.preview()

    assert 0 == glue.count()
    assert {"by-argument: [unknown]", "by-option: [unknown]", "several: [unknown]"} <= set(preview.lines)
    project.up()
    assert {"by-argument": "READY", "by-option": "etl-1", "several": ["etl-1"]} == project.outputs()
    project.preview("--expect-no-changes")


@pytest.mark.slow
def test_get_session_of_none_or_several(project: Project, glue: GlueEndpoint) -> None:
    """The error has no traceback, and a program can catch it."""
    project.program("""
        import pulumi
        from pulumi_glue_session import NotOneSession, get_session

        try:
            get_session(tags={"team": "nobody"})
        except NotOneSession as none:
            pulumi.export("none", str(none))
        pulumi.export("one", get_session(tags={"team": "etl"}).session_id)
    """)

    failed = project.preview(code=1)

    message = flat(NotOneSession([("tags", "team=etl")], region=REGION, found=[]))
    assert f"error: {message}" in failed.text
    assert "Traceback" not in failed.out + failed.err

    put(glue, "etl-1", 1, **TEAM)
    project.up()
    outputs = project.outputs()
    assert ("etl-1", message.replace("etl", "nobody")) == (outputs["one"], " ".join(outputs["none"].split()))

    put(glue, "etl-2", 2, **TEAM)
    message = flat(NotOneSession([("tags", "team=etl")], region=REGION, found=["etl-2", "etl-1"]))
    assert message in project.preview(code=1).text
