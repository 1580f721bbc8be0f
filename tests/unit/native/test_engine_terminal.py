"""Whether the engine that started the plugin writes to a terminal, by a copy of `/proc`."""

from __future__ import annotations

from pathlib import Path

import pytest

from pulumi_glue_session.native.engine_terminal import is_terminal_watched


def add_process(proc: Path, pid: int, *, parent: int, name: str, output: str = "pipe:[1]", arguments: str = "") -> None:
    folder = proc / str(pid)
    (folder / "fd").mkdir(parents=True)
    (folder / "stat").write_text(f"{pid} (a ) name) S {parent} 1 1")
    (folder / "comm").write_text(f"{name}\n")
    (folder / "cmdline").write_text("\0".join([name, *arguments.split()]))
    (folder / "fd" / "1").symlink_to(output)


@pytest.mark.parametrize(
    ("output", "arguments", "watched"),
    [
        ("/dev/pts/3", "up", True),
        ("/dev/tty1", "preview --diff", True),
        ("/dev/pts/3", "up --non-interactive", False),
        ("/dev/pts/3", "preview --json", False),
        ("pipe:[17]", "up", False),
        ("/var/log/up", "up", False),
    ],
)
def test_output_of_the_engine(tmp_path: Path, output: str, arguments: str, watched: bool) -> None:  # noqa: FBT001 - a parameter
    add_process(tmp_path, 10, parent=1, name="pulumi", output=output, arguments=arguments)
    add_process(tmp_path, 20, parent=10, name="pulumi-language-")
    add_process(tmp_path, 30, parent=20, name="python")

    assert watched == is_terminal_watched(tmp_path, pid=30)


def test_process_without_an_engine(tmp_path: Path) -> None:
    add_process(tmp_path, 1, parent=0, name="init", output="/dev/tty1")
    add_process(tmp_path, 30, parent=1, name="python", output="/dev/pts/1")

    assert not is_terminal_watched(tmp_path, pid=30)
