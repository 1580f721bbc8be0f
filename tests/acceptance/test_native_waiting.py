"""Waiting of the native provider on the real engine: functions, gates, progress, skipped waits, an attached plugin."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from pulumi_glue_session.native.properties import SESSION
from support.glue_endpoint import GlueEndpoint, always, looks
from support.native_programs import ONE_SESSION
from support.pulumi_project import Project, Run, steps


def text_of(run: Run) -> str:
    """Everything that was printed, on one line."""
    return " ".join((run.out + run.err).split())


def wait_for_text(file: Path, text: str) -> None:
    while text not in file.read_text():
        time.sleep(0.1)


def test_waiting_functions_use_no_slots_of_the_engine(project: Project, glue: GlueEndpoint, tmp_path: Path) -> None:
    """With the default parallelism. The sessions become READY only after the independent resource was created."""
    names = [f"s{number}" for number in range(16)]
    for name in names:
        glue.put(name, always("PROVISIONING"))
    project.program(f"""
        import pulumi

        for name in {names!r}:
            arguments = {{"sessionId": name, "timeout": "10m"}}
            session = pulumi.runtime.invoke_output("glue-session:index:waitForSession", arguments)
            pulumi.Stash(name, input=session.apply(lambda result: result["status"]))
        pulumi.Stash("independent", input="created at once")
    """)
    printed = tmp_path / "printed"

    with printed.open("w") as to, project.start("up", "--yes", "--skip-preview", "--non-interactive", to=to) as up:
        wait_for_text(printed, "Stash independent created")
        assert "Stash s0 created" not in printed.read_text()
        for name in names:
            glue.put(name, always("READY"))
        assert 0 == up.wait(timeout=240), printed.read_text()

    outputs = {name: each["outputs"]["output"] for name, each in project.resources("pulumi:index:Stash").items()}
    assert dict.fromkeys(names, "READY") == {name: outputs[name] for name in names}


def test_waiting_function_in_a_preview_reads_once(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", always("PROVISIONING"))
    project.program("""
        import pulumi

        arguments = {"sessionId": "analytics-prod", "timeout": "1h"}
        session = pulumi.runtime.invoke("glue-session:index:waitForSession", arguments).value
        pulumi.export("status", session["status"])
    """)

    preview = project.preview()

    assert "is PROVISIONING: up will wait for READY, at most 1h" in text_of(preview)
    assert 1 == glue.count()
    glue.put("analytics-prod", always("STOPPED"))
    assert "STOPPED, will not become READY" in text_of(project.preview(code=1))


@pytest.mark.slow
def test_gate_once(project: Project, glue: GlueEndpoint) -> None:
    """After the first record, an ended or missing session is drift and does not fail a run."""
    glue.put("analytics-prod", always("READY"))
    project.program(ONE_SESSION.replace('timeout="60s"', 'timeout="60s", gate="once"'))
    project.up()

    glue.put("analytics-prod", always("TIMEOUT"))
    preview = project.preview()
    assert '~ status: "READY" => "TIMEOUT"' in preview.lines
    assert 1 == text_of(preview).count("TIMEOUT, will not become READY"), "one warning"
    project.up()
    assert {"status": "TIMEOUT", "workers": 2} == project.outputs()
    project.up("--expect-no-changes")

    glue.remove("analytics-prod")
    missing = project.up("--expect-no-changes")
    assert 'Not found: Glue session "analytics-prod"' in text_of(missing)
    assert {"status": "TIMEOUT", "workers": 2} == project.outputs(), "the last record is kept"
    project.refresh()
    assert {} == project.resources(SESSION)


@pytest.mark.slow
def test_gate_once_waits_for_a_new_record(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", always("READY"))
    glue.put("other", always("TIMEOUT"))
    program = ONE_SESSION.replace('timeout="60s"', 'timeout="60s", gate="once"')
    project.program(program)
    project.up()

    project.program(program.replace("analytics-prod", "other"))

    assert 'TIMEOUT, will not become READY: Glue session "other"' in text_of(project.preview(code=1))


def test_progress_on_the_row(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", looks("PROVISIONING", "PROVISIONING", "PROVISIONING", "READY"))
    project.program(ONE_SESSION)

    printed = project.up().out

    row = [line for line in printed.splitlines() if f"{SESSION} analytics" in " ".join(line.split())]
    assert any("PROVISIONING, " in line and "of at most 1m" in line for line in row), printed
    assert any("READY after" in line for line in row), printed


@pytest.mark.slow
def test_skipped_wait(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", always("STOPPED"))
    project.program(ONE_SESSION)

    skipped = project.preview(PULUMI_GLUE_SESSION_SKIP_WAIT="yes")
    assert 1 == text_of(skipped).count("does not wait for Glue sessions")
    assert "STOPPED, will not" in text_of(project.preview(code=1, PULUMI_GLUE_SESSION_SKIP_WAIT="off"))
    refused = text_of(project.preview(code=1, PULUMI_GLUE_SESSION_SKIP_WAIT="perhaps"))
    assert "PULUMI_GLUE_SESSION_SKIP_WAIT: 'perhaps'" in refused
    project.pulumi("config", "set", "glue-session:skipWait", "on")
    assert "does not wait for Glue sessions" in text_of(project.preview())


@pytest.mark.slow
def test_attached_plugin(project: Project, glue: GlueEndpoint, tmp_path: Path) -> None:
    """PULUMI_DEBUG_PROVIDERS names a plugin that was started by hand."""
    glue.put("analytics-prod", always("PROVISIONING"))
    project.program(ONE_SESSION)
    plugin = Path(sys.executable).parent / "pulumi-resource-glue-session"
    notes = tmp_path / "notes"

    with (
        notes.open("w") as stderr,
        subprocess.Popen([plugin], env=project.env, stdout=subprocess.PIPE, stderr=stderr, text=True) as process,
    ):
        try:
            port = (process.stdout.readline() if process.stdout else "").strip()
            preview = project.preview(PULUMI_DEBUG_PROVIDERS=f"glue-session:{port}")
        finally:
            process.terminate()

    assert f"PULUMI_DEBUG_PROVIDERS=glue-session:{port}" in notes.read_text()
    assert "is PROVISIONING: up will wait for READY" in text_of(preview), "the plugin reached the engine's log"
    assert ["create"] == [op for op, _ in steps(project.preview_json(), SESSION)]
