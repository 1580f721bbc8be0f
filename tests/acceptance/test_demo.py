"""`make demo` does not use credentials of the user, and removes its files."""

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
"""Value of another variable. Finding it shows that the memory was searched."""


def enable_core_files() -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2)


def commands_in(folder: Path) -> dict[int, str]:
    """Command lines by process id of commands of the demo with state in a folder."""
    found: dict[int, str] = {}
    for each in Path("/proc").glob("[0-9]*"):
        try:
            if f"PULUMI_HOME={folder}".encode() in (each / "environ").read_bytes():
                found[int(each.name)] = (each / "cmdline").read_bytes().decode()
        except OSError:
            continue  # the process has ended
    return found


@pytest.mark.torture("Secrets")
@pytest.mark.usefixtures("engine")
def test_demo_hides_credentials_and_leaves_no_core_file(tmp_path: Path, torture: Torture) -> None:
    """The memory of the commands is searched, because a core file would contain it."""
    with subprocess.Popen(
        [sys.executable, str(ROOT / "tools" / "demo.py")],
        cwd=tmp_path,
        env=os.environ | PLANTED | {"TMPDIR": str(tmp_path), "ANY_OTHER": ANY_OTHER},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=enable_core_files,  # noqa: PLW1509 - the child runs no thread
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
        printed, _ = demo.communicate()

    assert (130, "Interrupted: nothing is left behind.") == (demo.returncode, printed.splitlines()[-1])
    assert {"pulumi", "python3"} <= {line.split("\0")[0] for line in held}
    assert [] == [(line, found) for line, found in held.items() if found != {ANY_OTHER}]
    assert {"0"} == cores
    assert [] == list(tmp_path.iterdir())
    torture.tries(short=len(held), long=len(held))
    torture.record(
        "Memory and core limit of each process of the demo, in a shell with credentials and core files",
        "no credentials of the user, no core file of any process, no files at the end",
    )
