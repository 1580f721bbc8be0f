"""`role_arn` and `role_name`, even if Glue returns a name, which its model does not allow."""

from __future__ import annotations

import pytest

from pulumi_glue_session.aws.sessions import GlueSessions
from pulumi_glue_session.core.aws_config import AwsConfig
from pulumi_glue_session.sandbox import Sandbox, always
from pulumi_glue_session.waiter import wait_until_ready
from support.sts_endpoint import StsEndpoint, denied

ARN = "arn:aws:iam::123456789012:role/etl"


@pytest.mark.parametrize("role", ["etl", ARN])
def test_role_arn_is_right_for_a_name_and_for_an_arn(sandbox: Sandbox, role: str) -> None:
    sandbox.put("analytics", always("READY"), session_fields={"Role": role})

    session = wait_until_ready("analytics")

    assert (ARN, "etl") == (session["role_arn"], session["role_name"])


def test_account_is_read_once_and_only_for_names(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox.put("named", always("READY"), session_fields={"Role": "etl"})
    sandbox.put("arn", always("READY"), Role=ARN)
    with StsEndpoint() as sts:
        monkeypatch.setenv("AWS_ENDPOINT_URL_STS", sts.url)
        sessions = GlueSessions(AwsConfig())

        sessions.with_role_arn(sessions.get("arn"))
        assert 0 == sts.count("GetCallerIdentity")
        for _ in range(3):
            assert ARN == sessions.with_role_arn(sessions.get("named")).role_arn
        assert 1 == sts.count("GetCallerIdentity")


def test_unknown_account_leaves_the_arn_empty(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox.put("named", always("READY"), session_fields={"Role": "etl"})
    with StsEndpoint() as sts:
        monkeypatch.setenv("AWS_ENDPOINT_URL_STS", sts.url)
        sts.fail("GetCallerIdentity", denied())
        sessions = GlueSessions(AwsConfig())

        assert ("", "etl") == (
            sessions.with_role_arn(sessions.get("named")).role_arn,
            sessions.with_role_arn(sessions.get("named")).role_name,
        )
        assert 1 == sts.count("GetCallerIdentity")
