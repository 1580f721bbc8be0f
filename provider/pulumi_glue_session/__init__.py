"""Read-only AWS Glue interactive sessions for Pulumi programs: read, wait until READY, record, show drift.

Public names are imported when they are first used, so that the command line needs neither Pulumi nor gRPC.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pulumi_glue_session.core.errors import (
        AccessDenied,
        BadCredentials,
        CredentialsUnavailable,
        GlueSessionError,
        InvalidInput,
        LookFailed,
        Misconfigured,
        NoRegion,
        NotAsExpected,
        NotOneSession,
        Refused,
        ServiceFault,
        SessionEnded,
        SessionNotFound,
        Throttled,
        UnknownStatus,
        Unreachable,
        WaitedTooLong,
        WrongAccount,
    )
    from pulumi_glue_session.dynamic.aws_options import AssumeRole, AssumeRoleWithWebIdentity, AwsOptions
    from pulumi_glue_session.dynamic.functions import get_session, get_session_output, get_sessions, get_sessions_output
    from pulumi_glue_session.dynamic.resource import GlueSession
    from pulumi_glue_session.dynamic.results import (
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
    "CredentialsUnavailable",
    "GetSessionResult",
    "GetSessionsResult",
    "GlueSession",
    "GlueSessionError",
    "InvalidInput",
    "LookFailed",
    "Misconfigured",
    "NoRegion",
    "NotAsExpected",
    "NotOneSession",
    "Refused",
    "ServiceFault",
    "SessionCommand",
    "SessionEnded",
    "SessionNotFound",
    "Throttled",
    "UnknownStatus",
    "Unreachable",
    "WaitedTooLong",
    "WrongAccount",
    "get_session",
    "get_session_output",
    "get_sessions",
    "get_sessions_output",
]

__version__ = "0.1.0"

_MODULES = {
    "GlueSession": "dynamic.resource",
    **dict.fromkeys(("AssumeRole", "AssumeRoleWithWebIdentity", "AwsOptions"), "dynamic.aws_options"),
    **dict.fromkeys(("get_session", "get_session_output", "get_sessions", "get_sessions_output"), "dynamic.functions"),
    **dict.fromkeys(
        (
            "AwaitableGetSessionResult",
            "AwaitableGetSessionsResult",
            "GetSessionResult",
            "GetSessionsResult",
            "SessionCommand",
        ),
        "dynamic.results",
    ),
}
"""Module of each public name; every other public name is an error."""


def __getattr__(name: str) -> object:
    if name not in __all__:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    value: object = getattr(import_module(f"{__name__}.{_MODULES.get(name, 'core.errors')}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
