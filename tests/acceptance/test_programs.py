"""Options, components and transforms of Pulumi with a session, on the real engine."""

from __future__ import annotations

import json
import textwrap
from datetime import datetime
from typing import Any

import pytest

from pulumi_glue_session import SessionEnded
from support.glue_endpoint import Call, GlueEndpoint, always, looks, step
from support.pulumi_project import REGION, ROLE, SESSION, Project, flat

HEAD = """
import pulumi
from pulumi import ResourceOptions as Options
from pulumi_glue_session import AwsOptions, GlueSession
"""
GATE = """
    class Gate(pulumi.ComponentResource):
        def __init__(self, name, opts=None):
            super().__init__("test:index:Gate", name, None, opts)
            session = GlueSession(f"{name}-session", session_id="analytics-prod", opts=Options(parent=self))
            self.role = session.role
            self.register_outputs({"role": self.role})
"""
MARK = """
    import boto3
    from pulumi import dynamic


    class MarkProvider(dynamic.ResourceProvider):
        def create(self, props):
            # A call at the endpoint before or after the read of the session.
            boto3.client("glue", "eu-west-1").get_session(Id="mark")
            return dynamic.CreateResult("mark", props)


    class Mark(dynamic.Resource):
        def __init__(self, resource_name):
            super().__init__(MarkProvider(), resource_name, {})
"""
OTHER_ROLE = ROLE.replace("GlueSession", "Other")


def ended(session_id: str, status: str, error_message: str) -> str:
    targets = frozenset({"READY"})
    error = SessionEnded(session_id, region=REGION, status=status, targets=targets, error_message=error_message)
    return flat(error)


def write(project: Project, *parts: str, **modules: str) -> None:
    project.program(HEAD + "".join(textwrap.dedent(part) for part in parts), **modules)


