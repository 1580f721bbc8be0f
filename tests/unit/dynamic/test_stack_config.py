"""The stack's `aws:` configuration: every key of pulumi-aws is honored, rejected or without effect."""

from __future__ import annotations

import json
import re
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from pulumi_glue_session.core.aws_config import AssumeRole, AwsConfig, Endpoints
from pulumi_glue_session.core.errors import InvalidInput
from pulumi_glue_session.dynamic.stack_config import HONORED, REFUSED, WITHOUT_EFFECT, parse_stack_config

ROLE = "arn:aws:iam::123456789012:role/deploy"


def config(**values: Any) -> AwsConfig:
    """AwsConfig of a stack with these values, which are JSON unless they are strings."""
    texts = {key: value if isinstance(value, str) else json.dumps(value) for key, value in values.items()}
    return AwsConfig.parse(parse_stack_config(texts.get))


def invalid(**values: Any) -> tuple[str, str]:
    with pytest.raises(InvalidInput) as caught:
        config(**values)
    return caught.value.input_name, caught.value.reason()


def test_every_key_of_pulumi_aws_is_known() -> None:
    """A new key has to be honored, rejected or listed as without effect."""
    wheel = next(Path(sys.prefix, "pulumi-aws").glob("*.whl"), None)
    if wheel is None:
        pytest.skip("runs in `make test`, which CI runs too: it needs the wheel of pulumi-aws in the environment")
    with zipfile.ZipFile(wheel) as package:
        keys = set(re.findall(r"__config__\.\w+\('(\w+)'\)", package.read("pulumi_aws/config/vars.py").decode()))

    assert len(keys) > 30
    assert keys == (HONORED | REFUSED | WITHOUT_EFFECT) - {"assumeRole"}
    assert not HONORED & REFUSED | HONORED & WITHOUT_EFFECT | REFUSED & WITHOUT_EFFECT


def test_every_honored_key_is_used() -> None:
    values: dict[str, Any] = {
        "accessKey": "AKIA",
        "allowedAccountIds": ["123456789012"],
        "assumeRoleWithWebIdentity": {"roleArn": ROLE, "webIdentityTokenFile": "/run/token"},
        "assumeRoles": [{"roleArn": ROLE}],
        "customCaBundle": "/etc/ssl/ca.pem",
        "ec2MetadataServiceEndpoint": "http://localhost:1338",
        "ec2MetadataServiceEndpointMode": "IPv6",
        "endpoints": [{"glue": "http://localhost:4566"}],
        "forbiddenAccountIds": ["000000000001"],
        "httpProxy": "http://proxy:3128",
        "httpsProxy": "http://proxy:3129",
        "maxRetries": "7",
        "noProxy": "localhost",
        "profile": "ci",
        "region": "eu-north-1",
        "retryMode": "standard",
        "secretKey": "planted",
        "sharedConfigFiles": ["/etc/aws/config"],
        "sharedCredentialsFiles": ["/etc/aws/credentials"],
        "skipMetadataApiCheck": "true",
        "stsRegion": "us-east-1",
        "token": "planted",
        "useDualstackEndpoint": "true",
        "useFipsEndpoint": "true",
    }
    base = {"accessKey": "B", "secretKey": "B"}

    assert values.keys() | {"assumeRole"} == HONORED
    for key, value in values.items():
        pair = base if key in ("accessKey", "secretKey", "token") else {}
        assert config(**pair) != config(**{**pair, key: value}), key


def test_credentials_are_hidden() -> None:
    options = config(accessKey="AKIA", secretKey="planted-key", token="planted-token")

    assert options.unrecorded is not None
    assert ("AKIA", "planted-key", "planted-token") == (
        options.unrecorded.access_key,
        options.unrecorded.secret_key,
        options.unrecorded.token,
    )
    assert "planted" not in repr(options)


