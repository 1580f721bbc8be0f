"""The errors of the functions, as a user's program catches them."""

from __future__ import annotations

from typing import assert_type

from pulumi_glue_session import (
    AccessDenied,
    BadCredentials,
    GetSessionResult,
    GlueSessionError,
    InvalidInput,
    LookFailed,
    Misconfigured,
    NoRegion,
    NotOneSession,
    Refused,
    ServiceFault,
    SessionNotFound,
    Throttled,
    Unreachable,
    WrongAccount,
    get_session,
)


def by_kind() -> GetSessionResult | None:
    try:
        return get_session("analytics-prod")
    except SessionNotFound as gone:
        assert_type(gone, SessionNotFound)
    except NotOneSession as several:
        assert_type(several, NotOneSession)
    except InvalidInput as invalid:
        assert_type(invalid.input_name, str)
    except (AccessDenied, BadCredentials, WrongAccount) as who:
        assert_type(who, AccessDenied | BadCredentials | WrongAccount)
    except (NoRegion, Misconfigured, Unreachable) as where:
        assert_type(where, NoRegion | Misconfigured | Unreachable)
    except (Throttled, ServiceFault, Refused) as glue:
        assert_type(glue, Throttled | ServiceFault | Refused)
    except LookFailed as failed:
        assert_type(failed.what, str)
        assert_type(failed.remedy, str)
        assert_type(failed.is_transient, bool)
    except GlueSessionError as error:
        assert_type(str(error), str)
    return None


# As a unit test makes them (docs/testing.md).
not_seen: list[LookFailed] = [
    AccessDenied("Glue", region="eu-west-1", detail="not authorized", action="glue:ListSessions"),
    BadCredentials("Glue", region="eu-west-1"),
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
    NotOneSession("tags team=etl", region="eu-west-1", found=[]),
    SessionNotFound("analytics-prod", region="eu-west-1"),
]
an_exception: Exception = others[0]
