"""Programs and outputs in the pages of docs/how-to, for tests that run and compare them."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

PAGES = {page.stem: page for page in sorted((Path(__file__).resolve().parents[2] / "docs" / "how-to").glob("*.md"))}
"""Pages by name."""


def blocks(page: str, language: str, *, under: str = "") -> list[str]:
    """Code blocks of a language without the indentation of a list; `under` limits them to one heading."""
    text = PAGES[page].read_text(encoding="utf-8")
    part = (
        re.search(rf"^(#+) {re.escape(under)}\n(.*?)(?=^#{{2,3}} |\Z)", text, flags=re.DOTALL | re.MULTILINE)
        if under
        else None
    )
    assert not under or part, f"{page} has no heading {under!r}"
    found = re.findall(rf"^( *)```{language}\n(.*?)^ *```$", part[2] if part else text, flags=re.DOTALL | re.MULTILINE)
    return [textwrap.dedent(code) for _, code in found]


def programs(page: str, *, under: str = "") -> list[str]:
    """Code blocks that are programs or modules, which start with a docstring."""
    return [code for code in blocks(page, "python", under=under) if code.startswith('"""')]
