"""The tutorial is followed as it stands, block by block, and prints what it shows."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import captures
from support.pulumi_project import ROOT

PAGE = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")

TELLING = re.compile(r"^(?:error: |exit code |analytics-prod is | *~ status| *[+-] \d).*$", flags=re.MULTILINE)
"""What the text of the tutorial speaks of. The rest is put by other versions of the engine as they like."""


def test_tutorial_output(tmp_path: Path, engine: str) -> None:
    now = captures.filled(PAGE, tmp_path, engine=engine)

    assert TELLING.findall(PAGE) == TELLING.findall(now)
    assert PAGE == now or not is_of_the_page(engine)


def is_of_the_page(engine: str) -> bool:
    """Whether it is the engine whose output the page shows."""
    version = subprocess.run([f"{engine}/pulumi", "version"], capture_output=True, text=True, check=True).stdout.strip()
    return f"what Pulumi {version.removeprefix('v')} printed" in PAGE


def test_tutorial_program_is_the_flagship() -> None:
    files = {block.title: block.text for block in captures.blocks(PAGE) if block.is_file}

    assert (ROOT / "examples" / "ready_gate" / "__main__.py").read_text(encoding="utf-8") == files["__main__.py"]
