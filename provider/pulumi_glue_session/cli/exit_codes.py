"""Exit codes of `glue-session`, for scripts to branch on."""

from __future__ import annotations

from enum import IntEnum

from pulumi_glue_session.core.errors import (
    AccessDenied,
    BadCredentials,
    GlueSessionError,
    InvalidInput,
    LookFailed,
    Misconfigured,
    NotOneSession,
    SessionNotFound,
    WaitedTooLong,
    WrongAccount,
)


class ExitCode(IntEnum):
    """Result of a command."""

    DONE = 0
    """The session was found or, for `wait`, has the status that was waited for."""
    NOT_READY = 1
    """The session can no longer get that status, or is not as expected."""
    USAGE = 2
    """An argument is invalid."""
    NOT_FOUND = 3
    """No session has this id, or not exactly one matches the filter."""
    DENIED = 4
    """Credentials or AWS configuration are missing or invalid, of another account, or may not read the session."""
    TIMED_OUT = 5
    """The session was still pending when the timeout was over."""
    READ_FAILED = 6
    """Glue could not be read."""
    OUTPUT_FAILED = 7
    """The result could not be written, for instance to a full disk."""
    INTERRUPTED = 130
    """Ctrl-C: 128 plus the number of SIGINT, as in shells."""


_CODES: tuple[tuple[type[GlueSessionError], ExitCode], ...] = (
    (InvalidInput, ExitCode.USAGE),
    (SessionNotFound, ExitCode.NOT_FOUND),
    (NotOneSession, ExitCode.NOT_FOUND),
    (AccessDenied, ExitCode.DENIED),
    (BadCredentials, ExitCode.DENIED),
    (WrongAccount, ExitCode.DENIED),
    (Misconfigured, ExitCode.DENIED),
    (WaitedTooLong, ExitCode.TIMED_OUT),
    (LookFailed, ExitCode.READ_FAILED),
    (GlueSessionError, ExitCode.NOT_READY),
)
"""Code of each class of errors. The first match counts."""


def exit_code_for(error: GlueSessionError) -> ExitCode:
    """Exit code that tells a script about `error`."""
    return next(code for kind, code in _CODES if isinstance(error, kind))
