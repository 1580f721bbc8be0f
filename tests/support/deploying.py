"""A process that deploys one stack again and again with the Automation API and measures itself after each deployment.

    python tests/support/deploying.py

It works in the current folder and reads lines of JSON such as `{"s0": "READY", "s1": null}`: session ids and statuses
to wait for. For each it prints the outputs or the error of the deployment, and counts of objects of this process. The
program runs in this process, in a thread of the Automation API. Objects are counted after a garbage collection, once
the counts are stable.
"""

from __future__ import annotations

import collections
import gc
import json
import sys
import time
from pathlib import Path
from typing import Any

import pulumi
from pulumi import automation

from pulumi_glue_session import GlueSession, get_sessions_output

COUNTED = frozenset(
    {"GlueSessions", "Poller", "RunContext", "GlueSession", "Glue", "_UnixSelectorEventLoop", "Thread", "socket"}
)
"""Types that must not accumulate: of this package, of boto3, and of a run."""

SETTLES_WITHIN = 50
"""Counts, a tenth of a second apart."""


def deploy(stack: automation.Stack) -> dict[str, Any]:
    """Outputs of an up, or its error."""
    try:
        return {"outputs": {key: output.value for key, output in stack.up().outputs.items()}}
    except automation.CommandError as error:
        return {"error": str(error)}


def children(task: Path) -> int:
    """Number of running child processes of a thread; 0 if the thread has ended."""
    try:
        return len((task / "children").read_text().split())
    except (FileNotFoundError, ProcessLookupError):
        return 0


def held() -> dict[str, int]:
    """Current counts of objects, memory, threads, files and child processes."""
    gc.collect()
    # With `type`, because mocks and proxies override `__class__`.
    counts = collections.Counter(type(each).__name__ for each in gc.get_objects())
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    tasks = list(Path("/proc/self/task").iterdir())
    return {
        **{name: counts[name] for name in sorted(COUNTED)},
        "objects": counts.total(),
        "kilobytes": int(status["VmRSS"].split()[0]),
        "threads": len(tasks),
        "files": len(list(Path("/proc/self/fd").iterdir())),
        "children": sum(children(task) for task in tasks),
    }


def settled() -> dict[str, int]:
    """Counts once two in a row are equal."""
    now = held()
    for _ in range(SETTLES_WITHIN):
        before, now = now, held()
        if now["objects"] == before["objects"] and now["threads"] == before["threads"]:
            break
        time.sleep(0.1)
    return now


def main() -> None:
    """Deploy once for each line of the standard input."""
    wanted: dict[str, str | None] = {}

    def program() -> None:
        for session_id, wait_for in wanted.items():
            pulumi.export(session_id, GlueSession(session_id, session_id=session_id, wait_for=wait_for).role)
        GlueSession.get("read", next(iter(wanted)))
        pulumi.export("listed", get_sessions_output(statuses="READY").ids.apply(len))

    here = automation.LocalWorkspaceOptions(work_dir=".")
    stack: automation.Stack | None = None
    for line in sys.stdin:
        # Late, because another process may create the stack at the same time.
        stack = stack or automation.create_or_select_stack("dev", project_name="acceptance", program=program, opts=here)
        wanted.clear()
        wanted.update(json.loads(line))
        result = deploy(stack)
        print(json.dumps(result | {"held": settled()}), flush=True)  # noqa: T201 - the result


if __name__ == "__main__":
    main()
