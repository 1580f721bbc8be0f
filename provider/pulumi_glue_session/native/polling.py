"""Looks of a plugin at the sessions of its resources: shared, waited for, told on each resource's row, given up when the engine says so.

Rules of this module: it belongs to one event loop. What is seen the core judges; what the engine makes of it is the provider's matter.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from typing import Any, Protocol

from pulumi_glue_session.aws.sessions import GlueSessions
from pulumi_glue_session.core.aws_config import AwsConfig
from pulumi_glue_session.core.cache import FRESH_SECONDS, SessionCache
from pulumi_glue_session.core.concurrency import await_in_thread
from pulumi_glue_session.core.errors import GlueSessionError
from pulumi_glue_session.core.messages import ErrorReport, Hints, sanitize
from pulumi_glue_session.core.poller import PendingWait, Waiter
from pulumi_glue_session.core.progress import ProgressReporter
from pulumi_glue_session.core.session import Session
from pulumi_glue_session.core.wait import WaitRequest, WaitResult
from pulumi_glue_session.native.properties import HINTS


class Engine(Protocol):
    """Where a plugin says what happens."""

    async def say(self, line: str, *, urn: str, ephemeral: bool = False, warning: bool = False) -> None:
        """Show a line at a resource; an `ephemeral` one is no part of the final report."""
        ...


class Cancelled(GlueSessionError):
    """The engine was interrupted while a session was waited for."""

    def __init__(self, session_id: str) -> None:
        self.session_id = session_id
        super().__init__()

    def report(self, hints: Hints = HINTS) -> ErrorReport:  # noqa: ARG002 - the same in every face
        """One sentence."""
        return ErrorReport(fact=f'Interrupted while waiting for Glue session "{sanitize(self.session_id)}"')


class ResourcePoller:
    """Looks for the resources of one provider."""

    def __init__(self, engine: Engine) -> None:
        """`engine` is told what happens."""
        self._engine = engine
        self._callers: dict[AwsConfig, _ConfigPoller] = {}
        self._at_work: set[asyncio.Task[Any]] = set()
        self._looked: dict[str, tuple[float, str, AwsConfig, Session | GlueSessionError]] = {}
        """When which session was looked at, as whom, and what was found, by URN: check, diff and preview of a resource are one look."""
        self._warned: dict[str, str] = {}
        """What each resource was warned of last, by URN."""

    def for_config(self, caller: AwsConfig) -> _ConfigPoller:
        """Who looks as this caller; one for each, kept."""
        if caller not in self._callers:
            self._callers[caller] = _ConfigPoller(caller, self._engine)
        return self._callers[caller]

    def cancel(self) -> None:
        """Give up every wait."""
        for task in self._at_work:
            task.cancel()

    async def poll(self, urn: str, demand: WaitRequest) -> WaitResult:
        """How the session stands, as of this run's last look at it for this resource, or of one now."""
        seen = self.last_result(urn, demand)
        if seen is not None:
            return seen
        gatherer = self.for_config(demand.aws_config).gatherer
        found: Session | GlueSessionError
        try:
            found = await await_in_thread(lambda: gatherer.get(demand.session_id))
        except GlueSessionError as refused:
            found = refused
        self._looked[urn] = time.monotonic(), demand.session_id, demand.aws_config, found
        return self._judged(demand, found)

    def last_result(self, urn: str, demand: WaitRequest) -> WaitResult | None:
        """How the session stood at a look for this resource that still counts as one of now."""
        if urn not in self._looked:
            return None
        at, session_id, caller, found = self._looked[urn]
        counts = (session_id, caller) == (demand.session_id, demand.aws_config) and time.monotonic() - at <= FRESH_SECONDS
        return self._judged(demand, found) if counts else None

    def _judged(self, demand: WaitRequest, found: Session | GlueSessionError) -> WaitResult:
        return demand.condition.evaluate(demand.session_id, found, region=self.for_config(demand.aws_config).lookout.sessions.region)

    async def warn(self, urn: str, demand: WaitRequest, seen: WaitResult) -> None:
        """Say what is not as expected, where that is no reason to fail; once in a run."""
        mismatch = demand.soft_mismatch(seen)
        warning = str(mismatch.report(HINTS)) if mismatch else ""
        if warning and warning != self._warned.get(urn):
            self._warned[urn] = warning
            await self._engine.say(warning, urn=urn, warning=True)

    async def wait(self, urn: str, demand: WaitRequest, *, logs: bool) -> WaitResult:
        """See the session pass its gate, or why it won't. Raises Cancelled."""
        task = asyncio.ensure_future(self.for_config(demand.aws_config).wait(demand, urn=urn, logs=logs))
        self._at_work.add(task)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            if not task.cancelled():
                task.cancel()
                raise
            raise Cancelled(demand.session_id) from None
        finally:
            self._at_work.discard(task)


class _ConfigPoller:
    """Looks as one caller, and tells each resource on its own row what it waits for."""

    def __init__(self, caller: AwsConfig, engine: Engine) -> None:
        self.lookout = Waiter(GlueSessions(caller), progress=self._tell, note=lambda _line: None)
        self.gatherer = SessionCache(self.lookout.sessions)
        self._engine = engine
        self._announcers: dict[str, dict[str, ProgressReporter]] = {}
        self._saying: set[asyncio.Future[None]] = set()

    async def wait(self, demand: WaitRequest, *, urn: str, logs: bool) -> WaitResult:
        """See the session pass its gate, or why it won't."""

        def say(line: str, *, ephemeral: bool) -> None:
            saying = asyncio.ensure_future(self._engine.say(line, urn=urn, ephemeral=ephemeral))
            # An event loop alone doesn't keep a task.
            self._saying.add(saying)
            saying.add_done_callback(self._saying.discard)

        of_session = self._announcers.setdefault(demand.session_id, {})
        of_session[urn] = ProgressReporter(say)
        try:
            return await self.lookout.wait(demand, logs=logs)
        finally:
            of_session.pop(urn)

    def _tell(self, waiting: Iterable[PendingWait], now: float) -> None:
        for wait in waiting:
            for announcer in self._announcers.get(wait.session_id, {}).values():
                announcer([wait], now)
