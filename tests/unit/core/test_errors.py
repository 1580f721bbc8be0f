"""Errors: their messages in full, their attributes, and copies."""

from __future__ import annotations

import copy
import inspect
import pickle
import re
from dataclasses import replace

import pytest

from pulumi_glue_session.core import errors
from pulumi_glue_session.core.errors import (
    AccessDenied,
    BadCredentials,
    CredentialsUnavailable,
    GlueSessionError,
    InvalidInput,
    LookFailed,
    Misconfigured,
    Mismatch,
    NoRegion,
    NotAsExpected,
    NotOneSession,
    OutOfThreads,
    Refused,
    ServiceFault,
    SessionEnded,
    SessionNotFound,
    Throttled,
    UnknownStatus,
    Unreachable,
    WaitedTooLong,
    WrongAccount,
)
from pulumi_glue_session.core.messages import Hints

READY = frozenset({"READY"})
SUBJECT = 'Glue session "analytics"'
REGION = "eu-west-1"


def all_errors(base: type[GlueSessionError] = GlueSessionError) -> list[type[GlueSessionError]]:
    # Other modules derive classes at run time; these are not part of the tree.
    children = [child for child in base.__subclasses__() if child.__module__ == base.__module__]
    return [base, *(error for child in children for error in all_errors(child))]


# --- Messages ---

