"""Secrets of the native provider on the real engine: in no output, preview, error or state."""

from __future__ import annotations

import json

import pytest

from pulumi_glue_session.native.properties import SESSION
from support.glue_endpoint import GlueEndpoint, always
from support.native_programs import BY_TOKEN
from support.pulumi_project import Project, Run


def hides(project: Project, *runs: Run) -> bool:
    """Whether the planted text is neither printed nor in the state."""
    return "planted" not in json.dumps(project.deployment()) + "".join(run.out + run.err for run in runs)


@pytest.mark.slow
def test_additional_secret_output(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", always("READY"), Description="planted 1")
    options = 'pulumi.ResourceOptions(additional_secret_outputs=["description"])'
    project.program(BY_TOKEN + f'\n    Session("analytics", sessionId="analytics-prod", opts={options})\n')

    # The engine itself shows the description in a preview that creates the record.
    runs = [project.up(), project.preview()]
    glue.put("analytics-prod", always("READY"), Description="planted 2")
    runs += [project.preview(), project.up(), project.preview()]
    glue.put("analytics-prod", always("STOPPED"), Description="planted 3")
    failed = project.preview(code=1)

    assert "description" in failed.out + failed.err
    assert hides(project, *runs, failed)


@pytest.mark.parametrize("on_mismatch", ["fail", pytest.param("warn", marks=pytest.mark.slow)])
def test_secret_in_expect(project: Project, glue: GlueEndpoint, on_mismatch: str) -> None:
    glue.put("analytics-prod", always("READY"))
    project.program(
        BY_TOKEN
        + f"""
    expect = {{"role": pulumi.Output.secret("planted"), "numberOfWorkers": 3}}
    Session("analytics", sessionId="analytics-prod", expect=expect, onMismatch={on_mismatch!r})
    """
    )

    run = project.preview(code=None)

    assert "role: expected [secret]" in run.out + run.err
    assert "planted" not in run.out + run.err


@pytest.mark.slow
def test_external_id_of_a_provider(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", always("READY"))
    project.program(
        BY_TOKEN
        + """
    import json

    roles = json.dumps([{"roleArn": "arn:aws:iam::222222222222:role/GlueReader", "externalId": "planted"}])
    pulumi.ProviderResource("glue-session", "other", {"assumeRoles": roles})
    """
    )

    runs = [project.preview(), project.up(), project.preview()]

    assert {} == project.resources(SESSION)
    assert hides(project, *runs)
