"""What boto3 reports, as the error of ours that it stands for: each error type of AWS by its name."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest

from pulumi_glue_session.aws.error_mapping import map_client_error, map_error, map_service_error
from pulumi_glue_session.core.errors import (
    AccessDenied,
    BadCredentials,
    GlueSessionError,
    LookFailed,
    Misconfigured,
    NoRegion,
    Refused,
    ServiceFault,
    SessionNotFound,
    Throttled,
    Unreachable,
)

REGION = "eu-west-1"
SUBJECT = 'Glue session "analytics"'
EXCEPTIONS: Any = import_module("botocore.exceptions")


def answer(code: str, message: str = "", status: int = 400) -> dict[str, Any]:
    return {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}


KINDS: dict[type[LookFailed], tuple[str, ...]] = {
    AccessDenied: ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation"),
    BadCredentials: (
        "ExpiredToken",
        "ExpiredTokenException",
        "IncompleteSignature",
        "IncompleteSignatureException",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "InvalidToken",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
        "NotAuthorized",
        "OptInRequired",
        "RequestExpired",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    ),
    Throttled: (
        "BandwidthLimitExceeded",
        "LimitExceededException",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    ),
    ServiceFault: ("InternalFailure", "InternalServiceException", "OperationTimeoutException", "ServiceUnavailable"),
    Refused: ("EntityNotFoundException", "InvalidInputException", "SomethingNew", "ValidationException"),
}


@pytest.mark.parametrize(("kind", "code"), [(kind, code) for kind, codes in KINDS.items() for code in codes])
def test_each_error_type_of_aws_is_the_error_that_it_stands_for(kind: type[LookFailed], code: str) -> None:
    expected = kind(SUBJECT, region=REGION, detail=f"{code}: in Glue's own words")

    assert repr(expected) == repr(map_service_error(answer(code, "in Glue's own words"), SUBJECT, region=REGION))


def test_what_is_gone_is_a_session_only_where_one_was_asked_for() -> None:
    gone = EXCEPTIONS.ClientError(answer("EntityNotFoundException", "in Glue's own words"), "ListSessions")

    assert isinstance(map_error(gone, SUBJECT, region=REGION), Refused)
    assert isinstance(map_error(gone, SUBJECT, region=REGION, session_id="analytics"), SessionNotFound)


def test_every_code_that_botocore_itself_takes_for_throttling_is_here() -> None:
    """What is retried as such by the client must not end a wait when the retries are used up."""
    standard: Any = import_module("botocore.retries.standard")
    known = set(standard.ThrottledRetryableChecker._THROTTLED_ERROR_CODES)  # noqa: SLF001 - botocore gives it no other name

    # The two are answers of DynamoDB and EC2.
    assert known - {"EC2ThrottledException", "TransactionInProgressException"} <= set(KINDS[Throttled])


def test_entity_not_found_means_gone_where_a_session_was_asked_for() -> None:
    gone = map_service_error(answer("EntityNotFoundException"), SUBJECT, region=REGION, session_id="analytics")

    assert repr(SessionNotFound("analytics", region=REGION)) == repr(gone)


@pytest.mark.parametrize("code", ["AccessDeniedException", "SomethingNew"])
def test_no_other_answer_means_gone(code: str) -> None:
    error = map_service_error(answer(code), SUBJECT, region=REGION, session_id="analytics")

    assert isinstance(error, LookFailed)


def test_the_action_that_is_denied_is_named() -> None:
    denied = answer("AccessDenied")
    expected = AccessDenied(SUBJECT, region=REGION, detail="AccessDenied", action="glue:ListSessions")

    assert repr(expected) == repr(map_service_error(denied, SUBJECT, region=REGION, action="glue:ListSessions"))


@pytest.mark.parametrize(("status", "kind"), [(499, Refused), (500, ServiceFault), (503, ServiceFault)])
def test_an_unknown_error_is_judged_by_its_status(status: int, kind: type[LookFailed]) -> None:
    expected = kind(SUBJECT, region=REGION, detail="New")

    assert repr(expected) == repr(map_service_error(answer("New", status=status), SUBJECT, region=REGION))


@pytest.mark.parametrize(
    ("told", "detail"),
    [({}, ""), ({"Error": {}}, ""), ({"Error": {"Message": "no code"}}, "no code"), ({"Error": {"Code": 404}}, "404")],
    ids=str,
)
def test_an_answer_that_tells_little_is_told_as_it_is(told: dict[str, Any], detail: str) -> None:
    assert repr(Refused(SUBJECT, region=REGION, detail=detail)) == repr(map_service_error(told, SUBJECT, region=REGION))


CLIENTS: dict[str, tuple[Exception, type[LookFailed]]] = {
    "no region": (EXCEPTIONS.NoRegionError(), NoRegion),
    "credentials from a process that fails": (EXCEPTIONS.CredentialRetrievalError(provider="process", error_msg="exit 1"), BadCredentials),
    "no credentials": (EXCEPTIONS.NoCredentialsError(), BadCredentials),
    "half of the credentials": (EXCEPTIONS.PartialCredentialsError(provider="env", cred_var="secret"), BadCredentials),
    "no profile": (EXCEPTIONS.ProfileNotFound(profile="staging"), BadCredentials),
    "no longer signed in": (EXCEPTIONS.UnauthorizedSSOTokenError(), BadCredentials),
    "no token": (EXCEPTIONS.TokenRetrievalError(provider="sso", error_msg="expired"), BadCredentials),
    "no connection": (EXCEPTIONS.EndpointConnectionError(endpoint_url="http://localhost"), Unreachable),
    "no answer in time": (EXCEPTIONS.ReadTimeoutError(endpoint_url="http://localhost"), Unreachable),
    "half an answer": (EXCEPTIONS.IncompleteReadError(actual_bytes=1, expected_bytes=2), Unreachable),
    "anything else": (EXCEPTIONS.UnknownServiceError(service_name="glue", known_service_names="none"), Misconfigured),
}


@pytest.mark.parametrize(("error", "kind"), CLIENTS.values(), ids=CLIENTS.keys())
def test_each_failure_of_the_client_is_the_error_that_it_stands_for(error: Exception, kind: type[LookFailed]) -> None:
    # That no region is set says already what boto3 would say.
    detail = "" if kind is NoRegion else str(error)
    found: GlueSessionError = map_client_error(error, SUBJECT, region=REGION)

    assert repr(kind(SUBJECT, region=REGION, detail=detail)) == repr(found)


def test_a_login_that_has_ended_is_bad_credentials_where_boto3_knows_logins(monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest boto3 that this works with knows none."""

    class LoginError(EXCEPTIONS.BotoCoreError):  # type: ignore[misc]
        fmt = "Sign in again."

    monkeypatch.setattr(EXCEPTIONS, "LoginError", LoginError)
    assert repr(BadCredentials(SUBJECT, region=REGION, detail="Sign in again.")) == repr(
        map_client_error(LoginError(), SUBJECT, region=REGION)
    )

    monkeypatch.delattr(EXCEPTIONS, "LoginError")
    assert repr(Misconfigured(SUBJECT, region=REGION, detail="Sign in again.")) == repr(
        map_client_error(LoginError(), SUBJECT, region=REGION)
    )


def test_a_header_that_python_refuses_is_told_without_its_value() -> None:
    """The value is a session token, or an access key, as it was pasted."""
    expected = BadCredentials(SUBJECT, region=REGION, detail="an access key or a session token has a line break in it")

    assert repr(expected) == repr(map_client_error(ValueError("Invalid header value b'hush-hush\\n'"), SUBJECT, region=REGION))


def test_an_answer_about_a_signature_is_told_without_what_was_signed() -> None:
    said = "The request signature we calculated does not match the signature you provided."
    refused = answer("InvalidSignatureException", f"{said}\n\nThe Canonical String for this request should have been\n'POST\nhush-hush'")

    expected = BadCredentials(SUBJECT, region=REGION, detail=f"InvalidSignatureException: {said}")
    assert repr(expected) == repr(map_service_error(refused, SUBJECT, region=REGION))
