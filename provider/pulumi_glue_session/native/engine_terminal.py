"""Whether the engine writes to a terminal, where a new progress line replaces the previous one."""

from __future__ import annotations

import os
from pathlib import Path

_MAX_ANCESTORS = 8
"""The engine is the parent of a plugin, or the parent of the language host that started the plugin."""

_NOT_INTERACTIVE = frozenset({"--non-interactive", "--json", "-j"})


def is_terminal_watched(proc: Path, *, pid: int | None = None) -> bool:
    """Whether the `pulumi` that started this process writes to a terminal. Only known on Linux, from `/proc`."""
    process = os.getpid() if pid is None else pid
    for _ in range(_MAX_ANCESTORS):
        try:
            stat = (proc / str(process) / "stat").read_text(encoding="utf-8", errors="replace")
            # The name of the command can contain spaces and parentheses.
            process = int(stat.rpartition(")")[2].split()[1])
            name = (proc / str(process) / "comm").read_text(encoding="utf-8", errors="replace").strip()
            if name != "pulumi":
                continue
            arguments = (proc / str(process) / "cmdline").read_text(encoding="utf-8", errors="replace").split("\0")
            output = str((proc / str(process) / "fd" / "1").readlink())
        except (OSError, ValueError, IndexError):
            return False
        return output.startswith(("/dev/pts/", "/dev/tty")) and _NOT_INTERACTIVE.isdisjoint(arguments)
    return False
