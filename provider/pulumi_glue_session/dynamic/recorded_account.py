"""Account of a recorded session, so that a refresh with other credentials does not remove the record."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from pulumi_glue_session.core.errors import LookFailed
from pulumi_glue_session.core.messages import ErrorReport, sanitize

_ACCOUNT = re.compile(r"arn:[^:]*:(?:iam|sts)::(\d{12}):")


def recorded_account(props: Mapping[str, Any]) -> str | None:
    """Account that the session was read from, as its role, the assumed roles or the allowed account show it."""
    aws = props.get("aws")
    options: Mapping[str, Any] = aws if isinstance(aws, Mapping) else {}
    roles = options.get("assume_roles")
    last_role = roles[-1] if isinstance(roles, list) and roles else options.get("assume_role_with_web_identity")
    arns = (props.get("role"), last_role.get("role_arn") if isinstance(last_role, Mapping) else None)
    for arn in arns:
        found = _ACCOUNT.match(arn) if isinstance(arn, str) else None
        if found:
            return found[1]
    allowed = options.get("allowed_account_ids")
    return allowed[0] if isinstance(allowed, list) and len(allowed) == 1 and isinstance(allowed[0], str) else None


def reason_to_keep(
    session_id: str, region: str, props: Mapping[str, Any], get_account: Callable[[], str]
) -> ErrorReport | None:
    """Why the record of a session that was not found must stay in the state; None if it can be removed.

    `get_account` returns the account of the credentials (GetCallerIdentity), or raises LookFailed.
    """
    fact = f'Not found, but kept in the state: Glue session "{sanitize(session_id)}" ({sanitize(region)})'
    forget = "run pulumi state delete to forget the session"
    recorded = recorded_account(props)
    if recorded is None:
        reason = "the record does not show which account it was read from, so it could be another one now"
        return ErrorReport(fact=fact, details=(("Reason", reason),), next_step=forget)
    try:
        account = get_account()
    except LookFailed as error:
        reason = f"the account of the credentials is not known. {error.report().fact}"
        return ErrorReport(fact=fact, details=(("Reason", sanitize(reason)),), next_step=f"try again, or {forget}")
    if account == recorded:
        return None
    reason = f"it was recorded from account {recorded}, and the credentials are of account {sanitize(account)}"
    return ErrorReport(
        fact=fact, details=(("Reason", reason),), next_step=f"use credentials of account {recorded}, or {forget}"
    )