def created(resource: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(resource["created"])


def regions(calls: list[Call]) -> list[str]:
    return sorted(str(call.credential).split("/")[2] for call in calls)


@pytest.mark.slow
def test_sessions_in_several_regions(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", always("READY"))
    write(
        project,
        """
        for region in ("eu-central-1", "us-east-1"):
            GlueSession(region, session_id="analytics-prod", aws=AwsOptions(region=region))
        GlueSession("eu-west-1", session_id="analytics-prod")
        GlueSession.get("ap-south-1", "analytics-prod", wait_for=None, aws=AwsOptions(region="ap-south-1"))
        """,
    )
    everywhere = ["ap-south-1", "eu-central-1", "eu-west-1", "us-east-1"]

    project.up()
    assert everywhere == regions(glue.calls)
    assert {name: name for name in everywhere} == {
        name: each["outputs"]["region"] for name, each in project.resources().items()
    }

    asked = glue.count()
    project.refresh(AWS_REGION="sa-east-1")
    assert everywhere == regions(glue.calls[asked:]), "the state has the region"


def test_component_with_a_session(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", looks("PROVISIONING", step("FAILED", ErrorMessage="no capacity")))
    write(
        project,
        GATE,
        """
        gate = Gate("gate", Options(providers=[pulumi.ProviderResource("pulumi-python", "own")]))
        pulumi.Stash("by-output", input=gate.role)
        pulumi.Stash("by-depends-on", input="", opts=Options(depends_on=[gate]))
        GlueSession("behind", session_id="analytics-prod", wait_for=None, opts=Options(depends_on=[gate]))
        pulumi.Stash("unrelated", input="")
        """,
    )
    stash = "pulumi:index:Stash"

    failed = project.up(code=1)
    assert ended("analytics-prod", "FAILED", "no capacity") in failed.text
    assert {} == project.resources()
    assert {"unrelated"} == project.resources(stash).keys()

    glue.put("analytics-prod", looks("PROVISIONING", "PROVISIONING", "READY"))
    project.up()
    sessions, stashes = project.resources(), project.resources(stash)
    assert f"urn:pulumi:dev::acceptance::test:index:Gate${SESSION}::gate-session" == sessions["gate-session"]["urn"]
    assert ROLE == stashes["by-output"]["outputs"]["output"]
    assert created(stashes["unrelated"]) < created(sessions["gate-session"]) < created(stashes["by-depends-on"])
    assert "READY" == sessions["behind"]["outputs"]["status"]


@pytest.mark.slow
def test_renamed_session_keeps_its_record(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", always("READY"))
    write(project, 'GlueSession("before", session_id="analytics-prod")')
    project.up()

    write(
        project,
        """
        home = pulumi.ComponentResource("test:index:Home", "home")
        former = pulumi.Alias(name="before", parent=pulumi.ROOT_STACK_RESOURCE)
        GlueSession("after", session_id="analytics-prod", opts=Options(parent=home, aliases=[former]))
        """,
    )
    changed = [each["urn"].split("::")[-1] for each in project.preview_json()["steps"] if each["op"] != "same"]
    assert ["home"] == changed
    before = project.resources()["before"]
    project.up()
    (after,) = project.resources().values()
    assert (f"urn:pulumi:dev::acceptance::test:index:Home${SESSION}::after", before["created"]) == (
        after["urn"],
        after["created"],
    )


@pytest.mark.slow
def test_protect_retain_and_deleted_with(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", always("READY"))
    write(
        project,
        """
        def record(name, **options):
            return GlueSession(name, session_id="analytics-prod", opts=Options(**options))

        guarded = record("guarded", protect=True)
        record("retained", retain_on_delete=True)
        record("with-it", deleted_with=record("it"))
        """,
    )
    project.up()

    asked = glue.count()
    refused = project.pulumi("destroy", "--yes", "--skip-preview", "--non-interactive", code=1)
    urn = f"urn:pulumi:dev::acceptance::{SESSION}::guarded"
    expected = (
        f'error: resource "{urn}" cannot be deleted\n'
        "because it is protected. To unprotect the resource, either remove the `protect` flag "
        "from the resource in your Pulumi program "
        f"and run `pulumi up`, or use the command:\n`pulumi state unprotect '{urn}'`"
    )
    assert expected in "\n".join(refused.lines)
    assert "guarded" in project.resources()

    project.pulumi("state", "unprotect", urn, "--yes", "--non-interactive")
    project.destroy()
    assert ({}, asked) == (project.resources(), glue.count())


@pytest.mark.slow
def test_custom_timeouts_do_not_change_the_wait(project: Project, glue: GlueEndpoint) -> None:
    """`timeout` limits the wait. The timeouts of the engine limit create, update and delete."""
    glue.put("analytics-prod", always("PROVISIONING"))
    write(
        project,
        """
        long = Options(custom_timeouts=pulumi.CustomTimeouts(create="20m"))
        GlueSession("analytics", session_id="analytics-prod", timeout=0, opts=long)
        """,
    )

    assert "Still PROVISIONING after 0s" in project.up(code=1).text


DRIFT = """
    def record(name, **options):
        return GlueSession(name, session_id=name, wait_for=None, opts=Options(**options))

    still, resized = (record(name, ignore_changes=["status"]) for name in ("still", "resized"))
    replaced = record("replaced", replace_on_changes=["status"])
    pulumi.Stash("job", input=[still.status, replaced.status])
"""
CHANGED = {"kind": "update", "inputDiff": True}


def drift(glue: GlueEndpoint, status: str, workers: int) -> None:
    for name in ("still", "resized", "replaced"):
        glue.put(name, always(status), NumberOfWorkers=workers if name == "resized" else 2)


@pytest.mark.slow
def test_ignore_changes_and_replace_on_changes(project: Project, glue: GlueEndpoint) -> None:
    drift(glue, "READY", 2)
    write(project, DRIFT)
    project.up()

    drift(glue, "TIMEOUT", 5)
    found = [
        (each["urn"].split("::")[-1], each["op"], each.get("detailedDiff")) for each in project.preview_json()["steps"]
    ]
    of_workers, of_status = {"number_of_workers": CHANGED}, {"status": CHANGED | {"kind": "update-replace"}}
    assert [("replaced", "replace", of_status), ("resized", "update", of_workers)] == sorted(
        each for each in found if each[2]
    )
    assert "still" not in [name for name, *_ in found]

    project.up()
    assert ["READY", "TIMEOUT"] == project.resources("pulumi:index:Stash")["job"]["inputs"]["input"]
    write(project, 'GlueSession("still", session_id="still", opts=Options(ignore_changes=["status"]))')
    assert "TIMEOUT, will not become READY" in project.preview(code=1).text, "ignore_changes does not turn the wait off"


@pytest.mark.slow
def test_ignored_change_is_not_recorded(project: Project, glue: GlueEndpoint) -> None:
    drift(glue, "READY", 2)
    write(project, DRIFT)
    project.up()

    drift(glue, "TIMEOUT", 5)
    project.up()
    recorded = {
        name: (each["inputs"]["status"], each["outputs"]["status"]) for name, each in project.resources().items()
    }
    assert {"still": ("READY", "READY"), "resized": ("READY", "READY"), "replaced": ("TIMEOUT", "TIMEOUT")} == recorded

    write(project, DRIFT.replace('ignore_changes=["status"]', ""))
    assert 2 == project.preview().lines.count('~ status: "READY" => "TIMEOUT"')


@pytest.mark.slow
def test_ignoring_all_changes_is_refused(project: Project, glue: GlueEndpoint) -> None:
    """The engine removes the hidden input then."""
    glue.put("analytics-prod", always("READY"))
    write(project, 'GlueSession("analytics", session_id="analytics-prod", opts=Options(ignore_changes=["*"]))')
    project.up()

    glue.put("analytics-prod", always("FAILED"))
    assert 'ignore_changes=["*"] also hides the observation of the session' in project.preview(code=1).text


TRANSFORM = """
    def harden(args):
        if args.type_ != "pulumi-python:dynamic/glue:Session":
            return None
        return pulumi.ResourceTransformResult({{**args.props, {props}}}, Options.merge(args.opts, {options}))

    pulumi.runtime.register_resource_transform(harden)
"""


@pytest.mark.slow
def test_transform_does_not_change_the_wait(project: Project, glue: GlueEndpoint) -> None:
    """Transforms run at registration, after the wait."""
    glue.put("analytics-prod", looks("PROVISIONING", "READY"))
    write(
        project,
        TRANSFORM.format(
            props='"wait_for": None, "timeout": 0', options='Options(protect=True, ignore_changes=["status"])'
        ),
        'GlueSession("analytics", session_id="analytics-prod")',
    )

    project.up()
    recorded = project.resources()["analytics"]
    assert ("READY", 2, True, ["status"]) == (
        recorded["outputs"]["status"],
        glue.count(),
        recorded["protect"],
        recorded["ignoreChanges"],
    )


OTHERWISE = {
    "transform": (TRANSFORM.format(props='"session_id": "other"', options="None"), "", "analytics-prod"),
    "ignore_changes": ("", 'ignore_changes=["session_id"]', "other"),
}


@pytest.mark.parametrize("by", OTHERWISE)
def test_no_record_of_two_sessions(by: str, project: Project, glue: GlueEndpoint) -> None:
    """A transform or `ignore_changes` can change the id after the read."""
    glue.put("analytics-prod", always("READY"))
    glue.put("other", always("READY"), Role=OTHER_ROLE)
    transform, options, session_id = OTHERWISE[by]
    for each in ("analytics-prod", session_id):
        write(project, transform, f'GlueSession("analytics", session_id="{each}", opts=Options({options}))')
        project.up(code=None)

        recorded = [(each["id"], each["outputs"]["role"]) for each in project.resources().values()]
        assert recorded in ([], [("analytics-prod", ROLE)], [("other", OTHER_ROLE)])


@pytest.mark.slow
def test_additional_secret_output(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", always("READY"))
    write(
        project,
        """
        secret = Options(additional_secret_outputs=["role"])
        GlueSession("recorded", session_id="analytics-prod", opts=secret)
        GlueSession.get("read", "analytics-prod", opts=secret)
        """,
    )

    assert ROLE not in project.preview().out
    project.up()
    assert ROLE not in json.dumps(project.resources())
    glue.put("analytics-prod", always("READY"), Role=OTHER_ROLE)
    refreshed = project.refresh().out
    assert (True, False, False) == (
        "~ role: [secret] => [secret]" in refreshed,
        ROLE in refreshed,
        OTHER_ROLE in refreshed,
    )
    assert OTHER_ROLE not in json.dumps(project.resources())


@pytest.mark.slow
def test_get_has_no_drift_after_a_refresh(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", always("READY"))
    write(project, 'GlueSession.get("read", "analytics-prod")')
    project.up()
    project.refresh()

    assert [] == [line for line in project.preview().lines if line.startswith(("- ", "~ "))]


PARENTS = {
    "resource": 'Mark("mark")',
    "component": 'pulumi.ComponentResource("test:index:Home", "home", None, Options(depends_on=[Mark("mark")]))',
}


@pytest.mark.parametrize("parent", ["resource", pytest.param("component", marks=pytest.mark.slow)])
def test_session_is_read_after_its_parent(parent: str, project: Project, glue: GlueEndpoint) -> None:
    """The parent can create the session."""
    for name in ("mark", "analytics-prod"):
        glue.put(name, always("READY"))
    options = f"Options(parent={PARENTS[parent]})"
    body = f'from mark import Mark\nGlueSession("analytics", session_id="analytics-prod", opts={options})'
    write(project, body, mark=MARK)

    if parent == "resource":
        assert "status: [unknown]" in project.preview().lines
        assert 0 == glue.count()
    project.up()
    assert ["mark", "analytics-prod"] == [call.session_id for call in glue.calls]


@pytest.mark.slow
def test_prestart_prints_nothing(project: Project, glue: GlueEndpoint) -> None:
    """Even if a module of the user logs what grpc logs."""
    glue.put("analytics-prod", always("READY"))
    project.program(
        """
        from noisy import Noisy
        from pulumi_glue_session import GlueSession

        Noisy("noisy")
        GlueSession("analytics", session_id="analytics-prod")
        """,
        noisy="""
        import logging

        from pulumi import dynamic

        logging.basicConfig(level=logging.INFO)


        class NoisyProvider(dynamic.ResourceProvider):
            def create(self, props):
                return dynamic.CreateResult("noisy", props)


        class Noisy(dynamic.Resource):
            def __init__(self, resource_name):
                super().__init__(NoisyProvider(), resource_name, {})
        """,
    )

    for run in (project.preview(), project.up(), project.preview("--expect-no-changes")):
        assert [] == [line for line in run.lines if "glue:start" in line or "Traceback" in line or "Exception" in line]
        assert "Traceback" not in run.err
