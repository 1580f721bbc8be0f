"""The wheel in an environment with its dependencies only: no test tools and no link to the checkout.

`make acceptance` runs the acceptance tests with the same environment.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest

import pulumi_glue_session
from support.dynamic_server import aws_environment
from support.glue_endpoint import GlueEndpoint, always

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "provider" / "pulumi_glue_session"
MODULES = sorted(
    ".".join(file.relative_to(PACKAGE.parent).with_suffix("").parts)
    for file in PACKAGE.rglob("*.py")
    if file.name != "__main__.py" and file.parts[-2] not in ("cli", "terraform")  # they need an extra
)

# A unit test of a user's stack, without pytest.
PROGRAM = """
import asyncio, pulumi

class Mocks(pulumi.runtime.Mocks):
    def new_resource(self, args):
        return "some-id", {**args.inputs, "status": "READY"}
    def call(self, args):
        return {}, []

asyncio.set_event_loop(asyncio.new_event_loop())
pulumi.runtime.set_mocks(Mocks())
from pulumi_glue_session import GlueSession

@pulumi.runtime.test
def run():
    session = GlueSession("s", session_id="etl-1", wait_for="READY", timeout="1h30m", expect={"glue_version": "5.0"})
    return session.status.apply(print)

run()
"""


def run(python: Path, code: str, cwd: Path) -> str:
    """Output of a program in a folder without files of the checkout."""
    kept = {name: os.environ[name] for name in ("HOME", "LANG", "TMPDIR") if name in os.environ}
    command = [str(python), "-W", "error", "-c", code]
    done = subprocess.run(command, cwd=cwd, env=kept, capture_output=True, text=True, check=False)
    assert 0 == done.returncode, done.stderr
    return done.stdout.strip()


def normalize(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def dependencies(name: str, *, found: set[str]) -> set[str]:
    """Names of a distribution and of all its dependencies."""
    try:
        requirements = distribution(name).requires or []
    except PackageNotFoundError:  # for another platform
        return found
    if normalize(name) not in found:
        found.add(normalize(name))
        for requirement in requirements:
            if "extra ==" not in requirement and (match := re.match(r"[\w.-]+", requirement)):
                dependencies(match[0], found=found)
    return found


def test_environment_contains_only_dependencies(python: Path, tmp_path: Path) -> None:
    """Other packages would hide a dependency that the wheel does not declare."""
    code = "import importlib.metadata as m, json; print(json.dumps([d.metadata['Name'] for d in m.distributions()]))"
    names = {normalize(name) for name in json.loads(run(python, code, tmp_path))}

    assert set() == names - dependencies("pulumi-glue-session", found=set()) - {"pip", "setuptools", "wheel"}


def test_dependencies_are_compatible(python: Path) -> None:
    done = subprocess.run([str(python), "-m", "pip", "check"], capture_output=True, text=True, check=False)

    assert "No broken requirements found." == done.stdout.strip()


def test_every_module_can_be_imported(python: Path, tmp_path: Path) -> None:
    code = f"""
