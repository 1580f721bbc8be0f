"""`GlueSession`, the resource of Pulumi programs: it reads a session, waits for it and records it.

The program reads and waits in its own event loop, and hands the result to the provider as one hidden input. Annotations
are types, not strings (no `from __future__ import annotations`): the SDK evaluates those of the class for every
instance.
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Any, Literal, Never, cast

import pulumi
from pulumi.dynamic.dynamic import PROVIDER_KEY
from pulumi.runtime import is_dry_run

from pulumi_glue_session.core.concurrency import await_in_thread
from pulumi_glue_session.core.errors import InvalidInput
from pulumi_glue_session.core.messages import ErrorReport, short_repr
from pulumi_glue_session.core.session import DERIVED, SECRET, VOLATILE, Session
from pulumi_glue_session.core.wait import DEFAULT_TIMEOUT, WaitRequest
from pulumi_glue_session.dynamic import aws_options, inputs, run_context
from pulumi_glue_session.dynamic.aws_options import AwsOptions
from pulumi_glue_session.dynamic.aws_provider import find_aws_provider, has_explicit_provider
from pulumi_glue_session.dynamic.failures import MISSING_DEPENDENCY, prefix_input
from pulumi_glue_session.dynamic.observation import Observation, ObserveOptions, observe, validate
from pulumi_glue_session.dynamic.results import SessionCommand
from pulumi_glue_session.dynamic.wire_format import OBSERVED, PICKLE, PREVIEW_FAILURE, TYPE_TOKEN

_NO_ID = "none"

_DRIFT_STEP = 'ask the session\'s owner to start it again, or name another session; gate="once" does not wait again'

_NO_VALUES = dict.fromkeys(Session().to_state())
"""The SDK creates an output for each of these names."""


class GlueSession(pulumi.CustomResource):
    """An AWS Glue interactive session that is managed elsewhere: read, waited for and recorded, never changed.

    Its outputs become known once the session has a status in `wait_for`. Later previews show every output that differs
    from the recorded value. A field that Glue leaves out is an empty string, 0 or an empty list.
    """

    session_id: pulumi.Output[str]
    """Id of the session."""
    region: pulumi.Output[str]
    """Region of the session."""
    status: pulumi.Output[str]
    """Status: PROVISIONING, READY, FAILED, TIMEOUT, STOPPING or STOPPED."""
    role: pulumi.Output[str]
    """Name or ARN of the IAM role of the session."""
    glue_version: pulumi.Output[str]
    """Glue version, for instance `5.0`. It determines the versions of Apache Spark and Python."""
    worker_type: pulumi.Output[str]
    """Worker type, for instance `G.1X` or `R.2X`."""
    number_of_workers: pulumi.Output[int]
    """Number of workers of the worker type."""
    max_capacity: pulumi.Output[float]
    """Data processing units (DPUs) that can be allocated."""
    idle_timeout: pulumi.Output[int]
    """Idle minutes after which the session times out."""
    description: pulumi.Output[str]
    """Description given at creation."""
    error_message: pulumi.Output[str]
    """Reason that Glue gives for a failed session."""
    created_on: pulumi.Output[str]
    """Time of creation, ISO 8601 in UTC, for instance `2026-11-22T09:30:00.000Z`."""
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
    """Arguments of the session's command by name.

    A secret unless empty, because they often contain passwords and keys.
    """

    def __init__(
        self,
        resource_name: str,
        *,
        session_id: pulumi.Input[str],
        wait_for: pulumi.Input[str | Sequence[pulumi.Input[str]]] | None = "READY",
        timeout: pulumi.Input[float | str] = DEFAULT_TIMEOUT,
        expect: pulumi.Input[Mapping[str, Any]] | None = None,
        on_mismatch: Literal["fail", "warn"] = "fail",
        gate: Literal["every_run", "once"] = "every_run",
        logs: bool = False,
        aws: AwsOptions | None = None,
        opts: pulumi.ResourceOptions | None = None,
        **unknown: Never,
    ) -> None:
        """Read the session in each preview and up, and record it.

        :param resource_name: Name of the resource in the stack.
        :param session_id: Id of the session.
        :param wait_for: Status, or list of statuses, that the session must have. `up` waits for it, `preview` checks
            whether it is still possible. None accepts any status.
        :param timeout: Maximum wait of an `up`: seconds, or a duration such as `"90s"`, `"10m"` or `"1h30m"`. 0 reads
            once. The default is ten minutes.
        :param expect: Expected values of outputs by name, for instance `{"role": role_arn, "glue_version": {"at_least":
            "5.0"}}`. Versions and numbers can have a minimum. They are checked before the wait; an Output that is
            unknown in a preview is checked in the up.
        :param on_mismatch: `"fail"` fails preview and up if the session does not match `expect`, `"warn"` prints a
            warning.
        :param gate: `"every_run"` checks `wait_for` and `expect` in each run. `"once"` checks them until the session is
            recorded, and again if its id, region or account changes; afterwards a session that ended, does not exist or
            does not match is shown as drift with a warning, and dependents keep their values.
        :param logs: Whether the error about a FAILED session ends with the last lines of its system logs
            (GetSystemLogsForSession). They are printed unchanged, including any secret that the session wrote.
        :param aws: Credentials, region and roles.
        :param opts: Options of the resource. The session is read after everything in `depends_on` is created.
        """
        # Each is used several times, and a coroutine can be awaited only once.
        aws_given = aws_options.resolve(aws)
        session_id, wait_for = inputs.as_output(session_id), inputs.as_output(wait_for)
        opts = opts or pulumi.ResourceOptions()
        aws_provider = None if run_context.is_mocked() else find_aws_provider(opts)
        aws_arguments: Any = aws_options.with_defaults(aws_given, aws_provider)
        props: dict[str, Any] = {
            **_NO_VALUES,
            PREVIEW_FAILURE: None,
            PROVIDER_KEY: PICKLE,
            "session_id": inputs.as_input_value(session_id),
            "region": _region(aws_arguments),
            "wait_for": wait_for.apply(_to_list)
            if isinstance(wait_for, pulumi.Output)
            else _to_list(inputs.as_input_value(wait_for)),
            "aws": aws_options.to_state(aws_arguments if aws_provider else aws_given),
        }
        secrets = tuple(sorted(_NO_VALUES.keys() & set(opts.additional_secret_outputs or ())))
        for name in props.keys() & set(opts.additional_secret_outputs or ()):
            # Observed values are inputs too, and an input is a secret only if the program's own value is.
            props[name] = pulumi.Output.secret(props[name])
        explicit_provider = has_explicit_provider(opts)
        if type(aws_arguments) is dict and "profile" in aws_arguments and explicit_provider:
            # The process of an explicit provider does not receive the stack's configuration.
            props["aws"] = {**(props["aws"] or {}), "profile": aws_arguments["profile"]}
        arguments: dict[str, Any] = {
            "session_id": session_id,
            "wait_for": wait_for,
            "timeout": inputs.as_output(timeout),
            "aws": aws_arguments,
        }
        invalid = _unknown_argument(unknown) if unknown else None
        options = ObserveOptions(
            expect=expect,
            on_mismatch=on_mismatch,
            gate=gate,
            logs=logs,
            invalid=invalid,
            is_get=opts.id is not None,
            recorded_options=_recorded_names(props["aws"]),
            secrets=secrets,
            get_urn=lambda: run_context.urn_of(resource_name, opts.parent),
        )
        if run_context.is_mocked():
            if invalid:
                raise TypeError(str(invalid))
            # Unit tests read nothing from Glue, but an invalid argument fails them.
            self._validated: pulumi.Output[Any] = pulumi.Output.all(**arguments).apply(
                lambda known: validate(known, options)
            )
            del props[PREVIEW_FAILURE]
            super().__init__(TYPE_TOKEN, resource_name, props | dict.fromkeys((*VOLATILE, *DERIVED)), opts)
            # A mock returns plain values.
            self.__dict__.update({name: pulumi.Output.secret(self.__dict__[name]) for name in SECRET})
            return
        if not explicit_provider:
            run_context.prestart_provider()
        super().__init__(TYPE_TOKEN, resource_name, props, self._add_observation(props, arguments, options, opts))

    @property
    def role_arn(self) -> pulumi.Output[str]:
        """ARN of the role. It follows from `role`, so it is not recorded.

        Empty if Glue returned only a name and the account of the credentials is not known.
        """
        return self._derived("role_arn")

    @property
    def role_name(self) -> pulumi.Output[str]:
        """Name of the role. It follows from `role`, so it is not recorded."""
        return self._derived("role_name")

    @property
    def progress(self) -> pulumi.Output[float]:
        """Progress of the code that runs in the session, read in this run.

        It is not recorded, so it never shows as a change.
        """
        return self._live("progress")

    @property
    def execution_time(self) -> pulumi.Output[float]:
        """Seconds that the session has run for, read in this run. It is not recorded, so it never shows as a change."""
        return self._live("execution_time")

    @property
    def dpu_seconds(self) -> pulumi.Output[float]:
        """DPU seconds that the session has used, read in this run.

        It is not recorded, so it never shows as a change.
        """
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
        """Read the session in each preview and up, like a data source.

        Arguments as in the constructor. The read starts once the session has a status in `wait_for`. `pulumi preview
        --diff` shows what changed, but `--expect-no-changes` does not count it.
        """
        session_id = inputs.as_output(session_id)
        # Any id makes the resource a read; `_add_observation` replaces it by one that becomes known after the wait.
        identity = session_id if isinstance(session_id, (str, pulumi.Output)) else "none"
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
        self, props: dict[str, Any], arguments: dict[str, Any], options: ObserveOptions, opts: pulumi.ResourceOptions
    ) -> pulumi.ResourceOptions:
        """Add the observation to `props` as a hidden input.

        A `.get` also gets an id that becomes known after the wait.
        """
        is_get = opts.id is not None
        self._observation = Observation(session_id="")

        aws_provider = find_aws_provider(opts)

        async def run(known: Mapping[str, Any]) -> Any:
            if self._providers.get("aws", aws_provider) is not aws_provider:
                changed = replace(options, invalid=_PROVIDER_OF_TRANSFORMATION)
                return self._hand_over(await observe(known, arguments, changed, self), is_get=is_get)
            return self._hand_over(await observe(known, arguments, options, self), is_get=is_get)

        def on_unknown() -> Any:
            if is_dry_run():
                return pulumi.UNKNOWN
            failed = Observation(session_id=_NO_ID, failure=MISSING_DEPENDENCY)
            return self._hand_over(failed, is_get=is_get)

        observed = self._observed = inputs.when_ready(
            arguments,
            opts.depends_on,
            run,
            on_unknown=on_unknown,
            keep_secrets=False,
            parent=opts.parent,
            excluding=self,
        )
        props[OBSERVED] = observed
        if not is_get:
            return opts
        # The engine reads as soon as the id is known, in previews too.
        identity = observed.apply(lambda _: self._observation.session_id)
        setattr(self, inputs.ID_OUTPUT, identity)
        return pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(id=identity))

    def _hand_over(self, observation: Observation, *, is_get: bool) -> Any:
        """Value of the hidden input. In a preview a failure is reported by the program, which goes on."""
        self._observation = observation
        failure = observation.failure
        if is_get and (observation.pending or (failure and is_dry_run())):
            if failure:
                run_context.report_failure(self, prefix_input(observation.input_name, str(failure)))
            return pulumi.UNKNOWN
        if observation.aws_config:
            return None
        if failure and not is_get:
            # `check` decides: it knows the recorded session, and whether an update has this resource as a target.
            message: pulumi.Output[str | None] = self.__dict__[PREVIEW_FAILURE]
            if is_dry_run():
                message.apply(lambda text: run_context.report_failure(self, text) if text else None)
            if observation.is_drift:
                warn: Any = self._warn_of_drift
                self.urn.apply(lambda _: warn(message, failure))
        text = observation.to_json(is_update=not is_dry_run())
        # The engine logs inputs unless they are secrets.
        return pulumi.Output.secret(text) if observation.has_secrets else text

    async def _warn_of_drift(self, message: pulumi.Output[str | None], failure: ErrorReport) -> None:
        # In a preview an output without a value is unknown.
        accepted = not await message.is_known() if is_dry_run() else await message.future() is None
        if accepted:
            pulumi.log.warn(str(replace(failure, next_step=_DRIFT_STEP)), self)

    def _derived(self, name: str) -> pulumi.Output[str]:
        if "_observed" not in self.__dict__:
            # A mock may leave it out, because it follows from the role.
            mocked: pulumi.Output[str | None] = self.__dict__[name]
            return pulumi.Output.all(mocked, self.role).apply(
                lambda both: both[0] or str(getattr(Session(role=both[1] or "").with_role_in("", region=""), name))
            )

        async def derive(values: Sequence[str]) -> str:
            role, region = values
            session = Session(role=role).with_role_in("", region=region)
            source = self._observation.source
            if role and not session.role_arn and source:
                session = await await_in_thread(lambda: source.with_role_arn(session))
            return str(getattr(session, name))

        return pulumi.Output.all(self.role, self.region).apply(derive)

    def _live(self, name: str) -> pulumi.Output[float]:
        """Output of a volatile field. It waits for the registration, so that a failed one holds it back too."""
        if "_observed" not in self.__dict__:
            mocked: pulumi.Output[float] = self.__dict__[name]
            return mocked

        async def live(_: object) -> Any:
            await self.urn.future()
            observation = self._observation
            session, aws_config = observation.session, observation.aws_config
            if aws_config:
                result = await run_context.wait_for_session(
                    WaitRequest(session_id=observation.session_id, aws_config=aws_config)
                )
                if result.session is None:
                    raise pulumi.RunError(str(result.error))
                session = result.session
            if observation.pending or (session is None and is_dry_run()):
                return pulumi.UNKNOWN
            return getattr(session or Session(), name)

        return self._observed.apply(live)


_PROVIDER_OF_TRANSFORMATION = InvalidInput(
    "opts.provider", "a transformation set the aws.Provider: pass it in opts, or use aws=AwsOptions(...)"
)


def _recorded_names(options: Any) -> frozenset[str] | None:
    """Names of the recorded AWS options; None for an Output, the options of an explicit `aws.Provider`."""
    return None if isinstance(options, pulumi.Output) else frozenset(cast("Mapping[str, Any]", options or {}))


def _to_list(wait_for: Any) -> Any:
    return [wait_for] if isinstance(wait_for, str) else wait_for


def _region(aws_arguments: Any) -> Any:
    region: Any = cast("dict[str, Any]", aws_arguments).get("region") if type(aws_arguments) is dict else None
    return cast("object", region) if isinstance(region, (str, pulumi.Output)) else None


def _unknown_argument(unknown: Mapping[str, object]) -> InvalidInput:
    # Only programs with a mistake need these.
    import difflib
    import inspect

    name = next(iter(unknown))
    if name in {each.name for each in fields(AwsOptions)}:
        return InvalidInput(name, f"not an argument of GlueSession: use aws=AwsOptions({name}=...)")
    parameters = inspect.signature(GlueSession.__init__).parameters
    names = [each for each, parameter in parameters.items() if parameter.kind is parameter.KEYWORD_ONLY]
    close = difflib.get_close_matches(name, names, n=1)
    advice = f"did you mean {close[0]}?" if close else f"use {', '.join(names)}"
    return InvalidInput(name, f"GlueSession has no argument {short_repr(name)}: {advice}")
