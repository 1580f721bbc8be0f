"""AWS configuration of a read: region, profile, roles to assume, endpoint and retries. Contains no credentials.

boto3 fills in options that are not set. Limits are those of the API models (GetSession, AssumeRole and
AssumeRoleWithWebIdentity).
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import partial
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from pulumi_glue_session.core.errors import InvalidInput
from pulumi_glue_session.core.messages import Hints, sanitize, short_repr
from pulumi_glue_session.core.parsing import parse_duration

_T = TypeVar("_T", "AssumeRole", "AssumeRoleWithWebIdentity", "AwsConfig", "Endpoints")
_V = TypeVar("_V")

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

_ARN = r"arn:[\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]{16,2044}"

_AWS_DOMAINS = (".amazonaws.com", ".amazonaws.com.cn", ".api.aws", ".amazonwebservices.com.cn", ".amazonaws.eu")

_MIN_ROLE_SECONDS, _MAX_ROLE_SECONDS = 900, 43_200

_MAX_RETRIES = 50
"""More retries than this would outlast any timeout."""


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
        raise InvalidInput(where, f"Invalid options {_describe(values)}: use {_CLASS_NAMES[kind]}")
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


def _text(noun: str, pattern: str, accepted: str, *, ascii_only: bool = True) -> Callable[[Any, str], str]:
    def parse(value: Any, where: str) -> str:
        if not isinstance(value, str) or not re.fullmatch(pattern, value, re.ASCII if ascii_only else 0):
            shown = value
            if isinstance(value, str) and "@" in value and noun.endswith("URL"):
                # Without a scheme nothing else tells the password from the rest.
                shown = f"***@{value.rpartition('@')[2]}"
            raise InvalidInput(where, f"Invalid {noun} {_describe(shown)}: use {accepted}")
        return value

    return parse


def _secret(noun: str, pattern: str, accepted: str) -> Callable[[Any, str], str]:
    """Like `_text`, for values that must not be printed."""
    parse_text = _text(noun, pattern, accepted)

    def parse(value: Any, where: str) -> str:
        try:
            return parse_text(value, where)
        except InvalidInput:
            # Raised again outside of this block, without the value and without a context that contains it.
            pass
        raise InvalidInput(where, f"Invalid {noun}: use {accepted}")

    return parse


def _list_of(parse_item: Callable[[Any, str], _V]) -> Callable[[Any, str], tuple[_V, ...]]:
    def parse(value: Any, where: str) -> tuple[_V, ...]:
        if not isinstance(value, (list, tuple)):
            raise InvalidInput(where, f"Invalid value {_describe(value)}: use a list")
        return tuple(
            parse_item(each, f"{where}[{index}]") for index, each in enumerate(cast("Sequence[object]", value))
        )

    return parse


def _single_file(value: Any, where: str) -> tuple[str, ...]:
    paths = _list_of(_non_empty)(value, where)
    if len(paths) > 1:
        raise InvalidInput(where, f"{len(paths)} files: boto3 reads one shared file of each kind, so name one")
    return paths


def _parse_max_retries(value: Any, where: str) -> int:
    # Pulumi passes every number as a float.
    is_whole = type(value) is int or (type(value) is float and value.is_integer())
    if not is_whole or not 0 <= value <= _MAX_RETRIES:
        raise InvalidInput(
            where, f"Invalid number of retries {_describe(value)}: use a whole number from 0 to {_MAX_RETRIES}"
        )
    return int(value)


def _parse_role_duration(value: Any, where: str) -> float:
    # A mapping or list is passed on as its description, because an external id may be inside.
    seconds = parse_duration(_describe(value) if _is_collection(value) else value, input_name=where)
    if not _MIN_ROLE_SECONDS <= seconds <= _MAX_ROLE_SECONDS:
        raise InvalidInput(
            where, f"Invalid lifetime of credentials {_describe(value)}: use 15 minutes to 12 hours, such as '1h'"
        )
    return seconds


def _parse_policy(value: Any, where: str, *, max_length: str = "") -> str:
    parse = _text("IAM policy", rf"[\t\n\r\x20-\xff]{{1,{max_length}}}", "a JSON document")
    try:
        json.loads(parse(value, where))
    except ValueError as error:
        raise InvalidInput(where, f"Invalid IAM policy {_describe(value)}: use a JSON document") from error
    return str(value)


def _parse_tags(value: Any, where: str) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, Mapping):
        raise InvalidInput(where, f"Invalid tags {_describe(value)}: use a mapping of names to values")
    pairs = cast("Mapping[object, object]", value).items()
    return tuple(
        sorted((_tag_key(key, where), _tag_value(each, f"{where}.{sanitize(str(key))}")) for key, each in pairs)
    )


def _parse_flag(value: Any, where: str) -> bool:
    if type(value) is not bool:
        raise InvalidInput(where, f"Invalid value {_describe(value)}: use True or False")
    return value


def _is_collection(value: object) -> bool:
    return issubclass(type(value), (Mapping, list, tuple))


def _describe(value: object) -> str:
    """The value as the user wrote it. Only the type of a mapping or list, because an external id may be inside."""
    return f"(a {type(value).__name__})" if _is_collection(value) and value != [] else short_repr(value)


_non_empty = _text("value", r"(?s).+", "at least one character")
_role_arn = _text("role ARN", _ARN, "an ARN such as 'arn:aws:iam::123456789012:role/deploy'")

_tag_key = _text(
    "tag key", r"[\w\s.:/=+@-]{1,128}", "1 to 128 letters, digits, spaces and characters of _.:/=+-@", ascii_only=False
)
_tag_value = _text(
    "tag value",
    r"[\w\s.:/=+@-]{0,256}",
    "at most 256 letters, digits, spaces and characters of _.:/=+-@",
    ascii_only=False,
)
# A user name or password with one of ?#'" that is not encoded would reach messages as a part of the path.
_url = _text("URL", r"https?://[^\s?#'\"]+", "a URL such as 'https://vpce-0a1b.glue.eu-west-1.vpce.amazonaws.com'")
_proxy_url = _text(
    "proxy URL", r"(https?://)?[^\s/?#'\"]+(/[^\s?#'\"]*)?", "a URL such as 'http://proxy.example.com:3128'"
)

_PARSERS: Mapping[str, Callable[[Any, str], Any]] = {
    "region": _non_empty,
    "profile": _non_empty,
    "assume_roles": _list_of(lambda value, where: _build(AssumeRole, value, where)),
    "assume_role_with_web_identity": lambda value, where: _build(AssumeRoleWithWebIdentity, value, where),
    "endpoint_url": _url,
    "glue": _url,
    "sts": _url,
    "endpoints": lambda value, where: _build(Endpoints, value, where),
    "forbidden_account_ids": _list_of(_text("account id", r"[0-9]{12}", "twelve digits in quotes")),
    "shared_config_files": _single_file,
    "shared_credentials_files": _single_file,
    "http_proxy": _proxy_url,
    "https_proxy": _proxy_url,
    "no_proxy": _non_empty,
    "retry_mode": _text("retry mode", r"standard|adaptive", "standard or adaptive"),
    "sts_region": _non_empty,
    "use_fips_endpoint": _parse_flag,
    "use_dualstack_endpoint": _parse_flag,
    "source_identity": _text(
        "source identity", r"[\w+=,.@-]{2,64}", "2 to 64 letters, digits and characters of _+=,.@-"
    ),
    "tags": _parse_tags,
    "transitive_tag_keys": _list_of(_tag_key),
    "custom_ca_bundle": _non_empty,
    "max_retries": _parse_max_retries,
    "request_origin": _text(
        "request origin", r"[._A-Za-z0-9-]{1,128}", "1 to 128 letters, digits, dots, hyphens and underscores"
    ),
    "allowed_account_ids": _list_of(_text("account id", r"[0-9]{12}", "twelve digits in quotes")),
    "role_arn": _role_arn,
    "external_id": _secret(
        "external id", r"[\w+=,.@:/-]{2,1224}", "2 to 1224 letters, digits and characters of _+=,.@:/-"
    ),
    "session_name": _text("session name", r"[\w+=,.@-]{2,64}", "2 to 64 letters, digits and characters of _+=,.@-"),
    "duration": _parse_role_duration,
    "policy": _parse_policy,
    "policy_arns": _list_of(_text("policy ARN", _ARN, "an ARN such as 'arn:aws:iam::aws:policy/ReadOnlyAccess'")),
    "web_identity_token_file": _non_empty,
}
"""Parser of each option by name."""

_PARSERS_BY_CLASS: Mapping[type, Mapping[str, Callable[[Any, str], Any]]] = {
    # AssumeRoleWithWebIdentity limits the length of a policy.
    AssumeRoleWithWebIdentity: {**_PARSERS, "policy": partial(_parse_policy, max_length="2048")},
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
