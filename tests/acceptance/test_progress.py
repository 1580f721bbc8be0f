"""Progress of waits on the real engine: a row for each session, live in a terminal and sparse in a log."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess

import pytest

from support.glue_endpoint import GlueEndpoint, always, looks, slow, then
from support.pulumi_project import SESSION, Project

PROGRAM = """
    import pulumi
    from pulumi_glue_session import GlueSession

    home = pulumi.ComponentResource("test:index:Home", "home")
    nested = GlueSession("nested", session_id="nested", opts=pulumi.ResourceOptions(parent=home))
    GlueSession("renamed", session_id="renamed", opts=pulumi.ResourceOptions(aliases=[pulumi.Alias(name="before")]))
    GlueSession.get("read", "read")
    pulumi.Stash("job", input=nested.role)
"""
NAMES = ("nested", "renamed", "read")
UP = ("up", "--yes", "--skip-preview")


def put(glue: GlueEndpoint, *statuses: str) -> None:
    for name in NAMES:
        glue.put(name, looks(*statuses))


def test_each_wait_has_a_row_in_a_log(project: Project, glue: GlueEndpoint) -> None:
    for name in NAMES:
        glue.put(name, then(("PROVISIONING", 8.0), "READY"))
    project.program(PROGRAM)

    lines = project.pulumi(*UP, "--non-interactive").lines
    for name in NAMES:
        row = rf"{SESSION} {name} +(PROVISIONING, \d+s of at most 10m|READY after \d+s)$"
        shown = [match[1] for line in lines if (match := re.search(row, line))]
        assert any(each.startswith("PROVISIONING, ") for each in shown), lines
        assert any(each.startswith("READY after ") for each in shown), lines
    assert [] == [line for line in lines if re.search(r"acceptance-dev .*(PROVISIONING|READY)", line)]


def test_events_have_the_urns_of_the_resources(project: Project, glue: GlueEndpoint) -> None:
    """With the URN of a resource that never comes, a stray row would stay."""
    put(glue, "PROVISIONING", "READY")
    project.program(PROGRAM)

    project.pulumi(*UP, "--non-interactive", "--event-log", "events.json", PULUMI_DEBUG_COMMANDS="true")
    events = [json.loads(line) for line in (project.folder / "events.json").read_text().splitlines()]
    rows = {each["diagnosticEvent"].get("urn", "") for each in events if "diagnosticEvent" in each}
    assert {each["urn"] for each in project.resources().values()} == {row for row in rows if SESSION in row}


def test_row_changes_each_second_in_a_terminal(project: Project, glue: GlueEndpoint) -> None:
    """A log would show a line at 0, 5, 15, 30 and 60 seconds."""
    for name in NAMES:
        glue.put(name, then(("PROVISIONING", 8.0), "READY"))
    project.program(PROGRAM)

    text = run_in_terminal(project, *UP)
    seconds = {int(each) for each in re.findall(r"nested.*?PROVISIONING, (\d+)s of at most 10m", text)}
    assert seconds - {0, 5, 15, 30, 60, 120}, text
    assert "READY after " in text


def test_json_has_no_progress(project: Project, glue: GlueEndpoint) -> None:
    for name in NAMES:
        glue.put(name, always("PROVISIONING"))
    project.program(PROGRAM)

    preview = project.pulumi("preview", "--json").json()
    assert 3 == len([each for each in preview["diagnostics"] if each["severity"] == "info"])


def test_many_pending_sessions_take_one_line(project: Project, glue: GlueEndpoint) -> None:
    for number in range(8):
        glue.put(f"s{number}", always("PROVISIONING"))
    project.program("""
        from pulumi_glue_session import GlueSession

        for number in range(8):
            GlueSession(f"s{number}", session_id=f"s{number}")
    """)

    lines = [line for line in project.preview().lines if "wait for" in line or "PROVISIONING, " in line]
    assert 1 == len(lines), lines
    assert re.fullmatch(r"up will wait for 8 pending Glue sessions: s\d, s\d, s\d and 5 more", lines[0].strip())


@pytest.mark.slow
def test_row_shows_that_glue_does_not_answer(project: Project, glue: GlueEndpoint) -> None:
    """After five seconds. The wait continues."""
    glue.put("analytics", always("READY"))
    glue.fail("GetSession", slow(7.0), times=1)
    project.program("""
        from pulumi_glue_session import GlueSession

        GlueSession("analytics", session_id="analytics")
    """)

    lines = project.pulumi(*UP, "--non-interactive").lines
    row = rf"{SESSION} analytics +(.*)"
    shown = [match[1] for line in lines if (match := re.search(row, line))]
    assert any(re.fullmatch(r"no answer from Glue for \d+s, trying again", each) for each in shown), lines
    assert any(each.startswith("READY after ") for each in shown), lines


def run_in_terminal(project: Project, *arguments: str) -> str:
    """Output of a command in a pseudo-terminal, without control sequences."""
    primary, secondary = pty.openpty()
    with subprocess.Popen(
        ["pulumi", *arguments],
        cwd=project.folder,
        env=project.env | {"TERM": "xterm", "COLUMNS": "160", "LINES": "50"},
        stdin=secondary,
        stdout=secondary,
        stderr=secondary,
        start_new_session=True,
    ) as running:
        os.close(secondary)
        output = b""
        try:
            while part := os.read(primary, 65536):
                output += part
        except OSError:
            pass  # Linux reports the end of a terminal as an error.
        os.close(primary)
    assert 0 == running.returncode, output.decode()
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", output.decode())
