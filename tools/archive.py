"""Build a release archive for this platform: a provider that needs no Python.

    python tools/archive.py pulumi       # archives/pulumi-resource-glue-session-vVERSION-OS-ARCH.tar.gz
    python tools/archive.py terraform    # archives/terraform-provider-gluesession_VERSION_OS_ARCH.zip

PyInstaller freezes the installed package into one folder. Of botocore's service models, only those that the provider
can need are kept. The frozen program is started before it is packed. Checksums, and for Terraform the manifest, have
the form that the engine and the registries expect.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path

from pulumi_glue_session import __version__

ARCHIVES = Path(__file__).resolve().parents[1] / "archives"
PLUGIN, PROVIDER = "pulumi-resource-glue-session", "terraform-provider-gluesession"

SERVICES = {"glue", "login", "signin", "sso", "sso-oidc", "sts"}
"""Service models of botocore: Glue, and those from which credentials come."""

MACHINES = {"aarch64": "arm64", "AMD64": "amd64", "arm64": "arm64", "x86_64": "amd64"}
SYSTEM, MACHINE = platform.system().lower(), MACHINES[platform.machine()]


def build_plugin(work: Path) -> Path:
    """Build the archive of the native provider, whose files are at its top."""
    frozen = freeze(work, PLUGIN, "native", "--exclude-module", "cryptography")  # only Terraform needs it
    start([frozen / PLUGIN, "127.0.0.1:1"], r"\d+\n")  # the port, for the engine
    archive = ARCHIVES / f"{PLUGIN}-v{__version__}-{SYSTEM}-{MACHINE}.tar.gz"
    with tarfile.open(archive, "w:gz", format=tarfile.GNU_FORMAT) as tar:
        for path in sorted(frozen.iterdir()):
            tar.add(path, arcname=path.name)
    archive.with_name(f"{archive.name}.sha256").write_text(checksum(archive), encoding="utf-8")
    return archive


def build_provider(work: Path) -> Path:
    """Build the archive of the provider for Terraform, the manifest, and the checksums of all platforms."""
    from pulumi_glue_session.terraform.protocol import MAGIC_COOKIE, VERSION

    frozen = freeze(work, PROVIDER, "terraform", "--hidden-import", "msgpack")
    start([frozen / PROVIDER], rf"1\|{VERSION}\|.*\n", **dict([MAGIC_COOKIE]))  # the handshake
    (program,) = frozen.glob(f"{PROVIDER}*")
    program.rename(program.with_stem(f"{PROVIDER}_v{__version__}"))
    name = str(ARCHIVES / f"{PROVIDER}_{__version__}")
    archive = Path(shutil.make_archive(f"{name}_{SYSTEM}_{MACHINE}", "zip", frozen))
    manifest = Path(f"{name}_manifest.json")
    content = {"version": 1, "metadata": {"protocol_versions": [f"{VERSION}.0"]}}
    manifest.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    checksums = map(checksum, [*sorted(ARCHIVES.glob(f"{PROVIDER}_{__version__}_*.zip")), manifest])
    Path(f"{name}_SHA256SUMS").write_text("".join(checksums), encoding="utf-8")
    return archive


def freeze(work: Path, name: str, face: str, *options: str) -> Path:
    """Freeze the server of a face. Returns the folder of the program."""
    (work / "entry.py").write_text(f"from pulumi_glue_session.{face}.server import main\n\nmain()\n", encoding="utf-8")
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "ERROR", "--name", name, *options]
    command += ["--collect-data", "pulumi_glue_session", "--copy-metadata", "pulumi-glue-session", "entry.py"]
    subprocess.run(command, cwd=work, check=True)
    frozen = work / "dist" / name
    for model in (frozen / "_internal" / "botocore" / "data").iterdir():
        if model.is_dir() and model.name not in SERVICES:
            shutil.rmtree(model)
    return frozen


def start(command: list[str | Path], expected: str, **environment: str) -> None:
    """Start a program until its first line, and again, which is faster. Exits if the line is not the expected one."""
    for _ in range(2):
        started = time.monotonic()
        with subprocess.Popen(command, env=os.environ | environment, stdout=subprocess.PIPE, text=True) as running:
            line = running.stdout.readline() if running.stdout else ""
            running.kill()
        print(f"started in {time.monotonic() - started:.1f} s")
        if not re.fullmatch(expected, line):
            sys.exit(f"The frozen program does not start: {line!r}")


def checksum(file: Path) -> str:
    """Line of a file in the form of sha256sum."""
    return f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n"


if __name__ == "__main__":
    ARCHIVES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="glue-session-archive-") as folder:
        built = (build_plugin if sys.argv[1] == "pulumi" else build_provider)(Path(folder))
    print(f"archives/{built.name}: {built.stat().st_size // 1_000_000} MB")
