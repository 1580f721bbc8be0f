"""Pages of the documentation site that are written elsewhere in the repository. A hook of mkdocs.yml, run at each build.

Rules of this module: no text stands twice. A file outside docs/ becomes a page as it is, and so does an example with its files. A section
of another page is taken in between two comments, where the repository itself shows a link:

    <!-- include: README.md#limits -->
    [Limits](../README.md#limits)
    <!-- end -->

Links are written as they are right in the repository, and lead to the page of what they name. One that leads to a file without a page stays
as it is, which fails the strict build.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from pymdownx.slugs import slugify

__all__ = ["headings", "included", "on_files", "on_page_markdown", "place", "section", "slug"]

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"

BESIDE = {"CHANGELOG.md": "changelog.md", "CONTRIBUTING.md": "contributing.md", "SECURITY.md": "security.md", "LICENSE": "license.md"}
"""Files of the top level that have pages, and the pages."""

PICTURES = ("bench/results.svg",)

MANUAL = {
    "README.md": "index.md",
    "README.md#inputs": "reference/glue-session.md",
    "README.md#outputs": "reference/glue-session.md#pulumi_glue_session.GlueSession.session_id",
}
"""Where a link to the README leads, beside the sections that a page takes in."""

LANGUAGES = {".js": "javascript", ".json": "json", ".py": "python", ".tf": "terraform", ".txt": "text", ".yaml": "yaml", ".yml": "yaml"}

_SLUG = slugify(case="lower")
"""As mkdocs.yml has it."""

_INCLUDE = re.compile(r"^<!-- include: (\S+) -->\n.*?^<!-- end -->$", flags=re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^(#{1,6}) (.+?) *$")
_LINK = re.compile(r"(?<=\]\()[^)\s]+(?=\))")
_CODE = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are no files of docs/."""
    for name, page in BESIDE.items():
        files.append(File.generated(config, page, content=_page(name)))
    files.append(File.generated(config, "examples/index.md", content=_page("examples/README.md")))
    for example in _examples():
        files.append(File.generated(config, f"examples/{example.name}.md", content=_example(example)))
    for picture in PICTURES:
        files.append(File.generated(config, picture, abs_src_path=str(ROOT / picture)))
    return files


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Take in what the page includes, and turn its links to what they name."""
    del config, files
    uri = page.file.src_uri
    origin = _origin(uri)
    parts: list[str] = []
    end = 0
    for include in _INCLUDE.finditer(markdown):
        name = include[1].partition("#")[0]
        parts += [turned(markdown[end : include.start()], origin=origin, page=uri), turned(section(include[1]), origin=name, page=uri)]
        end = include.end()
    return "".join([*parts, turned(markdown[end:], origin=origin, page=uri)])


def turned(text: str, *, origin: str, page: str) -> str:
    """Text of a file of the repository with its links as they have to be on a page of the site."""
    lines = [line if fenced else _turn_line(line, origin=origin, page=page) for fenced, line in _lines(text)]
    return "\n".join(lines)


def _turn_line(line: str, *, origin: str, page: str) -> str:
    codes = [code.span() for code in _CODE.finditer(line)]

    def turn(link: re.Match[str]) -> str:
        if any(start <= link.start() < end for start, end in codes) or re.match(r"[a-z]+:", link[0]):
            return link[0]
        path, _, anchor = link[0].partition("#")
        named = posixpath.normpath(posixpath.join(posixpath.dirname(origin), path)) if path else origin
        target = place(f"{named}#{anchor}" if anchor else named)
        if target is None:
            return link[0]
        where, _, anchor = target.partition("#")
        relative = posixpath.relpath(where, posixpath.dirname(page)) if where != page or not anchor else ""
        return f"{relative}#{anchor}" if anchor else relative

    return _LINK.sub(turn, line)


def place(named: str) -> str | None:
    """Page of the site, with an anchor, for a file or folder of the repository, with an anchor; None where there is no page."""
    path, _, anchor = named.partition("#")
    if path == "README.md":
        return _taken_in().get(named) or MANUAL.get(named)
    if (ROOT / path / "README.md").exists():
        path = f"{path}/README.md"
    page = _page_of(path)
    return f"{page}#{anchor}" if page and anchor else page


def _page_of(path: str) -> str | None:
    if path in BESIDE or path in PICTURES:
        return BESIDE.get(path, path)
    if path.startswith("docs/"):
        return path.removeprefix("docs/")
    if path == "examples/README.md":
        return "examples/index.md"
    example = re.fullmatch(r"examples/(\w+)/(.+)", path)
    if example is None or not (ROOT / path).exists():
        return None
    name, inside = example.groups()
    if inside == "README.md":
        return f"examples/{name}.md"
    # A folder is shown from its first file on.
    first = next(file for file in _files(ROOT / "examples" / name) if file == inside or file.startswith(f"{inside}/"))
    return f"examples/{name}.md#{slug(first)}"


def section(named: str) -> str:
    """What stands under a heading of a page, up to the next one that is not below it; the first heading's ends at the next of any level."""
    name, _, anchor = named.partition("#")
    lines = list(_lines((ROOT / name).read_text(encoding="utf-8")))
    taken: list[str] = []
    level = 0
    for fenced, line in lines:
        heading = None if fenced else _HEADING.match(line)
        if level and heading and (len(heading[1]) <= level or level == 1):
            break
        if level:
            taken.append(line)
        elif heading and slug(heading[2]) == anchor:
            level = len(heading[1])
    if not level:
        raise KeyError(named)
    return "\n".join(taken).strip("\n")


