"""Whatever a program gives: a sentence, or what it asked for; never a traceback, and never a call that Glue would refuse.

Texts are hostile ones too (tests/hostile_text.py).
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import cache
from importlib import import_module
from typing import Any, TypeVar

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
    """Many examples: `times` as many where they take less time."""
    return true_of_each("Wrong arguments", short=times * 30, long=times * 2_000)


PATIENCE_SECONDS = 10
"""A program that hangs fails its example, by its name, and not the whole run."""

ROLE = "arn:aws:iam::123456789012:role/deploy"
HUSH = "hush-hush"


@pytest.fixture
def glue(aws: GlueEndpoint, monkeypatch: pytest.MonkeyPatch) -> Iterator[GlueEndpoint]:
    """Glue with sessions that have ended, so that nothing is waited for; and no other host is there."""
    for name in ("known", "other"):
        aws.put(name, always("STOPPED"), Tags={"team": "etl"})
    resolve = socket.getaddrinfo

    def only_here(host: Any, *arguments: Any, **more: Any) -> Any:  # noqa: ANN401 - as the standard library has it
        if host != "127.0.0.1":
            raise socket.gaierror(f"{host!r} is nobody")
        return resolve(host, *arguments, **more)

    monkeypatch.setattr("socket.getaddrinfo", only_here)
    # One client for all programs with the same options: creating it takes longer than the rest of an example.
    monkeypatch.setattr("pulumi_glue_session.aws.connection.create_session", cache(create_session))
    monkeypatch.setattr("pulumi_glue_session.aws.connection.create_client", cache(create_client))
    monkeypatch.setattr("pulumi_glue_session.aws.client._RETRIES", 0)
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0.0)
    monkeypatch.setattr(_Provider, "new_resource", as_the_real_one_reads)
    monkeypatch.setattr("asyncio.new_event_loop", TidyLoop)
    with StsEndpoint() as sts:
        monkeypatch.setenv("AWS_ENDPOINT_URL_STS", sts.url)
        yield aws


class TidyLoop(asyncio.SelectorEventLoop):
    """Ends what a program that raised has left behind, and without a word. Else it speaks in the middle of pytest's own report."""

    def __init__(self) -> None:
        super().__init__()
        self.set_exception_handler(lambda *_: None)

    def close(self) -> None:
        left = set() if self.is_closed() else asyncio.all_tasks(self)
        for task in left:
            task.cancel()
        if left:
            self.run_until_complete(asyncio.wait(left, timeout=PATIENCE_SECONDS))
        super().close()


RECORD_OR_READ = _Provider.new_resource


def as_the_real_one_reads(provider: _Provider, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
    """The little engine answers each read with its inputs. The provider's own fails where the gate did."""
    answer = RECORD_OR_READ(provider, args)
    _, inputs = provider._ran.read.get(args.name, ("", {}))  # noqa: SLF001 - told nowhere else
    if failure := failure_in(inputs.get(OBSERVED)):
        raise Refused(failure)
    return answer


def failure_in(observed: str | None) -> str:
    """Sentence that travels to a read which can't be made; empty for one that can."""
    failure: str = json.loads(observed or "{}").get("failure", "")
    return failure


# --- Values ---

LINES = st.text(max_size=8) | hostile_texts(pieces=2)
WILD = st.text(st.characters(codec=None), max_size=8)
TRAVELLING = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats() | LINES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(LINES, inner, max_size=3),
    max_leaves=5,
)
"""What Pulumi can send to its engine."""

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
"""Any value that Python has, as far as a program could come by it."""

STATUS = st.sampled_from(sorted(STATUSES))
SESSION_ID = st.sampled_from(["known", "other", "gone", "x" * 255, "x" * 256, "tab\t", "line\n", "\x7f\x85", "😀" * 255, "\ufffe"]) | LINES
ARN = st.just(ROLE) | LINES.map(lambda end: f"arn:aws:iam::123456789012:role/{end}")
PATH = st.sampled_from(["/nowhere/file", os.devnull, "/", "\0", "~"]) | LINES


