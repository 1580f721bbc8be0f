"""What it means to wait for a session: a wait is data (targets and a limit), judged by pure functions of what was seen.

Rules of this module: no clock, no sleep, no call; time comes in as seconds. Nothing known of Pulumi or boto3.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Any

from pulumi_glue_session.errors import GlueSessionError, InvalidInput, LookFailed, NotAsExpected, SessionEnded, UnknownStatus, WaitedTooLong
from pulumi_glue_session.expect import Expectation
from pulumi_glue_session.session import STATUSES, Session, can_become
from pulumi_glue_session.terms import spoken
from pulumi_glue_session.words import given

__all__ = ["DEFAULT_TIMEOUT", "LONGEST_PAUSE", "SHORTEST_PAUSE", "Gate", "Phase", "Seen", "pause"]

DEFAULT_TIMEOUT = "10m"
"""Ten minutes: sessions start in about one; a VPC connection, many workers or a busy account can take several."""

SHORTEST_PAUSE = 1.0
"""Seconds. Looking more often than this would only bring throttling (dbt-glue #693) for a start that takes a minute."""

LONGEST_PAUSE = 10.0
"""Seconds. The most that a deployment can be late after a session that took long."""

_SHARE_OF_WAITED = 0.1


class Phase(Enum):
    """Where a session stands before a gate."""

    PASSED = auto()
    ON_ITS_WAY = auto()
    BARRED = auto()


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One look at one session: the session, or why it was not seen, and where it stands before the gate."""

    region: str
    session: Session | None = None
    error: GlueSessionError | None = None
    phase: Phase = Phase.PASSED


@dataclass(frozen=True, kw_only=True)
class Gate:
    """What a session has to become and to be. No targets: it has to exist, in whatever status."""

    targets: frozenset[str] = frozenset()
    expected: tuple[Expectation, ...] = ()

    @classmethod
    def of(cls, wait_for: Any) -> Gate:  # noqa: ANN401 - whatever a program gives
        """Gate for the `wait_for` of a program. Raises InvalidInput for anything but known statuses."""
        if wait_for is None:
            return cls()
        try:
            names: list[Any] = [wait_for] if isinstance(wait_for, str) else list(wait_for)
        except TypeError:
            names = [wait_for]
        strange = sorted(given(name).strip("'") or "''" for name in names if not isinstance(name, str) or name not in STATUSES)
        if strange or not names:
            raise InvalidInput(
                "wait_for",
                f"{', '.join(strange) or 'an empty list'} is no status of a Glue session: "
                f"use one or several of {', '.join(sorted(STATUSES))}, or {spoken().as_it_is} to take the session as it is",
            )
        return cls(targets=frozenset(names))

    def judge(self, session_id: str, found: Session | GlueSessionError, *, region: str, before: Session | None = None) -> Seen:
        """Where the session stands before this gate after a look that gave `found`; `before` is what an earlier look saw."""
        if isinstance(found, GlueSessionError):
            passes = isinstance(found, LookFailed) and (found.passes if before else found.passes_at_first)
            phase = Phase.ON_ITS_WAY if passes else Phase.BARRED
            return Seen(region=region, session=before, error=found, phase=phase)
        passed = not self.targets or found.status in self.targets
        if passed or can_become(found.status, self.targets):
            # Judged before the wait is over: what is expected stays as it is for a session's life.
            differences = [line for line in (each.differs(found) for each in self.expected) if line]
            if not differences:
                return Seen(region=region, session=found, phase=Phase.PASSED if passed else Phase.ON_ITS_WAY)
            error: GlueSessionError = NotAsExpected(session_id, region=region, differences=differences)
        elif found.status in STATUSES:
            error = SessionEnded(
                session_id,
                region=region,
                status=found.status,
                targets=self.targets,
                error_message=found.error_message,
            )
        else:
            error = UnknownStatus(session_id, region=region, status=found.status, targets=self.targets)
        return Seen(region=region, session=found, error=error, phase=Phase.BARRED)

    def too_late(self, session_id: str, seen: Seen, *, limit: float, looks: int) -> Seen:
        """What `seen`, still on its way, becomes when the time is up."""
        if seen.session is None:
            return replace(seen, phase=Phase.BARRED)
        # A status that was seen, but not by the last look, is not the whole story.
        then = f", then {seen.error.what}" if isinstance(seen.error, LookFailed) else ""
        error = WaitedTooLong(
            session_id, region=seen.region, status=seen.session.status + then, targets=self.targets, seconds=limit, looks=looks
        )
        return replace(seen, error=error, phase=Phase.BARRED)


def pause(waited: float, *, jitter: float) -> float:
    """Seconds until the next look: about a tenth of those `waited`, within bounds, spread a little by `jitter` (0.0 to 1.0)."""
    share = min(max(waited * _SHARE_OF_WAITED, SHORTEST_PAUSE), LONGEST_PAUSE)
    return share * (0.9 + 0.2 * jitter)
