"""`tests/typing` is complete. Type checkers read that folder and nothing runs it, so a gap would go unnoticed."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import pytest

import pulumi_glue_session
from pulumi_glue_session import GetSessionResult, GetSessionsResult, GlueSession, SessionCommand

FOLDER = Path(__file__).parents[1] / "typing"
FILES = [ast.parse(file.read_text(encoding="utf-8")) for file in sorted(FOLDER.glob("*.py"))]
NODES = [node for file in FILES for node in ast.walk(file)]


def test_each_public_name_is_used() -> None:
    used = {node.id for node in NODES if isinstance(node, ast.Name)}

    assert set() == set(pulumi_glue_session.__all__) - used


@pytest.mark.parametrize(
    ("kind", "variable"),
    [
        (GlueSession, "session"),
        (GetSessionResult, "result"),
        (GetSessionsResult, "results"),
        (SessionCommand, "command"),
    ],
)
def test_the_type_of_each_output_is_asserted(kind: type, variable: str) -> None:
    properties = {name for name, member in vars(kind).items() if isinstance(member, property)}
    outputs = {name for name in {*inspect.get_annotations(kind), *properties} if not name.startswith("_")}
    asserted = {
        node.args[0].attr
        for node in NODES
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "assert_type"
        and isinstance(node.args[0], ast.Attribute)
        and isinstance(node.args[0].value, ast.Name)
        and node.args[0].value.id == variable
    }

    assert set() != outputs
    assert set() == outputs - asserted


def test_expected_errors_are_marked_for_both_checkers() -> None:
    lines = [line for line in (FOLDER / "rejected.py").read_text(encoding="utf-8").splitlines() if "ignore[" in line]

    assert [] == [line for line in lines if not ("# type: ignore[" in line and "# pyright: ignore[" in line)]
    assert len(lines) > 80


def test_only_expected_errors_are_ignored() -> None:
    """A comment of that kind elsewhere would hide a wrong type from us, but not from users."""
    others = [file for file in FOLDER.glob("*.py") if file.name != "rejected.py"]

    assert [] == [file.name for file in others if "ignore[" in file.read_text(encoding="utf-8")]
