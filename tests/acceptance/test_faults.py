"""Each fault of tests/faults.py under each of its commands, on the real engine.

A cell succeeds, or fails with the one sentence that the fault stands for. It never hangs past what is stated (Project.pulumi kills what
does), never shows a traceback, and never loses a record or takes a falsehood into one.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import TimeoutExpired
from typing import Any

import pytest

from support.faults import AFTER, COMMANDS, FAULTS, SESSIONS, Command, Fault, Stage
from support.glue_endpoint import GlueEndpoint, always
from support.pulumi_project import Project, Run
from torture import Torture

PREFIX = r"error: (Preview failed: |pulumi-python:dynamic/glue:Session resource '[abc]' has a problem: )?"
PROGRESS = re.compile(
    r"([abc] is .+|waiting for \d Glue sessions: .+), \d+ s of at most .+"
    r'|Glue session "[abc]" in eu-west-1 is PROVISIONING: up will wait until it is READY, .+ at most\.'
)
ENGINES_OWN = {"preview failed", "update failed", "an unhandled error occurred: program exited with non-zero exit code: 1"}

State = dict[str, dict[str, Any]]
Recorded = Callable[[Command, Fault], tuple[Project, State]]


@pytest.fixture(scope="module")
def recorded(env_in: Callable[[Path], dict[str, str]], tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    """A project in which the command's program ran when the sessions were described as "before"; made once, and put back each time."""
    made: dict[tuple[str, int], tuple[Project, State, Path, bytes]] = {}

    def project_of(command: Command, fault: Fault) -> tuple[Project, State]:
        # A refresh asks as the record says, all else as the program does.
        key = command.program, fault.retries if command.verb == "refresh" else 1
        if key not in made:
            folder = tmp_path_factory.mktemp("faults")
            (folder / "project").mkdir()
            project = Project(folder / "project", env_in(folder) | {"RETRIES": str(key[1]), "TIMEOUT": "90s"})
            project.program(command.program)
            with GlueEndpoint() as glue:
                for each in SESSIONS:
                    glue.put(each, always("READY"), Description="before")
                project.up(AWS_ENDPOINT_URL=glue.url)
            state = folder / "backend" / ".pulumi" / "stacks" / "acceptance" / "dev.json"
            made[key] = project, project.resources(show_secrets=True), state, state.read_bytes()
        project, resources, state, content = made[key]
        state.write_bytes(content)
        return project, resources

    return project_of


@pytest.fixture(scope="module")
def behind_tls(certificate: Path) -> Iterator[GlueEndpoint]:
    """Glue behind a certificate that nobody knows."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with GlueEndpoint(tls=context) as glue:
        yield glue


def in_turn(fault: Fault) -> list[Command]:
    """All commands, beginning with another one for each fault, and with those that it hits."""
    turn = FAULTS.index(fault) % len(COMMANDS)
    return sorted([*COMMANDS[turn:], *COMMANDS[:turn]], key=lambda command: not fault.hits(command))


def test_short_run_covers_each_command() -> None:
    assert {command.name for command in COMMANDS} == {in_turn(fault)[0].name for fault in FAULTS}


@pytest.mark.torture("Fault matrix")
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_command_succeeds_or_reports_the_fault(fault: Fault, recorded: Recorded, behind_tls: GlueEndpoint, torture: Torture) -> None:
    ends: dict[str, list[str]] = {"succeeded": [], "said so in one sentence": []}
    problems: dict[str, str] = {}
    for command in in_turn(fault)[: torture.tries(short=1, long=len(COMMANDS))]:
        project, before = recorded(command, fault)
        with GlueEndpoint() as glue:
            stage = Stage(glue=glue, behind_tls=behind_tls, command=command, env={"AWS_ENDPOINT_URL": glue.url})
            for each in SESSIONS:
                stage.put(each, "READY")
            fault.lay(stage)
            try:
                ends[run(command, fault, stage, project, before)].append(command.name)
            except (AssertionError, TimeoutExpired) as problem:
                problems[command.name] = str(problem)

    assert {} == problems
    torture.tell(fault.name, "; ".join(f"{end}: {', '.join(names)}" for end, names in ends.items() if names) + "; no record was lost")


def run(command: Command, fault: Fault, stage: Stage, project: Project, before: State) -> str:
    """How the command ended. Raises AssertionError for anything that a person should not see."""
    done: Run = getattr(project, command.verb)("--diff", code=None, RETRIES=str(fault.retries), TIMEOUT=fault.timeout(command), **stage.env)
    after = project.resources(show_secrets=True)

    assert "Traceback" not in done.out + done.err, done.err
    fails = fault.error is not None and fault.hits(command)
    leaves = set(fault.leaves) if command.verb == "refresh" and not fails else set()
    assert before.keys() - leaves == after.keys()
    if not fails:
        assert (0, set()) == (done.code, said(done)), done.out
        if command.verb == "preview":
            assert {each: kept(before[each]) for each in before} == {each: kept(after[each]) for each in after}
        assert f'"{AFTER}"' in done.out, done.out
        for each in after.values():
            assert described(each) in (fault.described if command.verb != "preview" else {"before"}), done.out
        return "succeeded"
    assert 1 == done.code
    told = said(done)
    assert told, done.out
    assert told <= fault.sentences(command, stage.words())
    # What was not seen is recorded as it was.
    unseen = [each for each in before if not fault.about or f'Glue session "{each}"' in fault.about]
    assert {each: kept(before[each]) for each in unseen} == {each: kept(after[each]) for each in unseen}
    return "said so in one sentence"


def said(done: Run) -> set[str]:
    """Everything on stderr but progress and what the engine adds of its own, without what changed since it was recorded."""
    lines = {re.sub(PREFIX, "", line) for line in done.err.splitlines() if line.strip()}
    plain = {re.sub(r"\(\d+ looks?, ", "(2 looks, ", line.partition(" Changed since it was recorded: ")[0]) for line in lines}
    return {line for line in plain - ENGINES_OWN if not PROGRESS.fullmatch(line)}


def kept(resource: dict[str, Any]) -> dict[str, Any]:
    """All that the state has of a session, but what the engine writes in another way after each command."""
    return {key: value for key, value in resource.items() if key not in ("modified", "propertyDependencies")}


def described(resource: dict[str, Any]) -> str:
    """Description that the state has of a session."""
    return str(resource["outputs"]["description"])
