"""`GlueSession`, the resource that a Pulumi program uses: it observes, and records what it observed.

Rules of this module: the program asks and waits, in its event loop; what it found goes to the provider as one hidden input, failures
included, because only the provider's `check` can put a plain sentence on the resource. Nothing here raises for what Glue says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, Never

import pulumi
from pulumi import dynamic

from pulumi_glue_session import options, program
from pulumi_glue_session.caller import Caller
from pulumi_glue_session.duration import seconds
from pulumi_glue_session.errors import InvalidInput, NotAsExpected, given
from pulumi_glue_session.expect import Expectation
from pulumi_glue_session.options import AwsOptions
from pulumi_glue_session.provider import OBSERVED, GlueSessionProvider
from pulumi_glue_session.results import SessionCommand
from pulumi_glue_session.session import SECRET, VOLATILE, Session
from pulumi_glue_session.wait import DEFAULT_TIMEOUT, Gate, Phase

__all__ = ["GlueSession"]

_TYPE = "pulumi-python:dynamic/glue:Session"
"""Type token, as in every user's state."""

_LIVE = "live"
"""Part of an observation with the volatile fields."""

_CALLER = "caller"
"""Part of an observation that has not looked: who would."""


class GlueSession(dynamic.Resource, module="glue", name="Session"):
    """An AWS Glue interactive session that others own: read, waited for and recorded, never created or changed.

    Dependants get its outputs once it has become what `wait_for` says. A later preview shows each output that is no longer what was
    recorded. A field that Glue leaves out is empty text, 0 or an empty list.
    """

    session_id: pulumi.Output[str]
    """Id of the session."""
    region: pulumi.Output[str]
    """Region that was asked."""
    status: pulumi.Output[str]
    """Status: PROVISIONING, READY, FAILED, TIMEOUT, STOPPING or STOPPED."""
    role: pulumi.Output[str]
    """Name or ARN of the IAM role of the session."""
    glue_version: pulumi.Output[str]
    """Glue version, as `5.0`. It determines the versions of Apache Spark and Python."""
    worker_type: pulumi.Output[str]
    """Worker type, as G.1X or R.2X."""
    number_of_workers: pulumi.Output[int]
    """Number of workers of the worker type."""
    max_capacity: pulumi.Output[float]
    """Data processing units (DPUs) that can be allocated."""
    idle_timeout: pulumi.Output[int]
    """Minutes without use after which the session times out."""
    description: pulumi.Output[str]
    """Description given at creation."""
    error_message: pulumi.Output[str]
    """Glue's own reason, when the session failed."""
    created_on: pulumi.Output[str]
    """Time of creation, ISO 8601 in UTC, as `2026-11-22T09:30:00.000Z`."""
    completed_on: pulumi.Output[str]
    """Time at which the session ended, ISO 8601 in UTC."""
    security_configuration: pulumi.Output[str]
    """Name of the security configuration."""
    profile_name: pulumi.Output[str]
    """Name of the Glue usage profile."""
    session_type: pulumi.Output[str]
    """Type of the session: LIVY or SPARK_CONNECT."""
    command: pulumi.Output[SessionCommand]
    """Command that runs the session."""
    connections: pulumi.Output[Sequence[str]]
    """Names of the connections that the session uses."""
    default_arguments: pulumi.Output[Mapping[str, str]]
    """Arguments of the session's command by name. A secret wherever there are any: they often carry passwords and keys."""

    def __init__(
        self,
        resource_name: str,
        *,
        session_id: pulumi.Input[str],
        wait_for: pulumi.Input[str | Sequence[pulumi.Input[str]]] | None = "READY",
        timeout: pulumi.Input[float | str] = DEFAULT_TIMEOUT,
        expect: pulumi.Input[Mapping[str, Any]] | None = None,
        on_mismatch: Literal["fail", "warn"] = "fail",
        logs: bool = False,
        aws: AwsOptions | None = None,
        opts: pulumi.ResourceOptions | None = None,
        **unknown: Never,
    ) -> None:
        """Observe the session in each preview and up, and record it.

        :param resource_name: Name of the resource in the stack.
        :param session_id: Id of the session.
        :param wait_for: Status, or several, that the session must have before dependants go on. `up` waits for it, `preview` only looks.
            None takes the session as it is.
        :param timeout: How long `up` waits at most: seconds, or a duration such as "90s", "10m" or "1h30m". 0 looks once.
        :param expect: Values that outputs should have, by name, as `{"role": role_arn, "glue_version": {"at_least": "5.0"}}`. Versions
            and numbers may have a minimum. Judged before anything is waited for; an Output that a preview doesn't know is judged in the up.
        :param on_mismatch: "fail" fails preview and up when the session is not as expected, "warn" says it and goes on.
        :param logs: Whether the error about a FAILED session ends with the last lines of its system logs (GetSystemLogsForSession). They
            are shown as they are, whatever the session wrote into them.
        :param aws: Who asks, and where.
        :param opts: Options of the resource. The session is looked at only after everything in `depends_on` is there.
        """
        # Each is used more than once, and a coroutine can be awaited once.
        aws_given = options.given(aws)
        session_id, statuses = pulumi.Output.from_input(session_id), pulumi.Output.from_input(wait_for)
        who: dict[str, Any] = options.asked(aws_given)
        props: dict[str, Any] = {
            **dict.fromkeys(Session().record()),
            "session_id": session_id,
            "region": who.get("region") if type(who) is dict else None,
            "wait_for": statuses.apply(_listed),
            "aws": options.recorded(aws_given),
        }
        opts = opts or pulumi.ResourceOptions()
        for name in props.keys() & set(opts.additional_secret_outputs or ()):
            # What is observed is an input as well, and a secret one only if the program's own is.
            props[name] = pulumi.Output.secret(props[name])
        if type(who) is dict and "profile" in who and _has_provider_of_its_own(opts):
            # Such a provider process is not told the stack's configuration.
            props["aws"] = {**(props["aws"] or {}), "profile": who["profile"]}
        mocked = program.is_mocked()
        # Nothing of this is a secret to Glue, and what Glue answers is none because of it.
        asked = pulumi.Output.unsecret(pulumi.Output.all(session_id=session_id, wait_for=statuses, timeout=timeout, aws=who))
        expecting = _Expecting(expect, on_mismatch, logs, unknown)
        if mocked:
            if unknown:
                raise TypeError(_no_argument(unknown))
            props |= dict.fromkeys(VOLATILE)
            # Nothing is asked, but what is asked for is judged: an error ends the test.
            self._judged: pulumi.Output[Any] = asked.apply(expecting.judge)
        else:
            opts = self._add_observation(props, asked, expecting, opts)
        super().__init__(GlueSessionProvider(), resource_name, props, opts)
        if mocked:
            # Secrets of a session are secret whatever a mock says.
            self.__dict__.update({name: pulumi.Output.secret(self.__dict__[name]) for name in SECRET})

    @property
    def progress(self) -> pulumi.Output[float]:
        """Progress of the code that runs in the session, as Glue showed it in this run. Recorded nowhere, so never a change."""
        return self._live("progress")

    @property
    def execution_time(self) -> pulumi.Output[float]:
        """Seconds that the session has run for, as Glue showed it in this run. Recorded nowhere, so never a change."""
        return self._live("execution_time")

    @property
    def dpu_seconds(self) -> pulumi.Output[float]:
        """DPU seconds that the session has used, as Glue showed it in this run. Recorded nowhere, so never a change."""
        return self._live("dpu_seconds")

    @classmethod
    def get(
        cls,
        resource_name: str,
        session_id: pulumi.Input[str],
        *,
        wait_for: pulumi.Input[str | Sequence[pulumi.Input[str]]] | None = "READY",
        timeout: pulumi.Input[float | str] = DEFAULT_TIMEOUT,
        expect: pulumi.Input[Mapping[str, Any]] | None = None,
        on_mismatch: Literal["fail", "warn"] = "fail",
        logs: bool = False,
        aws: AwsOptions | None = None,
        opts: pulumi.ResourceOptions | None = None,
        **unknown: Never,
    ) -> GlueSession:
        """Read the session in each preview and up, as a data source does, and record nothing to compare with.

        Arguments as in the constructor. The read is held back until the session has become what `wait_for` says. What changed shows in
        `pulumi preview --diff`, but never counts for `--expect-no-changes`.
        """
        session_id = pulumi.Output.from_input(session_id)
        opts = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(id=session_id))
        return cls(
            resource_name,
            session_id=session_id,
            wait_for=wait_for,
            timeout=timeout,
            expect=expect,
            on_mismatch=on_mismatch,
            logs=logs,
            aws=aws,
            opts=opts,
            **unknown,
        )

    def _add_observation(
        self, props: dict[str, Any], asked: pulumi.Output[dict[str, Any]], expecting: _Expecting, opts: pulumi.ResourceOptions
    ) -> pulumi.ResourceOptions:
        """Hand what is observed to the provider: as a hidden input, or for a read by the id that it waits for."""
        external = opts.id is not None

        async def observe(given: dict[str, Any]) -> Any:  # noqa: ANN401 - a hidden input, or the SDK's mark of an unknown value
            return await self._observe(given, expecting, external=external)

        observed = self._observed = program.once_there(asked, opts.depends_on, observe, parent=opts.parent, but=self)
        if not external:
            props[OBSERVED] = observed
            return opts
        setattr(self, program.STANDS_FOR_ID, observed)
        # What a read is given stays in its state, so no more than a failure is.
        props[OBSERVED] = observed.apply(lambda seen: seen if "failure" in seen else None)
        # The engine reads as soon as it knows the id, in previews too. So the id is what the gate holds back.
        return pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(id=observed.apply(lambda seen: seen["id"])))

    def _live(self, name: str) -> pulumi.Output[float]:
        """A volatile field of what this run observed. It comes after the registration, so that a failed gate holds it back too."""
        if "_observed" not in self.__dict__:
            mocked: pulumi.Output[float] = self.__dict__[name]
            return mocked

        async def live(seen: dict[str, Any]) -> Any:  # noqa: ANN401 - a number, or the SDK's mark of an unknown value
            await self.urn.future()
            if _CALLER not in seen:
                return pulumi.UNKNOWN if seen.get("on_its_way") else seen[_LIVE][name]
            now = await program.observe(seen["id"], gate=Gate(), limit=0, caller=seen[_CALLER])
            if now.session is None:
                raise pulumi.RunError(str(now.error))
            return getattr(now.session, name)

        return self._observed.apply(live)

    async def _observe(self, given: dict[str, Any], expecting: _Expecting, *, external: bool) -> Any:  # noqa: ANN401 - as above
        session_id = given["session_id"]
        try:
            gate, limit, caller, expected = await expecting.judge(given)
        except InvalidInput as invalid:
            # A read needs some id to be made at all, and to say what is wrong with the one it was given.
            return {"id": str(session_id) or "none", "failure": str(invalid), "input": invalid.input_name}
        told: dict[str, Any] = {"id": session_id}
        if external and not gate.targets and not expected:
            # The read itself will ask; a volatile field, if the program uses one, asks once more.
            return told | {_CALLER: caller}
        seen = await program.observe(
            session_id,
            gate=gate if expecting.warns else replace(gate, expected=expected),
            limit=limit,
            caller=caller,
            logs=expecting.logs,
            resource=self,
        )
        if seen.session is not None:
            told |= {"session": _hiding(seen.session.record()), _LIVE: {name: getattr(seen.session, name) for name in VOLATILE}}
            if expecting.warns:
                differences = [line for line in (each.differs(seen.session) for each in expected) if line]
                self._warn(NotAsExpected(session_id, region=seen.region, differences=differences) if differences else None)
        if seen.phase is Phase.BARRED:
            return told | {"region": seen.region, "failure": str(seen.error)}
        on_its_way = seen.phase is Phase.ON_ITS_WAY
        if on_its_way and external:
            return pulumi.UNKNOWN
        return told | {"region": seen.region, "on_its_way": on_its_way}

    def _warn(self, mismatch: NotAsExpected | None) -> None:
        if mismatch:
            pulumi.log.warn(str(mismatch), self)


