"""States of released versions: this version previews them without changes, refreshes and destroys them.

`states/<version>.json` is the output of `pulumi stack export`, `states/<version>.py` the program that wrote it. To add
a version, write its program, run `make state` and commit both. A released state never changes.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pulumi_glue_session import __version__
from support.glue_endpoint import GlueEndpoint, always, step
from support.pulumi_project import SESSION, Project
from support.sts_endpoint import StsEndpoint

STATES = Path(__file__).parent / "states"

KEEP = os.environ.get("GLUE_SESSION_KEEP_STATE") == "1"
"""Whether this run is `make state`."""

PASSWORD = "planted-password"
EXTERNAL_ID = "planted-external-id"
ENDED = datetime(2026, 1, 5, 10, 30, tzinfo=UTC)


@pytest.fixture
def sessions(project: Project, glue: GlueEndpoint) -> Iterator[None]:
    """Sessions of the programs of all versions, and an STS."""
    glue.put("plain", always("READY"), DefaultArguments={})
    glue.put(
        "full",
        always("READY"),
        MaxCapacity=2.5,
        SecurityConfiguration="kms",
        ProfileName="analysts",
        SessionType="SPARK_CONNECT",
        Connections={"Connections": ["warehouse", "vpc"]},
        DefaultArguments={"--password": PASSWORD},
        Progress=0.5,
        ExecutionTime=12.5,
        DPUSeconds=25.0,
    )
    glue.put(
        "failed",
        always(step("FAILED", ErrorMessage="no capacity: “Kapazität”", CompletedOn=ENDED)),
        DefaultArguments={},
    )
    with StsEndpoint() as sts:
        project.env["AWS_ENDPOINT_URL_STS"] = sts.url
        yield


def without_positions(exported: dict[str, Any]) -> dict[str, Any]:
    """An export without source positions, which contain folders of a machine."""
    resources = exported["deployment"]["resources"]
    kept = [{name: each[name] for name in each.keys() - {"sourcePosition", "stackTrace"}} for each in resources]
    return {**exported, "deployment": {**exported["deployment"], "resources": kept}}


def records(project: Project) -> dict[str, dict[str, Any]]:
    """State of each session by name, with secrets."""
    ours = ("id", "external", "inputs", "outputs", "additionalSecretOutputs", "dependencies", "parent")
    resources = project.pulumi("stack", "export", "--show-secrets").json()["deployment"]["resources"]
    sessions = {each["urn"].split("::")[-1]: each for each in resources if each["type"] == SESSION}
    found = {name: {each: session.get(each) for each in ours} for name, session in sessions.items()}
    # The order of dependencies is random.
    return {name: session | {"dependencies": set(session["dependencies"] or ())} for name, session in found.items()}


def program(version: str) -> str:
    return (STATES / f"{version}.py").read_text()


@pytest.mark.usefixtures("sessions")
@pytest.mark.parametrize("version", sorted(each.stem for each in STATES.glob("*.json")))
def test_state_of_each_version(project: Project, version: str) -> None:
    project.program(program(version))
    project.pulumi("stack", "import", "--file", str(STATES / f"{version}.json"))
    kept = records(project)

    project.preview("--expect-no-changes")
    assert {"same", "read"} == {step["op"] for step in project.preview_json()["steps"]}
    project.refresh("--expect-no-changes")
    assert kept == records(project)
    project.up("--expect-no-changes")
    assert kept == records(project)
    project.destroy()
    assert {} == project.resources()


@pytest.mark.usefixtures("sessions")
def test_state_of_this_version(project: Project) -> None:
    """Finds changes of the recorded state before a release."""
    state = STATES / f"{__version__}.json"
    project.program(program(__version__))
    project.up()
    if KEEP:
        exported = without_positions(project.pulumi("stack", "export").json())
        assert not state.exists(), f"{state.name} is kept already: what a release wrote never changes"
        state.write_text(json.dumps(exported, ensure_ascii=False, indent=1) + "\n")

    assert state.exists(), f"run make state to keep {state.name}"
    written = records(project)
    project.pulumi("stack", "import", "--file", str(state))
    assert records(project) == written, (
        f"{__version__} is released: raise the version, or if it is not, remove {state.name} and run make state"
    )


@pytest.mark.parametrize("state", sorted(STATES.glob("*.json")), ids=lambda path: path.stem)
def test_kept_state_has_no_secrets(state: Path) -> None:
    text = state.read_text()

    assert [] == [
        planted
        for planted in (PASSWORD, EXTERNAL_ID, "://", str(Path.home()))
        if planted in text.replace("project://", "")
    ]