def included(text: str) -> Iterator[tuple[str, str]]:
    """Each section that a page takes in, with the anchor under which it stands there: none below the title."""
    for include in _INCLUDE.finditer(text):
        above = list(headings(text[: include.start()]))
        level, title = above[-1]
        yield include[1], "" if level == 1 else slug(title)


def headings(text: str) -> Iterator[tuple[int, str]]:
    """Level and text of each heading."""
    for fenced, line in _lines(text):
        heading = None if fenced else _HEADING.match(line)
        if heading:
            yield len(heading[1]), heading[2]


def slug(title: str) -> str:
    """Anchor of a heading, as GitHub and the site make it."""
    anchor: str = _SLUG(title, "-")
    return anchor


def _taken_in() -> dict[str, str]:
    found: dict[str, str] = {}
    for page in sorted(DOCS.rglob("*.md")):
        for named, anchor in included(page.read_text(encoding="utf-8")):
            uri = page.relative_to(DOCS).as_posix()
            found[named] = f"{uri}#{anchor}" if anchor else uri
    return found


def _lines(text: str) -> Iterator[tuple[bool, str]]:
    """Each line, and whether it is code."""
    fence = ""
    for line in text.split("\n"):
        mark = re.match(r" *(`{3,}|~{3,})", line)
        yield bool(fence or mark), line
        if mark and not fence:
            fence = mark[1]
        elif mark and line.strip() == fence:
            fence = ""


def _origin(uri: str) -> str:
    beside = {page: name for name, page in BESIDE.items()}
    if uri in beside:
        return beside[uri]
    if uri == "examples/index.md":
        return "examples/README.md"
    example = re.fullmatch(r"examples/(\w+)\.md", uri)
    return f"examples/{example[1]}/README.md" if example else f"docs/{uri}"


def _page(name: str) -> str:
    text = (ROOT / name).read_text(encoding="utf-8")
    return text if name.endswith(".md") else f"# Licence\n\n```text\n{text}```\n"


def _examples() -> list[Path]:
    return sorted(folder for folder in (ROOT / "examples").iterdir() if (folder / "README.md").exists())


def _example(folder: Path) -> str:
    """An example's own page, and below it its files."""
    parts = [(folder / "README.md").read_text(encoding="utf-8"), f"## Files of `examples/{folder.name}`\n"]
    for name in _files(folder):
        file = folder / name
        parts.append(f"### `{name}` {{#{slug(name)}}}\n\n```{LANGUAGES[file.suffix]}\n{file.read_text(encoding='utf-8').rstrip()}\n```\n")
    return "\n".join(parts)


def _files(folder: Path) -> list[str]:
    """Files of an example in the order in which one reads them: the program first, then what is beside it, then folders."""
    git_has = [file for file in folder.rglob("*") if file.suffix in LANGUAGES and not re.match(r"Pulumi\.\w+\.yaml", file.name)]
    names = [file.relative_to(folder).as_posix() for file in git_has if not {"venv", "__pycache__"} & set(file.parts)]
    return sorted(names, key=lambda name: (name.count("/"), name != "__main__.py", not name.endswith(".py"), name))
