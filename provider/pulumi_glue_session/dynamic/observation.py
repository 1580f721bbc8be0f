"""Observation of a session by the program, and its form on the way to the provider.

Nothing is raised for an invalid argument or an error of Glue: both become part of the observation, because the provider
can report them on the resource.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi.runtime import is_dry_run

from pulumi_glue_session.aws.sessions import GlueSessions
from pulumi_glue_session.core.aws_config import UNRECORDED, AwsConfig
from pulumi_glue_session.core.errors import (
    InvalidInput,
    NotAsExpected,
    SessionEnded,
    SessionNotFound,
    UnknownStatus,
    WaitedTooLong,
    without_values,
)
from pulumi_glue_session.core.expectation import Expectation, require_mapping
from pulumi_glue_session.core.messages import ErrorReport, short_repr
from pulumi_glue_session.core.session import SECRET, Session, is_valid_id
from pulumi_glue_session.core.wait import WaitCondition, WaitRequest, WaitState
from pulumi_glue_session.dynamic import run_context
from pulumi_glue_session.dynamic.inputs import as_output, is_output, secret_names
from pulumi_glue_session.dynamic.wire_format import EVERY_RUN, ONCE, fingerprint

_INVALID_ID = "none"
"""Id for a read whose own id is invalid: the engine needs one to start the read, which then fails with the reason."""

_UNKNOWN_EXPECTATION = (
    "a value is not known, because the resource that it comes from failed or is not a target of this update: "
    "correct that resource, or add it to the targets"
)

_SESSION_ERRORS = (NotAsExpected, SessionEnded, SessionNotFound, UnknownStatus, WaitedTooLong)
"""Errors about the session itself. With `gate="once"` they are drift if the session is recorded."""


@dataclass(kw_only=True)
class Observation:
    """A session as the program read it, or the reason why it could not."""

    session_id: str
    region: str = ""
    session: Session | None = None
    aws_config: AwsConfig | None = None
    """AWS configuration for a deferred read."""
    pending: bool = False
    failure: ErrorReport | None = None
    input_name: str = ""
    """Name of the input that `failure` is about, if any."""
    is_drift: bool = False
    """Whether `failure` is drift if the session is recorded: with `gate="once"`."""
    aws_identity: str = ""
    """Fingerprint of the AWS options with which the session was read."""
    secrets: tuple[str, ...] = ()
    """Outputs that the program has declared secret."""
    source: GlueSessions | None = None
    """Where the session was read."""

    @property
    def has_secrets(self) -> bool:
        """Whether it contains a secret value."""
        return bool(self.secrets) or (self.session is not None and any(getattr(self.session, name) for name in SECRET))

    def to_json(self, *, is_update: bool) -> str:
        """Text for the provider's `check` and `read`. `is_update` is false in a preview."""
        parts: dict[str, Any] = {"id": self.session_id, "region": self.region, "on_its_way": self.pending}
        if self.session is not None:
            parts |= {"session": self.session.to_state()} | ({"aws": self.aws_identity} if self.aws_identity else {})
        if self.failure:
            parts |= {"failure": self.failure.to_dict(), "input": self.input_name, "drift": self.is_drift}
            parts |= {"update": is_update, "secrets": list(self.secrets)}
        return json.dumps(parts)


@dataclass(frozen=True, kw_only=True)
class ObserveOptions:
    """Arguments of a resource that apply to the observation only."""

    expect: pulumi.Input[Mapping[str, Any]] | None
    on_mismatch: object
    gate: object
    logs: bool
    invalid: InvalidInput | None
    """Error of an unknown keyword."""
    is_get: bool = False
    recorded_options: frozenset[str] | None = None
    """Names of the AWS options in the state; None for those of an explicit `aws.Provider`, which are all recorded."""
    secrets: tuple[str, ...] = ()
    get_urn: Callable[[], Awaitable[str]] | None = None
    """URN that the resource will have."""


