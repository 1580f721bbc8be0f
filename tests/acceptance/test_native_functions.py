"""Reads, functions and configuration of the native provider on the real engine."""

from __future__ import annotations

import importlib.metadata
import sys

import pytest

from pulumi_glue_session.native.properties import SESSION
from support.glue_endpoint import GlueEndpoint, always
from support.native_programs import BY_TOKEN, ONE_SESSION
from support.pulumi_project import Project, steps


def test_get_reads_without_waiting(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", always("STOPPED"))
    project.program(
        BY_TOKEN
        + """
    session = Session("analytics", opts=pulumi.ResourceOptions(id="analytics-prod"))
    pulumi.export("status", session.status)
    """
    )

    project.up()
    assert {"status": "STOPPED"} == project.outputs()
    glue.remove("analytics-prod")
    assert "resource 'analytics-prod' does not exist" in "\n".join(project.preview(code=1).errors)


def test_import_records_a_session(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", always("READY"))
    project.program(ONE_SESSION.replace(', timeout="60s"', ""))

    flags = ("--yes", "--skip-preview", "--generate-code=false", "--protect=false")
    project.pulumi("import", *flags, SESSION, "analytics", "analytics-prod")

    assert "READY" == project.resources(SESSION)["analytics"]["outputs"]["status"]
    assert [] == steps(project.preview_json(), SESSION)


def test_get_session_and_get_sessions(project: Project, glue: GlueEndpoint) -> None:
    glue.put("etl-1", always("READY"), Tags={"team": "etl"})
    glue.put("etl-2", always("STOPPED"), Tags={"team": "etl"})
    project.program("""
        import pulumi

        ready = {"tags": {"team": "etl"}, "statuses": ["READY"]}
        one = pulumi.runtime.invoke("glue-session:index:getSession", ready).value
        many = pulumi.runtime.invoke("glue-session:index:getSessions", {"idPrefix": "etl-"}).value
        pulumi.export("one", [one["sessionId"], one["region"], one["glueVersion"]])
        pulumi.export("many", [[each["sessionId"], each["status"]] for each in many["sessions"]])
    """)

    project.up()

    expected = {"one": ["etl-1", "eu-west-1", "5.0"], "many": [["etl-1", "READY"], ["etl-2", "STOPPED"]]}
    assert expected == project.outputs()


@pytest.mark.slow
def test_missing_session_of_a_function(project: Project, glue: GlueEndpoint) -> None:
    project.program("""
        import pulumi

        pulumi.runtime.invoke("glue-session:index:getSession", {"sessionId": "gone"})
    """)

    failed = project.preview(code=1)

    assert 'Not found: Glue session "gone" (eu-west-1)' in failed.out + failed.err
    assert "native/provider.py" not in failed.out + failed.err
    assert 1 == glue.count()


def test_stack_configuration_and_provider_resource(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", always("READY"))
    project.program(
        BY_TOKEN
        + """
    other = pulumi.ProviderResource("glue-session", "other", {"region": "us-east-1", "maxRetries": "0"})
    options = pulumi.ResourceOptions(provider=other)
    pulumi.export("default", Session("default", sessionId="analytics-prod").region)
    pulumi.export("other", Session("other", sessionId="analytics-prod", opts=options).region)
    """
    )
    project.pulumi("config", "set", "glue-session:region", "us-west-2")

    project.up()

    assert {"default": "us-west-2", "other": "us-east-1"} == project.outputs()
    project.pulumi("config", "set", "glue-session:maxRetries", "many")
    assert "maxRetries" in "\n".join(project.preview(code=1).errors)


@pytest.mark.slow
def test_guard_rails_policy_sees_native_sessions(project: Project, glue: GlueEndpoint) -> None:
    project.example("guard_rails")
    project.program(ONE_SESSION)
    pack = project.folder / "policy" / "__main__.py"
    packages = importlib.metadata.distribution("pulumi-policy").locate_file("")
    pack.write_text(f"#!/usr/bin/env -S PYTHONPATH={packages} {sys.executable} -u\n{pack.read_text()}")
    pack.chmod(0o755)

    glue.put("analytics-prod", always("READY"), GlueVersion="3.0")
    refused = project.up("--policy-pack", "policy/__main__.py", code=1)

    assert "The session analytics-prod has Glue 3.0; the oldest allowed is 4.0." in refused.lines
    assert {} == project.resources("pulumi:index:Stash")
