"""`GlueSession`, the resource that a Pulumi program uses: it observes, and records what it observed.

Rules of this module: the program asks and waits, in its event loop; what it found goes to the provider as one hidden input, failures
included, because only the provider's `check` can put a plain sentence on the resource. Nothing here raises for what Glue says. Annotations
are real types: the SDK reads those of the class for every instance, and texts would be compiled each time.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Never, cast

import pulumi
from pulumi.dynamic.dynamic import PROVIDER_KEY

from pulumi_glue_session.core.errors import InvalidInput
from pulumi_glue_session.core.messages import short_repr
from pulumi_glue_session.core.session import SECRET, VOLATILE, Session
from pulumi_glue_session.core.wait import DEFAULT_TIMEOUT, WaitRequest
from pulumi_glue_session.dynamic import aws_options, inputs, run_context
from pulumi_glue_session.dynamic.aws_options import AwsOptions
from pulumi_glue_session.dynamic.observation import Asking, Observation
from pulumi_glue_session.dynamic.results import SessionCommand
from pulumi_glue_session.dynamic.wire_format import OBSERVED, PICKLE, TYPE_TOKEN

_NO_VALUES = dict.fromkeys(Session().to_state())
"""The SDK makes an output of each name that it is given."""


class GlueSession(pulumi.CustomResource):
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
        :param timeout: How long `up` waits at most: seconds, or a duration such as `"90s"`, `"10m"` or `"1h30m"`. 0 looks once. Ten minutes
            by default.
        :param expect: Values that outputs should have, by name, as `{"role": role_arn, "glue_version": {"at_least": "5.0"}}`. Versions
            and numbers may have a minimum. Judged before anything is waited for; an Output that a preview doesn't know is judged in the up.
        :param on_mismatch: `"fail"` fails preview and up when the session is not as expected, `"warn"` says it and goes on.
        :param logs: Whether the error about a FAILED session ends with the last lines of its system logs (GetSystemLogsForSession). They
            are shown as they are, whatever the session wrote into them.
        :param aws: Who asks, and where.
        :param opts: Options of the resource. The session is looked at only after everything in `depends_on` is there.
        """
        # Each is used more than once, and a coroutine can be awaited once.
        aws_given = aws_options.resolve(aws)
        session_id, wait_for = inputs.as_output(session_id), inputs.as_output(wait_for)
        who: dict[str, Any] = aws_options.with_stack_defaults(aws_given)
        props: dict[str, Any] = {
            **_NO_VALUES,
            PROVIDER_KEY: PICKLE,
            "session_id": inputs.as_input_value(session_id),
            "region": _region(who),
            "wait_for": wait_for.apply(_listed) if isinstance(wait_for, pulumi.Output) else _listed(inputs.as_input_value(wait_for)),
            "aws": aws_options.to_state(aws_given),
        }
        opts = opts or pulumi.ResourceOptions()
        for name in props.keys() & set(opts.additional_secret_outputs or ()):
            # What is observed is an input as well, and a secret one only if the program's own is.
            props[name] = pulumi.Output.secret(props[name])
        own_provider = _has_provider_of_its_own(opts)
        if type(who) is dict and "profile" in who and own_provider:
            # Such a provider process is not told the stack's configuration.
            props["aws"] = {**(props["aws"] or {}), "profile": who["profile"]}
        asked = {"session_id": session_id, "wait_for": wait_for, "timeout": inputs.as_output(timeout), "aws": who}
        no_argument = _no_argument(unknown) if unknown else None
        asking = Asking(expect=expect, on_mismatch=on_mismatch, logs=logs, no_argument=no_argument)
        if run_context.is_mocked():
            if no_argument:
                raise TypeError(str(no_argument))
            # Nothing is asked, but what is asked for is judged: an error ends the test.
            self._judged: pulumi.Output[Any] = pulumi.Output.all(**asked).apply(asking.judge)
            super().__init__(TYPE_TOKEN, resource_name, props | dict.fromkeys(VOLATILE), opts)
            # Secrets of a session are secret whatever a mock says.
            self.__dict__.update({name: pulumi.Output.secret(self.__dict__[name]) for name in SECRET})
            return
        if not own_provider:
            run_context.prestart_provider()
        super().__init__(TYPE_TOKEN, resource_name, props, self._add_observation(props, asked, asking, opts))

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
    ) -> "GlueSession":
        """Read the session in each preview and up, as a data source does, and record nothing to compare with.

        Arguments as in the constructor. The read is held back until the session has become what `wait_for` says. What changed shows in
        `pulumi preview --diff`, but never counts for `--expect-no-changes`.
        """
        session_id = inputs.as_output(session_id)
        # That it is a read; the id itself is held back by the gate.
        identity = "none" if isinstance(session_id, inputs.InvalidValue) else session_id
        opts = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(id=identity))
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
        self, props: dict[str, Any], asked: dict[str, Any], asking: Asking, opts: pulumi.ResourceOptions
    ) -> pulumi.ResourceOptions:
        """Hand what is observed to the provider: as a hidden input, or for a read by the id that it waits for."""
        only_read = opts.id is not None
        self._seen = Observation(session_id="")

        async def observe(known: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a hidden input, or the SDK's mark of an unknown value
            seen = self._seen = await asking.observe(known, self, only_read=only_read)
            if only_read and seen.pending:
                return pulumi.UNKNOWN
            if seen.caller:
                return None
            # As a secret where there is one, so that the engine logs none of it.
            return pulumi.Output.secret(seen.to_json()) if seen.holds_secrets else seen.to_json()

        observed = self._observed = inputs.when_ready(
            asked, opts.depends_on, observe, keeps_secrets=False, parent=opts.parent, excluding=self
        )
        props[OBSERVED] = observed
        if not only_read:
            return opts
        # The engine reads as soon as it knows the id, in previews too. So the id is what the gate holds back.
        identity = observed.apply(lambda _: self._seen.session_id)
        setattr(self, inputs.STANDS_FOR_ID, identity)
        return pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(id=identity))

    def _live(self, name: str) -> pulumi.Output[float]:
        """A volatile field of what this run observed. It comes after the registration, so that a failed gate holds it back too."""
        if "_observed" not in self.__dict__:
            mocked: pulumi.Output[float] = self.__dict__[name]
            return mocked

        async def live(_: object) -> Any:  # noqa: ANN401 - a number, or the SDK's mark of an unknown value
            await self.urn.future()
            session, caller = self._seen.session, self._seen.caller
            if caller:
                now = await run_context.wait_for_session(WaitRequest(session_id=self._seen.session_id, aws_config=caller))
                if now.session is None:
                    raise pulumi.RunError(str(now.error))
                session = now.session
            return pulumi.UNKNOWN if self._seen.pending else getattr(session, name)

        return self._observed.apply(live)


def _listed(wait_for: Any) -> Any:  # noqa: ANN401 - whatever the program gave; `observe` judges it
    return [wait_for] if isinstance(wait_for, str) else wait_for


def _region(who: Any) -> Any:  # noqa: ANN401 - options, or whatever the program gave in their place
    region: Any = cast("dict[str, Any]", who).get("region") if type(who) is dict else None
    return cast("object", region) if isinstance(region, (str, pulumi.Output)) else None


def _has_provider_of_its_own(opts: pulumi.ResourceOptions) -> bool:
    inherited = opts.parent.get_provider(TYPE_TOKEN) if opts.parent is not None else None
    return opts.provider is not None or bool(opts.providers) or inherited is not None


def _no_argument(unknown: Mapping[str, object]) -> InvalidInput:
    # Only for who needs them.
    import difflib
    import inspect

    name = next(iter(unknown))
    names = [
        each for each, parameter in inspect.signature(GlueSession.__init__).parameters.items() if parameter.kind is parameter.KEYWORD_ONLY
    ]
    close = difflib.get_close_matches(name, names, n=1)
    advice = f"did you mean {close[0]}?" if close else f"use {', '.join(names)}"
    return InvalidInput(name, f"{short_repr(name)} is no argument of GlueSession: {advice}")
