"""A refresh that does not find a session compares accounts before it removes the record."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.dynamic_server import DynamicServer, Refusal, aws_environment
from support.glue_endpoint import GONE, GlueEndpoint, error, looks
from support.sts_endpoint import StsEndpoint

STATE = {
    "session_id": "analytics",
    "region": "eu-west-1",
    "status": "READY",
    "role": "arn:aws:iam::123456789012:role/GlueSession",
}


@pytest.fixture
def sts() -> Iterator[StsEndpoint]:
    """STS for credentials of another account than the recorded one."""
    with StsEndpoint(account="210987654321") as endpoint:
        yield endpoint


@pytest.fixture
def server(glue: GlueEndpoint, sts: StsEndpoint) -> Iterator[DynamicServer]:
    environment = aws_environment(glue.url) | {"AWS_ENDPOINT_URL_STS": sts.url}
    with DynamicServer(environment, retrying=False) as server:
        server.configure({"aws:accessKey": "STACK", "aws:secretKey": "planted"})
        yield server


def refusal(server: DynamicServer, state: dict[str, str]) -> str:
    with pytest.raises(Refusal) as caught:
        server.read("analytics", state)
    return " ".join(str(caught.value).split())


def test_refresh_with_another_account_keeps_the_record(
    server: DynamicServer, glue: GlueEndpoint, sts: StsEndpoint
) -> None:
    glue.put("analytics", looks(GONE))
    text = refusal(server, STATE)

    assert "recorded from account 123456789012, and the credentials are of account 210987654321" in text
    assert [("GetCallerIdentity", "STACK")] == [(call.operation, call.access_key) for call in sts.calls]


def test_refresh_with_the_same_account_removes_the_record(server: DynamicServer, glue: GlueEndpoint) -> None:
    glue.put("analytics", looks(GONE))

    assert "" == server.read("analytics", {**STATE, "role": "arn:aws:iam::210987654321:role/GlueSession"}).id


def test_record_without_an_account_is_kept(server: DynamicServer, glue: GlueEndpoint, sts: StsEndpoint) -> None:
    glue.put("analytics", looks(GONE))

    assert "does not show which account" in refusal(server, {**STATE, "role": "GlueSession"})
    assert [] == sts.calls


def test_found_session_needs_no_account(server: DynamicServer, glue: GlueEndpoint, sts: StsEndpoint) -> None:
    glue.put("analytics", looks("READY"))

    assert "READY" == server.read("analytics", STATE).properties["status"]
    assert [] == sts.calls
    assert {"STACK"} == {str(call.credential).split("/")[0] for call in glue.calls}


def test_denied_refresh_speaks_of_conditions_on_tags(server: DynamicServer, glue: GlueEndpoint) -> None:
    glue.put("analytics", looks("READY"))
    glue.fail("GetSession", error("AccessDeniedException", "not authorized"))
    text = refusal(server, STATE)

    assert "A policy with a condition on tags also denies a session that was deleted" in text
    assert "pulumi state delete" in text
