"""Pulumi's property values as plain ones, and back.

Rules of this module: a value that a preview doesn't know yet is `UNKNOWN`, also within others. Whether a value is a secret is lost on the
way in, and said anew on the way out. The SDK's own conversions stop at its property values, and know no unknown ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

from pulumi.provider.experimental.property_value import Computed, PropertyValue
from pulumi.runtime.rpc import UNKNOWN as MARK

__all__ = ["UNKNOWN", "holds_unknown", "plain", "plain_map", "wrapped"]


class _Unknown:
    """The value that a preview doesn't know yet."""

    def __repr__(self) -> str:
        return "a value that is not known yet"


UNKNOWN: Final = _Unknown()


def plain(value: PropertyValue) -> Any:  # noqa: ANN401 - JSON values, or UNKNOWN
    """Value as it is meant, with whole numbers as such: every number comes over the wire as a float."""
    held: Any = value.value
    if isinstance(held, Computed) or held == MARK:
        return UNKNOWN
    if isinstance(held, Mapping):
        return plain_map(cast("Mapping[str, PropertyValue]", held))
    if isinstance(held, Sequence) and not isinstance(held, str):
        return [plain(each) for each in cast("Sequence[PropertyValue]", held)]
    return int(held) if isinstance(held, float) and held.is_integer() else held


def plain_map(values: Mapping[str, PropertyValue]) -> dict[str, Any]:
    """Values by name; one that is null is left out, as one that was not given."""
    return {name: plain(value) for name, value in values.items() if value.value is not None}


def wrapped(value: Any, *, secret: bool = False) -> PropertyValue:  # noqa: ANN401 - JSON values, or UNKNOWN
    """A plain value as a property value."""
    if isinstance(value, Mapping):
        held: Any = {name: wrapped(each) for name, each in cast("Mapping[str, object]", value).items()}
    elif isinstance(value, (list, tuple)):
        held = [wrapped(each) for each in cast("Sequence[object]", value)]
    elif type(value) is int:
        held = float(value)
    else:
        held = MARK if value is UNKNOWN else value
    return PropertyValue(held, is_secret=secret)


def holds_unknown(value: object) -> bool:
    """Whether the value, or one in it, is not known yet."""
    if isinstance(value, Mapping):
        return any(map(holds_unknown, cast("Mapping[str, object]", value).values()))
    if isinstance(value, list):
        return any(map(holds_unknown, cast("list[object]", value)))
    return value is UNKNOWN
