"""Pages list the keys of the stack's configuration and the AWS options of the command line as the code has them.

tests/wire/test_ways_to_configure_aws.py tests the table of the page on credentials.
"""

from __future__ import annotations

import inspect
import re
from pathlib import Path

from pulumi_glue_session.cli.options import aws_options
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


def test_command_line_page_lists_every_aws_option() -> None:
    page = (PAGE.parent / "command-line.md").read_text(encoding="utf-8")
    passage = page.partition("## AWS options\n\n")[2].partition("The defaults are")[0]
    options = {f"--{name}".replace("_", "-") for name in inspect.signature(aws_options).parameters}

    assert options == set(re.findall(r"`(--[a-z-]+)`", passage))
