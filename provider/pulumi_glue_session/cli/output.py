"""Sessions as a person reads them in a terminal, or as JSON for the next command.

Rules of this module: a session's texts are shown so that they steer no terminal. JSON has all that it is given.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pulumi_glue_session.core.messages import sanitize

_COLUMNS = ("session_id", "status", "glue_version", "created_on", "role")
"""Of a list: what a terminal has room for. JSON has all."""


class OutputFormat(StrEnum):
    """Form of a result."""

    TABLE = "table"
    JSON = "json"


def print_session(told: Mapping[str, Any], form: OutputFormat) -> None:
    """Show one session."""
    if form is OutputFormat.JSON:
        print(json.dumps(told, indent=2))
        return
    table = Table(box=None, show_header=False, pad_edge=False)
    for name, value in told.items():
        table.add_row(Text(name), _cell(value))
    _console().print(table)


def print_sessions(told: Sequence[Mapping[str, Any]], form: OutputFormat) -> None:
    """Show several sessions, or none."""
    if form is OutputFormat.JSON:
        print(json.dumps(told, indent=2))
        return
    table = Table(box=None, pad_edge=False)
    for name in _COLUMNS:
        # A role's ARN is as long as all else together; who reads lines by a program has them whole.
        table.add_column(name, overflow="fold", no_wrap=name not in ("session_id", "role"))
    for each in told:
        table.add_row(*(_cell(each[name]) for name in _COLUMNS))
    _console().print(table)


def _cell(value: object) -> Text:
    """Value as text without markup, fit for a terminal."""
    return Text(sanitize(value if isinstance(value, str) else json.dumps(value)))


def _console() -> Console:
    """The terminal; where it is none, lines as long as they are, for the next command to read."""
    return Console() if sys.stdout.isatty() else Console(width=10_000, soft_wrap=True)
