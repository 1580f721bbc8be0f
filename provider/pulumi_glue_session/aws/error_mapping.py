"""Maps errors of boto3 and botocore to the package's exceptions.

Only EntityNotFoundException about a session maps to SessionNotFound. With all other errors nothing is known about it.
"""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from typing import Any

from pulumi_glue_session.aws.credentials import CredentialSource, MfaRequired, UnusableKeys
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

THROTTLING_CODES = frozenset(
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

_LINE_BREAK = "an access key or session token contains a line break"

_CLOCK_SKEW = ("RequestTimeTooSkewed", "Signature expired", "Signature not yet current", "RequestInTheFuture")
"""Codes and beginnings of messages of a request whose time is not that of AWS."""

_CLOCK_REMEDY = "set the clock of this machine, for instance with NTP"

_STS_REGION_REMEDY = "activate STS in this region, or use another one: sts_region, stsRegion or aws:stsRegion"
_NETWORK_REMEDY = "check the network, the proxy, and the region and endpoint URL of this service"
_PROFILE_SETTINGS_REMEDY = "correct the profile in the shared configuration file"

_COMMAND_ERRORS = ("No closing quotation", "No escaped character")
"""Errors of a command that botocore cannot split into words."""

_SERVICES = {"GetRoleCredentials": "IAM Identity Center says", "CreateOAuth2Token": "AWS Sign-In says"}
"""Labels for errors of services other than STS, by operation."""

_MFA_REMEDY = (
    "put temporary credentials into the environment (aws sts get-session-token), let the AWS CLI cache those of the "
    "role (aws sts get-caller-identity --profile {profile}), or use aws sso login or aws login"
)

_SSO_REMEDY = "run aws sso login for the profile that source_profile names"
_PROFILE_REMEDY = "name a profile of the shared files: aws configure list-profiles shows them"

_UNSUPPORTED_HOST = "Unsupported host "
"""Start of botocore's error for the URL of a container's credentials."""

_UNPARSABLE_URLS = ("Failed to parse:", "Invalid IPv6 URL")
"""In errors of urllib3 and urllib for a URL that is not valid."""

_PROXY_AUTHENTICATION = 407
_PROXY_REMEDY = "correct HTTPS_PROXY, HTTP_PROXY or the proxy options: address, user name and password"

PARSE_ERRORS = (ValueError, TypeError, AttributeError, KeyError, OverflowError)
"""What botocore's parser raises for JSON that does not have the shape of the model."""

_CANONICAL_REQUEST = "\n\nThe Canonical String"
"""Starts the part of a signature error that repeats the signed request, session token included."""

_INVALID_HEADER = "Invalid header value"
"""Start of http.client's error for a header with a line break. The rest is the value, a session token for instance."""


def map_error(error: Exception, subject: str, *, region: str, session_id: str = "") -> GlueSessionError:
    """Exception for what a call of Glue raised: an error of botocore, one of `PARSE_ERRORS` or a plain RuntimeError."""
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.parsers import ResponseParserError

    if isinstance(error, ClientError):
        action = f"glue:{error.operation_name}"
        return map_service_error(error.response, subject, session_id=session_id, region=region, action=action)
    if isinstance(error, BotoCoreError):
        return map_client_error(error, subject, region=region)
    # The text of ResponseParserError contains the whole answer.
    reason = "" if isinstance(error, ResponseParserError) else f": {error}"
    return Unreachable(subject, region=region, detail=f"invalid answer{reason}")


def credential_errors() -> tuple[type[Exception], ...]:
    """What the credential providers of botocore raise. Their own errors are only some of them."""
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.parsers import ResponseParserError

    ours = (OSError, RuntimeError, IndexError, subprocess.SubprocessError, *PARSE_ERRORS)
    return (BotoCoreError, ClientError, ResponseParserError, *ours)


def map_credentials_error(error: Exception, subject: str, *, region: str, source: CredentialSource) -> GlueSessionError:
    """Exception for what a source of credentials, or STS, raised."""
    from botocore.exceptions import ClientError, NoRegionError

    if isinstance(error, NoRegionError):
        return NoRegion(subject, region=region)
    if isinstance(error, ClientError):
        failure = map_service_error(error.response, subject, region=region, says=_service_says(error))
        if isinstance(failure, (Throttled, ServiceFault)):
            return failure
    kind, facts = _explain_credentials_error(error, source)
    return kind(subject, region=region, **{"source": source.name, "remedy": source.remedy, **facts})


def _explain_credentials_error(
    error: Exception, source: CredentialSource
) -> tuple[type[BadCredentials], dict[str, str]]:
    from botocore import exceptions
    from botocore.parsers import ResponseParserError

    kind: type[BadCredentials] = BadCredentials
    if isinstance(error, (MfaRequired, exceptions.RefreshWithMFAUnsupportedError)):
        facts = {
            "detail": f'profile "{source.profile}" needs an MFA code (mfa_serial), which cannot be asked for here',
            "remedy": _MFA_REMEDY.format(profile=source.profile),
        }
    elif holds_credentials(error):
        facts = {"detail": _LINE_BREAK, "source": "", "remedy": "remove the line break"}
    elif isinstance(error, UnusableKeys):
        facts = {"detail": str(error), "remedy": error.remedy or source.remedy}
    elif isinstance(error, exceptions.ClientError):
        facts = {"detail": _without_signature(str(error)), "detail_label": _service_says(error)}
        if _is_clock_skew(str(error)):
            facts["remedy"] = _CLOCK_REMEDY
        elif error.response.get("Error", {}).get("Code") == "RegionDisabledException":
            facts["remedy"] = _STS_REGION_REMEDY
    elif isinstance(error, _sign_in_errors()):
        facts = {"detail": str(error)}
        if isinstance(error, (exceptions.SSOError, exceptions.TokenRetrievalError)) and source.method == "assume-role":
            facts["remedy"] = _SSO_REMEDY
    elif isinstance(error, RuntimeError) and "credentials" in str(error):
        # botocore raises it for credentials that are expired on arrival.
        remedy = f"{source.remedy}, or {_CLOCK_REMEDY}" if source.remedy else _CLOCK_REMEDY
        facts = {"detail": str(error), "remedy": remedy}
    else:
        kind = CredentialsUnavailable
        facts = _other_facts(error, source)
        is_safe = isinstance(error, (exceptions.BotoCoreError, OSError)) and not isinstance(error, ResponseParserError)
        is_safe = is_safe or source.method == "settings"
        is_safe = is_safe or str(error).startswith((_UNSUPPORTED_HOST, *_COMMAND_ERRORS))
        # The text of a parser's error can contain what it could not read, and with it credentials.
        facts.setdefault("detail", str(error) if is_safe else f"invalid output ({type(error).__name__})")
    return kind, facts


def _service_says(error: Any) -> str:
    """Label for the error of a service other than Glue."""
    return _SERVICES.get(error.operation_name, "STS says")


def _other_facts(error: Exception, source: CredentialSource) -> dict[str, str]:
    """What is known about an error that is not about the credentials themselves."""
    from botocore import exceptions

    if _is_about_proxy(error):
        return _proxy_facts(error)
    if isinstance(error, _network_errors()):
        return {"remedy": _NETWORK_REMEDY}
    if isinstance(error, exceptions.InvalidRegionError):
        return {"remedy": "correct the region, or the region of STS"}
    if isinstance(error, exceptions.InvalidConfigError) and source.method in ("sso", "login"):
        return {"remedy": _PROFILE_SETTINGS_REMEDY}
    return _command_facts(error) if source.method == "custom-process" else {}


def _command_facts(error: Exception) -> dict[str, str]:
    text = str(error).rstrip()
    if isinstance(error, IndexError):
        return {"detail": "the command is empty"}
    return {"detail": f"{text} it failed without a message"} if text.endswith(":") else {}


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
    if status == _PROXY_AUTHENTICATION:
        return CredentialsUnavailable(subject, region=region, detail=detail, source="proxy", remedy=_PROXY_REMEDY)
    if code in _CLOCK_SKEW or _is_clock_skew(message):
        return BadCredentials(subject, region=region, detail=detail, detail_label=says, remedy=_CLOCK_REMEDY)
    if code in _DENIED:
        return AccessDenied(subject, region=region, detail=detail, detail_label=says, action=action)
    kind: type[LookFailed] = Refused
    if code in _BAD_CREDENTIALS:
        kind = BadCredentials
    elif code in THROTTLING_CODES:
        kind = Throttled
    elif code in _FAULTS or status >= _SERVER_ERROR:
        kind = ServiceFault
    return kind(subject, region=region, detail=detail, detail_label=says)


def map_client_error(error: Exception, subject: str, *, region: str) -> GlueSessionError:
    """Exception for an error that is raised without a response of a service."""
    from botocore import exceptions

    if isinstance(error, exceptions.NoRegionError):
        return NoRegion(subject, region=region)
    if holds_credentials(error):
        return BadCredentials(subject, region=region, detail=_LINE_BREAK, remedy="remove the line break")
    if _is_about_proxy(error):
        return CredentialsUnavailable(subject, region=region, **_proxy_facts(error))
    if isinstance(error, exceptions.ProfileNotFound):
        return BadCredentials(subject, region=region, detail=str(error), remedy=_PROFILE_REMEDY)
    kind: type[LookFailed] = Misconfigured
    if isinstance(error, _sign_in_errors()):
        kind = BadCredentials
    elif isinstance(error, _network_errors()):
        kind = Unreachable
    return kind(subject, region=region, detail=str(error))


def _sign_in_errors() -> tuple[type[Exception], ...]:
    """Errors of botocore that mean missing, incomplete or expired credentials."""
    from botocore import exceptions

    return (
        # Missing in the oldest boto3 that is supported.
        getattr(exceptions, "LoginError", exceptions.SSOError),
        exceptions.NoCredentialsError,
        exceptions.PartialCredentialsError,
        exceptions.ProfileNotFound,
        exceptions.SSOError,
        exceptions.TokenRetrievalError,
    )


def _network_errors() -> tuple[type[Exception], ...]:
    from botocore import exceptions

    return (exceptions.ConnectionError, exceptions.HTTPClientError, exceptions.IncompleteReadError)


def _is_about_proxy(error: Exception) -> bool:
    from botocore import exceptions

    kinds = (exceptions.ProxyConnectionError, exceptions.InvalidProxiesConfigError)
    return _has_unparsable_url(error) or isinstance(error, kinds)


def _has_unparsable_url(error: Exception) -> bool:
    """Whether the URL is not valid. It is that of a proxy: an endpoint that cannot be parsed fails before."""
    from botocore import exceptions

    return isinstance(error, exceptions.HTTPClientError) and any(each in str(error) for each in _UNPARSABLE_URLS)


def _proxy_facts(error: Exception) -> dict[str, str]:
    # The text of the error can contain a part of the URL, and of its password.
    unparsable = "the URL of the proxy cannot be parsed: encode special characters of its user name and password"
    detail = unparsable if _has_unparsable_url(error) else str(error)
    return {"detail": detail, "source": "proxy", "remedy": _PROXY_REMEDY}


def _is_clock_skew(message: str) -> bool:
    return any(sign in message for sign in _CLOCK_SKEW)


def holds_credentials(error: Exception) -> bool:
    """Whether the text of this error and of its causes contains credentials, so that it must not be printed."""
    return _INVALID_HEADER in str(error)


def _without_signature(message: str) -> str:
    """Error message of the service without the signed request."""
    return message.partition(_CANONICAL_REQUEST)[0]
