"""Sessions and errors as fronts tell them: plain values by name, and a number for scripts to branch on.

Rules of this module: it maps kinds of errors, never their texts. A session's arguments are told only to whoever asks for secrets.
"""

from __future__ import annotations

from enum import IntEnum

from pulumi_glue_session.core.errors import (
    AccessDenied,
    BadCredentials,
    GlueSessionError,
    InvalidInput,
    LookFailed,
    NotOneSession,
    SessionNotFound,
    WaitedTooLong,
    WrongAccount,
)


class ExitCode(IntEnum):
    """What became of it, as an exit code."""

    DONE = 0
    """Found; or, where it was waited for, as it should be."""
    NOT_READY = 1
    """It can't become what was waited for, or is not as expected."""
    WRONG_USE = 2
    """An argument means nothing."""
    NOT_FOUND = 3
    """No such session, or not exactly one that fits."""
    DENIED = 4
    """The caller may not see it, or has no credentials that count."""
    TOO_LATE = 5
    """Still on its way when the time was up."""
    NOT_SEEN = 6
    """Glue could not be asked, or did not answer."""


_OUTCOMES: tuple[tuple[type[GlueSessionError], ExitCode], ...] = (
    (InvalidInput, ExitCode.WRONG_USE),
    (SessionNotFound, ExitCode.NOT_FOUND),
    (NotOneSession, ExitCode.NOT_FOUND),
    (AccessDenied, ExitCode.DENIED),
    (BadCredentials, ExitCode.DENIED),
    (WrongAccount, ExitCode.DENIED),
    (WaitedTooLong, ExitCode.TOO_LATE),
    (LookFailed, ExitCode.NOT_SEEN),
    (GlueSessionError, ExitCode.NOT_READY),
)
"""The first that an error is one of."""


def exit_code_for(error: GlueSessionError) -> ExitCode:
    """What an error means to a script."""
    return next(outcome for kind, outcome in _OUTCOMES if isinstance(error, kind))
