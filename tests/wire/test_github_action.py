"""The GitHub Action: its script runs as a runner would run it, with the installed command and the sandbox for AWS."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from pulumi_glue_session.sandbox import Sandbox, always, step

ROOT = Path(__file__).parents[2]
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))


def run_wait_step(folder: Path, glue: Sandbox, **inputs: str) -> tuple[int, str, str]:
    """Exit code, outputs and standard error of the step that waits."""
    (folder / "glue-session").mkdir()
    (folder / "glue-session" / "bin").symlink_to(Path(sys.executable).parent)
    values = {name: str(spec.get("default", "")) for name, spec in ACTION["inputs"].items()} | inputs
    wait = next(each for each in ACTION["runs"]["steps"] if each.get("id") == "wait")
    env = {name: values[text.removeprefix("${{ inputs.").removesuffix(" }}")] for name, text in wait["env"].items()}
    sources = os.environ.get("PYTHONPATH", "")
    runner = {"RUNNER_TEMP": str(folder), "GITHUB_OUTPUT": str(folder / "output"), "PYTHONPATH": sources}
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", wait["run"]],
        env={"PATH": os.environ["PATH"], "HOME": str(folder), **glue.environment, **runner, **env},
        capture_output=True,
        text=True,
        check=False,
    )
    output = folder / "output"
    return done.returncode, output.read_text(encoding="utf-8") if output.exists() else "", done.stderr


def test_action_outputs_what_later_steps_need(tmp_path: Path) -> None:
    with Sandbox() as glue:
        glue.put("etl", always("READY"), GlueVersion="5.0", Role="arn:aws:iam::123456789012:role/etl")
        code, outputs, messages = run_wait_step(tmp_path, glue, **{"session-id": "etl"})

    assert (0, "status=READY\nrole=arn:aws:iam::123456789012:role/etl\nglue-version=5.0\n") == (code, outputs), messages
    assert {"status", "role", "glue-version"} == set(ACTION["outputs"])


def test_action_fails_with_the_message_of_the_command(tmp_path: Path) -> None:
    with Sandbox() as glue:
        glue.put("etl", always(step("FAILED", ErrorMessage="no capacity")))
        code, _, messages = run_wait_step(tmp_path, glue, **{"session-id": "etl"})

    assert 1 == code
    assert "Glue says: no capacity" in messages


@pytest.mark.parametrize("session_id", ["$(touch planted)", "--help", "etl; touch planted"])
def test_inputs_are_never_run_as_commands(tmp_path: Path, session_id: str) -> None:
    with Sandbox() as glue:
        code, _, messages = run_wait_step(tmp_path, glue, **{"session-id": session_id})

    assert 3 == code, messages
    assert [] == list(tmp_path.rglob("planted"))


def test_session_data_cannot_add_outputs(tmp_path: Path) -> None:
    with Sandbox() as glue:
        glue.put("etl", always("READY"), session_fields={"GlueVersion": "5.0\nadmin=true"})
        _, outputs, _ = run_wait_step(tmp_path, glue, **{"session-id": "etl"})

    assert "glue-version=5.0 admin=true" == outputs.splitlines()[-1]
