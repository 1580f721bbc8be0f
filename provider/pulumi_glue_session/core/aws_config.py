"""AWS configuration of a read: region, profile, roles to assume, endpoint and retries. Contains no credentials.

boto3 fills in options that are not set.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import partial
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from pulumi_glue_session.core.aws_values import PARSERS, describe_value, list_of, parse_policy
from pulumi_glue_session.core.errors import InvalidInput
from pulumi_glue_session.core.messages import Hints, sanitize

_T = TypeVar("_T", "AssumeRole", "AssumeRoleWithWebIdentity", "AwsConfig", "Endpoints")

_IDENTITY_NEUTRAL = frozenset(
    {
        "allowed_account_ids",
        "custom_ca_bundle",
        "duration",
        "external_id",
        "forbidden_account_ids",
        "http_proxy",
        "https_proxy",
        "max_retries",
        "no_proxy",
        "policy",
        "policy_arns",
        "request_origin",
        "retry_mode",
        "session_name",
        "shared_config_files",
        "shared_credentials_files",
        "source_identity",
        "sts",
        "sts_region",
        "tags",
        "transitive_tag_keys",
        "use_dualstack_endpoint",
        "use_fips_endpoint",
        "web_identity_token_file",
    }
)
"""Options that change how a session is read, but not which session an id refers to."""

_AWS_DOMAINS = (".amazonaws.com", ".amazonaws.com.cn", ".api.aws", ".amazonwebservices.com.cn", ".amazonaws.eu")


@dataclass(frozen=True, kw_only=True)
class AssumeRole:
    """A role to assume with the credentials of boto3's chain, or of the previous role."""

    role_arn: str
    external_id: str | None = field(default=None, repr=False)
    session_name: str | None = None
    duration: float | None = None
    policy: str | None = None
    policy_arns: tuple[str, ...] = ()
    source_identity: str | None = None
    tags: tuple[tuple[str, str], ...] = ()
    transitive_tag_keys: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class AssumeRoleWithWebIdentity:
    """A role to assume with a token from a file, which is read again whenever the credentials are renewed."""

    role_arn: str
    web_identity_token_file: str
    session_name: str | None = None
    duration: float | None = None
    policy: str | None = None
    policy_arns: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Endpoints:
    """URLs to use instead of the public endpoints."""

    glue: str | None = None
    sts: str | None = None


@dataclass(frozen=True, kw_only=True, repr=False)
class Unrecorded:
    """Credentials and other settings of the stack's configuration or of an `aws.Provider`. Never recorded."""

    source: str = "the stack's aws:accessKey, aws:secretKey and aws:token"
    """Where the credentials come from, for messages."""
    access_key: str | None = None
    secret_key: str | None = None
    token: str | None = None
    web_identity_token: str | None = None
    ec2_metadata_service_endpoint: str | None = None
    ec2_metadata_service_endpoint_mode: str | None = None
    skip_metadata_api_check: bool = False
    has_local_endpoints: bool = False
    """Whether the stack has endpoints outside of AWS, so that requests must not go to AWS itself."""


UNRECORDED = "_unrecorded"
"""Name under which `Unrecorded` travels with the options. Programs cannot set it."""


@dataclass(frozen=True, kw_only=True)
class AwsConfig:
    """AWS configuration of a read. `repr` omits external ids."""

    region: str | None = None
    profile: str | None = None
    assume_roles: tuple[AssumeRole, ...] = ()
    assume_role_with_web_identity: AssumeRoleWithWebIdentity | None = None
    endpoint_url: str | None = None
    custom_ca_bundle: str | None = None
    max_retries: int | None = None
    request_origin: str | None = None
    allowed_account_ids: tuple[str, ...] = ()
    forbidden_account_ids: tuple[str, ...] = ()
    endpoints: Endpoints | None = None
    shared_config_files: tuple[str, ...] = ()
    shared_credentials_files: tuple[str, ...] = ()
    http_proxy: str | None = None
    https_proxy: str | None = None
    no_proxy: str | None = None
    retry_mode: str | None = None
    sts_region: str | None = None
    use_fips_endpoint: bool | None = None
    use_dualstack_endpoint: bool | None = None
    unrecorded: Unrecorded | None = field(default=None, repr=False)

    @property
    def glue_endpoint_url(self) -> str | None:
        """URL of Glue, if it is not the public endpoint."""
        return (self.endpoints.glue if self.endpoints else None) or self.endpoint_url

    @property
    def sts_endpoint_url(self) -> str | None:
        """URL of STS, if it is not the public endpoint."""
        return None if self.endpoints is None else self.endpoints.sts

    @classmethod
    def parse(cls, options: Mapping[str, Any]) -> AwsConfig:
        """Configuration from plain values by name. Raises InvalidInput with a name such as `aws.max_retries`."""
        given: Any = options
        hidden: Any = cast("Mapping[str, Any]", given).get(UNRECORDED) if isinstance(given, Mapping) else None
        if hidden is None:
            return _build(cls, options, "aws")
        if "invalid" in hidden:
            raise InvalidInput(*hidden["invalid"])
        named = {name: value for name, value in options.items() if name != UNRECORDED}
        return replace(_build(cls, named, "aws"), unrecorded=Unrecorded(**hidden))


