"""Run the tutorial as a reader does, and update the outputs in its page.

    python tools/captures.py

Follows the blocks of the page in their order. A block with a file name is written to that file. The commands of all
`console` blocks run in one shell, and a block titled `output` gets what the commands above it printed. A command that
fails ends the run, unless the page itself handles the exit code with `||`. Times and other values that differ from run
to run are replaced by fixed ones.

`pip install` finds the packages of this environment and needs no package index.
"""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

__all__ = ["CaptureError", "blocks", "filled"]

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "tutorial.md"

_BLOCK = re.compile(r'^```(\w+)(?: title="([^"]+)")?\n(.*?)^```$', flags=re.MULTILINE | re.DOTALL)
_SECONDS = 300
_SANDBOX_READY = 'until grep -q "^#" sandbox.env; do sleep 0.1; done'
"""A reader types the next command later than the sandbox needs to start; the shell does not."""

_DIFFERS = (
    (re.compile(r"\(\d+(\.\d+)?s\)"), "(1s)"),
    (re.compile(r"Duration: \d+s"), "Duration: 1s"),
    (re.compile(r"\d+s of at most"), "1s of at most"),
    (re.compile(r"READY after \d+s"), "READY after 15s"),
    (re.compile(r"^@ .*\n", flags=re.MULTILINE), ""),
    (re.compile(r"\n{3,}"), "\n\n"),
)


class CaptureError(Exception):
    """A command of the page failed. The text is what was printed."""


@dataclass(frozen=True, kw_only=True)
class Block:
    """A code block of the page."""

    language: str
    title: str
    text: str
    start: int
    end: int

    @property
    def is_output(self) -> bool:
        """Whether it shows what the commands above it print."""
        return self.title == "output"

    @property
    def is_file(self) -> bool:
        """Whether the reader saves it as a file."""
        return bool(self.title) and not self.is_output


def blocks(page: str) -> list[Block]:
    """Code blocks in the order of the page."""
    return [
        Block(language=found[1], title=found[2] or "", text=found[3], start=found.start(3), end=found.end(3))
        for found in _BLOCK.finditer(page)
    ]


def filled(page: str, folder: Path, *, engine: str) -> str:
    """The page with what its commands print now, when they are run in an empty folder. Raises CaptureError."""
    printed = _run(page, folder, engine=engine)
    parts: list[str] = []
    end = 0
    last = ""
    for index, block in enumerate(blocks(page)):
        last = printed.get(index, last)
        if block.is_output:
            parts += [page[end : block.start], last]
            end = block.end
    return "".join([*parts, page[end:]])


def _run(page: str, folder: Path, *, engine: str) -> dict[int, str]:
    """What each block of commands printed, by its position."""
    own, project = folder / "own", folder / "project"
    own.mkdir()
    project.mkdir()
    (own / "packages.pth").write_text("".join(f"{path}\n" for path in _package_folders()))
    lines = ["set -e"]
    outputs: dict[int, Path] = {}
    for index, block in enumerate(blocks(page)):
        if block.is_file:
            (own / str(index)).write_text(block.text)
            lines.append(f"cp {shlex.quote(str(own / str(index)))} {block.title}")
        if block.language == "console":
            outputs[index] = own / f"{index}.out"
            lines += ["{", block.text.rstrip(), f"}} > {shlex.quote(str(outputs[index]))} 2>&1"]
        if "-m venv" in block.text:
            lines.append(f"cp {shlex.quote(str(own / 'packages.pth'))} venv/lib/python*/site-packages/")
        if "> sandbox.env" in block.text:
            lines.append(_SANDBOX_READY)
    _follow(lines, project, outputs.values(), env=_environment(folder, engine))
    return {index: _normal(file.read_text(encoding="utf-8")) for index, file in outputs.items()}


def _follow(lines: list[str], project: Path, outputs: Iterable[Path], *, env: Mapping[str, str]) -> None:
    shell = subprocess.Popen(
        [shutil.which("bash") or "bash", "-c", "\n".join(lines)],
        cwd=project,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        shown, _ = shell.communicate(timeout=_SECONDS)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(shell.pid, signal.SIGKILL)  # the sandbox, if the end of the page was not reached
    if shell.returncode:
        *_, last = (file for file in outputs if file.exists())
        raise CaptureError(f"{shown}{last.read_text(encoding='utf-8')}")


def _environment(folder: Path, engine: str) -> dict[str, str]:
    """Environment of a reader with Python and Pulumi, and without accounts or settings."""
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PULUMI_", "PYTHON", "PIP_"))
    }
    return inherited | {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), engine, os.environ.get("PATH", os.defpath)]),
        "PULUMI_HOME": str(folder / "pulumi"),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_INDEX": "1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }


def _package_folders() -> list[str]:
    """Folders of installed packages in this environment, with this package first."""
    import pulumi_glue_session

    package = str(Path(pulumi_glue_session.__file__).parents[1])
    return list(dict.fromkeys([package, *(path for path in sys.path if path.endswith("site-packages"))]))


def _normal(text: str) -> str:
    for pattern, same in _DIFFERS:
        text = pattern.sub(same, text)
    return "\n".join(line.rstrip() for line in text.splitlines()).strip("\n") + "\n"


def main() -> int:
    """Update the page. The exit code is 1 if one of its commands failed."""
    engine = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "get_engine.py")], stdout=subprocess.PIPE, text=True, check=True
    )
    page = PAGE.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory(prefix="glue-session-tutorial-") as folder:
        try:
            PAGE.write_text(filled(page, Path(folder), engine=engine.stdout.strip()), encoding="utf-8")
        except CaptureError as failed:
            print(failed, file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
