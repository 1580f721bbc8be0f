"""Reads and waits of one provider block: they share calls, report progress to the log and end when Terraform stops."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from pulumi_glue_session.aws.sessions import GlueSessions
from pulumi_glue_session.core.aws_config import AwsConfig
from pulumi_glue_session.core.cache import SessionCache
from pulumi_glue_session.core.concurrency import await_in_thread
from pulumi_glue_session.core.errors import GlueSessionError
from pulumi_glue_session.core.messages import ErrorReport, Hints, sanitize
from pulumi_glue_session.core.poller import LAST_READ_SECONDS, Waiter, unanswered_error
from pulumi_glue_session.core.progress import LogRhythm, ProgressReporter
from pulumi_glue_session.core.query import SessionQuery
from pulumi_glue_session.core.session import Session
from pulumi_glue_session.core.wait import WaitRequest, WaitResult, WaitState

_T = TypeVar("_T")

Log = Callable[[str, str], None]
"""Writes a level, such as `info`, and a line to Terraform's log."""


class Interrupted(GlueSessionError):
    """Terraform was interrupted during a read or a wait."""

    def report(self, hints: Hints = Hints()) -> ErrorReport:  # noqa: ARG002, B008 - the same in every face; immutable
        """One sentence."""
        return ErrorReport(fact="Interrupted while reading Glue sessions", next_step="run the command again")


class Interrupter:
    """Ends all running calls at once."""

    def __init__(self) -> None:
        self._stopped = False
        self._tasks: set[asyncio.Future[Any]] = set()

    def stop(self) -> None:
        """End the running calls. Later ones fail at once."""
        self._stopped = True
        for task in self._tasks:
            task.cancel()

    async def run(self, work: Coroutine[Any, Any, _T]) -> _T:
        """Result of `work`. Raises Interrupted."""
        if self._stopped:
            work.close()
            raise Interrupted
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        try:
            return await task
        except asyncio.CancelledError:
            if self._stopped:
                raise Interrupted from None
            raise
        finally:
            task.cancel()
            self._tasks.discard(task)


class SessionPoller:
    """Reads sessions with one AWS configuration."""

    def __init__(self, config: AwsConfig, *, interrupter: Interrupter, log: Log) -> None:
        self.config = config
        self.sessions = GlueSessions(config)
        self._cache = SessionCache(self.sessions)
        self._interrupter = interrupter
        self._log = log
        self._waiter = Waiter(self.sessions, note=lambda line: log("debug", line))

    async def get(self, session_id: str) -> Session:
        """The session as it is now. Raises GlueSessionError."""
        return (await self._interrupter.run(self._cache.read_async(session_id))).session()

    async def account_id(self) -> str:
        """Account of the credentials. Raises GlueSessionError."""
        return await self._interrupter.run(await_in_thread(self.sessions.account_id))

    async def find(self, query: SessionQuery) -> dict[str, Session]:
        """Sessions that match, newest first. Raises GlueSessionError."""
        return dict(await self._interrupter.run(await_in_thread(lambda: query.run(self.sessions))))

    async def read(self, request: WaitRequest) -> WaitResult:
        """Result of one read, without waiting."""
        try:
            answer: Session | GlueSessionError = await self.get(request.session_id)
        except Interrupted:
            raise
        except GlueSessionError as error:
            answer = error
        return request.condition.evaluate(
            request.session_id, answer, region=self.sessions.region, console=self.sessions.console
        )

    async def wait(self, request: WaitRequest) -> WaitResult:
        """Result of a wait. Sessions that need no wait share the calls of all reads at that time."""
        started = time.monotonic()
        # A single read has the time limit of its call.
        has_timeout = bool(request.condition.targets and request.timeout)
        try:
            async with asyncio.timeout(max(request.timeout, LAST_READ_SECONDS) if has_timeout else None):
                result = await self.read(request)
        except TimeoutError:
            region = self.sessions.region
            seconds, is_throttled = time.monotonic() - started, self.sessions.throttled_at >= started
            error = unanswered_error(request.session_id, region=region, seconds=seconds, is_throttled=is_throttled)
            return request.condition.evaluate(request.session_id, error, region=region)
        if result.state is WaitState.PENDING:
            progress = ProgressReporter(
                lambda line: self._log("info", f"{sanitize(request.session_id)}: {line}"), LogRhythm()
            )
            result = await self._interrupter.run(
                self._waiter.wait(request, progress=progress, waited=time.monotonic() - started, last=result)
            )
        return result
