"""The processes of a running Pulumi command, watched from outside: the program's, the dynamic provider's and the engine's."""

from __future__ import annotations

import subprocess
import threading
import time
from contextlib import suppress

import psutil

_LOOK_SECONDS = 0.03


class Memory:
    """Largest resident memory, in MiB, of each kind of process."""

    def __init__(self) -> None:
        """Nothing seen yet."""
        self.peak_mib: dict[str, float] = {}

    def __call__(self, command: subprocess.Popen[str]) -> None:
        """Watch a command until it ends, in a thread."""
        threading.Thread(target=self._watch, args=(command,), daemon=True).start()

    def _watch(self, command: subprocess.Popen[str]) -> None:
        with suppress(psutil.Error):  # the command has ended
            root = psutil.Process(command.pid)
            while command.poll() is None:
                for process in root.children(recursive=True):
                    with suppress(psutil.Error):  # this one has
                        kind = _kind(process.cmdline())
                        self.peak_mib[kind] = max(self.peak_mib.get(kind, 0), process.memory_info().rss / 2**20)
                time.sleep(_LOOK_SECONDS)


def _kind(command_line: list[str]) -> str:
    text = " ".join(command_line)
    if "pulumi-language-python-exec" in text:
        return "program"
    return "provider" if "dynamic" in text and "python" in text else "other"
