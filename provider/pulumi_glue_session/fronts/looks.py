"""Looks of a plugin at the sessions of its resources: shared, waited for, told on each resource's row, given up when the engine says so.

Rules of this module: it belongs to one event loop. What is seen the core judges; what the engine makes of it is the provider's matter.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from typing import Any, Protocol

from pulumi_glue_session.background import in_thread
from pulumi_glue_session.caller import Caller
from pulumi_glue_session.demand import Demand
from pulumi_glue_session.errors import GlueSessionError
from pulumi_glue_session.gather import FRESH_SECONDS, Gatherer
from pulumi_glue_session.lookout import Lookout
from pulumi_glue_session.observe import Waiting
from pulumi_glue_session.progress import Announcer
from pulumi_glue_session.session import Session
from pulumi_glue_session.wait import Seen
from pulumi_glue_session.words import printable

__all__ = ["Cancelled", "Engine", "Looks"]


class Engine(Protocol):
    """Where a plugin says what happens."""

    async def say(self, line: str, *, urn: str, ephemeral: bool = False, warning: bool = False) -> None:
        """Show a line at a resource; an `ephemeral` one is no part of the final report."""
        ...


class Cancelled(GlueSessionError):
    """A wait that was given up."""


class Looks:
    """Looks for the resources of one provider."""

    def __init__(self, engine: Engine) -> None:
        """`engine` is told what happens."""
        self._engine = engine
        self._callers: dict[Caller, _AsCaller] = {}
        self._at_work: set[asyncio.Task[Any]] = set()
        self._looked: dict[str, tuple[float, str, Caller, Session | GlueSessionError]] = {}
        """When which session was looked at, as whom, and what was found, by URN: check, diff and preview of a resource are one look."""
        self._warned: dict[str, str] = {}
        """What each resource was warned of last, by URN."""

    def of(self, caller: Caller) -> _AsCaller:
        """Who looks as this caller; one for each, kept."""
        if caller not in self._callers:
            self._callers[caller] = _AsCaller(caller, self._engine)
        return self._callers[caller]

    def cancel(self) -> None:
        """Give up every wait."""
        for task in self._at_work:
            task.cancel()

    async def look(self, urn: str, demand: Demand) -> Seen:
        """How the session stands, as of this run's last look at it for this resource, or of one now."""
        seen = self.last(urn, demand)
        if seen is not None:
            return seen
        gatherer = self.of(demand.caller).gatherer
        found: Session | GlueSessionError
        try:
            found = await in_thread(lambda: gatherer.find(demand.session_id))
        except GlueSessionError as refused:
            found = refused
        self._looked[urn] = time.monotonic(), demand.session_id, demand.caller, found
        return self._judged(demand, found)

    def last(self, urn: str, demand: Demand) -> Seen | None:
        """How the session stood at a look for this resource that still counts as one of now."""
        if urn not in self._looked:
            return None
        at, session_id, caller, found = self._looked[urn]
        counts = (session_id, caller) == (demand.session_id, demand.caller) and time.monotonic() - at <= FRESH_SECONDS
        return self._judged(demand, found) if counts else None

    def _judged(self, demand: Demand, found: Session | GlueSessionError) -> Seen:
        return demand.gate.judge(demand.session_id, found, region=self.of(demand.caller).lookout.finder.region)

    async def warn(self, urn: str, demand: Demand, seen: Seen) -> None:
        """Say what is not as expected, where that is no reason to fail; once in a run."""
        warning = str(demand.warning(seen) or "")
        if warning and warning != self._warned.get(urn):
            self._warned[urn] = warning
            await self._engine.say(warning, urn=urn, warning=True)

    async def until(self, urn: str, demand: Demand, *, logs: bool) -> Seen:
        """See the session pass its gate, or why it won't. Raises Cancelled."""
        task = asyncio.ensure_future(self.of(demand.caller).until(demand, urn=urn, logs=logs))
        self._at_work.add(task)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            if not task.cancelled():
                task.cancel()
                raise
            raise Cancelled(f'Waiting for Glue session "{printable(demand.session_id)}" was interrupted.') from None
        finally:
            self._at_work.discard(task)


class _AsCaller:
    """Looks as one caller, and tells each resource on its own row what it waits for."""

    def __init__(self, caller: Caller, engine: Engine) -> None:
        self.lookout = Lookout(caller, progress=self._tell, note=lambda _line: None)
        self.gatherer = Gatherer(self.lookout.finder)
        self._engine = engine
        self._announcers: dict[str, dict[str, Announcer]] = {}
        self._saying: set[asyncio.Future[None]] = set()

    async def until(self, demand: Demand, *, urn: str, logs: bool) -> Seen:
        """See the session pass its gate, or why it won't."""

        def say(line: str, *, ephemeral: bool) -> None:
            saying = asyncio.ensure_future(self._engine.say(line, urn=urn, ephemeral=ephemeral))
            # An event loop alone doesn't keep a task.
            self._saying.add(saying)
            saying.add_done_callback(self._saying.discard)

        of_session = self._announcers.setdefault(demand.session_id, {})
        of_session[urn] = Announcer(say)
        try:
            return await self.lookout.until(demand, logs=logs)
        finally:
            of_session.pop(urn)

    def _tell(self, waiting: Iterable[Waiting], now: float) -> None:
        for wait in waiting:
            for announcer in self._announcers.get(wait.session_id, {}).values():
                announcer([wait], now)
