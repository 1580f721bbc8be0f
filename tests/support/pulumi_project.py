"""A whole Pulumi project in a folder of its own, run by the real command line, engine, language host and provider process.

Rules of this tier: real parts only. Glue is moto where it can do what the test needs, else the scripted endpoint. Nothing reaches out,
nothing of the machine's own Pulumi or AWS configuration is used, and nothing is skipped for want of an engine.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import boto3

ROOT = Path(__file__).resolve().parents[2]
REGION = "eu-west-1"
ROLE = "arn:aws:iam::123456789012:role/GlueSession"
SESSION = "pulumi-python:dynamic/glue:Session"


@dataclass(frozen=True, kw_only=True)
class Run:
    """One command that has ended: what it printed, and its exit code."""

    out: str
    err: str
    code: int

    @property
    def errors(self) -> list[str]:
        """Error lines, without the `error: ` before them."""
        lines = (self.out + "\n" + self.err).splitlines()
        return [line.strip().removeprefix("error: ") for line in lines if line.strip().startswith("error: ")]

    @property
    def lines(self) -> list[str]:
        """Everything printed, a line each, without the spaces that only align: `~ status: "READY" => "TIMEOUT"`."""
        lines = [re.sub(r" +: ", ": ", line.strip()) for line in (self.out + "\n" + self.err).splitlines()]
        return [line for line in lines if line]

    def json(self) -> dict[str, Any]:
        """What `--json` printed."""
        answer: dict[str, Any] = json.loads(self.out)
        return answer


class Project:
    """A Pulumi project with one stack."""

    def __init__(self, folder: Path, env: Mapping[str, str]) -> None:
        self.folder = folder
        self.env = dict(env)
        (folder / "Pulumi.yaml").write_text("name: acceptance\nruntime: python\n")

    def program(self, text: str, **modules: str) -> None:
        """Make `text` the program, with other modules beside it."""
        for name, body in {"__main__": text, **modules}.items():
            (self.folder / f"{name}.py").write_text(textwrap.dedent(body))
        self._init()

    def example(self, name: str) -> None:
        """Make the project of a folder of `examples/` this one, as it is there."""
        own = shutil.ignore_patterns("Pulumi.*.yaml", "__pycache__", "venv")
        shutil.copytree(ROOT / "examples" / name, self.folder, dirs_exist_ok=True, ignore=own)
        self._init()

    def _init(self) -> None:
        if not (self.folder / "Pulumi.dev.yaml").exists():
            self.pulumi("stack", "init", "dev", "--non-interactive")
            (self.folder / "Pulumi.dev.yaml").touch()

    def pulumi(self, *arguments: str, code: int | None = 0, **env: str) -> Run:
        """Run a command; `code` is the exit code that it must have, None for any."""
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
        """Start a command in a process group of its own, as a terminal does, and don't wait for it; it prints all to `to`."""
        return subprocess.Popen(
            ["pulumi", "--color", "never", *arguments],
            cwd=self.folder,
            env=self.env,
            stdout=to,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            # Tests that run in the background of a shell start with SIGINT ignored, and so would the engine.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - the child runs no thread
        )

    def processes(self) -> dict[int, str]:
        """Command lines of the processes that belong to runs of this stack, by their ids."""
        mark = f"PULUMI_BACKEND_URL={self.env['PULUMI_BACKEND_URL']}\0".encode()
        found: dict[int, str] = {}
        for each in Path("/proc").glob("[0-9]*"):
            try:
                if mark in (each / "environ").read_bytes():
                    found[int(each.name)] = (each / "cmdline").read_bytes().decode()
            except OSError:
                continue  # it has ended meanwhile
        return found

    def clear(self) -> None:
        """End what an engine left behind that was killed or died: Pulumi's own language host, and the process of dynamic providers."""
        for pid in self.processes():
            os.kill(pid, signal.SIGKILL)

    def preview(self, *arguments: str, code: int | None = 0, **env: str) -> Run:
        """`pulumi preview --diff`."""
        return self.pulumi("preview", "--diff", "--non-interactive", *arguments, code=code, **env)

    def preview_json(self, *arguments: str) -> dict[str, Any]:
        """`pulumi preview --json`."""
        return self.pulumi("preview", "--json", *arguments).json()

    def up(self, *arguments: str, code: int | None = 0, **env: str) -> Run:
        """`pulumi up`, without the preview that it would begin with."""
        return self.pulumi("up", "--yes", "--skip-preview", "--non-interactive", *arguments, code=code, **env)

    def refresh(self, *arguments: str, code: int | None = 0, **env: str) -> Run:
        """`pulumi refresh`."""
        return self.pulumi("refresh", "--yes", "--skip-preview", "--diff", "--non-interactive", *arguments, code=code, **env)

    def destroy(self) -> Run:
        """`pulumi destroy`."""
        return self.pulumi("destroy", "--yes", "--skip-preview", "--non-interactive")

    def outputs(self) -> dict[str, Any]:
        """Outputs of the stack."""
        return self.pulumi("stack", "output", "--json", "--show-secrets").json()

    def deployment(self, *arguments: str) -> dict[str, Any]:
        """The whole state, as `pulumi stack export` shows it."""
        deployment: dict[str, Any] = self.pulumi("stack", "export", *arguments).json()["deployment"]
        return deployment

    def resources(self, type_: str = SESSION, *, show_secrets: bool = False) -> dict[str, dict[str, Any]]:
        """Resources of a type in the state, by name. Secrets are encrypted anew in each run: to compare states they have to be shown."""
        exported = self.deployment(*(["--show-secrets"] if show_secrets else []))
        assert not exported.get("pending_operations"), exported["pending_operations"]
        return {each["urn"].split("::")[-1]: each for each in exported.get("resources", []) if each["type"] == type_}


