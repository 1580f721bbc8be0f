"""Pages as they are in the repository. The strict build of the site checks the links of the built pages."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

import pages
from get_engine import OLDEST

ROOT = Path(__file__).resolve().parents[2]
WRITTEN = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").glob("**/README.md")]
PROGRAMS = {
    "csharp": "Program.cs",
    "go": "main.go",
    "java": "App.java",
    "python": "__main__.py",
    "typescript": "index.ts",
    "yaml": "Pulumi.yaml",
}
_CODE = re.compile(r"```.*?```|`[^`\n]+`", flags=re.DOTALL)


def anchors(page: Path) -> set[str]:
    return set(map(pages.slug, pages.headings(page.read_text(encoding="utf-8"))))


@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_of_a_page_work_in_the_repository(page: Path) -> None:
    wrong: list[str] = []
    for link in re.findall(r"\]\(([^)\s]+)\)", _CODE.sub("", page.read_text(encoding="utf-8"))):
        path, _, anchor = link.partition("#")
        file = page.parent / path if path else page
        if not re.match(r"[a-z]+:", link) and (not file.exists() or (anchor and anchor not in anchors(file))):
            wrong.append(link)

    assert [] == wrong


def test_badges_of_the_readme_are_true() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    badges = re.findall(r"!\[([^]]+)\]\(https://img\.shields\.io/badge/([^)]+)-\w+\)", readme)
    shown = [
        address.replace("--", "\0").replace("-", " ").replace("_", " ").replace("\0", "-") for _, address in badges
    ]

    assert [name.lower() for name, _ in badges] == [text.lower() for text in shown]
    assert {
        f"Python {project['requires-python'].removeprefix('>=')} or later",
        f"Pulumi {OLDEST.version.rpartition('.')[0]} or later",
        f"License {project['license']}",
    } == {name for name, _ in badges}


@pytest.mark.parametrize(
    ("page", "example"),
    [
        ("other-languages.md", "javascript_gate/index.js"),
        ("terraform/external.md", "terraform_external/main.tf"),
        *(
            (page, f"generated_sdks/{language}/{name}")
            for language, name in PROGRAMS.items()
            for page in ("_index.md", f"languages/{language}.md")
        ),
    ],
)
def test_a_page_shows_an_example_as_it_is(page: str, example: str) -> None:
    assert (ROOT / "examples" / example).read_text(encoding="utf-8") in (ROOT / "docs" / page).read_text(
        encoding="utf-8"
    )
