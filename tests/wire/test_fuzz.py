"""Random arguments give a result or an error message, never a traceback or a call that Glue would reject.

Strings include hostile ones (tests/support/hostile_text.py).
"""

from __future__ import annotations

import asyncio
import json
import socket
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import cache
from importlib import import_module
from typing import Any

import pulumi
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pulumi.runtime.mocks import MockResourceArgs

from pulumi_glue_session import (
    AwsOptions,
    GlueSession,
    GlueSessionError,
    get_session,
    get_session_output,
    get_sessions,
    get_sessions_output,
)
from pulumi_glue_session.aws.boto3_session import create_session
from pulumi_glue_session.aws.client import create_client
from pulumi_glue_session.core.messages import ErrorReport
from pulumi_glue_session.dynamic.wire_format import OBSERVED
from support.fuzzing import (
    ANYTHING,
    ARGUMENTS,
    EXTERNAL_ID,
    FILTER,
    OPTIONS,
    ROLE,
    SESSION_ID,
    WILD,
    WRAPS,
    fuzzed,
    maybe,
)
from support.glue_endpoint import GlueEndpoint, always, objection
from support.hostile_text import is_fit
from support.program_run import Ran, Refused, _Provider, run
from support.sts_endpoint import StsEndpoint


@pytest.fixture
def glue(aws: GlueEndpoint, monkeypatch: pytest.MonkeyPatch) -> Iterator[GlueEndpoint]:
    """Glue with sessions that have ended, so that programs do not wait. Other hosts cannot be resolved."""
    for name in ("known", "other"):
        aws.put(name, always("STOPPED"), Tags={"team": "etl"})
    resolve = socket.getaddrinfo

    def resolve_localhost(host: Any, *arguments: Any, **more: Any) -> Any:
        if host != "127.0.0.1":
            raise socket.gaierror(f"unknown host {host!r}")
        return resolve(host, *arguments, **more)

    monkeypatch.setattr("socket.getaddrinfo", resolve_localhost)
    # One client for all programs with the same options: creating it takes longer than the rest of an example.
    monkeypatch.setattr("pulumi_glue_session.aws.connection.create_session", cache(create_session))
    monkeypatch.setattr("pulumi_glue_session.aws.connection.create_client", cache(create_client))
    monkeypatch.setattr("pulumi_glue_session.aws.client._RETRIES", 0)
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0.0)
    monkeypatch.setattr(_Provider, "new_resource", read_as_the_provider)
    monkeypatch.setattr("asyncio.new_event_loop", QuietLoop)
    with StsEndpoint() as sts:
        monkeypatch.setenv("AWS_ENDPOINT_URL_STS", sts.url)
        yield aws


class QuietLoop(asyncio.SelectorEventLoop):
    """Cancels the tasks of a failed program without printing tracebacks."""

    def __init__(self) -> None:
        super().__init__()
        self.set_exception_handler(lambda *_: None)

    def close(self) -> None:
        left = set() if self.is_closed() else asyncio.all_tasks(self)
        for task in left:
            task.cancel()
        if left:
            self.run_until_complete(asyncio.wait(left))
        super().close()


RECORD_OR_READ = _Provider.new_resource


