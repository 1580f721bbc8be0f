"""A thousand updates of one stack by one process of the Automation API. The sessions change each time.

States and counts of objects are compared between updates with the same sessions, after a warm-up. Only the resident
memory has a margin.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from support.glue_endpoint import GONE, GlueEndpoint, Script, always, looks
from support.pulumi_project import ROLE, ROOT, Project
from torture import LONG, Torture

SLOTS = tuple(f"s{number}" for number in range(8))
"""Ids of the sessions. The first is always READY. It is recorded and read."""

ROLES = (ROLE, ROLE.replace("GlueSession", "OtherTeam42"))

SAME_EVERY = 10 if LONG else 2
"""In every nth update all sessions are READY and equal, so that states and counts can be compared."""

WARM = 100 if LONG else 2
"""Updates after which all modules are imported and all caches are filled."""

MEMORY_MARGIN = 1.1 if LONG else 1.3
"""Allocators settle within some ten updates."""

OBJECTS_KEPT = 4
"""Objects per update that botocore keeps about the endpoints of its last hundred clients."""

NATIVE_THREADS = os.cpu_count() or 1
"""Threads by which the pool of gRPC can grow. Python threads are counted exactly, as objects."""

SHARE_THERE = 0.75
SHARE_FAILING = 0.03

Life = tuple[Script, str | None]
READY: Life = (always("READY"), "READY")
LATE: Life = (looks("PROVISIONING", "READY"), "READY")
LIVES = (*[READY] * 10, LATE, (always("PROVISIONING"), None), (always("STOPPED"), None), (always("TIMEOUT"), None))
"""Statuses of a session, and `wait_for` of the program."""


class Deployer:
    """The process of tests/deploying.py."""

    def __init__(self, project: Project, running: subprocess.Popen[str]) -> None:
        self.project, self._running = project, running

    def deploy(self, wanted: Mapping[str, str | None]) -> dict[str, Any]:
        """Outputs or error of a deployment."""
        assert self._running.stdin is not None
        assert self._running.stdout is not None
        self._running.stdin.write(json.dumps(wanted) + "\n")
        self._running.stdin.flush()
        answer: dict[str, Any] = json.loads(self._running.stdout.readline())
        return answer

    def end(self) -> int:
        """End the process. Returns its exit code."""
        assert self._running.stdin is not None
        self._running.stdin.close()
        return self._running.wait()


@contextmanager
def deploying(project: Project) -> Iterator[Deployer]:
    """A process for the whole test."""
    command = [sys.executable, str(ROOT / "tests" / "support" / "deploying.py")]
    # Otherwise the C library creates a heap per thread, and memory differs at random.
    env = project.env | {"MALLOC_ARENA_MAX": "1"}
    with subprocess.Popen(
        command, cwd=project.folder, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as running:
        try:
            yield Deployer(project, running)
        finally:
            running.kill()


@pytest.fixture
def deployer(project: Project) -> Iterator[Deployer]:
    """Process of successful updates, which is measured."""
    with deploying(project) as made:
        yield made
        assert 0 == made.end()


@pytest.fixture
def failing_deployer(project: Project) -> Iterator[Deployer]:
    """Process of failing updates. It is not measured: after a failure the SDK can keep the thread of an inline program,
    with any provider.
    """
    with deploying(project) as made:
        yield made


@pytest.mark.slow
@pytest.mark.torture("Soak")
@pytest.mark.timeout(0 if LONG else 900)
def test_repeated_updates_do_not_grow(
    torture: Torture, deployer: Deployer, failing_deployer: Deployer, glue: GlueEndpoint
) -> None:
    seed = int(os.environ.get("GLUE_SESSION_SEED") or random.SystemRandom().randrange(2**32))
    say(f"GLUE_SESSION_SEED={seed} tries the same again")
    chance = random.Random(seed)  # noqa: S311 - not cryptographic
    sizes: list[int] = []
    held: list[dict[str, int]] = []
    for number in range(torture.tries(short=5, long=1_000)):
        same = number % SAME_EVERY == 0
        gone = not same and (number == 1 or chance.random() < SHARE_FAILING)
        lives: list[Life] = []
        expected: dict[str, Any] = {}
        wanted: dict[str, str | None] = {}
        for slot in SLOTS:
            glue.put(slot, always(GONE))
            if slot == SLOTS[0] or same or chance.random() < SHARE_THERE:
                lives.append(READY if slot == SLOTS[0] or same else chance.choice(LIVES))
                expected[slot] = ROLES[0] if same else chance.choice(ROLES)
                glue.put(slot, lives[-1][0], Role=expected[slot], Description=f"update {number:04}")
                wanted[slot] = lives[-1][1]
        if gone:
            wanted["gone"] = "READY"

        answer = (failing_deployer if gone else deployer).deploy(wanted)
        say(f"update {number}: {answer}")
        if gone:
            assert 'Not found: Glue session "gone" (eu-west-1)' in answer["error"]
        else:
            # Each read advances a session that is still PROVISIONING.
            assert lives.count(READY) <= answer["outputs"].pop("listed") <= lives.count(READY) + lives.count(LATE)
            assert expected == answer["outputs"]
        assert 0 == answer["held"]["children"]
        if same:
            sizes.append(size(deployer.project.deployment()))
            held += [answer["held"]] if number >= WARM else []

    assert {sizes[0]} == set(sizes), "bytes of the state, each time with the same sessions"
    # Some objects are released a little later, but leaks are in each of the last counts.
    few = max(len(held) // 10, 1)
    early, late = held[:few], held[-few:]
    least, most = (
        {key: pick(each[key] for each in some) for key in held[0]} for pick, some in ((min, late), (max, early))
    )
    say(f"at most {most} early, at least {least} late")
    kept = OBJECTS_KEPT * min((len(held) - 1) * SAME_EVERY, 100)
    assert least["objects"] <= most["objects"] + kept
    assert least["kilobytes"] <= most["kilobytes"] * MEMORY_MARGIN
    assert least["threads"] <= most["threads"] + NATIVE_THREADS
    counted = held[0].keys() - {"objects", "kilobytes", "threads"}
    assert [] == [f"{key}: {most[key]}, then {least[key]}" for key in sorted(counted) if least[key] > most[key]]
    torture.record(
        "updates in a row of one stack with changing sessions",
        "each gave what Glue showed, or said in a sentence what was gone",
    )
    torture.record("bytes of the state, whenever the sessions were the same", "the same to the byte")
    torture.record(
        "threads, open files, child processes, event loops, AWS clients and objects of this package in the process",
        "as many at the end as after the first hundred updates",
    )
    torture.record(
        "resident memory of the process that deploys",
        "at the end at most a tenth more than after the first hundred updates",
    )


def say(what: str) -> None:
    """Print a line, which pytest shows if the test fails."""
    print(what)  # noqa: T201 - pytest shows it


def size(deployment: Mapping[str, Any]) -> int:
    """Bytes of a state without its timestamps, whose lengths differ."""
    times = {"created", "modified", "time"}
    return len(json.dumps(without(deployment, times)))


def without(value: Any, names: set[str]) -> Any:
    """A JSON value without members of these names."""
    if isinstance(value, dict):
        return {key: without(each, names) for key, each in value.items() if key not in names}
    return [without(each, names) for each in value] if isinstance(value, list) else value