async def validate(arguments: Mapping[str, Any], options: ObserveOptions) -> WaitRequest:
    """Wait request for the arguments of a resource. Raises InvalidInput."""
    request = WaitRequest.parse(arguments)
    if options.invalid:
        raise options.invalid
    if options.gate not in (EVERY_RUN, ONCE):
        raise InvalidInput("gate", f"{short_repr(options.gate)} is not valid: use {EVERY_RUN!r} or {ONCE!r}")
    if type(options.logs) is not bool:
        raise InvalidInput("logs", f"{short_repr(options.logs)} is not a boolean: use True or False")
    return request.with_expectations(await _parse_expectations(options.expect), on_mismatch=options.on_mismatch)


async def observe(
    arguments: Mapping[str, Any], given: Mapping[str, Any], options: ObserveOptions, resource: pulumi.Resource
) -> Observation:
    """Read the session, and wait for it in an up. A `.get` that waits for nothing is deferred to the provider's read.

    `given` are the arguments as the program passed them, for their secret marks.
    """
    session_id = arguments["session_id"]
    try:
        request = await validate(arguments, options)
        source = run_context.glue_sessions(request.aws_config)
        if options.is_get and request.condition == WaitCondition() and not request.soft_expectations:
            return Observation(
                session_id=session_id, aws_config=request.aws_config, secrets=options.secrets, source=source
            )
        urn = await options.get_urn() if options.get_urn else None
        result = await run_context.wait_for_session(request, logs=options.logs, resource=resource, urn=urn)
    except InvalidInput as invalid:
        valid_id = session_id if isinstance(session_id, str) and is_valid_id(session_id) else _INVALID_ID
        report = without_values(invalid, await secret_names(given)).report()
        return Observation(session_id=valid_id, failure=report, input_name=invalid.input_name)
    if warning := request.soft_mismatch(result):
        pulumi.log.warn(str(without_values(warning, options.secrets)), resource)
    failure = result.error if result.state is WaitState.FAILED else None
    used = {
        name: value
        for name, value in arguments["aws"].items()
        if name not in ("region", UNRECORDED) and (options.recorded_options is None or name in options.recorded_options)
    }
    return Observation(
        session_id=session_id,
        region=result.region,
        session=result.session,
        pending=result.state is WaitState.PENDING,
        failure=without_values(failure, options.secrets).report() if failure else None,
        is_drift=options.gate == ONCE and isinstance(failure, _SESSION_ERRORS),
        aws_identity="" if options.is_get else fingerprint(used),
        secrets=options.secrets,
        source=source,
    )


async def _parse_expectations(expect: pulumi.Input[Mapping[str, Any]] | None) -> tuple[Expectation, ...]:
    """Expectations whose values are known. A preview leaves the others to the up. Raises InvalidInput."""
    deferred = is_output(expect)
    output: pulumi.Output[Any] = pulumi.Output.from_input(expect if deferred else None)
    if not await _is_known(output):
        return ()
    by_name: Any = await output.future() if deferred else expect
    if by_name is None:
        return ()
    secret = await output.is_secret()
    if secret and not isinstance(by_name, Mapping):
        raise InvalidInput("expect", "the value is not a mapping, and not shown because it is secret")
    expectations: list[Expectation] = []
    for name, expected in require_mapping(by_name).items():
        value: pulumi.Output[Any] = pulumi.Output.from_input(as_output(expected))
        if await _is_known(value):
            hidden = secret or await value.is_secret()
            expectations.append(Expectation.parse(name, await value.future(), secret=hidden, secret_name=secret))
    return tuple(expectations)


async def _is_known(value: pulumi.Output[Any]) -> bool:
    """Whether an expected value is known. Raises InvalidInput in an up, which must not pass without the check."""
    known = await value.is_known()
    if not known and not is_dry_run():
        raise InvalidInput("expect", _UNKNOWN_EXPECTATION)
    return known
