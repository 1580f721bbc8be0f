"""Property paths of `ignoreChanges`."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_glue_session.native.property_path import covers_property, parse_path, restore_ignored

RECORDED: dict[str, Any] = {
    "status": "READY",
    "command": {"name": "glueetl", "pythonVersion": "3"},
    "connections": ["a", "b"],
    "defaultArguments": {"--x": "1", "--old": "1"},
}
CURRENT: dict[str, Any] = {
    "status": "STOPPED",
    "command": {"name": "other", "pythonVersion": "4"},
    "connections": ["c", "d", "e"],
    "defaultArguments": {"--x": "2", "--new": "2"},
}


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("status", ("status",)),
        ("command.pythonVersion", ("command", "pythonVersion")),
        ('defaultArguments["--x.y"]', ("defaultArguments", "--x.y")),
        (r'defaultArguments["a\"b"]', ("defaultArguments", 'a"b')),
        ("connections[10]", ("connections", 10)),
        ("connections[*].a", ("connections", "*", "a")),
        ("*", ("*",)),
        ("broken[", ("broken[",)),
    ],
)
def test_parse_path(text: str, path: tuple[str | int, ...]) -> None:
    assert path == parse_path(text)


@pytest.mark.parametrize(
    ("path", "changed"),
    [
        ("status", {"status": "READY"}),
        ("command.pythonVersion", {"command": {"name": "other", "pythonVersion": "3"}}),
        ("command.missing", {}),
        ("missing.name", {}),
        ("status.name", {}),
        ("connections", {"connections": ["a", "b"]}),
        ("connections[0]", {"connections": ["a", "d", "e"]}),
        ("connections[2]", {}),
        ("connections[*]", {"connections": ["a", "b", "e"]}),
        ('defaultArguments["--x"]', {"defaultArguments": {"--x": "1", "--new": "2"}}),
        ('defaultArguments["--old"]', {"defaultArguments": {"--x": "2", "--new": "2", "--old": "1"}}),
        ('defaultArguments["--new"]', {"defaultArguments": {"--x": "2"}}),
        ("*", RECORDED),
    ],
)
def test_restore(path: str, changed: dict[str, Any]) -> None:
    assert {**CURRENT, **changed} == restore_ignored(CURRENT, RECORDED, [path])
    assert "STOPPED" == CURRENT["status"], "the values that are passed in stay as they are"


def test_covers() -> None:
    assert covers_property(["command.pythonVersion"], "command")
    assert covers_property(["*"], "status")
    assert not covers_property(["command.pythonVersion", "statuses"], "status")
