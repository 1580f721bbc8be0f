"""Who asks Glue, and where: what a program says of it, checked, as plain values.

Rules of this module: pure; nothing is looked up in files or the environment, and nothing here is a credential. What is not said comes
from boto3's own chain. The limits are those of the API itself (GetSession, AssumeRole and AssumeRoleWithWebIdentity).
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar, cast

from pulumi_glue_session.core.errors import InvalidInput
from pulumi_glue_session.core.messages import sanitize, short_repr
from pulumi_glue_session.core.parsing import parse_duration

_T = TypeVar("_T", "AssumeRole", "AssumeRoleWithWebIdentity", "AwsConfig")
_V = TypeVar("_V")

_IDENTITY_NEUTRAL = frozenset(
    {
        "allowed_account_ids",
        "custom_ca_bundle",
        "duration",
        "external_id",
        "max_retries",
        "policy",
        "policy_arns",
        "request_origin",
        "session_name",
        "web_identity_token_file",
    }
)
"""Options with which the same session is asked for in another way."""

_ARN = r"arn:[\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]{16,2044}"

_MAX_RETRIES = 50
"""More than this would outlast any timeout; a typing error rather than a wish."""


@dataclass(frozen=True, kw_only=True)
class AssumeRole:
    """A role to assume, with the credentials found so far."""

    role_arn: str
    external_id: str | None = field(default=None, repr=False)
    session_name: str | None = None
    duration: float | None = None
    policy: str | None = None
    policy_arns: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class AssumeRoleWithWebIdentity:
    """A role to assume with a token in a file, which is read anew whenever the credentials are renewed."""

    role_arn: str
    web_identity_token_file: str
    session_name: str | None = None
    duration: float | None = None
    policy: str | None = None
    policy_arns: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class AwsConfig:
    """Who asks, and where. Holds no credential; `repr` leaves external ids out."""

    region: str | None = None
    profile: str | None = None
    assume_roles: tuple[AssumeRole, ...] = ()
    assume_role_with_web_identity: AssumeRoleWithWebIdentity | None = None
    endpoint_url: str | None = None
    custom_ca_bundle: str | None = None
    max_retries: int | None = None
    request_origin: str | None = None
    allowed_account_ids: tuple[str, ...] = ()

    @classmethod
    def parse(cls, options: Mapping[str, Any]) -> AwsConfig:
        """Caller for a program's `AwsOptions`, as plain values by name. Raises InvalidInput with a name such as `aws.max_retries`."""
        return _build(cls, options, "aws")


def identity(options: Any) -> Any:  # noqa: ANN401 - options as they stand in a record, whatever they are
    """What of recorded options decides which session an id means; the rest decides only how it is asked for."""
    if isinstance(options, Mapping):
        named = cast("Mapping[str, object]", options)
        return {name: identity(value) for name, value in named.items() if name not in _IDENTITY_NEUTRAL} or None
    return [identity(each) for each in cast("list[object]", options)] if isinstance(options, list) else options


def _build(kind: type[_T], values: Any, where: str) -> _T:  # noqa: ANN401 - whatever a program gives
    if not isinstance(values, Mapping):
        raise InvalidInput(where, f"{_describe(values)} is no set of options: use AwsOptions and the classes that it names")
    options = cast("Mapping[str, object]", values)
    names = [each.name for each in fields(kind)]
    strange = sorted(str(name) for name in options if name not in names)
    if strange:
        raise InvalidInput(f"{where}.{sanitize(strange[0])}", lambda hints: f"unknown option: use {', '.join(map(hints.spell, names))}")
    readers = _READ_OF.get(kind, _READ)
    read = {name: readers[name](value, f"{where}.{name}") for name, value in options.items() if value is not None}
    missing = [name for name in _REQUIRED.get(kind, ()) if name not in read]
    if missing:
        raise InvalidInput(f"{where}.{missing[0]}", "it is missing")
    return kind(**read)


def _text(pattern: str, wanted: str) -> Callable[[Any, str], str]:
    def read(value: Any, where: str) -> str:  # noqa: ANN401 - as above
        if not isinstance(value, str) or not re.fullmatch(pattern, value, re.ASCII):
            raise InvalidInput(where, f"{_describe(value)} is not {wanted}")
        return value

    return read


