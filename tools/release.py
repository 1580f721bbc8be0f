"""Check the public address, tag, version and changelog of a release, and print its section of the changelog.

    python tools/release.py v1.2.3

The release workflow runs it with the pushed tag. It also makes the links of README.md absolute, because the package
index shows that file outside the repository.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from package_schema import public_address
from pulumi_glue_session import __version__

ROOT = Path(__file__).resolve().parents[1]

_HEADING = re.compile(r"^## \[(?P<version>\d[^\]]*)\] - \d{4}-\d\d-\d\d$", re.MULTILINE)
_LINK = re.compile(r"(?P<image>!?)\[(?P<text>[^]]*)\]\((?!\w+:|#)(?P<target>[^)\s]+)\)")


def section(tag: str, *, changelog: str, address: str, version: str) -> str:
    """Section of the changelog. Exits with the reason why the version cannot be released."""
    if not address:
        sys.exit(
            "pyproject.toml has no Repository in [project.urls]: set it to the public address and run `make schema`. "
            "The package schema needs it to download the plugin."
        )
    if tag != f"v{version}":
        sys.exit(f"Tag {tag!r} does not match version {version!r}: use v{version}, or correct __version__.")
    first = _HEADING.search(changelog)
    text = re.split(r"^## |^\[", changelog[first.end() :], maxsplit=1, flags=re.MULTILINE)[0] if first else ""
    if not first or first["version"] != version or not text.strip():
        sys.exit(f'CHANGELOG.md does not start with a section "## [{version}] - YYYY-MM-DD": add it with the changes.')
    return text.strip()


def with_absolute_links(text: str, address: str, *, version: str) -> str:
    """Text whose relative links lead to the files of this version at a public address."""

    def absolute(link: re.Match[str]) -> str:
        kind = "raw" if link["image"] else "blob"
        return f"{link['image']}[{link['text']}]({address}/{kind}/v{version}/{link['target']})"

    return _LINK.sub(absolute, text)


if __name__ == "__main__":
    found = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    print(section(sys.argv[1], changelog=found, address=public_address(), version=__version__))
    readme = ROOT / "README.md"
    absolute = with_absolute_links(readme.read_text(encoding="utf-8"), public_address(), version=__version__)
    readme.write_text(absolute, encoding="utf-8")