@dataclass(frozen=True)
class _Expecting:
    """What a program gave as `expect` and `on_mismatch`, whether it wants to see logs, and what it gave that is no argument."""

    expect: pulumi.Input[Mapping[str, Any]] | None
    on_mismatch: object
    logs: bool
    unknown: Mapping[str, object]

    @property
    def warns(self) -> bool:
        return self.on_mismatch == "warn"

    async def judge(self, asked: dict[str, Any]) -> tuple[Gate, float, Caller, tuple[Expectation, ...]]:
        """All that a program asks for, as values that mean something. Raises InvalidInput."""
        program.check_id(asked["session_id"])
        return Gate.of(asked["wait_for"]), seconds(asked["timeout"]), Caller.of(asked["aws"]), await self._judged()

    async def _judged(self) -> tuple[Expectation, ...]:
        if self.unknown:
            raise InvalidInput(next(iter(self.unknown)), _no_argument(self.unknown))
        if self.on_mismatch not in ("fail", "warn"):
            raise InvalidInput("on_mismatch", f"{self.on_mismatch!r} is none of 'fail' and 'warn'")
        return await program.expectations(self.expect)


def _listed(wait_for: Any) -> Any:  # noqa: ANN401 - whatever the program gave; `observe` judges it
    return [wait_for] if isinstance(wait_for, str) else wait_for


def _has_provider_of_its_own(opts: pulumi.ResourceOptions) -> bool:
    inherited = opts.parent.get_provider(_TYPE) if opts.parent is not None else None
    return opts.provider is not None or inherited is not None


def _hiding(record: dict[str, Any]) -> dict[str, Any]:
    """`record` with what may hold secrets as secret Outputs, unless there is nothing to hide: so the engine logs none of it."""
    return record | {name: pulumi.Output.secret(record[name]) for name in SECRET if record[name]}


def _no_argument(unknown: Mapping[str, object]) -> str:
    # Only for who needs them.
    import difflib
    import inspect

    name = next(iter(unknown))
    names = [
        each for each, parameter in inspect.signature(GlueSession.__init__).parameters.items() if parameter.kind is parameter.KEYWORD_ONLY
    ]
    close = difflib.get_close_matches(name, names, n=1)
    return f"{given(name)} is no argument of GlueSession: " + (f"did you mean {close[0]}?" if close else f"use {', '.join(names)}")
