"""The native resource on the real engine: states that always recover, ignored changes, replacements, partial runs."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pulumi_glue_session.native.properties import SESSION
from support.glue_endpoint import GlueEndpoint, always
from support.native_programs import BY_TOKEN, ONE_SESSION
from support.pulumi_project import Project, Run, steps

SIGNATURE_KEY = "4dabf18193072939515e22adb298388d"
UNKNOWN_STRING = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


def text_of(run: Run) -> str:
    """Everything that was printed, on one line."""
    return " ".join((run.out + run.err).split())


def outputs_of(project: Project, name: str) -> dict[str, Any]:
    outputs: dict[str, Any] = project.resources(SESSION, show_secrets=True)[name]["outputs"]
    return outputs


@pytest.mark.slow
def test_session_data_with_markers_of_pulumi(project: Project, glue: GlueEndpoint) -> None:
    """Such data must not make a state unreadable."""
    arguments = {SIGNATURE_KEY: "1b47061264138c4ac30d75fd1eb44270", "--unknown": UNKNOWN_STRING}
    glue.put("analytics-prod", always("READY"), DefaultArguments=arguments, Description=UNKNOWN_STRING)
    project.program(ONE_SESSION)

    project.up()
    project.refresh()
    project.up("--expect-no-changes")
    glue.put("analytics-prod", always("READY"), DefaultArguments=arguments, Description=SIGNATURE_KEY)
    assert ["update"] == [op for op, _ in steps(project.preview_json(), SESSION)]
    project.destroy()
    assert {} == project.resources(SESSION)


@pytest.mark.slow
def test_ignore_changes_at_paths(project: Project, glue: GlueEndpoint) -> None:
    first = {"--x": "1", "--y": "1"}
    glue.put("analytics-prod", always("READY"), DefaultArguments=first, Connections={"Connections": ["a", "b"]})
    paths = {
        "nested": "command.pythonVersion",
        "key": 'defaultArguments["--x"]',
        "index": "connections[0]",
        "all": "*",
    }
    session = 'Session({!r}, sessionId="analytics-prod", opts=pulumi.ResourceOptions(ignore_changes=[{!r}]))'
    lines = [session.format(name, path) for name, path in paths.items()]
    project.program(BY_TOKEN + "".join(f"\n    {line}" for line in lines))
    project.up()
    recorded = outputs_of(project, "all")

    glue.put(
        "analytics-prod",
        always("READY"),
        Command={"Name": "gluestreaming", "PythonVersion": "3.9"},
        DefaultArguments={"--x": "2", "--y": "2"},
        Connections={"Connections": ["c", "d"]},
    )
    project.up()

    assert {"name": "gluestreaming", "pythonVersion": "3"} == outputs_of(project, "nested")["command"]
    assert {"--x": "1", "--y": "2"} == json.loads(outputs_of(project, "key")["defaultArguments"]["plaintext"])
    assert ["a", "d"] == outputs_of(project, "index")["connections"]
    assert recorded == outputs_of(project, "all")
    project.up("--expect-no-changes")


@pytest.mark.slow
def test_output_cannot_be_an_input(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", always("READY"))
    with_output = ONE_SESSION.replace('timeout="60s"', 'timeout="60s", status="READY"')
    project.program(with_output)
    assert "unknown argument 'status'" in text_of(project.preview(code=1))

    project.program(ONE_SESSION)
    project.up()
    glue.put("analytics-prod", always("READY"), Description="new")
    project.up()
    for output in ('status="READY"', 'description="new"'):
        project.program(ONE_SESSION.replace('timeout="60s"', output))
        assert output.partition("=")[0] in "\n".join(project.preview(code=1).errors)


@pytest.mark.slow
def test_changed_provider_options_replace_the_record(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", always("READY"))
    program = (
        BY_TOKEN
        + """
    provider = pulumi.ProviderResource("glue-session", "other", OPTIONS)
    Session("analytics", sessionId="analytics-prod", opts=pulumi.ResourceOptions(provider=provider))
    """
    )
    project.program(program.replace("OPTIONS", '{"region": "us-west-2"}'))
    project.up()

    project.program(program.replace("OPTIONS", '{"region": "eu-north-1"}'))
    moved = project.preview()
    assert 2 == moved.lines.count('~ region: "us-west-2" => "eu-north-1"'), "of the provider and of the session"
    assert "(replace)" in text_of(moved)
    project.up()

    project.program(program.replace("OPTIONS", f'{{"region": "eu-north-1", "endpointUrl": {glue.url + "/"!r}}}'))
    assert "providerOptions" in text_of(project.preview())
    project.up()
    assert {"endpointUrl": glue.url + "/"} == outputs_of(project, "analytics")["providerOptions"]
    project.up("--expect-no-changes")


@pytest.mark.slow
def test_target_without_its_dependency(project: Project, glue: GlueEndpoint) -> None:
    project.program(
        BY_TOKEN
        + """
    first = pulumi.Stash("first", input="analytics-prod")
    Session("analytics", sessionId=first.output)
    """
    )

    failed = project.up("--target", "**analytics", code=None)

    assert 0 == glue.count(), "no read of a session whose id is not known"
    assert "Traceback" not in failed.out + failed.err
    project.up("--target", "**first", "--target", "**analytics", code=1)
    assert "analytics-prod" in {call.session_id for call in glue.calls}
