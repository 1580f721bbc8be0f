"""A Pulumi project with one stack in a folder that goes away, and the time that each of its commands takes.

Rules of this module: the real command line, engine, language host and provider process; nothing of the machine's own Pulumi or AWS
configuration. A command that fails ends the benchmark: a time of something that failed is no time.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CONTENDERS = Path(__file__).parent / "contenders"

COMMANDS: Mapping[str, tuple[str, ...]] = {
    "preview": ("preview",),
    "up": ("up", "--yes", "--skip-preview"),
    "refresh": ("refresh", "--yes", "--skip-preview"),
}


@dataclass(kw_only=True)
class Took:
    """Seconds by the clock, and of CPU over all processes that ended meanwhile: the second hardly depends on who else is at work."""

    seconds: float = 0.0
    cpu_seconds: float = 0.0


@contextmanager
def stopwatch() -> Iterator[Took]:
    """Measure the block and the child processes that it waits for."""
    took, before, started = Took(), _cpu_of_children(), time.perf_counter()
    yield took
    took.seconds, took.cpu_seconds = time.perf_counter() - started, _cpu_of_children() - before


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


Watcher = Callable[[subprocess.Popen[str]], None]


def environment(folder: Path, engine: str, url: str) -> dict[str, str]:
    """Environment of every contender: this venv and the engine first, the scripted Glue for AWS."""
    kept = {key: os.environ[key] for key in ("HOME", "LANG", "TMPDIR") if key in os.environ}
    return kept | {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), engine, os.environ["PATH"]]),
        "PULUMI_HOME": str(folder / "pulumi"),
        "PULUMI_BACKEND_URL": (folder / "backend").as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": "for benchmarks only",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        # The state is written once, at the end. After every step, as is usual, a folder as backend takes most of the time from 500
        # resources on (an up of 500: 45 s of 53), which is the same for all contenders and would hide what they differ in.
        "PULUMI_EXPERIMENTAL": "true",
        "PULUMI_SKIP_CHECKPOINTS": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_STACK": "bench",
        "AWS_ENDPOINT_URL": url,
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "bench",
        "AWS_SECRET_ACCESS_KEY": "bench",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }


class Stack:
    """A new stack whose program is one of the contenders, or several one after the other."""

    def __init__(self, folder: Path, env: Mapping[str, str], *programs: str) -> None:
        """Make the project and its stack in `folder`, which must not be there."""
        self._folder = folder / "project"
        self._env = dict(env)
        shutil.rmtree(folder / "backend", ignore_errors=True)
        shutil.rmtree(self._folder, ignore_errors=True)
        (folder / "backend").mkdir(parents=True)
        shutil.copytree(CONTENDERS, self._folder, ignore=shutil.ignore_patterns("__pycache__"))
        (self._folder / "Pulumi.yaml").write_text("name: bench\nruntime: python\n")
        (self._folder / "__main__.py").write_text("".join(f"import {program}\n" for program in programs))
        self._run("stack", "init", "bench", "--non-interactive")

    def timed(self, command: str, watcher: Watcher | None = None) -> Took:
        """What a command takes; `watcher` may look at it while it runs."""
        with stopwatch() as took:
            self._run(*COMMANDS[command], "--non-interactive", watcher=watcher)
        return took

    def outputs(self) -> dict[str, Any]:
        """Outputs of the stack."""
        outputs: dict[str, Any] = json.loads(self._run("stack", "output", "--json"))
        return outputs

    def state(self) -> list[dict[str, Any]]:
        """Dynamic resources as they stand in the state."""
        resources: list[dict[str, Any]] = json.loads(self._run("stack", "export"))["deployment"]["resources"]
        return [each for each in resources if each["type"].startswith("pulumi-python:dynamic")]

    def _run(self, *arguments: str, watcher: Watcher | None = None) -> str:
        command = ["pulumi", "--color", "never", *arguments]
        with subprocess.Popen(
            command, cwd=self._folder, env=self._env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as running:
            if watcher:
                watcher(running)
            printed = running.communicate()[0]
        if running.returncode:
            raise RuntimeError(f"pulumi {' '.join(arguments)}: exit code {running.returncode}\n{printed}")
        return printed
