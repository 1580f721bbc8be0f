"""The provider block: the settings of `provider "aws"` that matter for reading Glue sessions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from pulumi_glue_session.core.aws_config import AssumeRole, AssumeRoleWithWebIdentity, AwsConfig
from pulumi_glue_session.terraform.schema import Attribute, Block, NestedBlock, boolean, number, string, strings

_STRING_MAP: Any = ["map", "string"]

_ROLE: Mapping[str, Attribute] = {
    "role_arn": string("ARN of the role.", "required"),
    "session_name": string("Name of the assumed-role session, as CloudTrail shows it."),
    "duration": string("Lifetime of the credentials, such as `1h`."),
    "policy": string("IAM policy as JSON that further restricts the role."),
    "policy_arns": strings("ARNs of IAM policies that further restrict the role."),
}

_ASSUME_ROLE = Block(
    {
        **_ROLE,
        "external_id": string("External id that the role's trust policy requires.", sensitive=True),
        "source_identity": string("Source identity of the assumed-role session."),
        "tags": Attribute(_STRING_MAP, "optional", "Session tags."),
        "transitive_tag_keys": strings("Keys of the session tags that are passed on to further roles."),
    },
    "A role to assume. With several blocks, each role is assumed with the credentials of the one before.",
)

_WEB_IDENTITY = Block(
    {**_ROLE, "web_identity_token_file": string("File with the token.", "required")},
    "A role to assume with a web identity token.",
)

_ENDPOINTS = Block(
    {"glue": string("URL of the Glue endpoint."), "sts": string("URL of the STS endpoint.")},
    "URLs of endpoints, for VPC endpoints and local stand-ins.",
)

_ATTRIBUTES: Mapping[str, Attribute] = {
    "region": string("Region of the sessions. Default: `AWS_REGION`, then the profile's region."),
    "profile": string("Profile of the shared AWS configuration files. Default: `AWS_PROFILE`."),
    "access_key": string("Access key id. Prefer a profile, a role or the environment.", sensitive=True),
    "secret_key": string("Secret access key.", sensitive=True),
    "token": string("Session token of temporary credentials.", sensitive=True),
    "shared_config_files": strings("Shared configuration files. Default: `~/.aws/config`."),
    "shared_credentials_files": strings("Shared credentials files. Default: `~/.aws/credentials`."),
    "allowed_account_ids": strings("Accounts that may be read. Reading any other account fails."),
    "forbidden_account_ids": strings("Accounts that must not be read."),
    "max_retries": number("Retries of a request that is throttled or fails. Default: 3."),
    "retry_mode": string("Retry mode of the AWS SDK: `standard` or `adaptive`."),
    "custom_ca_bundle": string("File with certificates to trust. Default: `AWS_CA_BUNDLE`."),
    "http_proxy": string("URL of the proxy for `http`. Default: `HTTP_PROXY`."),
    "https_proxy": string("URL of the proxy for `https`. Default: `HTTPS_PROXY`."),
    "no_proxy": string("Hosts that are reached without a proxy. Default: `NO_PROXY`."),
    "use_fips_endpoint": boolean("Whether to use FIPS endpoints."),
    "use_dualstack_endpoint": boolean("Whether to use endpoints that support IPv6."),
    "sts_region": string("Region of the STS endpoint."),
}

_OPTIONS = {each.name for each in fields(AwsConfig)}


def _only(attributes: Mapping[str, Attribute], supported: type) -> dict[str, Attribute]:
    names = {each.name for each in fields(supported)}
    return {name: each for name, each in attributes.items() if name in names}


PROVIDER_BLOCK = Block(
    _only(_ATTRIBUTES, AwsConfig),
    "Reads AWS Glue interactive sessions and waits for them. Creates, stops and changes nothing in AWS.",
    {
        "assume_role": NestedBlock(
            Block(_only(_ASSUME_ROLE.attributes, AssumeRole), _ASSUME_ROLE.description), repeated=True
        ),
        "assume_role_with_web_identity": NestedBlock(
            Block(_only(_WEB_IDENTITY.attributes, AssumeRoleWithWebIdentity), _WEB_IDENTITY.description)
        ),
        "endpoints": NestedBlock(_ENDPOINTS),
    },
)
"""Schema of the provider block."""


def parse_provider_block(block: Mapping[str, Any]) -> AwsConfig:
    """AWS configuration of a provider block without unknown values. Raises InvalidInput."""
    options = {name: block[name] for name in PROVIDER_BLOCK.attributes if block.get(name) is not None}
    if block.get("assume_role"):
        options["assume_roles"] = [_without_null(each) for each in block["assume_role"]]
    if block.get("assume_role_with_web_identity"):
        options["assume_role_with_web_identity"] = _without_null(block["assume_role_with_web_identity"])
    endpoints = _without_null(block.get("endpoints") or {})
    if "endpoints" in _OPTIONS:
        options |= {"endpoints": endpoints} if endpoints else {}
    elif "glue" in endpoints:
        options["endpoint_url"] = endpoints["glue"]
    return AwsConfig.parse(options)


def _without_null(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
