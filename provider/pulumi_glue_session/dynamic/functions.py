"""`get_session` and `get_sessions`, with the conventions of `pulumi_aws.get_*`: they read now and record nothing.

Errors belong to two classes: the exception of this package and `pulumi.RunError`, which ends a program without a
traceback.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NoReturn, cast

import pulumi

from pulumi_glue_session.aws.sessions import GlueSessions
from pulumi_glue_session.core.aws_config import AwsConfig
from pulumi_glue_session.core.concurrency import await_in_thread
from pulumi_glue_session.core.errors import GlueSessionError, InvalidInput, without_values
from pulumi_glue_session.core.query import SessionQuery
from pulumi_glue_session.core.session import Session
from pulumi_glue_session.core.wait import WaitRequest
from pulumi_glue_session.dynamic import aws_options, inputs, run_context
from pulumi_glue_session.dynamic.aws_options import AwsOptions
from pulumi_glue_session.dynamic.aws_provider import find_aws_provider
from pulumi_glue_session.dynamic.failures import MISSING_DEPENDENCY, prefix_input
from pulumi_glue_session.dynamic.results import (
    AwaitableGetSessionResult,
    AwaitableGetSessionsResult,
    GetSessionResult,
    GetSessionsResult,
    awaitable,
    session_result,
    sessions_result,
)
from pulumi_glue_session.dynamic.wire_format import GET_SESSION, GET_SESSIONS

_PROVIDER_IN_PLAIN_FORM = (
    "the configuration of an aws.Provider is an Output: use the function that ends in _output, or aws=AwsOptions(...)"
)

_Result = GetSessionResult | GetSessionsResult


def get_session(
    session_id: str | None = None,
    *,
    tags: Mapping[str, str] | None = None,
    statuses: str | Sequence[str] | None = None,
    id_prefix: str | None = None,
    id_pattern: str | None = None,
    aws: AwsOptions | None = None,
    opts: pulumi.InvokeOptions | None = None,
) -> AwaitableGetSessionResult:
    """Read one session: by its id, or by a filter that matches exactly one session.

    Raises SessionNotFound, NotOneSession, InvalidInput, or LookFailed if Glue could not be read.

    :param session_id: Id of the session, instead of a filter.
    :param tags: Tags of the session by name. Filters need glue:ListSessions.
    :param statuses: Status, or list of accepted statuses.
    :param id_prefix: Prefix of the id.
    :param id_pattern: Pattern for the id: `*` matches any text, `?` one character, `[ab]` one of these characters.
    :param aws: Credentials, region and roles.
    :param opts: Options of the call. `provider` is not supported: `aws` has the credentials.
    """
    given = {
        "session_id": session_id,
        "tags": tags,
        "statuses": statuses,
        "id_prefix": id_prefix,
        "id_pattern": id_pattern,
    }
    result: AwaitableGetSessionResult = _invoke(GET_SESSION, given, aws, opts)
    return result


def get_session_output(
    session_id: pulumi.Input[str] | None = None,
    *,
    tags: pulumi.Input[Mapping[str, pulumi.Input[str]]] | None = None,
    statuses: pulumi.Input[str | Sequence[pulumi.Input[str]]] | None = None,
    id_prefix: pulumi.Input[str] | None = None,
    id_pattern: pulumi.Input[str] | None = None,
    aws: AwsOptions | None = None,
    opts: pulumi.InvokeOptions | pulumi.InvokeOutputOptions | None = None,
) -> pulumi.Output[GetSessionResult]:
    """Read one session once the arguments are known and everything in `InvokeOutputOptions(depends_on=...)` is created.

    Arguments and errors as in `get_session`. Unknown in a preview in which an argument is unknown or a dependency does
    not exist yet.
    """
    given = {
        "session_id": session_id,
        "tags": tags,
        "statuses": statuses,
        "id_prefix": id_prefix,
        "id_pattern": id_pattern,
    }
    return _invoke_output(GET_SESSION, given, aws, opts)


def get_sessions(
    *,
    tags: Mapping[str, str] | None = None,
    statuses: str | Sequence[str] | None = None,
    id_prefix: str | None = None,
    id_pattern: str | None = None,
    aws: AwsOptions | None = None,
    opts: pulumi.InvokeOptions | None = None,
) -> AwaitableGetSessionsResult:
    """Read the sessions that match a filter, newest first; without a filter, all that the credentials may read.

    Arguments as in `get_session`. Needs glue:ListSessions. Raises InvalidInput, or LookFailed if Glue could not be
    read.
    """
    given = {"tags": tags, "statuses": statuses, "id_prefix": id_prefix, "id_pattern": id_pattern}
    result: AwaitableGetSessionsResult = _invoke(GET_SESSIONS, given, aws, opts)
    return result


def get_sessions_output(
    *,
    tags: pulumi.Input[Mapping[str, pulumi.Input[str]]] | None = None,
    statuses: pulumi.Input[str | Sequence[pulumi.Input[str]]] | None = None,
    id_prefix: pulumi.Input[str] | None = None,
    id_pattern: pulumi.Input[str] | None = None,
    aws: AwsOptions | None = None,
    opts: pulumi.InvokeOptions | pulumi.InvokeOutputOptions | None = None,
) -> pulumi.Output[GetSessionsResult]:
    """Read the sessions that match a filter, newest first, once arguments are known and `depends_on` is created.

    Arguments and errors as in `get_sessions`. Unknown in a preview in which an argument is unknown or a dependency does
    not exist yet.
    """
    given = {"tags": tags, "statuses": statuses, "id_prefix": id_prefix, "id_pattern": id_pattern}
    return _invoke_output(GET_SESSIONS, given, aws, opts)


def _invoke(token: str, given: Mapping[str, Any], aws: AwsOptions | None, opts: pulumi.InvokeOptions | None) -> Any:
    try:
        _check_options(opts)
        if find_aws_provider(opts):
            raise InvalidInput("opts.provider", _PROVIDER_IN_PLAIN_FORM)
        arguments = {
            **{name: value for name, value in given.items() if value is not None},
            "aws": aws_options.with_defaults(aws),
        }
        _check_plain(arguments)
        config, query = _parse(token, arguments)
        if run_context.is_mocked():
            return awaitable(
                _mocked_result(token, arguments, pulumi.runtime.invoke(token, _recordable(arguments)).value)
            )
        source = run_context.glue_sessions(config)
        return awaitable(_to_result(query, _with_role_arns(query.run(source), source), source.region))
    except GlueSessionError as error:
        _raise_run_error(error)


def _invoke_output(
    token: str, given: Mapping[str, Any], aws: AwsOptions | None, opts: pulumi.InvokeOptions | None
) -> pulumi.Output[Any]:
    async def call(arguments: Mapping[str, Any]) -> Any:
        try:
            _check_options(opts)
            config, query = _parse(token, arguments)
            source = run_context.glue_sessions(config)
            if query.session_id:
                # Through the poller, which reads sessions together that are wanted at the same time.
                result = await run_context.wait_for_session(WaitRequest(session_id=query.session_id, aws_config=config))
                if result.session is None:
                    raise result.error or AssertionError
                found: Mapping[str, Session] = {query.session_id: result.session}
            else:
                found = await await_in_thread(lambda: query.run(source))
            # Secret Outputs of the result belong to the event loop.
            completed = await await_in_thread(lambda: _with_role_arns(found, source))
            return _to_result(query, completed, source.region)
        except GlueSessionError as error:
            _raise_run_error(without_values(error, await inputs.secret_names({**arguments_given, "aws": aws_given})))

    arguments_given = {name: inputs.as_output(value) for name, value in given.items() if value is not None}
    provider = None if run_context.is_mocked() else find_aws_provider(opts)
    aws_given = inputs.as_output(aws_options.with_defaults(aws, provider))
    # A secret in the AWS configuration does not make the result a secret.
    arguments = {**arguments_given, "aws": inputs.unsecret(aws_given)}
    if run_context.is_mocked():
        returned = pulumi.runtime.invoke_output(token, _recordable(arguments), opts)
        return pulumi.Output.all(returned, arguments).apply(lambda both: _mocked_result(token, both[1], both[0]))
    return inputs.when_ready(
        arguments, getattr(opts, "depends_on", None), call, on_unknown=_unknown_result, keep_secrets=True
    )


def _unknown_result() -> Any:
    if pulumi.runtime.is_dry_run():
        return pulumi.UNKNOWN
    raise pulumi.RunError(str(MISSING_DEPENDENCY))


def _parse(token: str, arguments: Mapping[str, Any]) -> tuple[AwsConfig, SessionQuery]:
    filters = {name: value for name, value in arguments.items() if name != "aws"}
    query = SessionQuery.parse(filters, exactly_one=token == GET_SESSION)
    return AwsConfig.parse(arguments["aws"]), query


def _with_role_arns(found: Mapping[str, Session], source: GlueSessions) -> dict[str, Session]:
    return {session_id: source.with_role_arn(session) for session_id, session in found.items()}


def _to_result(query: SessionQuery, found: Mapping[str, Session], region: str) -> _Result:
    results = [session_result(session_id, region, session.to_dict()) for session_id, session in found.items()]
    return results[0] if query.exactly_one else sessions_result(region, results)


def _recordable(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments without the credentials of the stack, which mocks must not see."""
    aws: Any = arguments["aws"]
    return {**arguments, "aws": aws_options.without_credentials(aws)}


