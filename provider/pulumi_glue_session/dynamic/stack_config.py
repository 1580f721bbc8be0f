"""The stack's `aws:` configuration, as pulumi-aws reads it.

Credentials in it are used in memory and never recorded. Every key that changes the credentials or the endpoint is
honored or rejected. The others have no effect on a read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, cast

from pulumi_glue_session.core.aws_config import UNRECORDED, is_aws_url, parse_option
from pulumi_glue_session.core.errors import InvalidInput
from pulumi_glue_session.core.parsing import parse_bool

_TEXTS = {
    "customCaBundle": "custom_ca_bundle",
    "httpProxy": "http_proxy",
    "httpsProxy": "https_proxy",
    "noProxy": "no_proxy",
    "profile": "profile",
    "region": "region",
    "retryMode": "retry_mode",
    "stsRegion": "sts_region",
}
_JSON = {
    "allowedAccountIds": "allowed_account_ids",
    "forbiddenAccountIds": "forbidden_account_ids",
    "maxRetries": "max_retries",
    "sharedConfigFiles": "shared_config_files",
    "sharedCredentialsFiles": "shared_credentials_files",
}
_FLAGS = {"useDualstackEndpoint": "use_dualstack_endpoint", "useFipsEndpoint": "use_fips_endpoint"}
_HIDDEN = {
    "accessKey": "access_key",
    "ec2MetadataServiceEndpoint": "ec2_metadata_service_endpoint",
    "ec2MetadataServiceEndpointMode": "ec2_metadata_service_endpoint_mode",
    "secretKey": "secret_key",
    "token": "token",
}
_KEYS_OF_CREDENTIALS = frozenset({"access_key", "secret_key", "token"})
_ROLE_OPTIONS = {
    "duration": "duration",
    "externalId": "external_id",
    "policy": "policy",
    "policyArns": "policy_arns",
    "roleArn": "role_arn",
    "sessionName": "session_name",
    "sourceIdentity": "source_identity",
    "tags": "tags",
    "transitiveTagKeys": "transitive_tag_keys",
}
_WEB_IDENTITY_OPTIONS = {
    "duration": "duration",
    "policy": "policy",
    "policyArns": "policy_arns",
    "roleArn": "role_arn",
    "sessionName": "session_name",
    "webIdentityTokenFile": "web_identity_token_file",
}
_TOKEN_OF_CONFIGURATION = "the stack's aws:assumeRoleWithWebIdentity.webIdentityToken"  # noqa: S105

HONORED = frozenset(
    {
        *_TEXTS,
        *_JSON,
        *_FLAGS,
        *_HIDDEN,
        "assumeRole",
        "assumeRoleWithWebIdentity",
        "assumeRoles",
        "endpoints",
        "skipMetadataApiCheck",
    }
)
"""Keys that are used as pulumi-aws uses them. `assumeRole` is the name of `assumeRoles` before pulumi-aws 7."""

REFUSED = frozenset({"insecure"})
"""Keys that are rejected with a sentence when they are set."""

WITHOUT_EFFECT = frozenset(
    {
        "defaultTags",
        "ignoreTags",
        "s3UsEast1RegionalEndpoint",
        "s3UsePathStyle",
        "skipCredentialsValidation",
        "skipRegionValidation",
        "skipRequestingAccountId",
        "tagPolicyCompliance",
        "tokenBucketRateLimiterCapacity",
        "userAgents",
    }
)
"""Keys that change neither the credentials nor the endpoint of a read."""


def parse_stack_config(get: Callable[[str], str | None]) -> dict[str, Any]:
    """Options from the values of the `aws` namespace. `get` takes a key without its namespace."""
    try:
        return parse_texts({key: text for key in (*HONORED, *REFUSED) if (text := get(key))}, prefix="aws:")
    except InvalidInput as error:
        return {UNRECORDED: {"invalid": (error.input_name, error.reason())}}


def parse_texts(texts: Mapping[str, str], *, prefix: str) -> dict[str, Any]:
    """Options from texts by key; `prefix` is put before keys in errors. Raises InvalidInput."""
    options: dict[str, Any] = {}
    hidden: dict[str, Any] = {_HIDDEN[key]: texts[key] for key in _HIDDEN.keys() & texts.keys()}
    options |= {name: texts[key] for key, name in _TEXTS.items() if key in texts}
    options |= {name: _json(texts[key], f"{prefix}{key}") for key, name in _JSON.items() if key in texts}
    flags = {key: name for key, name in _FLAGS.items() if key in texts}
    options |= {name: parse_bool(texts[key], input_name=f"{prefix}{key}") for key, name in flags.items()}
    for name, value in options.items():
        parse_option(name, value, f"{prefix}{_KEYS[name]}")
    if parse_bool(texts.get("insecure", "false"), input_name=f"{prefix}insecure"):
        raise InvalidInput(f"{prefix}insecure", "Not supported: certificates are always verified, use customCaBundle")
    if not hidden.keys().isdisjoint(_KEYS_OF_CREDENTIALS) and not {"access_key", "secret_key"} <= hidden.keys():
        missing = "secretKey" if "access_key" in hidden else "accessKey"
        raise InvalidInput(f"{prefix}{missing}", "Missing: accessKey and secretKey are used together")
    if parse_bool(texts.get("skipMetadataApiCheck", "false"), input_name=f"{prefix}skipMetadataApiCheck"):
        hidden["skip_metadata_api_check"] = True
    _add_roles(texts, options, prefix)
    _add_web_identity(texts, options, hidden, prefix)
    _add_endpoints(texts, options, hidden, prefix)
    return {**options, UNRECORDED: hidden} if hidden else options


def _add_roles(texts: Mapping[str, str], options: dict[str, Any], prefix: str) -> None:
    key = "assumeRoles" if "assumeRoles" in texts else "assumeRole"
    if key not in texts:
        return
    given = _json(texts[key], f"{prefix}{key}")
    roles: list[Any] = cast("Any", given) if isinstance(given, list) else [given]
    renamed = [_rename(role, _ROLE_OPTIONS, f"{prefix}{key}[{index}]") for index, role in enumerate(roles)]
    # pulumi-aws leaves out roles without an ARN.
    options["assume_roles"] = [role for role in renamed if not isinstance(role, Mapping) or "role_arn" in role]
    _check_role("assume_roles", options["assume_roles"], f"{prefix}{key}")


def _as_mapping(value: Any) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}


def _add_web_identity(texts: Mapping[str, str], options: dict[str, Any], hidden: dict[str, Any], prefix: str) -> None:
    key = "assumeRoleWithWebIdentity"
    if key not in texts:
        return
    role = _json(texts[key], f"{prefix}{key}")
    named = _as_mapping(role)
    if named.get("webIdentityToken"):
        hidden["web_identity_token"] = str(named["webIdentityToken"])
        role = {name: value for name, value in named.items() if name != "webIdentityToken"}
        role["webIdentityTokenFile"] = _TOKEN_OF_CONFIGURATION
    options["assume_role_with_web_identity"] = _rename(role, _WEB_IDENTITY_OPTIONS, f"{prefix}{key}")
    _check_role("assume_role_with_web_identity", options["assume_role_with_web_identity"], f"{prefix}{key}")


def _add_endpoints(texts: Mapping[str, str], options: dict[str, Any], hidden: dict[str, Any], prefix: str) -> None:
    if "endpoints" not in texts:
        return
    given = _json(texts["endpoints"], f"{prefix}endpoints")
    listed: list[Any] = cast("Any", given) if isinstance(given, list) else [given]
    urls: dict[str, Any] = {}
    for each in listed:
        if not isinstance(each, Mapping):
            raise InvalidInput(f"{prefix}endpoints", "Invalid value: use a list of mappings of services to URLs")
        urls |= {str(name): url for name, url in cast("Mapping[str, Any]", each).items() if url}
    if any(not is_aws_url(str(url)) for url in urls.values()):
        hidden["has_local_endpoints"] = True
    ours = {name: urls[name] for name in ("glue", "sts") if name in urls}
    if ours:
        options["endpoints"] = ours
        parse_option("endpoints", ours, f"{prefix}endpoints")


def _rename(value: Any, names: Mapping[str, str], where: str) -> Any:
    """A mapping with the names of our options. Raises InvalidInput for a key that is neither known nor empty."""
    if not isinstance(value, Mapping):
        return value
    given = {name: each for name, each in cast("Mapping[str, Any]", value).items() if each not in (None, "", [], {})}
    unknown = sorted(given.keys() - names.keys())
    if unknown:
        raise InvalidInput(f"{where}.{unknown[0]}", f"Unknown option: use {', '.join(names)}")
    return {names[name]: each for name, each in given.items()}


def _check_role(option: str, value: Any, where: str) -> None:
    """Raise InvalidInput with the spelling of pulumi-aws: `aws:assumeRoles[0].roleArn`."""
    try:
        parse_option(option, value, where)
    except InvalidInput as error:
        name = error.input_name
        for key, ours in (_ROLE_OPTIONS | _WEB_IDENTITY_OPTIONS).items():
            name = re.sub(rf"(?<=\.){ours}(?=$|[.\[])", key, name, count=1)
        raise InvalidInput(name, error.reason()) from None


def _json(text: str, where: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass
    # Without the text, which can contain an external id or a token.
    raise InvalidInput(where, "it is not valid JSON")


_KEYS = {name: key for names in (_TEXTS, _JSON, _FLAGS) for key, name in names.items()}
