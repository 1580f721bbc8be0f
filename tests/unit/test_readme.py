"""The first program of the README runs as it stands there, with mocks for the engine, Glue and the job."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pulumi
import pytest
from pulumi.runtime import MockCallArgs, MockResourceArgs

from support.mocked import under_mocks

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
ROLE = "arn:aws:iam::123456789012:role/GlueSession"


class Mocks(pulumi.runtime.Mocks):
    """Answers with a READY session, and keeps the inputs of every resource."""

    def __init__(self) -> None:
        self.inputs: dict[str, dict[str, Any]] = {}

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        self.inputs[args.typ] = args.inputs
        return "some-id", {**args.inputs, "status": "READY", "role": ROLE, "glue_version": "5.0"}

    def call(self, args: MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        raise AssertionError(args.token)


def program() -> str:
    first, *_ = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    return str(first)


def test_the_program_gives_the_job_the_role_and_the_version_of_the_session(monkeypatch: pytest.MonkeyPatch) -> None:
    # pulumi-aws itself is not installed for these tests; `test_promote_to_job.py` says why.
    monkeypatch.setattr(sys, "path", [*sys.path, str(ROOT / "tests" / "stand_ins")])
    mocks = Mocks()

    under_mocks(mocks, lambda: exec(compile(program(), "README.md", "exec"), {"__name__": "__main__"}))  # noqa: S102 - our own program

    session, job = mocks.inputs["pulumi-python:dynamic/glue:Session"], mocks.inputs["aws:glue/job:Job"]
    assert ("etl-prod", ["READY"]) == (session["session_id"], session["wait_for"])
    assert (ROLE, "5.0") == (job["roleArn"], job["glueVersion"])


def test_the_program_fits_a_screen() -> None:
    assert 8 == len(program().splitlines())


def test_the_readme_is_short() -> None:
    assert 900 >= len(README.split())
