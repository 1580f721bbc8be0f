"""Values of AWS options. A parser takes a value and the name of its option, such as `aws.max_retries`, for errors.

Limits are those of the API models (GetSession, AssumeRole and AssumeRoleWithWebIdentity).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar, cast

from pulumi_glue_session.core.errors import InvalidInput
from pulumi_glue_session.core.messages import sanitize, short_repr
from pulumi_glue_session.core.parsing import parse_duration

_V = TypeVar("_V")

_ARN = r"arn:[\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]{16,2044}"

_MIN_ROLE_SECONDS, _MAX_ROLE_SECONDS = 900, 43_200

_MAX_RETRIES = 50
"""More retries than this would outlast any timeout."""


def _text(noun: str, pattern: str, accepted: str, *, ascii_only: bool = True) -> Callable[[Any, str], str]:
    def parse(value: Any, where: str) -> str:
        if not isinstance(value, str) or not re.fullmatch(pattern, value, re.ASCII if ascii_only else 0):
            shown = value
            if isinstance(value, str) and "@" in value and noun.endswith("URL"):
                # Without a scheme nothing else tells the password from the rest.
                shown = f"***@{value.rpartition('@')[2]}"
            raise InvalidInput(where, f"Invalid {noun} {describe_value(shown)}: use {accepted}")
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


def list_of(parse_item: Callable[[Any, str], _V]) -> Callable[[Any, str], tuple[_V, ...]]:
    """Parser of a list of such values."""

    def parse(value: Any, where: str) -> tuple[_V, ...]:
        if not isinstance(value, (list, tuple)):
            raise InvalidInput(where, f"Invalid value {describe_value(value)}: use a list")
        return tuple(
            parse_item(each, f"{where}[{index}]") for index, each in enumerate(cast("Sequence[object]", value))
        )

    return parse


def _single_file(value: Any, where: str) -> tuple[str, ...]:
    paths = list_of(_non_empty)(value, where)
    if len(paths) > 1:
        raise InvalidInput(where, f"{len(paths)} files: boto3 reads one shared file of each kind, so name one")
    return paths


def _parse_max_retries(value: Any, where: str) -> int:
    # Pulumi passes every number as a float.
    is_whole = type(value) is int or (type(value) is float and value.is_integer())
    if not is_whole or not 0 <= value <= _MAX_RETRIES:
        raise InvalidInput(
            where, f"Invalid number of retries {describe_value(value)}: use a whole number from 0 to {_MAX_RETRIES}"
        )
    return int(value)


def _parse_role_duration(value: Any, where: str) -> float:
    # A mapping or list is passed on as its description, because an external id may be inside.
    seconds = parse_duration(describe_value(value) if _is_collection(value) else value, input_name=where)
    if not _MIN_ROLE_SECONDS <= seconds <= _MAX_ROLE_SECONDS:
        raise InvalidInput(
            where, f"Invalid lifetime of credentials {describe_value(value)}: use 15 minutes to 12 hours, such as '1h'"
        )
    return seconds


def parse_policy(value: Any, where: str, *, max_length: str = "") -> str:
    """Parse an IAM policy of at most `max_length` characters."""
    parse = _text("IAM policy", rf"[\t\n\r\x20-\xff]{{1,{max_length}}}", "a JSON document")
    try:
        json.loads(parse(value, where))
    except ValueError as error:
        raise InvalidInput(where, f"Invalid IAM policy {describe_value(value)}: use a JSON document") from error
    return str(value)


def _parse_tags(value: Any, where: str) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, Mapping):
        raise InvalidInput(where, f"Invalid tags {describe_value(value)}: use a mapping of names to values")
    pairs = cast("Mapping[object, object]", value).items()
    return tuple(
        sorted((_tag_key(key, where), _tag_value(each, f"{where}.{sanitize(str(key))}")) for key, each in pairs)
    )


def _parse_flag(value: Any, where: str) -> bool:
    if type(value) is not bool:
        raise InvalidInput(where, f"Invalid value {describe_value(value)}: use True or False")
    return value


def _is_collection(value: object) -> bool:
    return issubclass(type(value), (Mapping, list, tuple))


def describe_value(value: object) -> str:
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

PARSERS: Mapping[str, Callable[[Any, str], Any]] = {
    "region": _non_empty,
    "profile": _non_empty,
    "endpoint_url": _url,
    "glue": _url,
    "sts": _url,
    "forbidden_account_ids": list_of(_text("account id", r"[0-9]{12}", "twelve digits in quotes")),
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
    "transitive_tag_keys": list_of(_tag_key),
    "custom_ca_bundle": _non_empty,
    "max_retries": _parse_max_retries,
    "request_origin": _text(
        "request origin", r"[._A-Za-z0-9-]{1,128}", "1 to 128 letters, digits, dots, hyphens and underscores"
    ),
    "allowed_account_ids": list_of(_text("account id", r"[0-9]{12}", "twelve digits in quotes")),
    "role_arn": _role_arn,
    "external_id": _secret(
        "external id", r"[\w+=,.@:/-]{2,1224}", "2 to 1224 letters, digits and characters of _+=,.@:/-"
    ),
    "session_name": _text("session name", r"[\w+=,.@-]{2,64}", "2 to 64 letters, digits and characters of _+=,.@-"),
    "duration": _parse_role_duration,
    "policy": parse_policy,
    "policy_arns": list_of(_text("policy ARN", _ARN, "an ARN such as 'arn:aws:iam::aws:policy/ReadOnlyAccess'")),
    "web_identity_token_file": _non_empty,
}
"""Parser of each option by name, except for options that have options themselves."""
