"""The programs in docs/how-to run under mocks. `tests/acceptance/test_how_to.py` runs them on the engine."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import types

import pulumi
import pytest
from pulumi.runtime import MockCallArgs, MockResourceArgs

from support.how_to_pages import PAGES, blocks, programs
from support.mocked import under_mocks

PROGRAMS = [(page, number, code) for page in PAGES for number, code in enumerate(programs(page))]


class Mocks(pulumi.runtime.Mocks):
    """Mocks of the engine and of Glue. Record the names of registered resources."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, object]]:
        self.names.append(args.name)
        return "some-id", {**args.inputs, "role": "GlueSession", "glue_version": "5.0"}

    def call(self, args: MockCallArgs) -> tuple[dict[str, object], list[tuple[str, str]]]:
        return {"sessions": [{"session_id": "etl-1", "status": "READY", **args.args}]}, []


@pytest.fixture
def lent(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the programs need: the module that one page shows, and the command `aws`."""
    module = types.ModuleType("glue_sessions")
    exec(compile(programs("migrate")[0], "glue_sessions.py", "exec"), module.__dict__)  # noqa: S102 - the page's own module
    monkeypatch.setitem(sys.modules, "glue_sessions", module)
    said = '{"Status": "READY", "Role": "GlueSession", "GlueVersion": "5.0"}'
    monkeypatch.setattr(subprocess, "run", lambda command, **_: subprocess.CompletedProcess(command, 0, stdout=said))


@pytest.mark.parametrize(("page", "number", "code"), PROGRAMS, ids=[f"{page}-{number}" for page, number, _ in PROGRAMS])
@pytest.mark.usefixtures("lent")
def test_each_program_of_a_page_runs(page: str, number: int, code: str) -> None:
    mocks = Mocks()

    def body() -> None:
        exec(compile(code, f"{page}-{number}", "exec"), {"__name__": "__main__"})  # noqa: S102 - the page's own program

    under_mocks(mocks, body)

    registers = re.findall(r'\b(?:GlueSession|Stash|Session)\(\s*"([\w-]+)"', code)
    assert set(registers) <= set(mocks.names)


@pytest.mark.parametrize("page", PAGES)
def test_each_block_of_python_can_be_read(page: str) -> None:
    for code in blocks(page, "python"):
        ast.parse(code)
