"""Commands, paths and pins that the project's files mention exist and agree."""

from __future__ import annotations

import importlib.metadata
import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
WORKFLOWS = {file.stem: file.read_text(encoding="utf-8") for file in (ROOT / ".github" / "workflows").glob("*.yml")}
JOBS = {name: yaml.safe_load(text)["jobs"] for name, text in WORKFLOWS.items()}
SOURCES = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "tests").rglob("*.py") if file != Path(__file__))


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def code(page: str) -> str:
    """Code blocks and code spans of a page."""
    return "\n".join(re.findall(r"```.*?```|`[^`\n]+`", page, flags=re.DOTALL))


def test_mentioned_make_targets_exist() -> None:
    files = [
        *map(code, map(text, ("README.md", "CONTRIBUTING.md", "SECURITY.md"))),
        text(".pre-commit-config.yaml"),
        text(".ci/run"),
    ]
    named = re.findall(r"\bmake ([a-z-]+)(?=[`\s\"]|$)", "\n".join([*files, *WORKFLOWS.values()]))

    assert "test" in named
    assert set() == set(named) - TARGETS


@pytest.mark.parametrize("name", ["CONTRIBUTING.md", "SECURITY.md"])
def test_mentioned_paths_exist(name: str) -> None:
    paths = re.findall(r"`((?:[\w.-]+/)+[\w.-]*|[\w-]+\.(?:md|py|toml|txt))`", text(name)) + re.findall(
        r"\]\(([^)#:]+)\)", text(name)
    )

    assert [] != paths
    assert [] == [path for path in paths if not (ROOT / path).exists()]


def test_stated_bounds_are_those_of_pyproject() -> None:
    project = tomllib.loads(text("pyproject.toml"))["project"]
    bounds = {each.name: str(each.specifier) for each in map(Requirement, project["dependencies"])}
    pulumi, python = re.findall(r">=([\d.]+)", bounds["pulumi"] + project["requires-python"])

    assert f"Python {python} or later" in text("Makefile")
    assert f"Python {python} or later, `pulumi` {pulumi} or later" in text("README.md")
    assert re.findall(r"`(\w+)>=([\d.]+),", text("docs/decisions/0003-dependencies.md")) == [
        (name, re.findall(r">=([\d.]+)", bounds[name])[0]) for name in ("pulumi", "boto3")
    ]


def test_actions_are_pinned_to_one_commit_with_its_version() -> None:
    """A tag can be moved to another commit. Dependabot updates the comment together with the commit."""
    used = set(re.findall(r"uses: (?!\./)(.*)", "\n".join(WORKFLOWS.values())))

    assert set() != used
    assert [] == [use for use in used if not re.fullmatch(r"[\w-]+(/[\w-]+){1,2}@[0-9a-f]{40} # v\d+\.\d+\.\d+", use)]
    assert len(used) == len({use.split("@")[0] for use in used})


def test_jobs_can_only_read_by_default() -> None:
    more = {
        "codeql.codeql": {"actions": "read", "security-events": "write"},  # its results
        "contract.contract": {"id-token": "write"},  # credentials of AWS
        "docs.deploy": {"pages": "write", "id-token": "write"},
        "release.archives": {"id-token": "write", "attestations": "write"},  # provenance
        "release.build": {"id-token": "write", "attestations": "write"},  # the same
        "release.publish": {"id-token": "write"},
    }
    permissions = {f"{name}.{job}": each["permissions"] for name, jobs in JOBS.items() for job, each in jobs.items()}
    extended = {name: each for name, each in permissions.items() if each != {"contents": "read"}}

    assert more == {name: {key: each[key] for key in each if key != "contents"} for name, each in extended.items()}
    assert {"read"} == {each.get("contents", "read") for each in permissions.values()}


def test_no_test_is_skipped_with_the_installed_versions() -> None:
    """Tests of something newer than the lower bounds run in `make test`; only `make oldest` skips them."""
    marks = re.findall(r'mark\.since\((\w+)="([\d.]+)"', SOURCES)

    assert [] != marks
    assert [] == [
        (name, version) for name, version in marks if Version(importlib.metadata.version(name)) < Version(version)
    ]


def test_skipped_tests_name_the_command_that_runs_them() -> None:
    skips = re.findall(r"(?:skipif?\(|pytest\.skip\()(.*)", SOURCES)

    assert 11 == len(skips)
    assert [] == [skip for skip in skips if not re.search(r'"runs in `make \w+`, which CI runs too: ', skip)]


def test_ci_runs_what_make_test_skips() -> None:
    more = JOBS["test"]["more"]["strategy"]["matrix"]

    assert {"target": ["full", "javascript", "oldest", "plugin", "sdks", "tofu"]} == more
