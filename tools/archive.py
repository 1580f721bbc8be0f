"""Build the release archive of the native provider for this platform: a plugin that needs no Python.

    make archive

It writes archives/pulumi-resource-glue-session-vVERSION-OS-ARCH.tar.gz and starts what is in it. PyInstaller freezes
the installed package into one folder. Of botocore's service models, only those that the plugin can need are kept.
"""

from __future__ import annotations

import hashlib
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path

from pulumi_glue_session import __version__

ROOT = Path(__file__).resolve().parents[1]
NAME = "pulumi-resource-glue-session"

SERVICES = {"glue", "login", "signin", "sso", "sso-oidc", "sts"}
"""Service models of botocore: Glue, and those from which credentials come."""

SYSTEMS = {"Darwin": "darwin", "Linux": "linux", "Windows": "windows"}
MACHINES = {"aarch64": "arm64", "AMD64": "amd64", "arm64": "arm64", "x86_64": "amd64"}

_ENTRY = "from pulumi_glue_session.native.server import main\n\nmain()\n"


def archive_name() -> str:
    """File name in the form that `pulumi plugin install` looks for."""
    return f"{NAME}-v{__version__}-{SYSTEMS[platform.system()]}-{MACHINES[platform.machine()]}.tar.gz"


def freeze(folder: Path, name: str, code: str, *options: str) -> Path:
    """Freeze a program below `folder`. Returns its folder."""
    entry = folder / "entry.py"
    entry.write_text(code, encoding="utf-8")
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "ERROR", "--name", name, *options]
    command += ["--collect-data", "pulumi_glue_session", "--copy-metadata", "pulumi-glue-session"]
    command += [
        "--distpath",
        str(folder / "dist"),
        "--workpath",
        str(folder / "work"),
        "--specpath",
        str(folder),
        str(entry),
    ]
    subprocess.run(command, check=True)
    plugin = folder / "dist" / name
    models = plugin / "_internal" / "botocore" / "data"
    for model in models.iterdir():
        if model.is_dir() and model.name not in SERVICES:
            shutil.rmtree(model)
    return plugin


def pack(plugin: Path, archive: Path) -> None:
    """Write the archive, whose files are at its top as the engine expects, and its checksum."""
    archive.parent.mkdir(exist_ok=True)
    with tarfile.open(archive, "w:gz", format=tarfile.GNU_FORMAT) as tar:
        for path in sorted(plugin.iterdir()):
            tar.add(path, arcname=path.name)
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    archive.with_name(f"{archive.name}.sha256").write_text(f"{digest}  {archive.name}\n", encoding="utf-8")


def start_seconds(archive: Path, folder: Path) -> float:
    """Seconds from the start of the unpacked plugin to the port that it prints for the engine."""
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    started = time.monotonic()
    with subprocess.Popen([folder / NAME, "127.0.0.1:1"], stdout=subprocess.PIPE, text=True) as running:
        port = running.stdout.readline() if running.stdout else ""
        seconds = time.monotonic() - started
        running.kill()
    if not port.strip().isdigit():
        sys.exit("The frozen plugin does not start.")
    return seconds


def main() -> None:
    """Build the archive and start what is in it."""
    archive = ROOT / "archives" / archive_name()
    with tempfile.TemporaryDirectory(prefix="glue-session-archive-") as folder:
        plugin = freeze(Path(folder), NAME, _ENTRY, "--exclude-module", "cryptography")  # only Terraform needs it
        size = sum(path.stat().st_size for path in plugin.rglob("*") if path.is_file())
        pack(plugin, archive)
        unpacked = Path(folder) / "unpacked"
        # The first start reads everything from the disk.
        seconds = min(start_seconds(archive, unpacked) for _ in range(3))
    packed, unpacked_size = archive.stat().st_size // 1_000_000, size // 1_000_000
    print(f"{archive.relative_to(ROOT)}: {packed} MB, {unpacked_size} MB unpacked, starts in {seconds:.1f} s")


if __name__ == "__main__":
    main()
