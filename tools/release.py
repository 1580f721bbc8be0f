"""Check the public address, tag, version and changelog of a release, and make the links of README.md absolute.

    python tools/release.py v1.2.3

The release workflow runs it with the pushed tag. The package index shows README.md outside the repository.
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

from pulumi_glue_session import __version__

ROOT = Path(__file__).resolve().parents[1]


def check(tag: str, *, changelog: str, address: str, version: str) -> None:
    """Exit with the reason why the version cannot be released."""
    if not address:
        sys.exit("pyproject.toml has no Repository in [project.urls]: set it to the public address.")
    if tag != f"v{version}":
        sys.exit(f"Tag {tag!r} does not match version {version!r}: use v{version}, or correct __version__.")
    newest = re.search(r"^## \[(\d[^]]*)\] - \d{4}-\d\d-\d\d\n\s*(?![#[])\S", changelog, re.MULTILINE)
    if newest is None or newest[1] != version:
        sys.exit(f'CHANGELOG.md does not start with a section "## [{version}] - YYYY-MM-DD": add it with the changes.')


def with_absolute_links(text: str, address: str, *, version: str) -> str:
    """Text whose relative links lead to the files of this version at a public address."""
    image, link = (rf"({start}\[[^]]*\]\()(?!\w+:|#)(?=[^)\s]+\))" for start in ("!", r"(?<!!)"))
    text = re.sub(image, rf"\1{address}/raw/v{version}/", text)
    return re.sub(link, rf"\1{address}/blob/v{version}/", text)


if __name__ == "__main__":
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    repository = project.get("urls", {}).get("Repository", "")
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    check(sys.argv[1], changelog=changes, address=repository, version=__version__)
    readme = ROOT / "README.md"
    linked = with_absolute_links(readme.read_text(encoding="utf-8"), repository, version=__version__)
    readme.write_text(linked, encoding="utf-8")
