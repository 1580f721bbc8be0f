"""Runs that are killed at random moments lose no record, the next up works, and no process is left.

A process is killed after a share of the time that it takes in an undisturbed run. The shares are spread over the whole
run and come from a seed, which a failure prints; `GLUE_SESSION_SEED` repeats them. If the process has already ended,
the try is repeated. Each try changes every session, so that a record is the old or the new one.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from support.glue_endpoint import GlueEndpoint, always, then
from support.pulumi_project import SESSION, Project, Run
from torture import LONG, Torture

COMMANDS: Mapping[str, tuple[str, ...]] = {
    "up": ("up", "--yes", "--skip-preview", "--non-interactive"),
    "refresh": ("refresh", "--yes", "--skip-preview", "--non-interactive"),
    "preview": ("preview", "--non-interactive"),
}

ENGINE, PROGRAM, PROVIDER = "", "pulumi-language-python-exec", "-m\0pulumi.dynamic"
"""Parts of the command lines of the processes of a run."""


@dataclass(frozen=True, kw_only=True)
class Kill:
    """One way to end a run."""

    what: str
    victim: str = ENGINE
    by: signal.Signals = signal.SIGKILL
    whole_group: bool = False
    commands: tuple[str, ...] = tuple(COMMANDS)

    @property
    def leaves_the_lock(self) -> bool:
        """Whether the stack stays locked."""
        return self.victim == ENGINE and self.by == signal.SIGKILL


KILL_ENGINE = Kill(what="SIGKILL of the engine")
KILL_PROGRAM = Kill(what="SIGKILL of the program", victim=PROGRAM, commands=("up", "preview"))
KILL_PROVIDER = Kill(what="SIGKILL of the provider's process", victim=PROVIDER)
KILLS = (
    Kill(what="SIGINT to the engine alone", by=signal.SIGINT),
    Kill(what="SIGINT to the whole process group", by=signal.SIGINT, whole_group=True),
    Kill(what="SIGTERM to the engine alone", by=signal.SIGTERM),
    KILL_ENGINE,
    KILL_PROGRAM,
    KILL_PROVIDER,
)

IDS = ("s0", "s1", "s2")
LATE = "s1"
"""The session that is waited for: it stays PROVISIONING for `LATE_SECONDS` from the first look on."""

LATE_SECONDS = 1.5

END_SECONDS = 240
"""A run that was asked to end and has not ended by then hangs, on any machine."""

LOCKED = (
    "the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end "
    "or delete the lock file with `pulumi cancel`."
)
PENDING = "Attempting to deploy or update resources with"

PROGRAM_TEXT = """
    from pathlib import Path

    from pulumi_glue_session import GlueSession

    for session_id in Path("ids").read_text().split():
        GlueSession(session_id, session_id=session_id, timeout="5m")
    GlueSession.get("read", "s0")
