"""What boto3 reports, as the error of ours that it stands for.

Rules of this module: one error in, one error out; nothing is asked. Only EntityNotFoundException about a session means gone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi_glue_session.errors import (
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

__all__ = ["from_answer", "from_client", "holds_credentials", "without_signature"]

_GONE = "EntityNotFoundException"
_DENIED = frozenset({"AccessDeniedException", "AccessDenied", "UnauthorizedOperation"})
_BAD_CREDENTIALS = frozenset(
    {
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
    }
)
"""Common error types of AWS services that the caller's credentials bring about (Glue API reference, "Common Errors")."""

_THROTTLED = frozenset(
    {
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
    }
)
"""GetSession's model names no throttling error, but it happens (dbt-glue #693)."""

_FAULTS = frozenset({"InternalFailure", "InternalServiceException", "OperationTimeoutException", "ServiceUnavailable"})
_SERVER_ERROR = 500

_CANONICAL = "\n\nThe Canonical String"
"""What follows in an answer about a signature is the whole request as it was signed, session token included."""

_NO_HEADER = "Invalid header value"
"""Beginning of Python's own refusal (http.client), which ends with the value: for a request to AWS a session token, or an access key."""


def from_answer(
    answer: Mapping[str, Any], subject: str, *, region: str, session_id: str = "", action: str = "glue:GetSession"
) -> GlueSessionError:
    """The error that an answer of the service stands for."""
    code = str(answer.get("Error", {}).get("Code", ""))
    message = without_signature(str(answer.get("Error", {}).get("Message", "")))
    status = answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code == _GONE and session_id:
        return SessionNotFound(session_id, region=region)
    detail = ": ".join(filter(None, (code, message)))
    if code in _DENIED:
        return AccessDenied(subject, region=region, detail=detail, action=action)
    kind: type[LookFailed] = Refused
    if code in _BAD_CREDENTIALS:
        kind = BadCredentials
    elif code in _THROTTLED:
        kind = Throttled
    elif code in _FAULTS or status >= _SERVER_ERROR:
        kind = ServiceFault
    return kind(subject, region=region, detail=detail)


def from_client(error: Exception, subject: str, *, region: str) -> GlueSessionError:
    """The error that a failure on our side of the wire stands for."""
    from botocore import exceptions

    kind: type[LookFailed] = Misconfigured
    if isinstance(error, exceptions.NoRegionError):
        return NoRegion(subject, region=region)
    if holds_credentials(error):
        return BadCredentials(subject, region=region, detail="an access key or a session token has a line break in it")
    if isinstance(
        error,
        (
            exceptions.CredentialRetrievalError,
            # Newer than the oldest boto3 that this works with.
            getattr(exceptions, "LoginError", exceptions.SSOError),
            exceptions.NoCredentialsError,
            exceptions.PartialCredentialsError,
            exceptions.ProfileNotFound,
            exceptions.SSOError,
            exceptions.TokenRetrievalError,
        ),
    ):
        kind = BadCredentials
    elif isinstance(error, (exceptions.ConnectionError, exceptions.HTTPClientError, exceptions.IncompleteReadError)):
        kind = Unreachable
    return kind(subject, region=region, detail=str(error))


def holds_credentials(error: Exception) -> bool:
    """Whether the text of this error, and of those that it comes from, has credentials in it: it must be told nowhere."""
    return _NO_HEADER in str(error)


def without_signature(message: str) -> str:
    """Message of the service without what was signed."""
    return message.partition(_CANONICAL)[0]
