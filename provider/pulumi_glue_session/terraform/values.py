"""Values between Terraform and Python: MessagePack on the wire, and the types that a schema declares."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from typing import Any, cast

from pulumi_glue_session.terraform.protocol import MESSAGES

_msgpack: Any = import_module("msgpack")
"""Loaded by name, because it has no types."""

Type = str | list[Any]
"""A type as Terraform's JSON has it: `"string"`, `["list", "string"]`, `["object", {"name": "string"}]`."""

_UNKNOWN_EXTENSION = 0
_REFINED_UNKNOWN_EXTENSION = 12
"""Codes of MessagePack extensions: unknown, and unknown with restrictions, for instance that it is not null."""


class _Unknown:
    """A value that is known after apply."""

    def __repr__(self) -> str:
        return "UNKNOWN"

    def __deepcopy__(self, _memo: object) -> _Unknown:
        return self


UNKNOWN = _Unknown()


def _decode_extension(code: int, data: bytes) -> Any:
    return UNKNOWN if code in (_UNKNOWN_EXTENSION, _REFINED_UNKNOWN_EXTENSION) else _msgpack.ExtType(code, data)


def _encode_unknown(value: object) -> Any:
    if value is UNKNOWN:
        return _msgpack.ExtType(_UNKNOWN_EXTENSION, b"\0")
    raise TypeError(f"cannot send a {type(value).__name__} to Terraform")


def decode_value(value: Any, kind: Type = "dynamic") -> Any:
    """Python value of a DynamicValue; None for null. With its type, numbers in decimal form become floats."""
    if value.msgpack:
        decoded = _msgpack.unpackb(value.msgpack, ext_hook=_decode_extension, strict_map_key=False)
    else:
        decoded = json.loads(value.json) if value.json else None
    return decoded if kind == "dynamic" else _convert(decoded, kind, _parse_number)


def encode_value(value: Any) -> Any:
    """DynamicValue of a Python value."""
    return MESSAGES["DynamicValue"](msgpack=_msgpack.packb(value, default=_encode_unknown))


def is_known(value: Any) -> bool:
    """Whether no part of the value is unknown."""
    if isinstance(value, Mapping):
        value = list(cast("Mapping[str, object]", value).values())
    return all(map(is_known, cast("Iterable[object]", value))) if isinstance(value, list) else value is not UNKNOWN


def conform_to_type(value: Any, kind: Type) -> Any:
    """State value in the form of `kind`: missing attributes and values of another kind become null."""
    return _convert(value, kind, _format_number)


def seconds_or_text(duration: Any) -> Any:
    """Number for `600`, which arrives as a string because the attribute is one. Other values stay as they are."""
    return float(duration) if isinstance(duration, str) and duration.isascii() and duration.isdigit() else duration


def _convert(value: Any, kind: Type, convert_number: Callable[[Any], Any]) -> Any:
    if value is None or value is UNKNOWN:
        return value
    if isinstance(kind, str):
        return convert_number(value) if kind == "number" else value
    outer, inner = kind
    if outer == "list":
        elements = cast("Iterable[object]", value)
        return [_convert(each, inner, convert_number) for each in elements] if isinstance(value, list | tuple) else None
    values = cast("Mapping[str, Any] | None", value if isinstance(value, Mapping) else None)
    if outer == "object" and values is not None:
        return {name: _convert(values.get(name), each, convert_number) for name, each in inner.items()}
    return values if values is None else {name: _convert(each, inner, convert_number) for name, each in values.items()}


def _format_number(value: Any) -> Any:
    """Decimal form: for Terraform, a binary number can differ from the same number that it reads from a state file."""
    if type(value) not in (int, float) or not math.isfinite(value):
        return None
    return str(int(value)) if value == int(value) else repr(value)


def _parse_number(value: Any) -> Any:
    return float(value) if isinstance(value, str) else value
