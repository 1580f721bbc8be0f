"""Values as a person reads them in one sentence: times, statuses, texts from outside, wrong arguments.

Rules of this module: pure, nothing known of sessions. What it gives is fit for one line of a terminal.
"""

from __future__ import annotations

__all__ = ["given", "in_words", "printable", "spell"]

_PRINTABLE_MESSAGE = 1_000
"""Characters of a text from outside: AWS's own messages are shorter."""

_GIVEN = 400
"""Characters of a wrong argument."""

_MARKUP, _BROKEN_MARKUP = "<{%", "<{ %"
"""How Pulumi's colour commands begin, as in `<{%reset%}>`, and how that is shown. The engine obeys one in any message, leaves out all that
follows one without an end, and dies of one that it doesn't know (its package `colors`)."""


def spell(seconds: float) -> str:
    """A length of time as a person writes it: `42 s`, `10 min`, `1 h 30 min`."""
    whole = round(seconds)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    parts = [f"{n} {unit}" for n, unit in ((hours, "h"), (minutes, "min"), (rest, "s")) if n]
    return " ".join(parts) or "0 s"


def in_words(names: frozenset[str]) -> str:
    """A set of statuses as a person writes it: `READY`, `READY or STOPPED`."""
    return " or ".join(sorted(names))


def printable(text: str) -> str:
    """Text from outside, fit for one line of a terminal: no control characters, no colour command of Pulumi's, not endless."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split()).rstrip(".").replace(_MARKUP, _BROKEN_MARKUP)
    return line if len(line) <= _PRINTABLE_MESSAGE else line[:_PRINTABLE_MESSAGE] + "…"


def given(value: object) -> str:
    """What a program gave, as it would write it; short, since it only has to be recognised."""
    try:
        text = printable(repr(value))
    except ValueError:
        # A number with more digits than Python writes out.
        text = f"a huge {type(value).__name__}"
    return text if len(text) <= _GIVEN else text[:_GIVEN] + "…"
