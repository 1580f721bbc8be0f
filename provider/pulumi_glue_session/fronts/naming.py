"""Names as Pulumi's packages have them: `sessionId` outside, `session_id` within.

Rules of this module: names alone. What a program chose itself, as the name of a tag or of a job argument, stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, cast

__all__ = ["camel", "camel_keys", "snake", "snake_keys"]


def camel(name: str) -> str:
    """`session_id` as `sessionId`."""
    first, *others = name.split("_")
    return first + "".join(each.capitalize() for each in others)


def snake(name: str) -> str:
    """`sessionId` as `session_id`."""
    return re.sub("[A-Z]", lambda letter: f"_{letter[0].lower()}", name)


def camel_keys(value: Any, *, keeping: frozenset[str]) -> Any:  # noqa: ANN401 - plain JSON values
    """Value with its keys in the outer form; what is in `keeping` (inner names) has keys of the program's own."""
    return _renamed(value, camel, keeping)


def snake_keys(value: Any, *, keeping: frozenset[str]) -> Any:  # noqa: ANN401 - as above
    """Value with its keys in the inner form; what is in `keeping` (inner names) has keys of the program's own."""
    return _renamed(value, snake, keeping)


def _renamed(value: Any, rename: Callable[[str], str], keeping: frozenset[str]) -> Any:  # noqa: ANN401 - as above
    if isinstance(value, Mapping):
        named = cast("Mapping[str, object]", value)
        return {rename(name): each if {name, rename(name)} & keeping else _renamed(each, rename, keeping) for name, each in named.items()}
    if isinstance(value, list):
        return [_renamed(each, rename, keeping) for each in cast("list[object]", value)]
    return value
