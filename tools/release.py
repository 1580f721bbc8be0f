"""Refuse a release whose tag, version and changelog don't say the same; print what the changelog tells of it.

    python tools/release.py v1.2.3

Rules of this script: stdout has the section of the changelog and nothing else; exit code 1 comes with one sentence.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from pulumi_glue_session import __version__

__all__ = ["main", "released", "section"]

CHANGELOG = Path(__file__).resolve().parents[1] / "CHANGELOG.md"

_HEADING = re.compile(r"^## \[(?P<version>\d[^\]]*)\] - \d{4}-\d\d-\d\d$", re.MULTILINE)


def released(changelog: str) -> list[str]:
    """Versions with a section and a date of their own, newest first."""
    return _HEADING.findall(changelog)


def section(changelog: str, version: str) -> str:
    """What a version brings, without its heading; empty when the newest section is another's."""
    first = _HEADING.search(changelog)
    if first is None or first["version"] != version:
        return ""
    return re.split(r"^## |^\[", changelog[first.end() :], maxsplit=1, flags=re.MULTILINE)[0].strip()


def main(tag: str, *, changelog: str, version: str = __version__) -> int:
    """Compare the three; return the exit code."""
    notes = section(changelog, version)
    if tag != f"v{version}":
        print(f"The tag is {tag!r} and the version {version!r}: tag v{version}, or correct __version__.", file=sys.stderr)
        return 1
    if not notes:
        print(f'The newest section of CHANGELOG.md is not "## [{version}] - YYYY-MM-DD": give what is new that heading.', file=sys.stderr)
        return 1
    print(notes)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], changelog=CHANGELOG.read_text(encoding="utf-8")))
