"""Roles are assumed at a scripted STS; the signature shows whose credentials Glue was called with."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pulumi_glue_session.core.errors import BadCredentials, Throttled
from pulumi_glue_session.core.filter import SessionFilter
from support import sts_endpoint
from support.assumed_roles import (
    EXTERNAL_ID,
    OTHER_ROLE,
    POLICY,
    ROLE,
    access_keys,
    assuming,
    facts,
    failure,
    refused,
    sessions,
    sts_calls,
)
from support.glue_endpoint import GlueEndpoint
from support.sts_endpoint import Fault, StsEndpoint

pytestmark = pytest.mark.usefixtures("single_attempt")

FEW_MINUTES = 300.0
"""botocore renews credentials that expire within ten minutes at each use."""


def test_glue_is_called_with_the_roles_credentials(aws: GlueEndpoint, sts: StsEndpoint) -> None:
    source = assuming({"role_arn": ROLE})

    assert "READY" == source.get("analytics").status
    assert [("AssumeRole", "testing")] == sts_calls(sts)
    assert [{"RoleArn": ROLE, "RoleSessionName": "pulumi-glue-session"}] == [call.parameters for call in sts.calls]
    assert ["ASIA0000000000000001"] == access_keys(aws)


def test_all_role_options_are_sent(sts: StsEndpoint) -> None:
    how = {
        "external_id": EXTERNAL_ID,
        "session_name": "ci",
        "duration": "2h",
        "policy": '{"Version": "2012-10-17"}',
        "policy_arns": [POLICY],
    }
    assuming({"role_arn": ROLE, **how}).get("analytics")
    expected = {
        "RoleArn": ROLE,
        "ExternalId": EXTERNAL_ID,
        "RoleSessionName": "ci",
        "DurationSeconds": 7_200,
        "Policy": '{"Version": "2012-10-17"}',
        "PolicyArns": [{"arn": POLICY}],
    }

    assert [expected] == [call.parameters for call in sts.calls]


def test_duration_is_sent_as_an_integer(sts: StsEndpoint) -> None:
    """botocore rejects a float."""
    assuming({"role_arn": ROLE, "duration": 900.0}).get("analytics")

    assert [900] == [call.parameters["DurationSeconds"] for call in sts.calls]


def test_role_is_assumed_once_for_many_reads(aws: GlueEndpoint, sts: StsEndpoint) -> None:
    source = assuming({"role_arn": ROLE})
    for _ in range(3):
        source.get("analytics")

    assert [("AssumeRole", "testing")] == sts_calls(sts)
    assert ["ASIA0000000000000001"] * 3 == access_keys(aws)


def test_role_is_assumed_once_by_eight_threads(aws: GlueEndpoint, sts: StsEndpoint) -> None:
    source = assuming({"role_arn": ROLE})
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(source.get, ["analytics"] * 8))

    assert 1 == sts.count("AssumeRole")
    assert ["ASIA0000000000000001"] * 8 == access_keys(aws)


def test_role_is_assumed_at_the_first_read(sts: StsEndpoint) -> None:
    assuming({"role_arn": ROLE})

    assert [] == sts_calls(sts)


def test_role_is_assumed_with_the_profiles_credentials(
    aws: GlueEndpoint, sts: StsEndpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config").write_text(
        "[profile ci]\naws_access_key_id=CI\naws_secret_access_key=planted\nregion=ap-south-1\n"
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.delenv("AWS_REGION")
    source = sessions(profile="ci", assume_roles=[{"role_arn": ROLE}])
    source.get("analytics")

    assert [("CI", "ap-south-1")] == [(call.access_key, call.region) for call in sts.calls]
    assert "ap-south-1" == source.region
    assert ["ap-south-1"] == [str(call.credential).split("/")[2] for call in aws.calls]


def test_list_with_a_role(aws: GlueEndpoint, sts: StsEndpoint) -> None:
    assert {"analytics"} == assuming({"role_arn": ROLE}).list(SessionFilter()).keys()
    assert ["ASIA0000000000000001"] == access_keys(aws)
    assert 1 == sts.count("AssumeRole")


def test_second_role_is_assumed_with_the_credentials_of_the_first(aws: GlueEndpoint, sts: StsEndpoint) -> None:
    assuming({"role_arn": ROLE, "external_id": "first"}, {"role_arn": OTHER_ROLE, "external_id": "second"}).get(
        "analytics"
    )

    assert [("AssumeRole", "testing"), ("AssumeRole", "ASIA0000000000000001")] == sts_calls(sts)
    assert [(ROLE, "first"), (OTHER_ROLE, "second")] == [
        (call.parameters["RoleArn"], call.parameters["ExternalId"]) for call in sts.calls
    ]
    assert ["ASIA0000000000000002"] == access_keys(aws)


def test_second_role_is_denied(aws: GlueEndpoint, sts: StsEndpoint) -> None:
    source = assuming({"role_arn": ROLE}, {"role_arn": OTHER_ROLE})
    source.get("analytics")
    sts.fail("AssumeRole", sts_endpoint.denied("reader may not be assumed"))
    error = failure(assuming({"role_arn": ROLE}, {"role_arn": OTHER_ROLE}))

    assert refused("AssumeRole", sts_endpoint.denied("reader may not be assumed")) == facts(error)
    assert 1 == aws.count()


def test_web_identity_needs_no_other_credentials(
    aws: GlueEndpoint, sts: StsEndpoint, token: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a CI system with OIDC."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    sts.trust("token-1")
    source = sessions(assume_role_with_web_identity={"role_arn": ROLE, "web_identity_token_file": str(token)})

    assert "READY" == source.get("analytics").status
    assert [("AssumeRoleWithWebIdentity", None)] == sts_calls(sts), "not signed"
    assert [{"RoleArn": ROLE, "RoleSessionName": "pulumi-glue-session"}] == [call.parameters for call in sts.calls]
    assert ["ASIA0000000000000001"] == access_keys(aws)


def test_all_web_identity_options_are_sent(sts: StsEndpoint, token: Path) -> None:
    sts.trust("token-1")
    how = {"session_name": "ci", "duration": 3_600.0, "policy": "{}", "policy_arns": [POLICY, ROLE]}
    sessions(assume_role_with_web_identity={"role_arn": ROLE, "web_identity_token_file": str(token), **how}).get(
        "analytics"
    )
    expected = {
        "RoleArn": ROLE,
        "RoleSessionName": "ci",
        "DurationSeconds": 3_600,
        "Policy": "{}",
        "PolicyArns": [{"arn": POLICY}, {"arn": ROLE}],
    }

    assert [expected] == [call.parameters for call in sts.calls]


def test_roles_are_assumed_with_the_web_identity(aws: GlueEndpoint, sts: StsEndpoint, token: Path) -> None:
    sts.trust("token-1")
    identity = {"role_arn": ROLE, "web_identity_token_file": str(token)}
    sessions(assume_role_with_web_identity=identity, assume_roles=[{"role_arn": OTHER_ROLE}]).get("analytics")

    assert [("AssumeRoleWithWebIdentity", None), ("AssumeRole", "ASIA0000000000000001")] == sts_calls(sts)
    assert ["ASIA0000000000000002"] == access_keys(aws)


def test_token_is_read_again_at_each_renewal(aws: GlueEndpoint, sts: StsEndpoint, token: Path) -> None:
    """A CI system replaces the file long before the credentials expire."""
    sts.lifetime = FEW_MINUTES
    source = sessions(assume_role_with_web_identity={"role_arn": ROLE, "web_identity_token_file": str(token)})
    for number in (1, 2, 3):
        token.write_text(f"token-{number}")
        sts.trust(f"token-{number}")
        source.get("analytics")

    assert [f"ASIA000000000000000{number}" for number in (1, 2, 3)] == access_keys(aws)


@pytest.mark.usefixtures("sts")
def test_token_is_not_accepted(aws: GlueEndpoint, token: Path) -> None:
    fault = Fault(code="InvalidIdentityToken", message="The web identity token is not trusted")
    error = failure(sessions(assume_role_with_web_identity={"role_arn": ROLE, "web_identity_token_file": str(token)}))

    assert refused("AssumeRoleWithWebIdentity", fault) == facts(error)
    assert 0 == aws.count()


@pytest.mark.parametrize(
    "roles", [[{"role_arn": ROLE}], [{"role_arn": ROLE}, {"role_arn": OTHER_ROLE}]], ids=["one role", "two roles"]
)
def test_expiring_credentials_are_renewed_for_each_read(
    aws: GlueEndpoint, sts: StsEndpoint, roles: list[dict[str, object]]
) -> None:
    """A wait may take longer than the lifetime of its credentials."""
    sts.lifetime = FEW_MINUTES
    source = assuming(*roles)
    statuses = [source.get("analytics").status for _ in range(4)]
    handed_out = [f"ASIA{number:016}" for number in range(1, 1 + 4 * len(roles))]

    assert ["READY"] * 4 == statuses
    assert 4 * len(roles) == sts.count("AssumeRole")
    assert handed_out[len(roles) - 1 :: len(roles)] == access_keys(aws)


def test_valid_credentials_are_not_renewed(aws: GlueEndpoint, sts: StsEndpoint) -> None:
    sts.lifetime = 3_600.0
    source = assuming({"role_arn": ROLE})
    for _ in range(4):
        source.get("analytics")

    assert (1, 1) == (sts.count("AssumeRole"), len(set(access_keys(aws))))


def test_failed_renewal_is_tried_again_at_the_next_read(aws: GlueEndpoint, sts: StsEndpoint) -> None:
    sts.lifetime = FEW_MINUTES
    source = assuming({"role_arn": ROLE})
    source.get("analytics")
    sts.fail("AssumeRole", sts_endpoint.throttled(), times=1)
    error = failure(source)

    assert Throttled is type(error)
    assert "READY" == source.get("analytics").status
    assert ["ASIA0000000000000001", "ASIA0000000000000002"] == access_keys(aws)


def test_credentials_that_are_expired_on_arrival(aws: GlueEndpoint, sts: StsEndpoint) -> None:
    """As for a machine whose clock is an hour ahead. botocore raises a plain RuntimeError."""
    sts.lifetime = -1.0
    error = failure(assuming({"role_arn": ROLE}))

    assert BadCredentials is type(error)
    assert 0 == aws.count()
