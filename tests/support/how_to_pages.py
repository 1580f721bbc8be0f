"""Programs and printed texts of the pages in docs/how-to, for tests that run the ones and compare the others."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

__all__ = ["PAGES", "blocks", "programs"]

PAGES = {page.stem: page for page in sorted((Path(__file__).resolve().parents[2] / "docs" / "how-to").glob("*.md"))}
"""The pages by their names."""


def blocks(page: str, language: str, *, under: str = "") -> list[str]:
    """Blocks of code in a language, as they are without the indentation of a list; `under` one heading only, if it is given."""
    text = PAGES[page].read_text(encoding="utf-8")
    part = re.search(rf"^(#+) {re.escape(under)}\n(.*?)(?=^#{{2,3}} |\Z)", text, flags=re.DOTALL | re.MULTILINE) if under else None
    assert not under or part, f"{page} has no heading {under!r}"
    found = re.findall(rf"^( *)```{language}\n(.*?)^ *```$", part[2] if part else text, flags=re.DOTALL | re.MULTILINE)
    return [textwrap.dedent(code) for _, code in found]


def programs(page: str, *, under: str = "") -> list[str]:
    """Blocks that are whole programs or modules: those with a docstring."""
    return [code for code in blocks(page, "python", under=under) if code.startswith('"""')]
