"""GlueSessions with stubbed boto3: exceptions, list pages, logs, and the client."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest

from pulumi_glue_session.aws.client import max_call_seconds
from pulumi_glue_session.aws.sessions import GlueSessions
from pulumi_glue_session.core.aws_config import AwsConfig
from pulumi_glue_session.core.concurrency import Deadline
from pulumi_glue_session.core.errors import (
    AccessDenied,
    BadCredentials,
    CredentialsUnavailable,
    LookFailed,
    Misconfigured,
    NoRegion,
    OutOfThreads,
    Refused,
    ServiceFault,
    SessionNotFound,
    Throttled,
    Unreachable,
    WrongAccount,
)
from pulumi_glue_session.core.filter import SessionFilter
from pulumi_glue_session.core.session import Session
from pulumi_glue_session.core.source import Reading
from support.reading import facts, failure, read_many

if TYPE_CHECKING:
    from unit.conftest import Boto3

REGION = "eu-west-1"
SUBJECT = 'Glue session "analytics"'
EXCEPTIONS: Any = import_module("botocore.exceptions")
URL = "https://glue.eu-west-1.amazonaws.com/"


@pytest.fixture(autouse=True)
def _no_aws_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith("AWS_"):
            monkeypatch.delenv(name)


def raising(error: Exception) -> Callable[..., object]:
    def fail(**_arguments: object) -> object:
        raise error

    return fail


def raising_runtime_error(_thread: object) -> None:
    raise RuntimeError("can't start new thread")


def giving(answer: object) -> Callable[..., object]:
    return lambda **_arguments: answer


# --- Answers of Glue ---


def test_get_sends_only_the_id(stubbed: Boto3) -> None:
    stubbed.stub.add_response(
        "get_session", {"Session": {"Id": "analytics", "Status": "READY", "GlueVersion": "5.0"}}, {"Id": "analytics"}
    )

    assert Session(status="READY", glue_version="5.0") == GlueSessions(AwsConfig()).get("analytics")


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("AccessDeniedException", AccessDenied),
        ("AccessDenied", AccessDenied),
        ("UnauthorizedOperation", AccessDenied),
        ("ExpiredTokenException", BadCredentials),
        ("ExpiredToken", BadCredentials),
        ("RequestExpired", BadCredentials),
        ("UnrecognizedClientException", BadCredentials),
        ("InvalidSignatureException", BadCredentials),
        ("InvalidClientTokenId", BadCredentials),
        ("MissingAuthenticationTokenException", BadCredentials),
        ("OptInRequired", BadCredentials),
        ("ThrottlingException", Throttled),
        ("Throttling", Throttled),
        ("TooManyRequestsException", Throttled),
        ("RequestLimitExceeded", Throttled),
        ("InternalServiceException", ServiceFault),
        ("OperationTimeoutException", ServiceFault),
        ("InternalFailure", ServiceFault),
        ("ServiceUnavailable", ServiceFault),
        ("InvalidInputException", Refused),
        ("ValidationException", Refused),
        ("SomethingNew", Refused),
    ],
)
def test_error_code_decides_the_exception(stubbed: Boto3, code: str, kind: type[LookFailed]) -> None:
    stubbed.stub.add_client_error("get_session", code, "in Glue's own words")
    error = failure(GlueSessions(AwsConfig()))

    assert facts(kind(SUBJECT, region=REGION, detail=f"{code}: in Glue's own words")) == facts(error)
    assert isinstance(error.__cause__, EXCEPTIONS.ClientError)


def test_only_entity_not_found_means_missing(stubbed: Boto3) -> None:
    stubbed.stub.add_client_error("get_session", "EntityNotFoundException", "Session analytics not found.")

    assert facts(SessionNotFound("analytics", region=REGION)) == facts(failure(GlueSessions(AwsConfig())))


@pytest.mark.parametrize("http_status", [500, 502, 503, 599])
def test_http_5xx_is_a_service_fault(stubbed: Boto3, http_status: int) -> None:
    """A proxy or load balancer can answer so."""
    stubbed.stub.add_client_error("get_session", str(http_status), "Bad Gateway", http_status)

    assert facts(ServiceFault(SUBJECT, region=REGION, detail=f"{http_status}: Bad Gateway")) == facts(
        failure(GlueSessions(AwsConfig()))
    )


def test_http_404_does_not_mean_missing(stubbed: Boto3) -> None:
    """It can come from another server."""
    stubbed.stub.add_client_error("get_session", "404", "Not Found", 404)

    assert facts(Refused(SUBJECT, region=REGION, detail="404: Not Found")) == facts(failure(GlueSessions(AwsConfig())))


def test_entity_not_found_for_a_list_means_no_session(stubbed: Boto3) -> None:
    stubbed.stub.add_client_error("list_sessions", "EntityNotFoundException", "Something was not found.")

    with pytest.raises(Refused):
        GlueSessions(AwsConfig()).list(SessionFilter())


@pytest.mark.parametrize("answer", [{}, {"Session": {}}, {"Session": {"Id": "analytics"}}], ids=str)
def test_answer_without_session_or_status_is_unusable(stubbed: Boto3, answer: dict[str, Any]) -> None:
    """boto3 returns an empty answer for one that is cut short. It is not a session without a role."""
    stubbed.stub.add_response("get_session", answer)
    expected = Unreachable(SUBJECT, region=REGION, detail="an answer without a session or its status")

    assert facts(expected) == facts(failure(GlueSessions(AwsConfig())))


ODD = "invalid answer: "


@pytest.mark.parametrize(
    ("answer", "detail"),
    [
        (raising(ValueError("no JSON")), f"{ODD}no JSON"),
        (
            giving({"Session": {"Status": "READY", "NumberOfWorkers": "many"}}),
            f"{ODD}NumberOfWorkers has an invalid value, 'many'",
        ),
    ],
    ids=["botocore", "session"],
)
def test_answer_of_another_shape_is_unusable(
    stubbed: Boto3, monkeypatch: pytest.MonkeyPatch, answer: Callable[..., object], detail: str
) -> None:
    monkeypatch.setattr(stubbed.glue, "get_session", answer)

    assert facts(Unreachable(SUBJECT, region=REGION, detail=detail)) == facts(failure(GlueSessions(AwsConfig())))


@pytest.mark.parametrize(
    ("page", "detail"),
    [
        ({}, "an answer without sessions or their ids"),
        ({"ResponseMetadata": {}}, "an answer without sessions or their ids"),
        ({"Ids": [5], "Sessions": []}, "an answer without sessions or their ids"),
        ({"Sessions": [{"Status": "READY"}]}, f"{ODD}'Id'"),
    ],
    ids=str,
)
def test_page_of_another_shape_is_unusable(
    stubbed: Boto3, monkeypatch: pytest.MonkeyPatch, page: dict[str, Any], detail: str
) -> None:
    monkeypatch.setattr(stubbed.glue, "list_sessions", giving(page))

    with pytest.raises(Unreachable) as caught:
        GlueSessions(AwsConfig()).list(SessionFilter())

    assert facts(Unreachable("The list of Glue sessions", region=REGION, detail=detail)) == facts(caught.value)


@pytest.mark.parametrize("page", [{"Ids": []}, {"Sessions": []}, {"Ids": [], "Sessions": [], "NextToken": ""}], ids=str)
def test_empty_token_ends_a_list(stubbed: Boto3, monkeypatch: pytest.MonkeyPatch, page: dict[str, Any]) -> None:
    calls: list[dict[str, object]] = []

    def list_sessions(**parameters: object) -> dict[str, Any]:
        calls.append(parameters)
        return page

    monkeypatch.setattr(stubbed.glue, "list_sessions", list_sessions)

    assert {} == GlueSessions(AwsConfig()).list(SessionFilter())
    assert [{"MaxResults": 1_000}] == calls


def test_id_without_session_on_an_earlier_page_is_read(stubbed: Boto3) -> None:
    stubbed.stub.add_response("list_sessions", {"Ids": ["a"], "Sessions": [], "NextToken": "more"})
    stubbed.stub.add_response("list_sessions", {"Ids": [], "Sessions": []})
    stubbed.stub.add_response("get_session", {"Session": {"Id": "a", "Status": "READY"}}, {"Id": "a"})

    assert {"a": Session(status="READY")} == GlueSessions(AwsConfig()).list(SessionFilter())


def test_unreadable_session_of_a_list_is_read_by_itself(stubbed: Boto3, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own read reports the error, and the other sessions are not affected."""
    shapes = [{"Id": name, "Status": "READY", "NumberOfWorkers": "many" if name == "a" else 2} for name in "abc"]
    monkeypatch.setattr(stubbed.glue, "list_sessions", giving({"Sessions": shapes}))
    monkeypatch.setattr(stubbed.glue, "get_session", giving({"Session": shapes[0]}))
    answers = read_many(GlueSessions(AwsConfig()), ["a", "b", "c"])

    assert [Unreachable, Session, Session] == [type(answers[name]) for name in "abc"]


