"""The page on credentials lists the keys of the stack's configuration as the code treats them."""

from __future__ import annotations

import re
from pathlib import Path

from pulumi_glue_session.dynamic.stack_config import HONORED, REFUSED, WITHOUT_EFFECT

PAGE = Path(__file__).parents[2] / "docs" / "credentials.md"


def keys(start: str, end: str) -> set[str]:
    """Names in backticks between two passages of the page."""
    page = PAGE.read_text(encoding="utf-8")
    passage = page[page.index(start) : page.index(end)]
    return set(re.findall(r"`([a-z]\w+)`", passage))


def test_page_lists_every_key() -> None:
    used, refused, ignored = "These keys are used as", "This key is rejected", "These keys do not matter"

    assert keys(used, refused) - {"glue", "sts", "pulumi_aws"} == HONORED
    assert keys(refused, ignored) - {"customCaBundle"} == REFUSED
    assert keys(ignored, "## An explicit aws.Provider") == WITHOUT_EFFECT
