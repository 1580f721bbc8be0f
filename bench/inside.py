"""What a program costs inside: where a preview spends its time, and what importing the package takes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

from parts import Bench


def profile(bench: Bench, sessions: int) -> str:
    """Where the time of our program goes in a preview, as text without paths of this machine."""
    bench.glue.fill(sessions)
    out = bench.folder / "profile.txt"
    bench.stack(sessions, "profiled", "ours", BENCH_PROFILE=str(out)).timed("preview")
    lines = out.read_text().replace(str(bench.folder), "").splitlines()
    return "\n".join(line.rstrip() for line in _worth_reading(lines))


def _worth_reading(lines: list[str]) -> Iterator[str]:
    """Lines of the tree that took at least a hundredth of the whole, without the banner."""
    whole = next((float(line.split()[0]) for line in lines if line[:1].isdigit()), 0.0)
    for line in lines:
        first = line.strip(" |`-").split(" ")[0]
        if first.replace(".", "").isdigit() and float(first) >= whole / 100:
            yield line


def imports(bench: Bench, repetition: int) -> None:
    """Milliseconds that importing the package adds to importing pulumi, by module; whether boto3 came with it."""
    command = [
        sys.executable,
        "-X",
        "importtime",
        "-c",
        "import pulumi, pulumi.dynamic, sys\nimport pulumi_glue_session\nprint('boto3' in sys.modules)",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    for line in done.stderr.splitlines():
        own, total, module = line.removeprefix("import time:").split("|")
        if module.strip().startswith("pulumi_glue_session"):
            note = bench.noting("imports", module.strip(), 0, repetition)
            note("own", float(own) / 1000, "ms")
            note("with what it imports", float(total) / 1000, "ms")
    bench.noting("imports", "boto3", 0, repetition)("imported", done.stdout.strip() == "True", "yes or no")
