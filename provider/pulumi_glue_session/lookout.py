"""One caller's sessions: looked at together until each has passed its gate, with what a failed one left behind.

Rules of this module: it belongs to one event loop. Glue is asked in daemon threads, so that the loop never blocks and an interrupted
program ends at once. What there is to say goes to callables; who prints it is the front's matter.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from pulumi_glue_session.background import in_thread
from pulumi_glue_session.caller import Caller
from pulumi_glue_session.demand import Demand
from pulumi_glue_session.errors import GlueSessionError, SessionEnded
from pulumi_glue_session.find import Finder
from pulumi_glue_session.observe import Found, Progress, Watch
from pulumi_glue_session.session import Session
from pulumi_glue_session.wait import Seen

__all__ = ["Lookout"]


class Lookout:
    """Looks at sessions as one caller."""

    def __init__(self, caller: Caller, *, progress: Progress, note: Callable[[str], None]) -> None:
        """`progress` hears of waits that go on, `note` what only who looks for trouble wants to know."""
        self.finder = Finder(caller)
        self._note = note
        self._watch = Watch(self._look, progress=progress)

    async def until(self, demand: Demand, *, once: bool = False, logs: bool = False) -> Seen:
        """See the session pass its gate, or why it won't: `Watch.until`. `logs` adds the end of a FAILED one's logs.

        `once` looks once and takes "on its way" for an answer, as a preview does.
        """
        seen = await self._watch.until(demand.session_id, gate=demand.gate, limit=None if once else demand.limit)
        session = seen.session
        if logs and session is not None and session.status == "FAILED" and isinstance(seen.error, SessionEnded):
            return replace(seen, error=await self._with_logs(demand, seen.region, session))
        return seen

    async def _look(self, session_ids: Sequence[str]) -> Found:
        return await in_thread(lambda: Found(sessions=self.finder.look(session_ids, note=self._note), region=self.finder.region))

    async def _with_logs(self, demand: Demand, region: str, session: Session) -> SessionEnded:
        try:
            lines = await in_thread(lambda: self.finder.system_logs(demand.session_id))
        except GlueSessionError as refused:
            lines = [str(refused)]
        return SessionEnded(
            demand.session_id,
            region=region,
            status=session.status,
            targets=demand.gate.targets,
            error_message=session.error_message,
            logs=lines or ["There are no system logs that can be shown."],
        )
