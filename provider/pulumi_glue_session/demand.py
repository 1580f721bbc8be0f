"""What is asked of one session: which it is and who looks, what it has to become within what time, and what it should be.

Rules of this module: it judges what a program or a person gives, and what was seen. It asks nobody. Nothing known of Pulumi or boto3.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pulumi_glue_session.caller import Caller
from pulumi_glue_session.duration import seconds
from pulumi_glue_session.errors import InvalidInput, NotAsExpected
from pulumi_glue_session.expect import Expectation
from pulumi_glue_session.selection import check_id
from pulumi_glue_session.wait import Gate, Phase, Seen
from pulumi_glue_session.words import in_words, printable, spell

__all__ = ["SKIP_WAIT_VARIABLE", "Demand", "skips_waiting"]

SKIP_WAIT_VARIABLE = "PULUMI_GLUE_SESSION_SKIP_WAIT"
"""Environment variable that takes every session as it is."""


@dataclass(frozen=True, kw_only=True)
class Demand:
    """A session, and the gate before it."""

    session_id: str
    gate: Gate = field(default_factory=Gate)
    limit: float = 0.0
    """Seconds."""
    caller: Caller
    only_warned_of: tuple[Expectation, ...] = ()

    @classmethod
    def of(cls, asked: Mapping[str, Any]) -> Demand:
        """Demand for `session_id`, `wait_for`, `timeout` and `aws`, by name. Raises InvalidInput for what means nothing."""
        check_id(asked["session_id"])
        return cls(
            session_id=asked["session_id"],
            gate=Gate.of(asked["wait_for"]),
            limit=seconds(asked["timeout"]),
            caller=Caller.of(asked["aws"]),
        )

    def expecting(self, expected: Iterable[Expectation], *, on_mismatch: object) -> Demand:
        """The same with values that the session should have: before its gate, or only to be warned of. Raises InvalidInput."""
        if on_mismatch not in ("fail", "warn"):
            raise InvalidInput("on_mismatch", f"{on_mismatch!r} is none of 'fail' and 'warn'")
        if on_mismatch == "warn":
            return replace(self, only_warned_of=tuple(expected))
        return replace(self, gate=replace(self.gate, expected=tuple(expected)))

    def without_waiting(self) -> Demand:
        """The same of the session as it is."""
        return replace(self, gate=replace(self.gate, targets=frozenset()))

    def prospect(self, seen: Seen) -> str | None:
        """What an up will wait for, after a look that found the session on its way."""
        if seen.phase is not Phase.ON_ITS_WAY or seen.session is None:
            return None
        return (
            f'Glue session "{printable(self.session_id)}" in {printable(seen.region)} is {seen.session.status}: '
            f"up will wait until it is {in_words(self.gate.targets)}, {spell(self.limit)} at most."
        )

    def warning(self, seen: Seen) -> NotAsExpected | None:
        """What is not as expected, where that is no reason to fail."""
        if seen.session is None:
            return None
        differences = [line for line in (each.differs(seen.session) for each in self.only_warned_of) if line]
        return NotAsExpected(self.session_id, region=seen.region, differences=differences) if differences else None


def skips_waiting(environment: Mapping[str, str]) -> bool | None:
    """Whether the environment says to take every session as it is; None where it says nothing."""
    said = environment.get(SKIP_WAIT_VARIABLE, "").strip().lower()
    return said not in {"0", "false", "no"} if said else None