def steps(preview: Mapping[str, Any], type_: str = SESSION) -> list[tuple[str, dict[str, Any]]]:
    """Operation and changed properties of each step of a type in `pulumi preview --json`."""
    return [(step["op"], step.get("detailedDiff") or {}) for step in preview["steps"] if f"::{type_}::" in step["urn"]]


class Moto:
    """The moto server's Glue, used as somebody else would who owns the sessions."""

    def __init__(self, url: str, *, region: str = REGION, **credentials: str) -> None:
        self.url = url
        self._as = credentials or {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
        self._client: Any = boto3.client("glue", region, endpoint_url=url, **self._as)  # type: ignore[call-overload]

    def lend(self, role_arn: str) -> dict[str, str]:
        """Credentials of a role, of whatever account."""
        sts = boto3.client("sts", REGION, endpoint_url=self.url, **self._as)  # type: ignore[call-overload]
        lent = sts.assume_role(RoleArn=role_arn, RoleSessionName="test")["Credentials"]
        return {
            "aws_access_key_id": lent["AccessKeyId"],
            "aws_secret_access_key": lent["SecretAccessKey"],
            "aws_session_token": lent["SessionToken"],
        }

    def elsewhere(self, role_arn: str, *, region: str) -> Moto:
        """The same server, as used in another region with a role of another account."""
        return Moto(self.url, region=region, **self.lend(role_arn))

    def start(self, session_id: str, **more: Any) -> None:  # noqa: ANN401 - as CreateSession takes them
        """Create a session; moto's are READY at birth."""
        command = {"Name": "glueetl", "PythonVersion": "3"}
        self._client.create_session(Id=session_id, Role=ROLE, Command=command, GlueVersion="5.0", **more)

    def stop(self, session_id: str) -> None:
        """Stop a session; moto's stay STOPPING."""
        self._client.stop_session(Id=session_id)

    def delete(self, session_id: str) -> None:
        """Delete a session."""
        self._client.delete_session(Id=session_id)

    def ids(self) -> Sequence[str]:
        """Sessions that exist."""
        return list(self._client.list_sessions()["Ids"])
