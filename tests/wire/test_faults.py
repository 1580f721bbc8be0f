"""Each fault of support/faults.py with commands of all faces but Pulumi programs in Python.

A command returns the right answer, or an error that names the session and the reason. It never passes wrongly, and a
read that was refused never removes a record. For those programs see tests/acceptance/test_faults.py.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from support.faces import COMMANDS, FaceCommand, Outcome
from support.faults import AFTER, FAULTS, Fault, Stage, problem_after_retries, staged
from support.glue_endpoint import GlueEndpoint
from torture import LONG, Torture

FACES = list(dict.fromkeys(command.face for command in COMMANDS))


@pytest.fixture
def behind_tls(certificate: Path) -> Iterator[GlueEndpoint]:
    """Glue with an unknown certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with GlueEndpoint(tls=context) as glue:
        yield glue


def chosen(face: str, fault: Fault) -> list[FaceCommand]:
    """Commands to try: all in `make torture`, otherwise another affected one for each fault."""
    commands = [command for command in COMMANDS if command.face == face]
    if LONG:
        return commands
    affected = [command for command in commands if fault.hits(command)] or commands
    return [affected[FAULTS.index(fault) % len(affected)]]


@pytest.mark.parametrize("face", FACES)
def test_short_run_covers_each_command(face: str) -> None:
    covered = {command.name for fault in FAULTS for command in chosen(face, fault)}

    assert {command.name for command in COMMANDS if command.face == face} == covered


@pytest.mark.torture("Fault matrix of the other faces")
@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize("face", FACES)
def test_face_is_right_or_reports_the_fault(face: str, behind_tls: GlueEndpoint, torture: Torture) -> None:
    cells = [(fault, command) for fault in FAULTS for command in chosen(face, fault)]
    torture.tries(short=len(cells), long=len(cells))

    # Several at once, because much of the time is spent in waits and pauses. More would delay the first reads of waits.
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda cell: problem_of(cell[0], cell[1], behind_tls), cells))

    problems = [
        f"{command.name}, {fault.name}: {problem}"
        for (fault, command), problem in zip(cells, found, strict=True)
        if problem
    ]
    if problems:
        pytest.fail("\n".join(problems), pytrace=False)
    torture.record(f"{len(FAULTS)} faults, {face}", "the right answer or one message each time; no record was lost")


def problem_of(fault: Fault, command: FaceCommand, behind_tls: GlueEndpoint) -> str:
    """What is wrong with the command's outcome; empty if it is right."""

    def attempt() -> str:
        with staged(fault, command, behind_tls) as stage:
            try:
                judge(command.run(stage, fault), fault, stage, command)
            except AssertionError as problem:
                return " ".join(str(problem).split()) or "?"
        return ""

    return problem_after_retries(attempt)


def judge(outcome: Outcome, fault: Fault, stage: Stage, command: FaceCommand) -> None:
    """Raise AssertionError for a wrong outcome."""
    fails = fault.error is not None and fault.hits(command)
    assert outcome.removed == (set(fault.leaves) if command.drops_missing and not fails else set()), outcome
    assert set(outcome.described.values()) <= (fault.described if not fails else {AFTER}), outcome
    if not fails:
        assert [] == outcome.messages, outcome
        shown, expected = outcome.described.keys(), set(command.shows) - outcome.removed
        # A list that lacks a session looks like any other.
        assert shown == expected or (command.wants_whole_list and shown), outcome
        return
    assert outcome.messages, outcome
    details = [" ".join(detail.format(**stage.placeholders()).split()) for detail in fault.details]
    for message in outcome.messages:
        assert message.startswith(tuple(fault.facts(command))), message
        assert any(detail in message for detail in details) or "Last read: " in message, message
    if command.wants_whole_list:
        return
    # The sessions without a fault are answered.
    well = {each for each in command.shows if fault.about and f'Glue session "{each}"' not in fault.about}
    assert well <= outcome.described.keys(), outcome
