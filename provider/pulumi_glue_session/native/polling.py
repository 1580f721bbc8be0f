"""Reads and waits of the native provider: shared by resources, shown on their rows, canceled by the engine.

Everything here belongs to one event loop.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any, Protocol

from pulumi_glue_session.aws.sessions import GlueSessions
from pulumi_glue_session.core.aws_config import AwsConfig
from pulumi_glue_session.core.cache import SessionCache
from pulumi_glue_session.core.errors import GlueSessionError
from pulumi_glue_session.core.messages import ErrorReport, Hints, sanitize
from pulumi_glue_session.core.poller import Waiter
from pulumi_glue_session.core.progress import LogRhythm, ProgressReporter, Rhythm
from pulumi_glue_session.core.session import Session
from pulumi_glue_session.core.source import FRESH_SECONDS, Reading
from pulumi_glue_session.core.wait import WaitRequest, WaitResult
from pulumi_glue_session.native.properties import HINTS

STACK_ROW = ""
"""URN of lines that do not belong to a resource."""


_MAX_IDS = 3
"""Session ids in a line about several sessions."""


class Engine(Protocol):
    """Log of the Pulumi engine."""

    async def log(self, line: str, *, urn: str, ephemeral: bool = False, warning: bool = False) -> None:
        """Show a line on the row of a resource. An `ephemeral` line does not appear in the final report."""
        ...


class Canceled(GlueSessionError):
    """The engine canceled a wait."""

    def __init__(self, session_id: str) -> None:
        self.session_id = session_id
        super().__init__()

    def report(self, hints: Hints = HINTS) -> ErrorReport:  # noqa: ARG002 - the same in every face
        """Fact only: the user interrupted the wait and knows what to do next."""
        return ErrorReport(fact=f'Interrupted while waiting for Glue session "{sanitize(self.session_id)}"')


class ResourcePoller:
    """Reads sessions for the resources of one provider, and waits for them."""

    def __init__(
        self, engine: Engine, *, rhythm: Callable[[], Rhythm] = LogRhythm, now: Callable[[], float] = time.monotonic
    ) -> None:
        """`rhythm` decides how often the progress of a wait is shown; `now` returns monotonic seconds."""
        self._log = _OrderedLog(engine)
        self._rhythm = rhythm
        self._now = now
        self._sources: dict[AwsConfig, _Source] = {}
        self._waits: set[asyncio.Task[Any]] = set()
        self._readings: dict[str, tuple[str, AwsConfig, Reading]] = {}
        """Session id, configuration and last reading by URN. Check, diff and preview share a reading."""
        self._messages: dict[tuple[str, str], str] = {}
        """Last message by URN and session id."""
        self._stack_row: set[str] = set()
        """Sessions that functions wait for."""
        self._stack_line = ""

    def source(self, config: AwsConfig) -> _Source:
        """Source of an AWS configuration, created on first use."""
        if config not in self._sources:
            self._sources[config] = _Source(config, now=self._now)
        return self._sources[config]

    def cancel(self) -> None:
        """Cancel every wait."""
        for task in self._waits:
            task.cancel()

    async def poll(self, urn: str, request: WaitRequest) -> WaitResult:
        """State of the session by the last reading for this resource if it is fresh, or by a read now."""
        result = self.last_result(urn, request)
        if result is not None:
            return result
        reading = await self.source(request.aws_config).cache.read_async(request.session_id)
        self._readings[urn] = request.session_id, request.aws_config, reading
        return self._evaluate(request, reading)

    def last_result(self, urn: str, request: WaitRequest) -> WaitResult | None:
        """State of the session by the last reading for this resource, if its request was sent a moment ago."""
        if urn not in self._readings:
            return None
        session_id, config, reading = self._readings[urn]
        is_same = (session_id, config) == (request.session_id, request.aws_config)
        is_fresh = self._now() - reading.requested_at < FRESH_SECONDS
        return self._evaluate(request, reading) if is_same and is_fresh else None

    def last_session(self, urn: str) -> Session | None:
        """The session as it was last read for this resource."""
        answer = self._readings[urn][2].answer if urn in self._readings else None
        return answer if isinstance(answer, Session) else None

    def _evaluate(self, request: WaitRequest, reading: Reading) -> WaitResult:
        sessions = self.source(request.aws_config).sessions
        return request.condition.evaluate(
            request.session_id, reading.answer, region=sessions.region, console=sessions.console
        )

    async def warn(self, error: GlueSessionError, *, urn: str, session_id: str) -> None:
        """Show an error as a warning, once."""
        await self.say_once(str(error.report(HINTS)), urn=urn, session_id=session_id, warning=True)

    async def say_once(self, line: str, *, urn: str, session_id: str = "", warning: bool = False) -> None:
        """Show a line that stays, unless it was the last one about this session."""
        if self._messages.get((urn, session_id)) != line:
            self._messages[urn, session_id] = line
            await self._log.write(line, urn=urn, warning=warning)

    async def wait(self, urn: str, request: WaitRequest, *, logs: bool) -> WaitResult:
        """Wait until the session meets the condition, fails or times out. Raises Canceled."""

        def show(line: str) -> None:
            if urn == STACK_ROW:
                self._show_on_stack_row(request.session_id, line)
            else:
                self._log.write(line, urn=urn, ephemeral=True)

        progress = ProgressReporter(show, self._rhythm())
        waiter = self.source(request.aws_config).waiter
        task = asyncio.ensure_future(waiter.wait(request, logs=logs, progress=progress))
        self._waits.add(task)
        try:
            result = await asyncio.shield(task)
        except asyncio.CancelledError:
            if not task.cancelled():
                task.cancel()
                raise
            raise Canceled(request.session_id) from None
        finally:
            self._waits.discard(task)
            self._stack_row.discard(request.session_id)
        # The last line must arrive before the engine ends the row.
        await self._log.flush(urn)
        return result

    def _show_on_stack_row(self, session_id: str, line: str) -> None:
        """Show a line about one of the sessions that share the stack's row, or about all of them."""
        is_pending = " after " not in line
        if is_pending:
            self._stack_row.add(session_id)
        if is_pending and len(self._stack_row) > 1:
            ids = sorted(map(sanitize, self._stack_row))
            more = f" and {len(ids) - _MAX_IDS} more" if len(ids) > _MAX_IDS else ""
            text = f"waiting for {len(ids)} Glue sessions: {', '.join(ids[:_MAX_IDS])}{more}"
        else:
            text = f"{sanitize(session_id)}: {line}"
        if text != self._stack_line:
            self._stack_line = text
            self._log.write(text, urn=STACK_ROW, ephemeral=True)


class _Source:
    """Reads with one AWS configuration."""

    def __init__(self, config: AwsConfig, *, now: Callable[[], float]) -> None:
        self.sessions = GlueSessions(config, monotonic=now)
        self.cache = SessionCache(self.sessions, now=now)
        self.waiter = Waiter(self.sessions)


class _OrderedLog:
    """Sends the lines of each row in their order."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._last: dict[str, asyncio.Future[None]] = {}

    def write(self, line: str, *, urn: str, ephemeral: bool = False, warning: bool = False) -> asyncio.Future[None]:
        """Send a line after the previous ones."""
        previous = self._last.get(urn)

        async def send() -> None:
            if previous is not None:
                await previous
            await self._engine.log(line, urn=urn, ephemeral=ephemeral, warning=warning)

        task = asyncio.ensure_future(send())
        self._last[urn] = task
        return task

    async def flush(self, urn: str) -> None:
        """Wait until all lines of a row are sent."""
        if urn in self._last:
            await self._last[urn]
