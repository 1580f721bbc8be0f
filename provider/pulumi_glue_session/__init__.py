"""Read-only view of AWS Glue interactive sessions for Pulumi programs: observe, wait, record, show drift."""

from pulumi_glue_session.errors import (
    AccessDenied,
    BadCredentials,
    GlueSessionError,
    InvalidInput,
    LookFailed,
    Misconfigured,
    NoRegion,
    NotOneSession,
    Refused,
    ServiceFault,
    SessionNotFound,
    Throttled,
    Unreachable,
    WrongAccount,
)
from pulumi_glue_session.functions import get_session, get_session_output, get_sessions, get_sessions_output
from pulumi_glue_session.options import AssumeRole, AssumeRoleWithWebIdentity, AwsOptions
from pulumi_glue_session.resource import GlueSession
from pulumi_glue_session.results import (
    AwaitableGetSessionResult,
    AwaitableGetSessionsResult,
    GetSessionResult,
    GetSessionsResult,
    SessionCommand,
)

__all__ = [
    "AccessDenied",
    "AssumeRole",
    "AssumeRoleWithWebIdentity",
    "AwaitableGetSessionResult",
    "AwaitableGetSessionsResult",
    "AwsOptions",
    "BadCredentials",
    "GetSessionResult",
    "GetSessionsResult",
    "GlueSession",
    "GlueSessionError",
    "InvalidInput",
    "LookFailed",
    "Misconfigured",
    "NoRegion",
    "NotOneSession",
    "Refused",
    "ServiceFault",
    "SessionCommand",
    "SessionNotFound",
    "Throttled",
    "Unreachable",
    "WrongAccount",
    "get_session",
    "get_session_output",
    "get_sessions",
    "get_sessions_output",
]

__version__ = "0.1.0"
