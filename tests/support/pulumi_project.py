"""A Pulumi project in a temporary folder, run with the real command line, engine, language host and provider process.

Glue is moto where it has the feature, otherwise the scripted endpoint. The Pulumi and AWS configuration of the machine
is not used.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import textwrap
import urllib.parse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import boto3

from support.hostile_text import RESERVED

ROOT = Path(__file__).resolve().parents[2]
REGION = "eu-west-1"
ROLE = "arn:aws:iam::123456789012:role/GlueSession"
SESSION = "pulumi-python:dynamic/glue:Session"


_NEW_STACKS: dict[tuple[str, str], tuple[bytes, dict[Path, bytes]]] = {}
"""Files of a new stack, by Pulumi.yaml and passphrase: its configuration and its backend. `stack init` runs once."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """Output and exit code of a command."""

    out: str
    err: str
    code: int

    @property
    def errors(self) -> list[str]:
        """Error lines without the prefix `error: `."""
        lines = (self.out + "\n" + self.err).splitlines()
        return [line.strip().removeprefix("error: ") for line in lines if line.strip().startswith("error: ")]

    @property
    def lines(self) -> list[str]:
        """Lines of the output without alignment: `~ status: "READY" => "TIMEOUT"`."""
        lines = [re.sub(r" +: ", ": ", line.strip()) for line in (self.out + "\n" + self.err).splitlines()]
        return [line for line in lines if line]

    @property
    def text(self) -> str:
        """Output without line breaks and indentation, which long messages contain."""
        return " ".join((self.out + "\n" + self.err).split())

    def json(self) -> dict[str, Any]:
        """Output of `--json`."""
        result: dict[str, Any] = json.loads(self.out)
        return result


def flat(error: Exception) -> str:
    """Message of an error without line breaks, as in `Run.text`."""
    return " ".join(str(error).split())


class Project:
    """A Pulumi project with one stack."""

    def __init__(self, folder: Path, env: Mapping[str, str]) -> None:
        self.folder = folder
        self.env = dict(env)
        (folder / "Pulumi.yaml").write_text("name: acceptance\nruntime: python\n")

    def program(self, text: str, **modules: str) -> None:
        """Write the program and further modules."""
        for name, body in {"__main__": text, **modules}.items():
            (self.folder / f"{name}.py").write_text(textwrap.dedent(body))
        self._init()

    def example(self, name: str) -> None:
        """Copy a project of `examples/`."""
        own = shutil.ignore_patterns("Pulumi.*.yaml", "__pycache__", "venv")
        shutil.copytree(ROOT / "examples" / name, self.folder, dirs_exist_ok=True, ignore=own)
        self._init()

    @property
    def _backend(self) -> Path:
        return Path(urllib.parse.urlsplit(self.env["PULUMI_BACKEND_URL"]).path)

    def _init(self) -> None:
        settings = self.folder / "Pulumi.dev.yaml"
        if settings.exists():
            return
        backend = self._backend
        key = (self.folder / "Pulumi.yaml").read_text(), self.env["PULUMI_CONFIG_PASSPHRASE"]
        if key not in _NEW_STACKS or any(backend.iterdir()):
            self.pulumi("stack", "init", "dev", "--non-interactive")
            files = {file.relative_to(backend): file.read_bytes() for file in backend.rglob("*") if file.is_file()}
            _NEW_STACKS[key] = settings.read_bytes(), files
            return
        content, files = _NEW_STACKS[key]
        settings.write_bytes(content)
        for path, content in files.items():
            (backend / path).parent.mkdir(parents=True, exist_ok=True)
            (backend / path).write_bytes(content)

    def pulumi(self, *arguments: str, code: int | None = 0, **env: str) -> Run:
        """Run a command; `code` is the expected exit code, None for any."""
        done = subprocess.run(
            ["pulumi", "--color", "never", *arguments],
            cwd=self.folder,
            env=self.env | env,
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
        )
        run = Run(out=done.stdout, err=done.stderr, code=done.returncode)
        assert code in (None, run.code), f"pulumi {' '.join(arguments)}: exit code {run.code}\n{run.out}\n{run.err}"
        return run

    def start(self, *arguments: str, to: IO[str] | int = subprocess.PIPE) -> subprocess.Popen[str]:
        """Start a command in a new process group, like a terminal, with its output in `to`."""
        return subprocess.Popen(
            ["pulumi", "--color", "never", *arguments],
            cwd=self.folder,
            env=self.env,
            stdout=to,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def processes(self) -> dict[int, str]:
        """Command lines by process id of the runs of this stack."""
        mark = f"PULUMI_BACKEND_URL={self.env['PULUMI_BACKEND_URL']}\0".encode()
        found: dict[int, str] = {}
        for each in Path("/proc").glob("[0-9]*"):
            try:
                if mark in (each / "environ").read_bytes():
                    found[int(each.name)] = (each / "cmdline").read_bytes().decode()
            except OSError:
                continue  # the process has ended
        return found

    def clear(self) -> None:
        """End the language host and provider process of a killed engine."""
        for pid in self.processes():
            os.kill(pid, signal.SIGKILL)

    def preview(self, *arguments: str, code: int | None = 0, **env: str) -> Run:
        """`pulumi preview --diff`."""
        return self.pulumi("preview", "--diff", "--non-interactive", *arguments, code=code, **env)

    def preview_json(self, *arguments: str) -> dict[str, Any]:
        """`pulumi preview --json`."""
        return self.pulumi("preview", "--json", *arguments).json()

    def up(self, *arguments: str, code: int | None = 0, **env: str) -> Run:
        """`pulumi up` without its preview."""
        return self.pulumi("up", "--yes", "--skip-preview", "--non-interactive", *arguments, code=code, **env)

    def refresh(self, *arguments: str, code: int | None = 0, **env: str) -> Run:
        """`pulumi refresh`."""
        return self.pulumi(
            "refresh", "--yes", "--skip-preview", "--diff", "--non-interactive", *arguments, code=code, **env
        )

    def destroy(self) -> Run:
        """`pulumi destroy`."""
        return self.pulumi("destroy", "--yes", "--skip-preview", "--non-interactive")

    def outputs(self) -> dict[str, Any]:
        """Outputs of the stack."""
        (stack,) = (each for each in self._recorded()["resources"] if each["type"] == "pulumi:pulumi:Stack")
        outputs: dict[str, Any] = stack.get("outputs", {})
        if RESERVED["signature key"] in json.dumps(outputs):  # it marks an encrypted value
            return self.pulumi("stack", "output", "--json", "--show-secrets").json()
        return outputs

    def deployment(self, *arguments: str) -> dict[str, Any]:
        """State of the stack, from `pulumi stack export` if there are arguments."""
        if not arguments:
            return self._recorded()
        deployment: dict[str, Any] = self.pulumi("stack", "export", *arguments).json()["deployment"]
        return deployment

    def _recorded(self) -> dict[str, Any]:
        """The same, read from the file of the backend."""
        name = re.search(r"^name: *(\S+)", (self.folder / "Pulumi.yaml").read_text(), re.MULTILINE)
        assert name
        state = json.loads((self._backend / ".pulumi" / "stacks" / name[1] / "dev.json").read_text())
        latest: dict[str, Any] = state["checkpoint"]["latest"] or {}
        return latest

    def resources(self, type_: str = SESSION, *, show_secrets: bool = False) -> dict[str, dict[str, Any]]:
        """Resources of a type in the state, by name.

        Compare states with `show_secrets`: ciphertexts differ in each run.
        """
        exported = self.deployment("--show-secrets") if show_secrets else self._recorded()
        assert not exported.get("pending_operations"), exported["pending_operations"]
        return {each["urn"].split("::")[-1]: each for each in exported.get("resources", []) if each["type"] == type_}


def steps(preview: Mapping[str, Any], type_: str = SESSION) -> list[tuple[str, dict[str, Any]]]:
    """Operation and changed properties of each step of a type in `pulumi preview --json`."""
    return [(step["op"], step.get("detailedDiff") or {}) for step in preview["steps"] if f"::{type_}::" in step["urn"]]


class Moto:
    """Glue of the moto server, used by the owner of the sessions."""

    def __init__(self, url: str, *, region: str = REGION, **credentials: str) -> None:
        self.url = url
        self._as = credentials or {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
        self._client: Any = boto3.client("glue", region, endpoint_url=url, **self._as)  # type: ignore[call-overload]

    def lend(self, role_arn: str) -> dict[str, str]:
        """Credentials of a role in any account."""
        sts = boto3.client("sts", REGION, endpoint_url=self.url, **self._as)  # type: ignore[call-overload]
        lent = sts.assume_role(RoleArn=role_arn, RoleSessionName="test")["Credentials"]
        return {
            "aws_access_key_id": lent["AccessKeyId"],
            "aws_secret_access_key": lent["SecretAccessKey"],
            "aws_session_token": lent["SessionToken"],
        }

    def elsewhere(self, role_arn: str, *, region: str) -> Moto:
        """The same server in another region with another role."""
        return Moto(self.url, region=region, **self.lend(role_arn))

    def start(self, session_id: str, **more: Any) -> None:
        """Create a session. In moto it is READY immediately."""
        command = {"Name": "glueetl", "PythonVersion": "3"}
        self._client.create_session(Id=session_id, Role=ROLE, Command=command, GlueVersion="5.0", **more)

    def stop(self, session_id: str) -> None:
        """Stop a session. In moto it stays STOPPING."""
        self._client.stop_session(Id=session_id)

    def delete(self, session_id: str) -> None:
        """Delete a session."""
        self._client.delete_session(Id=session_id)

    def ids(self) -> Sequence[str]:
        """Ids of all sessions."""
        return list(self._client.list_sessions()["Ids"])
