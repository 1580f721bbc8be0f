"""Asking Glue, with answers laid into boto3: each failure becomes the error that it is, and there is one client."""

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
    GlueSessionError,
    LookFailed,
    Misconfigured,
    NoRegion,
    Refused,
    ServiceFault,
    SessionNotFound,
    Throttled,
    Unreachable,
    WrongAccount,
)
from pulumi_glue_session.core.filter import SessionFilter
from pulumi_glue_session.core.session import Session

if TYPE_CHECKING:
    from unit.conftest import Boto3

REGION = "eu-west-1"
SUBJECT = 'Glue session "analytics"'
EXCEPTIONS: Any = import_module("botocore.exceptions")
URL = "https://glue.eu-west-1.amazonaws.com/"


@pytest.fixture(autouse=True)
def _no_aws_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the machine is set to has no say here."""
    for name in os.environ:
        if name.startswith("AWS_"):
            monkeypatch.delenv(name)


def raising(error: Exception) -> Callable[..., object]:
    def fail(**_arguments: object) -> object:
        raise error

    return fail


def giving(answer: object) -> Callable[..., object]:
    return lambda **_arguments: answer


def failure_of(finder: GlueSessions) -> GlueSessionError:
    with pytest.raises(GlueSessionError) as caught:
        finder.get("analytics")
    return caught.value


# --- What Glue answers ---


def test_a_session_is_asked_for_by_its_id_and_nothing_else(stubbed: Boto3) -> None:
    stubbed.stub.add_response("get_session", {"Session": {"Id": "analytics", "Status": "READY", "GlueVersion": "5.0"}}, {"Id": "analytics"})

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
def test_each_answer_of_the_service_is_the_error_that_it_stands_for(stubbed: Boto3, code: str, kind: type[LookFailed]) -> None:
    stubbed.stub.add_client_error("get_session", code, "in Glue's own words")
    error = failure_of(GlueSessions(AwsConfig()))

    assert repr(kind(SUBJECT, region=REGION, detail=f"{code}: in Glue's own words")) == repr(error)
    assert isinstance(error.__cause__, EXCEPTIONS.ClientError)


def test_only_entity_not_found_means_gone(stubbed: Boto3) -> None:
    stubbed.stub.add_client_error("get_session", "EntityNotFoundException", "Session analytics not found.")

    assert repr(SessionNotFound("analytics", region=REGION)) == repr(failure_of(GlueSessions(AwsConfig())))


@pytest.mark.parametrize("http_status", [500, 502, 503, 599])
def test_an_error_of_the_server_without_a_known_code_is_a_fault_of_the_service(stubbed: Boto3, http_status: int) -> None:
    """As a proxy or a load balancer in front of Glue answers."""
    stubbed.stub.add_client_error("get_session", str(http_status), "Bad Gateway", http_status)

    assert repr(ServiceFault(SUBJECT, region=REGION, detail=f"{http_status}: Bad Gateway")) == repr(failure_of(GlueSessions(AwsConfig())))


def test_a_page_that_is_no_error_of_aws_is_refused(stubbed: Boto3) -> None:
    """HTTP 404 of some other server, say: no reason to call a session gone."""
    stubbed.stub.add_client_error("get_session", "404", "Not Found", 404)

    assert repr(Refused(SUBJECT, region=REGION, detail="404: Not Found")) == repr(failure_of(GlueSessions(AwsConfig())))


def test_entity_not_found_in_answer_to_a_list_means_no_session(stubbed: Boto3) -> None:
    """It names nothing that could be gone."""
    stubbed.stub.add_client_error("list_sessions", "EntityNotFoundException", "Something was not found.")
    expected = Refused("The list of 2 Glue sessions", region=REGION, detail="EntityNotFoundException: Something was not found.")

    assert [repr(expected)] * 2 == [repr(each) for each in GlueSessions(AwsConfig()).get_many(["a", "b"]).values()]


@pytest.mark.parametrize("answer", [{}, {"Session": {}}, {"Session": {"Id": "analytics"}}], ids=str)
def test_an_answer_without_a_session_or_its_status_is_no_look(stubbed: Boto3, answer: dict[str, Any]) -> None:
    """boto3 gives an empty answer for a torn one. It must never read as a session without a role."""
    stubbed.stub.add_response("get_session", answer)
    expected = Unreachable(SUBJECT, region=REGION, detail="an answer without a session or its status")

    assert repr(expected) == repr(failure_of(GlueSessions(AwsConfig())))


ODD = "invalid answer: "


@pytest.mark.parametrize(
    ("answer", "detail"),
    [
        (raising(ValueError("no JSON")), f"{ODD}no JSON"),
        (giving({"Session": {"Status": "READY", "NumberOfWorkers": "many"}}), f"{ODD}invalid literal for int() with base 10: 'many'"),
    ],
    ids=["of botocore", "of ours"],
)
def test_an_answer_of_another_shape_is_no_usable_answer(
    stubbed: Boto3, monkeypatch: pytest.MonkeyPatch, answer: Callable[..., object], detail: str
) -> None:
    monkeypatch.setattr(stubbed.glue, "get_session", answer)

    assert repr(Unreachable(SUBJECT, region=REGION, detail=detail)) == repr(failure_of(GlueSessions(AwsConfig())))


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
def test_a_page_of_another_shape_is_no_list(stubbed: Boto3, monkeypatch: pytest.MonkeyPatch, page: dict[str, Any], detail: str) -> None:
    monkeypatch.setattr(stubbed.glue, "list_sessions", giving(page))

    with pytest.raises(Unreachable) as caught:
        GlueSessions(AwsConfig()).list(SessionFilter())

    assert repr(Unreachable("The list of Glue sessions", region=REGION, detail=detail)) == repr(caught.value)


@pytest.mark.parametrize("page", [{"Ids": []}, {"Sessions": []}, {"Ids": [], "Sessions": [], "NextToken": ""}], ids=str)
def test_a_page_with_ids_or_sessions_is_a_list_and_an_empty_token_its_end(
    stubbed: Boto3, monkeypatch: pytest.MonkeyPatch, page: dict[str, Any]
) -> None:
    asked: list[dict[str, object]] = []

    def list_sessions(**parameters: object) -> dict[str, Any]:
        asked.append(parameters)
        return page

    monkeypatch.setattr(stubbed.glue, "list_sessions", list_sessions)

    assert {} == GlueSessions(AwsConfig()).list(SessionFilter())
    assert [{"MaxResults": 1_000}] == asked


def test_an_id_of_an_earlier_page_is_asked_for_too(stubbed: Boto3) -> None:
    stubbed.stub.add_response("list_sessions", {"Ids": ["a"], "Sessions": [], "NextToken": "more"})
    stubbed.stub.add_response("list_sessions", {"Ids": [], "Sessions": []})
    stubbed.stub.add_response("get_session", {"Session": {"Id": "a", "Status": "READY"}}, {"Id": "a"})

    assert {"a": Session(status="READY")} == GlueSessions(AwsConfig()).list(SessionFilter())


def test_a_session_of_a_list_that_can_not_be_read_is_every_sessions_failure(stubbed: Boto3, monkeypatch: pytest.MonkeyPatch) -> None:
    page = {"Sessions": [{"Id": "a", "Status": "READY", "NumberOfWorkers": "many"}]}
    monkeypatch.setattr(stubbed.glue, "list_sessions", giving(page))
    detail = f"{ODD}invalid literal for int() with base 10: 'many'"
    expected = repr(Unreachable("The list of 2 Glue sessions", region=REGION, detail=detail))

    assert {"a": expected, "b": expected} == {name: repr(each) for name, each in GlueSessions(AwsConfig()).get_many(["a", "b"]).items()}


# --- Logs ---


@pytest.mark.parametrize(("answer", "url"), [({"SystemLogsUrl": "https://logs"}, "https://logs"), ({}, "")], ids=str)
def test_the_end_of_the_logs_is_read_from_where_glue_says(
    stubbed: Boto3, monkeypatch: pytest.MonkeyPatch, answer: dict[str, str], url: str
) -> None:
    monkeypatch.setattr("pulumi_glue_session.aws.sessions.read_log_tail", lambda url: [f"read {url}"])
    monkeypatch.setattr(stubbed.glue, "get_system_logs_for_session", lambda *, Id: answer if Id == "analytics" else None, raising=False)  # noqa: N803

    assert [f"read {url}"] == GlueSessions(AwsConfig()).system_logs("analytics")


def test_a_boto3_that_knows_no_logs_is_told_as_such(stubbed: Boto3, monkeypatch: pytest.MonkeyPatch) -> None:
    stubbed.stub.add_response("get_session", {"Session": {"Id": "analytics", "Status": "FAILED"}})
    finder = GlueSessions(AwsConfig())
    finder.get("analytics")
    older = type("Older", (), {"meta": stubbed.glue.meta})()
    monkeypatch.setattr(finder._connection, "_client", older)
    expected = ["This boto3 can't ask for system logs: install boto3 1.43.110 or later to see them here."]

    assert expected == finder.system_logs("analytics")


@pytest.mark.since(boto3="1.43.110", reason="GetSystemLogsForSession")
def test_a_boto3_that_knows_logs_asks_for_them_with_the_client_that_there_is(stubbed: Boto3) -> None:
    stubbed.stub.add_response("get_session", {"Session": {"Id": "analytics", "Status": "FAILED"}})
    stubbed.stub.add_response("get_system_logs_for_session", {"SystemLogsUrl": ""}, {"Id": "analytics"})
    finder = GlueSessions(AwsConfig())
    finder.get("analytics")

    assert [] == finder.system_logs("analytics")


def test_logs_that_are_denied_name_the_permission(stubbed: Boto3, monkeypatch: pytest.MonkeyPatch) -> None:
    denied = EXCEPTIONS.ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "GetSystemLogsForSession")
    monkeypatch.setattr(stubbed.glue, "get_system_logs_for_session", raising(denied), raising=False)
    subject, detail, action = 'System logs of Glue session "analytics"', "AccessDeniedException: no", "glue:GetSystemLogsForSession"

    with pytest.raises(AccessDenied) as caught:
        GlueSessions(AwsConfig()).system_logs("analytics")

    assert repr(AccessDenied(subject, region=REGION, detail=detail, action=action)) == repr(caught.value)


# --- What never reaches Glue ---


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
def test_each_reason_for_having_no_client_is_the_error_that_it_stands_for(
    monkeypatch: pytest.MonkeyPatch, error: Exception, kind: type[LookFailed]
) -> None:
    monkeypatch.setattr("boto3.session.Session", raising(error))
    failure = failure_of(GlueSessions(AwsConfig(region=REGION)))

    assert repr(kind(SUBJECT, region=REGION, detail=str(error))) == repr(failure)
    assert error is failure.__cause__


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
        # Botocore learned `aws login` only after the oldest release that is supported.
        *((botocore_error(name), BadCredentials) for name in ["LoginRefreshRequired"] if hasattr(EXCEPTIONS, name)),
        (botocore_error("ParamValidationError", report="Invalid length for parameter Id"), Misconfigured),
    ],
    ids=lambda each: type(each).__name__ if isinstance(each, Exception) else "",
)
def test_each_failure_of_a_call_is_the_error_that_it_stands_for(
    stubbed: Boto3, monkeypatch: pytest.MonkeyPatch, error: Exception, kind: type[LookFailed]
) -> None:
    monkeypatch.setattr(stubbed.glue, "get_session", raising(error))
    failure = failure_of(GlueSessions(AwsConfig()))

    assert kind is type(failure)
    # The parser's own text is the whole answer, and in one of STS there may be credentials.
    if "ResponseParserError" in repr(error):
        assert repr(Unreachable(SUBJECT, region=REGION, detail="invalid answer")) == repr(failure)
    told = "invalid answer" if "ResponseParserError" in repr(error) else " ".join(str(error).split()).rstrip(".")
    assert told in str(failure)
    assert error is failure.__cause__


def test_an_error_comes_with_what_it_came_from_but_where_that_holds_credentials(stubbed: Boto3, monkeypatch: pytest.MonkeyPatch) -> None:
    for message, cause in (("Invalid header value b'planted\\n'", type(None)), ("Something else", ValueError)):
        monkeypatch.setattr(stubbed.glue, "get_session", raising(ValueError(message)))
        assert cause is type(failure_of(GlueSessions(AwsConfig())).__cause__)


@pytest.mark.parametrize(("sessions", "times"), [(1, 1), (100, 1), (101, 2), (200, 2), (201, 3)])
def test_a_look_at_more_sessions_may_take_longer(monkeypatch: pytest.MonkeyPatch, sessions: int, times: int) -> None:
    given: list[float] = []

    def of(seconds: float) -> Deadline:
        given.append(seconds)
        return Deadline(0.0, 0.0)

    monkeypatch.setattr("pulumi_glue_session.aws.sessions.Deadline", type("Limits", (), {"after": staticmethod(of)}))
    GlueSessions(AwsConfig(region=REGION)).get_many([str(number) for number in range(sessions)])

    assert [times * max_call_seconds(AwsConfig())] == given


def test_no_region_names_no_region(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("boto3.session.Session", raising(botocore_error("NoRegionError")))

    assert repr(NoRegion(SUBJECT, region="")) == repr(failure_of(GlueSessions(AwsConfig())))


def test_a_mistake_of_our_own_is_not_taken_for_an_answer(stubbed: Boto3, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stubbed.glue, "get_session", raising(ZeroDivisionError("our own mistake")))

    with pytest.raises(ZeroDivisionError, match="our own mistake"):
        GlueSessions(AwsConfig()).get("analytics")


# --- Who asks, and where ---


@pytest.mark.parametrize(
    ("caller", "environment", "expected"),
    [
        (AwsConfig(region="us-east-1"), {"AWS_REGION": "eu-central-1", "AWS_DEFAULT_REGION": "ap-south-1"}, "us-east-1"),
        (AwsConfig(), {"AWS_REGION": "eu-central-1", "AWS_DEFAULT_REGION": "ap-south-1"}, "eu-central-1"),
        (AwsConfig(), {"AWS_DEFAULT_REGION": "ap-south-1"}, None),
        (AwsConfig(), {"AWS_REGION": "", "AWS_DEFAULT_REGION": "ap-south-1"}, None),
        (AwsConfig(), {}, None),
    ],
)
def test_the_region_is_the_callers_or_aws_region_or_for_boto3_to_find(
    stubbed: Boto3, monkeypatch: pytest.MonkeyPatch, caller: AwsConfig, environment: dict[str, str], expected: str | None
) -> None:
    """boto3 itself doesn't read AWS_REGION, and an empty variable is none to any SDK of AWS."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    stubbed.stub.add_client_error("get_session", "InvalidInputException")
    failure_of(GlueSessions(caller))

    assert [{"profile_name": None, "region_name": expected}] == stubbed.sessions


