"""Wait requests, wait conditions, and their evaluation. Has no clock and calls nothing; `poller` does both."""

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
    Mismatch,
    NotAsExpected,
    SessionEnded,
    UnknownStatus,
    WaitedTooLong,
)
from pulumi_glue_session.core.expectation import Expectation
from pulumi_glue_session.core.messages import format_duration, join_statuses, sanitize, short_repr
from pulumi_glue_session.core.parsing import parse_bool, parse_duration
from pulumi_glue_session.core.session import STATUSES, Session, can_become, validate_session_id

DEFAULT_TIMEOUT = "10m"
"""Ten minutes: sessions start in about one; a VPC connection, many workers or a busy account can take several."""

MIN_BACKOFF_SECONDS = 1.0
"""Polling more often only causes throttling (dbt-glue #693), because a session starts in about a minute."""

MAX_BACKOFF_SECONDS = 10.0
"""The longest delay of a deployment after its session became READY."""

_BACKOFF_RATIO = 0.1


class WaitState(Enum):
    """State of a session with respect to a wait condition."""

    SUCCEEDED = auto()
    PENDING = auto()
    FAILED = auto()


@dataclass(frozen=True, kw_only=True)
class WaitResult:
    """Outcome of a read or a wait: the session if it was read, the error if there is one, and the state."""

    region: str
    console: str = ""
    """Address of the AWS console of this region; empty if it is not known."""
    session: Session | None = None
    error: GlueSessionError | None = None
    state: WaitState = WaitState.SUCCEEDED
    requested_at: float = field(default=0.0, compare=False)
    """Monotonic time at which the request of this read was sent."""


@dataclass(frozen=True, kw_only=True)
class WaitCondition:
    """Target statuses and expected values. Without targets, the session only has to exist."""

    targets: frozenset[str] = frozenset()
    expectations: tuple[Expectation, ...] = ()

    @classmethod
    def parse(cls, wait_for: Any) -> WaitCondition:
        """Condition of `wait_for`: None, one status or several. Raises InvalidInput."""
        if wait_for is None:
            return cls()
        try:
            names: list[Any] = [wait_for] if isinstance(wait_for, (str, Mapping)) else list(wait_for)
        except TypeError:
            names = [wait_for]
        unknown = sorted(short_repr(name) for name in names if not isinstance(name, str) or name not in STATUSES)
        if unknown or not names:
            raise InvalidInput(
                "wait_for",
                lambda hints: (
                    f"{', '.join(unknown) or 'an empty list'} is not a status of a Glue session: "
                    f"use one or several of {', '.join(sorted(STATUSES))}, "
                    f"or {hints.skip_wait} to take the session as it is"
                ),
            )
        return cls(targets=frozenset(names))

    def evaluate(
        self,
        session_id: str,
        answer: Session | GlueSessionError,
        *,
        region: str,
        console: str = "",
        previous: Session | None = None,
    ) -> WaitResult:
        """State after a read that ended with `answer`. `previous` is the session of the last successful read."""
        if isinstance(answer, GlueSessionError):
            retry = isinstance(answer, LookFailed) and (
                answer.is_transient if previous else answer.is_transient_before_first_read
            )
            state = WaitState.PENDING if retry else WaitState.FAILED
            return WaitResult(region=region, console=console, session=previous, error=answer, state=state)
        reached = not self.targets or answer.status in self.targets
        if reached or can_become(answer.status, self.targets):
            # Expected values are constant during the life of a session, so a mismatch fails before the wait ends.
            mismatches = _find_mismatches(self.expectations, answer)
            if not mismatches:
                state = WaitState.SUCCEEDED if reached else WaitState.PENDING
                return WaitResult(region=region, console=console, session=answer, state=state)
            error: GlueSessionError = NotAsExpected(session_id, region=region, mismatches=mismatches)
        elif answer.status in STATUSES:
            error = SessionEnded(
                session_id,
                region=region,
                status=answer.status,
                targets=self.targets,
                error_message=answer.error_message,
                console=console,
            )
        else:
            error = UnknownStatus(session_id, region=region, status=answer.status, targets=self.targets)
        return WaitResult(region=region, console=console, session=answer, error=error, state=WaitState.FAILED)

    def timed_out(self, session_id: str, result: WaitResult, *, timeout: float, polls: int) -> WaitResult:
        """Result of a wait that is still pending at its timeout."""
        if result.session is None:
            return replace(result, state=WaitState.FAILED)
        error = WaitedTooLong(
            session_id,
            region=result.region,
            status=result.session.status,
            targets=self.targets,
            seconds=timeout,
            polls=polls,
            reason=result.error.report().fact if result.error else "",
            console=result.console,
        )
        return replace(result, error=error, state=WaitState.FAILED)


