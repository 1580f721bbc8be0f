"""`GlueSession`, the resource that a Pulumi program uses: it observes, and records what it observed.

Rules of this module: the program asks and waits, in its event loop; what it found goes to the provider as one hidden input, failures
included, because only the provider's `check` can put a plain sentence on the resource. Nothing here raises for what Glue says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import pulumi
from pulumi import dynamic

from pulumi_glue_session import program
from pulumi_glue_session.errors import InvalidInput, NotAsExpected
from pulumi_glue_session.expect import Expectation
from pulumi_glue_session.find import Caller
from pulumi_glue_session.provider import OBSERVED, GlueSessionProvider
from pulumi_glue_session.session import Session
from pulumi_glue_session.wait import DEFAULT_TIMEOUT, Gate, Phase, seconds

__all__ = ["AwsOptions", "GlueSession", "SessionCommand"]


@pulumi.output_type
class SessionCommand:
    """Command that runs the session (Glue API reference, SessionCommand)."""

    name: str
    """Name of the command: `glueetl` or `gluestreaming`."""
    python_version: str
    """Python version of the command, as `3`."""


@dataclass(frozen=True, kw_only=True)
class AwsOptions:
    """Who asks Glue, and where. What is not given comes from the stack's `aws:` configuration, then from boto3's own chain."""

    region: pulumi.Input[str] | None = None
    """Region of the session, as `eu-west-1`. Default: `aws:region`, then AWS_REGION and the profile's region."""
    profile: pulumi.Input[str] | None = None
    """Named profile of the shared AWS configuration. Default: `aws:profile`, then AWS_PROFILE."""
    endpoint_url: pulumi.Input[str] | None = None
    """URL to ask instead of Glue's public endpoint. Default: AWS_ENDPOINT_URL_GLUE and AWS_ENDPOINT_URL."""


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
    """Worker type: G.1X, G.2X, G.4X, G.8X or Z.2X."""
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

    def __init__(
        self,
        resource_name: str,
        *,
        session_id: pulumi.Input[str],
        wait_for: pulumi.Input[str | Sequence[str]] | None = "READY",
        timeout: pulumi.Input[float | str] = DEFAULT_TIMEOUT,
        expect: pulumi.Input[Mapping[str, Any]] | None = None,
        on_mismatch: Literal["fail", "warn"] = "fail",
        logs: bool = False,
        aws: AwsOptions | None = None,
        opts: pulumi.ResourceOptions | None = None,
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
        aws = aws or AwsOptions()
        region = aws.region or program.default("region")
        profile = aws.profile or program.default("profile")
        # Nothing of this is a secret to Glue, and what Glue answers is none because of it.
        asked = pulumi.Output.unsecret(
            pulumi.Output.all(
                session_id=session_id,
                wait_for=wait_for,
                timeout=timeout,
                region=region,
                profile=profile,
                endpoint_url=aws.endpoint_url,
            )
        )
        props: dict[str, Any] = {
            **dict.fromkeys(Session().record()),
            "session_id": session_id,
            "region": region,
            "wait_for": pulumi.Output.from_input(wait_for).apply(_listed),
            "aws": _recorded(aws),
        }
        if not program.is_mocked():
            expecting = _Expecting(expect, on_mismatch, logs)
            opts = self._add_observation(props, asked, expecting, opts or pulumi.ResourceOptions())
        super().__init__(GlueSessionProvider(), resource_name, props, opts)

    @classmethod
    def get(
        cls,
        resource_name: str,
        session_id: pulumi.Input[str],
        *,
        wait_for: pulumi.Input[str | Sequence[str]] | None = "READY",
        timeout: pulumi.Input[float | str] = DEFAULT_TIMEOUT,
        expect: pulumi.Input[Mapping[str, Any]] | None = None,
        on_mismatch: Literal["fail", "warn"] = "fail",
        logs: bool = False,
        aws: AwsOptions | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> GlueSession:
        """Read the session in each preview and up, as a data source does, and record nothing to compare with.

        Arguments as in the constructor. The read is held back until the session has become what `wait_for` says. What changed shows in
        `pulumi preview --diff`, but never counts for `--expect-no-changes`.
        """
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
        )

    def _add_observation(
        self, props: dict[str, Any], asked: pulumi.Output[dict[str, Any]], expecting: _Expecting, opts: pulumi.ResourceOptions
    ) -> pulumi.ResourceOptions:
        """Hand what is observed to the provider: as a hidden input, or for a read by the id that it waits for."""
        external = opts.id is not None

        async def observe(given: dict[str, Any]) -> Any:  # noqa: ANN401 - a hidden input, or the SDK's mark of an unknown value
            named = pulumi.Output.from_input(opts.depends_on)
            if not await named.is_known():
                return pulumi.UNKNOWN
            needed = {*await asked.resources(), *await named.resources(), *_resources(await named.future())}
            if not await program.all_created(needed - {self}):
                return pulumi.UNKNOWN
            return await self._observe(given, expecting, external=external)

        observed: pulumi.Output[Any] = asked.apply(observe)
        if not external:
            props[OBSERVED] = observed
            return opts
        # The engine reads as soon as it knows the id, in previews too. So the id is what the gate holds back.
        props[OBSERVED] = observed.apply(lambda seen: seen if "failure" in seen else None)
        return pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(id=observed.apply(lambda seen: seen["id"])))

    async def _observe(self, given: dict[str, Any], expecting: _Expecting, *, external: bool) -> Any:  # noqa: ANN401 - as above
        session_id = given["session_id"]
        try:
            program.check_id(session_id)
            gate, limit = Gate.of(given["wait_for"]), seconds(given["timeout"])
            expected = await expecting.judged()
        except InvalidInput as invalid:
            # A read needs some id to be made at all, and to say what is wrong with the one it was given.
            return {"id": str(session_id) or "none", "failure": str(invalid), "input": invalid.input_name}
        told: dict[str, Any] = {"id": session_id}
        if external and not gate.targets and not expected:
            return told
        seen = await program.observe(
            session_id,
            gate=gate if expecting.warns else replace(gate, expected=expected),
            limit=limit,
            caller=Caller(region=given["region"], profile=given["profile"], endpoint_url=given["endpoint_url"]),
            logs=expecting.logs,
            resource=self,
        )
        if seen.session is not None:
            told["session"] = seen.session.record()
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
    """What a program gave as `expect` and `on_mismatch`, and whether it wants to see logs."""

    expect: pulumi.Input[Mapping[str, Any]] | None
    on_mismatch: object
    logs: bool

    @property
    def warns(self) -> bool:
        return self.on_mismatch == "warn"

    async def judged(self) -> tuple[Expectation, ...]:
        if self.on_mismatch not in ("fail", "warn"):
            raise InvalidInput("on_mismatch", f"{self.on_mismatch!r} is none of 'fail' and 'warn'")
        return await program.expectations(self.expect)


def _resources(depends_on: Any) -> list[pulumi.Resource]:  # noqa: ANN401 - one, several or none
    return [depends_on] if isinstance(depends_on, pulumi.Resource) else list(depends_on or ())


def _listed(wait_for: Any) -> Any:  # noqa: ANN401 - whatever the program gave; `observe` judges it
    return [wait_for] if isinstance(wait_for, str) else wait_for


def _recorded(aws: AwsOptions) -> dict[str, pulumi.Input[str]] | None:
    """What the state has to hold for a later refresh to ask the same way; None where nothing was given."""
    return {key: value for key, value in (("profile", aws.profile), ("endpoint_url", aws.endpoint_url)) if value is not None} or None
