"""The scripted STS itself."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib import import_module
from typing import Any

import pytest

from support import sts_endpoint
from support.assumed_roles import POLICY, REGION, ROLE
from support.sts_endpoint import StsEndpoint


def sts_client(sts: StsEndpoint, **credentials: str) -> Any:
    planted = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing", **credentials}
    return import_module("boto3").session.Session(region_name=REGION, **planted).client("sts", endpoint_url=sts.url)


@pytest.mark.parametrize(
    ("parameters", "against"),
    [
        ({"RoleSessionName": "two words"}, "failed to satisfy constraint: pattern"),
        ({"RoleSessionName": "x" * 65}, "failed to satisfy constraint: max 64"),
        ({"DurationSeconds": 43_201}, "failed to satisfy constraint: max 43200"),
        ({"ExternalId": "é" * 9}, "failed to satisfy constraint: pattern"),
        ({"PolicyArns": [{"arn": POLICY}, {"arn": f"{POLICY}\x7f"}]}, "failed to satisfy constraint: pattern"),
    ],
    ids=str,
)
def test_sts_endpoint_rejects_what_the_model_rejects(
    sts: StsEndpoint, parameters: dict[str, Any], against: str
) -> None:
    client = sts_client(sts)

    with pytest.raises(client.exceptions.ClientError, match="ValidationError") as caught:
        client.assume_role(**{"RoleArn": ROLE, "RoleSessionName": "ci", **parameters})
    assert against in str(caught.value)


def test_sts_endpoint_issues_credentials(sts: StsEndpoint) -> None:
    sts.lifetime = 600.0
    before = datetime.now(UTC)
    answer = sts_client(sts).assume_role(RoleArn=ROLE, RoleSessionName="ci", Tags=[{"Key": "team", "Value": "etl"}])
    credentials = answer["Credentials"]
    holder = {"aws_access_key_id": credentials["AccessKeyId"], "aws_secret_access_key": credentials["SecretAccessKey"]}

    # The API returns whole seconds.
    assert 599 <= (credentials["Expiration"] - before).total_seconds()
    assert (credentials["Expiration"] - datetime.now(UTC)).total_seconds() <= 600
    assert "arn:aws:sts::123456789012:assumed-role/deploy/ci" == answer["AssumedRoleUser"]["Arn"]
    assert {"RoleArn": ROLE, "RoleSessionName": "ci", "Tags": [{"Key": "team", "Value": "etl"}]} == sts.calls[
        0
    ].parameters
    identity = sts_client(sts, **holder, aws_session_token=credentials["SessionToken"]).get_caller_identity()
    assert ("123456789012", "arn:aws:sts::123456789012:assumed-role/deploy/ci") == (
        identity["Account"],
        identity["Arn"],
    )


def test_sts_endpoint_checks_session_tokens(sts: StsEndpoint) -> None:
    """Otherwise a chain that loses its session token would pass."""
    credentials = sts_client(sts).assume_role(RoleArn=ROLE, RoleSessionName="ci")["Credentials"]
    client = sts_client(sts, aws_access_key_id=credentials["AccessKeyId"], aws_session_token="another")

    with pytest.raises(client.exceptions.ClientError, match="InvalidClientTokenId"):
        client.get_caller_identity()


def test_sts_endpoint_does_not_keep_tokens(sts: StsEndpoint) -> None:
    sts.trust("planted-token")
    sts_client(sts).assume_role_with_web_identity(RoleArn=ROLE, RoleSessionName="ci", WebIdentityToken="planted-token")

    assert "planted-token" not in repr(sts.calls)
    with pytest.raises(ValueError, match="unsupported operation DecodeAuthorizationMessage"):
        sts.fail("DecodeAuthorizationMessage", sts_endpoint.denied())
