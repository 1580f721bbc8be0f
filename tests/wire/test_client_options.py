"""Allowed accounts, retries and request origin."""

from __future__ import annotations

import pytest

from pulumi_glue_session.core.errors import (
    LookFailed,
    ServiceFault,
    SessionNotFound,
    Throttled,
    WrongAccount,
)
from pulumi_glue_session.core.filter import SessionFilter
from support import sts_endpoint
from support.assumed_roles import OTHER_ROLE, REGION, ROLE, SUBJECT, facts, failure, refused, sessions, sts_calls
from support.glue_endpoint import GlueEndpoint, server_fault
from support.reading import read_many
from support.sts_endpoint import StsEndpoint

pytestmark = pytest.mark.usefixtures("single_attempt")


def test_account_is_read_once(aws: GlueEndpoint, sts: StsEndpoint) -> None:
    source = sessions(allowed_account_ids=["000000000001", "123456789012"])
    for _ in range(3):
        source.get("analytics")

    assert [("GetCallerIdentity", "testing")] == sts_calls(sts)
    assert 3 == aws.count()


@pytest.mark.parametrize("allowed", [None, []])
def test_account_is_not_read_if_any_is_allowed(sts: StsEndpoint, allowed: list[str] | None) -> None:
    """The call takes time, and STS may not be reachable."""
    sessions(allowed_account_ids=allowed).get("analytics")

    assert [] == sts_calls(sts)


def test_glue_is_not_called_with_another_account(aws: GlueEndpoint, sts: StsEndpoint) -> None:
    error = failure(sessions(allowed_account_ids=["000000000001", "000000000002"]))
    expected = WrongAccount(SUBJECT, region=REGION, detail="account 123456789012, allowed 000000000001, 000000000002")

    assert repr(expected) == repr(error)
    assert [("GetCallerIdentity", "testing")] == sts_calls(sts)
    assert 0 == aws.count()


@pytest.mark.parametrize("session_ids", [["analytics"], ["analytics", "other", "third"]], ids=["one", "several"])
def test_another_account_never_means_not_found(aws: GlueEndpoint, sts: StsEndpoint, session_ids: list[str]) -> None:
    """A refresh with the credentials of another account must not remove a record."""
    found = read_many(sessions(allowed_account_ids=["000000000001"]), session_ids)

    assert [WrongAccount] * len(session_ids) == [type(each) for each in found.values()]
    assert SessionNotFound not in {type(each) for each in found.values()}
    assert (0, 1) == (aws.count(), sts.count("GetCallerIdentity"))


def test_account_is_that_of_the_last_role(aws: GlueEndpoint, sts: StsEndpoint) -> None:
    roles = [{"role_arn": ROLE}, {"role_arn": OTHER_ROLE}]

    assert "READY" == sessions(assume_roles=roles, allowed_account_ids=["210987654321"]).get("analytics").status
    assert ("GetCallerIdentity", "ASIA0000000000000002") == sts_calls(sts)[-1]
    assert WrongAccount is type(failure(sessions(assume_roles=roles, allowed_account_ids=["123456789012"])))
    assert 1 == aws.count()


def test_get_caller_identity_is_denied(aws: GlueEndpoint, sts: StsEndpoint) -> None:
    fault = sts_endpoint.denied("not authorized to perform: sts:GetCallerIdentity")
    sts.fail("GetCallerIdentity", fault)

    # Without a client only a configured region is known.
    named = sessions(region=REGION, allowed_account_ids=["123456789012"])
    assert refused("GetCallerIdentity", fault) == facts(failure(named))
    assert 0 == aws.count()


def test_get_caller_identity_is_tried_again_at_the_next_read(aws: GlueEndpoint, sts: StsEndpoint) -> None:
    sts.fail("GetCallerIdentity", sts_endpoint.throttled(), times=1)
    source = sessions(allowed_account_ids=["123456789012"])

    assert Throttled is type(failure(source))
    assert "READY" == source.get("analytics").status
    assert (2, 1) == (sts.count("GetCallerIdentity"), aws.count())


@pytest.mark.parametrize("account", ["", " ", "12345678901"], ids=repr)
def test_unknown_account_is_not_allowed(aws: GlueEndpoint, monkeypatch: pytest.MonkeyPatch, account: str) -> None:
    with StsEndpoint(account=account) as sts:
        monkeypatch.setenv("AWS_ENDPOINT_URL_STS", sts.url)
        error = failure(sessions(allowed_account_ids=["123456789012"]))

    assert isinstance(error, LookFailed)
    assert 0 == aws.count()


@pytest.mark.usefixtures("fast_retries", "sts")
@pytest.mark.parametrize("retries", [0, 1, 5])
def test_max_retries(aws: GlueEndpoint, retries: int) -> None:
    aws.fail("GetSession", server_fault())

    assert ServiceFault is type(failure(sessions(max_retries=float(retries))))
    assert retries + 1 == aws.count()


@pytest.mark.usefixtures("fast_retries", "sts")
def test_max_retries_overrides_the_environment(aws: GlueEndpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "9")
    aws.fail("GetSession", server_fault())
    failure(sessions(max_retries=1))

    assert 2 == aws.count()


@pytest.mark.usefixtures("sts")
def test_request_origin_is_sent(aws: GlueEndpoint) -> None:
    source = sessions(request_origin="ci.pulumi_1-2")
    source.get("analytics")
    source.list(SessionFilter())
    read_many(source, ["analytics", "other", "third"])
    expected = [("GetSession", "ci.pulumi_1-2"), ("ListSessions", "ci.pulumi_1-2")]

    assert [*expected, expected[1]] == [(call.operation, call.parameters["RequestOrigin"]) for call in aws.calls][:3]
    assert {"ci.pulumi_1-2"} == {call.parameters["RequestOrigin"] for call in aws.calls}


@pytest.mark.usefixtures("sts")
def test_request_origin_is_omitted_by_default(aws: GlueEndpoint) -> None:
    sessions().get("analytics")

    assert [{"Id": "analytics"}] == [call.parameters for call in aws.calls]
