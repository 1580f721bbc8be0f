"""What `make demo` may see of its reader's own accounts, and what it leaves behind."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from support.process_memory import held_in, largest_core, stop
from support.pulumi_project import ROOT
from torture import Torture

PLANTED = {
    "AWS_ACCESS_KEY_ID": "PLANTEDKEY0000000002",
    "AWS_SECRET_ACCESS_KEY": "planted-key-of-the-reader",
    "AWS_SESSION_TOKEN": "planted-token-of-the-reader",
    "PULUMI_ACCESS_TOKEN": "planted-pulumi-token",
}
ANY_OTHER = "planted-for-all"
"""What shows that the memory was looked through: of another variable, which the demo leaves alone."""


def like_a_terminal_that_keeps_core_files() -> None:
    """What runs in the child before the demo."""
    resource.setrlimit(resource.RLIMIT_CORE, (resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2)
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def commands_in(folder: Path) -> dict[int, str]:
    """Command lines of what the demo runs with its state in that folder, by their ids."""
    found: dict[int, str] = {}
    for each in Path("/proc").glob("[0-9]*"):
        try:
            if f"PULUMI_HOME={folder}".encode() in (each / "environ").read_bytes():
                found[int(each.name)] = (each / "cmdline").read_bytes().decode()
        except OSError:
            continue  # it has ended meanwhile
    return found


@pytest.mark.torture("Secrets")
@pytest.mark.usefixtures("engine")
def test_demo_hides_credentials_and_leaves_no_core_file(tmp_path: Path, torture: Torture) -> None:
    """Whatever would be in a core file is looked for in the memory of the commands; and the limit of such a file is nothing."""
    with subprocess.Popen(
        [sys.executable, str(ROOT / "tools" / "demo.py")],
        cwd=tmp_path,
        env=os.environ | PLANTED | {"TMPDIR": str(tmp_path), "ANY_OTHER": ANY_OTHER},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=like_a_terminal_that_keeps_core_files,  # noqa: PLW1509 - the child runs no thread
    ) as demo:
        commands: dict[int, str] = {}
        while demo.poll() is None and not any("-m\0pulumi.dynamic" in line for line in commands.values()):
            time.sleep(0.05)
            commands = commands_in(tmp_path)
        stopped = stop(commands)
        held = {commands[pid]: held_in(pid, [*PLANTED.values(), ANY_OTHER]) for pid in stopped}
        cores = {largest_core(pid) for pid in (demo.pid, *stopped)}
        for pid in stopped:
            os.kill(pid, signal.SIGCONT)
        demo.send_signal(signal.SIGINT)
        printed, _ = demo.communicate(timeout=60)

    assert (130, "Interrupted: nothing is left behind.") == (demo.returncode, printed.splitlines()[-1])
    assert {"pulumi", "python3"} <= {line.split("\0")[0] for line in held}
    assert [] == [(line, found) for line, found in held.items() if found != {ANY_OTHER}]
    assert {"0"} == cores
    assert [] == list(tmp_path.iterdir())
    torture.tries(short=len(held), long=len(held))
    torture.tell(
        "Memory and core limit of each process that the demo runs, started from a shell that has credentials and keeps core files",
        "no credential of the reader was in any; none, nor the demo itself, may leave a core file; the folder was gone at the end",
    )