def test_chain_of_roles() -> None:
    roles = [
        {"roleArn": ROLE, "externalId": "x1", "duration": "1h", "tags": {"team": "etl"}, "transitiveTagKeys": ["team"]},
        {"roleArn": f"{ROLE}-2", "sourceIdentity": "ada", "policy": None},
    ]

    assert config(assumeRoles=roles).assume_roles == (
        AssumeRole(
            role_arn=ROLE, external_id="x1", duration=3600.0, tags=(("team", "etl"),), transitive_tag_keys=("team",)
        ),
        AssumeRole(role_arn=f"{ROLE}-2", source_identity="ada"),
    )


def test_single_role_of_older_pulumi_aws() -> None:
    assert (AssumeRole(role_arn=ROLE),) == config(assumeRole={"roleArn": ROLE}).assume_roles


def test_web_identity_token_stays_in_memory() -> None:
    options = config(assumeRoleWithWebIdentity={"roleArn": ROLE, "webIdentityToken": "planted-token"})

    assert options.unrecorded is not None
    assert "planted-token" == options.unrecorded.web_identity_token
    assert "planted-token" not in repr(options)


def test_endpoints_of_glue_and_sts() -> None:
    urls = [{"glue": "http://localhost:4566", "sts": "http://localhost:4567", "s3": "http://localhost:4568"}]

    assert Endpoints(glue="http://localhost:4566", sts="http://localhost:4567") == config(endpoints=urls).endpoints


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("http://localhost:4566", True),
        ("http://[broken", True),
        ("https://bucket.vpce-0a1b.s3.eu-west-1.vpce.amazonaws.com", False),
    ],
)
def test_local_endpoints_of_other_services(url: str, *, local: bool) -> None:
    hidden = config(endpoints=[{"s3": url}]).unrecorded

    assert local is bool(hidden and hidden.has_local_endpoints)


@pytest.mark.parametrize(
    ("values", "name", "reason"),
    [
        (
            {"insecure": "true"},
            "aws:insecure",
            "Not supported: certificates are always verified, use customCaBundle",
        ),
        ({"maxRetries": "many"}, "aws:maxRetries", "it is not valid JSON"),
        ({"maxRetries": "99"}, "aws:maxRetries", "Invalid number of retries 99: use a whole number from 0 to 50"),
        ({"assumeRoles": "[{planted"}, "aws:assumeRoles", "it is not valid JSON"),
        (
            {"assumeRoles": [{"roleArn": "deploy"}]},
            "aws:assumeRoles[0].roleArn",
            "Invalid role ARN 'deploy': use an ARN such as 'arn:aws:iam::123456789012:role/deploy'",
        ),
        ({"accessKey": "AKIA"}, "aws:secretKey", "Missing: accessKey and secretKey are used together"),
        ({"token": "planted"}, "aws:accessKey", "Missing: accessKey and secretKey are used together"),
        ({"useFipsEndpoint": "maybe"}, "aws:useFipsEndpoint", "'maybe' is neither true nor false: use true or false"),
        ({"endpoints": ["glue"]}, "aws:endpoints", "Invalid value: use a list of mappings of services to URLs"),
    ],
    ids=lambda each: str(each)[:40],
)
def test_invalid_value_is_named(values: dict[str, Any], name: str, reason: str) -> None:
    assert (name, reason) == invalid(**values)


@pytest.mark.parametrize("role", [{"roleArn": ROLE, "mfaSerial": "x"}, {"role_arn": ROLE}, {"mfaSerial": "x"}])
def test_unknown_option_of_a_role_is_named(role: dict[str, str]) -> None:
    """Also without an ARN: a role that is left out is a role that is not assumed."""
    name, reason = invalid(assumeRoles=[{"roleArn": ROLE}, role])

    assert f"aws:assumeRoles[1].{[*role][-1]}" == name
    assert reason.startswith("Unknown option: use ")


def test_empty_values_are_not_set() -> None:
    assert AwsConfig() == config(region="", profile="", accessKey="", assumeRoles="")
