"""The provider block: the settings of `provider "aws"` that matter for reading Glue sessions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi_glue_session.core.aws_config import UNRECORDED, AwsConfig
from pulumi_glue_session.core.errors import InvalidInput
from pulumi_glue_session.terraform.schema import Attribute, Block, NestedBlock, boolean, number, string, strings
from pulumi_glue_session.terraform.values import is_known, seconds_or_text

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

_CREDENTIALS = ("access_key", "secret_key", "token")

PROVIDER_BLOCK = Block(
    _ATTRIBUTES,
    "Reads AWS Glue interactive sessions and waits for them. Creates, stops and changes nothing in AWS.",
    {
        "assume_role": NestedBlock(_ASSUME_ROLE, repeated=True),
        "assume_role_with_web_identity": NestedBlock(_WEB_IDENTITY),
        "endpoints": NestedBlock(_ENDPOINTS),
    },
)
"""Schema of the provider block."""


def parse_provider_block(block: Mapping[str, Any]) -> AwsConfig:
    """AWS configuration of the values that are known. Raises InvalidInput."""
    given = {name: value for name, value in _without_null(block).items() if is_known(value)}
    options = {name: given[name] for name in _ATTRIBUTES if name in given and name not in _CREDENTIALS}
    if given.get("assume_role"):
        options["assume_roles"] = [_parse_role(each) for each in given["assume_role"]]
    if "assume_role_with_web_identity" in given:
        options["assume_role_with_web_identity"] = _parse_role(given["assume_role_with_web_identity"])
    if "endpoints" in given:
        options["endpoints"] = _without_null(given["endpoints"])
    credentials = {name: block[name] for name in _CREDENTIALS if block.get(name)}
    if credentials:
        for name in ("access_key", "secret_key"):
            if name not in credentials:
                raise InvalidInput(name, f"Missing: it is required with {next(iter(credentials))}")
        if is_known(credentials):
            options[UNRECORDED] = {"source": "access_key and secret_key in the provider block", **credentials}
    return AwsConfig.parse(options)


def _parse_role(role: Mapping[str, Any]) -> dict[str, Any]:
    return {name: seconds_or_text(each) if name == "duration" else each for name, each in _without_null(role).items()}


def _without_null(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
