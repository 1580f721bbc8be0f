"""Secrets on the real engine: declared secret outputs and secret arguments appear nowhere in clear."""

from __future__ import annotations

import json

import pytest

from support.glue_endpoint import GlueEndpoint, always
from support.pulumi_project import Project

PLANTED = "planted-description"
CHANGED = "planted-changed"


def test_secret_output_is_nowhere_in_clear(project: Project, glue: GlueEndpoint) -> None:
    """In inputs, the hidden input of a `.get`, previews, drift and errors, with and without a wait."""
    glue.put("analytics", always("READY"), Description=PLANTED)
    project.program("""
        import pulumi
        from pulumi_glue_session import GlueSession

        opts = pulumi.ResourceOptions(additional_secret_outputs=["description"])
        for wait_for in "READY", None:
            GlueSession(f"recorded-{wait_for}", session_id="analytics", wait_for=wait_for, opts=opts)
            GlueSession.get(f"read-{wait_for}", "analytics", wait_for=wait_for, opts=opts)
    """)

    runs = [project.preview(), project.up("--diff")]
    states = [json.dumps(project.resources())]
    glue.put("analytics", always("READY"), Description=CHANGED)
    runs += [project.preview(), project.refresh()]
    states.append(json.dumps(project.resources()))
    glue.put("analytics", always("STOPPED"), Description=PLANTED)
    failed = [project.preview(code=1), project.up("--diff", code=1)]
    states.append(json.dumps(project.resources()))

    assert 'Changed since recorded: status "READY" => "STOPPED", description' in failed[0].text
    assert [] == [run.out + run.err for run in (*runs, *failed) if "planted" in run.out + run.err]
    assert [4, 4, 4] == [len(json.loads(state)) for state in states]
    assert [] == [state for state in states if "planted" in state]


@pytest.mark.slow
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


@pytest.mark.slow
def test_invalid_secret_argument_is_not_shown(project: Project, glue: GlueEndpoint) -> None:
    project.program("""
        import pulumi
        from pulumi_glue_session import AwsOptions, GlueSession

        secret = pulumi.Output.secret("planted-secret")
        GlueSession("expect", session_id="analytics", expect=secret)
        GlueSession("value", session_id="analytics", expect={"number_of_workers": secret})
        GlueSession("aws", session_id="analytics", aws=secret)
        GlueSession("option", session_id="analytics", aws=AwsOptions(max_retries=secret))
        GlueSession("wait_for", session_id="analytics", wait_for=secret)
        GlueSession("timeout", session_id="analytics", timeout=secret)
    """)

    failed = project.preview(code=1)
    assert 6 == failed.text.count("error: ") - failed.text.count("error: preview failed")
    assert "Traceback" not in failed.out + failed.err
    assert "planted" not in failed.out + failed.err
    assert 0 == glue.count()
