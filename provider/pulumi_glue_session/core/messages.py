"""Text that a person reads: durations, statuses, values from outside, and the parts of an error message.

Everything here is safe to print: session data and arguments can contain control characters and Pulumi's color commands.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

_MAX_TEXT = 1_000
"""Characters of a text from outside: AWS's own messages are shorter."""

_MAX_REPR = 400
"""Characters of an invalid argument."""

_MARKUP, _BROKEN_MARKUP = "<{%", "<{ %"
"""Start of Pulumi's color commands, as in `<{%reset%}>`, and how it is printed. The engine obeys a command in any
message, drops the text after an unfinished one, and panics at an unknown one (Go package `colors` of Pulumi's SDK)."""

_URL_USER = re.compile(r"((?<=://)|(?<=Invalid endpoint: ))([^\s?#'\"]*@|[^\s/?#'\"@:]+:(?!\d+[/?#'\"])\S*@)")
"""User name and password in a URL, up to the last @ before its query: a password can contain a slash by mistake.

With another character that should have been encoded, what follows the colon is not the number of a port. "Invalid
endpoint" is how the message of botocore about a URL without a scheme starts.
"""

_WIDTH = 76
"""Columns at which error messages wrap: Pulumi indents them by four, for a terminal of 80. A longer word, such as
an ARN, stays in one piece."""


@dataclass(frozen=True, kw_only=True)
class Hints:
    """Names of settings in the error messages of one face. The defaults are for Pulumi programs in Python."""

    region: str = "AWS_REGION, the stack's aws:region or AwsOptions(region=...)"
    profile: str = "AWS_PROFILE, the stack's aws:profile or AwsOptions(profile=...)"
    allowed_accounts: str = "AwsOptions(allowed_account_ids=...)"
    role: str = "the role that runs Pulumi"
    skip_wait: str = "set wait_for=None"
    list_sessions: str = "get_sessions"
    forget_record: str = "pulumi state delete"
    spell: Callable[[str], str] = str
    """Spelling of an input or output name: `session_id` is `sessionId` in the native provider."""


@dataclass(frozen=True, kw_only=True)
class ErrorReport:
    """An error message in parts. `str()` puts the fact on the first line and every other part on a line of its own."""

    fact: str
    details: tuple[tuple[str, str], ...] = ()
    """Label and text of more lines, such as ("Glue says", "no more addresses"). The label can be empty."""
    changed: tuple[str, ...] = ()
    """Fields that differ from the recorded state, such as `status "READY" => "FAILED"`."""
    next_step: str = ""

    def to_dict(self) -> dict[str, Any]:
        """The parts as plain JSON values."""
        return {
            "fact": self.fact,
            "details": [list(each) for each in self.details],
            "changed": list(self.changed),
            "next_step": self.next_step,
        }

    @classmethod
    def parse(cls, parts: Mapping[str, Any]) -> ErrorReport:
        """Report of what `to_dict` returned. Ignores values of other types, because a transform can change them."""
        details, changed = (_as_list(parts.get(name)) for name in ("details", "changed"))
        pairs = map(_as_list, details)
        return cls(
            fact=str(parts.get("fact", "")),
            details=tuple((str(each[0]), str(each[1])) for each in pairs if len(each) == 2),  # noqa: PLR2004
            changed=tuple(map(str, changed)),
            next_step=str(parts.get("next_step", "")),
        )

    def __str__(self) -> str:
        lines = [_wrap(self.fact)]
        lines += [_wrap(f"{label}: {text}" if label else text, indent="  ") for label, text in self.details]
        if self.changed:
            lines.append(_wrap(f"Changed since recorded: {', '.join(self.changed)}", indent="  "))
        if self.next_step:
            lines.append(_wrap(f"Next: {self.next_step}", indent="  "))
        return "\n".join(lines)


def _as_list(value: Any) -> list[Any]:
    return cast("Any", value) if isinstance(value, list) else []


def _wrap(text: str, *, indent: str = "") -> str:
    return textwrap.fill(
        text,
        width=_WIDTH,
        initial_indent=indent,
        subsequent_indent=f"{indent}  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def format_duration(seconds: float) -> str:
    """Duration in the form that inputs take: `42s`, `10m`, `1h30m`."""
    whole = round(seconds)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return "".join(f"{n}{unit}" for n, unit in ((hours, "h"), (minutes, "m"), (rest, "s")) if n) or "0s"


def join_statuses(statuses: frozenset[str]) -> str:
    """Statuses in a sentence: `READY`, `READY or STOPPED`."""
    return " or ".join(sorted(statuses))


def mask_passwords(text: str) -> str:
    """The text without the user names and passwords of URLs."""
    return _URL_USER.sub("***@", text)


def sanitize(text: str) -> str:
    """Text from outside on one line of a terminal.

    Control characters, color commands and passwords in URLs are removed, and the length is limited.
    """
    text = mask_passwords(text)
    line = (
        " ".join("".join(c if c.isprintable() else " " for c in text).split())
        .rstrip(".")
        .replace(_MARKUP, _BROKEN_MARKUP)
    )
    return line if len(line) <= _MAX_TEXT else line[:_MAX_TEXT] + "…"


def short_repr(value: object) -> str:
    """An invalid argument as the user wrote it, limited in length."""
    try:
        text = sanitize(repr(value))
    except ValueError:
        # Python refuses to write out an integer of more than 4,300 digits.
        text = f"a huge {type(value).__name__}"
    return text if len(text) <= _MAX_REPR else text[:_MAX_REPR] + "…"
