"""The exceptions, as a user's program catches them and as a unit test creates them."""

from __future__ import annotations

from typing import assert_type

from pulumi_glue_session import (
    AccessDenied,
    BadCredentials,
    CredentialsUnavailable,
    GetSessionResult,
    GlueSessionError,
    InvalidInput,
    LookFailed,
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
    get_session,
)


def by_class() -> GetSessionResult | None:
    try:
        return get_session("analytics-prod")
    except (SessionNotFound, SessionEnded, UnknownStatus, WaitedTooLong, NotAsExpected) as error:
        assert_type(error.session_id, str)
        assert_type(error.region, str)
    except NotOneSession as not_one:
        assert_type(not_one.found, tuple[str, ...])
    except InvalidInput as invalid:
        assert_type(invalid.input_name, str)
    except (AccessDenied, BadCredentials, CredentialsUnavailable, WrongAccount) as credentials:
        assert_type(credentials, AccessDenied | BadCredentials | CredentialsUnavailable | WrongAccount)
    except (NoRegion, Misconfigured, Unreachable) as configuration:
        assert_type(configuration, NoRegion | Misconfigured | Unreachable)
    except (Throttled, ServiceFault, Refused) as glue:
        assert_type(glue, Throttled | ServiceFault | Refused)
    except LookFailed as failed:
        assert_type(failed.detail, str)
        assert_type(failed.is_transient, bool)
    except GlueSessionError as error:
        assert_type(str(error), str)
    return None


def facts_of_a_wait() -> None:
    try:
        get_session("analytics-prod")
    except SessionEnded as ended:
        assert_type(ended.status, str)
        assert_type(ended.targets, frozenset[str])
        assert_type(ended.error_message, str)
        assert_type(ended.logs, tuple[str, ...])
    except UnknownStatus as unknown:
        assert_type(unknown.status, str)
    except WaitedTooLong as late:
        assert_type(late.status, str)
        assert_type(late.seconds, float)
    except NotAsExpected as different:
        assert_type([mismatch.name for mismatch in different.mismatches], list[str])


# As a unit test creates them (docs/testing.md).
READY = frozenset({"READY"})
failed_reads: list[LookFailed] = [
    AccessDenied("Glue", region="eu-west-1", detail="not authorized", action="glue:ListSessions"),
    BadCredentials("Glue", region="eu-west-1"),
    CredentialsUnavailable("Glue", region="eu-west-1"),
    Misconfigured("Glue", region="eu-west-1"),
    NoRegion("Glue", region=""),
    Refused("Glue", region="eu-west-1"),
    ServiceFault("Glue", region="eu-west-1"),
    Throttled("Glue", region="eu-west-1", detail="Rate exceeded"),
    Unreachable("Glue", region="eu-west-1"),
    WrongAccount("Glue", region="eu-west-1"),
]
others: list[GlueSessionError] = [
    InvalidInput("session_id", "it is missing"),
    NotAsExpected("analytics-prod", region="eu-west-1", mismatches=[]),
    NotOneSession([("tags", "team=etl")], region="eu-west-1", found=[]),
    SessionEnded("analytics-prod", region="eu-west-1", status="FAILED", targets=READY, error_message="no free IP"),
    SessionNotFound("analytics-prod", region="eu-west-1"),
    UnknownStatus("analytics-prod", region="eu-west-1", status="PAUSED", targets=READY),
    WaitedTooLong("analytics-prod", region="eu-west-1", status="PROVISIONING", targets=READY, seconds=600, polls=60),
]
an_exception: Exception = others[0]
