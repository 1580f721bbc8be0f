"""A process that deploys one stack again and again by the Automation API, as a service does, and measures itself after each time.

    python tests/support/deploying.py

It works in the present folder. A line of JSON in, one out: `{"s0": "READY", "s1": null}`, the ids and what to wait for, is answered by what
the deployment gave or said, and by what this process holds then.

Rules of this module: the program lives in this process, in a thread of the Automation API, as the user's would. Whatever is counted is
counted after a collection and once it has settled, so that only what is held on to counts.
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

COUNTED = frozenset({"Finder", "Watch", "_Program", "GlueSession", "Glue", "_UnixSelectorEventLoop", "Thread", "socket"})
"""Names of types of which none may be held on to: ours, boto3's client, and what belongs to a run."""

SETTLES_WITHIN = 50
"""Counts, a tenth of a second apart."""


def deploy(stack: automation.Stack) -> dict[str, Any]:
    """Outputs of an up, or its error."""
    try:
        return {"outputs": {key: output.value for key, output in stack.up().outputs.items()}}
    except automation.CommandError as error:
        return {"error": str(error)}


def children(task: Path) -> int:
    """How many processes a thread has started that are still there; none for a thread that ended meanwhile."""
    try:
        return len((task / "children").read_text().split())
    except (FileNotFoundError, ProcessLookupError):
        return 0


def held() -> dict[str, int]:
    """What this process holds now."""
    gc.collect()
    # By `type`, since a mock or a proxy may call itself anything.
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
    """What it holds once nothing is on its way out any more: two counts in a row are alike."""
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
        # Not sooner: another such process may be making it.
        stack = stack or automation.create_or_select_stack("dev", project_name="acceptance", program=program, opts=here)
        wanted.clear()
        wanted.update(json.loads(line))
        answer = deploy(stack)
        print(json.dumps(answer | {"held": settled()}), flush=True)  # noqa: T201 - the answer


if __name__ == "__main__":
    main()
