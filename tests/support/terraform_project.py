"""Runs a real Terraform or OpenTofu with the provider of this repository."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SOURCE = "terraform.local/pulumi-glue-session/gluesession"

_REQUIRED = f"""
terraform {{
  required_providers {{
    gluesession = {{
      source = "{SOURCE}"
    }}
  }}
}}
"""


@cache
def find_program(name: str) -> str | None:
    """Path of `terraform` or `tofu`, on PATH or built by tools/get_tofu.py."""
    if found := shutil.which(name):
        return found
    built = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "pulumi-glue-session" / "tofu"
    return next((str(path) for path in sorted(built.glob(f"*/{name}"))), None)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """A command that ended."""

    code: int
    text: str
    """Standard output and error, with all white space as single spaces and without the frames of messages."""
    stdout: str


@dataclass(kw_only=True)
class TerraformProject:
    """A folder with a configuration, and the program that runs it."""

    program: str
    folder: Path
    environment: dict[str, str]
    provider_folder: Path = field(init=False)

    def __post_init__(self) -> None:
        """Make the provider available without `terraform init`."""
        self.provider_folder = self.folder / ".provider"
        self.provider_folder.mkdir(parents=True)
        launcher = self.provider_folder / "terraform-provider-gluesession"
        sources = os.pathsep.join(map(str, (ROOT / "provider",)))
        command = f"{sys.executable} -m pulumi_glue_session.terraform"
        launcher.write_text(f'#!/bin/sh\nPYTHONPATH="{sources}" exec {command}\n', encoding="utf-8")
        launcher.chmod(0o755)
        settings = self.folder / ".terraformrc"
        overrides = f'dev_overrides {{\n    "{SOURCE}" = "{self.provider_folder}"\n  }}'
        settings.write_text(f"provider_installation {{\n  {overrides}\n}}\n", encoding="utf-8")
        self.environment |= {
            "TF_CLI_CONFIG_FILE": str(settings),
            "TF_IN_AUTOMATION": "1",
            "CHECKPOINT_DISABLE": "1",
            "HOME": str(self.folder),
        }

    def write(self, configuration: str, *, name: str = "main.tf") -> None:
        """Write the configuration."""
        header = _REQUIRED if name == "main.tf" else ""
        (self.folder / name).write_text(header + configuration, encoding="utf-8")

    def start(self, *arguments: str, environment: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
        """Start a command in a process group of its own."""
        return subprocess.Popen(  # noqa: S603 - the program under test
            [self.program, *arguments, "-no-color"],
            cwd=self.folder,
            env={**self.environment, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str, environment: Mapping[str, str] | None = None) -> Outcome:
        """Run a command."""
        process = self.start(*arguments, environment=environment)
        out, err = process.communicate()
        return Outcome(code=process.returncode, text=normalize(out + err), stdout=out)

    def plan(self, *arguments: str, **options: Any) -> Outcome:
        """Run `plan`."""
        return self.run("plan", "-input=false", *arguments, **options)

    def apply(self, *arguments: str, **options: Any) -> Outcome:
        """Run `apply` without a question."""
        return self.run("apply", "-input=false", "-auto-approve", *arguments, **options)

    def destroy(self, *arguments: str, **options: Any) -> Outcome:
        """Run `destroy` without a question."""
        return self.run("destroy", "-input=false", "-auto-approve", *arguments, **options)

    def outputs(self) -> dict[str, Any]:
        """Values of the outputs."""
        answer = subprocess.run(  # noqa: S603 - the program under test
            [self.program, "output", "-json"],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return {name: each["value"] for name, each in json.loads(answer.stdout).items()}

    def resources(self) -> dict[str, dict[str, Any]]:
        """Attributes of the recorded resources, by address."""
        path = self.folder / "terraform.tfstate"
        if not path.exists():
            return {}
        state = json.loads(path.read_text(encoding="utf-8"))
        return {
            f"{each['type']}.{each['name']}": instance["attributes"]
            for each in state["resources"]
            if each["mode"] == "managed"
            for instance in each["instances"]
        }


def normalize(text: str) -> str:
    """Text on one line, without the frames that Terraform draws around messages."""
    return " ".join("".join(" " if each in "╷│╵" else each for each in text).split())
