"""The site that `make docs` built. The strict build has checked its links and anchors.

Only the form of links to other sites is checked, without network access.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pytest

ROOT = Path(__file__).resolve().parents[2]
SITE = ROOT / "site"
PAGES = sorted(SITE.rglob("*.html"))
STYLES = sorted(SITE.rglob("*.css"))
LOADING = {
    "iframe": ("src",),
    "img": ("src", "srcset"),
    "object": ("data",),
    "script": ("src",),
    "source": ("src", "srcset"),
    "use": ("href",),
}
"""Elements and attributes that a browser loads automatically, in addition to `link`."""


class Elements(HTMLParser):
    """Start tags of a page in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))


def elements(page: Path) -> list[tuple[str, dict[str, str]]]:
    return Elements(page.read_text(encoding="utf-8")).found


def loaded(page: Path) -> Iterator[str]:
    """URLs that a browser loads with the page."""
    for tag, attributes in elements(page):
        yield from (attributes[name] for name in LOADING.get(tag, ()) if name in attributes)
        if tag == "link" and not set(attributes["rel"].split()) & {"next", "prev"}:
            yield attributes["href"]


def named(page: Path) -> str:
    return page.relative_to(SITE).as_posix()


def test_there_is_a_site() -> None:
    assert (SITE / "index.html") in PAGES


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_a_page_loads_only_what_is_in_the_site(page: Path) -> None:
    # 404.html is served for any address, so its URLs are absolute.
    files = [SITE / url.lstrip("/") if page.name == "404.html" else page.parent / url for url in loaded(page)]

    assert [] != files
    assert [] == [str(file) for file in files if not file.is_file()]


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_a_page_has_no_element_for_which_the_theme_calls_another_host(page: Path) -> None:
    """The theme's script loads code for diagrams and the stars of a repository if a page has those elements."""
    classes = {name for _, attributes in elements(page) for name in attributes.get("class", "").split()}
    components = {attributes.get("data-md-component") for _, attributes in elements(page)}

    assert set() == classes & {"mermaid", "md-source"}
    assert set() == components & {"source", "consent"}


def test_no_style_loads_anything_from_another_host() -> None:
    named = [
        url for style in STYLES for url in re.findall(r"url\(\s*['\"]?([^'\")]+)", style.read_text(encoding="utf-8"))
    ]

    assert [] != STYLES
    assert [] == [url for url in named if re.match(r"(\w+:)?//", url)]
    assert [] == [style.name for style in STYLES if "@import" in style.read_text(encoding="utf-8")]


def test_no_drawing_loads_anything() -> None:
    drawings = [*(ROOT / "docs").rglob("*.svg")]
    trees = [ET.parse(file) for file in drawings]  # noqa: S314 - our own files
    links = [value for tree in trees for each in tree.iter() for name, value in each.items() if name.endswith("href")]

    assert [] == [link for link in links if not link.startswith("#")]


@pytest.mark.parametrize("drawing", sorted((ROOT / "docs").rglob("*.svg")), ids=lambda file: file.stem)
def test_drawings_have_colors_for_dark_pages(drawing: Path) -> None:
    assert re.search(r"@media ?\(prefers-color-scheme: ?dark\)", drawing.read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_a_page_has_one_title(page: Path) -> None:
    assert ["h1"] == [tag for tag, _ in elements(page) if tag == "h1"]


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_images_have_a_description(page: Path) -> None:
    assert [] == [attributes["src"] for tag, attributes in elements(page) if tag == "img" and not attributes.get("alt")]


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_external_links_are_complete_and_use_https(page: Path) -> None:
    links = [attributes.get("href", "") for tag, attributes in elements(page) if tag == "a"]
    away = [link for link in links if re.match(r"\w+:|//", link)]

    assert [] == [link for link in away if not is_whole(link)]


def is_whole(link: str) -> bool:
    parts = urlsplit(link)
    return parts.scheme == "https" and "." in (parts.hostname or "") and not re.search(r"\s|[<>\"]", link)


def test_docstring_fields_are_rendered() -> None:
    """A field that is not parsed would be shown with its colons."""
    shown = {
        named(page): re.findall(r":(?:param|raises|returns?|type) \w+:", page.read_text(encoding="utf-8"))
        for page in PAGES
    }

    assert {} == {name: fields for name, fields in shown.items() if fields}
