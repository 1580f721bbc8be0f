"""Check the public address, tag, version and changelog of a release, and print its section of the changelog.

    python tools/release.py v1.2.3

The release workflow runs it with the pushed tag.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from package_schema import public_address
from pulumi_glue_session import __version__

__all__ = ["main", "released"]

CHANGELOG = Path(__file__).resolve().parents[1] / "CHANGELOG.md"

_HEADING = re.compile(r"^## \[(?P<version>\d[^\]]*)\] - \d{4}-\d\d-\d\d$", re.MULTILINE)


def released(changelog: str) -> list[str]:
    """Versions that have a section with a date, newest first."""
    return _HEADING.findall(changelog)


def main(tag: str, *, changelog: str, address: str, version: str = __version__) -> None:
    """Print the section, or exit with the reason why it cannot be released."""
    if not address:
        sys.exit(
            "pyproject.toml has no Repository in [project.urls]: set it to the public address and run `make schema`. "
            "The package schema needs it to download the plugin."
        )
    if tag != f"v{version}":
        sys.exit(f"Tag {tag!r} does not match version {version!r}: use v{version}, or correct __version__.")
    first = _HEADING.search(changelog)
    section = (
        re.split(r"^## |^\[", changelog[first.end() :], maxsplit=1, flags=re.MULTILINE)[0].strip() if first else ""
    )
    if not first or first["version"] != version or not section:
        sys.exit(f'CHANGELOG.md does not start with a section "## [{version}] - YYYY-MM-DD": add it with the changes.')
    print(section)


if __name__ == "__main__":
    main(sys.argv[1], changelog=CHANGELOG.read_text(encoding="utf-8"), address=public_address())
