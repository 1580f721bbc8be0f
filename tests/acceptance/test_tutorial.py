"""The tutorial is followed as it stands, block by block, and prints what it shows."""

from __future__ import annotations

from pathlib import Path

import captures
from pulumi_project import ROOT

PAGE = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")


def test_whoever_follows_the_tutorial_sees_what_it_shows(tmp_path: Path, engine: str) -> None:
    """With another engine than the page names, Pulumi may put it otherwise: `tools/captures.py` shows it as it is now."""
    assert PAGE == captures.filled(PAGE, tmp_path, engine=engine)


def test_the_program_of_the_tutorial_is_the_flagship() -> None:
    files = {block.title: block.text for block in captures.blocks(PAGE) if block.is_file}

    assert (ROOT / "examples" / "ready_gate" / "__main__.py").read_text(encoding="utf-8") == files["__main__.py"]