def maybe(**strategies: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Some of the names, each with a fitting value, or with any."""
    return st.fixed_dictionaries({}, optional={name: each | TRAVELLING for name, each in strategies.items()})


HOW: dict[str, st.SearchStrategy[Any]] = {
    "session_name": st.just("ci") | LINES,
    "duration": st.sampled_from(["1h", 900, 43_200.0, "12h"]) | LINES,
    "policy": st.sampled_from(["{}", "[]", '"']) | LINES,
    "policy_arns": st.lists(ARN, max_size=2),
}
ROLES: st.SearchStrategy[Any] = st.builds(dict, st.just({"role_arn": ROLE}), external_id=st.just(HUSH)) | maybe(
    role_arn=ARN, external_id=st.just(HUSH), **HOW
)
IDENTITY = maybe(role_arn=ARN, web_identity_token_file=PATH, **HOW)
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


def as_options(given_by_name: Mapping[str, Any]) -> Any:  # noqa: ANN401 - options, or what was given in their place
    """The same as the classes that a program would use."""

    def made(kind: type[Any], options: object) -> object:
        names = kind.__dataclass_fields__.keys()
        return kind(**options) if isinstance(options, dict) and "role_arn" in options and options.keys() <= names else options

    options = dict(given_by_name)
    if isinstance(options.get("assume_roles"), list):
        options["assume_roles"] = [made(AssumeRole, each) for each in options["assume_roles"]]
    identity = options.get("assume_role_with_web_identity")
    if isinstance(identity, dict) and "web_identity_token_file" in identity:
        options["assume_role_with_web_identity"] = made(AssumeRoleWithWebIdentity, identity)
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
CONDITIONS: dict[str, st.SearchStrategy[Any]] = {
    "session_id": SESSION_ID,
    "tags": st.just({"team": "etl"}) | st.dictionaries(LINES, LINES, max_size=2),
    "statuses": STATUS | st.lists(STATUS),
    "id_prefix": st.sampled_from(["kn", ""]) | LINES,
    "id_pattern": st.sampled_from(["*", "[k]*", "[!"]) | LINES,
    "aws": AWS,
}
WRAPS = st.sampled_from([lambda value: value, pulumi.Output.from_input, pulumi.Output.secret])


# --- What is right for each of them ---


def is_told(sentence: str) -> bool:
    """Whether it is fit for a terminal: a line, or one for each thing that is not as expected; and it tells no secret."""
    return all(line and is_fit(line) for line in sentence.split("\n")) and HUSH not in sentence


@cache
def model() -> Any:  # noqa: ANN401 - botocore's shapes have no types
    return import_module("botocore.session").Session().get_service_model("glue")


def refusable(glue: GlueEndpoint, *, since: int) -> list[str]:
    """What Glue would have against the calls that it got."""
    shapes = [(call.parameters, model().operation_model(call.operation).input_shape) for call in glue.calls[since:]]
    return [against for parameters, expected in shapes if (against := objection(parameters, expected))]


def ran_in_order(program: Callable[[Ran], object], *, preview: bool = False, may_raise: tuple[type[Exception], ...] = ()) -> Ran:
    """Run a program that must not raise but what it may."""

    def hang(*_: object) -> None:
        raise TimeoutError("the program did not end")

    signal.signal(signal.SIGALRM, hang)
    signal.alarm(PATIENCE_SECONDS)
    try:
        return run(program, preview=preview)
    except may_raise:
        raise
    except Exception as raised:  # noqa: BLE001 - whatever comes is the finding
        finding = "".join(traceback.format_exception_only(raised))
    finally:
        signal.alarm(0)
    pytest.fail(finding)


def declared(glue: GlueEndpoint, declare: Callable[[], object], *, preview: bool) -> None:
    """Run a program that declares a resource: the check takes it or refuses it with a sentence."""
    before = len(glue.calls)
    ran = ran_in_order(lambda _: declare(), preview=preview)
    reads = [failure_in(inputs.get(OBSERVED)) for _, inputs in ran.read.values()]

    said = [line for _, line in ran.said]

    assert [] == [sentence for sentence in [*ran.refused, *filter(None, reads), *said] if not is_told(sentence)]
    assert 1 == len(ran.recorded) + len(ran.refused) + len(ran.read) or preview
    assert [] == refusable(glue, since=before)


def asked(glue: GlueEndpoint, form: Callable[..., Any], arguments: Mapping[str, Any]) -> None:
    """Run a program that calls a function: it gives a result, or raises an error of the package's own."""
    before = len(glue.calls)
    raised: list[str] = []

    try:
        ran_in_order(lambda _: form(**arguments), may_raise=(GlueSessionError,))
    except GlueSessionError as failure:
        raised.append(str(failure))

    assert [] == [sentence for sentence in raised if not is_told(sentence)]
    assert [] == refusable(glue, since=before)


# --- The resource ---


@fuzzed()
@given(
    arguments=maybe(**ARGUMENTS),
    wrap=WRAPS,
    wrapped=st.sets(st.sampled_from(["session_id", "wait_for", "timeout", "expect"])),
    preview=st.booleans(),
)
@example(arguments={"expect": {"connections": [{}]}}, wrap=pulumi.Output.secret, wrapped=set(), preview=False)
@example(arguments={"aws": {"endpoint_url": "http://a:b"}}, wrap=pulumi.Output.secret, wrapped={"session_id"}, preview=False)
def test_a_resource_is_recorded_or_refused_in_a_sentence(
    glue: GlueEndpoint, arguments: dict[str, Any], wrap: Callable[[Any], Any], wrapped: set[str], *, preview: bool
) -> None:
    def declare() -> None:
        all_of_them = {"session_id": "known", "timeout": 0, **arguments}
        GlueSession("fuzzed", **{name: wrap(value) if name in wrapped else value for name, value in all_of_them.items()})

    declared(glue, declare, preview=preview)


@fuzzed()
@given(arguments=maybe(**ARGUMENTS), preview=st.booleans())
def test_a_get_is_read_or_refused_in_a_sentence(glue: GlueEndpoint, arguments: dict[str, Any], *, preview: bool) -> None:
    def declare() -> None:
        session_id = arguments.pop("session_id", "known")
        GlueSession.get("fuzzed", session_id, **{"timeout": 0, **arguments})

    declared(glue, declare, preview=preview)


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
def test_a_resource_refuses_any_python_value_in_a_sentence(glue: GlueEndpoint, name: str, value: object) -> None:
    """Also one that Pulumi itself could not send to its engine."""
    arguments: Any = {"session_id": "known", "timeout": 0, name: value}

    declared(glue, lambda: GlueSession("fuzzed", **arguments), preview=False)


@fuzzed(3)
@given(name=st.sampled_from(sorted(OPTIONS)), value=ANYTHING)
@example(name="profile", value="\ud83d")
@example(name="region", value=[{"role_arn": f"{ROLE}\ud83d"}])
@example(name="assume_roles", value=[{"role_arn": f"{ROLE}\ud83d"}])
@example(name="max_retries", value=10**400)
@example(name="endpoint_url", value=10**400)
def test_a_resource_refuses_any_python_value_among_its_options_in_a_sentence(glue: GlueEndpoint, name: str, value: object) -> None:
    options: Any = {name: value}

    declared(glue, lambda: GlueSession("fuzzed", session_id="known", timeout=0, aws=AwsOptions(**options)), preview=False)


# --- The functions ---

FORMS = {"get_session": get_session, "get_session_output": get_session_output}
LISTS = {"get_sessions": get_sessions, "get_sessions_output": get_sessions_output}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@fuzzed()
@given(arguments=maybe(**CONDITIONS))
def test_one_session_is_given_or_an_error_raised(glue: GlueEndpoint, form: Callable[..., Any], arguments: dict[str, Any]) -> None:
    asked(glue, form, arguments)


@pytest.mark.parametrize("form", LISTS.values(), ids=LISTS)
@fuzzed()
@given(arguments=maybe(**{name: each for name, each in CONDITIONS.items() if name != "session_id"}))
def test_sessions_are_given_or_an_error_raised(glue: GlueEndpoint, form: Callable[..., Any], arguments: dict[str, Any]) -> None:
    asked(glue, form, arguments)


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@fuzzed(3)
@given(name=st.sampled_from(sorted(CONDITIONS)), value=ANYTHING)
@example(name="session_id", value="\ud83d")
@example(name="session_id", value={1: 2})
@example(name="tags", value={1: 2})
@example(name="statuses", value=10**400)
@example(name="statuses", value=5)
@example(name="aws", value={"profile": object()})
@example(name="aws", value={1: 2})
def test_a_function_refuses_any_python_value_with_an_error(glue: GlueEndpoint, form: Callable[..., Any], name: str, value: object) -> None:
    asked(glue, form, {name: value} if name != "aws" else {"session_id": "known", "aws": value})


# --- Ids ---

ASKING: dict[str, Callable[[Any], Any]] = {
    "resource": lambda session_id: GlueSession("fuzzed", session_id=session_id, wait_for=None),
    "get": lambda session_id: GlueSession.get("fuzzed", session_id, wait_for="STOPPED"),
    "get_session": get_session,
    "get_session_output": get_session_output,
    "by prefix": lambda session_id: get_sessions(id_prefix=session_id),
    "by tag": lambda session_id: get_sessions(tags={session_id: session_id}),
}


@pytest.mark.parametrize("ask", ASKING.values(), ids=ASKING)
@fuzzed()
@given(session_id=SESSION_ID | WILD)
@example(session_id="")
@example(session_id="x" * 255)
@example(session_id="x" * 256)
@example(session_id="line\nbreak")
@example(session_id="\ud83d")
def test_no_text_makes_a_call_that_glue_would_refuse(glue: GlueEndpoint, ask: Callable[[str], Any], session_id: str) -> None:
    """It is refused here, by its name, and Glue is not asked."""
    before = len(glue.calls)

    with suppress(GlueSessionError):
        ran_in_order(lambda _: ask(session_id), may_raise=(GlueSessionError,))

    assert [] == refusable(glue, since=before)


# --- The provider ---

WIRE = st.recursive(
    st.none() | st.booleans() | st.floats() | LINES | st.just(pulumi.UNKNOWN) | st.builds(pulumi.StringAsset, LINES),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(LINES, inner, max_size=3),
    max_leaves=5,
)
"""What the SDK hands to a provider."""

FIELDS = {name: st.just(value) | WIRE for name, value in Session(status="READY").to_state().items()}


def observations(other: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """What a program may have observed, with anything else in place of some of it."""
    fields = {name: st.just(value) | other for name, value in Session(status="READY").to_state().items()}
    return st.fixed_dictionaries(
        {},
        optional={
            "id": SESSION_ID | other,
            "region": st.just("eu-west-1") | other,
            "session": st.fixed_dictionaries({}, optional=fields) | other,
            "on_its_way": st.booleans() | other,
            "failure": LINES | other,
            "input": st.sampled_from(["session_id", "aws.region", ""]) | other,
        },
    )


OBSERVATION = observations(TRAVELLING).map(json.dumps) | observations(WIRE) | TRAVELLING.map(json.dumps) | WIRE
"""As one text, as it is sent; as a mapping, as an older program sends it; or anything."""

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
@example(olds={}, news={OBSERVED: {"failure": 5.0, "input": ["x"]}})
@example(olds={"status": "READY"}, news={OBSERVED: {"failure": "x", "session": None}})
@example(olds={"status": pulumi.UNKNOWN}, news={OBSERVED: {"failure": "x", "session": {"status": "READY"}}})
@example(olds={}, news={OBSERVED: {"id": "known", "region": "eu-west-1", "session": 5}, "session_id": "known"})
def test_a_check_never_raises(olds: dict[str, Any], news: dict[str, Any]) -> None:
    """Of whatever version of the package the program is, and whatever a transform made of its inputs."""
    checked: Any = GlueSessionProvider().check(olds, news)

    assert isinstance(checked.inputs, dict)
    assert OBSERVED not in checked.inputs
    assert [] == [failure.reason for failure in checked.failures if type(failure.reason) is not str]
    assert [] == [failure.property for failure in checked.failures if failure.property not in ("", *checked.inputs)]


@fuzzed(3)
@given(olds=RECORD | INPUTS, news=RECORD | INPUTS)
def test_a_diff_never_raises(olds: dict[str, Any], news: dict[str, Any]) -> None:
    difference = GlueSessionProvider().diff("known", olds, news)

    assert set(REPLACING) >= set(difference.replaces or ())


@fuzzed()
@given(record=RECORD | INPUTS)
def test_what_is_the_same_replaces_nothing(record: dict[str, Any]) -> None:
    difference = GlueSessionProvider().diff("known", record, record)

    assert (None, []) == (difference.changes, difference.replaces)
