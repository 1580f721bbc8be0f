"""`examples/promote_to_job` under mocks: what the job takes from the session.

It needs pulumi-aws, which these tests do without: where it is installed the engine looks for its plugin at every
command. In its place `stand_ins/pulumi_aws` has what the example uses, for this test and for the type check.
`project/test_stand_in.py` holds it to the real one.
"""

from __future__ import annotations

import runpy
import sys
from pathlib import Path
from typing import Any

import pulumi
import pytest
from pulumi.runtime import MockCallArgs, MockResourceArgs

from support.mocked import under_mocks

ROOT = Path(__file__).parents[2]
STAND_INS = ROOT / "tests" / "stand_ins"
PROGRAM = ROOT / "examples" / "promote_to_job" / "__main__.py"
ROLE = "arn:aws:iam::123456789012:role/GlueSession"
SESSION: dict[str, Any] = {
    "role": ROLE,
    "glue_version": "5.0",
    "worker_type": "G.2X",
    "number_of_workers": 5,
    "security_configuration": "kms",
    "connections": ["vpc"],
    "default_arguments": {"--password": "hunter2"},
    "command": {"name": "glueetl", "python_version": "3"},
}
JOB: dict[str, Any] = {
    "command": {"name": "glueetl", "pythonVersion": "3", "scriptLocation": "s3://analytics/nightly.py"},
    "connections": ["vpc"],
    "glueVersion": "5.0",
    "numberOfWorkers": 5,
    "roleArn": ROLE,
    "securityConfiguration": "kms",
    "workerType": "G.2X",
}


class Mocks(pulumi.runtime.Mocks):
    """Answers for the engine and Glue, and keeps what the job is made of."""

    def __init__(self, session: dict[str, Any]) -> None:
        self.session = session
        self.job: dict[str, Any] = {}

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        if args.typ == "aws:glue/job:Job":
            self.job = args.inputs
            return "some-id", {**args.inputs, "name": "promoted-1234567"}
        return "some-id", {**args.inputs, **self.session}

    def call(self, args: MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        raise AssertionError(args.token)


@pytest.fixture(autouse=True)
def _stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    # At the end: the real package comes first.
    monkeypatch.setattr(sys, "path", [*sys.path, str(STAND_INS)])


def promote(**session: Any) -> Mocks:
    """Run the program with a session like `SESSION`, but for these."""
    mocks = Mocks(SESSION | session)

    config = {"project:session_id": "notebook", "project:script_location": "s3://analytics/nightly.py"}
    under_mocks(mocks, lambda: runpy.run_path(str(PROGRAM)) and None, config=config)
    return mocks


def test_job_gets_session_settings() -> None:
    mocks = promote()
    arguments = mocks.job.pop("defaultArguments")

    assert mocks.job == JOB
    assert ("1b47061264138c4ac30d75fd1eb44270", {"--password": "hunter2"}) == (
        arguments["4dabf18193072939515e22adb298388d"],
        arguments["value"],
    ), "they stay secret"


def test_role_that_is_a_name_is_given_as_its_arn() -> None:
    assert promote(role="GlueSession", role_arn=ROLE).job["roleArn"] == ROLE


def test_missing_settings_are_left_out() -> None:
    mocks = promote(worker_type="", number_of_workers=0, security_configuration="", connections=[])

    assert {"command", "connections", "defaultArguments", "glueVersion", "roleArn"} == mocks.job.keys()
    assert [] == mocks.job["connections"]
