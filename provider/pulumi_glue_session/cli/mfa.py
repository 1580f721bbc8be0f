"""Asks for MFA codes on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable

import typer


def mfa_prompt() -> Callable[[str], str] | None:
    """Function that asks the user for an MFA code; None without a terminal."""
    return _ask if sys.stdin.isatty() and sys.stderr.isatty() else None


def _ask(prompt: str) -> str:
    # The code is shown while it is typed: a thread that hides it would leave the terminal without echo after Ctrl-C.
    typer.echo(prompt, nl=False, err=True)
    return sys.stdin.readline().strip()
