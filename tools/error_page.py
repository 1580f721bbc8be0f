"""Hold docs/reference/errors.md to the texts of the package: what is missing, what is stale, what lacks a cause or a cure.

    python tools/error_page.py      # tells what is wrong, with an entry to fill in for each text that is missing

Rules of this page check:

* Nothing is listed by hand. Every text in the package's source that has words in it counts, wherever it stands: in an error, a notice, a
  constant. What no person reads is named in `NOT_SHOWN`, with the reason; docstrings, type expressions and patterns are no texts.
* A text is on the page if its fixed parts stand in one of the page's blocks of text, in order. What varies is a placeholder there, as in
  `{session_id}`.
* A block on the page is still true if everything but its placeholders is made of the fixed parts of texts.
"""

from __future__ import annotations

import ast
import re
import sys
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "provider" / "pulumi_glue_session"
PAGE = ROOT / "docs" / "reference" / "errors.md"

_WORDS = re.compile(r"\w \S|\S \w|\w $")
"""Of a text that is more than one name."""

PLACEHOLDER = re.compile(r"\{[a-z_ ]+\}")
_HOLE = "\0"
_MARK = "{}"
_WIDTH = 80

NOT_SHOWN = {
    "Invalid header value": "how an error of Python's is known, which is not shown itself",
    "The Canonical String": "where a message of the service is cut off",
    "\0 \0": "a number with its unit or status: a part of other texts",
    "0 s": "a length of time",
    "or": "between statuses",
    "\0: \0": "a name before a text that is on the page",
    "a value that is not known yet": "how a mark of Pulumi's looks to who writes this package",
    "\0. May be given again, for any of several": "part of a command's own help",
    "error: \0\0": "what the command line puts before a text that is on the page",
}

_HELP = ("description", "epilog", "help", "metavar")
"""Arguments with a text that a command's own help shows."""

_NO_TEXT_IN = {"cast": (0,), "compile": (0,), "fullmatch": (0,), "_text": (0,), "_secret": (0,)}
"""Functions with an argument that is a type expression or a pattern, by its position."""


@dataclass(frozen=True)
class Text:
    """A text of the package: its fixed parts, and where it stands."""

    parts: tuple[str, ...]
    where: str

    @property
    def form(self) -> str:
        """The text with a mark for each part that varies."""
        return _HOLE.join(self.parts)

    @property
    def pattern(self) -> re.Pattern[str]:
        """What the text looks like, whatever its parts that vary."""
        return re.compile(".*".join(re.escape(part) for part in self.parts))


@dataclass(frozen=True)
class Entry:
    """What the page says of a text, under a heading of its own."""

    group: str
    heading: str
    blocks: tuple[str, ...]
    cause: str
    cure: str

    @property
    def sentence(self) -> str:
        """All that the entry shows as text, in a line."""
        return " ".join(self.blocks)


def texts(package: Path = PACKAGE, *, skipping: Mapping[str, str] = NOT_SHOWN) -> list[Text]:
    """Every text of the package that a person may read, each once."""
    found: dict[str, Text] = {}
    for file in sorted(package.rglob("*.py")):
        for text in _texts_of(ast.parse(file.read_text(encoding="utf-8")), file.stem):
            if text.form not in skipping:
                found.setdefault(text.form, text)
    return list(found.values())


def _texts_of(tree: ast.Module, module: str) -> Iterator[Text]:
    passed = set(chain.from_iterable(map(_no_texts, ast.walk(tree))))
    for node in ast.walk(tree):
        if id(node) not in passed and (parts := _parts(node)) and _WORDS.search("x".join(parts)):
            yield Text(tuple(one_line(part) for part in _trimmed(parts)), f"{module}:{getattr(node, 'lineno', 0)}")


def _trimmed(parts: list[str]) -> list[str]:
    """The parts without the spaces at both ends, which belong to how texts are joined."""
    if len(parts) == 1:
        return [parts[0].strip()]
    return [parts[0].lstrip(), *parts[1:-1], parts[-1].rstrip()]


def _no_texts(node: ast.AST) -> Iterator[int]:
    """What in a node is no text of its own, and what is none at all."""
    aside: list[ast.AST | None] = []
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        aside = [node.value]  # a docstring
    elif isinstance(node, ast.JoinedStr):
        aside = [each for each in node.values if isinstance(each, ast.Constant)]
    elif isinstance(node, (ast.AnnAssign, ast.arg)):
        aside = [node.annotation]
    elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        aside = [node.returns]
    elif isinstance(node, ast.keyword) and node.arg in _HELP:
        aside = [node.value]
    elif isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        aside = [node.args[place] for place in _NO_TEXT_IN.get(name, ()) if place < len(node.args)]
    for each in aside:
        yield from map(id, ast.walk(each)) if each is not None else ()


