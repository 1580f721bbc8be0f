"""Account of a recorded session, so that a refresh with other credentials does not remove the record."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, cast

from pulumi_glue_session.core.errors import GlueSessionError, LookFailed
from pulumi_glue_session.core.messages import ErrorReport, Hints, sanitize

_PYTHON = Hints()

_ACCOUNT = re.compile(r"arn:[^:]*:(?:iam|sts)::(\d{12}):")


def recorded_account(props: Mapping[str, Any]) -> str | None:
    """Account that the session was read from, as its role, the assumed roles or the allowed account show it."""
    options = _mapping(props.get("aws"))
    roles = _list(options.get("assume_roles"))
    last_role = _mapping(roles[-1] if roles else options.get("assume_role_with_web_identity"))
    for arn in (props.get("role"), props.get("role_arn"), last_role.get("role_arn")):
        found = _ACCOUNT.match(arn) if isinstance(arn, str) else None
        if found:
            return found[1]
    allowed = _list(options.get("allowed_account_ids"))
    return allowed[0] if len(allowed) == 1 and isinstance(allowed[0], str) else None


def is_other_account(recorded: Mapping[str, Any], session: Mapping[str, Any]) -> bool:
    """Whether the roles of a record and of a session show two accounts: a session has a role of its own account."""
    accounts = {recorded_account({"role": each.get("role")}) for each in (recorded, session)} - {None}
    return len(accounts) > 1


def _mapping(value: Any) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}


def _list(value: Any) -> list[Any]:
    return cast("Any", value) if isinstance(value, list) else []


class RecordKept(GlueSessionError):
    """A refresh did not find the session, but possibly because it used other credentials. The record stays."""

    def __init__(self, session_id: str, *, region: str, reason: str, remedy: str) -> None:
        self.session_id = session_id
        self.region = region
        self.reason = reason
        self.remedy = remedy
        super().__init__()

    def report(self, hints: Hints = _PYTHON) -> ErrorReport:
        """Fact, reason and next step."""
        session = f'Glue session "{sanitize(self.session_id)}" ({sanitize(self.region)})'
        return ErrorReport(
            fact=f"Not found, but kept in the state: {session}",
            details=(("Reason", sanitize(self.reason)),),
            next_step=f"{self.remedy}run {hints.forget_record} to forget the session",
        )


def confirm_missing(
    session_id: str, region: str, properties: Mapping[str, Any], get_account: Callable[[], str]
) -> None:
    """Raise RecordKept unless the credentials are of the account that the session was recorded from.

    Called before a refresh removes a record. `get_account` calls GetCallerIdentity and can raise LookFailed.
    """
    recorded = recorded_account(properties)
    if recorded is None:
        reason = "the record does not show which account it was read from, so it could be another one now"
        raise RecordKept(session_id, region=region, reason=reason, remedy="")
    try:
        account = get_account()
    except LookFailed as error:
        reason = f"the account of the credentials is not known. {error.report().fact}"
        raise RecordKept(session_id, region=region, reason=reason, remedy="try again, or ") from error
    if account != recorded:
        reason = f"it was recorded from account {recorded}, and the credentials are of account {account}"
        remedy = f"use credentials of account {recorded}, or "
        raise RecordKept(session_id, region=region, reason=reason, remedy=remedy)
