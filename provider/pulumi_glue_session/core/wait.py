"""What it means to wait for a session: a wait is data (targets and a limit), judged by pure functions of what was seen.

Rules of this module: no clock, no sleep, no call; time comes in as seconds. Nothing known of Pulumi or boto3.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from typing import Any

from pulumi_glue_session.core.aws_config import AwsConfig
from pulumi_glue_session.core.errors import (
    GlueSessionError,
    InvalidInput,
    LookFailed,
    NotAsExpected,
    SessionEnded,
    UnknownStatus,
    WaitedTooLong,
)
from pulumi_glue_session.core.expectation import Expectation
from pulumi_glue_session.core.messages import format_duration, join_statuses, sanitize, short_repr
from pulumi_glue_session.core.parsing import parse_duration
from pulumi_glue_session.core.session import STATUSES, Session, can_become, validate_session_id

DEFAULT_TIMEOUT = "10m"
"""Ten minutes: sessions start in about one; a VPC connection, many workers or a busy account can take several."""

MIN_BACKOFF_SECONDS = 1.0
"""Seconds. Looking more often than this would only bring throttling (dbt-glue #693) for a start that takes a minute."""

MAX_BACKOFF_SECONDS = 10.0
"""Seconds. The most that a deployment can be late after a session that took long."""

_SHARE_OF_WAITED = 0.1


class WaitState(Enum):
    """Where a session stands before a gate."""

    SUCCEEDED = auto()
    PENDING = auto()
    FAILED = auto()


@dataclass(frozen=True, kw_only=True)
class WaitResult:
    """One look at one session: the session, or why it was not seen, and where it stands before the gate."""

    region: str
    session: Session | None = None
    error: GlueSessionError | None = None
    state: WaitState = WaitState.SUCCEEDED


@dataclass(frozen=True, kw_only=True)
class WaitCondition:
    """What a session has to become and to be. No targets: it has to exist, in whatever status."""

    targets: frozenset[str] = frozenset()
    expectations: tuple[Expectation, ...] = ()

    @classmethod
    def parse(cls, wait_for: Any) -> WaitCondition:  # noqa: ANN401 - whatever a program gives
        """Gate for the `wait_for` of a program. Raises InvalidInput for anything but known statuses."""
        if wait_for is None:
            return cls()
        try:
            names: list[Any] = [wait_for] if isinstance(wait_for, str) else list(wait_for)
        except TypeError:
            names = [wait_for]
        strange = sorted(short_repr(name).strip("'") or "''" for name in names if not isinstance(name, str) or name not in STATUSES)
        if strange or not names:
            raise InvalidInput(
                "wait_for",
                lambda hints: (
                    f"{', '.join(strange) or 'an empty list'} is not a status of a Glue session: "
                    f"use one or several of {', '.join(sorted(STATUSES))}, or {hints.skip_wait} to take the session as it is"
                ),
            )
        return cls(targets=frozenset(names))

    def evaluate(self, session_id: str, found: Session | GlueSessionError, *, region: str, before: Session | None = None) -> WaitResult:
        """Where the session stands before this gate after a look that gave `found`; `before` is what an earlier look saw."""
        if isinstance(found, GlueSessionError):
            passes = isinstance(found, LookFailed) and (found.is_transient if before else found.is_transient_before_first_read)
            phase = WaitState.PENDING if passes else WaitState.FAILED
            return WaitResult(region=region, session=before, error=found, state=phase)
        passed = not self.targets or found.status in self.targets
        if passed or can_become(found.status, self.targets):
            # Judged before the wait is over: what is expected stays as it is for a session's life.
            mismatches = [each for each in (expectation.mismatch(found) for expectation in self.expectations) if each]
            if not mismatches:
                return WaitResult(region=region, session=found, state=WaitState.SUCCEEDED if passed else WaitState.PENDING)
            error: GlueSessionError = NotAsExpected(session_id, region=region, mismatches=mismatches)
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
        return WaitResult(region=region, session=found, error=error, state=WaitState.FAILED)

    def timed_out(self, session_id: str, seen: WaitResult, *, limit: float, looks: int) -> WaitResult:
        """What `seen`, still on its way, becomes when the time is up."""
        if seen.session is None:
            return replace(seen, state=WaitState.FAILED)
        error = WaitedTooLong(
            session_id,
            region=seen.region,
            status=seen.session.status,
            targets=self.targets,
            seconds=limit,
            polls=looks,
            reason=seen.error.report().fact if seen.error else "",
        )
        return replace(seen, error=error, state=WaitState.FAILED)


def backoff(waited: float, *, jitter: float) -> float:
    """Seconds until the next look: about a tenth of those `waited`, within bounds, spread a little by `jitter` (0.0 to 1.0)."""
    share = min(max(waited * _SHARE_OF_WAITED, MIN_BACKOFF_SECONDS), MAX_BACKOFF_SECONDS)
    return share * (0.9 + 0.2 * jitter)


SKIP_WAIT_VARIABLE = "PULUMI_GLUE_SESSION_SKIP_WAIT"
"""Environment variable that takes every session as it is."""


@dataclass(frozen=True, kw_only=True)
class WaitRequest:
    """A session, and the gate before it."""

    session_id: str
    condition: WaitCondition = field(default_factory=WaitCondition)
    timeout: float = 0.0
    """Seconds."""
    aws_config: AwsConfig
    soft_expectations: tuple[Expectation, ...] = ()

    @classmethod
    def parse(cls, asked: Mapping[str, Any]) -> WaitRequest:
        """Demand for `session_id`, `wait_for`, `timeout` and `aws`, by name. Raises InvalidInput for what means nothing."""
        validate_session_id(asked["session_id"])
        return cls(
            session_id=asked["session_id"],
            condition=WaitCondition.parse(asked["wait_for"]),
            timeout=parse_duration(asked["timeout"]),
            aws_config=AwsConfig.parse(asked["aws"]),
        )

    def with_expectations(self, expected: Iterable[Expectation], *, on_mismatch: object) -> WaitRequest:
        """The same with values that the session should have: before its gate, or only to be warned of. Raises InvalidInput."""
        if on_mismatch not in ("fail", "warn"):
            raise InvalidInput("on_mismatch", f"{on_mismatch!r} is none of 'fail' and 'warn'")
        if on_mismatch == "warn":
            return replace(self, soft_expectations=tuple(expected))
        return replace(self, condition=replace(self.condition, expectations=tuple(expected)))

    def without_waiting(self) -> WaitRequest:
        """The same of the session as it is."""
        return replace(self, condition=replace(self.condition, targets=frozenset()))

    def pending_message(self, seen: WaitResult) -> str | None:
        """What an up will wait for, after a look that found the session on its way."""
        if seen.state is not WaitState.PENDING or seen.session is None:
            return None
        return (
            f'Glue session "{sanitize(self.session_id)}" in {sanitize(seen.region)} is {seen.session.status}: '
            f"up will wait until it is {join_statuses(self.condition.targets)}, {format_duration(self.timeout)} at most."
        )

    def soft_mismatch(self, seen: WaitResult) -> NotAsExpected | None:
        """What is not as expected, where that is no reason to fail."""
        if seen.session is None:
            return None
        mismatches = [each for each in (expectation.mismatch(seen.session) for expectation in self.soft_expectations) if each]
        return NotAsExpected(self.session_id, region=seen.region, mismatches=mismatches) if mismatches else None


def parse_skip_wait(environment: Mapping[str, str]) -> bool | None:
    """Whether the environment says to take every session as it is; None where it says nothing."""
    said = environment.get(SKIP_WAIT_VARIABLE, "").strip().lower()
    return said not in {"0", "false", "no"} if said else None
