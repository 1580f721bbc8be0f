"""`get_session` and `get_sessions`, in the convention of `pulumi_aws.get_*`: asked now, recorded nowhere.

Rules of this module: a plain form that asks at once and raises, and an Output form that waits for its arguments and for `depends_on`. An
error is the package's own, to be caught by kind, and a `pulumi.RunError`, so that a program which lets it pass ends without a traceback.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NoReturn, cast

import pulumi

from pulumi_glue_session.core.aws_config import AwsConfig
from pulumi_glue_session.core.concurrency import await_in_thread
from pulumi_glue_session.core.errors import GlueSessionError, InvalidInput
from pulumi_glue_session.core.query import SessionQuery
from pulumi_glue_session.core.session import Session
from pulumi_glue_session.core.wait import WaitRequest
from pulumi_glue_session.dynamic import aws_options, inputs, run_context
from pulumi_glue_session.dynamic.aws_options import AwsOptions
from pulumi_glue_session.dynamic.failures import prefix_input
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

_Answer = GetSessionResult | GetSessionsResult


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
    """Ask for one session, now: by its id, or by conditions that exactly one session fits.

    Raises SessionNotFound, NotOneSession, InvalidInput, or LookFailed when Glue was not seen.

    :param session_id: Id of the session. With it, no conditions.
    :param tags: Tags that the session has, by name. Needs glue:ListSessions, as the other conditions do.
    :param statuses: Status, or several of which the session has one.
    :param id_prefix: Text that the id begins with.
    :param id_pattern: Pattern that the id fits: `*` stands for any text, `?` for one character, `[ab]` for one of these.
    :param aws: Who asks, and where.
    :param opts: Options of the call. `provider` can't be used: Glue is asked with the credentials of `aws`.
    """
    given = {"session_id": session_id, "tags": tags, "statuses": statuses, "id_prefix": id_prefix, "id_pattern": id_pattern}
    answer: AwaitableGetSessionResult = _invoke(GET_SESSION, given, aws, opts)
    return answer


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
    """Ask for one session once the arguments, and everything in `InvokeOutputOptions(depends_on=...)`, are there.

    Arguments and errors as of `get_session`. Unknown in a preview in which an argument is unknown or a dependency is still to be created.
    """
    given = {"session_id": session_id, "tags": tags, "statuses": statuses, "id_prefix": id_prefix, "id_pattern": id_pattern}
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
    """Ask for the sessions that fit all conditions, now; newest first. Without conditions: all that the caller may see.

    Arguments as of `get_session`. Needs glue:ListSessions. Raises InvalidInput, or LookFailed when Glue was not seen.
    """
    given = {"tags": tags, "statuses": statuses, "id_prefix": id_prefix, "id_pattern": id_pattern}
    answer: AwaitableGetSessionsResult = _invoke(GET_SESSIONS, given, aws, opts)
    return answer


def get_sessions_output(
    *,
    tags: pulumi.Input[Mapping[str, pulumi.Input[str]]] | None = None,
    statuses: pulumi.Input[str | Sequence[pulumi.Input[str]]] | None = None,
    id_prefix: pulumi.Input[str] | None = None,
    id_pattern: pulumi.Input[str] | None = None,
    aws: AwsOptions | None = None,
    opts: pulumi.InvokeOptions | pulumi.InvokeOutputOptions | None = None,
) -> pulumi.Output[GetSessionsResult]:
    """Ask for the sessions that fit all conditions, once the arguments, and everything in `depends_on`, are there; newest first.

    Arguments and errors as of `get_sessions`. Unknown in a preview in which an argument is unknown or a dependency is still to be created.
    """
    given = {"tags": tags, "statuses": statuses, "id_prefix": id_prefix, "id_pattern": id_pattern}
    return _invoke_output(GET_SESSIONS, given, aws, opts)


def _invoke(token: str, given: Mapping[str, Any], aws: AwsOptions | None, opts: pulumi.InvokeOptions | None) -> Any:  # noqa: ANN401 - by token
    try:
        _check_options(opts)
        arguments = {**{name: value for name, value in given.items() if value is not None}, "aws": aws_options.with_stack_defaults(aws)}
        _check_plain(arguments)
        caller, question = _read(token, arguments)
        if run_context.is_mocked():
            return awaitable(_mocked(token, arguments, pulumi.runtime.invoke(token, arguments).value))
        finder = run_context.glue_sessions(caller)
        return awaitable(_answer(question, question.run(finder), region=finder.region))
    except GlueSessionError as error:
        _raise_run_error(error)


def _invoke_output(
    token: str,
    given: Mapping[str, Any],
    aws: AwsOptions | None,
    opts: pulumi.InvokeOptions | None,
) -> pulumi.Output[Any]:
    async def ask(arguments: Mapping[str, Any]) -> Any:  # noqa: ANN401 - by token
        try:
            _check_options(opts)
            caller, question = _read(token, arguments)
            if question.session_id:
                # With the sessions that are looked at in the same moment.
                seen = await run_context.wait_for_session(WaitRequest(session_id=question.session_id, aws_config=caller))
                if seen.session is None:
                    raise seen.error or AssertionError
                return _answer(question, {question.session_id: seen.session}, region=seen.region)
            finder = run_context.glue_sessions(caller)
            found = await await_in_thread(lambda: question.run(finder))
            return _answer(question, found, region=finder.region)
        except GlueSessionError as error:
            _raise_run_error(error)

    arguments = {name: inputs.as_output(value) for name, value in given.items() if value is not None}
    # What is secret of who asks makes no secret of what is answered.
    arguments["aws"] = inputs.unsecret(inputs.as_output(aws_options.with_stack_defaults(aws)))
    if run_context.is_mocked():
        told = pulumi.runtime.invoke_output(token, arguments, opts)
        return pulumi.Output.all(told, arguments).apply(lambda both: _mocked(token, both[1], both[0]))
    return inputs.when_ready(arguments, getattr(opts, "depends_on", None), ask, keeps_secrets=True)


def _read(token: str, arguments: Mapping[str, Any]) -> tuple[AwsConfig, SessionQuery]:
    asked = {name: value for name, value in arguments.items() if name != "aws"}
    question = SessionQuery.parse(asked, exactly_one=token == GET_SESSION)
    return AwsConfig.parse(arguments["aws"]), question


def _answer(question: SessionQuery, found: Mapping[str, Session], *, region: str) -> _Answer:
    results = [session_result(session_id, region, session.to_dict()) for session_id, session in found.items()]
    return results[0] if question.exactly_one else sessions_result(region, results)


def _mocked(token: str, arguments: Mapping[str, Any], said: Mapping[str, Any] | None) -> _Answer:
    """Answer of a unit test's mock: any fields, by name; `sessions` as a list of such for `get_sessions`."""
    said = said or {}
    region = str(said.get("region") or arguments["aws"].get("region") or "")
    if token == GET_SESSION:
        return session_result(str(said.get("session_id") or arguments.get("session_id") or ""), region, said)
    each = said.get("sessions") or ()
    return sessions_result(region, [session_result(str(one.get("session_id") or ""), region, one) for one in each])


