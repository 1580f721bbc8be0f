"""Secrets on the real engine: declared secret outputs and secret arguments appear nowhere in clear."""

from __future__ import annotations

import json

import pytest

from support.glue_endpoint import GlueEndpoint, always
from support.pulumi_project import Project

PLANTED = "planted-description"
CHANGED = "planted-changed"


@pytest.mark.parametrize("gate", ["READY", None])
def test_secret_output_is_nowhere_in_clear(gate: str | None, project: Project, glue: GlueEndpoint) -> None:
    """In inputs, the hidden input of a `.get`, previews, drift and errors."""
    glue.put("analytics", always("READY"), Description=PLANTED)
    project.program(f"""
        import pulumi
        from pulumi_glue_session import GlueSession

        opts = pulumi.ResourceOptions(additional_secret_outputs=["description"])
        GlueSession("recorded", session_id="analytics", wait_for={gate!r}, opts=opts)
        GlueSession.get("read", "analytics", wait_for={gate!r}, opts=opts)
    """)

    runs = [project.preview(), project.up("--diff")]
    states = [json.dumps(project.resources())]
    glue.put("analytics", always("READY"), Description=CHANGED)
    runs += [project.preview(), project.refresh()]
    states.append(json.dumps(project.resources()))
    glue.put("analytics", always("STOPPED"), Description=PLANTED)
    if gate:
        failed = [project.preview(code=1), project.up("--diff", code=1)]
        assert 'Changed since recorded: status "READY" => "STOPPED", description' in failed[0].text
        runs += failed

    assert [] == [run.out + run.err for run in runs if "planted" in run.out + run.err]
    assert [] == [state for state in states if "planted" in state]


def test_secret_output_is_not_in_a_mismatch(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics", always("READY"), Description=PLANTED)
    project.program("""
        import pulumi
        from pulumi_glue_session import GlueSession

        opts = pulumi.ResourceOptions(additional_secret_outputs=["description"])
        GlueSession("failing", session_id="analytics", expect={"description": "other"}, opts=opts)
        GlueSession("warning", session_id="analytics", expect={"description": "other"}, on_mismatch="warn", opts=opts)
    """)

    failed = project.preview(code=1)
    assert 2 == failed.text.count('description: expected "other", found [secret]')
    assert PLANTED not in failed.out + failed.err


ARGUMENTS = {
    "expect": "expect=secret",
    "a value of expect": 'expect={"number_of_workers": secret}',
    "aws": "aws=secret",
    "an AWS option": "aws=AwsOptions(max_retries=secret)",
    "wait_for": "wait_for=secret",
    "timeout": "timeout=secret",
}


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_invalid_secret_argument_is_not_shown(argument: str, project: Project, glue: GlueEndpoint) -> None:
    project.program(f"""
        import pulumi
        from pulumi_glue_session import AwsOptions, GlueSession

        secret = pulumi.Output.secret("planted-secret")
        GlueSession("analytics", session_id="analytics", {ARGUMENTS[argument]})
    """)

    failed = project.preview(code=1)
    assert "error: " in failed.text
    assert "Traceback" not in failed.out + failed.err
    assert "planted" not in failed.out + failed.err
    assert 0 == glue.count()
