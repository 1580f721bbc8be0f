"""What is published: the files of the wheel and of the sdist, and what they say of themselves."""

from __future__ import annotations

import tarfile
import tomllib
import zipfile
from email.message import Message
from email.parser import Parser
from pathlib import Path

import pytest

import pulumi_glue_session

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "provider" / "pulumi_glue_session"
VERSION = pulumi_glue_session.__version__
DIST_INFO = f"pulumi_glue_session-{VERSION}.dist-info"
FILES = sorted(
    f"pulumi_glue_session/{file.relative_to(PACKAGE)}" for kind in ("*.py", "*.json", "py.typed") for file in PACKAGE.rglob(kind)
)


@pytest.fixture(scope="session")
def metadata(wheel: Path) -> Message:
    """What the wheel says of itself; the README is its payload."""
    with zipfile.ZipFile(wheel) as archive:
        return Parser().parsestr(archive.read(f"{DIST_INFO}/METADATA").decode())


def test_the_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    """No tests, tools or examples: they would be installed beside other packages' own."""
    about = [f"{DIST_INFO}/{name}" for name in ("METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE")]

    with zipfile.ZipFile(wheel) as archive:
        files = archive.namelist()

    assert sorted([*FILES, *about]) == sorted(files)


def test_the_wheel_is_for_every_python_3_and_system(wheel: Path) -> None:
    assert f"pulumi_glue_session-{VERSION}-py3-none-any.whl" == wheel.name


def test_each_file_of_the_wheel_is_that_of_the_checkout(wheel: Path) -> None:
    """It was made by way of the sdist, and after the last change."""
    with zipfile.ZipFile(wheel) as archive:
        changed = [name for name in FILES if archive.read(name) != (PACKAGE.parent / name).read_bytes()]
        licence = archive.read(f"{DIST_INFO}/licenses/LICENSE")

    assert [] == changed
    assert (ROOT / "LICENSE").read_bytes() == licence


def test_the_sdist_holds_what_the_wheel_is_made_of(sdist: Path) -> None:
    top = f"pulumi_glue_session-{VERSION}"
    beside = [".gitignore", "CHANGELOG.md", "LICENSE", "PKG-INFO", "README.md", "pyproject.toml"]

    with tarfile.open(sdist) as archive:
        files = [each.name for each in archive if each.isfile()]

    package = [f"provider/{name}" for name in FILES]
    assert sorted(f"{top}/{name}" for name in (*beside, *package)) == sorted(files)


def test_the_wheel_says_what_it_is(metadata: Message) -> None:
    expected = {
        "Name": "pulumi-glue-session",
        "Version": VERSION,
        "Summary": (
            "Read-only AWS Glue interactive sessions for Pulumi: a data source that waits until the session is READY and shows drift"
        ),
        "License-Expression": "Apache-2.0",
        "License-File": "LICENSE",
        "Requires-Python": ">=3.11",
        "Description-Content-Type": "text/markdown",
    }

    assert expected == {name: metadata[name] for name in expected}
    assert (ROOT / "README.md").read_text(encoding="utf-8") == metadata.get_payload()


def test_the_wheel_asks_for_what_the_package_imports(metadata: Message) -> None:
    """Nothing that only developers need, and what the command line needs only with it."""
    expected = ["boto3<2,>=1.43.23", "packaging>=26", "pulumi<4,>=3.268"]
    of_command_line = ["rich>=13.8; extra == 'cli'", "typer<1,>=0.26; extra == 'cli'"]

    assert sorted([*expected, *of_command_line]) == sorted(metadata.get_all("Requires-Dist", []))
    assert ["cli", "plugin"] == metadata.get_all("Provides-Extra")


def test_the_wheel_names_no_address_that_nobody_has_given(metadata: Message) -> None:
    """Where the project lives is not known yet. Once it is, it stands here and in pyproject.toml."""
    assert [] == metadata.get_all("Project-URL", [])
    assert [None, None, None] == [metadata[name] for name in ("Home-page", "Author-email", "Maintainer-email")]


def test_the_version_stands_in_one_place() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

    assert ["version"] == settings["project"]["dynamic"]
    assert "version" not in settings["project"]
    assert Path(pulumi_glue_session.__file__) == ROOT / settings["tool"]["hatch"]["version"]["path"]
