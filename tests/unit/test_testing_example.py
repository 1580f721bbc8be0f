"""`examples/testing` and docs/testing.md: the page shows the example, and its tests pass and fail for mistakes."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "testing"
PAGE = ROOT / "docs" / "testing.md"


def test_page_shows_the_example() -> None:
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)

    assert (EXAMPLE / "infrastructure.py").read_text(encoding="utf-8") == blocks[0]
    assert (EXAMPLE / "test_infrastructure.py").read_text(encoding="utf-8") == "\n\n".join(blocks[1:])


def test_example_is_a_project() -> None:
    files = {file.name for file in EXAMPLE.iterdir() if file.is_file()}

    assert {
        "Pulumi.yaml",
        "README.md",
        "__main__.py",
        "infrastructure.py",
        "requirements.txt",
        "test_infrastructure.py",
    } == files
    assert "pulumi-glue-session\n" == (EXAMPLE / "requirements.txt").read_text(encoding="utf-8")


def report_of(folder: Path) -> tuple[int, str]:
    """Exit code and report of the example's tests, run without boto3, sockets and endpoint."""
    (folder / "without_boto3.py").write_text(
        "import sys\n\nsys.modules['boto3'] = sys.modules['botocore'] = None\n", encoding="utf-8"
    )
    closed = "http://127.0.0.1:9"
    done = subprocess.run(  # noqa: S603 - the tests of the example
        [
            *(sys.executable, "-m", "pytest", "-rA", "--tb=no", "-p", "without_boto3", "-p", "no:cacheprovider"),
            *("--disable-socket", "--allow-unix-socket", "-p", "no:randomly"),
        ],
        cwd=folder,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "PYTHONPATH": str(folder),
            "AWS_ENDPOINT_URL": closed,
            "HTTP_PROXY": closed,
            "HTTPS_PROXY": closed,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """The example in a folder without the settings of this repository."""
    return shutil.copytree(EXAMPLE, tmp_path / "testing", ignore=shutil.ignore_patterns("__pycache__"))


def test_example_tests_pass_without_calls(copied: Path) -> None:
    names = re.findall(r"def (test_\w+)", (copied / "test_infrastructure.py").read_text(encoding="utf-8"))

    code, report = report_of(copied)

    assert (0, [f"PASSED test_infrastructure.py::{name}" for name in names]) == (
        code,
        re.findall("PASSED .*", report),
    ), report
    assert len(names) > 5


MISTAKES = {
    "the gate": ('wait_for="READY"', "wait_for=None", "test_job_waits_for_the_session"),
    "a secret": (
        "session.default_arguments",
        "pulumi.Output.unsecret(session.default_arguments)",
        "test_arguments_stay_secret",
    ),
}
MORE_MISTAKES = {
    "the id": ("session_id=session_id", 'session_id="other"', "test_job_waits_for_the_session"),
    "an output": ("session.role", "session.status", "test_job_uses_the_session"),
    "a preview": (
        'pulumi.Stash("nightly-job", input=settings)',
        'session.role.apply(lambda _: pulumi.Stash("nightly-job", input=settings))',
        "test_preview_plans_the_job_with_an_unknown_role",
    ),
    "a failure": ("except SessionNotFound", "except Exception", "test_denied_session_is_an_error"),
}


@pytest.mark.parametrize(
    ("right", "wrong", "failing_test"),
    [
        *(pytest.param(*mistake, id=name) for name, mistake in MISTAKES.items()),
        *(pytest.param(*mistake, id=name, marks=pytest.mark.slow) for name, mistake in MORE_MISTAKES.items()),
    ],
)
def test_example_tests_catch_mistakes(copied: Path, right: str, wrong: str, failing_test: str) -> None:
    module = copied / "infrastructure.py"
    program = module.read_text(encoding="utf-8")
    module.write_text(program.replace(right, wrong), encoding="utf-8")

    code, report = report_of(copied)

    assert 1 == program.count(right)
    assert (1, [failing_test]) == (code, re.findall(r"FAILED test_infrastructure\.py::(\w+)", report)), report
