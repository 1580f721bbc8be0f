"""The commands of the tutorial, run block by block, print the outputs in its page."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

import captures
from support.pulumi_project import ROOT

PAGE = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")

MENTIONED = re.compile(
    r"^(?: *(?:error: |Changed|Next)|exit code |analytics-prod is [A-Z]+$| *~ status| *[+-] \d).*$", flags=re.MULTILINE
)
"""Lines that the text of the tutorial explains. Other versions of the engine may print the rest in another form."""


@pytest.mark.slow
def test_commands_print_the_outputs_of_the_page(tmp_path: Path, engine: str) -> None:
    now = captures.fill(PAGE, tmp_path, engine=engine)

    mentioned, printed = (stable("\n".join(MENTIONED.findall(page))) for page in (PAGE, now))
    assert mentioned == printed
    assert stable(PAGE) == stable(now) or not is_engine_of_the_page(engine)


def stable(page: str) -> list[str]:
    """Lines without durations, alignment and tree: rows of resources can change places."""
    return sorted(" ".join(re.sub(r"[├└│]─?|(?<=Duration: )\d+s", " ", line).split()) for line in page.splitlines())


def is_engine_of_the_page(engine: str) -> bool:
    version = subprocess.run([f"{engine}/pulumi", "version"], capture_output=True, text=True, check=True).stdout.strip()
    return f"what Pulumi {version.removeprefix('v')} shows" in PAGE


def test_program_is_the_ready_gate_example() -> None:
    program = (ROOT / "examples" / "ready_gate" / "__main__.py").read_text(encoding="utf-8")

    assert program == captures.files(PAGE)["__main__.py"]
