"""One caller's sessions: looked at together until each has passed its gate, with what a failed one left behind.

Rules of this module: it belongs to one event loop. Glue is asked in daemon threads, so that the loop never blocks and an interrupted
program ends at once. What there is to say goes to callables; who prints it is the front's matter.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from pulumi_glue_session.background import in_thread
from pulumi_glue_session.caller import Caller
from pulumi_glue_session.errors import GlueSessionError, SessionEnded
from pulumi_glue_session.find import Finder
from pulumi_glue_session.observe import Found, Progress, Watch
from pulumi_glue_session.session import Session
from pulumi_glue_session.wait import Gate, Seen

__all__ = ["Lookout"]


class Lookout:
    """Looks at sessions as one caller."""

    def __init__(self, caller: Caller, *, progress: Progress, note: Callable[[str], None]) -> None:
        """`progress` hears of waits that go on, `note` what only who looks for trouble wants to know."""
        self.finder = Finder(caller)
        self._note = note
        self._watch = Watch(self._look, progress=progress)

    async def until(self, session_id: str, *, gate: Gate, limit: float | None, logs: bool = False) -> Seen:
        """See the session pass `gate`, or why it won't: `Watch.until`. `logs` adds the end of a FAILED one's logs."""
        seen = await self._watch.until(session_id, gate=gate, limit=limit)
        failed = seen.session is not None and seen.session.status == "FAILED" and isinstance(seen.error, SessionEnded)
        if logs and failed and seen.session is not None:
            return replace(seen, error=await self._with_logs(session_id, seen.region, seen.session, gate))
        return seen

    async def _look(self, session_ids: Sequence[str]) -> Found:
        return await in_thread(lambda: Found(sessions=self.finder.look(session_ids, note=self._note), region=self.finder.region))

    async def _with_logs(self, session_id: str, region: str, session: Session, gate: Gate) -> SessionEnded:
        try:
            lines = await in_thread(lambda: self.finder.system_logs(session_id))
        except GlueSessionError as refused:
            lines = [str(refused)]
        return SessionEnded(
            session_id,
            region=region,
            status=session.status,
            targets=gate.targets,
            error_message=session.error_message,
            logs=lines or ["There are no system logs that can be shown."],
        )
