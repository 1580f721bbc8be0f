"""docs/reference/errors.md explains every error, and shows each message as it is printed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import pulumi_glue_session
from pages import headings
from pulumi_glue_session import (
    AccessDenied,
    BadCredentials,
    CredentialsUnavailable,
    GlueSessionError,
    Misconfigured,
    NoRegion,
    NotAsExpected,
    NotOneSession,
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
from pulumi_glue_session.core.errors import Mismatch, OutOfThreads

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "reference" / "errors.md").read_text(encoding="utf-8")
ID, REGION, READY = "analytics-prod", "eu-west-1", frozenset({"READY"})
CONSOLE = "https://eu-west-1.console.aws.amazon.com"
SUBJECT = f'Glue session "{ID}"'
MESSAGES = [
    SessionNotFound(ID, region=REGION),
    SessionEnded(
        ID,
        region=REGION,
        status="FAILED",
        targets=READY,
        error_message="Connection vpc has no free IP addresses.",
        console=CONSOLE,
    ),
    UnknownStatus(ID, region=REGION, status="RESUMING", targets=READY),
    WaitedTooLong(ID, region=REGION, status="PROVISIONING", targets=READY, seconds=600, polls=86, console=CONSOLE),
    NotAsExpected(
        ID, region=REGION, mismatches=[Mismatch(name="glue_version", expected='at least "5.0"', found='"4.0"')]
    ),
    NotOneSession([("tags", "team=etl"), ("statuses", "READY")], region=REGION, found=[]),
    NotOneSession([("tags", "team=etl")], region=REGION, found=["etl-2", "etl-1"]),
    AccessDenied(
        SUBJECT,
        region=REGION,
        detail="AccessDeniedException: not authorized to perform glue:GetSession",
        detail_label="Glue says",
    ),
    BadCredentials(
        SUBJECT, region=REGION, detail="ExpiredTokenException: the security token is expired", detail_label="Glue says"
    ),
    CredentialsUnavailable(
        SUBJECT,
        region=REGION,
        detail="[Errno 2] No such file or directory: '/var/run/token'",
        source="AWS_WEB_IDENTITY_TOKEN_FILE /var/run/token",
        remedy="check the path in AWS_WEB_IDENTITY_TOKEN_FILE",
    ),
    WrongAccount(SUBJECT, region=REGION, detail="account 111111111111, allowed 222222222222"),
    NoRegion(SUBJECT, region=""),
    Misconfigured(SUBJECT, region=REGION, detail="The config profile (etl) could not be found"),
    Unreachable(SUBJECT, region=REGION, detail="no whole answer within 1m7s"),
    Throttled(SUBJECT, region=REGION, detail="ThrottlingException: Rate exceeded", detail_label="Glue says"),
    ServiceFault(SUBJECT, region=REGION, detail="InternalServiceException", detail_label="Glue says"),
    OutOfThreads("can't start new thread"),
    Refused(SUBJECT, region=REGION, detail="InvalidInputException: bad RequestOrigin", detail_label="Glue says"),
]


def classes(base: type[GlueSessionError]) -> Iterator[str]:
    # Other modules derive classes, and other tests import them.
    for each in (kind for kind in base.__subclasses__() if kind.__module__ == GlueSessionError.__module__):
        yield each.__name__
        yield from classes(each)


def test_every_error_class_has_a_heading() -> None:
    public = {
        name for name in pulumi_glue_session.__all__ if issubclass(type(getattr(pulumi_glue_session, name)), type)
    }
    exceptions = {name for name in public if issubclass(getattr(pulumi_glue_session, name), Exception)}
    expected = {name for name in {*exceptions, *classes(GlueSessionError)} if not name.startswith("_")}

    assert expected >= {"SessionNotFound", "AccessDenied"}
    assert set() == expected - set(headings(PAGE)) - {"GlueSessionError", "LookFailed"}


@pytest.mark.parametrize("error", MESSAGES, ids=lambda error: type(error).__name__)
def test_a_message_is_shown_as_it_is_printed(error: GlueSessionError) -> None:
    section = PAGE.partition(f"\n## {type(error).__name__}\n")[2].partition("\n## ")[0]

    assert f"```text\n{error}\n```" in section


def test_every_error_with_a_message_of_its_own_is_shown() -> None:
    assert {*classes(GlueSessionError)} - {"InvalidInput", "LookFailed"} == {
        type(error).__name__ for error in MESSAGES
    } | {name for name in classes(GlueSessionError) if name.startswith("_")}
