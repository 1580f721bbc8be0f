"""Maps errors of boto3 and botocore to the package's exceptions.

Only EntityNotFoundException about a session maps to SessionNotFound. With all other errors nothing is known about it.
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
"""Error codes of AWS services that point to the credentials (Glue API reference, "Common Errors")."""

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
"""The model of GetSession lists no throttling error, but Glue does throttle it (dbt-glue #693)."""

_FAULTS = frozenset({"InternalFailure", "InternalServiceException", "OperationTimeoutException", "ServiceUnavailable"})
_SERVER_ERROR = 500

_OPERATIONS = frozenset({"GetSession", "GetSystemLogsForSession", "ListSessions"})

PARSE_ERRORS = (ValueError, TypeError, AttributeError, KeyError)
"""What botocore's parser raises for JSON that does not have the shape of the model."""

_CANONICAL_REQUEST = "\n\nThe Canonical String"
"""Starts the part of a signature error that repeats the signed request, session token included."""

_INVALID_HEADER = "Invalid header value"
"""Start of http.client's error for a header with a line break. The rest is the value, a session token for instance."""


def map_error(error: Exception, subject: str, *, region: str, session_id: str = "") -> GlueSessionError:
    """Exception for what a boto3 call raised: an error of botocore, one of `PARSE_ERRORS` or a plain RuntimeError."""
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.parsers import ResponseParserError

    if isinstance(error, ClientError):
        if error.operation_name in _OPERATIONS:
            action = f"glue:{error.operation_name}"
            return map_service_error(error.response, subject, session_id=session_id, region=region, action=action)
        # A call for credentials failed: AssumeRole or a similar one, or GetCallerIdentity.
        failure = map_service_error(error.response, subject, region=region, says="STS says")
        is_transient = isinstance(failure, LookFailed) and failure.is_transient
        return (
            failure if is_transient else BadCredentials(subject, region=region, detail=_without_signature(str(error)))
        )
    if isinstance(error, BotoCoreError):
        return map_client_error(error, subject, region=region)
    if isinstance(error, RuntimeError):
        # botocore raises it for assumed credentials that are expired on arrival.
        return BadCredentials(subject, region=region, detail=str(error))
    # The text of ResponseParserError contains the whole answer. An answer of STS contains credentials.
    reason = "" if isinstance(error, ResponseParserError) else f": {error}"
    return Unreachable(subject, region=region, detail=f"invalid answer{reason}")


def map_service_error(
    response: Mapping[str, Any],
    subject: str,
    *,
    region: str,
    session_id: str = "",
    action: str = "glue:GetSession",
    says: str = "Glue says",
) -> GlueSessionError:
    """Exception for an error response of a service."""
    code = str(response.get("Error", {}).get("Code", ""))
    message = _without_signature(str(response.get("Error", {}).get("Message", "")))
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code == _GONE and session_id:
        return SessionNotFound(session_id, region=region)
    detail = ": ".join(filter(None, (code, message)))
    if code in _DENIED:
        return AccessDenied(subject, region=region, detail=detail, detail_label=says, action=action)
    kind: type[LookFailed] = Refused
    if code in _BAD_CREDENTIALS:
        kind = BadCredentials
    elif code in _THROTTLED:
        kind = Throttled
    elif code in _FAULTS or status >= _SERVER_ERROR:
        kind = ServiceFault
    return kind(subject, region=region, detail=detail, detail_label=says)


def map_client_error(error: Exception, subject: str, *, region: str) -> GlueSessionError:
    """Exception for an error that is raised without a response of a service."""
    from botocore import exceptions

    kind: type[LookFailed] = Misconfigured
    if isinstance(error, exceptions.NoRegionError):
        return NoRegion(subject, region=region)
    if holds_credentials(error):
        return BadCredentials(subject, region=region, detail="an access key or session token contains a line break")
    if isinstance(
        error,
        (
            exceptions.CredentialRetrievalError,
            # Missing in the oldest boto3 that is supported.
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
    """Whether the text of this error and of its causes contains credentials, so that it must not be printed."""
    return _INVALID_HEADER in str(error)


def _without_signature(message: str) -> str:
    """Error message of the service without the signed request."""
    return message.partition(_CANONICAL_REQUEST)[0]
