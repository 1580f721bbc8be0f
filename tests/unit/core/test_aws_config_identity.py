"""AwsConfig: which options identify a session, and how options of a program replace those of its stack."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_glue_session.core.aws_config import (
    UNRECORDED,
    AssumeRole,
    AssumeRoleWithWebIdentity,
    AwsConfig,
    Endpoints,
    identity,
    merge_options,
)

ROLE = "arn:aws:iam::123456789012:role/deploy"
POLICY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
EXTERNAL_ID = "hush-hush"


def option_names(kind: type[Any]) -> set[str]:
    return {each.name for each in fields(kind)} - {"unrecorded"}


def role(**options: object) -> dict[str, Any]:
    return {"assume_roles": [{"role_arn": ROLE, **options}]}


def web_identity(**options: object) -> dict[str, Any]:
    return {"assume_role_with_web_identity": {"role_arn": ROLE, "web_identity_token_file": "/run/token", **options}}


IDENTITY = {
    "region": "eu-west-1",
    "profile": "analysts",
    "endpoint_url": "http://localhost:5000",
    "endpoints": {"glue": "http://localhost:5000"},
    "glue": "http://localhost:5000",
    "role_arn": ROLE,
    "assume_roles": [{"role_arn": ROLE}, {"role_arn": f"{ROLE}-2"}],
    "assume_role_with_web_identity": {"role_arn": ROLE},
}
"""With another value of one of these, the same id is another session."""

NEUTRAL = {
    "allowed_account_ids": ["123456789012"],
    "custom_ca_bundle": "/etc/ssl/ca.pem",
    "duration": 3_600.0,
    "external_id": EXTERNAL_ID,
    "forbidden_account_ids": ["210987654321"],
    "http_proxy": "http://proxy:3128",
    "https_proxy": "http://proxy:3128",
    "max_retries": 7.0,
    "no_proxy": "localhost",
    "policy": "{}",
    "policy_arns": [POLICY],
    "request_origin": "ci",
    "retry_mode": "standard",
    "session_name": "ci",
    "shared_config_files": ["/etc/aws/config"],
    "shared_credentials_files": ["/etc/aws/credentials"],
    "source_identity": "ada",
    "sts": "http://localhost:4567",
    "sts_region": "us-east-1",
    "tags": {"team": "etl"},
    "transitive_tag_keys": ["team"],
    "use_dualstack_endpoint": True,
    "use_fips_endpoint": True,
    "web_identity_token_file": "/run/token",
}
"""With another value of one of these, the same id is the same session."""


def test_every_option_is_classified() -> None:
    options = set[str]().union(*map(option_names, (AwsConfig, AssumeRole, AssumeRoleWithWebIdentity, Endpoints)))

    assert sorted([*IDENTITY, *NEUTRAL]) == sorted(options)


@pytest.mark.parametrize("name", IDENTITY)
def test_identity_keeps_option(name: str) -> None:
    assert {name: IDENTITY[name]} == identity({name: IDENTITY[name], **NEUTRAL})


@pytest.mark.parametrize("name", NEUTRAL)
def test_identity_drops_option(name: str) -> None:
    assert identity(None) is None
    assert identity({name: NEUTRAL[name]}) is None
    assert {"profile": "analysts"} == identity({"profile": "analysts", name: NEUTRAL[name]})
    assert {"assume_roles": [{"role_arn": ROLE}]} == identity(role(**{name: NEUTRAL[name]}))
    assert {"assume_role_with_web_identity": {"role_arn": ROLE}} == identity(web_identity(**{name: NEUTRAL[name]}))


def test_order_of_roles_matters() -> None:
    one, other = {"role_arn": ROLE}, {"role_arn": f"{ROLE}-2"}

    assert identity({"assume_roles": [one, other]}) != identity({"assume_roles": [other, one]})


@given(
    st.recursive(
        st.none() | st.text() | st.floats(allow_nan=False),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_identity_of_any_recorded_value(options: object) -> None:
    assert identity(options) == identity(identity(options))


def test_program_options_replace_stack_defaults() -> None:
    merged = merge_options({"region": "eu-west-1", "max_retries": 5}, {"region": "eu-north-1"})

    assert {"region": "eu-north-1", "max_retries": 5} == merged


def test_program_profile_replaces_stack_credentials() -> None:
    defaults = {UNRECORDED: {"access_key": "A", "secret_key": "S", "token": "T", "skip_metadata_api_check": True}}

    assert "A" == AwsConfig.parse(merge_options(defaults, {})).unrecorded.access_key  # type: ignore[union-attr]
    config = AwsConfig.parse(merge_options(defaults, {"profile": "analysts"}))
    assert config.unrecorded is not None
    assert (None, None, None, True) == (
        config.unrecorded.access_key,
        config.unrecorded.secret_key,
        config.unrecorded.token,
        config.unrecorded.skip_metadata_api_check,
    )


def test_endpoints_are_merged_by_service() -> None:
    defaults = {"endpoints": {"glue": "http://localhost:1", "sts": "http://localhost:2"}}
    endpoint_url = AwsConfig.parse(merge_options(defaults, {"endpoint_url": "http://localhost:3"}))
    glue = AwsConfig.parse(merge_options(defaults, {"endpoints": {"glue": "http://localhost:4"}}))

    assert ("http://localhost:3", "http://localhost:2") == (
        endpoint_url.glue_endpoint_url,
        endpoint_url.sts_endpoint_url,
    )
    assert ("http://localhost:4", "http://localhost:2") == (glue.glue_endpoint_url, glue.sts_endpoint_url)