MESSAGES: list[tuple[GlueSessionError, str]] = [
    (
        SessionNotFound("analytics", region=REGION),
        (
            'Not found: Glue session "analytics" (eu-west-1)\n'
            "  Next: check session_id, the region and the account, ask the session's\n"
            "    owner to start it, or name another session"
        ),
    ),
    (
        SessionEnded("analytics", region=REGION, status="TIMEOUT", targets=READY),
        (
            'TIMEOUT, will not become READY: Glue session "analytics" (eu-west-1)\n'
            "  Next: ask the session's owner to start it again, name another session, or\n"
            "    set wait_for=None to go on without waiting"
        ),
    ),
    (
        SessionEnded(
            "analytics",
            region=REGION,
            status="FAILED",
            targets=READY,
            error_message="no more addresses.",
            logs=["Traceback", "No module\tnamed etl"],
        ),
        (
            'FAILED, will not become READY: Glue session "analytics" (eu-west-1)\n'
            "  Glue says: no more addresses\n"
            "  | Traceback\n"
            "  | No module named etl\n"
            "  Next: ask the session's owner to start it again, name another session, or\n"
            "    set wait_for=None to go on without waiting"
        ),
    ),
    (
        UnknownStatus("analytics", region=REGION, status="HIBERNATING", targets=READY),
        (
            "Unknown status HIBERNATING, cannot tell whether it becomes READY: Glue\n"
            '  session "analytics" (eu-west-1)\n'
            "  Next: upgrade pulumi-glue-session, or set wait_for=None to take the\n"
            "    session as it is"
        ),
    ),
    (
        WaitedTooLong("analytics", region=REGION, status="PROVISIONING", targets=READY, seconds=600.0, polls=42),
        (
            'Still PROVISIONING after 10m, not READY: Glue session "analytics"\n'
            "  (eu-west-1)\n"
            "  Next: raise timeout, or ask the session's owner why it takes so long"
        ),
    ),
    (
        WaitedTooLong(
            "analytics", region=REGION, status="PROVISIONING", targets=READY, seconds=90.0, polls=7, reason="Throttled"
        ),
        (
            'Still PROVISIONING after 1m30s, not READY: Glue session "analytics"\n'
            "  (eu-west-1)\n"
            "  Last read: Throttled\n"
            "  Next: raise timeout, or ask the session's owner why it takes so long"
        ),
    ),
    (
        NotAsExpected(
            "analytics", region=REGION, mismatches=[Mismatch(name="number_of_workers", expected="5", found="2")]
        ),
        (
            'Not as expected: Glue session "analytics" (eu-west-1)\n'
            "  number_of_workers: expected 5, found 2\n"
            "  Next: name a session that matches, or correct expect"
        ),
    ),
    (
        NotOneSession([("tags", "team=etl")], region=REGION, found=[]),
        (
            "No Glue session matches tags team=etl (eu-west-1)\n"
            "  Next: start a session, or correct the filter, the region or the account"
        ),
    ),
    (
        NotOneSession([], region=REGION, found=list("ab")),
        (
            "2 Glue sessions match an empty filter (eu-west-1)\n"
            "  Matches: a, b\n"
            "  Next: narrow the filter down to one session, or use get_sessions"
        ),
    ),
    (
        InvalidInput("timeout", "it is missing"),
        "it is missing",
    ),
    (
        AccessDenied(SUBJECT, region=REGION, detail="no", detail_label="Glue says", action="glue:ListSessions"),
        (
            'Access denied: Glue session "analytics" (eu-west-1)\n'
            "  Glue says: no\n"
            "  Next: allow glue:ListSessions to the role that runs Pulumi, or use the\n"
            "    credentials of the session's owner: a restricted role sees only the\n"
            "    sessions that it created"
        ),
    ),
    (
        BadCredentials(SUBJECT, region=REGION, detail="expired."),
        (
            "AWS credentials are missing, expired or not accepted: Glue session\n"
            '  "analytics" (eu-west-1)\n'
            "  Reason: expired\n"
            "  Next: sign in again, or set AWS_PROFILE, the stack's aws:profile or\n"
            "    AwsOptions(profile=...)"
        ),
    ),
    (
        WrongAccount(SUBJECT, region=REGION, detail="account 1, allowed 2"),
        (
            'AWS account is not allowed: Glue session "analytics" (eu-west-1)\n'
            "  Reason: account 1, allowed 2\n"
            "  Next: use credentials of an allowed account, or correct\n"
            "    AwsOptions(allowed_account_ids=...)"
        ),
    ),
    (
        NoRegion(SUBJECT, region=""),
        (
            'No AWS region is set: Glue session "analytics"\n'
            "  Next: set AWS_REGION, the stack's aws:region or AwsOptions(region=...)"
        ),
    ),
    (
        Misconfigured(SUBJECT, region=REGION, detail="no such file"),
        (
            'AWS configuration cannot be used: Glue session "analytics" (eu-west-1)\n'
            "  Reason: no such file\n"
            "  Next: correct the region, profile, endpoint URL or file that is named here"
        ),
    ),
    (
        Unreachable(SUBJECT, region=REGION, detail="timeout"),
        (
            'No usable answer from Glue: Glue session "analytics" (eu-west-1)\n'
            "  Reason: timeout\n"
            "  Next: check the network, the region and the endpoint URL if one is set"
        ),
    ),
    (
        Throttled(SUBJECT, region=REGION),
        (
            'Throttled by Glue after all retries: Glue session "analytics" (eu-west-1)\n'
            "  Next: try again later, or ask AWS for higher quotas of GetSession and\n"
            "    ListSessions"
        ),
    ),
    (
        ServiceFault(SUBJECT, region=REGION),
        (
            'Glue failed after all retries: Glue session "analytics" (eu-west-1)\n'
            "  Next: try again later, and see the AWS Health Dashboard if it continues"
        ),
    ),
    (
        Refused(SUBJECT, region=REGION, detail="ValidationException", detail_label="Glue says"),
        (
            'Glue refused the request: Glue session "analytics" (eu-west-1)\n'
            "  Glue says: ValidationException\n"
            "  Next: correct what Glue names"
        ),
    ),
    (
        CredentialsUnavailable(SUBJECT, region=REGION, detail="timeout", source="SSO", remedy="sign in again"),
        (
            'AWS credentials could not be resolved: Glue session "analytics" (eu-west-1)\n'
            "  Source: SSO\n"
            "  Reason: timeout\n"
            "  Next: sign in again"
        ),
    ),
    (
        OutOfThreads("can't start new thread"),
        (
            "Cannot start a thread: a read of AWS Glue\n"
            "  Reason: can't start new thread\n"
            "  Next: run fewer programs at once, or raise the limit of processes (ulimit\n"
            "    -u)"
        ),
    ),
]

IDS = [type(error).__name__ for error, _ in MESSAGES]


@pytest.mark.parametrize(("error", "message"), MESSAGES, ids=IDS)
def test_message(error: GlueSessionError, message: str) -> None:
    assert message == str(error)


