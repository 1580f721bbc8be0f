"""Failures of the provider: the text of a refused record, and one sentence instead of a traceback for a failed read."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import Any, NoReturn

from pulumi_glue_session.core.messages import ErrorReport, short_repr

MISSING_DEPENDENCY = ErrorReport(
    fact="A dependency of this Glue session does not exist, so the session was not read",
    next_step="if the dependency failed, correct that error; if this update has targets, add the dependency to them",
)


def id_mismatch_message(observed: object, recorded: object) -> str:
    """Reason to refuse a record whose `session_id` is not that of the observed session."""
    return (
        f"{short_repr(observed)} was read, but {short_repr(recorded)} would be recorded: "
        "remove session_id from ignore_changes and from transforms, which apply after the session is read"
    )


AWS_MISMATCH = (
    "the session was read with other AWS options than would be recorded: "
    "remove aws from ignore_changes and from transforms, which apply after the session is read"
)


def prefix_input(name: str, reason: str) -> str:
    """`reason` prefixed with the name of the input, if there is one."""
    return f"{name}: {reason}" if name else reason


def abort_without_traceback(message: str) -> NoReturn:
    """Fail the current call with `message`.

    Since pulumi 3.261 the SDK's server calls `abort` of the gRPC context with the whole traceback of an exception
    (pulumi #24465), so `abort` of this call is replaced to send the message. A server without such a context prints the
    message as the exception's last line.
    """
    frame = sys._getframe()  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - nothing else leads from a provider method to its call
    while frame.f_back is not None:
        frame = frame.f_back
        context: Any = frame.f_locals.get("context")
        if hasattr(context, "abort"):
            context.abort = functools.partial(_abort_with, context.abort, message)
            break
    raise RuntimeError(message)


def _abort_with(abort: Callable[[Any, str], NoReturn], message: str, code: Any, _details: str) -> NoReturn:
    abort(code, message)
