"""What the files of the project say of each other: commands, paths, layers and pins that exist."""

from __future__ import annotations

import importlib.metadata
import re
import tomllib
from itertools import chain
from pathlib import Path

import pytest
import yaml
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
PACKAGE = "pulumi_glue_session"
MODULES = {file.stem for file in (ROOT / "provider" / PACKAGE).glob("*.py")} - {"__init__", "__main__"}
WORKFLOWS = [ROOT / ".github" / "workflows" / name for name in ("audit.yml", "docs.yml", "release.yml", "test.yml")]
TALKING = [
    "README.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    ".pre-commit-config.yaml",
    ".ci/run",
    *(str(file.relative_to(ROOT)) for file in WORKFLOWS),
]
KNOWS_PULUMI = {"asking", "functions", "inputs", "options", "program", "provider", "resource", "results"}
KNOWS_BOTO3 = {"client", "failures", "find"}


def contract(name: str) -> dict[str, list[str]]:
    found: dict[str, list[str]]
    (found,) = [each for each in SETTINGS["tool"]["importlinter"]["contracts"] if each["name"] == name]
    return found


def modules_of(name: str) -> set[str]:
    return {module.removeprefix(f"{PACKAGE}.") for module in contract(name)["source_modules"]}


def lines_of_requirements() -> dict[str, str]:
    lines = (ROOT / "requirements-dev.txt").read_text(encoding="utf-8").splitlines()
    return {re.split(r"[\[=]", line)[0]: line for line in lines if "==" in line}


# --- Layers: lint-imports says which imports break them, these say that no module is left out ---


def test_every_module_has_a_layer() -> None:
    layers = chain.from_iterable(layer.split(" | ") for layer in contract("Layers point down")["layers"])

    assert {"__main__", "fronts", *MODULES} == set(layers)


def test_every_module_that_is_not_pulumis_face_is_held_to_know_nothing_of_it() -> None:
    assert MODULES - KNOWS_PULUMI == modules_of("The core knows neither Pulumi nor its server")


def test_every_module_but_those_that_ask_is_held_to_leave_boto3_alone() -> None:
    """Directly, or by way of others too: the face reaches it through what asks."""
    alone, face = modules_of("What doesn't ask works without boto3"), modules_of("What asks leaves boto3 to find")

    assert MODULES - KNOWS_BOTO3 == alone | face
    assert set() == alone & face


# --- Commands and paths ---


@pytest.mark.parametrize("name", TALKING)
def test_each_make_command_that_is_named_exists(name: str) -> None:
    named = set(re.findall(r"\bmake ([a-z-]+)(?=[`\s\"]|$)", commands((ROOT / name).read_text(encoding="utf-8"))))

    assert set() == named - TARGETS


def commands(text: str) -> str:
    """Code of a page, in blocks and within lines; all of a file that is no page."""
    code = re.findall(r"```.*?```|`[^`\n]+`", text, flags=re.DOTALL)
    return "\n".join(code) if code else text


@pytest.mark.parametrize("name", ["CONTRIBUTING.md", "SECURITY.md"])
def test_each_path_that_is_named_exists(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    paths = re.findall(r"`((?:[\w.-]+/)+[\w.-]*|[\w-]+\.(?:md|py|toml|txt))`", text) + re.findall(r"\]\(([^)#:]+)\)", text)

    assert [] != paths
    assert [] == [path for path in paths if not (ROOT / path).exists()]


def test_each_hook_is_a_command_of_make() -> None:
    """So that no tool is pinned a second time."""
    (repository,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]

    assert "local" == repository["repo"]
    assert ["make lint", "make check"] == [hook["entry"] for hook in repository["hooks"]]


# --- Workflows ---


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.stem)
def test_each_action_is_pinned_to_a_commit_and_says_which_version_that_is(file: Path) -> None:
    """A tag can be moved to another commit. Dependabot moves the comment along."""
    used = re.findall(r"uses: (?!\./)(.*)", file.read_text(encoding="utf-8"))

    assert [] != used
    assert [] == [use for use in used if not re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", use)]


def test_one_action_is_pinned_to_one_commit() -> None:
    pins = set(chain.from_iterable(re.findall(r"uses: (?!\./)(.*)", file.read_text(encoding="utf-8")) for file in WORKFLOWS))

    assert len({pin.split("@")[0] for pin in pins}) == len(pins)


def test_only_the_job_that_publishes_may_ask_for_a_token() -> None:
    _, docs, release, _ = [yaml.safe_load(file.read_text(encoding="utf-8"))["jobs"] for file in WORKFLOWS]
    reads, to_the_index, to_the_pages = {"contents": "read"}, {"id-token": "write"}, {"pages": "write", "id-token": "write"}

    assert {"test": reads, "build": reads, "publish": to_the_index} == {name: job["permissions"] for name, job in release.items()}
    assert {"build": reads, "deploy": to_the_pages} == {name: job["permissions"] for name, job in docs.items()}


# --- Pins ---


def test_each_tool_of_developers_is_pinned_and_told_of() -> None:
    told = (ROOT / "docs" / "decisions" / "0003-dependencies.md").read_text(encoding="utf-8")
    # Plugins of pytest are told of by the ends of their names.
    names = {name: f"`{name.removeprefix('pytest')}`" if name.startswith("pytest-") else f"`{name}`" for name in lines_of_requirements()}

    assert [] == sorted(name for name, mention in names.items() if mention not in told)


# --- Tests that are left out somewhere ---


SOURCES = {file: file.read_text(encoding="utf-8") for file in (ROOT / "tests").rglob("*.py") if file != Path(__file__)}


def test_no_test_is_left_out_with_the_versions_that_are_installed_here() -> None:
    """Those that are about something newer than the lower bounds run in `make test`, and are left out in `make oldest` alone."""
    marks = re.findall(r'mark\.since\((\w+)="([\d.]+)"', "".join(SOURCES.values()))

    assert [] != marks
    assert [] == [(name, version) for name, version in marks if Version(importlib.metadata.version(name)) < Version(version)]


def test_a_test_that_is_skipped_says_where_it_runs() -> None:
    skips = re.findall(r"(?:skipif?\(|pytest\.skip\()(.*)", "".join(SOURCES.values()))

    assert 3 == len(skips)
    assert [] == [skip for skip in skips if not re.search(r'"runs (?:in|with) .*`make \w+`', skip)]


def test_ci_runs_what_make_test_leaves_out() -> None:
    jobs = yaml.safe_load(WORKFLOWS[-1].read_text(encoding="utf-8"))["jobs"]

    assert {"target": ["javascript", "oldest", "plugin"]} == jobs["more"]["strategy"]["matrix"]
    assert TARGETS >= {"javascript", "oldest", "plugin"}
