"""Reads and waits of the native provider: shared between resources, reported on each resource's row, canceled by the engine.

Everything here belongs to one event loop.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any, Protocol

from pulumi_glue_session.aws.sessions import GlueSessions
from pulumi_glue_session.core.aws_config import AwsConfig
from pulumi_glue_session.core.cache import SessionCache
from pulumi_glue_session.core.concurrency import await_in_thread
from pulumi_glue_session.core.errors import GlueSessionError
from pulumi_glue_session.core.messages import ErrorReport, Hints, sanitize
from pulumi_glue_session.core.poller import Waiter
from pulumi_glue_session.core.progress import LogRhythm, ProgressReporter
from pulumi_glue_session.core.source import FRESH_SECONDS, Reading
from pulumi_glue_session.core.wait import WaitRequest, WaitResult
from pulumi_glue_session.native.properties import HINTS


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

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._pollers: dict[AwsConfig, _ConfigPoller] = {}
        self._waits: set[asyncio.Task[Any]] = set()
        self._readings: dict[str, tuple[Reading, str, AwsConfig]] = {}
        """Last read, session id and configuration by URN. Check, diff and preview share one read."""
        self._warnings: dict[str, str] = {}
        """Last warning by URN."""

    def for_config(self, config: AwsConfig) -> _ConfigPoller:
        """Poller of an AWS configuration, created on first use."""
        if config not in self._pollers:
            self._pollers[config] = _ConfigPoller(config, self._engine)
        return self._pollers[config]

    def cancel(self) -> None:
        """Cancel every wait."""
        for task in self._waits:
            task.cancel()

    async def poll(self, urn: str, request: WaitRequest) -> WaitResult:
        """State of the session by the last read for this resource if it is fresh, or by a read now."""
        result = self.last_result(urn, request)
        if result is not None:
            return result
        cache = self.for_config(request.aws_config).cache
        reading = await await_in_thread(lambda: cache.read(request.session_id))
        self._readings[urn] = reading, request.session_id, request.aws_config
        return self._evaluate(request, reading)

    def last_result(self, urn: str, request: WaitRequest) -> WaitResult | None:
        """State of the session by the last read for this resource, if it is fresh."""
        if urn not in self._readings:
            return None
        reading, session_id, config = self._readings[urn]
        same_session = (session_id, config) == (request.session_id, request.aws_config)
        fresh = time.monotonic() - reading.requested_at < FRESH_SECONDS
        return self._evaluate(request, reading) if same_session and fresh else None

    def _evaluate(self, request: WaitRequest, reading: Reading) -> WaitResult:
        region = self.for_config(request.aws_config).sessions.region
        return request.condition.evaluate(request.session_id, reading.answer, region=region)

    async def warn_of_mismatch(self, urn: str, request: WaitRequest, result: WaitResult) -> None:
        """Log a warning for soft expectations that are not met, once per run."""
        mismatch = request.soft_mismatch(result)
        warning = str(mismatch.report(HINTS)) if mismatch else ""
        if warning and warning != self._warnings.get(urn):
            self._warnings[urn] = warning
            await self._engine.log(warning, urn=urn, warning=True)

    async def wait(self, urn: str, request: WaitRequest, *, logs: bool) -> WaitResult:
        """Wait until the session meets the condition, fails or times out. Raises Canceled."""
        task = asyncio.ensure_future(self.for_config(request.aws_config).wait(request, urn=urn, logs=logs))
        self._waits.add(task)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            if not task.cancelled():
                task.cancel()
                raise
            raise Canceled(request.session_id) from None
        finally:
            self._waits.discard(task)


class _ConfigPoller:
    """Reads and waits with one AWS configuration, and reports progress on the row of each resource."""

    def __init__(self, config: AwsConfig, engine: Engine) -> None:
        self.sessions = GlueSessions(config)
        self.cache = SessionCache(self.sessions)
        self._waiter = Waiter(self.sessions)
        self._engine = engine
        self._log_tasks: set[asyncio.Future[None]] = set()

    async def wait(self, request: WaitRequest, *, urn: str, logs: bool) -> WaitResult:
        """Wait until the session meets the condition, fails or times out."""

        def show(line: str) -> None:
            task = asyncio.ensure_future(self._engine.log(line, urn=urn, ephemeral=True))
            # The event loop holds only a weak reference to a task.
            self._log_tasks.add(task)
            task.add_done_callback(self._log_tasks.discard)

        return await self._waiter.wait(request, logs=logs, progress=ProgressReporter(show, LogRhythm()))
