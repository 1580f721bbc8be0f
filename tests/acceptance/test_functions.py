"""Functions on the real engine: asked now, recorded nowhere, and what a program makes of many sessions."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from support.glue_endpoint import always
from support.pulumi_project import Project

if TYPE_CHECKING:
    from support.glue_endpoint import GlueEndpoint

TEAM = {"team": "etl"}


def put(glue: GlueEndpoint, session_id: str, day: int, *, status: str = "READY", **tags: str) -> None:
    glue.put(session_id, always(status), CreatedOn=datetime(2026, 1, day, tzinfo=UTC), Tags=tags)


def test_sessions_of_a_team(project: Project, glue: GlueEndpoint) -> None:
    """The plain form gives values, so that a program can loop over them. One listing for all, one look for the gates."""
    put(glue, "etl-1", 1, **TEAM)
    put(glue, "etl-2", 2, **TEAM)
    put(glue, "etl-3", 3, status="STOPPED", **TEAM)
    put(glue, "notebook", 4, team="science")
    project.program("""
        import pulumi
        from pulumi_glue_session import GlueSession, get_sessions

        found = get_sessions(tags={"team": "etl"}, statuses=["READY", "PROVISIONING"], id_prefix="etl-", id_pattern="*-[0-9]")
        for session_id in found.ids:
            GlueSession(session_id, session_id=session_id)
        pulumi.export("newest", [found.region, found.sessions[0].session_id, found.sessions[0].glue_version])
    """)

    project.up()

    assert {"etl-1", "etl-2"} == project.resources().keys()
    assert {"newest": ["eu-west-1", "etl-2", "5.0"]} == project.outputs()
    assert (2, 2) == (glue.count(), glue.count("ListSessions"))
    put(glue, "etl-4", 5, **TEAM)
    assert ["etl-4"] == [step["urn"].split("::")[-1] for step in project.preview_json()["steps"] if step["op"] == "create"]


def test_function_waits_for_dependencies(project: Project, glue: GlueEndpoint) -> None:
    """A session that this very stack starts can't be asked for in the first preview: its values are unknown, and nothing is asked."""
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


def test_get_session_of_none_or_several(project: Project, glue: GlueEndpoint) -> None:
    """One sentence, where Python would print a traceback; and a program that can do without may catch it."""
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

    sentence = (
        "No Glue session in eu-west-1 fits tags team=etl: "
        "start one, or correct what is asked for, the region or the account that is asked, and run again."
    )
    assert [sentence, "an unhandled error occurred: program exited with non-zero exit code: 1"] == failed.errors
    assert "Traceback" not in failed.out + failed.err

    put(glue, "etl-1", 1, **TEAM)
    project.up()
    assert {"none": sentence.replace("etl", "nobody"), "one": "etl-1"} == project.outputs()

    put(glue, "etl-2", 2, **TEAM)
    sentence = "2 Glue sessions in eu-west-1 fit tags team=etl (etl-2, etl-1): narrow it down to one, or use get_sessions, and run again."
    assert sentence == project.preview(code=1).errors[0]