def _secret(pattern: str, wanted: str) -> Callable[[Any, str], str]:
    read_text = _text(pattern, wanted)

    def read(value: Any, where: str) -> str:  # noqa: ANN401 - as above
        try:
            return read_text(value, where)
        except InvalidInput:
            # Without the value, and without the error that holds it.
            pass
        raise InvalidInput(where, f"it is not {wanted}")

    return read


def _list_of(read_one: Callable[[Any, str], _V]) -> Callable[[Any, str], tuple[_V, ...]]:
    def read(value: Any, where: str) -> tuple[_V, ...]:  # noqa: ANN401 - as above
        if not isinstance(value, (list, tuple)):
            raise InvalidInput(where, f"{_describe(value)} is no list")
        return tuple(read_one(each, f"{where}[{index}]") for index, each in enumerate(cast("Sequence[object]", value)))

    return read


def _parse_max_retries(value: Any, where: str) -> int:  # noqa: ANN401 - as above
    # Every number comes over Pulumi's wire as a float.
    whole = type(value) is int or (type(value) is float and value.is_integer())
    if not whole or not 0 <= value <= _MAX_RETRIES:
        raise InvalidInput(where, f"{_describe(value)} is no number of retries: use a whole number from 0 to {_MAX_RETRIES}")
    return int(value)


def _parse_lifetime(value: Any, where: str) -> float:  # noqa: ANN401 - as above
    # What has parts is told by its kind only.
    length = parse_duration(_describe(value) if issubclass(type(value), (Mapping, list, tuple)) else value, input_name=where)
    shortest, longest = 900, 43_200
    if not shortest <= length <= longest:
        raise InvalidInput(where, f"{_describe(value)} is no lifetime of assumed credentials: use 15 minutes to 12 hours, as in '1h'")
    return length


def _parse_policy(value: Any, where: str, *, at_most: str = "") -> str:  # noqa: ANN401 - as above
    read = _text(rf"[\t\n\r\x20-\xff]{{1,{at_most}}}", "an IAM policy, as JSON")
    try:
        json.loads(read(value, where))
    except ValueError as no_json:
        raise InvalidInput(where, f"{_describe(value)} is not an IAM policy, as JSON") from no_json
    return str(value)


def _describe(value: object) -> str:
    """What was given; of what has parts only its kind, since an external id may be among them."""
    kind = type(value)
    return f"a {kind.__name__}" if issubclass(kind, (Mapping, list, tuple)) and value != [] else short_repr(value)


_some = _text(r"(?s).+", "text of one character or more")
_arn = _text(_ARN, "the ARN of a role, as in 'arn:aws:iam::123456789012:role/deploy'")

_READ: Mapping[str, Callable[[Any, str], Any]] = {
    "region": _some,
    "profile": _some,
    "assume_roles": _list_of(lambda value, where: _build(AssumeRole, value, where)),
    "assume_role_with_web_identity": lambda value, where: _build(AssumeRoleWithWebIdentity, value, where),
    "endpoint_url": _text(r"https?://\S+", "a URL, as in 'https://vpce-0a1b.glue.eu-west-1.vpce.amazonaws.com'"),
    "custom_ca_bundle": _some,
    "max_retries": _parse_max_retries,
    "request_origin": _text(r"[._A-Za-z0-9-]{1,128}", "1 to 128 letters, digits, dots, hyphens and underscores"),
    "allowed_account_ids": _list_of(_text(r"[0-9]{12}", "the id of an AWS account, twelve digits in quotes")),
    "role_arn": _arn,
    "external_id": _secret(r"[\w+=,.@:/-]{2,1224}", "2 to 1224 letters, digits and characters of _+=,.@:/-"),
    "session_name": _text(r"[\w+=,.@-]{2,64}", "2 to 64 letters, digits and characters of _+=,.@-"),
    "duration": _parse_lifetime,
    "policy": _parse_policy,
    "policy_arns": _list_of(_text(_ARN, "the ARN of a policy")),
    "web_identity_token_file": _some,
}
"""How each option is read, by its name."""

_READ_OF: Mapping[type, Mapping[str, Callable[[Any, str], Any]]] = {
    # AssumeRoleWithWebIdentity limits a policy further.
    AssumeRoleWithWebIdentity: {**_READ, "policy": functools.partial(_parse_policy, at_most="2048")},
}

_REQUIRED: Mapping[type, tuple[str, ...]] = {AssumeRole: ("role_arn",), AssumeRoleWithWebIdentity: ("role_arn", "web_identity_token_file")}
