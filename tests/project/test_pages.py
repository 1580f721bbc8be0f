"""Pages link to each other rightly in the repository; `tools/pages.py` makes the same of them for the site."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path

import pytest

import pages

ROOT = Path(__file__).resolve().parents[2]
WRITTEN = [
    *ROOT.glob("*.md"),
    *(ROOT / "docs").rglob("*.md"),
    ROOT / "examples" / "README.md",
    *(ROOT / "examples").glob("*/README.md"),
]
_CODE = re.compile(r"```.*?```|`[^`\n]+`", flags=re.DOTALL)


@pytest.mark.parametrize(
    ("page", "example"),
    [("other-languages.md", "javascript_gate/index.js"), ("terraform.md", "terraform_gate/main.tf")],
)
def test_a_page_shows_an_example_as_it_is(page: str, example: str) -> None:
    assert (ROOT / "examples" / example).read_text(encoding="utf-8") in (ROOT / "docs" / page).read_text(encoding="utf-8")


def links(page: Path) -> list[str]:
    """Links to other files, and within the page."""
    text = _CODE.sub("", page.read_text(encoding="utf-8"))
    return [link for link in re.findall(r"\]\(([^)\s]+)\)", text) if not re.match(r"[a-z]+:", link)]


def anchors(page: Path) -> set[str]:
    return {pages.slug(title) for _, title in pages.headings(page.read_text(encoding="utf-8"))}


@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_of_a_page_lead_somewhere_in_the_repository(page: Path) -> None:
    wrong: list[str] = []
    for link in links(page):
        path, _, anchor = link.partition("#")
        file = page.parent / path if path else page
        if not file.exists() or (anchor and anchor not in anchors(file)):
            wrong.append(link)

    assert [] == wrong


@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_what_a_page_links_to_has_a_page_of_the_site(page: Path) -> None:
    """But for the manual's own headings, which the README may link to as it likes."""
    origin = page.relative_to(ROOT).as_posix()
    named = [posixpath.normpath(posixpath.join(posixpath.dirname(origin), link)) for link in links(page) if not link.startswith("#")]

    assert [] == [name for name in named if pages.place(name) is None]


@pytest.mark.parametrize(
    ("named", "place"),
    [
        ("docs/waiting.md", "waiting.md"),
        ("docs/waiting.md#killed", "waiting.md#killed"),
        ("docs/decisions", "decisions/README.md"),
        ("CHANGELOG.md", "changelog.md"),
        ("README.md", "index.md"),
        ("README.md#limits", "how-it-works.md#limits"),
        ("README.md#functions", "reference/functions.md"),
        ("README.md#nothing-like-that", None),
        ("bench/results.svg", "bench/results.svg"),
        ("bench/run.py", None),
        ("examples", "examples/index.md"),
        ("examples/fleet", "examples/fleet.md"),
        ("examples/guard_rails/policy", "examples/guard_rails.md#policy__main__py"),
        ("examples/drift_check/.github/workflows/drift.yml", "examples/drift_check.md#githubworkflowsdriftyml"),
        ("examples/no_such_example", None),
    ],
)
def test_a_file_of_the_repository_has_its_place_in_the_site(named: str, place: str | None) -> None:
    assert place == pages.place(named)


def test_links_are_turned_to_the_page_of_what_they_name_and_code_is_left_alone() -> None:
    text = """\
See [waiting](docs/waiting.md#killed), [all](docs/decisions/), [Pulumi](https://pulumi.com) and `[x](docs/waiting.md)`.
```
[y](docs/waiting.md)
```
[z](bench/run.py) [limits](#limits)"""
    expected = """\
See [waiting](../waiting.md#killed), [all](../decisions/README.md), [Pulumi](https://pulumi.com) and `[x](docs/waiting.md)`.
```
[y](docs/waiting.md)
```
[z](bench/run.py) [limits](../how-it-works.md#limits)"""

    assert expected == pages.turned(text, origin="README.md", page="how-to/migrate.md")


def test_a_section_ends_where_the_next_one_begins() -> None:
    text = pages.section("README.md#what-each-command-does")

    assert "### To look without waiting" in text
    assert "## Inputs" not in text
    assert "## Install" not in pages.section("README.md#pulumi-glue-session")


def test_a_section_that_there_is_not_can_not_be_included() -> None:
    with pytest.raises(KeyError, match=re.escape("README.md#nothing-like-that")):
        pages.section("README.md#nothing-like-that")


def test_a_section_is_found_where_a_page_takes_it_in() -> None:
    text = "# T\n<!-- include: a.md#b -->\n[b](a.md#b)\n<!-- end -->\n## Own name\n<!-- include: a.md#c -->\n[c](a.md#c)\n<!-- end -->\n"

    assert [("a.md#b", ""), ("a.md#c", "own-name")] == list(pages.included(text))
