"""Texts that try to do something to whoever shows or keeps them, and what is right of a line that holds one.

Rules of this module: a text is a plain value, with the reason that it is here as its name. What Glue itself would refuse is among them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from hypothesis import strategies as st

from pulumi_glue_session.core.session import is_valid_id

__all__ = ["HAND_PICKED", "hostile_ids", "hostile_texts", "is_fit"]

HAND_PICKED: Mapping[str, str] = {
    "Pulumi's colours": "a <{%reset%}> and <{%fg 13%}> b",
    "a colour that Pulumi doesn't know": "a <{%boom%}> b",
    "a colour that does not end": "a <{%boom",
    "a colour in halves": "<<{%{%reset%}>",
    "escape sequences": "\x1b[31mred\x1b[0m \x1b]0;title\x07 \x1b[2J",
    "escape sequences of one character": "\x9b31mred \x9d0;title\x9c",
    "lines": "one\ntwo\r\nthree\rfour\u2028five\u2029six\x85seven\x0beight\x0cnine",
    "tab": "a\tb",
    "NUL, backspace, DEL": "a\0b\x08c\x7f",
    "right to left": "\u202eevil\u202c \u2066x\u2069 \u200f",
    "invisible": "a\u200b\u200d\ufeff\u00adb\U000e0041",
    "emoji": "👩\u200d👩\u200d👧 🏴\U000e0067\U000e007f e\u0301",
    "255 emoji": "😀" * 255,
    "255 characters": "x" * 255,
    "path": "../../../../etc/passwd",
    "path of another system": "..\\..\\C:\\windows\\..",
    "what fills in formats": "%s %d %n %!v(MISSING) {} {0} {{.}} ${pulumi:stack} $(id) `id`",
    "quotes": '"\'\\"}, {"a": \'b\'',
    "markup of the web": "<script>alert(1)</script> &amp; <!-- [x](javascript:1)",
    "no character": "\ufffe\uffff",
}
"""Each does something else."""


def is_fit(line: str) -> bool:
    """Whether a line that is shown does nothing to a terminal, and tells Pulumi's display no colour."""
    steers = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    return "<{%" not in line and steers.isdisjoint(map(unicodedata.category, line))


_PIECES = st.sampled_from([*HAND_PICKED.values(), "<{%", "%}>", "<", "{%", "reset", "\x1b[", "\n", "..", "/", "."])


def hostile_texts(*, pieces: int = 4) -> st.SearchStrategy[str]:
    """Texts made of the hand-picked ones, of parts of them and of any characters that are some."""
    return st.lists(_PIECES | st.text(max_size=8), max_size=pieces).map("".join)


def hostile_ids() -> st.SearchStrategy[str]:
    """The same, as far as a session may be called so."""
    return hostile_texts().map(lambda text: "".join(filter(is_valid_id, text))[:255]).filter(bool)
