"""What boto3 reports, as the error of ours that it stands for.

Rules of this module: one error in, one error out; nothing is asked. Only EntityNotFoundException about a session means gone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

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

_OPERATIONS = frozenset({"GetSession", "GetSystemLogsForSession", "ListSessions"})

PARSE_ERRORS = (ValueError, TypeError, AttributeError, KeyError)
"""What botocore's parser raises, unwrapped, for JSON of another shape than the model's."""

_CANONICAL = "\n\nThe Canonical String"
"""What follows in an answer about a signature is the whole request as it was signed, session token included."""

_NO_HEADER = "Invalid header value"
"""Beginning of Python's own refusal (http.client), which ends with the value: for a request to AWS a session token, or an access key."""


def map_error(error: Exception, subject: str, *, region: str, session_id: str = "") -> GlueSessionError:
    """The error that stands for what a call of boto3 raised: one of botocore, `UNREADABLE`, or a plain RuntimeError."""
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.parsers import ResponseParserError

    if isinstance(error, ClientError):
        if error.operation_name in _OPERATIONS:
            action = f"glue:{error.operation_name}"
            return map_service_error(error.response, subject, session_id=session_id, region=region, action=action)
        # The call that failed was one for credentials: AssumeRole and its like, or whose they are.
        refusal = map_service_error(error.response, subject, region=region)
        passes = isinstance(refusal, LookFailed) and refusal.is_transient
        return refusal if passes else BadCredentials(subject, region=region, detail=_without_signature(str(error)))
    if isinstance(error, BotoCoreError):
        return map_client_error(error, subject, region=region)
    if isinstance(error, RuntimeError):
        # botocore's own word for assumed credentials that have ended when they come.
        return BadCredentials(subject, region=region, detail=str(error))
    # The text of botocore's own error holds the whole answer. One of STS, cut short, has credentials in it.
    told = "" if isinstance(error, ResponseParserError) else f": {error}"
    return Unreachable(subject, region=region, detail=f"an answer that can't be read{told}")


def map_service_error(
    answer: Mapping[str, Any], subject: str, *, region: str, session_id: str = "", action: str = "glue:GetSession"
) -> GlueSessionError:
    """The error that an answer of the service stands for."""
    code = str(answer.get("Error", {}).get("Code", ""))
    message = _without_signature(str(answer.get("Error", {}).get("Message", "")))
    status = answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code == _GONE and session_id:
        return SessionNotFound(session_id, region=region)
    detail = ": ".join(filter(None, (code, message)))
    if code in _DENIED:
        return AccessDenied(subject, region=region, detail=detail, detail_label="Glue says", action=action)
    kind: type[LookFailed] = Refused
    if code in _BAD_CREDENTIALS:
        kind = BadCredentials
    elif code in _THROTTLED:
        kind = Throttled
    elif code in _FAULTS or status >= _SERVER_ERROR:
        kind = ServiceFault
    return kind(subject, region=region, detail=detail, detail_label="Glue says")


def map_client_error(error: Exception, subject: str, *, region: str) -> GlueSessionError:
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


def _without_signature(message: str) -> str:
    """Message of the service without what was signed."""
    return message.partition(_CANONICAL)[0]
