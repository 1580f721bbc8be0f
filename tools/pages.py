"""Collect the pages of the documentation site in one folder, for the site generator to read.

    python tools/pages.py site-source

Copies docs/ and adds pages for files that are elsewhere in the repository: the changelog, the contributing guide, and
each example with its files. The search leaves out the decisions, the license and the files of examples.

Write links so that they work in the repository. They are changed to lead to the page of the same file. A link to a file
without a page is an error. The strict build of the site checks the anchors.
"""

from __future__ import annotations

import posixpath
import re
import shutil
import sys
from functools import partial
from pathlib import Path

from pygments.lexers import get_lexer_for_filename
from pymdownx.slugs import slugify

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"

PAGES = {
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "LICENSE": "license.md",
    "SECURITY.md": "security.md",
    "examples/README.md": "examples/index.md",
}
"""Files outside docs/ and their pages. `main` adds the examples."""

REGISTRY = ("_index.md", "installation-configuration.md")
"""Pages of docs/ for the Pulumi Registry, which are not on the site."""

SHOWN = {".cs", ".go", ".java", ".js", ".json", ".py", ".tf", ".ts", ".txt", ".yaml", ".yml"}
"""Suffixes of the files of an example that its page shows."""

_HIDDEN = "---\nsearch:\n  exclude: true\n---\n\n"
"""Front matter of pages that the search leaves out."""

_FENCE = re.compile(r"^ *(`{3,}|~{3,}).*?^ *\1 *$", flags=re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#{1,6} (.+?) *$", flags=re.MULTILINE)
_CODE_OR_LINK = re.compile(
    rf"{_FENCE.pattern}|(`+)(?!`).+?(?<!`)\2(?!`)|(?<=\]\()(?P<link>[^)\s]+)(?=\))", flags=_FENCE.flags
)

slug = partial(slugify(case="lower"), sep="-")
"""Anchor of a heading, the same on GitHub and on the site."""


def main(target: Path) -> None:
    """Write all pages to a folder, which is replaced."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(DOCS, target, ignore=shutil.ignore_patterns(*REGISTRY))
    names = [name for file in DOCS.rglob("*.*") if (name := file.relative_to(DOCS).as_posix()) not in REGISTRY]
    places = PAGES | {f"docs/{name}": name for name in names}
    sources = {name: (ROOT / name).read_text(encoding="utf-8") for name in places if name.endswith(".md")}
    sources["LICENSE"] = f"# License\n\n```text\n{(ROOT / 'LICENSE').read_text(encoding='utf-8')}```\n"
    for readme in sorted((ROOT / "examples").glob("*/README.md")):
        name = readme.relative_to(ROOT).as_posix()
        places[name] = f"examples/{readme.parent.name}.md"
        sources[name] = _example(readme, places)
    for name, text in sources.items():
        file = target / places[name]
        file.parent.mkdir(parents=True, exist_ok=True)
        hidden = _HIDDEN if name.startswith(("docs/decisions/0", "LICENSE")) else ""
        file.write_text(hidden + _with_links(text, name, places), encoding="utf-8")


def headings(text: str) -> list[str]:
    """Headings outside of code blocks."""
    return _HEADING.findall(_FENCE.sub("", text))


def _example(readme: Path, places: dict[str, str]) -> str:
    """README of an example, followed by its files. Adds the place of each file to `places`."""
    folder = readme.parent
    parts = [readme.read_text(encoding="utf-8"), f"## Files of `examples/{folder.name}`\n"]
    names = [
        file.relative_to(folder).as_posix()
        for file in folder.rglob("*")
        if file.suffix in SHOWN
        and not re.match(r"Pulumi\.\w+\.yaml", file.name)
        and not {"venv", "__pycache__"} & set(file.parts)
    ]
    # The program comes first, then other Python files, then the rest; folders come last.
    names.sort(key=lambda name: (name.count("/"), name != "__main__.py", not name.endswith(".py"), name))
    for name in names:
        file = folder / name
        place = f"examples/{folder.name}.md#{slug(name)}"
        places[f"examples/{folder.name}/{name}"] = place
        # A link to a folder shows its first file.
        places.setdefault(file.parent.relative_to(ROOT).as_posix(), place)
        language, text = get_lexer_for_filename(name).aliases[0], file.read_text(encoding="utf-8").rstrip()
        parts.append(f"### `{name}` {{#{slug(name)} data-search-exclude}}\n\n```{language}\n{text}\n```\n")
    return "\n".join(parts)


def _with_links(text: str, origin: str, places: dict[str, str]) -> str:
    """Text of a file with its links leading to pages."""

    def rewrite(match: re.Match[str]) -> str:
        link = match["link"]
        if not link or re.match(r"[a-z]+:|#", link):
            return match[0]
        path, _, anchor = link.partition("#")
        named = posixpath.normpath(posixpath.join(posixpath.dirname(origin), path))
        if (ROOT / named / "README.md").exists():
            named = f"{named}/README.md"
        if named not in places:
            sys.exit(f"{origin} links to {link}, which is not on the site.")
        file, _, place = places[named].partition("#")
        relative = posixpath.relpath(file, posixpath.dirname(places[origin]))
        return f"{relative}#{anchor or place}" if anchor or place else relative

    return _CODE_OR_LINK.sub(rewrite, text)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
