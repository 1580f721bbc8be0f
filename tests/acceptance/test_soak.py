"""A thousand updates in a row, by one process of the Automation API, of one stack whose sessions change each time.

Rules of this module: what is compared is compared between updates of the same sessions, and after the process has warmed up. What a process
holds is counted exactly; only its resident memory has a margin.
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
"""Ids of the sessions. The first is always there and READY: it is read as well as recorded."""

ROLES = (ROLE, ROLE.replace("GlueSession", "OtherTeam42"))

SAME_EVERY = 10 if LONG else 2
"""Each so many updates all sessions are there and alike, so that what is recorded and held can be compared."""

WARM = 100 if LONG else 2
"""Updates after which a process has imported and kept whatever it ever will."""

MEMORY_MARGIN = 1.1 if LONG else 1.3
"""What Python and the C library keep for later settles within some ten updates."""

OBJECTS_KEPT = 4
"""Of each update, by botocore: what it found out about the endpoints of its last hundred clients. Eight sessions would leave more."""

NATIVE_THREADS = os.cpu_count() or 1
"""By which gRPC's own pool may have grown on a busy machine. Threads of Python are counted exactly, as objects."""

SHARE_THERE = 0.75
SHARE_FAILING = 0.03

Life = tuple[Script, str | None]
READY: Life = (always("READY"), "READY")
LATE: Life = (looks("PROVISIONING", "READY"), "READY")
LIVES = (*[READY] * 10, LATE, (always("PROVISIONING"), None), (always("STOPPED"), None), (always("TIMEOUT"), None))
"""What a session may be, and what is waited for then."""


class Deployer:
    """The process of tests/deploying.py."""

    def __init__(self, project: Project, running: subprocess.Popen[str]) -> None:
        self.project, self._running = project, running

    def deploy(self, wanted: Mapping[str, str | None]) -> dict[str, Any]:
        """What it answered."""
        assert self._running.stdin is not None
        assert self._running.stdout is not None
        self._running.stdin.write(json.dumps(wanted) + "\n")
        self._running.stdin.flush()
        answer: dict[str, Any] = json.loads(self._running.stdout.readline())
        return answer

    def end(self) -> int:
        """Exit code, once it has nothing more to deploy."""
        assert self._running.stdin is not None
        self._running.stdin.close()
        return self._running.wait(60)


@contextmanager
def deploying(project: Project) -> Iterator[Deployer]:
    """A process that is there for the whole test."""
    command = [sys.executable, str(ROOT / "tests" / "support" / "deploying.py")]
    # Without it the C library gives each new thread a heap of its own, and how much it keeps of them is chance.
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
    """The one whose updates go well, and which is measured."""
    with deploying(project) as made:
        yield made
        assert 0 == made.end()


@pytest.fixture
def failing_deployer(project: Project) -> Iterator[Deployer]:
    """The one whose updates fail: what the SDK leaves of an inline program then is chance, with a provider that does nothing too.

    A registration that the engine has not answered when it ends can stay unanswered for ever, and with it the program's thread: the SDK
    tells the engine of the failure first, and that raises where there is none any more.
    """
    with deploying(project) as made:
        yield made


@pytest.mark.torture("Soak")
@pytest.mark.timeout(0 if LONG else 300)
def test_repeated_updates_do_not_grow(
    torture: Torture, deployer: Deployer, failing_deployer: Deployer, glue: GlueEndpoint
) -> None:
    seed = int(os.environ.get("GLUE_SESSION_SEED") or random.SystemRandom().randrange(2**32))
    say(f"GLUE_SESSION_SEED={seed} tries the same again")
    chance = random.Random(seed)  # noqa: S311 - no secret
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
            # Each look, by whomever, brings a late one further.
            assert lives.count(READY) <= answer["outputs"].pop("listed") <= lives.count(READY) + lives.count(LATE)
            assert expected == answer["outputs"]
        assert 0 == answer["held"]["children"]
        if same:
            sizes.append(size(deployer.project.deployment()))
            held += [answer["held"]] if number >= WARM else []

    assert {sizes[0]} == set(sizes), "bytes of the state, each time with the same sessions"
    # Something may be on its way out when it is counted; what is held on to is there in each of the last.
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
    torture.tell(
        "updates in a row of one stack with changing sessions",
        "each gave what Glue showed, or said in a sentence what was gone",
    )
    torture.tell("bytes of the state, whenever the sessions were the same", "the same to the byte")
    torture.tell(
        "threads, open files, child processes, event loops, clients of AWS and objects of this package in the process that deploys",
        "as many at the end as after the first hundred updates",
    )
    torture.tell(
        "resident memory of the process that deploys",
        "at the end at most a tenth more than after the first hundred updates",
    )


def say(what: str) -> None:
    """Pytest shows it if the test fails."""
    print(what)  # noqa: T201


def size(deployment: Mapping[str, Any]) -> int:
    """Bytes of a state, without the times in it, which leave out zeros at their end."""
    times = {"created", "modified", "time"}
    return len(json.dumps(without(deployment, times)))


def without(value: Any, names: set[str]) -> Any:  # noqa: ANN401 - JSON
    """A JSON value without members of these names."""
    if isinstance(value, dict):
        return {key: without(each, names) for key, each in value.items() if key not in names}
    return [without(each, names) for each in value] if isinstance(value, list) else value
