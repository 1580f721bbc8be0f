"""Asks for MFA codes on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable

import typer


def mfa_prompt() -> Callable[[str], str] | None:
    """Function that asks the user for an MFA code; None without a terminal."""
    # Python sets a stream to None if its file descriptor was closed before the start.
    streams = (sys.stdin, sys.stderr)
    return _ask if all(stream is not None and stream.isatty() for stream in streams) else None


def _ask(prompt: str) -> str:
    # The code is shown while it is typed: a thread that hides it would leave the terminal without echo after Ctrl-C.
    typer.echo(prompt, nl=False, err=True)
    return sys.stdin.readline().strip()
