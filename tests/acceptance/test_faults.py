"""Each fault of tests/support/faults.py with each of its commands, on the real engine.

A command succeeds or fails with the message of the fault. It never hangs, prints no traceback and loses no record.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import TimeoutExpired
from typing import Any

import pytest

from support.fault_commands import COMMANDS, SESSIONS, PulumiCommand
from support.faults import AFTER, FAULTS, Fault, Stage, problem_after_retries, staged
from support.glue_endpoint import GlueEndpoint, always
from support.pulumi_project import Project, Run
from torture import Torture

PREFIX = re.compile(r"Preview failed: |pulumi-python:dynamic/glue:Session resource '[abc]' has a problem: ")
OF_THE_ENGINE = {
    "preview failed",
    "update failed",
    "an unhandled error occurred: program exited with non-zero exit code: 1",
    "Resource monitor has terminated, shutting down",  # engine 3.276, if a resource fails while the program still runs
}

State = dict[str, dict[str, Any]]
Recorded = Callable[[PulumiCommand, Fault], tuple[Project, State]]


@pytest.fixture(scope="module")
def recorded(env_in: Callable[[Path], dict[str, str]], tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    """A project in which the program has run with the description "before", created once and restored each time."""
    made: dict[tuple[str, int], tuple[Project, State, Path, bytes]] = {}

    def project_of(command: PulumiCommand, fault: Fault) -> tuple[Project, State]:
        # A refresh uses the options in the state.
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
    """Glue with an unknown certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with GlueEndpoint(tls=context) as glue:
        yield glue


def rotated(fault: Fault) -> list[PulumiCommand]:
    """Commands in another order for each fault, affected ones first."""
    turn = FAULTS.index(fault) % len(COMMANDS)
    return sorted([*COMMANDS[turn:], *COMMANDS[:turn]], key=lambda command: not fault.hits(command))


def test_short_run_covers_each_command() -> None:
    assert {command.name for command in COMMANDS} == {rotated(fault)[0].name for fault in FAULTS}


@pytest.mark.torture("Fault matrix")
@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(fault, marks=[] if number % 6 == 0 else pytest.mark.slow, id=fault.name)
        for number, fault in enumerate(FAULTS)
    ],
)
def test_command_succeeds_or_reports_the_fault(
    fault: Fault, recorded: Recorded, behind_tls: GlueEndpoint, torture: Torture
) -> None:
    ends: dict[str, list[str]] = {"succeeded": [], "failed with one message": []}
    problems: dict[str, str] = {}
    for command in rotated(fault)[: torture.tries(short=1, long=len(COMMANDS))]:

        def attempt(command: PulumiCommand = command) -> str:
            project, before = recorded(command, fault)
            with staged(fault, command, behind_tls) as stage:
                try:
                    ends[run(command, fault, stage, project, before)].append(command.name)
                except (AssertionError, TimeoutExpired) as failure:
                    return str(failure)
            return ""

        if problem := problem_after_retries(attempt):
            problems[command.name] = problem

    assert not problems, "\n".join(problems.values())
    torture.record(
        fault.name,
        "; ".join(f"{end}: {', '.join(names)}" for end, names in ends.items() if names) + "; no record was lost",
    )


def run(command: PulumiCommand, fault: Fault, stage: Stage, project: Project, before: State) -> str:
    """Run the command. Raises AssertionError for an unexpected result."""
    done: Run = getattr(project, command.verb)(
        "--diff", code=None, RETRIES=str(fault.retries), TIMEOUT=fault.timeout(command), **stage.env
    )
    after = project.resources(show_secrets=True)

    assert "Traceback" not in done.out + done.err, done.err
    fails = fault.error is not None and fault.hits(command)
    leaves = set(fault.leaves) if command.drops_missing and not fails else set()
    assert before.keys() - leaves == after.keys()
    messages = errors_of(done)
    if not fails:
        assert (0, []) == (done.code, messages), done.out
        if command.verb == "preview":
            assert {each: kept(before[each]) for each in before} == {each: kept(after[each]) for each in after}
        assert f'"{AFTER}"' in done.out, done.out
        for each in after.values():
            assert described(each) in (fault.described if command.verb != "preview" else {"before"}), done.out
        return "succeeded"
    assert 1 == done.code
    assert messages, done.out
    details = [" ".join(detail.format(**stage.placeholders()).split()) for detail in fault.details]
    for message in messages:
        assert message.startswith(tuple(fault.facts(command))), message
        assert any(detail in message for detail in details) or "Last read: " in message, message
    # The record of a session that could not be read stays.
    unread = [each for each in before if not fault.about or f'Glue session "{each}"' in fault.about]
    assert {each: kept(before[each]) for each in unread} == {each: kept(after[each]) for each in unread}
    return "failed with one message"


def errors_of(done: Run) -> list[str]:
    """Error messages without line breaks, except those of the engine itself.

    The engine can print the last line of a wait after the error of another session.
    """
    lines = [line for line in map(str.strip, done.err.splitlines()) if not line.startswith("stopped waiting after ")]
    messages = re.split(r"(?:^| )error: ", " ".join(" ".join(lines).split()))[1:]
    return [each for each in (PREFIX.sub("", message) for message in messages) if each not in OF_THE_ENGINE]


def kept(resource: dict[str, Any]) -> dict[str, Any]:
    """State of a session without the parts that the engine writes differently after each command."""
    return {key: value for key, value in resource.items() if key not in ("modified", "propertyDependencies")}


def described(resource: dict[str, Any]) -> str:
    """Description in the state."""
    return str(resource["outputs"]["description"])
