"""How the provider says no: what a refused record is told for, and how a failed read comes to one sentence.

Rules of this module: it knows what Pulumi's server does with what a provider raises, and imports nothing of it. No secret is told.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import Any, NoReturn, cast

from pulumi_glue_session.core.messages import sanitize, short_repr


def id_mismatch_message(observed: object, recorded: object) -> str:
    """Why a record is refused whose id is not that of the session that was observed."""
    return (
        f"{short_repr(observed)} was observed, and {short_repr(recorded)} would be recorded: "
        "take session_id out of ignore_changes and of transforms, since they come after the session was read"
    )


def prefix_input(name: str, reason: str) -> str:
    """A reason with the name of the input before it, where there is one."""
    return f"{name}: {reason}" if name else reason


def is_terminal_safe(value: object) -> bool:
    """Whether no text in it could do anything to a terminal."""
    if isinstance(value, dict):
        named = cast("dict[object, object]", value)
        return all(map(is_terminal_safe, (*named.keys(), *named.values())))
    if isinstance(value, list):
        return all(map(is_terminal_safe, cast("list[object]", value)))
    return not isinstance(value, str) or value == sanitize(value)


def abort_without_traceback(sentence: str) -> NoReturn:
    """Fail this read with one sentence.

    Since pulumi 3.261 the SDK's server sends the whole traceback of whatever a provider raises, by calling `abort` of the call's context
    (pulumi #24465). Here that call's own `abort` is made to send the sentence instead. Where the server is built otherwise, the exception
    still carries the sentence as its last line.
    """
    frame = sys._getframe()  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - the only way from a provider method to its call
    while frame.f_back is not None:
        frame = frame.f_back
        context: Any = frame.f_locals.get("context")
        if hasattr(context, "abort"):
            context.abort = functools.partial(_abort_with, context.abort, sentence)
            break
    raise RuntimeError(sentence)


def _abort_with(abort: Callable[[Any, str], NoReturn], sentence: str, code: Any, _details: str) -> NoReturn:  # noqa: ANN401
    abort(code, sentence)