"""


@pytest.fixture
def glue() -> Iterator[GlueEndpoint]:
    """A slow Glue, so that reads are interrupted too."""
    with GlueEndpoint(latency=0.05) as endpoint:
        yield endpoint


class Stack:
    """A stack whose runs are killed."""

    def __init__(self, project: Project, glue: GlueEndpoint) -> None:
        self.project, self.glue = project, glue
        self.generation = 0
        self.lives: dict[tuple[str, str], float] = {}
        project.program(PROGRAM_TEXT)

    def change(self) -> None:
        """Change every session, add one, and drop the one that was added before."""
        self.generation += 1
        for session_id in (*IDS, self._newest):
            late = then(("PROVISIONING", LATE_SECONDS), "READY") if session_id == LATE else always("READY")
            self.glue.put(
                session_id, late, Description=f"generation {self.generation}", NumberOfWorkers=self.generation + 1
            )
        (self.project.folder / "ids").write_text("\n".join((*IDS, self._newest)))

    @property
    def _newest(self) -> str:
        return f"new-{self.generation}"

    def measure(self, command: str) -> None:
        """Learn how long the processes of an undisturbed run live."""
        self.change()
        seen: dict[str, list[float]] = {}
        with self.project.start(*COMMANDS[command], to=subprocess.DEVNULL) as running:
            while running.poll() is None:
                now = time.monotonic()
                lines = self.project.processes().values()
                for victim in (ENGINE, PROGRAM, PROVIDER):
                    if any(victim in line for line in lines):
                        seen.setdefault(victim, []).append(now)
                time.sleep(0.02)
        assert 0 == running.returncode
        self.lives |= {(command, victim): moments[-1] - moments[0] for victim, moments in seen.items()}

    def kill(self, kill: Kill, command: str, share: float) -> Run | None:
        """Kill a run after that `share` of its victim's life; None if there was nothing left to kill."""
        self.change()
        with (self.project.folder / "printed").open("w+") as printed:
            with self.project.start(*COMMANDS[command], to=printed) as running:
                victim = running.pid
                while kill.victim != ENGINE and victim == running.pid and running.poll() is None:
                    time.sleep(0.01)
                    victim = next(
                        (pid for pid, line in self.project.processes().items() if kill.victim in line), victim
                    )
                time.sleep(share * self.lives[command, kill.victim])
                hit = running.poll() is None and kill.victim in self.project.processes().get(victim, "gone")
                if hit:
                    (os.killpg if kill.whole_group else os.kill)(victim, kill.by)
                code = running.wait(timeout=END_SECONDS)
            printed.seek(0)
            if not hit:
                # It was faster than the measured run: later ones may be, too.
                self.lives[command, kill.victim] *= 0.95
            return Run(out=printed.read(), err="", code=code) if hit else None

    def left(self, *victims: str) -> list[str]:
        """Command lines of processes that are still there when they have had time to end."""
        deadline = time.monotonic() + END_SECONDS
        while True:
            lines = [line for line in self.project.processes().values() if any(victim in line for victim in victims)]
            if not lines or time.monotonic() > deadline:
                return lines
            time.sleep(0.05)

    def deployment(self) -> dict[str, Any]:
        """The state with its secrets, whose ciphertexts differ from time to time."""
        return self.project.deployment("--show-secrets")

    def records(self, deployment: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        """What is recorded of each session, but for the status: it may be seen before or after the wait."""
        sessions = [each for each in deployment.get("resources", []) if each["type"] == SESSION]
        assert len({each["urn"] for each in sessions}) == len(sessions)
        left_out = {"__provider", "__read", "status"}
        return {
            each["urn"].split("::")[-1]: {k: v for k, v in each["outputs"].items() if k not in left_out}
            for each in sessions
        }

    def wanted(self) -> dict[str, dict[str, Any]]:
        """What an up records now."""
        ids = {**{each: each for each in (*IDS, self._newest)}, "read": "s0"}
        now = {"description": f"generation {self.generation}", "number_of_workers": self.generation + 1}
        return {name: {"session_id": session_id, **now} for name, session_id in ids.items()}


@pytest.fixture
def stack(project: Project, glue: GlueEndpoint) -> Iterator[Stack]:
    """A stack on which nothing is recorded, and nothing runs when the test is over."""
    stack = Stack(project, glue)
    yield stack
    project.clear()


@pytest.mark.slow
@pytest.mark.torture("Killed runs")
@pytest.mark.timeout(0 if LONG else 900)
@pytest.mark.parametrize(
    "kills",
    [[each] for each in KILLS] if LONG else [[KILL_ENGINE, KILL_PROGRAM, KILL_PROVIDER]],
    ids=lambda kills: kills[0].what,
)
def test_killed_run_loses_nothing(kills: list[Kill], torture: Torture, stack: Stack) -> None:
    seed = int(os.environ.get("GLUE_SESSION_SEED") or random.SystemRandom().randrange(2**32))
    say(f"GLUE_SESSION_SEED={seed} tries the same again")
    stack.measure("up")
    for kill in kills:
        for command in kill.commands if LONG else ["up"]:
            if command != "up":
                stack.measure(command)
            before: dict[str, Any] = {}
            chance = random.Random(f"{seed} {kill.what} {command}")  # noqa: S311 - no secret
            tries = torture.tries(short=1, long=20 if command == "up" else 9)
            for number in range(tries):
                share = (number + chance.random()) / tries
                before = before or stack.deployment()
                while not (killed := stack.kill(kill, command, share)):
                    before = stack.deployment()
                say(
                    f"{kill.what} during {command} after {share:.3f} of its life: exit code {killed.code}\n{killed.out}"
                )
                before = judge(stack, kill, command, before)
            torture.record(f"{kill.what} during {command}", HAPPENED[kill.leaves_the_lock, command == "preview"])


def say(what: str) -> None:
    """Pytest shows it if the test fails."""
    print(what)  # noqa: T201


HAPPENED = {
    (False, False): "every record was there, of before or of after; no process stayed; the next up worked",
    (False, True): "the state was untouched; no process stayed; the next up worked",
    (True, False): "every record was there, of before or of after; the program ended by itself; "
    "the next up named the lock and `pulumi cancel`, and worked after that",
    (True, True): "the state was untouched; the program ended by itself; the next up worked",
}


def judge(stack: Stack, kill: Kill, command: str, before: Mapping[str, Any]) -> dict[str, Any]:
    """What has to be so after a kill, and after the next up; the state at last."""
    project = stack.project
    assert [] == stack.left(PROGRAM, *(() if kill.leaves_the_lock else (PROVIDER,)))
    project.clear()

    after = stack.deployment()
    if command == "preview":
        assert before == after
    old, new = stack.records(before), stack.records(after)
    now = stack.wanted()
    for name in (*IDS, "read"):
        changed = old[name] | {key: value for key, value in now[name].items() if key != "session_id"}
        assert new.get(name) in (old[name], changed), f"{name} is of before or of after"

    up = project.up(code=None)
    if up.code:
        assert kill.leaves_the_lock, f"{up.out}\n{up.err}"
        assert LOCKED in up.errors
        project.pulumi("cancel", "--yes")
        up = project.up()
    if pending := after.get("pending_operations"):
        say(f"pending: {pending}")
        assert PENDING in up.out + up.err
        project.refresh("--clear-pending-creates")
    at_last = stack.deployment()
    assert not at_last.get("pending_operations")
    assert {"READY"} == {each["outputs"]["status"] for each in at_last["resources"] if each["type"] == SESSION}
    assert now == {name: {key: record[key] for key in now["s0"]} for name, record in stack.records(at_last).items()}
    return at_last
