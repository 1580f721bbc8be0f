"""Runs the command line, in this process or as one."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from pulumi_glue_session.cli.app import app

COMMAND = Path(sys.executable).parent / "glue-session"

_SLOW = re.compile(
    r"(?:^\S+: no answer from Glue for \d+s, trying again\n)+(?:^\S+: READY after \d+s\n)?", re.MULTILINE
)
"""Lines that a wait for a session that is READY prints only if the machine takes seconds for its first read."""


@dataclass(frozen=True, kw_only=True)
class Ran:
    """A command that has ended."""

    out: str
    err: str
    code: int

    def json(self) -> Any:
        return json.loads(self.out)


def ended(process: subprocess.CompletedProcess[str]) -> Ran:
    return Ran(out=process.stdout, err=_SLOW.sub("", process.stderr), code=process.returncode)


WITH_SIGNALS = (
    "import os, signal, sys; [signal.signal(each, signal.SIG_DFL) for each in (signal.SIGINT, signal.SIGHUP)]; "
    "os.execv(sys.argv[1], sys.argv[1:])"
)
"""Runs a command that SIGINT and SIGHUP end. Children inherit that a shell or nohup ignores them in the background."""


def run(*arguments: str, stdin: str = "", code: int = 0) -> Ran:
    """Run a command in this process; `code` is the exit code that it must have."""
    result = CliRunner().invoke(app, arguments, input=stdin, catch_exceptions=False)
    assert code == result.exit_code, (result.exit_code, result.stdout, result.stderr)
    return Ran(out=result.stdout, err=_SLOW.sub("", result.stderr), code=result.exit_code)