def read_as_the_provider(provider: _Provider, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
    """Refuse a read whose observation failed, as the provider does."""
    answer = RECORD_OR_READ(provider, args)
    _, inputs = provider._ran.read.get(args.name, ("", {}))  # noqa: SLF001
    if failure := failure_in(inputs.get(OBSERVED)):
        raise Refused(failure)
    return answer


def failure_in(observed: str | None) -> str:
    """Error of an observation, or an empty string."""
    failure = json.loads(observed or "{}").get("failure")
    return str(ErrorReport.parse(failure)) if failure else ""


# --- Checks ---


def is_message(text: str) -> bool:
    """Whether a text has only lines that are safe for a terminal, and no secret."""
    return all(line and is_fit(line) for line in text.split("\n")) and EXTERNAL_ID not in text


@cache
def model() -> Any:
    return import_module("botocore.session").Session().get_service_model("glue")


def invalid_calls(glue: GlueEndpoint, *, since: int) -> list[str]:
    """Reasons for which Glue would reject calls."""
    shapes = [(call.parameters, model().operation_model(call.operation).input_shape) for call in glue.calls[since:]]
    return [reason for parameters, expected in shapes if (reason := objection(parameters, expected))]


def run_program(
    program: Callable[[Ran], object], *, preview: bool = False, may_raise: tuple[type[Exception], ...] = ()
) -> Ran:
    """Run a program, which may only raise these exceptions."""
    try:
        return run(program, preview=preview)
    except may_raise:
        raise
    except Exception as error:
        message = "".join(traceback.format_exception_only(error))
    pytest.fail(message)


def check_resource(glue: GlueEndpoint, declare: Callable[[], object], *, preview: bool) -> None:
    """Run a program that declares a resource. It is recorded, or refused with a message."""
    before = len(glue.calls)
    ran = run_program(lambda _: declare(), preview=preview)
    failures = [failure_in(inputs.get(OBSERVED)) for _, inputs in ran.read.values()]
    logs = [line for _, line in ran.said]

    assert [] == [text for text in [*ran.refused, *filter(None, failures), *logs] if not is_message(text)]
    assert 1 == len(ran.recorded) + len(ran.refused) + len(ran.read) or preview
    assert [] == invalid_calls(glue, since=before)


def check_function(glue: GlueEndpoint, function: Callable[..., Any], arguments: Mapping[str, Any]) -> None:
    """Run a program that calls a function. It returns a result or raises an error of the package."""
    before = len(glue.calls)
    messages: list[str] = []

    try:
        run_program(lambda _: function(**arguments), may_raise=(GlueSessionError,))
    except GlueSessionError as error:
        messages.append(str(error))

    assert [] == [text for text in messages if not is_message(text)]
    assert [] == invalid_calls(glue, since=before)


# --- The resource ---


@fuzzed()
@given(
    arguments=maybe(**ARGUMENTS),
    wrap=WRAPS,
    wrapped=st.sets(st.sampled_from(["session_id", "wait_for", "timeout", "expect"])),
    preview=st.booleans(),
)
@example(arguments={"expect": {"connections": [{}]}}, wrap=pulumi.Output.secret, wrapped=set(), preview=False)
@example(
    arguments={"aws": {"endpoint_url": "http://a:b"}}, wrap=pulumi.Output.secret, wrapped={"session_id"}, preview=False
)
def test_resource_with_any_arguments(
    glue: GlueEndpoint, arguments: dict[str, Any], wrap: Callable[[Any], Any], wrapped: set[str], *, preview: bool
) -> None:
    def declare() -> None:
        values = {"session_id": "known", "timeout": 0, **arguments}
        GlueSession("fuzzed", **{name: wrap(value) if name in wrapped else value for name, value in values.items()})

    check_resource(glue, declare, preview=preview)


@fuzzed()
@given(arguments=maybe(**ARGUMENTS), preview=st.booleans())
def test_get_with_any_arguments(glue: GlueEndpoint, arguments: dict[str, Any], *, preview: bool) -> None:
    def declare() -> None:
        session_id = arguments.pop("session_id", "known")
        GlueSession.get("fuzzed", session_id, **{"timeout": 0, **arguments})

    check_resource(glue, declare, preview=preview)


@pytest.mark.parametrize("name", ARGUMENTS)
@fuzzed()
@given(value=ANYTHING)
@example(value="\ud83d")
@example(value=b"READY")
@example(value={"READY"})
@example(value={1: 2})
@example(value=10**400)
@example(value={"role": {(1, 2): 3}})
@example(value={"connections": [b"x"]})
@example(value={"profile": object()})
def test_resource_with_any_python_value(glue: GlueEndpoint, name: str, value: object) -> None:
    """Also a value that Pulumi cannot send to its engine."""
    arguments: Any = {"session_id": "known", "timeout": 0, name: value}

    check_resource(glue, lambda: GlueSession("fuzzed", **arguments), preview=False)


@fuzzed(3)
@given(name=st.sampled_from(sorted(OPTIONS)), value=ANYTHING)
@example(name="profile", value="\ud83d")
@example(name="region", value=[{"role_arn": f"{ROLE}\ud83d"}])
@example(name="assume_roles", value=[{"role_arn": f"{ROLE}\ud83d"}])
@example(name="max_retries", value=10**400)
@example(name="endpoint_url", value=10**400)
def test_resource_with_any_python_value_as_an_option(glue: GlueEndpoint, name: str, value: object) -> None:
    options: Any = {name: value}

    check_resource(
        glue, lambda: GlueSession("fuzzed", session_id="known", timeout=0, aws=AwsOptions(**options)), preview=False
    )


# --- The functions ---

FUNCTIONS = {"get_session": get_session, "get_session_output": get_session_output}
LISTS = {"get_sessions": get_sessions, "get_sessions_output": get_sessions_output}


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
@fuzzed()
@given(arguments=maybe(**FILTER))
def test_get_session_with_any_arguments(
    glue: GlueEndpoint, function: Callable[..., Any], arguments: dict[str, Any]
) -> None:
    check_function(glue, function, arguments)


@pytest.mark.parametrize("function", LISTS.values(), ids=LISTS)
@fuzzed()
@given(arguments=maybe(**{name: each for name, each in FILTER.items() if name != "session_id"}))
def test_get_sessions_with_any_arguments(
    glue: GlueEndpoint, function: Callable[..., Any], arguments: dict[str, Any]
) -> None:
    check_function(glue, function, arguments)


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
@fuzzed(3)
@given(name=st.sampled_from(sorted(FILTER)), value=ANYTHING)
@example(name="session_id", value="\ud83d")
@example(name="session_id", value={1: 2})
@example(name="tags", value={1: 2})
@example(name="statuses", value=10**400)
@example(name="statuses", value=5)
@example(name="aws", value={"profile": object()})
@example(name="aws", value={1: 2})
def test_get_session_with_any_python_value(
    glue: GlueEndpoint, function: Callable[..., Any], name: str, value: object
) -> None:
    check_function(glue, function, {name: value} if name != "aws" else {"session_id": "known", "aws": value})


# --- Ids ---

BY_ID: dict[str, Callable[[Any], Any]] = {
    "resource": lambda session_id: GlueSession("fuzzed", session_id=session_id, wait_for=None),
    "get": lambda session_id: GlueSession.get("fuzzed", session_id, wait_for="STOPPED"),
    "get_session": get_session,
    "get_session_output": get_session_output,
    "by prefix": lambda session_id: get_sessions(id_prefix=session_id),
    "by tag": lambda session_id: get_sessions(tags={session_id: session_id}),
}


@pytest.mark.parametrize("call", BY_ID.values(), ids=BY_ID)
@fuzzed()
@given(session_id=SESSION_ID | WILD)
@example(session_id="")
@example(session_id="x" * 255)
@example(session_id="x" * 256)
@example(session_id="line\nbreak")
@example(session_id="\ud83d")
def test_any_id_makes_only_valid_calls(glue: GlueEndpoint, call: Callable[[str], Any], session_id: str) -> None:
    """An invalid id is an error of the package, without a call."""
    before = len(glue.calls)

    with suppress(GlueSessionError):
        run_program(lambda _: call(session_id), may_raise=(GlueSessionError,))

    assert [] == invalid_calls(glue, since=before)
