"""Sessions and errors as fronts tell them: plain values by name, and a number for scripts to branch on.

Rules of this module: it maps kinds of errors, never their texts. A session's arguments are told only to whoever asks for secrets.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any

from pulumi_glue_session.errors import (
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
from pulumi_glue_session.session import SECRET, Session

__all__ = ["Outcome", "outcome_of", "values"]


class Outcome(IntEnum):
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


_OUTCOMES: tuple[tuple[type[GlueSessionError], Outcome], ...] = (
    (InvalidInput, Outcome.WRONG_USE),
    (SessionNotFound, Outcome.NOT_FOUND),
    (NotOneSession, Outcome.NOT_FOUND),
    (AccessDenied, Outcome.DENIED),
    (BadCredentials, Outcome.DENIED),
    (WrongAccount, Outcome.DENIED),
    (WaitedTooLong, Outcome.TOO_LATE),
    (LookFailed, Outcome.NOT_SEEN),
    (GlueSessionError, Outcome.NOT_READY),
)
"""The first that an error is one of."""


def outcome_of(error: GlueSessionError) -> Outcome:
    """What an error means to a script."""
    return next(outcome for kind, outcome in _OUTCOMES if isinstance(error, kind))


def values(session_id: str, region: str, session: Session, *, secrets: bool = False) -> dict[str, Any]:
    """Everything known of a session, as plain JSON values by the names of the resource's outputs."""
    known = session.values()
    return {"session_id": session_id, "region": region} | {name: value for name, value in known.items() if secrets or name not in SECRET}
