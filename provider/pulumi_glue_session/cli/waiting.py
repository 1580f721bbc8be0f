"""`glue-session wait`: waits for several sessions at once and shows how each is doing."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import sys
import time
from collections.abc import Callable, Generator, Mapping, Sequence

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from pulumi_glue_session.cli.output import write_message
from pulumi_glue_session.core.errors import WaitedTooLong
from pulumi_glue_session.core.messages import format_duration, sanitize
from pulumi_glue_session.core.poller import Waiter
from pulumi_glue_session.core.progress import LogRhythm, ProgressReporter, Rhythm, TerminalRhythm, WaitProgress
from pulumi_glue_session.core.source import SessionSource
from pulumi_glue_session.core.wait import WaitRequest, WaitResult

_NOT_READ = "not read yet"


class WaitDisplay:
    """State of each wait: a table with moving times on a terminal, otherwise a line for each change."""

    def __init__(self, requests: Sequence[WaitRequest], *, now: Callable[[], float] = time.monotonic) -> None:
        self._timeouts = {each.session_id: each.timeout for each in requests}
        self._now = now
        self._started = now()
        self._statuses = dict.fromkeys(self._timeouts, _NOT_READ)
        self._lines: dict[str, str] = {}
        self._finished: dict[str, float] = {}
        self._on_terminal = sys.stderr is not None and sys.stderr.isatty()
        self._has_written = False

    @property
    def pending(self) -> Mapping[str, str]:
        """Last status of each session that is still waited for."""
        return {name: status for name, status in self._statuses.items() if name not in self._finished}

    @contextlib.contextmanager
    def shown(self) -> Generator[None]:
        """Show the state until the block ends."""
        if not self._on_terminal:
            yield
            return
        console = Console(stderr=True)
        with Live(console=console, get_renderable=self._table, refresh_per_second=4, transient=False):
            yield

    @property
    def rhythm(self) -> Rhythm:
        """When lines are due."""
        return TerminalRhythm() if self._on_terminal else LogRhythm()

    def row(self, session_id: str) -> _Row:
        """Receiver of the progress of one wait."""
        return _Row(self, session_id)

    def update(self, session_id: str, status: str) -> None:
        """Show the last status of a session."""
        self._statuses[session_id] = status or _NOT_READ

    def write_progress(self, session_id: str, line: str) -> None:
        """Show a line about a session: in the table on a terminal, otherwise as a line of its own."""
        if self._on_terminal:
            self._lines[session_id] = line
        else:
            self._write_line(f"{sanitize(session_id)}: {line}")

    def finish(self, session_id: str, result: WaitResult) -> None:
        """Show that the wait for one session is over."""
        waited = self._now() - self._started
        self._finished[session_id] = waited
        if result.session:
            self._statuses[session_id] = result.session.status
            if isinstance(result.error, WaitedTooLong):
                self._statuses[session_id] = f"still {result.session.status}"
        elif result.error:
            self._statuses[session_id] = result.error.report().fact.partition(":")[0]
        if not self._on_terminal and (self._has_written or len(self._statuses) > 1):
            status = sanitize(self._statuses[session_id])
            self._write_line(f"{sanitize(session_id)}: {status} after {format_duration(waited)}")

    def _table(self) -> Table:
        table = Table(box=None, show_header=False, pad_edge=False)
        rows = list(self._statuses.items())
        if len(rows) >= shutil.get_terminal_size().lines:
            # The terminal shows only the first rows.
            rows.sort(key=lambda row: row[0] in self._finished)
        for name, status in rows:
            if name in self._finished:
                text = f"{status} after {format_duration(self._finished[name])}"
            else:
                waited, timeout = self._now() - self._started, self._timeouts[name]
                first = f"{_NOT_READ}, {format_duration(waited)} of at most {format_duration(timeout)}"
                text = self._lines.get(name, first)
            table.add_row(Text(sanitize(name)), Text(sanitize(text)))
        return table

    def _write_line(self, line: str) -> None:
        self._has_written = True
        write_message(line)


class _Row:
    """Progress of one wait. Its last line comes from `WaitDisplay.finish`."""

    def __init__(self, display: WaitDisplay, session_id: str) -> None:
        self._display = display
        self._session_id = session_id
        self._reporter = ProgressReporter(lambda line: display.write_progress(session_id, line), display.rhythm)

    def update(self, progress: WaitProgress) -> float:
        self._display.update(self._session_id, progress.status)
        return self._reporter.update(progress)

    def finish(self, result: WaitResult, waited: float) -> None:
        pass


async def wait_for_sessions(
    requests: Sequence[WaitRequest],
    sessions: SessionSource,
    display: WaitDisplay,
    *,
    logs: bool,
    fail_fast: bool,
    any_one: bool,
) -> dict[str, WaitResult]:
    """Result for each session whose wait ended, in the order of `requests`.

    With `fail_fast` the first failure ends the other waits, with `any_one` the first success.
    """
    waiter = Waiter(sessions)
    results: dict[str, WaitResult] = {}

    async def wait(request: WaitRequest) -> WaitResult:
        result = results[request.session_id] = await waiter.wait(
            request, logs=logs, progress=display.row(request.session_id)
        )
        display.finish(request.session_id, result)
        return result

    tasks = {asyncio.ensure_future(wait(each)) for each in requests}
    try:
        while tasks:
            done, tasks = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            failures = [each.result().error is not None for each in done]
            if (fail_fast and any(failures)) or (any_one and not all(failures)):
                break
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return {each.session_id: results[each.session_id] for each in requests if each.session_id in results}
