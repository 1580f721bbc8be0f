"""Run the tutorial as a reader would, and put what the commands print into the page.

    python tools/captures.py

Rules of this module: each block of the page is used as it stands there, in its order. A block with a file's name is written to that file,
one of commands is run by the same shell as those before, and the block of output that follows shows what was printed. A command that
fails ends it, unless the page itself says `||`. Only what differs from run to run is made the same: times; and the lines of dots, which
say that it goes on, are left out.

Two things stand in for the reader: the packages to install are lent by this environment, so that `pip install` finds them there, and
the port of the server is one that is free.
"""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

__all__ = ["CaptureError", "blocks", "filled", "run"]

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "tutorial.md"
PORT = "5000"
"""As on the page."""

_BLOCK = re.compile(r'^```(\w+)(?: title="([^"]+)")?\n(.*?)^```$', flags=re.MULTILINE | re.DOTALL)

_SECONDS = 300

_DIFFERS = (
    (re.compile(r"\(\d+(\.\d+)?s\)"), "(1s)"),
    (re.compile(r"Duration: \d+s"), "Duration: 1s"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z"), "2026-11-25T09:30:00.000Z"),
    (re.compile(r"^@ .*\n", flags=re.MULTILINE), ""),
    (re.compile(r"\n{3,}"), "\n\n"),
)


class CaptureError(Exception):
    """A command of the page failed; the text is what was printed."""


@dataclass(frozen=True, kw_only=True)
class Block:
    """A block of code of the page."""

    language: str
    title: str
    text: str
    start: int
    end: int

    @property
    def is_run(self) -> bool:
        """Whether it is a block of commands."""
        return self.language == "console"

    @property
    def is_file(self) -> bool:
        """Whether the reader is to make a file of it."""
        return bool(self.title) and not self.is_output

    @property
    def is_output(self) -> bool:
        """Whether it is what the commands above it print."""
        return self.title == "output"


def blocks(page: str) -> list[Block]:
    """Blocks of code in the order of the page."""
    return [
        Block(language=found[1], title=found[2] or "", text=found[3], start=found.start(3), end=found.end(3))
        for found in _BLOCK.finditer(page)
    ]


def filled(page: str, folder: Path, *, engine: str) -> str:
    """The page with what its commands print now, run in an empty folder. Raises CaptureError."""
    printed = run(page, folder, engine=engine)
    parts: list[str] = []
    end = 0
    last = ""
    for index, block in enumerate(blocks(page)):
        last = printed.get(index, last)
        if block.is_output:
            parts += [page[end : block.start], last]
            end = block.end
    return "".join([*parts, page[end:]])


def run(page: str, folder: Path, *, engine: str) -> dict[int, str]:
    """Follow the page: what each block of commands printed, by its place. Raises CaptureError."""
    port = _free_port()
    beside, project = folder / "beside", folder / "project"
    beside.mkdir()
    project.mkdir()
    (beside / "lent.pth").write_text("".join(f"{path}\n" for path in _lent()))
    lines = ["set -e"]
    outputs: dict[int, Path] = {}
    for index, block in enumerate(blocks(page)):
        text = block.text.replace(PORT, port)
        if block.is_file:
            (beside / str(index)).write_text(text)
            lines.append(f"cp {_quoted(beside / str(index))} {block.title}")
        if block.is_run:
            outputs[index] = beside / f"{index}.out"
            lines += ["{", text.rstrip(), f"}} > {_quoted(outputs[index])} 2>&1"]
        if block.is_run and "-m venv" in text:
            lines.append(f"cp {_quoted(beside / 'lent.pth')} venv/lib/python*/site-packages/")
        if block.is_run and "-m moto.server" in text:
            lines.append(f"until (exec 3<>/dev/tcp/127.0.0.1/{port}) 2>/dev/null; do sleep 0.2; done")
    _follow(lines, project, env=_reader(folder, engine))
    return {index: _normal(file.read_text(encoding="utf-8"), port=port) for index, file in outputs.items()}


def _follow(lines: list[str], project: Path, *, env: Mapping[str, str]) -> None:
    shell = subprocess.Popen(
        ["bash", "-c", "\n".join(lines)],
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
            os.killpg(shell.pid, signal.SIGKILL)  # the server, where the page's own end was not reached
    if shell.returncode:
        *_, last = sorted((project.parent / "beside").glob("*.out"), key=lambda file: int(file.stem))
        raise CaptureError(f"{shown}{last.read_text(encoding='utf-8')}")


def _reader(folder: Path, engine: str) -> dict[str, str]:
    """Environment of a reader who has Python and Pulumi, and neither accounts nor settings."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PULUMI_", "PYTHON", "PIP_"))}
    return inherited | {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), engine, os.environ.get("PATH", os.defpath)]),
        "PULUMI_HOME": str(folder / "pulumi"),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_INDEX": "1",  # what is lent is all that there is
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }


def _lent() -> list[str]:
    """Folders that this environment takes packages from, but for those of the standard library."""
    import pulumi_glue_session

    package = str(Path(pulumi_glue_session.__file__).parents[1])
    return list(dict.fromkeys([package, *(path for path in sys.path if path.endswith("site-packages"))]))


def _free_port() -> str:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return str(listening.getsockname()[1])


def _quoted(path: Path) -> str:
    return shlex.quote(str(path))


def _normal(text: str, *, port: str) -> str:
    """What was printed, without what differs from run to run."""
    for pattern, same in _DIFFERS:
        text = pattern.sub(same, text)
    lines = [line.rstrip() for line in text.replace(port, PORT).splitlines()]
    return "\n".join(lines).strip("\n") + "\n"


def main() -> int:
    """Fill the page; the exit code is 1 if a command of it failed."""
    engine = subprocess.run([sys.executable, str(ROOT / "tools" / "get_engine.py")], stdout=subprocess.PIPE, text=True, check=True)
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
