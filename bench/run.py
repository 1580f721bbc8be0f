"""Run the benchmark: everything side by side on the real engine, against a scripted Glue.

    python bench/run.py [--quick] [--repetitions 5] [--sizes 1 10 100 500 1000] [--latency-ms 50] [--only recorded gate] [--out FOLDER]

Writes results.json as it goes, then results.svg and the tables of docs/performance.md. Ratios are what counts: both sides of each were
measured in turns, on the same machine, in the same minutes.
"""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from importlib.util import find_spec
from pathlib import Path

import inside
import machine
import parts
import report
from endpoint_process import Glue
from parts import Bench
from results import Results

ROOT = Path(__file__).resolve().parents[1]
PARTS = ("recorded", "read", "plain", "function", "gate", "memory", "imports", "latency", "profile")

MOST = {"textbook": 500, "textbook_get": 500, "loop": 500, "cli": 100}
"""Sessions at most, of contenders that take minutes for more: they are far from the others, so this is enough to place them."""

OTHER_LATENCIES = (5.0, 200.0)


def main() -> None:
    """Parse the arguments, run the parts, write the report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1, 10, 100, 500, 1000])
    parser.add_argument("--latency-ms", type=float, default=50)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--quick", action="store_true", help="one repetition of two sessions: does it run at all")
    parser.add_argument("--out", type=Path, default=ROOT / "bench", help="folder of results.json and results.svg")
    parser.add_argument("--page", type=Path, default=ROOT / "docs" / "performance.md", help="page whose tables are written anew")
    options = parser.parse_args()
    # Started in the background of a shell, SIGINT is ignored, by children too: the engine, which ends its plugins by it, would wait
    # five seconds each time.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if options.quick:
        options.repetitions, options.sizes = 1, [2]
        options.only = [part for part in options.only if part in {"recorded", "plain", "imports"}]
    engine = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "get_engine.py")], stdout=subprocess.PIPE, text=True, check=True
    ).stdout.strip()
    settings = {"repetitions": options.repetitions, "sizes": options.sizes, "latency_ms": options.latency_ms, "most_sessions": MOST}
    results = Results(options.out / "results.json", {**machine.facts(engine), "settings": settings})
    with tempfile.TemporaryDirectory() as folder, Glue(latency_ms=options.latency_ms) as glue:
        bench = Bench(folder=Path(folder), engine=engine, glue=glue, latency_ms=options.latency_ms, results=results)
        profiles = run(bench, options.only, options.sizes, options.repetitions)
        if "latency" in options.only:
            other_latencies(bench, min(options.repetitions, 2))
    report.write(results, svg=options.out / "results.svg", page=options.page, profiles=profiles)


def run(bench: Bench, only: Iterable[str], sizes: list[int], repetitions: int) -> dict[int, str]:
    """All parts at one latency; the profiles."""
    some, most = min(100, max(sizes)), max(sizes)
    plan: list[tuple[str, Callable[..., None], list[str], list[int]]] = [
        ("recorded", parts.recorded, ["floor", "ours", "textbook"], sizes),
        ("read", parts.read, ["floor_get", "ours_get", "textbook_get"], sizes),
        ("plain", parts.plain, ["loop", "cli"], sizes),
        ("function", parts.function, ["empty", *functions()], [some]),
        ("gate", parts.gate, ["floor", "ours", "textbook"], [some]),
        ("memory", parts.memory, ["floor", "ours"], [most]),
    ]
    for name, part, contenders, of_sizes in plan:
        if name in only:
            # Memory hardly differs from one repetition to the next.
            take_turns(bench, part, contenders, of_sizes, min(repetitions, 2) if name == "memory" else repetitions)
    if "imports" in only:
        for repetition in range(repetitions):
            inside.imports(bench, repetition)
    return {sessions: inside.profile(bench, sessions) for sessions in (1, 500)} if "profile" in only else {}


def take_turns(bench: Bench, part: Callable[..., None], contenders: list[str], sizes: list[int], repetitions: int) -> None:
    """Run a part for each size and repetition, contender after contender."""
    for sessions in sizes:
        for repetition in range(repetitions):
            for contender in contenders:
                if sessions <= MOST.get(contender, sessions):
                    part(bench, contender, sessions, repetition)


def other_latencies(bench: Bench, repetitions: int) -> None:
    """A shorter run at other latencies: the ordering must be the same, so that nothing is tuned to one."""
    for latency_ms in OTHER_LATENCIES:
        with Glue(latency_ms=latency_ms) as glue:
            there = Bench(folder=bench.folder, engine=bench.engine, glue=glue, latency_ms=latency_ms, results=bench.results)
            take_turns(there, parts.read, ["floor_get", "ours_get", "textbook_get"], [100], repetitions)
            take_turns(there, parts.plain, ["loop"], [100], repetitions)
            take_turns(there, parts.recorded, ["floor", "ours"], [100], repetitions)


def functions() -> list[str]:
    """The contender of the function, where the package has it."""
    package = find_spec("pulumi_glue_session")
    source = Path(package.origin).read_text() if package and package.origin else ""
    return ["ours_function"] if "get_sessions" in source else []


if __name__ == "__main__":
    main()
