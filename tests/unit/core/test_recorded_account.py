"""A refresh with credentials of another account keeps the record of a session that it does not find."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

import pytest

from pulumi_glue_session.core.errors import Unreachable
from pulumi_glue_session.core.recorded_account import RecordKept, confirm_missing, recorded_account

ROLE = "arn:aws:iam::123456789012:role/GlueSession"


@pytest.mark.parametrize(
    ("props", "account"),
    [
        ({"role": ROLE}, "123456789012"),
        ({"role": "arn:aws-cn:iam::123456789012:role/x"}, "123456789012"),
        ({"role": "GlueSession", "aws": {"assume_roles": [{"role_arn": "x"}, {"role_arn": ROLE}]}}, "123456789012"),
        ({"aws": {"assume_role_with_web_identity": {"role_arn": ROLE}}}, "123456789012"),
        ({"aws": {"allowed_account_ids": ["123456789012"]}}, "123456789012"),
        ({"aws": {"allowed_account_ids": ["123456789012", "210987654321"]}}, None),
        ({"role": "GlueSession"}, None),
        ({"role": 5, "aws": "junk"}, None),
        ({}, None),
    ],
    ids=str,
)
def test_recorded_account(props: dict[str, Any], account: str | None) -> None:
    assert account == recorded_account(props)


def unreachable() -> NoReturn:
    raise Unreachable("The account of the credentials", region="eu-west-1", detail="no route")


def kept(props: dict[str, Any], get_account: Callable[[], str]) -> str:
    with pytest.raises(RecordKept) as caught:
        confirm_missing("a", "eu-west-1", props, get_account)
    return " ".join(str(caught.value).split())


def test_same_account_removes_the_record() -> None:
    confirm_missing("a", "eu-west-1", {"role": ROLE}, lambda: "123456789012")


def test_another_account_keeps_the_record_and_names_both() -> None:
    assert kept({"role": ROLE}, lambda: "210987654321") == (
        'Not found, but kept in the state: Glue session "a" (eu-west-1) '
        "Reason: it was recorded from account 123456789012, and the credentials are of account 210987654321 "
        "Next: use credentials of account 123456789012, or run pulumi state delete to forget the session"
    )


@pytest.mark.parametrize(("props", "part"), [({}, "does not show which account"), ({"role": ROLE}, "is not known")])
def test_unknown_account_keeps_the_record(props: dict[str, Any], part: str) -> None:
    text = kept(props, unreachable)

    assert part in text
    assert "pulumi state delete" in text
