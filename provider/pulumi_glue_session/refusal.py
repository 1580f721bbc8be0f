"""How the provider says no: what a refused record is told for, and how a failed read comes to one sentence.

Rules of this module: it knows what Pulumi's server does with what a provider raises, and imports nothing of it. No secret is told.
"""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NoReturn, cast

from pulumi_glue_session.session import SECRET
from pulumi_glue_session.terms import spoken
from pulumi_glue_session.words import given, printable

__all__ = ["about", "another", "can_be_printed", "drift", "fail"]


def another(observed: object, recorded: object) -> str:
    """Why a record is refused whose id is not that of the session that was observed."""
    return (
        f"{given(observed)} was observed, and {given(recorded)} would be recorded: "
        "take session_id out of ignore_changes and of transforms, since they come after the session was read"
    )


def about(name: str, reason: str) -> str:
    """A reason with the name of the input before it, where there is one."""
    return f"{name}: {reason}" if name else reason


def can_be_printed(value: object) -> bool:
    """Whether no text in it could do anything to a terminal."""
    if isinstance(value, dict):
        named = cast("dict[object, object]", value)
        return all(map(can_be_printed, (*named.keys(), *named.values())))
    if isinstance(value, list):
        return all(map(can_be_printed, cast("list[object]", value)))
    return not isinstance(value, str) or value == printable(value)


def drift(olds: Mapping[str, Any], session: Mapping[str, Any], *, of: Iterable[str]) -> str:
    """What is no longer as recorded, for the sentence of a failure: the engine shows no differences of a resource that fails."""
    changed = [key for key in of if key in olds and key in session and olds[key] != session[key]]
    spelled = spoken().spelled
    lines = ", ".join(spelled(key) if key in SECRET else f"{spelled(key)} {_shown(olds[key])} => {_shown(session[key])}" for key in changed)
    return f" Changed since it was recorded: {lines}." if lines else ""


def _shown(value: Any) -> str:  # noqa: ANN401 - a plain value of a record
    # Every number comes over the wire as a float (pulumi #13830).
    whole = isinstance(value, float) and value.is_integer()
    return printable(json.dumps(int(value) if whole else value, ensure_ascii=False, default=str))


def fail(sentence: str) -> NoReturn:
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
