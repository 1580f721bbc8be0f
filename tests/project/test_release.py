"""A release needs the same version in its tag, in the package and in the changelog."""

from __future__ import annotations

import re

import pytest

import release
from pulumi_glue_session import __version__

ADDRESS = "https://github.com/someone/pulumi-glue-session"
CHANGELOG = """# Changelog

## [Unreleased]

## [1.1.0] - 2026-02-03

- Something.

## [1.0.0] - 2026-01-02

- All of it.
"""


def test_a_complete_release_passes() -> None:
    release.check("v1.1.0", changelog=CHANGELOG, address=ADDRESS, version="1.1.0")


@pytest.mark.parametrize(
    ("tag", "changelog", "address", "error"),
    [
        ("v1.1.0", CHANGELOG, "", r"pyproject.toml has no Repository in \[project\.urls\]"),
        ("", CHANGELOG, ADDRESS, "Tag '' does not match version '1.1.0'"),
        ("1.1.0", CHANGELOG, ADDRESS, "Tag '1.1.0' does not match version '1.1.0'"),
        ("v1.0.0", CHANGELOG, ADDRESS, "Tag 'v1.0.0' does not match version '1.1.0'"),
        ("v1.1.0-rc1", CHANGELOG, ADDRESS, "Tag 'v1.1.0-rc1' does not match version '1.1.0'"),
        ("v1.1.0", "# Changelog\n\n## [Unreleased]\n\n- All of it.\n", ADDRESS, "CHANGELOG.md does not start"),
        ("v1.1.0", CHANGELOG.replace("1.1.0] - 2026-02-03", "1.1.0]"), ADDRESS, "CHANGELOG.md does not start"),
        ("v1.1.0", CHANGELOG.replace("1.1.0]", "1.2.0]"), ADDRESS, "CHANGELOG.md does not start"),
        ("v1.1.0", CHANGELOG.replace("- Something.\n", ""), ADDRESS, "CHANGELOG.md does not start"),
    ],
    ids=["address", "no tag", "no v", "old tag", "candidate", "unreleased", "no date", "other version", "no changes"],
)
def test_an_incomplete_release_is_refused(tag: str, changelog: str, address: str, error: str) -> None:
    with pytest.raises(SystemExit, match=f"^{error}"):
        release.check(tag, changelog=changelog, address=address, version="1.1.0")


def test_version_is_that_of_the_newest_release() -> None:
    """Both change in the tagged commit. Until the first release, 0.1.0 is under Unreleased."""
    changelog = (release.ROOT / "CHANGELOG.md").read_text(encoding="utf-8")

    assert __version__ == (re.findall(r"^## \[(\d[^]]*)\]", changelog, re.MULTILINE) or ["0.1.0"])[0]
