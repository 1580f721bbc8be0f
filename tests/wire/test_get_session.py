"""Reads of one session over HTTP: calls, exceptions for each fault and retries."""

from __future__ import annotations

import time

import pytest

from pulumi_glue_session.aws import client
from pulumi_glue_session.aws.sessions import GlueSessions
from pulumi_glue_session.core.aws_config import AwsConfig
from pulumi_glue_session.core.errors import (
    AccessDenied,
    BadCredentials,
    GlueSessionError,
    LookFailed,
    Refused,
    ServiceFault,
    SessionNotFound,
    Throttled,
    Unreachable,
)
from pulumi_glue_session.core.session import Session
from support.endpoint_client import LENIENT
from support.glue_endpoint import (
    DEFAULTS,
    GONE,
    Answer,
    GlueEndpoint,
    answer,
    cut_short,
    drip,
    error,
    hang,
    hang_up,
    invalid_json,
    looks,
    reset,
    server_fault,
    throttled,
)
from support.reading import SEEN, facts, failure, put, read_many

REGION = "eu-west-1"
RETRIES = client._RETRIES  # noqa: SLF001 - the default, which most of these tests change
NO_STATUS = "an answer without a session or its status"


@pytest.fixture(autouse=True)
def _no_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries take seconds."""
    monkeypatch.setattr("pulumi_glue_session.aws.client._RETRIES", 0)


@pytest.fixture
def _two_retries(_no_retries: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pulumi_glue_session.aws.client._RETRIES", 2)


def calls(glue: GlueEndpoint) -> list[tuple[str, str | None]]:
    return [(call.operation, call.session_id) for call in glue.calls]


# --- One session ---


def test_one_session_takes_get_session(aws: GlueEndpoint) -> None:
    put(aws, "analytics", "other")

    assert {"analytics": SEEN} == read_many(GlueSessions(AwsConfig()), ["analytics"])
    assert [("GetSession", "analytics")] == calls(aws)
    assert [{"Id": "analytics"}] == [call.parameters for call in aws.calls]


def test_each_read_is_a_call(aws: GlueEndpoint) -> None:
    aws.put("analytics", looks("PROVISIONING", "READY"))
    source = GlueSessions(AwsConfig())

    assert ["PROVISIONING", "READY"] == [source.get("analytics").status for _ in range(2)]


def test_session_that_disappears_is_not_found(aws: GlueEndpoint) -> None:
    aws.put("analytics", looks("READY", GONE))
    source = GlueSessions(AwsConfig())
    before, after = (read_many(source, ["analytics"])["analytics"] for _ in range(2))

    assert SEEN == before
    assert facts(SessionNotFound("analytics", region=REGION)) == facts(after)


def test_id_is_sent_unchanged(aws: GlueEndpoint) -> None:
    put(aws, 'Ünï "quoted" 😀\tand/so on')

    assert SEEN == GlueSessions(AwsConfig()).get('Ünï "quoted" 😀\tand/so on')


def test_slow_answer_is_used(aws: GlueEndpoint) -> None:
    put(aws, "analytics")
    aws.fail("GetSession", drip(0.2))

    assert SEEN == GlueSessions(AwsConfig()).get("analytics")


# --- Faults ---


@pytest.mark.parametrize(
    ("fault", "kind", "detail"),
    [
        (throttled(), Throttled, "ThrottlingException: Rate exceeded"),
        (server_fault(), ServiceFault, "InternalServiceException: Internal service error"),
        (server_fault(502), ServiceFault, "502: Bad Gateway"),
        (server_fault(503), ServiceFault, "503: Service Unavailable"),
        (error("AccessDeniedException", "no"), AccessDenied, "AccessDeniedException: no"),
        (error("ExpiredTokenException", "old"), BadCredentials, "ExpiredTokenException: old"),
        (error("UnrecognizedClientException", "who?"), BadCredentials, "UnrecognizedClientException: who?"),
        (error("InvalidInputException", "no"), Refused, "InvalidInputException: no"),
        (error("SerializationException", ""), Refused, "SerializationException"),
        (reset(), Unreachable, 'Connection was closed before we received a valid response from endpoint URL: "{url}/"'),
        (
            hang_up(),
            Unreachable,
            'Connection was closed before we received a valid response from endpoint URL: "{url}/"',
        ),
        pytest.param(cut_short(), Unreachable, NO_STATUS, marks=LENIENT),
        (invalid_json(), Unreachable, NO_STATUS),
        (answer({}), Unreachable, NO_STATUS),
        (answer({"Session": {}}), Unreachable, NO_STATUS),
        (answer({"Session": {"Id": "analytics", "Status": ""}}), Unreachable, NO_STATUS),
        (Answer(body=b"<html>Please sign in to this network</html>"), Unreachable, NO_STATUS),
    ],
    ids=lambda each: each.__name__ if isinstance(each, type) else "",
)
def test_fault_decides_the_exception(aws: GlueEndpoint, fault: Answer, kind: type[LookFailed], detail: str) -> None:
    put(aws, "analytics")
    aws.fail("GetSession", fault)
    expected = kind('Glue session "analytics"', region=REGION, detail=detail.format(url=aws.url))

    assert facts(expected) == facts(failure(GlueSessions(AwsConfig())))
    assert 1 == aws.count()


@pytest.mark.parametrize(
    "body",
    [
        [],
        {"Session": 5},
        {"Session": {"Id": "analytics", "Status": "READY", "Command": "glueetl"}},
        {"Session": {"Id": "analytics", "Status": "READY", "NumberOfWorkers": "many"}},
        {"Session": {"Id": "analytics", "Status": "READY", "CreatedOn": "once"}},
        {"Session": {"Id": "analytics", "Status": "READY", "CreatedOn": 1e20}},
        {"Session": {"Id": "analytics", "Status": "READY", "CreatedOn": "0001-01-01T00:00:00+14:00"}},
        {"Session": {"Id": "analytics", "Status": "READY", "CreatedOn": True}},
        {"Session": {"Id": "analytics", "Status": "READY", "NumberOfWorkers": 1.5}},
        {"Session": {"Id": "analytics", "Status": "READY", "NumberOfWorkers": True}},
        {"Session": {"Id": "analytics", "Status": "READY", "MaxCapacity": True}},
        {"Session": {"Id": "analytics", "Status": "READY", "Role": 5}},
        {"Session": {"Id": "analytics", "Status": "READY", "Description": {"text": "a"}}},
        {"Session": {"Id": "analytics", "Status": "READY", "Connections": {"Connections": [["jdbc"]]}}},
        {"Session": {"Id": "analytics", "Status": "READY", "DefaultArguments": {"--key": ["a"]}}},
        {"Session": {"Id": "analytics", "Status": True}},
        {"Session": {"Id": "analytics", "Status": ["READY"]}},
        {"Session": {"Id": "other", "Status": "READY"}},
        {"Session": {"Id": "Analytics", "Status": "READY"}},
        {"Session": {"Id": "", "Status": "READY"}},
        {"Session": {"Id": None, "Status": "READY"}},
        {"Session": {"Status": "READY"}},
    ],
    ids=str,
)
def test_json_without_a_session_is_unusable(aws: GlueEndpoint, body: object) -> None:
    """It can come from another server or a broken proxy."""
    aws.fail("GetSession", answer(body))

    assert isinstance(failure(GlueSessions(AwsConfig())), Unreachable)


VALID = '"Id": "analytics", "Status": "READY"'


@pytest.mark.parametrize("number", ["1e400", "-1e400", "NaN", "Infinity"])
@pytest.mark.parametrize("member", ["NumberOfWorkers", "MaxCapacity", "Progress", "CreatedOn"])
def test_number_that_is_not_finite_is_unusable(aws: GlueEndpoint, member: str, number: str) -> None:
    aws.fail("GetSession", Answer(body=f'{{"Session": {{{VALID}, "{member}": {number}}}}}'.encode()))

    assert isinstance(failure(GlueSessions(AwsConfig())), Unreachable)


def test_null_is_the_neutral_value(aws: GlueEndpoint) -> None:
    nulls = {"Role": None, "CreatedOn": None, "NumberOfWorkers": None, "Command": None}
    more = {"Connections": {"Connections": [None, "jdbc"]}, "DefaultArguments": {"--key": None}}
    aws.fail("GetSession", answer({"Session": {"Id": "analytics", "Status": "READY", **nulls, **more}}))

    session = GlueSessions(AwsConfig()).get("analytics")

    assert Session(status="READY", connections=("jdbc",), default_arguments={"--key": ""}) == session


def test_timestamp_without_zone_is_utc(aws: GlueEndpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    time.tzset()
    aws.fail("GetSession", Answer(body=f'{{"Session": {{{VALID}, "CreatedOn": "2026-01-05T09:30:15"}}}}'.encode()))
    try:
        created_on = GlueSessions(AwsConfig()).get("analytics").created_on
    finally:
        monkeypatch.undo()
        time.tzset()

    assert "2026-01-05T09:30:15.000Z" == created_on


def test_deeply_nested_json_is_unusable(aws: GlueEndpoint) -> None:
    aws.fail("GetSession", Answer(body=b'{"Session":' + b"[" * 100_000))

    assert isinstance(failure(GlueSessions(AwsConfig())), Unreachable)


def test_endpoint_that_never_answers_is_unreachable(aws: GlueEndpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pulumi_glue_session.aws.client._READ_SECONDS", 0.1)
    aws.fail("GetSession", hang(30.0))
    detail = f'Read timeout on endpoint URL: "{aws.url}/"'

    assert facts(Unreachable('Glue session "analytics"', region=REGION, detail=detail)) == facts(
        failure(GlueSessions(AwsConfig()))
    )


@pytest.mark.usefixtures("fast_retries")
def test_silent_endpoint_is_tried_four_times(aws: GlueEndpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pulumi_glue_session.aws.client._RETRIES", RETRIES)
    monkeypatch.setattr("pulumi_glue_session.aws.client._READ_SECONDS", 0.1)
    aws.fail("*", hang(30.0))

    assert isinstance(failure(GlueSessions(AwsConfig())), Unreachable)
    assert 4 == aws.count()


def test_closed_endpoint_is_unreachable(aws: GlueEndpoint) -> None:
    with GlueEndpoint() as closed:
        url = closed.url
    detail = f'Could not connect to the endpoint URL: "{url}/"'
    raised = failure(GlueSessions(AwsConfig(endpoint_url=url)))

    assert facts(Unreachable('Glue session "analytics"', region=REGION, detail=detail)) == facts(raised)
    assert 0 == aws.count()


def test_endpoint_that_comes_back_is_used_again(aws: GlueEndpoint) -> None:
    """The kept client has the broken connection in its pool."""
    put(aws, "analytics")
    source = GlueSessions(AwsConfig())
    before = source.get("analytics")
    aws.fail("GetSession", reset(), times=1)
    raised = failure(source)

    assert isinstance(raised, Unreachable)
    assert [SEEN, SEEN] == [before, source.get("analytics")]


# --- Retries ---


@pytest.mark.usefixtures("_two_retries")
@pytest.mark.parametrize(
    "fault",
    [throttled(), server_fault(), server_fault(503), reset(), hang_up()],
    ids=["throttled", "500", "503", "reset", "hang up"],
)
def test_transient_fault_is_retried(aws: GlueEndpoint, fault: Answer) -> None:
    put(aws, "analytics")
    aws.fail("GetSession", fault, times=1)

    assert SEEN == GlueSessions(AwsConfig()).get("analytics")
    assert 2 == aws.count()
    assert 1 == len({call.headers["amz-sdk-invocation-id"] for call in aws.calls})


@pytest.mark.usefixtures("_two_retries")
@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (error("EntityNotFoundException", "gone"), SessionNotFound),
        (error("AccessDeniedException", "no"), AccessDenied),
        (error("ExpiredTokenException", "old"), BadCredentials),
        (error("InvalidInputException", "no"), Refused),
    ],
    ids=lambda each: each.__name__ if isinstance(each, type) else "",
)
def test_permanent_fault_is_not_retried(aws: GlueEndpoint, fault: Answer, kind: type[GlueSessionError]) -> None:
    aws.fail("GetSession", fault)
    raised = failure(GlueSessions(AwsConfig()))

    assert kind is type(raised)
    assert 1 == aws.count()


@pytest.mark.usefixtures("_two_retries")
def test_retries_are_limited(aws: GlueEndpoint) -> None:
    aws.fail("GetSession", server_fault())
    raised = failure(GlueSessions(AwsConfig()))

    assert ServiceFault is type(raised)
    assert 3 == aws.count()


def test_user_agent_names_the_package(aws: GlueEndpoint) -> None:
    """CloudTrail shows it."""
    put(aws, "analytics")
    GlueSessions(AwsConfig()).get("analytics")

    assert ["pulumi-glue-session"] == [call.headers["user-agent"].split()[-1] for call in aws.calls]


def test_expected_session_matches_the_endpoint() -> None:
    assert (DEFAULTS["Role"], DEFAULTS["GlueVersion"], DEFAULTS["NumberOfWorkers"]) == (
        SEEN.role,
        SEEN.glue_version,
        SEEN.number_of_workers,
    )
