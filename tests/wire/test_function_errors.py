"""Errors of `get_session` and `get_sessions`."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Mapping
from typing import Any

import pulumi
import pytest

from pulumi_glue_session import (
    AccessDenied,
    AssumeRole,
    AwsOptions,
    GlueSessionError,
    InvalidInput,
    LookFailed,
    NotOneSession,
    SessionNotFound,
    get_session,
    get_session_output,
)
from support.function_calls import FORMS, LISTS, ROLE, one, raised, several
from support.glue_endpoint import GlueEndpoint, always, error, server_fault
from support.program_run import Ran, run

pytestmark = pytest.mark.usefixtures("single_attempt", "quiet_loops")

AN_OUTPUT = "the value of an Output is not known yet: use the function that ends in _output"
NO_PROVIDER = "opts.provider: not supported: use an aws.Provider, or aws=AwsOptions(...)"


@pytest.mark.usefixtures("team")
@one
def test_no_matching_session(form: Callable[..., Any]) -> None:
    failure = raised(form, tags={"team": "etl"}, statuses=["FAILED", "TIMEOUT"])

    assert isinstance(failure, NotOneSession)
    assert ((), "eu-west-1") == (failure.found, failure.region)
    assert ["tags", "statuses"] == [name for name, _ in failure.criteria]


@pytest.mark.usefixtures("team")
@one
def test_several_matching_sessions(form: Callable[..., Any]) -> None:
    failure = raised(form, id_prefix="etl-")

    assert isinstance(failure, NotOneSession)
    assert (("etl-1", "etl-2"), (("id_prefix", "etl-"),)) == (failure.found, failure.criteria)


def test_error_lists_five_matching_sessions(aws: GlueEndpoint) -> None:
    for number in range(1, 9):
        aws.put(f"s{number}", always("READY"))
    failure = raised(get_session, statuses="READY")

    assert "Matches: s1, s2, s3, s4, s5 and 3 more" in str(failure)


@one
def test_error_is_a_run_error_of_its_class(aws: GlueEndpoint, form: Callable[..., Any]) -> None:
    """The language host prints a `pulumi.RunError` without a traceback."""
    failure = raised(form, "gone")

    assert isinstance(failure, SessionNotFound)
    assert isinstance(failure, pulumi.RunError)
    assert str(SessionNotFound("gone", region="eu-west-1")) == str(failure)
    assert SessionNotFound is type(failure.__cause__)
    assert 1 == aws.count()


@pytest.mark.since(pulumi="3.269", reason="an Output recovers from an error of the one that it was made from")
def test_program_can_recover_from_a_missing_session(aws: GlueEndpoint) -> None:
    def program(ran: Ran) -> None:
        try:
            get_session("gone")
        except SessionNotFound:
            ran.values["plain"] = "there is none"
        ran.values["output"] = (
            get_session_output("gone").apply(lambda _: "there is one").recover(lambda error: type(error).__name__)
        )

    assert {"plain": "there is none", "output": "SessionNotFound"} == run(program).values
    assert 2 == aws.count()


@pytest.mark.parametrize("kind", [SessionNotFound, AccessDenied, LookFailed, GlueSessionError, pulumi.RunError])
def test_error_can_be_caught_by_each_base_class(aws: GlueEndpoint, kind: type[Exception]) -> None:
    if issubclass(kind, LookFailed):
        aws.fail("GetSession", error("AccessDeniedException", "no"))

    def program(ran: Ran) -> None:
        try:
            get_session("gone")
        except kind as failure:
            ran.values["caught"] = type(failure).__name__

    assert {"caught": "AccessDenied" if issubclass(kind, LookFailed) else "SessionNotFound"} == run(program).values


def test_error_keeps_its_attributes(aws: GlueEndpoint) -> None:
    aws.fail("GetSession", server_fault())
    invalid, failed = raised(get_session, ""), raised(get_session, "etl-1")

    assert isinstance(invalid, InvalidInput)
    assert "session_id" == invalid.input_name
    assert str(invalid).startswith("session_id: '' ")
    assert isinstance(failed, LookFailed)
    assert failed.is_transient


def test_error_can_be_pickled(aws: GlueEndpoint) -> None:
    failure = pickle.loads(pickle.dumps(raised(get_session, "gone")))  # noqa: S301 - our own

    assert isinstance(failure, SessionNotFound)
    assert str(SessionNotFound("gone", region="eu-west-1")) == str(failure)
    assert 1 == aws.count()


@several
def test_denied_list_names_the_action(aws: GlueEndpoint, form: Callable[..., Any]) -> None:
    aws.fail("ListSessions", error("AccessDeniedException", "no"))
    failure = raised(form)

    assert isinstance(failure, AccessDenied)
    assert "allow glue:ListSessions to the role that runs Pulumi" in str(failure)


INVALID: list[tuple[dict[str, Any], str, str]] = [
    ({}, "session_id", "filter"),
    ({"session_id": ""}, "session_id", "''"),
    ({"session_id": 7}, "session_id", "7"),
    *(
        ({"session_id": "etl-1", **each}, next(iter(each)), "not both")
        for each in ({"tags": {"team": "etl"}}, {"statuses": "READY"}, {"id_prefix": "etl"}, {"id_pattern": "*"})
    ),
    ({"statuses": "RUNNING"}, "statuses", "RUNNING"),
    ({"id_prefix": 7}, "id_prefix", "7"),
    ({"session_id": "etl-1", "aws": AwsOptions(max_retries=99)}, "aws.max_retries", "99"),
    ({"session_id": "etl-1", "aws": "eu-west-1"}, "aws", "'eu-west-1'"),
]


@pytest.mark.parametrize(("arguments", "name", "fragment"), INVALID, ids=str)
@one
def test_invalid_argument_is_named_and_no_call_is_made(
    aws: GlueEndpoint, form: Callable[..., Any], arguments: dict[str, Any], name: str, fragment: str
) -> None:
    failure = raised(form, **arguments)

    assert isinstance(failure, InvalidInput)
    assert name == failure.input_name
    assert str(failure).startswith(f"{name}: ")
    assert fragment in str(failure)
    assert 0 == aws.count()


SECRET_ARGUMENTS: Mapping[str, Callable[[pulumi.Output[Any]], dict[str, Any]]] = {
    "tags": lambda text: {"tags": text},
    "a tag": lambda text: {"tags": {"team": [text]}},
    "a tag that no session has": lambda text: {"tags": {"team": text}},
    "statuses": lambda text: {"statuses": [text]},
    "id prefix": lambda text: {"id_prefix": {"planted": text}},
    "aws": lambda text: {"session_id": "etl-1", "aws": text},
    "an AWS option": lambda text: {"session_id": "etl-1", "aws": AwsOptions(max_retries=text)},
    "roles": lambda text: {"session_id": "etl-1", "aws": {"assume_roles": text}},
    "a role": lambda text: {"session_id": "etl-1", "aws": {"assume_roles": [text]}},
    "endpoints": lambda text: {"session_id": "etl-1", "aws": {"endpoints": text}},
    "accounts": lambda text: {"session_id": "etl-1", "aws": {"allowed_account_ids": {"planted": text}}},
}


@pytest.mark.usefixtures("team")
@pytest.mark.parametrize("argument", SECRET_ARGUMENTS)
def test_secret_argument_is_not_shown(argument: str) -> None:
    """A secret text where a mapping belongs, and a secret that no session matches."""

    def ask() -> object:
        return get_session_output(**SECRET_ARGUMENTS[argument](pulumi.Output.secret("planted")))

    failure = raised(ask)

    assert isinstance(failure, (InvalidInput, NotOneSession))
    assert "secret" in str(failure)
    assert "planted" not in str(failure)


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (lambda value: {"session_id": value}, "session_id"),
        (lambda value: {"tags": value}, "tags"),
        (lambda value: {"tags": {"team": value}}, "tags.team"),
        (lambda value: {"statuses": ["READY", value]}, "statuses[1]"),
        (lambda value: {"id_prefix": value}, "id_prefix"),
        (lambda value: {"session_id": "etl-1", "aws": AwsOptions(region=value)}, "aws.region"),
        (
            lambda value: {"session_id": "etl-1", "aws": AwsOptions(assume_roles=[AssumeRole(role_arn=value)])},
            "aws.assume_roles[0].role_arn",
        ),
        (
            lambda value: {
                "session_id": "etl-1",
                "aws": AwsOptions(assume_roles=[AssumeRole(role_arn=ROLE, external_id=value)]),
            },
            "aws.assume_roles[0].external_id",
        ),
    ],
    ids=["session_id", "tags", "one tag", "one status", "id_prefix", "region", "role", "external id"],
)
def test_output_in_plain_form_is_refused(
    aws: GlueEndpoint, arguments: Callable[[object], dict[str, Any]], name: str
) -> None:
    """Otherwise its id would be `<pulumi.output.Output object at 0x...>`."""

    def ask() -> object:
        return get_session(**arguments(pulumi.Output.from_input("etl-1")))

    failure = raised(ask)

    assert f"{name}: {AN_OUTPUT}" == " ".join(str(failure).split())
    assert 0 == aws.count()


@pytest.mark.parametrize(
    "form", [*FORMS.values(), *LISTS.values()], ids=["one, plain", "one, output", "several, plain", "several, output"]
)
def test_provider_option_is_refused(aws: GlueEndpoint, form: Callable[..., Any]) -> None:
    """Ignoring it could return a session of another account."""

    def ask() -> object:
        provider = pulumi.ProviderResource("gcp", "other")
        return form(opts=pulumi.InvokeOptions(provider=provider))

    failure = raised(ask)

    assert isinstance(failure, InvalidInput)
    assert NO_PROVIDER == " ".join(str(failure).split())
    assert 0 == aws.count()
