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

from pulumi_glue_session import program
from pulumi_glue_session.caller import Caller
from pulumi_glue_session.demand import Demand
from pulumi_glue_session.errors import InvalidInput
from pulumi_glue_session.expect import Expectation, named
from pulumi_glue_session.inputs import is_later, reusable
from pulumi_glue_session.session import SECRET, Session, is_valid_id
from pulumi_glue_session.wait import Gate, Phase

__all__ = ["Asking", "Observation"]


@dataclass(kw_only=True)
class Observation:
    """What a program saw of a session, or why it saw none."""

    session_id: str
    region: str = ""
    session: Session | None = None
    caller: Caller | None = None
    """Who would look, where the read itself was left to do it."""
    on_its_way: bool = False
    failure: str = ""
    input_name: str = ""
    """The input that `failure` is about, if it is about one."""

    @property
    def holds_secrets(self) -> bool:
        """Whether the session has something to hide."""
        return self.session is not None and any(getattr(self.session, name) for name in SECRET)

    def text(self) -> str:
        """The same as one text for the provider's `check`."""
        told: dict[str, Any] = {"id": self.session_id, "region": self.region, "on_its_way": self.on_its_way}
        if self.session is not None:
            told["session"] = self.session.record()
        if self.failure:
            told |= {"failure": self.failure, "input": self.input_name}
        return json.dumps(told)


@dataclass(frozen=True, kw_only=True)
class Asking:
    """What a program gave beside who, where and which: `expect`, `on_mismatch` and `logs`, and what is no argument at all."""

    expect: pulumi.Input[Mapping[str, Any]] | None
    on_mismatch: object
    logs: bool
    no_argument: InvalidInput | None

    async def judge(self, asked: Mapping[str, Any]) -> Demand:
        """All that a program asks for, as values that mean something. Raises InvalidInput."""
        demand = Demand.of(asked)
        if self.no_argument:
            raise self.no_argument
        return demand.expecting(await _expectations(self.expect), on_mismatch=self.on_mismatch)

    async def observe(self, asked: Mapping[str, Any], resource: pulumi.Resource, *, only_read: bool) -> Observation:
        """Look at the session; in an up wait for it. What is only read, without a gate, is left to the read."""
        session_id = asked["session_id"]
        try:
            demand = await self.judge(asked)
        except InvalidInput as invalid:
            # A read needs some id to be made at all, and to say what is wrong with the one it was given.
            some_id = session_id if isinstance(session_id, str) and is_valid_id(session_id) else "none"
            return Observation(session_id=some_id, failure=str(invalid), input_name=invalid.input_name)
        if only_read and demand.gate == Gate() and not demand.only_warned_of:
            return Observation(session_id=session_id, caller=demand.caller)
        seen = await program.observe(demand, logs=self.logs, resource=resource)
        if warning := demand.warning(seen):
            pulumi.log.warn(str(warning), resource)
        return Observation(
            session_id=session_id,
            region=seen.region,
            session=seen.session,
            on_its_way=seen.phase is Phase.ON_ITS_WAY,
            failure=str(seen.error) if seen.phase is Phase.BARRED else "",
        )


async def _expectations(expect: pulumi.Input[Mapping[str, Any]] | None) -> tuple[Expectation, ...]:
    """What a program expects. A value that a preview doesn't know yet is left for the up to judge. Raises InvalidInput."""
    later = is_later(expect)
    outer: pulumi.Output[Any] = pulumi.Output.from_input(expect if later else None)
    pairs: Any = await outer.future() if later else expect
    if pairs is None:
        return ()
    secret = await outer.is_secret()
    judged: list[Expectation] = []
    for name, wanted in named(pairs).items():
        value: pulumi.Output[Any] = pulumi.Output.from_input(reusable(wanted))
        if await value.is_known():
            judged.append(Expectation.of(name, await value.future(), secret=secret or await value.is_secret()))
    return tuple(judged)
