"""What the mocks of a user's unit tests get, and what a program gets from them."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest
from pulumi.output import Unknown

from pulumi_glue_session import (
    AccessDenied,
    AssumeRole,
    AwsOptions,
    GlueSession,
    GlueSessionError,
    NotOneSession,
    SessionNotFound,
    get_session,
    get_session_output,
    get_sessions,
    get_sessions_output,
)
from support.mocked import Mocks, under_mocks

SESSION = "pulumi-python:dynamic/glue:Session"
GET_SESSION = "glue-session:index:getSession"
GET_SESSIONS = "glue-session:index:getSessions"

SECRET_MARK = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"

FULL: dict[str, Any] = {
    "session_id": "analytics-prod",
    "region": "eu-west-1",
    "status": "READY",
    "role": "GlueSession",
    "glue_version": "5.0",
    "worker_type": "G.1X",
    "number_of_workers": 2,
    "max_capacity": 2.5,
    "idle_timeout": 60,
    "description": "of the analysts",
    "error_message": "none",
    "created_on": "2026-11-22T09:30:00.000Z",
    "completed_on": "2026-11-22T10:30:00.000Z",
    "security_configuration": "kms",
    "profile_name": "analysts",
    "session_type": "LIVY",
    "command": {"name": "glueetl", "python_version": "3"},
    "connections": ["vpc"],
    "default_arguments": {"--password": "hunter2"},
    "progress": 0.5,
    "execution_time": 12.5,
    "dpu_seconds": 25.0,
}

NEUTRAL: dict[str, Any] = {
    **dict.fromkeys(FULL, ""),
    "number_of_workers": 0,
    "max_capacity": 0.0,
    "idle_timeout": 0,
    "command": {"name": "", "python_version": ""},
    "connections": [],
    "default_arguments": {},
    "progress": 0.0,
    "execution_time": 0.0,
    "dpu_seconds": 0.0,
}


async def value(output: object) -> Any:
    """Plain value of an output, or None if it is unknown. A nested output type becomes a dict."""
    plain = await output.future() if isinstance(output, pulumi.Output) else output
    return (
        {name: getattr(plain, name) for name in ("name", "python_version")}
        if hasattr(plain, "python_version")
        else plain
    )


async def values(session: object) -> dict[str, Any]:
    """Plain values of all outputs by name."""
    return {name: await value(getattr(session, name)) for name in FULL}


# What a mock gets


def test_mock_receives_session_inputs() -> None:
    mocks = Mocks()
    aws = AwsOptions(region="eu-west-1", profile="analysts")

    def program() -> None:
        expect = {"role": "GlueSession"}
        GlueSession(
            "analytics", session_id="analytics-prod", timeout=60, expect=expect, on_mismatch="warn", logs=True, aws=aws
        )

    under_mocks(mocks, program)

    (args,) = mocks.registered
    assert (SESSION, "analytics", "") == (args.typ, args.name, args.resource_id)
    inputs = {name: each for name, each in args.inputs.items() if name != "__provider"}
    assert {
        "session_id": "analytics-prod",
        "wait_for": ["READY"],
        "region": "eu-west-1",
        "aws": {"profile": "analysts"},
    } == inputs


def test_mock_receives_no_region_by_default() -> None:
    mocks = Mocks()

    under_mocks(mocks, lambda: GlueSession("analytics", session_id="analytics-prod", wait_for=["READY", "STOPPED"]))

    (args,) = mocks.registered
    assert {"__provider", "session_id", "wait_for"} == set(args.inputs)
    assert ["READY", "STOPPED"] == args.inputs["wait_for"]


def test_mock_receives_the_id_of_a_get() -> None:
    mocks = Mocks()

    under_mocks(mocks, lambda: GlueSession.get("analytics", "analytics-prod"))

    (args,) = mocks.registered
    assert (SESSION, "analytics", "analytics-prod") == (args.typ, args.name, args.resource_id)
    inputs = {name: each for name, each in args.inputs.items() if name != "__provider"}
    assert {"session_id": "analytics-prod", "wait_for": ["READY"]} == inputs


def test_mock_receives_function_arguments() -> None:
    mocks = Mocks()

    async def program() -> None:
        get_session("analytics-prod", aws=AwsOptions(region="eu-west-1"))
        get_sessions(tags={"team": "etl"})
        await get_session_output(pulumi.Output.from_input("analytics-prod")).future()
        await get_sessions_output(statuses=["READY"], id_prefix="analytics-").future()

    under_mocks(mocks, program)

    expected = [
        (GET_SESSION, {"session_id": "analytics-prod", "aws": {"region": "eu-west-1"}}),
        (GET_SESSIONS, {"tags": {"team": "etl"}, "aws": {}}),
        (GET_SESSION, {"session_id": "analytics-prod", "aws": {}}),
        (GET_SESSIONS, {"statuses": ["READY"], "id_prefix": "analytics-", "aws": {}}),
    ]
    assert expected == mocks.called


def test_mock_receives_secret_inputs_wrapped() -> None:
    mocks = Mocks()
    aws = AwsOptions(assume_roles=[AssumeRole(role_arn="arn:aws:iam::123456789012:role/deploy", external_id="nightly")])

    under_mocks(mocks, lambda: GlueSession("analytics", session_id=pulumi.Output.secret("analytics-prod"), aws=aws))

    (args,) = mocks.registered
    assert {SECRET_MARK: SECRET, "value": "analytics-prod"} == args.inputs["session_id"]
    roles = [{"role_arn": "arn:aws:iam::123456789012:role/deploy", "external_id": "nightly"}]
    assert {SECRET_MARK: SECRET, "value": {"assume_roles": roles}} == args.inputs["aws"]


def test_mock_receives_unknown_inputs() -> None:
    mocks = Mocks()

    unknown = pulumi.UNKNOWN
    under_mocks(
        mocks, lambda: GlueSession("analytics", session_id=pulumi.Output.from_input(unknown).apply(str)), preview=True
    )

    (args,) = mocks.registered
    assert Unknown is type(args.inputs["session_id"])


def test_function_with_unknown_argument_is_unknown() -> None:
    mocks = Mocks(FULL)
    known: list[bool] = []

    async def program() -> None:
        unknown = pulumi.Output.from_input(pulumi.UNKNOWN).apply(str)
        known.append(await get_session_output(unknown).role.is_known())

    under_mocks(mocks, program, preview=True)

    assert ([], [False]) == (mocks.called, known)


# What a mock gives


@pytest.mark.parametrize("preview", [False, True], ids=["up", "preview"])
def test_mock_returns_session_outputs(preview: bool) -> None:  # noqa: FBT001 - a parameter of the test
    given: list[dict[str, Any]] = []

    async def program() -> None:
        given.append(await values(GlueSession("analytics", session_id="analytics-prod")))
        given.append(await values(GlueSession.get("analytics-read", "analytics-prod")))

    under_mocks(Mocks(FULL), program, preview=preview)

    assert [FULL, FULL] == given


def test_role_outputs_follow_from_the_role_of_the_mock() -> None:
    given: list[Any] = []
    arn = "arn:aws:iam::123456789012:role/etl"

    async def program() -> None:
        session = GlueSession("analytics", session_id="analytics-prod")
        given.extend([await value(session.role_arn), await value(session.role_name)])

    under_mocks(Mocks({**FULL, "role": arn}), program)
    under_mocks(Mocks({**FULL, "role_arn": "chosen", "role_name": "by the mock"}), program)

    assert [arn, "etl", "chosen", "by the mock"] == given


def test_mock_returns_function_result() -> None:
    given: list[dict[str, Any]] = []

    async def program() -> None:
        given.append(await values(get_session("analytics-prod")))
        given.append(await values(get_session_output("analytics-prod")))

    under_mocks(Mocks(FULL), program)

    assert [FULL, FULL] == given


def test_mock_returns_function_sessions() -> None:
    given: list[Any] = []

    async def program() -> None:
        plain = get_sessions()
        later = get_sessions_output()
        given.extend([plain.region, plain.ids, await value(later.region), await value(later.ids)])
        given.append([await values(each) for each in plain.sessions])
        given.append(await values(later.sessions[1]))

    under_mocks(Mocks({"region": "eu-west-1", "sessions": [FULL, {**FULL, "session_id": "analytics-dev"}]}), program)

    other = {**FULL, "session_id": "analytics-dev"}
    ids = ["analytics-prod", "analytics-dev"]
    assert ["eu-west-1", ids, "eu-west-1", ids, [FULL, other], other] == given


def test_missing_session_field_is_none_in_an_up() -> None:
    given: list[dict[str, Any]] = []

    async def program() -> None:
        given.append(await values(GlueSession("analytics", session_id="analytics-prod")))

    under_mocks(Mocks(), program)

    assert [{**dict.fromkeys(FULL), "session_id": "analytics-prod"}] == given, "what the program gave itself stays"


def test_missing_session_field_is_unknown_in_a_preview() -> None:
    known: list[str] = []

    async def program() -> None:
        session = GlueSession("analytics", session_id="analytics-prod")
        known.extend([name for name in FULL if await getattr(session, name).is_known()])

    under_mocks(Mocks({"role": "GlueSession"}), program, preview=True)

    assert ["role"] == known


def test_missing_function_field_gets_its_default() -> None:
    given: list[dict[str, Any]] = []

    async def program() -> None:
        given.append(await values(get_session("analytics-prod")))
        given.append(await values(get_sessions().sessions[0]))

    under_mocks(Mocks({"sessions": [{}]}), program)

    assert [{**NEUTRAL, "session_id": "analytics-prod"}, NEUTRAL] == given


# Secrets


def test_function_default_arguments_are_secret() -> None:
    secret: list[bool] = []

    async def program() -> None:
        secret.append(await get_session("analytics-prod").default_arguments.is_secret())
        secret.append(await get_session_output("analytics-prod").default_arguments.is_secret())
        secret.append(await get_session_output("analytics-prod").role.is_secret())

    under_mocks(Mocks(FULL), program)

    assert [True, True, False] == secret


def test_secret_of_a_mock_stays_secret() -> None:
    secret: list[bool] = []

    async def program() -> None:
        session = GlueSession("analytics", session_id="analytics-prod")
        secret.append(await session.role.is_secret())
        secret.append(await session.status.is_secret())

    under_mocks(Mocks(lambda: {**FULL, "role": pulumi.Output.secret("GlueSession")}), program)

    assert [True, False] == secret


# Failures

FAILURES: list[GlueSessionError] = [
    SessionNotFound("analytics-prod", region="eu-west-1"),
    NotOneSession([("tags", "team=etl")], region="eu-west-1", found=["a", "b"]),
    AccessDenied('Glue session "analytics-prod"', region="eu-west-1"),
]


@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: type(failure).__name__)
def test_function_raises_what_the_mock_raises(failure: GlueSessionError) -> None:
    caught: list[GlueSessionError] = []

    def program() -> None:
        try:
            get_session("analytics-prod")
        except type(failure) as raised:
            caught.append(raised)

    under_mocks(Mocks(failure=failure), program, plain=True)

    assert [str(failure)] == [str(each) for each in caught]


def test_caught_mock_error_still_fails_a_decorated_test() -> None:
    caught: list[GlueSessionError] = []

    def program() -> None:
        try:
            get_session("analytics-prod")
        except SessionNotFound as gone:
            caught.append(gone)

    with pytest.raises(SessionNotFound):
        under_mocks(Mocks(failure=SessionNotFound("analytics-prod", region="eu-west-1")), program)

    assert 1 == len(caught)


@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: type(failure).__name__)
def test_mock_error_fails_the_test_of_an_output(failure: GlueSessionError) -> None:
    async def program() -> None:
        await get_session_output("analytics-prod").future()

    with pytest.raises(type(failure)) as raised:
        under_mocks(Mocks(failure=failure), program)

    assert str(failure) == str(raised.value)


# What mocks don't show


def test_mocks_skip_waits_and_expectations() -> None:
    mocks = Mocks({**FULL, "status": "FAILED"})

    def program() -> None:
        session = GlueSession(
            "analytics", session_id="analytics-prod", wait_for="READY", expect={"glue_version": "4.0"}
        )
        pulumi.Stash("nightly-job", input=session.status)

    under_mocks(mocks, program)

    assert ["FAILED"] == [args.inputs["input"] for args in mocks.registered if args.name == "nightly-job"]
