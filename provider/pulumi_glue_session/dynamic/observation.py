"""Observation of a session by the program, and its form on the way to the provider.

Nothing is raised for an invalid argument or an error of Glue: both become part of the observation, because the provider
can report them on the resource.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi

from pulumi_glue_session.core.aws_config import AwsConfig
from pulumi_glue_session.core.errors import InvalidInput
from pulumi_glue_session.core.expectation import Expectation, require_mapping
from pulumi_glue_session.core.messages import ErrorReport
from pulumi_glue_session.core.session import SECRET, Session, is_valid_id
from pulumi_glue_session.core.wait import WaitCondition, WaitRequest, WaitState
from pulumi_glue_session.dynamic import run_context
from pulumi_glue_session.dynamic.inputs import as_output, is_output

_INVALID_ID = "none"
"""Id for a read whose own id is invalid: the engine needs one to start the read, which then fails with the reason."""


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

    @property
    def has_secrets(self) -> bool:
        """Whether a secret field of the session has a value."""
        return self.session is not None and any(getattr(self.session, name) for name in SECRET)

    def to_json(self) -> str:
        """Text for the provider's `check` and `read`."""
        parts: dict[str, Any] = {"id": self.session_id, "region": self.region, "on_its_way": self.pending}
        if self.session is not None:
            parts["session"] = self.session.to_state()
        if self.failure:
            parts |= {"failure": self.failure.to_dict(), "input": self.input_name}
        return json.dumps(parts)


@dataclass(frozen=True, kw_only=True)
class ObserveOptions:
    """Arguments of a resource that apply to the observation only. `invalid` is the error of an unknown keyword."""

    expect: pulumi.Input[Mapping[str, Any]] | None
    on_mismatch: object
    logs: bool
    invalid: InvalidInput | None


async def validate(arguments: Mapping[str, Any], options: ObserveOptions) -> WaitRequest:
    """Wait request for the arguments of a resource. Raises InvalidInput."""
    request = WaitRequest.parse(arguments)
    if options.invalid:
        raise options.invalid
    return request.with_expectations(await _parse_expectations(options.expect), on_mismatch=options.on_mismatch)


async def observe(
    arguments: Mapping[str, Any], options: ObserveOptions, resource: pulumi.Resource, *, is_get: bool
) -> Observation:
    """Read the session, and wait for it in an up.

    A `.get` that waits for nothing is deferred to the provider's read.
    """
    session_id = arguments["session_id"]
    try:
        request = await validate(arguments, options)
    except InvalidInput as invalid:
        valid_id = session_id if isinstance(session_id, str) and is_valid_id(session_id) else _INVALID_ID
        return Observation(session_id=valid_id, failure=invalid.report(), input_name=invalid.input_name)
    if is_get and request.condition == WaitCondition() and not request.soft_expectations:
        return Observation(session_id=session_id, aws_config=request.aws_config)
    result = await run_context.wait_for_session(request, logs=options.logs, resource=resource)
    if warning := request.soft_mismatch(result):
        pulumi.log.warn(str(warning), resource)
    return Observation(
        session_id=session_id,
        region=result.region,
        session=result.session,
        pending=result.state is WaitState.PENDING,
        failure=result.error.report() if result.error and result.state is WaitState.FAILED else None,
    )


async def _parse_expectations(expect: pulumi.Input[Mapping[str, Any]] | None) -> tuple[Expectation, ...]:
    """Expectations whose values are known. The others are checked in the up. Raises InvalidInput."""
    deferred = is_output(expect)
    output: pulumi.Output[Any] = pulumi.Output.from_input(expect if deferred else None)
    by_name: Any = await output.future() if deferred else expect
    if by_name is None:
        return ()
    secret = await output.is_secret()
    expectations: list[Expectation] = []
    for name, expected in require_mapping(by_name).items():
        value: pulumi.Output[Any] = pulumi.Output.from_input(as_output(expected))
        if await value.is_known():
            expectations.append(Expectation.parse(name, await value.future(), secret=secret or await value.is_secret()))
    return tuple(expectations)