import importlib, json
print(json.dumps([importlib.import_module(name).__file__ for name in {MODULES!r}]))
"""
    files = [Path(file) for file in json.loads(run(python, code, tmp_path))]

    assert len(files) > 30
    assert [] == [file for file in files if not file.is_relative_to(python.parents[1] / "lib")]


def test_native_provider_starts(python: Path, tmp_path: Path) -> None:
    """As a script on PATH, and as a module, as the engine runs a Python plugin."""
    for command in ([python.parent / "pulumi-resource-glue-session"], [python, "-m", "pulumi_glue_session"]):
        arguments = [*map(str, command), "127.0.0.1:1"]
        with subprocess.Popen(arguments, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as plugin:
            assert plugin.stdout is not None
            port = plugin.stdout.readline()
            plugin.terminate()
        assert port.strip().isdigit(), "the first line that a plugin prints is its port"


def test_command_line_names_its_extra(python: Path, tmp_path: Path) -> None:
    command = [str(python.parent / "glue-session"), "--help"]

    done = subprocess.run(command, cwd=tmp_path, env={}, capture_output=True, text=True, check=False)
    expected = 'glue-session needs typer, which is not installed: run pip install "pulumi-glue-session[cli]".\n'

    assert (1, "", expected) == (done.returncode, done.stdout, done.stderr)


@pytest.fixture
def without_pulumi(python: Path, tmp_path: Path) -> Path:
    """Folder with the wheel's package and what `pip install boto3 packaging typer rich` installs, and nothing else."""
    folder = tmp_path / "packages"
    folder.mkdir()
    [package] = python.parents[1].glob("lib/python*/site-packages/pulumi_glue_session")
    (folder / "pulumi_glue_session").symlink_to(package)
    for name in set().union(*(dependencies(each, found=set()) for each in ("boto3", "packaging", "typer", "rich"))):
        try:
            found = distribution(name)
        except PackageNotFoundError:  # for another platform
            continue
        for top in {file.parts[0] for file in found.files or ()} - {"..", "__pycache__"}:
            if not (folder / top).exists():
                (folder / top).symlink_to(str(found.locate_file(top)))
    return folder


@pytest.mark.parametrize(
    ("arguments", "stdin"),
    [
        (["get", "analytics", "-o", "json"], ""),
        (["wait", "analytics"], ""),
        (["external"], '{"session_id": "analytics"}'),
    ],
    ids=["get", "wait", "external"],
)
def test_command_line_works_without_pulumi(
    python: Path, without_pulumi: Path, arguments: list[str], stdin: str
) -> None:
    """As docs/command-line.md installs it with --no-deps."""
    assert not {"pulumi", "grpc"} & {each.name for each in without_pulumi.iterdir()}
    code = f"import sys; sys.path.insert(0, {str(without_pulumi)!r}); from pulumi_glue_session.cli import main; main()"
    with GlueEndpoint() as glue:
        glue.put("analytics", always("READY"))
        done = subprocess.run(
            [str(python), "-I", "-S", "-c", code, *arguments],
            env=aws_environment(glue.url),
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )

    assert (0, "") == (done.returncode, done.stderr)
    assert "READY" in done.stdout


def test_version_equals_the_metadata(python: Path, tmp_path: Path) -> None:
    code = """
import importlib.metadata, pulumi_glue_session
print(pulumi_glue_session.__version__, importlib.metadata.version("pulumi-glue-session"))
"""

    assert [pulumi_glue_session.__version__] * 2 == run(python, code, tmp_path).split()


def test_program_runs_with_mocks(python: Path, tmp_path: Path) -> None:
    assert "READY" == run(python, PROGRAM, tmp_path)


def test_boto3_is_installed(python: Path, tmp_path: Path) -> None:
    """A region is needed before the first call, so this does not reach AWS."""
    code = """
import os
from pulumi_glue_session import NoRegion
os.environ |= {"AWS_CONFIG_FILE": "none", "AWS_SHARED_CREDENTIALS_FILE": "none"}
from pulumi_glue_session.aws.sessions import GlueSessions
from pulumi_glue_session.core.aws_config import AwsConfig
try:
    GlueSessions(AwsConfig()).get("etl-1")
except NoRegion as error:
    print(error)
"""

    assert "AWS_REGION" in run(python, code, tmp_path)


@pytest.mark.parametrize("example", ["resource.py", "functions.py", "options.py", "errors.py"])
def test_type_checkers_read_its_types(example: str, python: Path, tmp_path: Path) -> None:
    """mypy reports every import of a package whose wheel lacks py.typed."""
    program = tmp_path / example
    program.write_text((ROOT / "tests" / "typing" / example).read_text(encoding="utf-8"), encoding="utf-8")
    options = ["--strict", "--config-file=", f"--cache-dir={ROOT / '.mypy_cache' / 'wheel'}"]
    command = [sys.executable, "-m", "mypy", *options, "--python-executable", str(python), str(program)]

    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert ("Success: no issues found in 1 source file", "") == (done.stdout.strip(), done.stderr)
