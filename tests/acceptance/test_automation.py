"""Ways to run a program: Automation API, subfolder, stack reference, explicit provider."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
from pulumi import automation

from support.glue_endpoint import GlueEndpoint, always
from support.pulumi_project import ROLE, Project

PROGRAM = """
    import pulumi
    from pulumi_glue_session import GlueSession

    session = GlueSession("analytics", session_id="analytics-prod")
    pulumi.export("workers", session.number_of_workers)
"""
OTHER_ROLE = ROLE.replace("GlueSession", "Other")


@pytest.mark.slow
def test_automation_api_life_cycle(project: Project, glue: GlueEndpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    glue.put("analytics-prod", always("READY"))
    project.program(PROGRAM)
    for key, value in project.env.items():
        monkeypatch.setenv(key, value)  # the `pulumi` that the API starts is the one on PATH
    stack = automation.select_stack("dev", work_dir=str(project.folder))
    events: list[automation.events.EngineEvent] = []

    assert {"workers": 2} == {key: output.value for key, output in stack.up().outputs.items()}
    glue.put("analytics-prod", always("READY"), NumberOfWorkers=5)
    assert {"same": 1, "update": 1} == stack.preview(on_event=events.append).change_summary
    diffs = [event.resource_pre_event.metadata.diffs for event in events if event.resource_pre_event]
    assert ["number_of_workers"] in diffs
    assert {"same": 1, "update": 1} == stack.refresh().summary.resource_changes
    assert 5 == project.resources()["analytics"]["outputs"]["number_of_workers"]

    glue.put("analytics-prod", always("STOPPED"), NumberOfWorkers=5)
    with pytest.raises(automation.CommandError) as failed:
        stack.preview()
    assert "STOPPED, will not become READY" in str(failed.value)
    assert {"delete": 2} == stack.destroy().summary.resource_changes


@pytest.mark.slow
def test_program_in_a_subfolder(project: Project, glue: GlueEndpoint) -> None:
    """With `main:` the provider process runs in that folder too."""
    glue.put("analytics-prod", always("READY"))
    (project.folder / "infra").mkdir()
    (project.folder / "Pulumi.yaml").write_text("name: acceptance\nruntime: python\nmain: infra\n")
    program = PROGRAM.replace('"analytics-prod"', "ID") + '    GlueSession.get("read", ID)\n'
    modules = {
        "infra/__main__": "from naming import ID\n" + textwrap.dedent(program),
        "infra/naming": 'ID = "analytics-prod"',
    }
    project.program("raise SystemExit", **modules)

    project.up()
    glue.put("analytics-prod", always("READY"), NumberOfWorkers=5)
    assert 2 == project.refresh().lines.count("~ number_of_workers: 2 => 5")
    assert [5, 5] == [each["outputs"]["number_of_workers"] for each in project.resources().values()]
    project.destroy()
    assert {} == project.resources()


@pytest.mark.slow
def test_stack_reference_to_a_session(project: Project, glue: GlueEndpoint, tmp_path: Path) -> None:
    """A stack reference and a `.get` are known in previews."""
    glue.put("analytics-prod", always("READY"))
    project.program(PROGRAM + '    pulumi.export("session", session)\n')
    project.up()

    (tmp_path / "consumer").mkdir()
    consumer = Project(tmp_path / "consumer", project.env)
    (consumer.folder / "Pulumi.yaml").write_text("name: consumer\nruntime: python\n")
    consumer.program("""
        import pulumi
        from pulumi_glue_session import AwsOptions, GlueSession

        recorded = pulumi.StackReference("organization/acceptance/dev").require_output("session")
        session = GlueSession("same", session_id=recorded["session_id"], aws=AwsOptions(region=recorded["region"]))
        read = GlueSession.get("read", "analytics-prod", wait_for=None)
        GlueSession("after", session_id="analytics-prod", opts=pulumi.ResourceOptions(depends_on=[read]))
        pulumi.export("recorded", recorded["role"])
        pulumi.export("now", session.role)
    """)
    glue.put("analytics-prod", always("READY"), Role=OTHER_ROLE)
    consumer.up()
    assert {"recorded": ROLE, "now": OTHER_ROLE} == consumer.outputs()
    consumer.preview("--expect-no-changes")


def test_explicit_provider_refreshes_with_the_stack_profile(
    project: Project, glue: GlueEndpoint, tmp_path: Path
) -> None:
    glue.put("analytics-prod", always("READY"))
    keys = "[{0}]\naws_access_key_id = {0}-key\naws_secret_access_key = testing\n"
    (tmp_path / "no-credentials").write_text(keys.format("default") + keys.format("team"))
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        del project.env[name]
    own = 'opts=pulumi.ResourceOptions(provider=pulumi.ProviderResource("pulumi-python", "own")))'
    project.program(PROGRAM.replace('"analytics-prod")', f'"analytics-prod", {own}'))
    project.pulumi("config", "set", "aws:profile", "team")

    project.up()
    project.refresh()
    assert ["team-key"] * 2 == [str(call.credential).split("/")[0] for call in glue.calls]
