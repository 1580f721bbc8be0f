"""Collect the pages of the documentation site in one folder, for the site generator to read.

    python tools/pages.py site-source

Copies docs/ and adds pages for files that are elsewhere in the repository: the changelog, the contributing guide, and
each example with its files. A page can also include a section of another page:

    <!-- include: README.md#install -->
    [Install](../README.md#install)
    <!-- end -->

Write links so that they work in the repository. They are changed to lead to the page of the same file. A link to a file
without a page is left as it is, and the strict build of the site reports it.
"""

from __future__ import annotations

import posixpath
import re
import shutil
import sys
from pathlib import Path

from pymdownx.slugs import slugify

__all__ = ["headings", "main", "slug"]

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"

PAGES = {
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "LICENSE": "license.md",
    "SECURITY.md": "security.md",
    "README.md": "index.md",
    "examples/README.md": "examples/index.md",
}
"""Page for a file or a section of the repository. `main` adds docs/, included sections and the files of examples."""

LANGUAGES = {
    ".js": "javascript",
    ".json": "json",
    ".py": "python",
    ".tf": "terraform",
    ".txt": "text",
    ".yaml": "yaml",
    ".yml": "yaml",
}

_INCLUDE = re.compile(r"^<!-- include: (\S+) -->\n.*?^<!-- end -->$", flags=re.MULTILINE | re.DOTALL)
_FENCE = re.compile(r"^ *(`{3,}|~{3,}).*?^ *\1 *$", flags=re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^(#{1,6}) (.+?) *$", flags=re.MULTILINE)
_CODE_OR_LINK = re.compile(
    rf"{_FENCE.pattern}|(`+)(?!`).+?(?<!`)\2(?!`)|(?<=\]\()(?P<link>[^)\s]+)(?=\))", flags=_FENCE.flags
)
_SLUG = slugify(case="lower")


def main(target: Path) -> None:
    """Write all pages to a folder, which is replaced."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(DOCS, target)
    sources = {
        file.relative_to(ROOT).as_posix(): file.read_text(encoding="utf-8") for file in sorted(DOCS.rglob("*.md"))
    }
    sources |= {
        name: (ROOT / name).read_text(encoding="utf-8") for name in PAGES if name != "README.md" and "#" not in name
    }
    sources["LICENSE"] = f"# License\n\n```text\n{sources['LICENSE']}```\n"
    pages = PAGES | {name: name.removeprefix("docs/") for name in sources if name.startswith("docs/")}
    pages |= {file.relative_to(ROOT).as_posix(): file.relative_to(DOCS).as_posix() for file in DOCS.rglob("*.svg")}
    for readme in sorted((ROOT / "examples").glob("*/README.md")):
        name, page = readme.relative_to(ROOT).as_posix(), f"examples/{readme.parent.name}.md"
        pages[name] = page
        sources[name] = _example(readme, pages)
    for name, text in sources.items():
        for include in _INCLUDE.finditer(text):
            level, title, _ = headings(text[: include.start()])[-1]
            pages[include[1]] = pages[name] if level == 1 else f"{pages[name]}#{slug(title)}"
    for name, text in sources.items():
        file = target / pages[name]
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(_rewritten(text, name, pages), encoding="utf-8")


def headings(text: str) -> list[tuple[int, str, int]]:
    """Level, title and position of each heading outside of code blocks."""
    outside = _FENCE.sub(lambda fence: re.sub(r"[^\n]", " ", fence[0]), text)
    return [(len(heading[1]), heading[2], heading.start()) for heading in _HEADING.finditer(outside)]


def slug(title: str) -> str:
    """Anchor of a heading, the same on GitHub and on the site."""
    anchor: str = _SLUG(title, "-")
    return anchor


def _example(readme: Path, pages: dict[str, str]) -> str:
    """README of an example, followed by its files. Registers the place of each file in `pages`."""
    folder = readme.parent
    parts = [readme.read_text(encoding="utf-8"), f"## Files of `examples/{folder.name}`\n"]
    files = [
        file for file in folder.rglob("*") if file.suffix in LANGUAGES and not re.match(r"Pulumi\.\w+\.yaml", file.name)
    ]
    names = [file.relative_to(folder).as_posix() for file in files if not {"venv", "__pycache__"} & set(file.parts)]
    for name in sorted(
        names, key=lambda name: (name.count("/"), name != "__main__.py", not name.endswith(".py"), name)
    ):
        file = folder / name
        place = f"examples/{folder.name}.md#{slug(name)}"
        pages[f"examples/{folder.name}/{name}"] = place
        if file.parent != folder:
            pages.setdefault(file.parent.relative_to(ROOT).as_posix(), place)  # a link to a folder shows its first file
        text = file.read_text(encoding="utf-8").rstrip()
        parts.append(f"### `{name}` {{#{slug(name)}}}\n\n```{LANGUAGES[file.suffix]}\n{text}\n```\n")
    return "\n".join(parts)


def _rewritten(text: str, name: str, pages: dict[str, str]) -> str:
    """Text of a page with its includes, and with its links leading to pages."""
    parts, end = [], 0
    for include in _INCLUDE.finditer(text):
        parts.append(_with_links(text[end : include.start()], name, pages[name], pages))
        parts.append(_with_links(_section(include[1]), include[1].partition("#")[0], pages[name], pages))
        end = include.end()
    return "".join([*parts, _with_links(text[end:], name, pages[name], pages)])


def _section(named: str) -> str:
    """Text below a heading, up to the next heading of its level, or of any level for the title of a page."""
    name, _, anchor = named.partition("#")
    text = (ROOT / name).read_text(encoding="utf-8")
    found = [*headings(text), (1, "", len(text))]
    start = next(number for number, (_, title, _) in enumerate(found) if slug(title) == anchor)
    level = found[start][0]
    end = next(position for next_level, _, position in found[start + 1 :] if level == 1 or next_level <= level)
    return text[found[start][2] : end].partition("\n")[2].strip("\n")


def _with_links(text: str, origin: str, page: str, pages: dict[str, str]) -> str:
    def rewrite(match: re.Match[str]) -> str:
        link = match["link"]
        if not link or re.match(r"[a-z]+:", link):
            return match[0]
        path, _, anchor = link.partition("#")
        named = posixpath.normpath(posixpath.join(posixpath.dirname(origin), path)) if path else origin
        if (ROOT / named / "README.md").exists():
            named = f"{named}/README.md"
        place = pages.get(f"{named}#{anchor}" if anchor else named)
        if place is None and named in pages and named != "README.md":
            place = f"{pages[named].partition('#')[0]}#{anchor}"
        if place is None:
            return link
        file, _, anchor = place.partition("#")
        relative = "" if file == page and anchor else posixpath.relpath(file, posixpath.dirname(page))
        return f"{relative}#{anchor}" if anchor else relative

    return _CODE_OR_LINK.sub(rewrite, text)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
