"""Each error of AWS and of botocore maps to one exception."""

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
def test_error_code(kind: type[LookFailed], code: str) -> None:
    expected = kind(SUBJECT, region=REGION, detail=f"{code}: some reason", detail_label="Glue says")

    assert repr(expected) == repr(map_service_error(answer(code, "some reason"), SUBJECT, region=REGION))


def test_entity_not_found_without_a_session_is_refused() -> None:
    gone = EXCEPTIONS.ClientError(answer("EntityNotFoundException", "some reason"), "ListSessions")

    assert isinstance(map_error(gone, SUBJECT, region=REGION), Refused)
    assert isinstance(map_error(gone, SUBJECT, region=REGION, session_id="analytics"), SessionNotFound)


def test_botocores_throttling_codes_are_known() -> None:
    """A wait goes on after these when the client's retries are used up."""
    standard: Any = import_module("botocore.retries.standard")
    known = set(standard.ThrottledRetryableChecker._THROTTLED_ERROR_CODES)  # noqa: SLF001 - not public in botocore

    # DynamoDB and EC2 answer these two.
    assert known - {"EC2ThrottledException", "TransactionInProgressException"} <= set(KINDS[Throttled])


def test_entity_not_found_means_session_not_found() -> None:
    gone = map_service_error(answer("EntityNotFoundException"), SUBJECT, region=REGION, session_id="analytics")

    assert repr(SessionNotFound("analytics", region=REGION)) == repr(gone)


@pytest.mark.parametrize("code", ["AccessDeniedException", "SomethingNew"])
def test_no_other_code_means_session_not_found(code: str) -> None:
    error = map_service_error(answer(code), SUBJECT, region=REGION, session_id="analytics")

    assert isinstance(error, LookFailed)


def test_access_denied_names_the_action() -> None:
    denied = answer("AccessDenied")
    expected = AccessDenied(
        SUBJECT, region=REGION, detail="AccessDenied", detail_label="Glue says", action="glue:ListSessions"
    )

    assert repr(expected) == repr(map_service_error(denied, SUBJECT, region=REGION, action="glue:ListSessions"))


@pytest.mark.parametrize(("status", "kind"), [(499, Refused), (500, ServiceFault), (503, ServiceFault)])
def test_unknown_code_maps_by_http_status(status: int, kind: type[LookFailed]) -> None:
    expected = kind(SUBJECT, region=REGION, detail="New", detail_label="Glue says")

    assert repr(expected) == repr(map_service_error(answer("New", status=status), SUBJECT, region=REGION))


@pytest.mark.parametrize(
    ("response", "detail"),
    [({}, ""), ({"Error": {}}, ""), ({"Error": {"Message": "no code"}}, "no code"), ({"Error": {"Code": 404}}, "404")],
    ids=str,
)
def test_incomplete_error_response(response: dict[str, Any], detail: str) -> None:
    expected = Refused(SUBJECT, region=REGION, detail=detail, detail_label="Glue says")

    assert repr(expected) == repr(map_service_error(response, SUBJECT, region=REGION))


CLIENTS: dict[str, tuple[Exception, type[LookFailed]]] = {
    "no region": (EXCEPTIONS.NoRegionError(), NoRegion),
    "no credentials": (EXCEPTIONS.NoCredentialsError(), BadCredentials),
    "half of the credentials": (EXCEPTIONS.PartialCredentialsError(provider="env", cred_var="secret"), BadCredentials),
    "no longer signed in": (EXCEPTIONS.UnauthorizedSSOTokenError(), BadCredentials),
    "no token": (EXCEPTIONS.TokenRetrievalError(provider="sso", error_msg="expired"), BadCredentials),
    "no connection": (EXCEPTIONS.EndpointConnectionError(endpoint_url="http://localhost"), Unreachable),
    "no answer in time": (EXCEPTIONS.ReadTimeoutError(endpoint_url="http://localhost"), Unreachable),
    "half an answer": (EXCEPTIONS.IncompleteReadError(actual_bytes=1, expected_bytes=2), Unreachable),
    "anything else": (EXCEPTIONS.UnknownServiceError(service_name="glue", known_service_names="none"), Misconfigured),
}


@pytest.mark.parametrize(("error", "kind"), CLIENTS.values(), ids=CLIENTS.keys())
def test_client_error(error: Exception, kind: type[LookFailed]) -> None:
    # NoRegion needs no detail.
    detail = "" if kind is NoRegion else str(error)
    found: GlueSessionError = map_client_error(error, SUBJECT, region=REGION)

    assert repr(kind(SUBJECT, region=REGION, detail=detail)) == repr(found)


def test_missing_profile() -> None:
    error = EXCEPTIONS.ProfileNotFound(profile="staging")
    remedy = "name a profile of the shared files: aws configure list-profiles shows them"

    assert repr(BadCredentials(SUBJECT, region=REGION, detail=str(error), remedy=remedy)) == repr(
        map_client_error(error, SUBJECT, region=REGION)
    )


def test_expired_login(monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest supported boto3 does not have LoginError."""

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


def test_invalid_header_value_is_not_printed() -> None:
    """The value is a session token or an access key."""
    expected = BadCredentials(
        SUBJECT,
        region=REGION,
        detail="an access key or session token contains a line break",
        remedy="remove the line break",
    )

    assert repr(expected) == repr(
        map_client_error(ValueError("Invalid header value b'planted-token\\n'"), SUBJECT, region=REGION)
    )


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("RequestTimeTooSkewed", "The difference between the request time and the current time is too large."),
        ("InvalidSignatureException", "Signature expired: 20261127T080000Z is now earlier than 20261127T085500Z"),
    ],
)
def test_clock_skew_speaks_of_the_clock(code: str, message: str) -> None:
    error = map_service_error(answer(code, message), SUBJECT, region=REGION)

    assert BadCredentials is type(error)
    assert "Next: set the clock of this machine, for instance with NTP" in str(error)


def test_signed_request_is_not_printed() -> None:
    message = "The request signature we calculated does not match the signature you provided."
    refused = answer(
        "InvalidSignatureException",
        f"{message}\n\nThe Canonical String for this request should have been\n'POST\nplanted-token'",
    )

    expected = BadCredentials(
        SUBJECT, region=REGION, detail=f"InvalidSignatureException: {message}", detail_label="Glue says"
    )
    assert repr(expected) == repr(map_service_error(refused, SUBJECT, region=REGION))
