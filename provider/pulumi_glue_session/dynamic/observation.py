"""What a program asks for with one `GlueSession`, judged and looked at; and what came of it, as it travels to the provider.

Rules of this module: nothing is raised for what Glue says or a program gives: it is part of the observation, because only the provider's
`check` can put a plain sentence on a resource.
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


@dataclass(kw_only=True)
class Observation:
    """What a program saw of a session, or why it saw none."""

    session_id: str
    region: str = ""
    session: Session | None = None
    caller: AwsConfig | None = None
    """Who would look, where the read itself was left to do it."""
    pending: bool = False
    failure: ErrorReport | None = None
    input_name: str = ""
    """The input that `failure` is about, if it is about one."""

    @property
    def holds_secrets(self) -> bool:
        """Whether the session has something to hide."""
        return self.session is not None and any(getattr(self.session, name) for name in SECRET)

    def to_json(self) -> str:
        """The same as one text for the provider's `check`."""
        told: dict[str, Any] = {"id": self.session_id, "region": self.region, "on_its_way": self.pending}
        if self.session is not None:
            told["session"] = self.session.to_state()
        if self.failure:
            told |= {"failure": self.failure.to_dict(), "input": self.input_name}
        return json.dumps(told)


@dataclass(frozen=True, kw_only=True)
class Asking:
    """What a program gave beside who, where and which: `expect`, `on_mismatch` and `logs`, and what is no argument at all."""

    expect: pulumi.Input[Mapping[str, Any]] | None
    on_mismatch: object
    logs: bool
    no_argument: InvalidInput | None

    async def judge(self, asked: Mapping[str, Any]) -> WaitRequest:
        """All that a program asks for, as values that mean something. Raises InvalidInput."""
        demand = WaitRequest.parse(asked)
        if self.no_argument:
            raise self.no_argument
        return demand.with_expectations(await _expectations(self.expect), on_mismatch=self.on_mismatch)

    async def observe(self, asked: Mapping[str, Any], resource: pulumi.Resource, *, only_read: bool) -> Observation:
        """Look at the session; in an up wait for it. What is only read, without a gate, is left to the read."""
        session_id = asked["session_id"]
        try:
            demand = await self.judge(asked)
        except InvalidInput as invalid:
            # A read needs some id to be made at all, and to say what is wrong with the one it was given.
            some_id = session_id if isinstance(session_id, str) and is_valid_id(session_id) else "none"
            return Observation(session_id=some_id, failure=invalid.report(), input_name=invalid.input_name)
        if only_read and demand.condition == WaitCondition() and not demand.soft_expectations:
            return Observation(session_id=session_id, caller=demand.aws_config)
        seen = await run_context.wait_for_session(demand, logs=self.logs, resource=resource)
        if warning := demand.soft_mismatch(seen):
            pulumi.log.warn(str(warning), resource)
        return Observation(
            session_id=session_id,
            region=seen.region,
            session=seen.session,
            pending=seen.state is WaitState.PENDING,
            failure=seen.error.report() if seen.error and seen.state is WaitState.FAILED else None,
        )


async def _expectations(expect: pulumi.Input[Mapping[str, Any]] | None) -> tuple[Expectation, ...]:
    """What a program expects. A value that a preview doesn't know yet is left for the up to judge. Raises InvalidInput."""
    later = is_output(expect)
    outer: pulumi.Output[Any] = pulumi.Output.from_input(expect if later else None)
    pairs: Any = await outer.future() if later else expect
    if pairs is None:
        return ()
    secret = await outer.is_secret()
    judged: list[Expectation] = []
    for name, wanted in require_mapping(pairs).items():
        value: pulumi.Output[Any] = pulumi.Output.from_input(as_output(wanted))
        if await value.is_known():
            judged.append(Expectation.parse(name, await value.future(), secret=secret or await value.is_secret()))
    return tuple(judged)
