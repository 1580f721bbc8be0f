"""Searches the memory of a process for texts, as a core file would contain them.

    held_in(pid, ["planted-secret"])                           # the texts that were found

It reads all readable memory through `/proc`, which is more than the kernel writes into a core file. It needs no
debugger.
"""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

_AT_ONCE = 1 << 22
"""Bytes of one read."""


def held_in(pid: int, texts: Collection[str]) -> set[str]:
    """Texts that are in the memory or environment of a process; none if it has ended."""
    wanted = {text: text.encode() for text in texts}
    overlap = max(map(len, wanted.values()))
    found: set[str] = set()
    with suppress(FileNotFoundError, ProcessLookupError), Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for begin, end in re.findall(
            r"^([0-9a-f]+)-([0-9a-f]+) r", Path(f"/proc/{pid}/maps").read_text(), flags=re.MULTILINE
        ):
            for at in range(int(begin, 16), int(end, 16), _AT_ONCE):
                # Kernel pages and pages that are being released cannot be read.
                with suppress(OSError, OverflowError):
                    memory.seek(at)
                    part = memory.read(min(_AT_ONCE + overlap, int(end, 16) - at))
                    found |= {text for text, raw in wanted.items() if raw in part}
    return found


def largest_core(pid: int) -> str:
    """Maximum size of a core file of the process, in bytes."""
    limits = Path(f"/proc/{pid}/limits").read_text()
    (limit,) = re.findall(r"^Max core file size +(\w+)", limits, flags=re.MULTILINE)
    return str(limit)


def stop(pids: Collection[int]) -> list[int]:
    """Stop processes until they receive SIGCONT. Returns those that were still running."""
    stopped: list[int] = []
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGSTOP)
            stopped.append(pid)
    return stopped
