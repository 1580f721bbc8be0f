"""Values between Terraform and Python: MessagePack on the wire, and the types that a schema declares."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
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


def decode(value: Any) -> Any:
    """Python value of a DynamicValue; None for null."""
    if value.msgpack:
        return _msgpack.unpackb(value.msgpack, ext_hook=_decode_extension, strict_map_key=False)
    return json.loads(value.json) if value.json else None


def encode(value: Any) -> Any:
    """DynamicValue of a Python value."""
    return MESSAGES["DynamicValue"](msgpack=_msgpack.packb(value, default=_encode_unknown))


def is_known(value: Any) -> bool:
    """Whether no part of the value is unknown."""
    if isinstance(value, Mapping):
        value = list(cast("Mapping[str, object]", value).values())
    return all(map(is_known, cast("Iterable[object]", value))) if isinstance(value, list) else value is not UNKNOWN


def conform(value: Any, kind: Type) -> Any:
    """State value in the form of `kind`: missing attributes become null and unknown ones are dropped."""
    if value is None or value is UNKNOWN or isinstance(kind, str):
        return value
    outer, inner = kind
    if outer == "object":
        return {name: conform(value.get(name), each) for name, each in inner.items()}
    if outer == "map":
        return {name: conform(each, inner) for name, each in value.items()}
    return [conform(each, inner) for each in value]
