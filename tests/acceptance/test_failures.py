"""Failures on the real engine: one message, no traceback, exit code 1."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from pulumi_glue_session import SessionNotFound
from pulumi_glue_session.core import errors
from support.glue_endpoint import GlueEndpoint, always, error, hang, looks, server_fault, step, throttled, verbatim
from support.pulumi_project import REGION, Project, Run, flat

RECORDED = """
    import pulumi
    from pulumi_glue_session import GlueSession

    GlueSession("analytics", session_id="analytics-prod"{more})
"""
READ = """
    import pulumi
    from pulumi_glue_session import GlueSession

    GlueSession.get("analytics", "analytics-prod"{more})
"""
NOT_AUTHORIZED = "User: arn:aws:iam::123456789012:user/ci is not authorized"
READY = frozenset({"READY"})


def unreadable(kind: type[errors.LookFailed], detail: str) -> tuple[str, ...]:
    """Parts of the message of a read that failed."""
    return f'{kind.what}: Glue session "analytics-prod" (eu-west-1)', detail, "Next: "


@dataclass(frozen=True)
class Failure:
    """A failure and parts of its message."""

    fragments: tuple[str, ...]
    arrange: Callable[[GlueEndpoint], None]
    more: str = ""
    env: dict[str, str] = field(default_factory=dict)


def has(*statuses: str, message: str = "") -> Callable[[GlueEndpoint], None]:
    return lambda glue: glue.put("analytics-prod", looks(*(step(status, ErrorMessage=message) for status in statuses)))


def answers(code: str, message: str) -> Callable[[GlueEndpoint], None]:
    return lambda glue: glue.fail("*", error(code, message))


FAILURES = {
    "not found": Failure((flat(SessionNotFound("analytics-prod", region=REGION)),), lambda _: None),
    "denied": Failure(
        unreadable(errors.AccessDenied, NOT_AUTHORIZED), answers("AccessDeniedException", NOT_AUTHORIZED)
    ),
    "no credentials": Failure(
        unreadable(errors.BadCredentials, "Unable to locate credentials"),
        has("READY"),
        env={"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""},
    ),
    "expired credentials": Failure(
        unreadable(errors.BadCredentials, "ExpiredTokenException: The security token is expired"),
        answers("ExpiredTokenException", "The security token is expired"),
    ),
    # The state has the region of a recorded session, so a refresh does not need one.
    "no region": Failure(
        (f'{errors.NoRegion.what}: Glue session "analytics-prod"', "AwsOptions(region=...)"),
        has("READY"),
        env={"AWS_REGION": ""},
    ),
    "unreachable": Failure(
        unreadable(errors.Unreachable, 'Could not connect to the endpoint URL: "http://127.0.0.1:9/"'),
        lambda _: None,
        env={"AWS_ENDPOINT_URL": "http://127.0.0.1:9"},
    ),
    "throttled": Failure(
        unreadable(errors.Throttled, "ThrottlingException: Rate exceeded"),
        lambda glue: glue.fail("*", throttled()),
        more=', timeout="0s"',
    ),
    "fault": Failure(
        unreadable(errors.ServiceFault, "InternalServiceException: Something went wrong"),
        lambda glue: glue.fail("*", error("InternalServiceException", "Something went wrong", http_status=500)),
        more=', timeout="0s"',
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
        more=', expect={"glue_version": {"at_least": "5.1"}, "number_of_workers": 4}',
    ),
}


def assert_reported(run: Run, fragments: tuple[str, ...]) -> None:
    assert [] == [each for each in fragments if each not in run.text], run.out + run.err
    assert "Traceback" not in run.out + run.err


@pytest.mark.parametrize("name", FAILURES)
def test_preview_fails_with_one_message(name: str, project: Project, glue: GlueEndpoint) -> None:
    failure = FAILURES[name]
    failure.arrange(glue)

    for program in (RECORDED, READ):
        project.program(program.format(more=failure.more))
        assert_reported(project.preview(code=1, **failure.env), failure.fragments)


@pytest.mark.parametrize("name", FAILURES)
def test_up_fails_with_the_same_message(name: str, project: Project, glue: GlueEndpoint) -> None:
    failure = FAILURES[name]
    failure.arrange(glue)

    for program in (RECORDED, READ):
        project.program(program.format(more=failure.more))
        assert_reported(project.up("--diff", code=1, **failure.env), failure.fragments)
        assert {} == project.resources()


NOT_OF_A_REFRESH = {"not found", "no region", "failed", "unknown status", "not as expected"}


@pytest.mark.parametrize("name", [name for name in FAILURES if name not in NOT_OF_A_REFRESH])
def test_failed_refresh_keeps_the_session(name: str, project: Project, glue: GlueEndpoint) -> None:
    """Only EntityNotFoundException removes a session from the state."""
    failure = FAILURES[name]
    glue.put("analytics-prod", always("READY"))
    project.program(RECORDED.format(more=""))
    project.up()

    failure.arrange(glue)
    assert_reported(project.refresh(code=1, **failure.env), failure.fragments)
    assert "READY" == project.resources()["analytics"]["outputs"]["status"]


def test_silent_endpoint_is_tried_four_times(project: Project, glue: GlueEndpoint) -> None:
    """Four attempts of ten seconds bound the run. They are counted, not timed."""
    glue.fail("*", hang(60))
    project.program(RECORDED.format(more=""))

    failed = project.preview(code=1)
    assert_reported(failed, unreadable(errors.Unreachable, f'Read timeout on endpoint URL: "{glue.url}/"'))
    assert 4 == glue.count()


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

    assert_reported(project.up("--diff", code=1), FAILURES["not found"].fragments)
    assert 3 == glue.count()