def test_every_error_has_its_message_here() -> None:
    abstract = {GlueSessionError, LookFailed}
    concrete = {error for error in all_errors() if error not in abstract and not error.__name__.startswith("_")}

    assert concrete == {type(error) for error, _ in MESSAGES}


@pytest.mark.parametrize(
    ("found", "shown"), [("ab", "a, b"), ("abcde", "a, b, c, d, e"), ("abcdefg", "a, b, c, d, e and 2 more")]
)
def test_several_matches_name_the_first_five(found: str, shown: str) -> None:
    report = NotOneSession([("statuses", "READY")], region=REGION, found=list(found)).report()

    assert f"{len(found)} Glue sessions match statuses READY (eu-west-1)" == report.fact
    assert (("Matches", shown),) == report.details


# --- Hints ---

HINTS: dict[str, GlueSessionError] = {
    "region": NoRegion(SUBJECT, region=""),
    "profile": BadCredentials(SUBJECT, region=""),
    "allowed_accounts": WrongAccount(SUBJECT, region=""),
    "role": AccessDenied(SUBJECT, region=""),
    "skip_wait": UnknownStatus("a", region=REGION, status="NEW", targets=READY),
    "list_sessions": NotOneSession([], region=REGION, found=["1", "2"]),
}


@pytest.mark.parametrize("name", HINTS)
def test_next_step_uses_the_hints_of_the_face(name: str) -> None:
    hints = replace(Hints(), **{name: f"the {name} of another face"})  # type: ignore[arg-type]

    assert getattr(Hints(), name) in HINTS[name].report().next_step
    assert f"the {name} of another face" in HINTS[name].report(hints).next_step


def test_input_names_are_spelled_as_in_the_face() -> None:
    error = SessionNotFound("a", region=REGION)

    assert "SESSION_ID" in error.report(Hints(spell=str.upper)).next_step
    assert "session_id" in error.report().next_step, "the hints of one face do not change another one"


def test_reason_of_an_invalid_input_is_built_from_the_hints() -> None:
    error = InvalidInput("session_id", lambda hints: f"use {hints.spell('session_id')}")

    assert ("use session_id", "use SESSION_ID") == (error.reason(), error.reason(Hints(spell=str.upper)))


# --- Transient errors ---


def test_transient_errors() -> None:
    """A wait does not go on without a permission or a region."""
    failures = [error for error in all_errors(LookFailed) if issubclass(error, LookFailed)]

    assert {CredentialsUnavailable, OutOfThreads, Unreachable, Throttled, ServiceFault} == {
        error for error in failures if error.is_transient
    }
    assert {OutOfThreads, Throttled, ServiceFault} == {
        error for error in failures if error.is_transient_before_first_read
    }


# --- The tree ---


def test_tree_in_the_docstring_matches_the_classes() -> None:
    drawn: dict[str, str] = {}
    above: list[str] = []
    for line in inspect.cleandoc(errors.__doc__ or "").splitlines():
        branch = re.match(r"((?: {4}|│ {3}|├── |└── )+)(\w+)", line)
        if branch:
            del above[len(branch[1]) // 4 - 1 :]
            drawn[branch[2]] = above[-1] if above else "GlueSessionError"
            above.append(branch[2])
    actual = {
        error.__name__: next(base.__name__ for base in error.__mro__[1:] if not base.__name__.startswith("_"))
        for error in all_errors()[1:]
        if not error.__name__.startswith("_")
    }

    assert drawn == actual


# --- Copies ---


@pytest.mark.parametrize(("error", "message"), MESSAGES, ids=IDS)
def test_error_survives_copy_and_pickle(error: GlueSessionError, message: str) -> None:
    """Errors cross process pools, and Pulumi pickles what a program returns."""
    copies = [copy.copy(error), pickle.loads(pickle.dumps(error))]  # noqa: S301

    assert [message] * 2 == [str(each) for each in copies]
    assert [type(error)] * 2 == [type(each) for each in copies]
    facts = {name: value for name, value in vars(error).items() if not name.startswith("_")}
    assert [facts] * 2 == [{name: vars(each)[name] for name in facts} for each in copies]
