"""Region, profile and credentials of a read: which are used, and the error if one is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from pulumi_glue_session.aws.sessions import GlueSessions
from pulumi_glue_session.core.aws_config import AwsConfig
from pulumi_glue_session.core.errors import BadCredentials, NoRegion
from support.glue_endpoint import GlueEndpoint
from support.reading import SEEN, facts, failure, put

REGION = "eu-west-1"


def test_profile_and_region_of_the_configuration(
    aws: GlueEndpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keys of the profile have priority over the environment."""
    (tmp_path / "config").write_text(
        "[profile analysts]\naws_access_key_id=ANALYSTS\naws_secret_access_key=planted\nregion=ap-south-1\n"
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.delenv("AWS_REGION")
    put(aws, "analytics")
    configs = [
        AwsConfig(profile="analysts"),
        AwsConfig(profile="analysts", region="us-east-1"),
        AwsConfig(region="eu-north-1"),
    ]
    sources = [GlueSessions(config) for config in configs]

    assert [SEEN] * 3 == [source.get("analytics") for source in sources]
    assert ["ap-south-1", "us-east-1", "eu-north-1"] == [source.region for source in sources]
    signed = [str(call.credential).split("/") for call in aws.calls]
    assert [("ANALYSTS", "ap-south-1"), ("ANALYSTS", "us-east-1"), ("testing", "eu-north-1")] == [
        (each[0], each[2]) for each in signed
    ]


@pytest.mark.parametrize(
    ("environment", "region"),
    [
        ({"AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "ap-south-1"}, "us-east-1"),
        ({"AWS_REGION": "", "AWS_DEFAULT_REGION": "ap-south-1"}, "ap-south-1"),
    ],
    ids=str,
)
def test_aws_region_has_priority_unless_empty(
    aws: GlueEndpoint, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], region: str
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    put(aws, "analytics")
    source = GlueSessions(AwsConfig())
    source.get("analytics")

    assert region == source.region
    assert [region] == [str(call.credential).split("/")[2] for call in aws.calls]


@pytest.mark.parametrize("environment", [{}, {"AWS_REGION": ""}, {"AWS_REGION": "", "AWS_DEFAULT_REGION": ""}], ids=str)
def test_no_call_without_a_region(
    aws: GlueEndpoint, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]
) -> None:
    """With an endpoint URL botocore works without a region."""
    monkeypatch.delenv("AWS_REGION")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    raised = failure(GlueSessions(AwsConfig()))

    assert facts(NoRegion('Glue session "analytics"', region="")) == facts(raised)
    assert 0 == aws.count()


def test_no_call_without_credentials(aws: GlueEndpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    raised = failure(GlueSessions(AwsConfig()))

    assert facts(
        BadCredentials(
            'Glue session "analytics"',
            region=REGION,
            detail="Unable to locate credentials",
            source="boto3's credential chain",
        )
    ) == facts(raised)
    assert 0 == aws.count()


def test_missing_profile_is_named(aws: GlueEndpoint) -> None:
    raised = failure(GlueSessions(AwsConfig(profile="nobody")))
    detail = "The config profile (nobody) could not be found"
    remedy = "name a profile of the shared files: aws configure list-profiles shows them"

    assert facts(BadCredentials('Glue session "analytics"', region="", detail=detail, remedy=remedy)) == facts(raised)
    assert 0 == aws.count()
