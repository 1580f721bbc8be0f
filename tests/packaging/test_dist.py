"""Contents and metadata of the wheel and the sdist."""

from __future__ import annotations

import re
import tarfile
import tomllib
import zipfile
from email.message import Message
from email.parser import Parser
from pathlib import Path
from typing import Any

import pytest

import pulumi_glue_session
from release import with_absolute_links

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "provider" / "pulumi_glue_session"
VERSION = pulumi_glue_session.__version__
DIST_INFO = f"pulumi_glue_session-{VERSION}.dist-info"
FILES = sorted(
    f"pulumi_glue_session/{file.relative_to(PACKAGE)}"
    for pattern in ("*.py", "*.json", "py.typed")
    for file in PACKAGE.rglob(pattern)
)


@pytest.fixture(scope="module")
def metadata(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        return Parser().parsestr(archive.read(f"{DIST_INFO}/METADATA").decode())


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    settings: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return dict(settings["project"])


def test_wheel_contains_only_the_package(wheel: Path) -> None:
    """Tests or tools in the wheel would be installed into site-packages."""
    info = [f"{DIST_INFO}/{name}" for name in ("METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE")]

    with zipfile.ZipFile(wheel) as archive:
        files = archive.namelist()

    assert sorted([*FILES, *info]) == sorted(files)


def test_wheel_is_universal(wheel: Path) -> None:
    assert f"pulumi_glue_session-{VERSION}-py3-none-any.whl" == wheel.name


def test_files_in_the_wheel_equal_the_checkout(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        changed = [name for name in FILES if archive.read(name) != (PACKAGE.parent / name).read_bytes()]
        license_text = archive.read(f"{DIST_INFO}/licenses/LICENSE")

    assert [] == changed
    assert (ROOT / "LICENSE").read_bytes() == license_text


def test_sdist_contains_the_sources_of_the_wheel(sdist: Path) -> None:
    top_level = [".gitignore", "CHANGELOG.md", "LICENSE", "PKG-INFO", "README.md", "pyproject.toml"]
    expected = [*top_level, *(f"provider/{name}" for name in FILES)]

    with tarfile.open(sdist) as archive:
        files = [member.name for member in archive if member.isfile()]

    assert sorted(f"pulumi_glue_session-{VERSION}/{name}" for name in expected) == sorted(files)


def test_metadata(metadata: Message, project: dict[str, Any]) -> None:
    expected = {
        "Name": "pulumi-glue-session",
        "Version": VERSION,
        "Summary": project["description"],
        "License-Expression": "Apache-2.0",
        "License-File": "LICENSE",
        "Requires-Python": ">=3.11",
        "Description-Content-Type": "text/markdown",
    }

    assert expected == {name: metadata[name] for name in expected}
    assert (ROOT / "README.md").read_text(encoding="utf-8") == metadata.get_payload()


def test_links_of_the_readme_work_outside_the_repository() -> None:
    address, version = "https://example.org/us/it", "1.2.3"
    text = with_absolute_links((ROOT / "README.md").read_text(encoding="utf-8"), address, version=version)
    links = re.findall(r"\]\(([^)]+)\)", text)

    assert f"{address}/raw/v{version}/docs/recordings/up.svg" in links
    assert f"{address}/blob/v{version}/docs/tutorial.md" in links
    assert [] == [link for link in links if not link.startswith(("https://", "#"))]


def test_dependencies(metadata: Message) -> None:
    """The command line and the provider for Terraform are extras, because programs do not need them."""
    expected = ["boto3<2,>=1.43.23", "packaging>=26", "pulumi<4,>=3.268"]
    cli = ["rich>=13.8; extra == 'cli'", "typer<1,>=0.26; extra == 'cli'"]
    terraform = [f"{each}; extra == 'terraform'" for each in ("cryptography>=43", "msgpack<2,>=1.1", "protobuf>=4.22")]

    assert sorted([*expected, *cli, *terraform]) == sorted(metadata.get_all("Requires-Dist", []))
    assert ["cli", "plugin", "terraform"] == metadata.get_all("Provides-Extra")


def test_no_address_is_invented(metadata: Message) -> None:
    """The project does not have a public address yet."""
    assert [] == metadata.get_all("Project-URL", [])
    assert [None, None, None] == [metadata[name] for name in ("Home-page", "Author-email", "Maintainer-email")]


def test_version_is_defined_once(project: dict[str, Any]) -> None:
    assert ["version"] == project["dynamic"]
    assert "version" not in project