def test_unreadable_session_does_not_hide_the_others_of_a_list(stubbed: Boto3, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is listed without the values that cannot be read."""
    shapes = [
        {"Id": "a", "Status": "READY", "NumberOfWorkers": "many", "GlueVersion": "5.0"},
        {"Id": "b", "Status": "READY", "CreatedOn": "yesterday"},
        {"Id": "c"},
        {"Id": "d", "Status": "READY", "MaxCapacity": float("nan"), "Command": "glueetl"},
        {"Id": "e", "Status": "READY"},
    ]
    monkeypatch.setattr(stubbed.glue, "list_sessions", giving({"Sessions": shapes}))

    assert {
        "a": Session(status="READY", glue_version="5.0"),
        "b": Session(status="READY"),
        "c": Session(),
        "d": Session(status="READY"),
        "e": Session(status="READY"),
    } == GlueSessions(AwsConfig()).list(SessionFilter())


def test_answer_about_another_session_is_refused(stubbed: Boto3) -> None:
    stubbed.stub.add_response("get_session", {"Session": {"Id": "other", "Status": "READY"}})
    error = failure(GlueSessions(AwsConfig()))

    assert isinstance(error, Unreachable)
    assert "other" in error.detail


@pytest.mark.parametrize(
    ("error", "detail"),
    [
        (RuntimeError("Unable to calculate correct timezone offset"), "timezone"),
        (RecursionError("maximum recursion depth exceeded"), "nested"),
        (OverflowError("date value out of range"), "date value"),
    ],
)
def test_unreadable_value_is_not_about_credentials(
    stubbed: Boto3, monkeypatch: pytest.MonkeyPatch, error: Exception, detail: str
) -> None:
    monkeypatch.setattr(stubbed.glue, "get_session", raising(error))
    found = failure(GlueSessions(AwsConfig()))

    assert isinstance(found, Unreachable)
    assert detail in found.detail


@pytest.mark.usefixtures("stubbed")
def test_process_without_free_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("threading.Thread.start", raising_runtime_error)
    source = GlueSessions(AwsConfig())

    assert isinstance(failure(source), OutOfThreads)
    assert {"a": OutOfThreads, "b": OutOfThreads, "c": OutOfThreads} == {
        name: type(answer) for name, answer in read_many(source, ["a", "b", "c"]).items()
    }


def test_reading_has_the_time_of_its_request(stubbed: Boto3) -> None:
    stubbed.stub.add_response("get_session", {"Session": {"Id": "a", "Status": "READY"}})
    now = iter(range(100, 200))
    readings: list[Reading] = []
    source = GlueSessions(AwsConfig(), monotonic=lambda: float(next(now)))
    source.get_many(["a"], lambda _, reading: readings.append(reading))

    assert [Session(status="READY")] == [reading.answer for reading in readings]
    assert 100.0 < readings[0].requested_at < next(now)


# --- Logs ---


@pytest.mark.parametrize(("answer", "url"), [({"SystemLogsUrl": "https://logs"}, "https://logs"), ({}, "")], ids=str)
def test_logs_are_read_from_the_url_of_glue(
    stubbed: Boto3, monkeypatch: pytest.MonkeyPatch, answer: dict[str, str], url: str
) -> None:
    monkeypatch.setattr("pulumi_glue_session.aws.sessions.read_log_tail", lambda url, **_: [f"read {url}"])
    monkeypatch.setattr(
        stubbed.glue,
        "get_system_logs_for_session",
        lambda **parameters: answer if parameters == {"Id": "analytics"} else None,
        raising=False,
    )

    assert [f"read {url}"] == GlueSessions(AwsConfig()).system_logs("analytics")


def test_boto3_without_logs(stubbed: Boto3, monkeypatch: pytest.MonkeyPatch) -> None:
    stubbed.stub.add_response("get_session", {"Session": {"Id": "analytics", "Status": "FAILED"}})
    source = GlueSessions(AwsConfig())
    source.get("analytics")
    older = type("Older", (), {"meta": stubbed.glue.meta})()
    monkeypatch.setattr(source._connection, "_client", older)  # noqa: SLF001
    expected = ["This boto3 cannot read system logs: install boto3 1.43.110 or later to see them here."]

    assert expected == source.system_logs("analytics")


@pytest.mark.since(boto3="1.43.110", reason="GetSystemLogsForSession")
def test_logs_use_the_same_client(stubbed: Boto3) -> None:
    stubbed.stub.add_response("get_session", {"Session": {"Id": "analytics", "Status": "FAILED"}})
    stubbed.stub.add_response("get_system_logs_for_session", {"SystemLogsUrl": ""}, {"Id": "analytics"})
    source = GlueSessions(AwsConfig())
    source.get("analytics")

    assert ["No system logs: Glue returned no URL for them."] == source.system_logs("analytics")


def test_denied_logs_name_the_permission(stubbed: Boto3, monkeypatch: pytest.MonkeyPatch) -> None:
    denied = EXCEPTIONS.ClientError(
        {"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "GetSystemLogsForSession"
    )
    monkeypatch.setattr(stubbed.glue, "get_system_logs_for_session", raising(denied), raising=False)
    subject, detail, action = (
        'System logs of Glue session "analytics"',
        "AccessDeniedException: no",
        "glue:GetSystemLogsForSession",
    )

    with pytest.raises(AccessDenied) as caught:
        GlueSessions(AwsConfig()).system_logs("analytics")

    assert facts(AccessDenied(subject, region=REGION, detail=detail, action=action)) == facts(caught.value)


# --- Errors without an answer of Glue ---


def botocore_error(name: str, **facts: object) -> Exception:
    error: Exception = getattr(EXCEPTIONS, name)(**facts)
    return error


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (botocore_error("PartialCredentialsError", provider="env", cred_var="AWS_SECRET_ACCESS_KEY"), BadCredentials),
        (botocore_error("ProfileNotFound", profile="nobody"), BadCredentials),
        (botocore_error("InvalidRegionError", region_name="eu west"), Misconfigured),
        (ValueError("Invalid endpoint: nonsense"), Misconfigured),
    ],
    ids=lambda each: type(each).__name__ if isinstance(each, Exception) else "",
)
def test_error_while_creating_the_client(
    monkeypatch: pytest.MonkeyPatch, error: Exception, kind: type[LookFailed]
) -> None:
    monkeypatch.setattr("boto3.session.Session", raising(error))
    raised = failure(GlueSessions(AwsConfig(region=REGION)))

    assert facts(kind(SUBJECT, region=REGION, detail=str(error))) == facts(raised)
    assert error is raised.__cause__


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (botocore_error("EndpointConnectionError", endpoint_url=URL), Unreachable),
        (botocore_error("ConnectTimeoutError", endpoint_url=URL), Unreachable),
        (botocore_error("ReadTimeoutError", endpoint_url=URL), Unreachable),
        (botocore_error("ConnectionClosedError", endpoint_url=URL), Unreachable),
        (botocore_error("ProxyConnectionError", proxy_url="http://proxy"), CredentialsUnavailable),
        (botocore_error("SSLError", endpoint_url=URL, error="self-signed certificate"), Unreachable),
        (botocore_error("HTTPClientError", error="anything else"), Unreachable),
        (botocore_error("ResponseStreamingError", error="broken"), Unreachable),
        (botocore_error("IncompleteReadError", actual_bytes=1, expected_bytes=2), Unreachable),
        (import_module("botocore.parsers").ResponseParserError("Unable to parse response"), Unreachable),
        (botocore_error("NoCredentialsError"), BadCredentials),
        (botocore_error("UnauthorizedSSOTokenError"), BadCredentials),
        (botocore_error("SSOTokenLoadError", error_msg="no token"), BadCredentials),
        (botocore_error("TokenRetrievalError", provider="sso", error_msg="expired"), BadCredentials),
        # Missing in the oldest boto3 that is supported.
        *((botocore_error(name), BadCredentials) for name in ["LoginRefreshRequired"] if hasattr(EXCEPTIONS, name)),
        (botocore_error("ParamValidationError", report="Invalid length for parameter Id"), Misconfigured),
    ],
    ids=lambda each: type(each).__name__ if isinstance(each, Exception) else "",
)
def test_error_of_a_call(
    stubbed: Boto3, monkeypatch: pytest.MonkeyPatch, error: Exception, kind: type[LookFailed]
) -> None:
    monkeypatch.setattr(stubbed.glue, "get_session", raising(error))
    raised = failure(GlueSessions(AwsConfig()))

    assert kind is type(raised)
    # The text of ResponseParserError is the whole answer, which can contain credentials of STS.
    if "ResponseParserError" in repr(error):
        assert facts(Unreachable(SUBJECT, region=REGION, detail="invalid answer")) == facts(raised)
    detail = "invalid answer" if "ResponseParserError" in repr(error) else " ".join(str(error).split()).rstrip(".")
    assert detail in " ".join(str(raised).split())
    assert error is raised.__cause__


def test_cause_is_dropped_if_it_contains_credentials(stubbed: Boto3, monkeypatch: pytest.MonkeyPatch) -> None:
    for message, cause in (("Invalid header value b'planted\\n'", type(None)), ("Something else", ValueError)):
        monkeypatch.setattr(stubbed.glue, "get_session", raising(ValueError(message)))
        assert cause is type(failure(GlueSessions(AwsConfig())).__cause__)


@pytest.mark.parametrize(("sessions", "times"), [(1, 1), (100, 1), (101, 2), (200, 2), (201, 3)])
def test_deadline_grows_with_the_number_of_sessions(monkeypatch: pytest.MonkeyPatch, sessions: int, times: int) -> None:
    longest = 0.0

    def after(seconds: float) -> Deadline:
        nonlocal longest
        longest = max(longest, seconds)
        return Deadline(0.0, 0.0)

    monkeypatch.setattr("pulumi_glue_session.aws.sessions.Deadline.after", after)
    read_many(GlueSessions(AwsConfig(region=REGION)), [str(number) for number in range(sessions)])

    assert times * max_call_seconds(AwsConfig()) == longest


def test_no_region(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("boto3.session.Session", raising(botocore_error("NoRegionError")))

    assert facts(NoRegion(SUBJECT, region="")) == facts(failure(GlueSessions(AwsConfig())))


def test_bug_is_not_an_answer(stubbed: Boto3, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stubbed.glue, "get_session", raising(ZeroDivisionError("bug")))

    with pytest.raises(ZeroDivisionError, match="bug"):
        GlueSessions(AwsConfig()).get("analytics")


# --- Configuration ---


@pytest.mark.parametrize(
    ("config", "environment", "expected"),
    [
        (
            AwsConfig(region="us-east-1"),
            {"AWS_REGION": "eu-central-1", "AWS_DEFAULT_REGION": "ap-south-1"},
            "us-east-1",
        ),
        (AwsConfig(), {"AWS_REGION": "eu-central-1", "AWS_DEFAULT_REGION": "ap-south-1"}, "eu-central-1"),
        (AwsConfig(), {"AWS_DEFAULT_REGION": "ap-south-1"}, None),
        (AwsConfig(), {"AWS_REGION": "", "AWS_DEFAULT_REGION": "ap-south-1"}, None),
        (AwsConfig(), {}, None),
    ],
)
def test_region_of_option_and_environment(
    stubbed: Boto3,
    monkeypatch: pytest.MonkeyPatch,
    config: AwsConfig,
    environment: dict[str, str],
    expected: str | None,
) -> None:
    """boto3 does not read AWS_REGION. An empty variable counts as missing."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    stubbed.stub.add_client_error("get_session", "InvalidInputException")
    failure(GlueSessions(config))

    assert [{"profile_name": None, "region_name": expected}] == stubbed.sessions


def test_profile_and_endpoint_of_the_configuration(stubbed: Boto3) -> None:
    stubbed.stub.add_client_error("get_session", "InvalidInputException")
    failure(GlueSessions(AwsConfig(region=REGION, profile="analysts", endpoint_url="http://localhost:5000")))

    assert [{"profile_name": "analysts", "region_name": REGION}] == stubbed.sessions
    assert ["http://localhost:5000"] == [each["endpoint_url"] for each in stubbed.clients]


def test_request_origin_is_sent_with_each_call(stubbed: Boto3) -> None:
    stubbed.stub.add_response(
        "get_session", {"Session": {"Id": "a", "Status": "READY"}}, {"Id": "a", "RequestOrigin": "ci"}
    )
    stubbed.stub.add_response(
        "list_sessions", {"Ids": [], "Sessions": []}, {"MaxResults": 1_000, "RequestOrigin": "ci"}
    )
    source = GlueSessions(AwsConfig(request_origin="ci"))

    assert Session(status="READY") == source.get("a")
    assert {} == source.list(SessionFilter())


OURS, THEIRS = "111111111111", "222222222222"


def test_allowed_account(stubbed: Boto3, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pulumi_glue_session.aws.connection.GlueConnection.account_id", lambda *_: OURS)
    stubbed.stub.add_response("get_session", {"Session": {"Id": "analytics", "Status": "READY"}})

    assert Session(status="READY") == GlueSessions(AwsConfig(allowed_account_ids=(THEIRS, OURS))).get("analytics")


def test_other_account_is_refused(stubbed: Boto3, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pulumi_glue_session.aws.connection.GlueConnection.account_id", lambda *_: THEIRS)
    expected = WrongAccount(SUBJECT, region=REGION, detail=f"account {THEIRS}, allowed {OURS}, 333333333333")

    assert facts(expected) == facts(failure(GlueSessions(AwsConfig(allowed_account_ids=(OURS, "333333333333")))))
    assert ["glue"] == [each["service"] for each in stubbed.clients]


def test_account_is_not_read_without_need(stubbed: Boto3, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "pulumi_glue_session.aws.connection.GlueConnection.account_id", raising(ZeroDivisionError("called"))
    )
    stubbed.stub.add_response("get_session", {"Session": {"Id": "analytics", "Status": "READY"}})

    assert Session(status="READY") == GlueSessions(AwsConfig()).get("analytics")


def test_concurrent_calls_run_in_daemon_threads(stubbed: Boto3, monkeypatch: pytest.MonkeyPatch) -> None:
    daemons: list[bool] = []

    def get_session(**_parameters: object) -> object:
        daemons.append(threading.current_thread().daemon)
        return {"Session": {"Status": "READY"}}

    denied = EXCEPTIONS.ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "ListSessions")
    monkeypatch.setattr(stubbed.glue, "list_sessions", raising(denied))
    monkeypatch.setattr(stubbed.glue, "get_session", get_session)

    assert dict.fromkeys("ab", Session(status="READY")) == read_many(GlueSessions(AwsConfig()), ["a", "b"])
    assert [True, True] == daemons


def test_client_configuration(stubbed: Boto3) -> None:
    stubbed.stub.add_client_error("get_session", "InvalidInputException")
    failure(GlueSessions(AwsConfig()))
    (calls,) = stubbed.clients
    config: Any = calls["config"]

    assert "glue" == calls["service"]
    assert (5, 10) == (config.connect_timeout, config.read_timeout)
    assert {"mode": "adaptive", "total_max_attempts": 4} == config.retries
    assert 8 == config.max_pool_connections
    assert "pulumi-glue-session" == config.user_agent_extra


@pytest.mark.parametrize(("max_retries", "seconds"), [(None, 67), (0, 15), (1, 31), (3, 67), (5, 121), (7, 191)])
def test_max_call_seconds_covers_all_retries(max_retries: int | None, seconds: float) -> None:
    """5 s to connect and 10 s to read for each attempt; pauses of 1, 2, 4, 8, 16, 20, 20, … s."""
    assert seconds == max_call_seconds(AwsConfig(max_retries=max_retries))


def test_region_is_known_after_the_first_call(stubbed: Boto3) -> None:
    unknown, given = GlueSessions(AwsConfig()), GlueSessions(AwsConfig(region="us-east-1"))

    assert ["", "us-east-1"] == [unknown.region, given.region]

    stubbed.stub.add_client_error("get_session", "InvalidInputException")
    failure(unknown)

    assert REGION == unknown.region


def test_client_is_created_once_by_eight_threads(stubbed: Boto3, monkeypatch: pytest.MonkeyPatch) -> None:
    """Creating one takes a quarter of a second and some megabytes."""
    for _ in range(8):
        stubbed.stub.add_response("get_session", {"Session": {"Id": "analytics", "Status": "READY"}})
    source, start, found = GlueSessions(AwsConfig()), threading.Barrier(8), list[Session]()
    company = threading.Barrier(2)

    def session(**arguments: object) -> Boto3:
        with suppress(threading.BrokenBarrierError):
            company.wait(timeout=0.05)
        return stubbed.session(**arguments)

    monkeypatch.setattr("boto3.session.Session", session)

    def find() -> None:
        start.wait()
        found.append(source.get("analytics"))

    threads = [threading.Thread(target=find) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [Session(status="READY")] * 8 == found
    assert 1 == len(stubbed.sessions)
    assert 1 == len(stubbed.clients)


def test_client_is_created_again_after_a_failure(stubbed: Boto3, monkeypatch: pytest.MonkeyPatch) -> None:
    """The user signs in while a wait goes on."""
    source = GlueSessions(AwsConfig())
    with monkeypatch.context() as patch:
        patch.setattr("boto3.session.Session", raising(botocore_error("NoCredentialsError")))
        failure(source)
    stubbed.stub.add_response("get_session", {"Session": {"Id": "analytics", "Status": "READY"}})

    assert Session(status="READY") == source.get("analytics")


# --- Imports and bugs ---


def test_import_does_not_load_boto3() -> None:
    """boto3 takes a third of a second in each program and provider process."""
    code = """
import sys
import pulumi_glue_session, pulumi_glue_session.aws.sessions as sessions, pulumi_glue_session.provider as provider
sessions.GlueSessions(sessions.AwsConfig())
provider.GlueSessionProvider().delete("analytics", {})
print(sorted(sys.modules.keys() & {"boto3", "botocore"}))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603 - our own interpreter

    assert "[]\n" == done.stdout


def test_other_runtime_errors_are_raised(stubbed: Boto3, monkeypatch: pytest.MonkeyPatch) -> None:
    """A subclass of RuntimeError is a bug, not botocore's error about credentials."""
    monkeypatch.setattr(stubbed.glue, "get_session", raising(NotImplementedError("bug")))

    with pytest.raises(NotImplementedError):
        GlueSessions(AwsConfig()).get("analytics")
