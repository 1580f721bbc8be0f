"""Version, tag and changelog say the same, or nothing is released."""

from __future__ import annotations

import pytest

import release
from pulumi_glue_session import __version__

CHANGELOG = """# Changelog

The form is [Keep a Changelog](https://keepachangelog.com/en/1.1.0/).

## [Unreleased]

## [1.1.0] - 2026-02-03

### Added

- Something: `[1.0.0]` had none.

## [1.0.0] - 2026-01-02

- All of it.

[1.1.0]: https://example.com/1.1.0
"""


def test_a_release_shows_its_part_of_the_changelog(capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == release.main("v1.1.0", changelog=CHANGELOG, version="1.1.0")
    assert ("### Added\n\n- Something: `[1.0.0]` had none.\n", "") == capsys.readouterr()


def test_the_last_part_ends_before_the_addresses() -> None:
    assert "- All of it." == release.section(CHANGELOG.replace("## [1.1.0] - 2026-02-03", "## Older"), "1.0.0")


@pytest.mark.parametrize("tag", ["1.1.0", "v1.0.0", "v1.1.0-rc1", ""])
def test_a_tag_that_is_not_the_version_is_refused(tag: str, capsys: pytest.CaptureFixture[str]) -> None:
    expected = f"The tag is {tag!r} and the version '1.1.0': tag v1.1.0, or correct __version__.\n"

    assert 1 == release.main(tag, changelog=CHANGELOG, version="1.1.0")
    assert ("", expected) == capsys.readouterr()


@pytest.mark.parametrize(
    "changelog",
    [
        "# Changelog\n\n## [Unreleased]\n\n- All of it.\n",
        CHANGELOG.replace("1.1.0] - 2026-02-03", "1.1.0]"),
        CHANGELOG.replace("1.1.0]", "1.2.0]"),
        CHANGELOG.replace("### Added\n\n- Something: `[1.0.0]` had none.\n", ""),
    ],
    ids=["none released", "no date", "another", "nothing in it"],
)
def test_a_changelog_without_the_release_is_refused(changelog: str, capsys: pytest.CaptureFixture[str]) -> None:
    expected = 'The newest section of CHANGELOG.md is not "## [1.1.0] - YYYY-MM-DD": give what is new that heading.\n'

    assert 1 == release.main("v1.1.0", changelog=changelog, version="1.1.0")
    assert ("", expected) == capsys.readouterr()


def test_the_version_is_that_of_the_newest_release() -> None:
    """Both change in the commit that is tagged. Until the first one, 0.1.0 stands under Unreleased."""
    versions = release.released(release.CHANGELOG.read_text(encoding="utf-8"))

    assert __version__ == (versions or ["0.1.0"])[0]
