"""Results of the functions, with the conventions of `pulumi_aws.get_*`, and the nested output type of the resource.

Names and types are those of the resource's outputs. Like the output types of pulumi-aws they are dictionaries too, so
they can be inputs of other resources and be converted to JSON.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from typing import Any, TypeVar, cast

import pulumi

from pulumi_glue_session.core.session import SECRET, Session


@pulumi.output_type
class SessionCommand(dict[str, Any]):
    """Command that runs the session (Glue API reference, SessionCommand)."""

    name: str
    """Name of the command: `glueetl` or `gluestreaming`."""
    python_version: str
    """Python version of the command, for instance `3`."""


@pulumi.output_type
class GetSessionResult(dict[str, Any]):
    """A session at the time of the call. A field that Glue leaves out is an empty string, 0 or an empty list."""

    session_id: str
    """Id of the session."""
    region: str
    """Region of the session."""
    status: str
    """Status: PROVISIONING, READY, FAILED, TIMEOUT, STOPPING or STOPPED."""
    role: str
    """Name or ARN of the IAM role of the session."""
    glue_version: str
    """Glue version, for instance `5.0`. It determines the versions of Apache Spark and Python."""
    worker_type: str
    """Worker type, for instance `G.1X` or `R.2X`."""
    number_of_workers: int
    """Number of workers of the worker type."""
    max_capacity: float
    """Data processing units (DPUs) that can be allocated."""
    idle_timeout: int
    """Idle minutes after which the session times out."""
    description: str
    """Description given at creation."""
    error_message: str
    """Reason that Glue gives for a failed session."""
    created_on: str
    """Time of creation, ISO 8601 in UTC, for instance `2026-11-22T09:30:00.000Z`."""
    completed_on: str
    """Time at which the session ended, ISO 8601 in UTC."""
    security_configuration: str
    """Name of the security configuration."""
    profile_name: str
    """Name of the Glue usage profile."""
    session_type: str
    """Type of the session: LIVY or SPARK_CONNECT."""
    role_arn: str
    """ARN of the IAM role; empty if Glue returned only a name and the account is not known."""
    role_name: str
    """Name of the IAM role."""
    command: SessionCommand
    """Command that runs the session."""
    connections: Sequence[str]
    """Names of the connections that the session uses."""
    default_arguments: pulumi.Output[Mapping[str, str]]
    """Arguments of the session's command by name. A secret Output, because they often contain passwords and keys."""
    progress: float
    """Progress of the code that runs in the session."""
    execution_time: float
    """Seconds for which the session has run."""
    dpu_seconds: float
    """DPU seconds that the session has used."""


@pulumi.output_type
class GetSessionsResult(dict[str, Any]):
    """Sessions that match, newest first."""

    region: str
    """Region of the session."""
    ids: Sequence[str]
    """Ids of the sessions."""
    sessions: Sequence[GetSessionResult]
    """The sessions, in the same order."""


class AwaitableGetSessionResult(GetSessionResult):
    """The same for programs that use `await`."""

    def __await__(self) -> Generator[None, None, GetSessionResult]:
        """Return the result immediately."""
        yield from ()
        return _construct(GetSessionResult, dict(self))


class AwaitableGetSessionsResult(GetSessionsResult):
    """The same for programs that use `await`."""

    def __await__(self) -> Generator[None, None, GetSessionsResult]:
        """Return the result immediately."""
        yield from ()
        return _construct(GetSessionsResult, dict(self))


_T = TypeVar("_T")

_DEFAULTS = Session().to_dict()


def session_result(session_id: str, region: str, values: Mapping[str, Any]) -> GetSessionResult:
    """Result for a session's plain values by name.

    Missing values get the default of their type, secret fields become secret Outputs.
    """
    known = {
        name: default if values.get(name) is None else _like(default, values[name])
        for name, default in _DEFAULTS.items()
    }
    known |= {name: pulumi.Output.secret(known[name]) for name in SECRET}
    known["command"] = _construct(SessionCommand, known["command"])
    return _construct(GetSessionResult, {"session_id": session_id, "region": region, **known})


def sessions_result(region: str, sessions: Sequence[GetSessionResult]) -> GetSessionsResult:
    """Result for a list of sessions."""
    return _construct(
        GetSessionsResult, {"region": region, "ids": [each.session_id for each in sessions], "sessions": list(sessions)}
    )


def awaitable(result: GetSessionResult | GetSessionsResult) -> AwaitableGetSessionResult | AwaitableGetSessionsResult:
    """Awaitable form of a result. Not for Outputs, which would await it forever."""
    if isinstance(result, GetSessionResult):
        return _construct(AwaitableGetSessionResult, dict(result))
    return _construct(AwaitableGetSessionsResult, dict(result))


def _like(default: Any, value: Any) -> Any:
    """`value` with the type of `default`: Pulumi sends numbers as floats, and mappings of mocks can be incomplete."""
    if isinstance(default, dict):
        return cast("dict[str, Any]", default) | cast("dict[str, Any]", value)
    kind: Any = cast("Any", type(default))
    return kind(value)


def _construct(kind: type[_T], values: Mapping[str, Any]) -> _T:
    # The SDK generates these constructors, and type checkers do not see them.
    result: _T = cast("Any", kind)(**values)
    return result
