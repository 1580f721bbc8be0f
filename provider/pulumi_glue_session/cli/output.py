"""What `glue-session` prints: results to standard output, everything else to standard error.

Session data is printed without control characters in tables, and escaped in JSON. A stream that its reader has closed
never changes the exit code, and a lost standard error never ends a wait. rich is imported only for tables.
"""

from __future__ import annotations

import contextlib
import errno
import io
import json
import os
import shutil
import sys
import textwrap
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import IO, TYPE_CHECKING, Any, cast

from pulumi_glue_session.cli.exit_codes import ExitCode
from pulumi_glue_session.core.errors import InvalidInput
from pulumi_glue_session.core.messages import sanitize

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

_PIPE_WIDTH = 10_000
"""Columns of a table that goes to a file or a pipe, where every line must stay in one piece."""

_COLUMNS = ("ID", "STATUS", "AGE", "ROLE", "GLUE", "WORKERS", "REASON")
_LESS_IMPORTANT = ("ROLE", "WORKERS", "GLUE")
_REASON_WIDTH = 24
"""Columns that a long reason needs at least. It has more if there is room."""

_GAP = 2
"""Columns between two columns of a table."""

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
        if code := report_lost_output(error):
            raise SystemExit(code) from None


def report_lost_output(error: OSError) -> ExitCode:
    """Exit code after a failed write to standard output, with a message if it is an error."""
    _discard(sys.stdout)
    if error.errno in (errno.EPIPE, errno.EBADF):
        return ExitCode.DONE
    write_message(f"error: cannot write the result: {error.strerror}")
    return ExitCode.OUTPUT_FAILED


def write_message(text: str) -> None:
    """Write `text` to standard error, if it is still there."""
    try:
        _write(sys.stderr, text)
    except OSError:
        _discard(sys.stderr)


def write_sentence(text: str) -> None:
    """Write a line to standard error. A terminal gets it wrapped between words."""
    on_terminal = sys.stderr is not None and sys.stderr.isatty()
    width = shutil.get_terminal_size().columns - 1 if on_terminal else _PIPE_WIDTH
    write_message(
        textwrap.fill(text, max(width, 20), subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)
    )


def _write(stream: IO[str] | None, text: str) -> None:
    # Python sets a stream to None if its file descriptor was closed before the start.
    if stream is None:
        return
    try:
        print(text, file=stream, flush=True)
    except ValueError:
        # The stream was closed meanwhile.
        return


def _discard(stream: IO[str] | None) -> None:
    # What is left in the buffer would fail again when Python exits, with a message and exit code 120.
    with contextlib.suppress(AttributeError, OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), cast("IO[str]", stream).fileno())


def print_session(session: Mapping[str, Any], output_format: OutputFormat, *, query: str | None = None) -> None:
    """Print one session."""
    if query or output_format is OutputFormat.JSON:
        _print_json(session, query)
    elif output_format is OutputFormat.NAME:
        write_result(sanitize(session["session_id"]))
    elif _columns() is None:
        # Lines are not wrapped here, and importing rich would take a tenth of the command's time.
        width = max(map(len, session)) + _GAP
        write_result("\n".join(f"{name:{width}}{_cell(value)}".rstrip() for name, value in session.items()))
    else:
        from rich.table import Table
        from rich.text import Text

        table = Table(box=None, show_header=False, pad_edge=False)
        table.add_column(no_wrap=True)
        table.add_column(overflow="fold")
        for name, value in session.items():
            table.add_row(Text(name), Text(_cell(value)))
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
        write_result(_render(sessions_table(sessions, now=now or datetime.now(UTC), columns=_columns())))


def sessions_table(sessions: Sequence[Mapping[str, Any]], *, now: datetime, columns: int | None = None) -> Table:
    """Table of sessions. Id, status and age are always complete, and REASON wraps.

    A terminal with too few `columns` for all of them gets no ROLE, then no WORKERS, then no GLUE.
    """
    from rich.table import Table
    from rich.text import Text

    rows = [_row(each, now) for each in sessions]
    widths = {name: max(len(name), *(Text(row[name]).cell_len for row in rows), 0) for name in _COLUMNS}
    widths["REASON"] = min(widths["REASON"], _REASON_WIDTH)
    shown = list(_COLUMNS)
    for name in _LESS_IMPORTANT:
        if columns and sum(widths[each] + _GAP for each in shown) - _GAP > columns:
            shown.remove(name)
    table = Table(box=None, pad_edge=False)
    for name in shown:
        if name == "REASON":
            table.add_column(name, overflow="fold")
        else:
            table.add_column(name, no_wrap=True, min_width=widths[name])
    for row in rows:
        table.add_row(*(Text(row[name]) for name in shown))
    return table


def _row(session: Mapping[str, Any], now: datetime) -> dict[str, str]:
    workers = str(session["number_of_workers"])
    values = {
        "ID": session["session_id"],
        "STATUS": session["status"],
        "AGE": _age(session["created_on"], now),
        "ROLE": str(session["role"]).rpartition("/")[2],
        "GLUE": session["glue_version"],
        "WORKERS": f"{workers} x {session['worker_type']}" if session["worker_type"] else workers,
        "REASON": session["error_message"],
    }
    return {name: sanitize(value) for name, value in values.items()}


def _print_json(value: Any, query: str | None) -> None:
    if query:
        # boto3 needs this package too, for the same purpose.
        import jmespath
        from jmespath.exceptions import JMESPathError

        try:
            value = jmespath.search(query, value)
        except (JMESPathError, ValueError) as error:
            raise InvalidInput("query", f"invalid JMESPath expression: {' '.join(str(error).split())}") from error
        except RecursionError as error:
            raise InvalidInput("query", "invalid JMESPath expression: it is nested too deeply") from error
    try:
        text = json.dumps(value, indent=2, allow_nan=False)
    except (TypeError, ValueError) as error:
        # Glue's values are JSON. An expression can also have a reference to an expression or an infinite number.
        raise InvalidInput("query", "the result of the JMESPath expression is not JSON") from error
    write_result(text)


def _age(created_on: str, now: datetime) -> str:
    """Time since creation in its largest unit, as in kubectl: `45s`, `12m`, `5h`, `3d`."""
    if not created_on:
        return ""
    seconds = max(int((now - datetime.fromisoformat(created_on)).total_seconds()), 0)
    for unit, length in (("d", _DAY), ("h", _HOUR), ("m", _MINUTE)):
        if seconds >= length:
            return f"{seconds // length}{unit}"
    return f"{seconds}s"


def _cell(value: object) -> str:
    return sanitize(value if isinstance(value, str) else json.dumps(value))


def _columns() -> int | None:
    """Width of the terminal; None if the output goes to a file or a pipe."""
    on_terminal = sys.stdout is not None and sys.stdout.isatty()
    return shutil.get_terminal_size().columns if on_terminal else None


def _render(renderable: RenderableType) -> str:
    from rich.console import Console

    # Without a terminal nothing is written here: a console writes to its stream even while it is captured.
    pipe: dict[str, Any] = {} if _columns() else {"width": _PIPE_WIDTH, "file": io.StringIO()}
    console = Console(soft_wrap=True, **pipe)
    with console.capture() as captured:
        console.print(renderable, soft_wrap=False)
    return "\n".join(line.rstrip() for line in captured.get().splitlines())
