"""The wheel in an environment that holds it and what it asks for: no pytest, no types, no moto, no link to the checkout.

That it works with the engine is what the acceptance tests show: `make acceptance` runs them with this environment.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from importlib.metadata import Distribution, distribution
from pathlib import Path

import pytest

import pulumi_glue_session

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted(file.stem for file in (ROOT / "provider" / "pulumi_glue_session").glob("*.py") if not file.stem.startswith("__"))

# A unit test of a user's stack, as far as it goes without pytest: the SDK, the package and its lazy imports all at work.
PROGRAM = """
import asyncio, json, pulumi

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
    session = GlueSession("s", session_id="etl-1", wait_for="READY", timeout="1h30m", expect={"glue_version": {"at_least": "4.0"}})
    return session.status.apply(print)

run()
"""


def ask(python: Path, code: str, cwd: Path) -> str:
    """What a program prints there. In a folder of its own: nothing of the checkout is beside it."""
    kept = {name: os.environ[name] for name in ("HOME", "LANG", "TMPDIR") if name in os.environ}
    ran = subprocess.run(
        [str(python), "-W", "error", "-c", code], cwd=cwd, env=kept, capture_output=True, text=True, check=False, timeout=120
    )
    assert 0 == ran.returncode, ran.stderr
    return ran.stdout.strip()


def needed(name: str, *, seen: set[str]) -> set[str]:
    """Names of a distribution and all that it asks for, as installed with the tests."""
    key = re.sub(r"[-_.]+", "-", name).lower()
    if key not in seen:
        seen.add(key)
        found: Distribution = distribution(name)
        for requirement in found.requires or ():
            wanted = re.match(r"[\w.-]+", requirement)
            if wanted and "extra ==" not in requirement and _is_installed(wanted[0]):
                needed(wanted[0], seen=seen)
    return seen


def _is_installed(name: str) -> bool:
    try:
        distribution(name)
    except ModuleNotFoundError:
        return False
    return True


def test_the_environment_holds_the_wheel_and_what_it_asks_for(python: Path, tmp_path: Path) -> None:
    """What the tests brought along would hide a dependency that the wheel forgot."""
    code = "import importlib.metadata, json; print(json.dumps([each.metadata['Name'] for each in importlib.metadata.distributions()]))"
    names = {re.sub(r"[-_.]+", "-", name).lower() for name in json.loads(ask(python, code, tmp_path))}

    assert set() == names - needed("pulumi-glue-session", seen=set()) - {"pip", "setuptools", "wheel"}


def test_all_dependencies_fit_each_other(python: Path) -> None:
    checked = subprocess.run([str(python), "-m", "pip", "check"], capture_output=True, text=True, check=False, timeout=120)

    assert "No broken requirements found." == checked.stdout.strip()


def test_every_module_is_imported_from_the_wheel(python: Path, tmp_path: Path) -> None:
    code = f"""
import importlib, json
modules = [importlib.import_module("pulumi_glue_session." + name) for name in {MODULES!r}]
print(json.dumps(sorted({{str(__import__("pathlib").Path(each.__file__).parent) for each in modules}})))
"""
    (folder,) = json.loads(ask(python, code, tmp_path))

    assert Path(folder).is_relative_to(python.parents[1])
    assert "site-packages/pulumi_glue_session" == "/".join(Path(folder).parts[-2:])


def test_the_native_provider_is_there_for_the_engine_and_serves(python: Path, tmp_path: Path) -> None:
    """By its script, which the engine looks for on PATH, and as a module, as Pulumi runs a plugin that is a package."""
    for command in ([python.parent / "pulumi-resource-glue-session"], [python, "-m", "pulumi_glue_session"]):
        with subprocess.Popen([*map(str, command), "127.0.0.1:1"], cwd=tmp_path, stdout=subprocess.PIPE, text=True) as plugin:
            assert plugin.stdout is not None
            port = plugin.stdout.readline()
            plugin.terminate()
        assert port.strip().isdigit(), "the first line that a plugin prints is its port"


def test_the_command_line_says_what_it_needs(python: Path, tmp_path: Path) -> None:
    command = str(python.parent / "glue-session")

    failed = subprocess.run([command, "--help"], cwd=tmp_path, env={}, capture_output=True, text=True, check=False, timeout=60)
    expected = 'glue-session needs typer, which is not installed: run pip install "pulumi-glue-session[cli]".\n'

    assert (1, "", expected) == (failed.returncode, failed.stdout, failed.stderr)


def test_the_version_is_the_same_to_python_and_to_pip(python: Path, tmp_path: Path) -> None:
    code = "import importlib.metadata, pulumi_glue_session as p; print(p.__version__, importlib.metadata.version('pulumi-glue-session'))"

    assert f"{pulumi_glue_session.__version__} {pulumi_glue_session.__version__}" == ask(python, code, tmp_path)


def test_a_program_with_mocks_runs(python: Path, tmp_path: Path) -> None:
    assert "READY" == ask(python, PROGRAM, tmp_path)


def test_boto3_is_there_when_a_session_is_asked_for(python: Path, tmp_path: Path) -> None:
    """Without credentials or a region: as far as one gets without asking anybody."""
    code = """
from pulumi_glue_session import NoRegion
from pulumi_glue_session.core.aws_config import Caller
from pulumi_glue_session.aws.sessions import Finder
import os
os.environ |= {"AWS_CONFIG_FILE": "none", "AWS_SHARED_CREDENTIALS_FILE": "none"}
try:
    Finder(Caller()).find("etl-1")
except NoRegion as error:
    print(error)
"""
    expected = (
        'Glue session "etl-1" could not be read: no AWS region is set; '
        "set AWS_REGION, the stack's aws:region or AwsOptions(region=...), and run again."
    )

    assert expected == ask(python, code, tmp_path)


@pytest.mark.parametrize("example", ["resource.py", "functions.py", "options.py", "failures.py"])
def test_type_checkers_see_its_types(example: str, python: Path, tmp_path: Path) -> None:
    """Without py.typed in the wheel, mypy would know nothing of the package and say so."""
    program = tmp_path / example
    program.write_text((ROOT / "tests" / "typing" / example).read_text(encoding="utf-8"), encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", f"--cache-dir={ROOT / '.mypy_cache' / 'wheel'}"]

    checked = subprocess.run(
        [*command, "--python-executable", str(python), str(program)], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=240
    )

    assert ("Success: no issues found in 1 source file", "") == (checked.stdout.strip(), checked.stderr)
