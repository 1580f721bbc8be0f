"""What functions give back, in the manner of `pulumi_aws.get_*`, and the nested output of the resource.

Rules of this module: names and types are those of the resource's outputs; a test holds them equal.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from typing import Any, TypeVar, cast

import pulumi

from pulumi_glue_session.core.session import SECRET, Session


@pulumi.output_type
class SessionCommand:
    """Command that runs the session (Glue API reference, SessionCommand)."""

    name: str
    """Name of the command: `glueetl` or `gluestreaming`."""
    python_version: str
    """Python version of the command, as `3`."""


@pulumi.output_type
class GetSessionResult:
    """A session as Glue showed it when it was asked. A field that Glue leaves out is empty text, 0 or an empty list."""

    session_id: str
    """Id of the session."""
    region: str
    """Region that was asked."""
    status: str
    """Status: PROVISIONING, READY, FAILED, TIMEOUT, STOPPING or STOPPED."""
    role: str
    """Name or ARN of the IAM role of the session."""
    glue_version: str
    """Glue version, as `5.0`. It determines the versions of Apache Spark and Python."""
    worker_type: str
    """Worker type, as G.1X or R.2X."""
    number_of_workers: int
    """Number of workers of the worker type."""
    max_capacity: float
    """Data processing units (DPUs) that can be allocated."""
    idle_timeout: int
    """Minutes without use after which the session times out."""
    description: str
    """Description given at creation."""
    error_message: str
    """Glue's own reason, when the session failed."""
    created_on: str
    """Time of creation, ISO 8601 in UTC, as `2026-11-22T09:30:00.000Z`."""
    completed_on: str
    """Time at which the session ended, ISO 8601 in UTC."""
    security_configuration: str
    """Name of the security configuration."""
    profile_name: str
    """Name of the Glue usage profile."""
    session_type: str
    """Type of the session: LIVY or SPARK_CONNECT."""
    command: SessionCommand
    """Command that runs the session."""
    connections: Sequence[str]
    """Names of the connections that the session uses."""
    default_arguments: pulumi.Output[Mapping[str, str]]
    """Arguments of the session's command by name, as a secret Output: they often carry passwords and keys."""
    progress: float
    """Progress of the code that runs in the session."""
    execution_time: float
    """Seconds that the session has run for."""
    dpu_seconds: float
    """DPU seconds that the session has used."""


@pulumi.output_type
class GetSessionsResult:
    """Sessions that fit, newest first, as Glue showed them when it was asked."""

    region: str
    """Region that was asked."""
    ids: Sequence[str]
    """Ids of the sessions."""
    sessions: Sequence[GetSessionResult]
    """The sessions, in the same order."""


class AwaitableGetSessionResult(GetSessionResult):
    """The same, for programs that await what a function gives."""

    def __await__(self) -> Generator[None, None, GetSessionResult]:
        """Give the result, at once."""
        yield from ()
        return _made(GetSessionResult, vars(self))


class AwaitableGetSessionsResult(GetSessionsResult):
    """The same, for programs that await what a function gives."""

    def __await__(self) -> Generator[None, None, GetSessionsResult]:
        """Give the result, at once."""
        yield from ()
        return _made(GetSessionsResult, vars(self))


_T = TypeVar("_T")

_NEUTRAL = Session().to_dict()


def session_result(session_id: str, region: str, values: Mapping[str, Any]) -> GetSessionResult:
    """Result for a session's plain values by name. One that is left out is neutral; what may hold secrets becomes a secret Output."""
    known = {name: neutral if values.get(name) is None else _like(neutral, values[name]) for name, neutral in _NEUTRAL.items()}
    known |= {name: pulumi.Output.secret(known[name]) for name in SECRET}
    known["command"] = _made(SessionCommand, known["command"])
    return _made(GetSessionResult, {"session_id": session_id, "region": region, **known})


def sessions_result(region: str, sessions: Sequence[GetSessionResult]) -> GetSessionsResult:
    """Result for several sessions."""
    return _made(GetSessionsResult, {"region": region, "ids": [each.session_id for each in sessions], "sessions": list(sessions)})


def awaitable(result: GetSessionResult | GetSessionsResult) -> AwaitableGetSessionResult | AwaitableGetSessionsResult:
    """The same result as one that can be awaited. An Output must not hold such a one: it would be awaited for ever."""
    if isinstance(result, GetSessionResult):
        return _made(AwaitableGetSessionResult, vars(result))
    return _made(AwaitableGetSessionsResult, vars(result))


def _like(neutral: Any, value: Any) -> Any:  # noqa: ANN401 - plain values
    """`value` as what `neutral` is: numbers come over Pulumi's wire as floats, and a mock's mapping may lack a part."""
    if isinstance(neutral, dict):
        return cast("dict[str, Any]", neutral) | cast("dict[str, Any]", value)
    kind: Any = cast("Any", type(neutral))
    return kind(value)


def _made(kind: type[_T], values: Mapping[str, Any]) -> _T:
    # The SDK makes these constructors, unseen by type checkers.
    made: _T = cast("Any", kind)(**values)
    return made