def _parts(node: ast.AST) -> list[str]:
    """Fixed parts of a text; none for what is no text."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value.split(_MARK)
    if not isinstance(node, ast.JoinedStr):
        return []
    parts = [""]
    for each in node.values:
        if isinstance(each, ast.Constant):
            parts[-1] += str(each.value)
        else:
            parts.append("")
    return parts


def _fixed(package: Path) -> set[str]:
    """Everything that a sentence may be made of: fixed parts of texts, and words that stand in for a part that varies."""
    found = {part.strip() for text in texts(package) for part in text.parts}
    for file in package.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, (ast.FormattedValue, ast.AnnAssign)) and node.value is not None:
                found |= {part.strip() for each in ast.walk(node.value) for part in _parts(each)}
    return {part for part in found if re.search(r"\w", part)}


def entries(page: str) -> list[Entry]:
    """Entries of the page: each third-level heading with a block of text under it."""
    found: list[Entry] = []
    for group in re.split(r"^## ", page, flags=re.MULTILINE)[1:]:
        name, *each = re.split(r"^### ", group, flags=re.MULTILINE)
        for entry in each:
            heading, _, rest = entry.partition("\n")
            shown = tuple(map(one_line, re.findall(r"```text\n(.*?)```", rest, flags=re.DOTALL)))
            found.append(Entry(name.partition("\n")[0], heading, shown, _told(rest, "Cause"), _told(rest, "Cure")))
    return found


def _told(entry: str, what: str) -> str:
    """The paragraph that begins with a word in bold."""
    paragraph = re.search(rf"^\*\*{what}\.\*\*(.*?)(?=\n\n|\Z)", entry, flags=re.DOTALL | re.MULTILINE)
    return paragraph[1].strip() if paragraph else ""


def one_line(text: str) -> str:
    """Text without its line breaks: a block of the page is as wide as a page."""
    return re.sub(r"\s+", " ", text).strip() if "\n" in text else text


def missing(page: str, package: Path = PACKAGE) -> list[Text]:
    """Texts of the package that the page lacks."""
    sentences = [entry.sentence for entry in entries(page)]
    return [text for text in texts(package) if not any(text.pattern.search(sentence) for sentence in sentences)]


def stale(page: str, package: Path = PACKAGE) -> list[Entry]:
    """Entries with a sentence that the package doesn't make any more."""
    fixed = sorted(_fixed(package), key=len, reverse=True)
    return [entry for entry in entries(page) if re.search(r"\w", _without(fixed, entry.sentence)) or not entry.sentence]


def _without(fixed: list[str], sentence: str) -> str:
    """What is left of a sentence without its placeholders and all fixed parts, the longest first."""
    left = PLACEHOLDER.sub(_HOLE, sentence)
    for part in fixed:
        # Whole words only: "is" is no part of "this".
        before, after = (r"(?<!\w)" if part[0].isalnum() else "", r"(?!\w)" if part[-1].isalnum() else "")
        left = re.sub(before + re.escape(part) + after, _HOLE, left)
    return left


def untold(page: str) -> list[Entry]:
    """Entries without a cause or a cure."""
    return [entry for entry in entries(page) if not entry.cause or not entry.cure]


def skeleton(text: Text) -> str:
    """An entry to fill in. Names of the placeholders are for a person to find."""
    sentence = "\n".join(textwrap.wrap(text.form.replace(_HOLE, "{value}"), _WIDTH))
    return f"### …\n\n```text\n{sentence}\n```\n\n**Cause.**\n\n**Cure.**\n"


def main() -> int:
    """Say what is wrong with the page."""
    page = PAGE.read_text(encoding="utf-8")
    lacking, old, empty = missing(page), stale(page), untold(page)
    for text in lacking:
        print(f"Not on the page ({text.where}):\n\n{skeleton(text)}")
    for entry in old:
        print(f"Said nowhere in the package: {entry.group}, {entry.heading}\n    {entry.sentence}\n")
    for entry in empty:
        print(f"Without a cause or a cure: {entry.group}, {entry.heading}\n")
    return int(bool(lacking or old or empty))


if __name__ == "__main__":
    sys.exit(main())
