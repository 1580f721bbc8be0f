"""What the memory of a process holds: what a core file of it, made now, would hold.

    held_in(pid, ["planted-secret"])                           # those of them that are there

Rules of this module: it reads each part of the memory that can be read, by `/proc`, and so more than the kernel writes into a core file by
default. Nothing is written: it needs neither a debugger nor the machine's own way with core files.
"""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

__all__ = ["held_in", "largest_core", "stop"]

_AT_ONCE = 1 << 22
"""Bytes that are read at once."""


def held_in(pid: int, texts: Collection[str]) -> set[str]:
    """Those of `texts` that are somewhere in the memory of a process, its environment included; none if it has ended."""
    wanted = {text: text.encode() for text in texts}
    overlap = max(map(len, wanted.values()))
    found: set[str] = set()
    with suppress(FileNotFoundError, ProcessLookupError), Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for begin, end in re.findall(r"^([0-9a-f]+)-([0-9a-f]+) r", Path(f"/proc/{pid}/maps").read_text(), flags=re.MULTILINE):
            for at in range(int(begin, 16), int(end, 16), _AT_ONCE):
                # The kernel's own pages, and what the process gives back meanwhile, can't be read.
                with suppress(OSError, OverflowError):
                    memory.seek(at)
                    part = memory.read(min(_AT_ONCE + overlap, int(end, 16) - at))
                    found |= {text for text, raw in wanted.items() if raw in part}
    return found


def largest_core(pid: int) -> str:
    """Limit, in bytes, of a core file that the process may leave."""
    limits = Path(f"/proc/{pid}/limits").read_text()
    (limit,) = re.findall(r"^Max core file size +(\w+)", limits, flags=re.MULTILINE)
    return str(limit)


def stop(pids: Collection[int]) -> list[int]:
    """Let processes stand still until they get SIGCONT; those that had not ended before."""
    stopped: list[int] = []
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGSTOP)
            stopped.append(pid)
    return stopped
