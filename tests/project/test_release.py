"""A release needs the same version in its tag, in the package and in the changelog."""

from __future__ import annotations

import pytest

import release
from pulumi_glue_session import __version__

ADDRESS = "https://github.com/someone/pulumi-glue-session"
CHANGELOG = """# Changelog

## [Unreleased]

## [1.1.0] - 2026-02-03

- Something: `[1.0.0]` had none.

## [1.0.0] - 2026-01-02

- All of it.

[1.1.0]: https://example.com/1.1.0
"""


def test_release_prints_its_section_of_the_changelog(capsys: pytest.CaptureFixture[str]) -> None:
    release.main("v1.1.0", changelog=CHANGELOG, address=ADDRESS, version="1.1.0")

    assert "- Something: `[1.0.0]` had none.\n" == capsys.readouterr().out


@pytest.mark.parametrize("tag", ["1.1.0", "v1.0.0", "v1.1.0-rc1", ""])
def test_tag_of_another_version_is_refused(tag: str) -> None:
    with pytest.raises(SystemExit, match=r"^Tag '.*' does not match version '1\.1\.0'"):
        release.main(tag, changelog=CHANGELOG, address=ADDRESS, version="1.1.0")


@pytest.mark.parametrize(
    "changelog",
    [
        "# Changelog\n\n## [Unreleased]\n\n- All of it.\n",
        CHANGELOG.replace("1.1.0] - 2026-02-03", "1.1.0]"),
        CHANGELOG.replace("1.1.0]", "1.2.0]"),
        CHANGELOG.replace("- Something: `[1.0.0]` had none.\n", ""),
    ],
    ids=["nothing released", "no date", "another version", "empty section"],
)
def test_changelog_without_the_release_is_refused(changelog: str) -> None:
    with pytest.raises(SystemExit, match=r"^CHANGELOG.md does not start with a section"):
        release.main("v1.1.0", changelog=changelog, address=ADDRESS, version="1.1.0")


def test_release_without_a_public_address_is_refused() -> None:
    with pytest.raises(SystemExit, match=r"^pyproject.toml has no Repository in \[project\.urls\]"):
        release.main("v1.1.0", changelog=CHANGELOG, address="", version="1.1.0")


def test_version_is_that_of_the_newest_release() -> None:
    """Both change in the tagged commit. Until the first release, 0.1.0 is under Unreleased."""
    versions = release.released(release.CHANGELOG.read_text(encoding="utf-8"))

    assert __version__ == (versions or ["0.1.0"])[0]