def _find_mismatches(expectations: Iterable[Expectation], session: Session) -> list[Mismatch]:
    return [mismatch for expectation in expectations if (mismatch := expectation.mismatch(session))]


def backoff(waited: float, *, jitter: float) -> float:
    """Seconds until the next poll: a tenth of the time waited, from 1 to 10, spread by `jitter` (0.0 to 1.0)."""
    seconds = min(max(waited * _BACKOFF_RATIO, MIN_BACKOFF_SECONDS), MAX_BACKOFF_SECONDS)
    return seconds * (0.9 + 0.2 * jitter)


SKIP_WAIT_VARIABLE = "PULUMI_GLUE_SESSION_SKIP_WAIT"
"""Environment variable that turns all waiting off."""


@dataclass(frozen=True, kw_only=True)
class WaitRequest:
    """A wait request: session id, condition, timeout in seconds, and AWS configuration."""

    session_id: str
    condition: WaitCondition = field(default_factory=WaitCondition)
    timeout: float = 0.0
    aws_config: AwsConfig
    soft_expectations: tuple[Expectation, ...] = ()
    """Expected values that only cause a warning."""

    @classmethod
    def parse(cls, arguments: Mapping[str, Any]) -> WaitRequest:
        """Request of the arguments `session_id`, `wait_for`, `timeout` and `aws`. Raises InvalidInput."""
        validate_session_id(arguments["session_id"])
        return cls(
            session_id=arguments["session_id"],
            condition=WaitCondition.parse(arguments["wait_for"]),
            timeout=parse_duration(arguments["timeout"]),
            aws_config=AwsConfig.parse(arguments["aws"]),
        )

    def with_expectations(self, expectations: Iterable[Expectation], *, on_mismatch: object) -> WaitRequest:
        """The same request with expected values; `on_mismatch` is "fail" or "warn". Raises InvalidInput."""
        if on_mismatch not in ("fail", "warn"):
            raise InvalidInput("on_mismatch", f"{short_repr(on_mismatch)} is not supported: use 'fail' or 'warn'")
        if on_mismatch == "warn":
            return replace(self, soft_expectations=tuple(expectations))
        return replace(self, condition=replace(self.condition, expectations=tuple(expectations)))

    def without_waiting(self) -> WaitRequest:
        """The same request without target statuses. Expected values stay."""
        return replace(self, condition=replace(self.condition, targets=frozenset()))

    def pending_message(self, result: WaitResult) -> str | None:
        """Message of a preview for a pending session; None for any other state."""
        if result.state is not WaitState.PENDING or result.session is None:
            return None
        return (
            f'Glue session "{sanitize(self.session_id)}" ({sanitize(result.region)}) '
            f"is {sanitize(result.session.status)}: "
            f"up will wait for {join_statuses(self.condition.targets)}, at most {format_duration(self.timeout)}"
        )

    def soft_mismatch(self, result: WaitResult) -> NotAsExpected | None:
        """Error to show as a warning, if values differ that only cause a warning."""
        if result.session is None:
            return None
        mismatches = _find_mismatches(self.soft_expectations, result.session)
        return NotAsExpected(self.session_id, region=result.region, mismatches=mismatches) if mismatches else None


def parse_skip_wait(environment: Mapping[str, str]) -> bool | None:
    """Whether the environment turns waiting off; None if the variable is not set or empty. Raises InvalidInput."""
    text = environment.get(SKIP_WAIT_VARIABLE, "").strip()
    return parse_bool(text, input_name=SKIP_WAIT_VARIABLE) if text else None
