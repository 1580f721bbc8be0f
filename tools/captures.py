"""Run the tutorial as a reader does, and update the outputs in its page.

    python tools/captures.py

Follows the blocks of the page in their order. A block with a file name is written to that file. The commands of all
`console` blocks run in one shell on a terminal, and a block titled `output` gets what the terminal shows after the
commands above it. A command that fails ends the run, unless the page itself handles the exit code with `||`. Times and
other values that differ from run to run are replaced by fixed ones.

`pip install` finds the packages of this environment and needs no package index.
"""

from __future__ import annotations

import re
import shlex
import sys
import tempfile
from pathlib import Path

import pyte

import pulumi_glue_session
from local_pulumi import ROOT, environment, get_engine
from recording import run_in_terminal

PAGE = ROOT / "docs" / "tutorial.md"

_BLOCK = re.compile(
    r'^```(?P<language>\w+)(?: title="(?P<title>[^"]+)")?\n(?P<text>.*?)^```$', flags=re.MULTILINE | re.DOTALL
)
_SANDBOX_READY = 'until grep -q "^#" sandbox.env; do sleep 0.1; done'
"""A reader types the next command later than the sandbox needs to start; the shell does not."""

COLUMNS = 100
_END_OF_BLOCK = b"\x1e"
_LONGEST_OUTPUT = 200

_DIFFERS = (
    (r"(ing|ed) \(\d+(\.\d+)?s\)", r"\1 (1s)"),
    (r"Duration: \d\d+s", "Duration: 19s"),
    (r"Duration: \ds", "Duration: 2s"),
    (r"READY after \d+s", "READY after 15s"),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", "2026-11-25T09:30:00.000Z"),
    (r"(?m)^@ .*\n", ""),
    (r"\n{3,}", "\n\n"),
)


def files(page: str) -> dict[str, str]:
    """Files that the reader saves, by name."""
    found = {block["title"]: block["text"] for block in _BLOCK.finditer(page) if block["title"]}
    return {name: text for name, text in found.items() if name != "output"}


def fill(page: str, folder: Path, *, engine: str) -> str:
    """Run the page in an empty folder. Returns it with the new outputs. Exits if a command fails."""
    blocks, project = folder / "blocks", folder / "project"
    for each in (blocks, project):
        each.mkdir()
    packages = [Path(pulumi_glue_session.__file__).parents[1], *(each for each in sys.path if "site-packages" in each)]
    (blocks / "packages.pth").write_text("\n".join(map(str, packages)))
    lines = ["set -e"]
    for number, block in enumerate(_BLOCK.finditer(page)):
        if block["title"] and block["title"] != "output":
            (blocks / str(number)).write_text(block["text"])
            lines.append(f"cp {shlex.quote(str(blocks / str(number)))} {block['title']}")
        if block["language"] == "console":
            lines += ["{", block["text"].rstrip(), "}", f"printf '\\{_END_OF_BLOCK[0]:o}'"]
        if "-m venv" in block["text"]:
            lines.append(f"cp {shlex.quote(str(blocks / 'packages.pth'))} venv/lib/python*/site-packages/")
        if "> sandbox.env" in block["text"]:
            lines.append(_SANDBOX_READY)
    shown = iter(_run(lines, project, environment(folder, engine, PIP_DISABLE_PIP_VERSION_CHECK="1", PIP_NO_INDEX="1")))
    last = ""

    def with_output(block: re.Match[str]) -> str:
        nonlocal last
        last = next(shown) if block["language"] == "console" else last
        return block[0].replace(f"\n{block['text']}", f"\n{last}\n") if block["title"] == "output" else block[0]

    return _BLOCK.sub(with_output, page)


def _run(lines: list[str], project: Path, env: dict[str, str]) -> list[str]:
    """What the terminal showed for each block of commands."""
    kept = {name: value for name, value in env.items() if not name.startswith("PYTHON")}
    command = ["bash", "-c", "\n".join(["trap 'echo $?' EXIT", *lines])]
    received = b"".join(run_in_terminal(command, cwd=project, env=kept, columns=COLUMNS, rows=50))
    *shown, exit_code = [_screen(each) for each in received.split(_END_OF_BLOCK)]
    if exit_code.strip() != "0":
        sys.exit(f"A command of the page failed: {exit_code}")
    return shown


def _screen(received: bytes) -> str:
    """Text on a terminal that is long enough for everything, the same in each run."""
    screen = pyte.Screen(COLUMNS, _LONGEST_OUTPUT)
    pyte.ByteStream(screen).feed(received)
    text = "\n".join(line.rstrip() for line in screen.display)
    for pattern, same in _DIFFERS:
        text = re.sub(pattern, same, text)
    return text.strip("\n")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="glue-session-tutorial-") as temporary:
        updated = fill(PAGE.read_text(encoding="utf-8"), Path(temporary), engine=get_engine())
    PAGE.write_text(updated, encoding="utf-8")