def test_the_profile_and_the_endpoint_are_the_callers(stubbed: Boto3) -> None:
    stubbed.stub.add_client_error("get_session", "InvalidInputException")
    failure_of(GlueSessions(AwsConfig(region=REGION, profile="analysts", endpoint_url="http://localhost:5000")))

    assert [{"profile_name": "analysts", "region_name": REGION}] == stubbed.sessions
    assert ["http://localhost:5000"] == [each["endpoint_url"] for each in stubbed.clients]


def test_the_origin_of_a_request_is_told_with_each_call(stubbed: Boto3) -> None:
    stubbed.stub.add_response("get_session", {"Session": {"Id": "a", "Status": "READY"}}, {"Id": "a", "RequestOrigin": "ci"})
    stubbed.stub.add_response("list_sessions", {"Ids": [], "Sessions": []}, {"MaxResults": 1_000, "RequestOrigin": "ci"})
    finder = GlueSessions(AwsConfig(request_origin="ci"))

    assert Session(status="READY") == finder.get("a")
    assert {} == finder.list(SessionFilter())


OURS, THEIRS = "111111111111", "222222222222"


def test_credentials_of_an_allowed_account_are_asked_with(stubbed: Boto3, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pulumi_glue_session.aws.connection.GlueConnection.account_id", lambda *_: OURS)
    stubbed.stub.add_response("get_session", {"Session": {"Id": "analytics", "Status": "READY"}})

    assert Session(status="READY") == GlueSessions(AwsConfig(allowed_account_ids=(THEIRS, OURS))).get("analytics")


def test_credentials_of_another_account_are_not_asked_with(stubbed: Boto3, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pulumi_glue_session.aws.connection.GlueConnection.account_id", lambda *_: THEIRS)
    expected = WrongAccount(SUBJECT, region=REGION, detail=f"account {THEIRS}, allowed {OURS}, 333333333333")

    assert repr(expected) == repr(failure_of(GlueSessions(AwsConfig(allowed_account_ids=(OURS, "333333333333")))))
    assert ["glue"] == [each["service"] for each in stubbed.clients]


def test_without_an_allowed_account_nobody_asks_whose_credentials_these_are(stubbed: Boto3, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pulumi_glue_session.aws.connection.GlueConnection.account_id", raising(ZeroDivisionError("asked")))
    stubbed.stub.add_response("get_session", {"Session": {"Id": "analytics", "Status": "READY"}})

    assert Session(status="READY") == GlueSessions(AwsConfig()).get("analytics")


def test_calls_side_by_side_do_not_hold_back_the_end_of_a_program(stubbed: Boto3, monkeypatch: pytest.MonkeyPatch) -> None:
    daemons: list[bool] = []

    def get_session(**_parameters: object) -> object:
        daemons.append(threading.current_thread().daemon)
        return {"Session": {"Status": "READY"}}

    denied = EXCEPTIONS.ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "ListSessions")
    monkeypatch.setattr(stubbed.glue, "list_sessions", raising(denied))
    monkeypatch.setattr(stubbed.glue, "get_session", get_session)

    assert dict.fromkeys("ab", Session(status="READY")) == GlueSessions(AwsConfig()).get_many(["a", "b"])
    assert [True, True] == daemons


def test_the_client_gives_up_in_bounded_time_and_tells_who_it_is(stubbed: Boto3) -> None:
    stubbed.stub.add_client_error("get_session", "InvalidInputException")
    failure_of(GlueSessions(AwsConfig()))
    (asked,) = stubbed.clients
    config: Any = asked["config"]

    assert "glue" == asked["service"]
    assert (5, 10) == (config.connect_timeout, config.read_timeout)
    assert {"mode": "adaptive", "total_max_attempts": 4} == config.retries
    assert 8 == config.max_pool_connections
    assert "pulumi-glue-session" == config.user_agent_extra


@pytest.mark.parametrize(("max_retries", "seconds"), [(None, 67), (0, 15), (1, 31), (3, 67), (5, 121), (7, 191)])
def test_a_call_is_given_up_when_all_its_attempts_and_pauses_must_be_over(max_retries: int | None, seconds: float) -> None:
    """Attempts of 5 s to connect and 10 s to read; pauses of 1, 2, 4, 8, 16, 20, 20, … s."""
    assert seconds == max_call_seconds(AwsConfig(max_retries=max_retries))


def test_the_region_is_told_as_soon_as_it_is_known(stubbed: Boto3) -> None:
    unknown, given = GlueSessions(AwsConfig()), GlueSessions(AwsConfig(region="us-east-1"))

    assert ["", "us-east-1"] == [unknown.region, given.region]

    stubbed.stub.add_client_error("get_session", "InvalidInputException")
    failure_of(unknown)

    assert REGION == unknown.region


def test_a_client_is_made_once_even_from_eight_threads_at_once(stubbed: Boto3, monkeypatch: pytest.MonkeyPatch) -> None:
    """Making one takes a quarter of a second and some megabytes."""
    for _ in range(8):
        stubbed.stub.add_response("get_session", {"Session": {"Id": "analytics", "Status": "READY"}})
    finder, start, found = GlueSessions(AwsConfig()), threading.Barrier(8), list[Session]()
    company = threading.Barrier(2)

    def session(**arguments: object) -> Boto3:
        # Whoever makes a client waits for a second one to do the same, which has to be in vain.
        with suppress(threading.BrokenBarrierError):
            company.wait(timeout=0.05)
        return stubbed.session(**arguments)

    monkeypatch.setattr("boto3.session.Session", session)

    def find() -> None:
        start.wait()
        found.append(finder.get("analytics"))

    threads = [threading.Thread(target=find) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [Session(status="READY")] * 8 == found
    assert 1 == len(stubbed.sessions)
    assert 1 == len(stubbed.clients)


def test_a_client_that_could_not_be_made_is_tried_again(stubbed: Boto3, monkeypatch: pytest.MonkeyPatch) -> None:
    """A person signs in, while a watch still waits for another session."""
    finder = GlueSessions(AwsConfig())
    with monkeypatch.context() as patch:
        patch.setattr("boto3.session.Session", raising(botocore_error("NoCredentialsError")))
        failure_of(finder)
    stubbed.stub.add_response("get_session", {"Session": {"Id": "analytics", "Status": "READY"}})

    assert Session(status="READY") == finder.get("analytics")


# --- Cheap to import ---


def test_importing_the_package_imports_nothing_that_only_a_look_needs() -> None:
    """boto3 costs a third of a second in each program and in each provider process."""
    code = """
import sys
import pulumi_glue_session, pulumi_glue_session.aws.sessions as find, pulumi_glue_session.provider as provider
find.Finder(find.Caller())
provider.GlueSessionProvider().delete("analytics", {})
print(sorted(sys.modules.keys() & {"boto3", "botocore", "durationpy"}))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603 - our own interpreter

    assert "[]\n" == done.stdout


def test_a_mistake_of_our_own_is_never_told_as_bad_credentials(stubbed: Boto3, monkeypatch: pytest.MonkeyPatch) -> None:
    """botocore raises a bare RuntimeError for credentials that have ended; its subclasses are somebody's bugs."""
    monkeypatch.setattr(stubbed.glue, "get_session", raising(RecursionError("our own mistake")))

    with pytest.raises(RecursionError):
        GlueSessions(AwsConfig()).get("analytics")
