"""The life of a sandbox session: a status, or several that follow each other over time or from read to read."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Literal

from pulumi_glue_session.core.errors import InvalidInput
from pulumi_glue_session.core.messages import short_repr
from pulumi_glue_session.core.parsing import parse_duration
from pulumi_glue_session.core.session import STATUSES
from pulumi_glue_session.sandbox.model import check_session_fields


@dataclass(frozen=True, slots=True)
class Step:
    """Fields of a session for a while, laid over its other fields or `alone`. With None the session does not exist."""

    fields: Mapping[str, object] | None
    alone: bool = False


GONE = Step(None)
"""The session does not exist: EntityNotFoundException, and absent from ListSessions."""


def step(status: str, **fields: object) -> Step:
    """A status with other fields, such as `ErrorMessage` of FAILED. Raises TypeError for a name that no session has."""
    check_session_fields(fields)
    return Step({**fields, "Status": status})


def verbatim(session: Mapping[str, object]) -> Step:
    """Exactly these members, even if the model does not allow them: a future status, unknown names, none at all."""
    return Step(session, alone=True)


@dataclass(frozen=True, slots=True)
class Life:
    """Steps of a session. Each but the last ends after a number of reads, or of seconds since the first read or put."""

    steps: tuple[Step, ...]
    ends: tuple[float, ...]
    counted: Literal["reads", "since_first_read", "since_put"]

    def since_put(self) -> Life:
        """The same life, but its time starts when the session is put and not when it is first read."""
        return replace(self, counted="since_put")

    def at(self, *, reads: int, since_first_read: float, since_put: float) -> Step:
        """Step after this many reads and seconds. At the end of one step, the next one counts."""
        elapsed = {"reads": reads, "since_first_read": since_first_read, "since_put": since_put}
        return self.steps[bisect_right(self.ends, elapsed[self.counted])]


def always(status: str | Step, /) -> Life:
    """One status that never changes."""
    return reads(status)


def reads(first: str | Step, /, *others: str | Step) -> Life:
    """One status for each read. The last one repeats."""
    return Life(_steps(first, *others), ends=tuple(range(1, len(others) + 1)), counted="reads")


def then(*statuses: *tuple[*tuple[tuple[str | Step, float], ...], str | Step]) -> Life:
    """Each status for its seconds, then the last one: `then(("PROVISIONING", 8.0), "READY")`."""
    *timed, last = statuses
    ends = tuple(accumulate(seconds for _, seconds in timed))
    return Life(_steps(*(status for status, _ in timed), last), ends=ends, counted="since_first_read")


def parse_life(text: str) -> Life:
    """Life of a text such as `PROVISIONING:20s,READY`. Raises InvalidInput."""
    *timed, last = [each.strip().upper() for each in text.split(",")]
    steps: list[Step] = []
    seconds: list[float] = []
    for each in (*timed, last):
        status, colon, duration = each.partition(":")
        if status not in STATUSES and status != "GONE":
            choices = ", ".join((*sorted(STATUSES), "GONE"))
            raise InvalidInput("session", f"{short_repr(status)} is not a status: use {choices}")
        if bool(colon) == (each is last):
            reason = "the last status has no duration" if colon else f"{status} needs a duration, as in {status}:20s"
            raise InvalidInput("session", f"{short_repr(text)}: {reason}")
        steps.append(GONE if status == "GONE" else step(status))
        if colon:
            seconds.append(parse_duration(duration.lower(), input_name="session"))
    return Life(tuple(steps), ends=tuple(accumulate(seconds)), counted="since_put")


def _steps(*statuses: str | Step) -> tuple[Step, ...]:
    return tuple(step(status) if isinstance(status, str) else status for status in statuses)
