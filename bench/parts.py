"""The parts of the benchmark: what is run, for how many sessions and by which contenders, and what is noted of it.

Rules of this module: within a part the contenders take turns, repetition by repetition, so that a busy minute of the machine meets all of
them. Each repetition starts with a new stack and a freshly filled Glue.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from endpoint_process import Glue
from processes import Memory
from results import Results, Sample
from stack import CONTENDERS, Stack, Took, environment, stopwatch

GATE_SECONDS = 20
AT_ONCE = 8
"""Processes of the command line at once: as many steps as the engine takes at once on two CPUs."""


@dataclass(frozen=True, kw_only=True)
class Bench:
    """What every part needs: where to work, whom to ask, where to note it."""

    folder: Path
    engine: str
    glue: Glue
    latency_ms: float
    results: Results

    def stack(self, sessions: int, *programs: str, **env: str) -> Stack:
        """A new stack of these programs."""
        return Stack(self.folder, self.env(sessions) | env, *programs)

    def env(self, sessions: int) -> dict[str, str]:
        """Environment of a contender that is to ask for so many sessions."""
        return environment(self.folder, self.engine, self.glue.url) | {"BENCH_SESSIONS": str(sessions)}

    def noting(self, part: str, contender: str, sessions: int, repetition: int) -> Callable[..., None]:
        """A function that notes a measure of this contender."""

        def note(measure: str, value: float | Took, unit: str = "s") -> None:
            sample = partial(Sample, part=part, contender=contender, sessions=sessions, latency_ms=self.latency_ms, repetition=repetition)
            if isinstance(value, Took):
                self.results.add(sample(measure=measure, value=value.seconds))
                self.results.add(sample(measure=f"{measure} (CPU)", value=value.cpu_seconds))
            else:
                self.results.add(sample(measure=measure, value=value, unit=unit))

        return note


def recorded(bench: Bench, contender: str, sessions: int, repetition: int) -> None:
    """First preview, up, preview of what is recorded, refresh; calls of the up and bytes of the state."""
    note = bench.noting("recorded", contender, sessions, repetition)
    bench.glue.fill(sessions)
    stack = bench.stack(sessions, contender)
    note("first preview", stack.timed("preview"))
    bench.glue.fill(sessions)
    note("up", stack.timed("up"))
    note("calls of up", sum(bench.glue.calls().values()), "calls")
    note("preview", stack.timed("preview"))
    bench.glue.fill(sessions)
    note("refresh", stack.timed("refresh"))
    note("calls of refresh", sum(bench.glue.calls().values()), "calls")
    state = stack.state()
    # Paths of this machine, which the engine notes with each resource, are not the contender's.
    kept = [{key: value for key, value in each.items() if key not in {"sourcePosition", "stackTrace"}} for each in state]
    note("state of a session", len(json.dumps(kept, separators=(",", ":"))) / sessions, "bytes")
    pickled = state[0]["outputs"]["__provider"]
    note("__provider", len(pickled if isinstance(pickled, str) else json.dumps(pickled)), "characters")
    note("__provider encrypted", not isinstance(pickled, str), "yes or no")


def read(bench: Bench, contender: str, sessions: int, repetition: int) -> None:
    """Preview and up of sessions that are read by their id."""
    note = bench.noting("read", contender, sessions, repetition)
    bench.glue.fill(sessions)
    stack = bench.stack(sessions, contender)
    note("preview", stack.timed("preview"))
    note("calls of preview", sum(bench.glue.calls().values()), "calls")
    note("up", stack.timed("up"))


def function(bench: Bench, contender: str, sessions: int, repetition: int) -> None:
    """Preview of a program that records nothing."""
    note = bench.noting("function", contender, sessions, repetition)
    bench.glue.fill(sessions)
    note("preview", bench.stack(sessions, contender).timed("preview"))
    note("calls of preview", sum(bench.glue.calls().values()), "calls")


def plain(bench: Bench, contender: str, sessions: int, repetition: int) -> None:
    """No Pulumi: a loop, or a process for each session."""
    note = bench.noting("plain", contender, sessions, repetition)
    bench.glue.fill(sessions)
    env = bench.env(sessions)

    def run(*command: str) -> None:
        subprocess.run(command, env=env, check=True, stdout=subprocess.DEVNULL)

    with stopwatch() as took:
        if contender == "loop":
            run(sys.executable, str(CONTENDERS / "loop.py"))
        else:
            aws = [str(Path(sys.executable).parent / "aws"), "glue", "get-session", "--id"]
            with ThreadPoolExecutor(AT_ONCE) as pool:
                for _ in pool.map(lambda number: run(*aws, f"s{number}"), range(sessions)):
                    pass
    note("all", took)


def gate(bench: Bench, contender: str, sessions: int, repetition: int) -> None:
    """Up of sessions that become READY after a while, with a resource beside them that doesn't depend on them."""
    note = bench.noting("gate", contender, sessions, repetition)
    stack = bench.stack(sessions, contender, "unrelated")
    bench.glue.fill(sessions, ready_after=GATE_SECONDS)
    started = time.time()
    note("up", stack.timed("up"))
    calls = bench.glue.calls()
    note("calls of up", sum(calls.values()), "calls")
    note("unrelated is created", float(stack.outputs()["created_at"]) - started)


def memory(bench: Bench, contender: str, sessions: int, repetition: int) -> None:
    """Largest memory of program and provider during an up."""
    note = bench.noting("memory", contender, sessions, repetition)
    bench.glue.fill(sessions)
    watch = Memory()
    bench.stack(sessions, contender).timed("up", watch)
    for kind in ("program", "provider"):
        note(kind, watch.peak_mib.get(kind, 0), "MiB")
