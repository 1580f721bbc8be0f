"""Pulumi's property paths, such as `command.pythonVersion`, `defaultArguments["--key"]`, `connections[0]` and `*`."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from copy import deepcopy
from typing import Any, Final

_ELEMENT = re.compile(r'\[(?P<index>\d+)\]|\["(?P<quoted>(?:[^"\\]|\\.)*)"\]|\[(?P<any>\*)\]|\.?(?P<name>[^.\[\]"]+)')

ANY: Final = "*"


def parse_path(text: str) -> tuple[str | int, ...]:
    """Elements of a path. A text that is not a path is the name of a property."""
    elements: list[str | int] = []
    position = 0
    while position < len(text):
        match = _ELEMENT.match(text, position)
        if match is None:
            return (text,)
        if match["index"] is not None:
            elements.append(int(match["index"]))
        elif match["quoted"] is not None:
            elements.append(re.sub(r"\\(.)", r"\1", match["quoted"]))
        else:
            elements.append(match["any"] or match["name"])
        position = match.end()
    return tuple(elements)


def covers_property(paths: Iterable[str], name: str) -> bool:
    """Whether a path names the property or a part of it."""
    return any(parse_path(path)[:1] in ((name,), (ANY,)) for path in paths)


def restore_ignored(current: dict[str, Any], recorded: dict[str, Any], paths: Collection[str]) -> dict[str, Any]:
    """Current values with the recorded ones at `paths`.

    Like the engine, this neither creates nor removes elements of lists, nor objects on the way to a path.
    """
    if not paths:
        return current
    restored = deepcopy(current)
    for path in paths:
        _restore(restored, recorded, parse_path(path))
    return restored


def _restore(current: Any, recorded: Any, path: tuple[str | int, ...]) -> None:
    if not path or not (_are(dict, current, recorded) or _are(list, current, recorded)):
        return
    for key in _find_keys(current, recorded, path[0]):
        has_recorded = _has(recorded, key)
        if len(path) > 1:
            if has_recorded and _has(current, key):
                _restore(current[key], recorded[key], path[1:])
        elif has_recorded:
            current[key] = deepcopy(recorded[key])
        elif _are(dict, current):
            current.pop(key, None)


def _find_keys(current: Any, recorded: Any, element: str | int) -> list[Any]:
    if _are(dict, current):
        names: dict[str, Any] = {**current, **recorded}
        return list(names) if element == ANY else [element]
    indexes = list(range(min(len(current), len(recorded))))
    return indexes if element == ANY else [index for index in indexes if index == element]


def _has(container: Any, key: Any) -> bool:
    return key in container if _are(dict, container) else key in range(len(container))


def _are(kind: type, *values: object) -> bool:
    return all(isinstance(value, kind) for value in values)