def _check_options(opts: pulumi.InvokeOptions | None) -> None:
    if opts is not None and opts.provider is not None:
        raise InvalidInput("opts.provider", "Glue is not asked by a Pulumi provider: say who asks, and where, with aws=AwsOptions(...)")


def _check_plain(value: Any, name: str = "") -> None:  # noqa: ANN401 - whatever a program gives
    if isinstance(value, pulumi.Output):
        raise InvalidInput(name, "it is an Output, whose value is not there yet: use the form of the function that ends in _output")
    if isinstance(value, Mapping):
        for key, each in cast("Mapping[str, object]", value).items():
            _check_plain(each, f"{name}.{key}" if name else str(key))
    elif isinstance(value, (list, tuple)):
        for index, each in enumerate(cast("Sequence[object]", value)):
            _check_plain(each, f"{name}[{index}]")


_run_errors: dict[type[GlueSessionError], Any] = {}


def _raise_run_error(error: GlueSessionError) -> NoReturn:
    """Raise `error` as an error of its own class that is a pulumi.RunError too, which ends a program without a traceback."""
    kind = type(error)

    def to_text(raised: GlueSessionError) -> str:
        text = kind.__str__(raised)
        return prefix_input(raised.input_name, text) if isinstance(raised, InvalidInput) else text

    def reduce(raised: GlueSessionError) -> tuple[Any, ...]:
        # Pickle cannot find a class that is made at run time: the copy is of the original class.
        restore, (_, state) = kind.__reduce__(raised)
        return restore, (kind, state)

    if kind not in _run_errors:
        members = {"__doc__": kind.__doc__, "__reduce__": reduce, "__str__": to_text}
        _run_errors[kind] = type(kind.__name__, (kind, pulumi.RunError), members)
    raised: GlueSessionError = _run_errors[kind].__new__(_run_errors[kind])
    raised.__dict__.update(error.__dict__)
    raised.args = (str(raised),)
    raise raised from error