def identity(options: Any) -> Any:
    """Recorded options without those that do not change which session an id refers to."""
    if isinstance(options, Mapping):
        named = cast("Mapping[str, object]", options)
        return {name: identity(value) for name, value in named.items() if name not in _IDENTITY_NEUTRAL} or None
    return [identity(each) for each in cast("list[object]", options)] if isinstance(options, list) else options


def _build(kind: type[_T], values: Any, where: str) -> _T:
    if not isinstance(values, Mapping):
        raise InvalidInput(where, f"Invalid options {describe_value(values)}: use {_CLASS_NAMES[kind]}")
    options = cast("Mapping[str, object]", values)
    names = [each.name for each in fields(kind) if each.name != "unrecorded"]
    unknown = sorted(str(name) for name in options if name not in names)
    if unknown:
        raise InvalidInput(f"{where}.{sanitize(unknown[0])}", partial(_unknown_option, unknown[0], names))
    parsers = _PARSERS_BY_CLASS.get(kind, _PARSERS)
    parsed = {name: parsers[name](value, f"{where}.{name}") for name, value in options.items() if value is not None}
    missing = [name for name in _REQUIRED.get(kind, ()) if name not in parsed]
    if missing:
        raise InvalidInput(f"{where}.{missing[0]}", "Missing: this option is required")
    return kind(**parsed)


def _unknown_option(name: str, names: Sequence[str], hints: Hints) -> str:
    spelled = [hints.spell(each) for each in names]
    similar = difflib.get_close_matches(name, spelled, n=1)
    return f"Unknown option: did you mean {similar[0]}?" if similar else f"Unknown option: use {', '.join(spelled)}"


_PARSERS: Mapping[str, Callable[[Any, str], Any]] = {
    **PARSERS,
    "assume_roles": list_of(lambda value, where: _build(AssumeRole, value, where)),
    "assume_role_with_web_identity": lambda value, where: _build(AssumeRoleWithWebIdentity, value, where),
    "endpoints": lambda value, where: _build(Endpoints, value, where),
}
"""Parser of each option by name."""

_PARSERS_BY_CLASS: Mapping[type, Mapping[str, Callable[[Any, str], Any]]] = {
    # AssumeRoleWithWebIdentity limits the length of a policy.
    AssumeRoleWithWebIdentity: {**_PARSERS, "policy": partial(parse_policy, max_length="2048")},
}

_REQUIRED: Mapping[type, tuple[str, ...]] = {
    AssumeRole: ("role_arn",),
    AssumeRoleWithWebIdentity: ("role_arn", "web_identity_token_file"),
}

_CLASS_NAMES: Mapping[type, str] = {
    AwsConfig: "AwsOptions",
    AssumeRole: "AssumeRole",
    AssumeRoleWithWebIdentity: "AssumeRoleWithWebIdentity",
    Endpoints: "a mapping with glue and sts",
}
"""Public class of the options."""


def is_aws_url(url: str) -> bool:
    """Whether the host of an endpoint URL belongs to AWS."""
    try:
        return (urlsplit(url).hostname or "").endswith(_AWS_DOMAINS)
    except ValueError:
        return False


def parse_option(name: str, value: Any, where: str) -> Any:
    """Check one option of AwsConfig under another name than its own. Raises InvalidInput with the name `where`."""
    return _PARSERS[name](value, where)


def merge_options(defaults: Mapping[str, Any], options: Mapping[str, Any]) -> dict[str, Any]:
    """Options of a program over defaults of its stack. Values may be Outputs.

    A profile of the program replaces credentials of the stack, and its `endpoint_url` the stack's endpoint of Glue.
    """
    merged = {**defaults, **options}
    if "profile" in options and UNRECORDED in merged:
        keys = ("access_key", "secret_key", "token", "source")
        merged[UNRECORDED] = {name: value for name, value in merged[UNRECORDED].items() if name not in keys}
    inherited, own = defaults.get("endpoints"), options.get("endpoints", {})
    if isinstance(inherited, Mapping) and isinstance(own, Mapping):
        urls = cast("Mapping[str, Any]", inherited)
        kept = {name: url for name, url in urls.items() if not (name == "glue" and "endpoint_url" in options)}
        merged["endpoints"] = {**kept, **own}
        if not merged["endpoints"]:
            del merged["endpoints"]
    return merged
