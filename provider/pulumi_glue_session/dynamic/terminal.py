"""Whether a person watches the progress of `pulumi` in a terminal.

The engine does not tell programs. On Linux the processes above this one do; elsewhere the answer is no, and progress is
shown as in a log.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path

_TERMINAL_MAJORS = frozenset({4, *range(136, 144)})
"""Device numbers of consoles and pseudo-terminals (devices.txt of the Linux kernel)."""

_LOG_OPTIONS = frozenset({"--non-interactive", "--json", "-j", "--diff"})
"""Options with which `pulumi` does not redraw rows."""


def is_watched(*, proc: Path = Path("/proc"), environment: Mapping[str, str] = os.environ) -> bool:
    """Whether the `pulumi` process above this one redraws rows in a terminal."""
    if environment.get("CI"):
        return False
    try:
        pid = os.getppid()
        while pid > 1:
            # The second field is the name in parentheses, which can contain spaces.
            name, _, fields = (proc / str(pid) / "stat").read_text().partition(" (")[2].rpartition(") ")
            if name == "pulumi":
                return _redraws_rows(proc / str(pid))
            pid = int(fields.split()[1])
    except (OSError, ValueError, IndexError):
        pass
    return False


def _redraws_rows(process: Path) -> bool:
    arguments = (process / "cmdline").read_text().split("\0")
    output = (process / "fd" / "1").stat()
    return (
        not _LOG_OPTIONS & set(arguments)
        and stat.S_ISCHR(output.st_mode)
        and os.major(output.st_rdev) in _TERMINAL_MAJORS
    )
