"""The table of docs/credentials.md, cell by cell: the signer of a request, for each way to configure AWS and each tool.

The cells are read from the page. A cell whose text is not in `MEANINGS` fails, and so does a row without a setup. The
signature of the request shows the access key and the region.
"""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import pulumi
import pytest
from typer.testing import CliRunner

from pulumi_glue_session import AwsOptions, GlueSession
from pulumi_glue_session.cli.app import app
from pulumi_glue_session.core.errors import GlueSessionError
from pulumi_glue_session.native.properties import camel
from support import native_provider
from support.dynamic_server import DynamicServer, Refusal
from support.glue_endpoint import GlueEndpoint
from support.program_run import Ran, run
from support.sts_endpoint import StsEndpoint
from support.ways_to_configure_aws import ENVIRONMENT, MFA, WAYS, Place, Setup, Signer, mfa_profile

ROOT = Path(__file__).resolve().parents[2]
COMMAND = Path(sys.executable).parent / "glue-session"


@dataclass
class Tools:
    """Reads the session with each tool. Each method raises what the tool reports."""

    setup: Setup
    folder: Path

    def preview_and_up(self) -> None:
        for preview in (True, False):
            self._run(preview=preview)

    def refresh(self) -> None:
        """In a process of its own, with the stack's configuration and the record of the last up."""
        recorded = {} if self.setup.error else self._run(preview=False).recorded["analytics"]
        with DynamicServer(os.environ, retrying=False) as server:
            server.configure({f"aws:{key}": value for key, value in self.setup.stack.items()})
            self.forget()
            server.read("analytics", {"session_id": "analytics", "status": "READY", **_plain(recorded)})

    def native_provider(self) -> None:
        options = _camel(self.setup.options)
        native_provider.create(native_provider.RecordingEngine(), options=options)

    def command_line(self) -> None:
        """In the folder of the project."""
        lines = ["config:", *(f"  aws:{key}: {value}" for key, value in self.setup.stack.items())]
        (self.folder / "Pulumi.yaml").write_text("name: test\nruntime: python\n")
        (self.folder / "Pulumi.dev.yaml").write_text("\n".join(lines))
        options = self.setup.options
        arguments = [f"--{name}={options[name]}" for name in ("region", "profile") if name in options]
        arguments += [f"--assume-role={role['role_arn']}" for role in options.get("assume_roles", [])]
        result = CliRunner().invoke(app, ["get", "analytics", *arguments], catch_exceptions=False)
        if result.exit_code:
            raise Refusal(result.stderr)

    def _run(self, *, preview: bool) -> Ran:
        def program(ran: Ran) -> None:
            opts = None
            if self.setup.provider is not None:
                ran.provider_config = self.setup.provider
                opts = pulumi.ResourceOptions(provider=import_module("pulumi_aws").Provider("explicit"))
            aws = AwsOptions(**self.setup.options) if self.setup.options else None
            GlueSession("analytics", session_id="analytics", aws=aws, opts=opts)

        ran = run(program, preview=preview, config={f"aws:{key}": value for key, value in self.setup.stack.items()})
        if ran.refused:
            raise Refusal(ran.refused[0])
        return ran

    forget: Callable[[], None] = lambda: None
    """Called before the read whose signature counts."""


def _plain(recorded: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in recorded.items() if name in ("aws", "region")}


def _camel(value: Any) -> Any:
    if isinstance(value, dict):
        return {camel(name): _camel(each) for name, each in value.items()}
    return [_camel(each) for each in value] if isinstance(value, list) else value


TOOLS: Mapping[str, Callable[[Tools], None]] = {
    "`preview` and `up`": Tools.preview_and_up,
    "`refresh`": Tools.refresh,
    "native provider": Tools.native_provider,
    "command line": Tools.command_line,
}
"""Tool of each column, by its heading without links."""


def own(setup: Setup) -> Signer:
    return setup.signer


def environment(_: Setup) -> Signer:
    return ENVIRONMENT


def without_keys(setup: Setup) -> Signer:
    return setup.signer_without_keys


def fails(_: Setup) -> None:
    return None


MEANINGS: Mapping[str, Callable[[Setup], Signer | None]] = {
    "yes": own,
    "yes, after you signed in": own,
    "yes, from the record": own,
    "yes, that of the last `up`": own,
    "yes, without its access keys": without_keys,
    "as provider inputs or `glue-session:` configuration": own,
    "as options, most of them": own,
    "no": environment,
    "fails and names the profile": fails,
    "fails": fails,
    "asks for the code in a terminal": fails,
}
"""Expected signer according to the text of a cell. The last two texts have a test of their own."""


def cells() -> Iterator[Any]:
    page = (ROOT / "docs" / "credentials.md").read_text(encoding="utf-8")
    table = re.search(r"^\| configuration .*?\n\n", page, re.MULTILINE | re.DOTALL)
    assert table
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", table[0])
    header, _, *rows = ([cell.strip() for cell in line.strip("| ").split("|")] for line in text.splitlines() if line)
    assert list(TOOLS) == header[1:]
    assert list(WAYS) == [row[0] for row in rows]
    for row, *texts in rows:
        for tool, cell in zip(header[1:], texts, strict=True):
            for way in WAYS[row]:
                yield pytest.param(way, tool, cell, id=f"{way.__name__}-{tool.replace('`', '')}")


@pytest.fixture
def place(tmp_path: Path, sts: StsEndpoint, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    monkeypatch.syspath_prepend(ROOT / "tests" / "stand_ins")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr("pulumi_glue_session.aws.client._RETRIES", 0)
    with ExitStack() as stack:
        yield Place(tmp_path, monkeypatch, stack, sts)


@pytest.mark.parametrize(("way", "tool", "cell"), list(cells()))
def test_cell(aws: GlueEndpoint, place: Place, way: Callable[[Place], Setup], tool: str, cell: str) -> None:
    setup = way(place)
    tools = Tools(setup, place.home)
    before = 0

    def forget() -> None:
        nonlocal before
        before = len(aws.calls)

    tools.forget = forget
    expected = MEANINGS[cell](setup)
    if expected is None:
        with pytest.raises((GlueSessionError, Refusal)) as caught:
            TOOLS[tool](tools)
        assert setup.error in " ".join(str(caught.value).split())
        assert [] == aws.calls
        return
    TOOLS[tool](tools)

    assert {expected} == {signer_of(str(call.credential)) for call in aws.calls[before:]}


def signer_of(credential: str) -> Signer:
    key, _, region = credential.split("/")[:3]
    return ("role" if key.startswith("ASIA0") else key, region)


def test_mfa_code_is_asked_for_in_a_terminal(place: Place) -> None:
    mfa_profile(place)
    primary, secondary = pty.openpty()
    with subprocess.Popen(
        [COMMAND, "get", "analytics", "-o", "name"], stdin=secondary, stdout=subprocess.PIPE, stderr=secondary
    ) as running:
        os.close(secondary)
        prompt = b""
        while b": " not in prompt:
            prompt += os.read(primary, 1024)
        os.write(primary, b"123456\n")
        out, _ = running.communicate()
    os.close(primary)

    assert prompt.decode() == f"Enter MFA code for {MFA}: "
    assert (b"analytics\n", 0) == (out, running.returncode)
    assert ["123456"] == [call.parameters["TokenCode"] for call in place.sts.calls]
