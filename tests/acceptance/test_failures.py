"""Failures on the real engine: one message, no traceback, exit code 1."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import pytest

from pulumi_glue_session import SessionNotFound
from pulumi_glue_session.core import errors
from support.glue_endpoint import GlueEndpoint, always, error, looks, server_fault, step, throttled, verbatim
from support.pulumi_project import REGION, SESSION, Project, Run, flat

RECORDED = """
    import pulumi
    from pulumi_glue_session import GlueSession

    GlueSession("analytics", session_id="analytics-prod"{more})
"""
EACH_FAILURE = """
    import json
    from pathlib import Path

    from pulumi_glue_session import AwsOptions, GlueSession

    for name, (options, arguments) in json.loads(Path("failures.json").read_text()).items():
        GlueSession(name, session_id="analytics-prod", aws=AwsOptions(**options), **arguments)
        GlueSession.get(f"get of {name}", "analytics-prod", aws=AwsOptions(**options), **arguments)
"""
NOT_AUTHORIZED = "User: arn:aws:iam::123456789012:user/ci is not authorized"
READY = frozenset({"READY"})
NOT_FOUND = flat(SessionNotFound("analytics-prod", region=REGION))


def unreadable(kind: type[errors.LookFailed], detail: str) -> tuple[str, ...]:
    """Parts of the message of a read that failed."""
    return f'{kind.what}: Glue session "analytics-prod" (eu-west-1)', detail, "Next: "


@dataclass(frozen=True)
class Failure:
    """A failure and parts of its message."""

    fragments: tuple[str, ...]
    arrange: Callable[[GlueEndpoint], None] = lambda _: None
    arguments: dict[str, Any] = field(default_factory=dict)
    options: dict[str, str] = field(default_factory=dict)


def has(*statuses: str, message: str = "") -> Callable[[GlueEndpoint], None]:
    return lambda glue: glue.put("analytics-prod", looks(*(step(status, ErrorMessage=message) for status in statuses)))


def answers(code: str, message: str) -> Callable[[GlueEndpoint], None]:
    return lambda glue: glue.fail("*", error(code, message))


FAILURES = {
    "not found": Failure((NOT_FOUND,), lambda glue: glue.remove("analytics-prod")),
    "denied": Failure(
        unreadable(errors.AccessDenied, NOT_AUTHORIZED), answers("AccessDeniedException", NOT_AUTHORIZED)
    ),
    "no credentials": Failure(
        unreadable(errors.BadCredentials, "Unable to locate credentials"), options={"profile": "empty"}
    ),
    "expired credentials": Failure(
        unreadable(errors.BadCredentials, "ExpiredTokenException: The security token is expired"),
        answers("ExpiredTokenException", "The security token is expired"),
    ),
    # The state has the region of a recorded session, so a refresh does not need one.
    "no region": Failure(
        (f'{errors.NoRegion.what}: Glue session "analytics-prod"', "AwsOptions(region=...)"), options={"region": ""}
    ),
    "unreachable": Failure(
        unreadable(errors.Unreachable, 'Could not connect to the endpoint URL: "http://127.0.0.1:'),
        GlueEndpoint.__exit__,
    ),
    "throttled": Failure(
        unreadable(errors.Throttled, "ThrottlingException: Rate exceeded"), lambda glue: glue.fail("*", throttled())
    ),
    "fault": Failure(
        unreadable(errors.ServiceFault, "InternalServiceException: Something went wrong"),
        lambda glue: glue.fail("*", error("InternalServiceException", "Something went wrong", http_status=500)),
    ),
    "cut short": Failure(
        unreadable(errors.Unreachable, ""), lambda glue: glue.put("analytics-prod", always(verbatim({})))
    ),
    "failed": Failure(
        ('FAILED, will not become READY: Glue session "analytics-prod" (eu-west-1) Glue says: no capacity',),
        has("FAILED", message="no capacity."),
    ),
    "unknown status": Failure(
        (flat(errors.UnknownStatus("analytics-prod", region=REGION, status="HIBERNATING", targets=READY)),),
        lambda glue: glue.put("analytics-prod", always("READY"), session_fields={"Status": "HIBERNATING"}),
    ),
    "not as expected": Failure(
        (
            'Not as expected: Glue session "analytics-prod" (eu-west-1)',
            'glue_version: expected at least "5.1", found "5.0" number_of_workers: expected 4, found 2',
        ),
        has("PROVISIONING"),
        {"expect": {"glue_version": {"at_least": "5.1"}, "number_of_workers": 4}},
    ),
}


@pytest.fixture
def endpoints() -> Iterator[dict[str, GlueEndpoint]]:
    """A Glue with a session that is ready, for each failure."""
    with ExitStack() as stack:
        endpoints = {name: stack.enter_context(GlueEndpoint()) for name in FAILURES}
        for glue in endpoints.values():
            glue.put("analytics-prod", always("READY"))
        yield endpoints


KEYS = "aws_access_key_id=CI\naws_secret_access_key=planted\n"


def write(project: Project, endpoints: dict[str, GlueEndpoint]) -> None:
    """A program with two sessions for each endpoint: one is recorded, one is read with `.get`."""
    for name in ("AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        project.env.pop(name)
    sessions: dict[str, Any] = {}
    for name, glue in endpoints.items():
        options = {"profile": "ci", "region": REGION, "endpoint_url": glue.url} | FAILURES[name].options
        sessions[name] = {key: each for key, each in options.items() if each}, {"timeout": 0} | FAILURES[name].arguments
    (project.folder / "failures.json").write_text(json.dumps(sessions))
    project.program(EACH_FAILURE)


def fail(project: Project, endpoints: dict[str, GlueEndpoint]) -> None:
    """Let each read fail from now on."""
    for name, glue in endpoints.items():
        FAILURES[name].arrange(glue)
    config = project.folder / "config"
    config.write_text(f"[profile ci]\n{KEYS}[profile empty]\n")
    project.env["AWS_CONFIG_FILE"] = str(config)


def messages(run: Run) -> dict[str, str]:
    """What the engine reports of each session, on one line."""
    sections = re.split(rf"^  {SESSION} \((.*)\):$", run.out.partition("Diagnostics:\n")[2], flags=re.MULTILINE)
    reports = [section.partition("\n\n")[0] for section in sections[2::2]]
    return {name: " ".join(report.split()) for name, report in zip(sections[1::2], reports, strict=True)}


def assert_reported(run: Run, names: Iterable[str]) -> None:
    reported = messages(run)
    expected = {f"{kind}{name}": FAILURES[name].fragments for name in names for kind in ("", "get of ")}

    assert expected.keys() == reported.keys(), run.out + run.err
    assert [] == [
        (name, fragment)
        for name, fragments in expected.items()
        for fragment in fragments
        if fragment not in reported[name]
    ]
    assert {1} == {report.count("error: ") for report in reported.values()}
    assert "Traceback" not in run.out + run.err


def test_preview_and_up_report_each_failure_on_its_row(project: Project, endpoints: dict[str, GlueEndpoint]) -> None:
    """With the same message. Nothing is recorded."""
    write(project, endpoints)
    fail(project, endpoints)

    assert_reported(project.pulumi("preview", "--non-interactive", code=1), FAILURES)
    assert_reported(project.up("--continue-on-error", code=1), FAILURES)
    assert {} == project.resources()


NOT_OF_A_REFRESH = {"not found", "no region", "failed", "unknown status", "not as expected"}


def test_failed_refresh_keeps_the_sessions(project: Project, endpoints: dict[str, GlueEndpoint]) -> None:
    """Only EntityNotFoundException removes a session from the state."""
    failing = {name: glue for name, glue in endpoints.items() if name not in NOT_OF_A_REFRESH}
    config = project.folder / "keys"
    config.write_text(f"[profile ci]\n{KEYS}[profile empty]\n{KEYS}")
    write(project, failing)
    project.up(AWS_CONFIG_FILE=str(config))
    before = project.resources(show_secrets=True)

    fail(project, failing)
    assert_reported(project.pulumi("refresh", "--yes", "--skip-preview", "--non-interactive", code=1), failing)
    after = project.resources(show_secrets=True)
    assert 2 * len(failing) == len(before)
    assert {name: each["outputs"] for name, each in before.items()} == {
        name: each["outputs"] for name, each in after.items()
    }


@pytest.mark.parametrize(
    "program", ['GlueSession("analytics", session_id="gone")', 'GlueSession.get("analytics", "gone")']
)
def test_failure_ends_an_up(program: str, project: Project) -> None:
    project.program(f"from pulumi_glue_session import GlueSession\n{program}")

    failed = project.up(code=1)
    assert NOT_FOUND.replace("analytics-prod", "gone") in failed.text
    assert "Traceback" not in failed.out + failed.err
    assert {} == project.resources()


@pytest.mark.slow
def test_wait_survives_throttling_and_faults(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", looks("PROVISIONING", "PROVISIONING", "READY"))
    glue.fail("*", throttled(), every=2)
    glue.fail("*", server_fault(503), every=5)
    project.program(RECORDED.format(more=""))

    project.up()
    assert "READY" == project.resources()["analytics"]["outputs"]["status"]


def test_unknown_status_without_a_wait(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", always("READY"), session_fields={"Status": "HIBERNATING"})
    project.program(RECORDED.format(more=", wait_for=None"))

    project.up()
    assert "HIBERNATING" == project.resources()["analytics"]["outputs"]["status"]


def test_session_deleted_during_a_wait(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", looks("PROVISIONING", "PROVISIONING", verbatim({})))
    glue.fail("GetSession", error("EntityNotFoundException", "gone"), every=3)
    project.program(RECORDED.format(more=""))

    assert NOT_FOUND in project.up("--diff", code=1).text
    assert 3 == glue.count()
