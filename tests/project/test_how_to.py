"""Pages of docs/how-to and docs/reference: their programs run, their links lead somewhere.

`tests/acceptance/test_how_to.py` holds what they promise.
"""

from __future__ import annotations

import ast
import asyncio
import re
import subprocess
import sys
import types
from contextvars import copy_context
from pathlib import Path

import pulumi
import pytest
from pulumi.runtime import MockCallArgs, MockResourceArgs

from how_to_pages import PAGES, blocks, programs

ROOT = Path(__file__).resolve().parents[2]
LINKING = [ROOT / "README.md", ROOT / "docs" / "reference" / "errors.md", *PAGES.values()]

PROGRAMS = [(page, number, code) for page in PAGES for number, code in enumerate(programs(page))]


class Mocks(pulumi.runtime.Mocks):
    """Answers for the engine and for Glue; keeps the names of what is registered."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, object]]:
        self.names.append(args.name)
        return "some-id", {**args.inputs, "role": "GlueSession", "glue_version": "5.0"}

    def call(self, args: MockCallArgs) -> tuple[dict[str, object], list[tuple[str, str]]]:
        return {"sessions": [{"session_id": "etl-1", "status": "READY", **args.args}]}, []


@pytest.fixture
def lent(monkeypatch: pytest.MonkeyPatch) -> None:
    """What programs take from beside them: the module that one page shows, and a command `aws`."""
    module = types.ModuleType("glue_sessions")
    exec(compile(programs("migrate")[0], "glue_sessions.py", "exec"), module.__dict__)  # noqa: S102 - the page's own module
    monkeypatch.setitem(sys.modules, "glue_sessions", module)
    said = '{"Status": "READY", "Role": "GlueSession", "GlueVersion": "5.0"}'
    monkeypatch.setattr(subprocess, "run", lambda command, **_: subprocess.CompletedProcess(command, 0, stdout=said))


@pytest.mark.parametrize(("page", "number", "code"), PROGRAMS, ids=[f"{page}-{number}" for page, number, _ in PROGRAMS])
@pytest.mark.usefixtures("lent")
def test_each_program_of_a_page_runs(page: str, number: int, code: str) -> None:
    mocks = Mocks()

    def program() -> None:
        pulumi.runtime.set_mocks(mocks)

        def body() -> None:
            exec(compile(code, f"{page}-{number}", "exec"), {"__name__": "__main__"})  # noqa: S102 - the page's own program

        pulumi.runtime.test(body)()  # type: ignore[no-untyped-call]

    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        # The SDK keeps its settings in context variables: in a context of their own the mocks stay out of other tests.
        copy_context().run(program)
    finally:
        loop.run_until_complete(asyncio.gather(*asyncio.all_tasks(loop), return_exceptions=True))
        asyncio.set_event_loop(None)
        loop.close()

    registers = re.findall(r'\b(?:GlueSession|Stash|Session)\(\s*"([\w-]+)"', code)
    assert set(registers) <= set(mocks.names)


@pytest.mark.parametrize("page", PAGES)
def test_each_block_of_python_can_be_read(page: str) -> None:
    for code in blocks(page, "python"):
        ast.parse(code)


@pytest.mark.parametrize("page", LINKING, ids=lambda page: page.stem)
def test_each_link_leads_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    links = [link for link in re.findall(r"\]\(([^)]+)\)", text) if not link.startswith("https://")]

    assert [] == [link for link in links if not leads(page, link)]


def leads(page: Path, link: str) -> bool:
    """Whether a link has a file, and a heading in it."""
    path, _, anchor = link.partition("#")
    target = page.parent / path if path else page
    return target.exists() and (not anchor or anchor in anchors(target.read_text(encoding="utf-8")))


def anchors(text: str) -> set[str]:
    """Names by which headings are linked to, where code hosts and mkdocs agree on them: they don't where two hyphens follow each other."""
    headings = re.findall(r"^#+ (.*)$", re.sub(r"```.*?```", "", text, flags=re.DOTALL), flags=re.MULTILINE)
    names = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    return {name for name in names if "--" not in name}
