"""The commands of the tutorial, run block by block, print the outputs in its page."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import captures
from support.pulumi_project import ROOT

PAGE = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")

MENTIONED = re.compile(
    r"^(?: *(?:error: |Changed|Next)|exit code |analytics-prod is [A-Z]+$| *~ status| *[+-] \d).*$", flags=re.MULTILINE
)
"""Lines that the text of the tutorial explains. Other versions of the engine may print the rest in another form."""

PROGRESS = re.compile(
    r"^    pulumi-python\S+ analytics  .*\n|^.*Stack tutorial-dev(?: creating.*| create)?\n| READY after \d+s$",
    flags=re.MULTILINE,
)
"""How often these appear depends on the speed of the machine."""


def test_commands_print_the_outputs_of_the_page(tmp_path: Path, engine: str) -> None:
    now = captures.fill(PAGE, tmp_path, engine=engine)

    assert sorted(MENTIONED.findall(PAGE)) == sorted(MENTIONED.findall(now))
    assert stable(PAGE) == stable(now) or not is_engine_of_the_page(engine)


def stable(page: str) -> list[str]:
    """Lines that do not depend on the speed of the machine. Rows of resources can change places."""
    return sorted(PROGRESS.sub("", page).splitlines())


def is_engine_of_the_page(engine: str) -> bool:
    version = subprocess.run([f"{engine}/pulumi", "version"], capture_output=True, text=True, check=True).stdout.strip()
    return f"what Pulumi {version.removeprefix('v')} printed" in PAGE


def test_program_is_the_ready_gate_example() -> None:
    program = (ROOT / "examples" / "ready_gate" / "__main__.py").read_text(encoding="utf-8")

    assert program == captures.files(PAGE)["__main__.py"]
