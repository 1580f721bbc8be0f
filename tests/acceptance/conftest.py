"""Fixtures of the acceptance tests: the engine, an isolated environment, and Glue."""

from __future__ import annotations

import os
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from moto.server import ThreadedMotoServer

from support.glue_endpoint import GlueEndpoint
from support.pulumi_project import REGION, ROOT, Moto, Project


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest test starts first, so that no worker runs it alone at the end."""
    items.sort(key=lambda item: item.path.name != "test_tutorial.py")


@pytest.fixture(scope="session")
def engine() -> str:
    """Folder of the engine, which is downloaded or built if it is not cached."""
    command = [sys.executable, str(ROOT / "tools" / "get_engine.py")]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()


@pytest.fixture(scope="session")
def pulumi_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """PULUMI_HOME without plugins and credentials of the user."""
    return tmp_path_factory.mktemp("pulumi-home")


@pytest.fixture(scope="session")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with the Python of this environment, for which pip has already listed the packages.

    Pulumi asks pip before each preview, update and refresh, and the answer takes pip longer than most programs take.
    The tests of the demo and of the tutorial use pip itself.
    """
    folder = tmp_path_factory.mktemp("python")
    question = ["-m", "pip", "list", "-v", "--format", "json"]
    own = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}  # that has the tools of the tests
    packages = subprocess.run([sys.executable, *question], env=own, capture_output=True, check=True).stdout
    (folder / "packages.json").write_bytes(packages)
    launcher = folder / "python"
    launcher.write_text(
        f'#!/bin/sh\n[ "$*" = "{" ".join(question)}" ] && exec cat {folder}/packages.json\nexec {sys.executable} "$@"\n'
    )
    launcher.chmod(0o755)
    (folder / "python3").symlink_to(launcher)
    return folder


@pytest.fixture(scope="session")
def env_in(engine: str, pulumi_home: Path, python: Path) -> Callable[[Path], dict[str, str]]:
    """Environment with state in a folder and without settings of the user. AWS endpoints are not set."""

    def env(folder: Path) -> dict[str, str]:
        backend = folder / "backend"
        backend.mkdir()
        kept = {key: os.environ[key] for key in ("HOME", "LANG", "TMPDIR") if key in os.environ}
        return kept | {
            "PATH": os.pathsep.join([str(python), str(Path(sys.executable).parent), engine, os.environ["PATH"]]),
            "PULUMI_HOME": str(pulumi_home),
            "PULUMI_BACKEND_URL": backend.as_uri(),
            "PULUMI_CONFIG_PASSPHRASE": "for tests only",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_STACK": "dev",
            "AWS_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": str(folder / "no-config"),
            "AWS_SHARED_CREDENTIALS_FILE": str(folder / "no-credentials"),
        }

    return env


@pytest.fixture
def env(env_in: Callable[[Path], dict[str, str]], tmp_path: Path) -> dict[str, str]:
    """Environment of one test."""
    return env_in(tmp_path)


@pytest.fixture
def glue() -> Iterator[GlueEndpoint]:
    """The scripted Glue."""
    with GlueEndpoint() as endpoint:
        yield endpoint


@pytest.fixture
def project(tmp_path: Path, env: dict[str, str], glue: GlueEndpoint) -> Project:
    """An empty project that uses the scripted Glue."""
    folder = tmp_path / "project"
    folder.mkdir()
    return Project(folder, env | {"AWS_ENDPOINT_URL": glue.url})


@pytest.fixture
def moto() -> Iterator[Moto]:
    """A moto server on a free port without sessions. All moto servers of a process share their data."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    urllib.request.urlopen(urllib.request.Request(f"{url}/moto-api/reset", method="POST")).close()  # noqa: S310
    yield Moto(url)
    server.stop()


@pytest.fixture
def aws_project(tmp_path: Path, env: dict[str, str], moto: Moto) -> Project:
    """An empty project that uses moto."""
    folder = tmp_path / "aws-project"
    folder.mkdir()
    return Project(folder, env | {"AWS_ENDPOINT_URL": moto.url})
