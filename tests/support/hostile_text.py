"""Hostile texts: input that tries to control a terminal, a display or a wire format."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from hypothesis import strategies as st

from pulumi_glue_session.core.session import is_valid_id

HAND_PICKED: Mapping[str, str] = {
    "Pulumi's colors": "a <{%reset%}> and <{%fg 13%}> b",
    "an unknown color of Pulumi": "a <{%boom%}> b",
    "a color that does not end": "a <{%boom",
    "a nested color": "<<{%{%reset%}>",
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
    "path of Windows": "..\\..\\C:\\windows\\..",
    "format strings": "%s %d %n %!v(MISSING) {} {0} {{.}} ${pulumi:stack} $(id) `id`",
    "quotes": '"\'\\"}, {"a": \'b\'',
    "markup": "<script>alert(1)</script> &amp; <!-- [x](javascript:1)",
    "noncharacters": "\ufffe\uffff",
}
"""Texts by the reason for which they are here. Glue itself would refuse some of them."""


def is_fit(line: str) -> bool:
    """Whether a printed line is safe: without control characters for a terminal and color commands for Pulumi."""
    control = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    return "<{%" not in line and control.isdisjoint(map(unicodedata.category, line))


_PIECES = st.sampled_from([*HAND_PICKED.values(), "<{%", "%}>", "<", "{%", "reset", "\x1b[", "\n", "..", "/", "."])


def hostile_texts(*, pieces: int = 4) -> st.SearchStrategy[str]:
    """Texts that combine the hand-picked ones, parts of them, and any characters."""
    return st.lists(_PIECES | st.text(max_size=8), max_size=pieces).map("".join)


def hostile_ids() -> st.SearchStrategy[str]:
    """Hostile texts that are valid session ids."""
    return hostile_texts().map(lambda text: "".join(filter(is_valid_id, text))[:255]).filter(bool)


RESERVED: Mapping[str, str] = {
    "signature key": "4dabf18193072939515e22adb298388d",
    "unknown boolean": "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
    "unknown number": "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
    "unknown text": "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
    "unknown list": "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
    "unknown asset": "030794c1-ac77-496b-92df-f27374a8bd58",
    "unknown archive": "e48ece36-62e2-4504-bad9-02848725956a",
    "unknown object": "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
}
"""Texts that Pulumi's wire format reserves: the key of assets, secrets and output values, and values for "unknown"."""
