"""Each way to fail, as a person sees it on the real engine: one sentence on the resource, no traceback, exit code not 0."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from support.glue_endpoint import GlueEndpoint, always, error, hang, looks, server_fault, step, throttled, verbatim
from support.pulumi_project import Project, Run

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
PROBLEM = "pulumi-python:dynamic/glue:Session resource 'analytics' has a problem: "
UNREADABLE = 'Glue session "analytics-prod" in eu-west-1 could not be read: '
NO_ONE = "User: arn:aws:iam::123456789012:user/ci is not authorized"


@dataclass(frozen=True)
class Failure:
    """What goes wrong, and the sentence that says so."""

    sentence: str
    arrange: Callable[[GlueEndpoint], None]
    more: str = ""
    env: dict[str, str] = field(default_factory=dict)


def has(*statuses: str, message: str = "") -> Callable[[GlueEndpoint], None]:
    return lambda glue: glue.put("analytics-prod", looks(*(step(status, ErrorMessage=message) for status in statuses)))


def answers(code: str, message: str) -> Callable[[GlueEndpoint], None]:
    return lambda glue: glue.fail("*", error(code, message))


FAILURES = {
    "not found": Failure(
        'Glue session "analytics-prod" was not found in eu-west-1: '
        "create it, or correct session_id, the region or the account that is asked, and run again.",
        lambda _: None,
    ),
    "denied": Failure(
        f"{UNREADABLE}Glue denied access (AccessDeniedException: {NO_ONE}); "
        "allow glue:GetSession to the role that runs Pulumi, or ask as the session's owner: the session may exist, "
        "since a restricted role sees only the sessions it created.",
        answers("AccessDeniedException", NO_ONE),
    ),
    "no credentials": Failure(
        f"{UNREADABLE}there are no AWS credentials that Glue accepts (Unable to locate credentials); "
        "sign in, or name a profile that works (AWS_PROFILE, the stack's aws:profile or AwsOptions(profile=...)), and run again.",
        has("READY"),
        env={"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""},
    ),
    "expired credentials": Failure(
        f"{UNREADABLE}there are no AWS credentials that Glue accepts (ExpiredTokenException: The security token is expired); "
        "sign in, or name a profile that works (AWS_PROFILE, the stack's aws:profile or AwsOptions(profile=...)), and run again.",
        answers("ExpiredTokenException", "The security token is expired"),
    ),
    # The region of a recorded session stands in the state, so a refresh needs none.
    "no region": Failure(
        'Glue session "analytics-prod" could not be read: no AWS region is set; '
        "set AWS_REGION, the stack's aws:region or AwsOptions(region=...), and run again.",
        has("READY"),
        env={"AWS_REGION": ""},
    ),
    "unreachable": Failure(
        f"{UNREADABLE}Glue's endpoint gave no usable answer "
        '(Could not connect to the endpoint URL: "http://127.0.0.1:9/"); '
        "check the network, the region and any endpoint URL, and run again.",
        lambda _: None,
        env={"AWS_ENDPOINT_URL": "http://127.0.0.1:9"},
    ),
    "throttled": Failure(
        f"{UNREADABLE}Glue throttled the request, beyond all retries (ThrottlingException: Rate exceeded); "
        "run again in a while, or ask for a higher limit of GetSession and ListSessions.",
        lambda glue: glue.fail("*", throttled()),
        more=', timeout="0s"',
    ),
    "fault": Failure(
        f"{UNREADABLE}Glue failed to answer, beyond all retries (InternalServiceException: Something went wrong); "
        "run again in a while; if it goes on, see the AWS Health Dashboard.",
        lambda glue: glue.fail("*", error("InternalServiceException", "Something went wrong", http_status=500)),
        more=', timeout="0s"',
    ),
    "cut short": Failure(
        f"{UNREADABLE}Glue's endpoint gave no usable answer (an answer without a session or its status); "
        "check the network, the region and any endpoint URL, and run again.",
        lambda glue: glue.put("analytics-prod", always(verbatim({}))),
    ),
    "failed": Failure(
        'Glue session "analytics-prod" in eu-west-1 is FAILED (Glue says: no capacity) and will not become READY: '
        "delete it and create it again, or name another session, and run again.",
        has("FAILED", message="no capacity."),
    ),
    "unknown status": Failure(
        'Glue session "analytics-prod" in eu-west-1 has the status HIBERNATING, which this version of pulumi-glue-session does not know, '
        "so it can't tell whether READY will follow: "
        "install a newer pulumi-glue-session, or set wait_for=None to take the session as it is.",
        lambda glue: glue.put("analytics-prod", always("READY"), session_fields={"Status": "HIBERNATING"}),
    ),
    "not as expected": Failure(
        'Glue session "analytics-prod" in eu-west-1 is not as expected: name a session that is, or correct expect, and run again.\n'
        '  glue_version: expected at least "5.1", found "5.0"\n'
        "  number_of_workers: expected 4, found 2",
        has("PROVISIONING"),
        more=', expect={"glue_version": {"at_least": "5.1"}, "number_of_workers": 4}',
    ),
}


def said(run: Run) -> str:
    """Everything on stderr but what the engine adds of its own."""
    assert "Traceback" not in run.out + run.err
    return run.err.replace("error: preview failed\n", "").replace("error: update failed\n", "").strip()


@pytest.mark.parametrize("name", FAILURES)
def test_preview_fails_with_one_message(name: str, project: Project, glue: GlueEndpoint) -> None:
    """`--diff` prints errors alone on stderr, so nothing but the sentence may stand there."""
    failure = FAILURES[name]
    failure.arrange(glue)

    project.program(RECORDED.format(more=failure.more))
    assert f"error: {PROBLEM}{failure.sentence}" == said(project.preview(code=1, **failure.env))

    project.program(READ.format(more=failure.more))
    assert f"error: Preview failed: {failure.sentence}" == said(project.preview(code=1, **failure.env))


@pytest.mark.parametrize("name", FAILURES)
def test_up_fails_with_the_same_message(name: str, project: Project, glue: GlueEndpoint) -> None:
    failure = FAILURES[name]
    failure.arrange(glue)

    for program, prefix in ((RECORDED, PROBLEM), (READ, "")):
        project.program(program.format(more=failure.more))
        failed = project.up("--diff", code=1, **failure.env)
        assert f"error: {prefix}{failure.sentence}" in said(failed)
        assert {} == project.resources()


NOT_OF_A_REFRESH = {"not found", "no region", "failed", "unknown status", "not as expected"}


@pytest.mark.parametrize("name", [name for name in FAILURES if name not in NOT_OF_A_REFRESH])
def test_failed_refresh_keeps_the_session(name: str, project: Project, glue: GlueEndpoint) -> None:
    """Only EntityNotFoundException takes a session out of the state."""
    failure = FAILURES[name]
    glue.put("analytics-prod", always("READY"))
    project.program(RECORDED.format(more=""))
    project.up()

    failure.arrange(glue)
    assert f"error: {failure.sentence}" == said(project.refresh(code=1, **failure.env))
    assert "READY" == project.resources()["analytics"]["outputs"]["status"]


def test_silent_endpoint_is_tried_four_times(project: Project, glue: GlueEndpoint) -> None:
    """The run is bounded by the four attempts of ten seconds each, which are counted here; the clock is not looked at."""
    glue.fail("*", hang(60))
    project.program(RECORDED.format(more=""))

    failed = project.preview(code=1)
    sentence = (
        f"{UNREADABLE}Glue's endpoint gave no usable answer "
        f'(Read timeout on endpoint URL: "{glue.url}/"); check the network, the region and any endpoint URL, and run again.'
    )
    assert f"error: {PROBLEM}{sentence}" == said(failed)
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

    assert f"error: {PROBLEM}{FAILURES['not found'].sentence}" in said(project.up("--diff", code=1))
    assert 3 == glue.count()
