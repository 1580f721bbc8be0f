"""Reads of GlueSessions with stubbed boto3: answers and exceptions."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from types import SimpleNamespace
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
)
from pulumi_glue_session.core.session import Session
from pulumi_glue_session.core.source import Reading
from support.reading import facts, failure, read_many
from support.stubs import EXCEPTIONS, botocore_error, giving, raising

if TYPE_CHECKING:
    from unit.conftest import Boto3

REGION = "eu-west-1"
SUBJECT = 'Glue session "analytics"'
URL = "https://glue.eu-west-1.amazonaws.com/"


def raising_runtime_error(_thread: object) -> None:
    raise RuntimeError("can't start new thread")


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
            giving({"Session": {"Id": "analytics", "Status": "READY", "NumberOfWorkers": "many"}}),
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


# --- Errors without an answer of Glue ---


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (botocore_error("PartialCredentialsError", provider="env", cred_var="AWS_SECRET_ACCESS_KEY"), BadCredentials),
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


class SlowWhileThrottled:
    """Client whose request for "slow" ends at its limit, after a request for "other" was throttled."""

    meta = SimpleNamespace(region_name=REGION)
    source: GlueSessions

    def get_session(self, Id: str) -> object:  # noqa: N803 - as boto3 spells it
        if Id == "other":
            raise EXCEPTIONS.ClientError(
                {"Error": {"Code": "ThrottlingException", "Message": "Rate exceeded"}}, "GetSession"
            )
        with pytest.raises(Throttled):
            self.source.get("other")
        raise TimeoutError


def test_call_that_is_slowed_down_by_throttling_counts_as_throttled() -> None:
    """A wait goes on after it, also before the first answer."""
    client: Any = SlowWhileThrottled()
    client.source = GlueSessions(AwsConfig(), client=client)

    with pytest.raises(Throttled) as caught:
        client.source.get("slow")

    assert 'Glue session "slow"' == caught.value.subject
    assert caught.value.detail.startswith("no complete answer within ")
