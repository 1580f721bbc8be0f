"""Random arguments give a result or an error message, never a traceback or a call that Glue would reject.

Strings include hostile ones (tests/support/hostile_text.py).
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import cache
from importlib import import_module
from typing import Any, TypeVar, cast

import pulumi
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pulumi.runtime.mocks import MockResourceArgs

from pulumi_glue_session import (
    AssumeRole,
    AssumeRoleWithWebIdentity,
    AwsOptions,
    GlueSession,
    GlueSessionError,
    get_session,
    get_session_output,
    get_sessions,
    get_sessions_output,
)
from pulumi_glue_session.aws.client import create_client
from pulumi_glue_session.aws.credentials import create_session
from pulumi_glue_session.core.messages import ErrorReport
from pulumi_glue_session.core.session import STATUSES, Session
from pulumi_glue_session.dynamic.wire_format import OBSERVED, REPLACING
from pulumi_glue_session.provider import GlueSessionProvider
from support.glue_endpoint import GlueEndpoint, always, objection
from support.hostile_text import hostile_texts, is_fit
from support.program_run import Ran, Refused, _Provider, run
from support.sts_endpoint import StsEndpoint
from torture import true_of_each

_T = TypeVar("_T", bound=Callable[..., object])


def fuzzed(times: int = 1) -> Callable[[_T], _T]:
    """More examples for `times` above 1."""
    return true_of_each("Wrong arguments", short=times * 30, long=times * 2_000)


ROLE = "arn:aws:iam::123456789012:role/deploy"
EXTERNAL_ID = "hush-hush"


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


# --- Values ---

LINES = st.text(max_size=8) | hostile_texts(pieces=2)
WILD = st.text(st.characters(codec=None), max_size=8)
TRAVELLING = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats() | LINES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(LINES, inner, max_size=3),
    max_leaves=5,
)
"""Values that Pulumi can send to its engine."""

ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | WILD
    | st.binary(max_size=4)
    | st.complex_numbers()
    | st.builds(object)
    | st.sampled_from([10**400, AwsOptions, len, range(3), pulumi.UNKNOWN]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner, inner)
        | st.dictionaries(WILD | st.integers() | st.binary(max_size=2) | st.tuples(st.integers()), inner, max_size=3)
        | st.sets(st.integers(), max_size=3)
        | st.frozensets(LINES, max_size=3)
    ),
    max_leaves=5,
)
"""Any Python value."""

STATUS = st.sampled_from(sorted(STATUSES))
IDS = ["known", "other", "gone", "x" * 255, "x" * 256, "tab\t", "line\n", "\x7f\x85", "😀" * 255, "\ufffe"]
SESSION_ID = st.sampled_from(IDS) | LINES
ARN = st.just(ROLE) | LINES.map(lambda end: f"arn:aws:iam::123456789012:role/{end}")
PATH = st.sampled_from(["/nowhere/file", os.devnull, "/", "\0", "~"]) | LINES


def maybe(**strategies: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Some of the names, each with a plausible or any value."""
    return st.fixed_dictionaries({}, optional={name: each | TRAVELLING for name, each in strategies.items()})


ROLE_OPTIONS: dict[str, st.SearchStrategy[Any]] = {
    "session_name": st.just("ci") | LINES,
    "duration": st.sampled_from(["1h", 900, 43_200.0, "12h"]) | LINES,
    "policy": st.sampled_from(["{}", "[]", '"']) | LINES,
    "policy_arns": st.lists(ARN, max_size=2),
}
ROLES: st.SearchStrategy[Any] = st.builds(dict, st.just({"role_arn": ROLE}), external_id=st.just(EXTERNAL_ID)) | maybe(
    role_arn=ARN, external_id=st.just(EXTERNAL_ID), **ROLE_OPTIONS
)
IDENTITY = maybe(role_arn=ARN, web_identity_token_file=PATH, **ROLE_OPTIONS)
OPTIONS: dict[str, st.SearchStrategy[Any]] = {
    "region": st.sampled_from(["eu-west-1", "us-east-1"]) | LINES,
    "profile": LINES,
    "assume_roles": st.lists(ROLES, max_size=2) | ROLES,
    "assume_role_with_web_identity": IDENTITY,
    "endpoint_url": st.sampled_from(["http://127.0.0.1:1", "http://[", "http://a..b", "http://a:b", "https://nobody/"])
    | LINES.map("http://{}".format),
    "custom_ca_bundle": PATH,
    "max_retries": st.sampled_from([0, 1.0, 50]) | st.integers(),
    "request_origin": st.just("ci") | LINES,
    "allowed_account_ids": st.lists(st.sampled_from(["123456789012", "000000000001"]), max_size=2),
}


def as_options(values: Mapping[str, Any]) -> AwsOptions:
    """Options with the classes that a program would use."""

    def convert(kind: type[Any], value: object) -> object:
        is_valid = isinstance(value, dict) and "role_arn" in value and value.keys() <= kind.__dataclass_fields__.keys()
        return kind(**cast("dict[str, Any]", value)) if is_valid else value

    options = dict(values)
    if isinstance(options.get("assume_roles"), list):
        options["assume_roles"] = [convert(AssumeRole, each) for each in options["assume_roles"]]
    identity = options.get("assume_role_with_web_identity")
    if isinstance(identity, dict) and "web_identity_token_file" in identity:
        options["assume_role_with_web_identity"] = convert(AssumeRoleWithWebIdentity, identity)
    return AwsOptions(**options)


