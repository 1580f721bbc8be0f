"""What `glue-session` prints: results to standard output, everything else to standard error.

Session data is printed without control characters in tables, and escaped in JSON. A stream that its reader has closed
never changes the exit code, and a lost standard error never ends a wait.
"""

from __future__ import annotations

import contextlib
import errno
import io
import json
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import IO, Any

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from pulumi_glue_session.cli.exit_codes import ExitCode
from pulumi_glue_session.core.errors import InvalidInput
from pulumi_glue_session.core.messages import sanitize

_PIPE_WIDTH = 10_000
"""Columns of a table that goes to a file or a pipe, where every line must stay in one piece."""

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


class OutputFormat(StrEnum):
    """Format of a result."""

    TABLE = "table"
    JSON = "json"
    NAME = "name"


def use_utf8() -> None:
    """Read and write UTF-8 whatever the locale says: session data is Unicode."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")


def write_result(text: str) -> None:
    """Write `text` to standard output. Exits with OUTPUT_FAILED if the disk is full; a closed pipe is not an error."""
    try:
        _write(sys.stdout, text)
    except OSError as error:
        if error.errno not in (errno.EPIPE, errno.EBADF):
            write_message(f"error: cannot write the result: {error.strerror}")
            raise SystemExit(ExitCode.OUTPUT_FAILED) from None


def write_message(text: str) -> None:
    """Write `text` to standard error, if it is still there."""
    with contextlib.suppress(OSError):
        _write(sys.stderr, text)


def _write(stream: IO[str] | None, text: str) -> None:
    # Python sets a stream to None if its file descriptor was closed before the start.
    if stream is None:
        return
    try:
        print(text, file=stream, flush=True)
    except ValueError:
        # The stream was closed meanwhile.
        return
    except OSError:
        # What is left in the buffer would fail again when Python exits, with a message and exit code 120.
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        raise


def print_session(session: Mapping[str, Any], output_format: OutputFormat, *, query: str | None = None) -> None:
    """Print one session."""
    if query or output_format is OutputFormat.JSON:
        _print_json(session, query)
    elif output_format is OutputFormat.NAME:
        write_result(sanitize(session["session_id"]))
    else:
        table = Table(box=None, show_header=False, pad_edge=False)
        table.add_column(no_wrap=True)
        table.add_column(overflow="fold")
        for name, value in session.items():
            table.add_row(Text(name), _cell(value))
        write_result(_render(table))


def print_sessions(
    sessions: Sequence[Mapping[str, Any]],
    output_format: OutputFormat,
    *,
    query: str | None = None,
    now: datetime | None = None,
) -> None:
    """Print several sessions, or none."""
    if query or output_format is OutputFormat.JSON:
        _print_json(list(sessions), query)
    elif output_format is OutputFormat.NAME:
        if sessions:
            write_result("\n".join(sanitize(each["session_id"]) for each in sessions))
    else:
        write_result(_render(sessions_table(sessions, now=now or datetime.now(UTC))))


def sessions_table(sessions: Sequence[Mapping[str, Any]], *, now: datetime) -> Table:
    """Table of sessions. Id, status and age are never shortened, whatever the width of the terminal."""
    table = Table(box=None, pad_edge=False)
    for name, field in (("ID", "session_id"), ("STATUS", "status")):
        width = max((Text(sanitize(each[field])).cell_len for each in sessions), default=0)
        table.add_column(name, no_wrap=True, min_width=max(width, len(name)))
    table.add_column("AGE", no_wrap=True, min_width=4)
    for name in ("ROLE", "GLUE", "WORKERS"):
        table.add_column(name, no_wrap=True, overflow="ellipsis")
    table.add_column("REASON", overflow="fold")
    for each in sessions:
        workers = (
            f"{each['number_of_workers']} x {each['worker_type']}"
            if each["worker_type"]
            else str(each["number_of_workers"])
        )
        role = str(each["role"]).rpartition("/")[2]
        cells = (each["session_id"], each["status"], _age(each["created_on"], now), role, each["glue_version"], workers)
        table.add_row(*map(_cell, cells), _cell(each["error_message"]))
    return table


def _print_json(value: Any, query: str | None) -> None:
    if query:
        # boto3 needs this package too, for the same purpose.
        import jmespath
        from jmespath.exceptions import JMESPathError

        try:
            value = jmespath.search(query, value)
        except JMESPathError as error:
            raise InvalidInput("query", f"invalid JMESPath expression: {' '.join(str(error).split())}") from error
    write_result(json.dumps(value, indent=2))


def _age(created_on: str, now: datetime) -> str:
    """Time since creation in its largest unit, as in kubectl: `45s`, `12m`, `5h`, `3d`."""
    if not created_on:
        return ""
    seconds = max(int((now - datetime.fromisoformat(created_on)).total_seconds()), 0)
    for unit, length in (("d", _DAY), ("h", _HOUR), ("m", _MINUTE)):
        if seconds >= length:
            return f"{seconds // length}{unit}"
    return f"{seconds}s"


def _cell(value: object) -> Text:
    """A value as text without markup."""
    return Text(sanitize(value if isinstance(value, str) else json.dumps(value)))


def _render(renderable: RenderableType) -> str:
    on_terminal = sys.stdout is not None and sys.stdout.isatty()
    console = Console(soft_wrap=True) if on_terminal else Console(width=_PIPE_WIDTH, soft_wrap=True)
    with console.capture() as captured:
        console.print(renderable, soft_wrap=False)
    return "\n".join(line.rstrip() for line in captured.get().splitlines())