def _mocked_result(token: str, arguments: Mapping[str, Any], returned: Mapping[str, Any] | None) -> _Result:
    """Result for the fields that a mock returned; for `get_sessions` it returns a list of them as `sessions`."""
    fields = returned or {}
    region = str(fields.get("region") or arguments["aws"].get("region") or "")
    if token == GET_SESSION:
        return session_result(str(fields.get("session_id") or arguments.get("session_id") or ""), region, fields)
    sessions = fields.get("sessions") or ()
    return sessions_result(
        region, [session_result(str(each.get("session_id") or ""), region, each) for each in sessions]
    )


def _check_options(opts: pulumi.InvokeOptions | None) -> None:
    if opts is not None and opts.provider is not None and opts.provider.package != "aws":
        raise InvalidInput("opts.provider", "not supported: use an aws.Provider, or aws=AwsOptions(...)")


def _check_plain(value: Any, name: str = "") -> None:
    if isinstance(value, pulumi.Output):
        raise InvalidInput(name, "the value of an Output is not known yet: use the function that ends in _output")
    if isinstance(value, Mapping):
        for key, each in cast("Mapping[str, object]", value).items():
            _check_plain(each, f"{name}.{key}" if name else str(key))
    elif isinstance(value, (list, tuple)):
        for index, each in enumerate(cast("Sequence[object]", value)):
            _check_plain(each, f"{name}[{index}]")


_run_errors: dict[type[GlueSessionError], Any] = {}


def _raise_run_error(error: GlueSessionError) -> NoReturn:
    """Raise a copy of `error` whose class is also a `pulumi.RunError`, which ends a program without a traceback."""
    kind = type(error)

    def to_text(raised: GlueSessionError) -> str:
        text = kind.__str__(raised)
        return prefix_input(raised.input_name, text) if isinstance(raised, InvalidInput) else text

    def reduce(raised: GlueSessionError) -> tuple[Any, ...]:
        # Pickle cannot import a class that is created at run time, so a copy has the original class.
        restore, (_, state) = kind.__reduce__(raised)
        return restore, (kind, state)

    if kind not in _run_errors:
        members = {"__doc__": kind.__doc__, "__reduce__": reduce, "__str__": to_text}
        _run_errors[kind] = type(kind.__name__, (kind, pulumi.RunError), members)
    raised: GlueSessionError = _run_errors[kind].__new__(_run_errors[kind])
    raised.__dict__.update(error.__dict__)
    raised.args = (str(raised),)
    raise raised from error