AWS = maybe(**OPTIONS) | maybe(**OPTIONS).map(as_options) | TRAVELLING
EXPECT = maybe(
    role=ARN,
    glue_version=st.sampled_from(["5.0", {"at_least": "4.0"}]),
    number_of_workers=st.sampled_from([2, {"at_least": 1.5}]),
    connections=st.lists(LINES),
    command=maybe(name=LINES, python_version=LINES),
    default_arguments=st.dictionaries(LINES, LINES),
)
ARGUMENTS: dict[str, st.SearchStrategy[Any]] = {
    "session_id": SESSION_ID,
    "wait_for": STATUS | st.lists(STATUS) | st.none(),
    "timeout": st.sampled_from(["10m", 0, 0.5, "1h30m"]) | LINES,
    "expect": EXPECT,
    "on_mismatch": st.sampled_from(["fail", "warn"]),
    "aws": AWS,
}
FILTER: dict[str, st.SearchStrategy[Any]] = {
    "session_id": SESSION_ID,
    "tags": st.just({"team": "etl"}) | st.dictionaries(LINES, LINES, max_size=2),
    "statuses": STATUS | st.lists(STATUS),
    "id_prefix": st.sampled_from(["kn", ""]) | LINES,
    "id_pattern": st.sampled_from(["*", "[k]*", "[!"]) | LINES,
    "aws": AWS,
}
WRAPS = st.sampled_from([lambda value: value, pulumi.Output.from_input, pulumi.Output.secret])


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


# --- The provider ---

WIRE = st.recursive(
    st.none() | st.booleans() | st.floats() | LINES | st.just(pulumi.UNKNOWN) | st.builds(pulumi.StringAsset, LINES),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(LINES, inner, max_size=3),
    max_leaves=5,
)
"""Values that the SDK passes to a provider."""

REPORT = st.builds(lambda fact: ErrorReport(fact=fact, next_step="try again").to_dict(), LINES) | st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("fact", "details", "changed", "next_step"), TRAVELLING)
)
FIELDS = {name: st.just(value) | WIRE for name, value in Session(status="READY").to_state().items()}


def observations(other: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Observations with some values replaced."""
    fields = {name: st.just(value) | other for name, value in Session(status="READY").to_state().items()}
    return st.fixed_dictionaries(
        {},
        optional={
            "id": SESSION_ID | other,
            "region": st.just("eu-west-1") | other,
            "session": st.fixed_dictionaries({}, optional=fields) | other,
            "on_its_way": st.booleans() | other,
            "failure": REPORT | other,
            "input": st.sampled_from(["session_id", "aws.region", ""]) | other,
        },
    )


OBSERVATION = observations(TRAVELLING).map(json.dumps) | observations(WIRE) | TRAVELLING.map(json.dumps) | WIRE
"""JSON, a mapping as older versions send it, or any value."""

RECORD = st.fixed_dictionaries(
    {},
    optional={
        "session_id": SESSION_ID | WIRE,
        "region": st.just("eu-west-1") | WIRE,
        "aws": st.fixed_dictionaries({}, optional={name: each | WIRE for name, each in OPTIONS.items()}) | WIRE,
        "wait_for": st.lists(STATUS) | WIRE,
        **FIELDS,
    },
)
INPUTS = st.builds(
    lambda record, observed, more: {**more, **record, **({} if observed is None else {OBSERVED: observed})},
    RECORD,
    OBSERVATION,
    st.dictionaries(LINES, WIRE, max_size=2),
)


@fuzzed(5)
@given(olds=st.just({}) | RECORD | INPUTS, news=INPUTS)
@example(olds={}, news={OBSERVED: 5})
@example(olds={}, news={OBSERVED: {"failure": None}})
@example(olds={}, news={OBSERVED: {"failure": {"fact": "x", "details": 5, "changed": [["x"], 5]}}})
@example(olds={}, news={OBSERVED: {"failure": 5.0, "input": ["x"]}})
@example(olds={"status": "READY"}, news={OBSERVED: {"failure": "x", "session": None}})
@example(olds={"status": pulumi.UNKNOWN}, news={OBSERVED: {"failure": "x", "session": {"status": "READY"}}})
@example(olds={}, news={OBSERVED: {"id": "known", "region": "eu-west-1", "session": 5}, "session_id": "known"})
def test_check_never_raises(olds: dict[str, Any], news: dict[str, Any]) -> None:
    """The program may use another version of the package, and transforms may change its inputs."""
    checked: Any = GlueSessionProvider().check(olds, news)

    assert isinstance(checked.inputs, dict)
    assert OBSERVED not in checked.inputs
    assert [] == [failure.reason for failure in checked.failures if type(failure.reason) is not str]
    assert [] == [failure.property for failure in checked.failures if failure.property not in ("", *checked.inputs)]


@fuzzed(3)
@given(olds=RECORD | INPUTS, news=RECORD | INPUTS)
def test_diff_never_raises(olds: dict[str, Any], news: dict[str, Any]) -> None:
    difference = GlueSessionProvider().diff("known", olds, news)

    assert set(REPLACING) >= set(difference.replaces or ())


@fuzzed()
@given(record=RECORD | INPUTS)
def test_diff_of_equal_records_is_empty(record: dict[str, Any]) -> None:
    difference = GlueSessionProvider().diff("known", record, record)

    assert (None, []) == (difference.changes, difference.replaces)
