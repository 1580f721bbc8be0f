"""Build the release archive of the provider for Terraform for this platform: a provider that needs no Python.

    make terraform-archive

It writes archives/terraform-provider-gluesession_VERSION_OS_ARCH.zip, the manifest, and SHA256SUMS of all archives in
that folder, in the form that registries expect. It starts what is in the archive.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from archive import MACHINES, ROOT, SYSTEMS, freeze
from pulumi_glue_session import __version__
from pulumi_glue_session.terraform.protocol import MAGIC_COOKIE, VERSION

NAME = "terraform-provider-gluesession"

_ENTRY = "from pulumi_glue_session.terraform.server import main\n\nmain()\n"


def pack(folder: Path, archive: Path) -> None:
    """Write the archive. The program is at its top, with the version in its name."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder).as_posix()
            packed.write(path, f"{NAME}_v{__version__}{path.suffix}" if path.stem == NAME else name)


def describe(archive: Path) -> None:
    """Write the manifest, and the checksums of the archives of all platforms that are in the folder."""
    prefix = archive.with_name(f"{NAME}_{__version__}")
    manifest = {"version": 1, "metadata": {"protocol_versions": [f"{VERSION}.0"]}}
    Path(f"{prefix}_manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    files = [*sorted(archive.parent.glob(f"{prefix.name}_*.zip")), Path(f"{prefix}_manifest.json")]
    lines = [f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in files]
    Path(f"{prefix}_SHA256SUMS").write_text("".join(lines), encoding="utf-8")


def start(program: Path) -> None:
    """Start the program as Terraform does. Exits if it does not answer with the handshake."""
    environment = {**os.environ, MAGIC_COOKIE[0]: MAGIC_COOKIE[1]}
    with subprocess.Popen([program], env=environment, stdout=subprocess.PIPE, text=True) as running:
        line = running.stdout.readline() if running.stdout else ""
        running.kill()
    if not line.startswith(f"1|{VERSION}|"):
        sys.exit(f"The frozen provider does not start: {line}")


def main() -> None:
    """Build the archive and start what is in it."""
    target = f"{SYSTEMS[platform.system()]}_{MACHINES[platform.machine()]}"
    archive = ROOT / "archives" / f"{NAME}_{__version__}_{target}.zip"
    archive.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="gluesession-archive-") as work:
        frozen = freeze(Path(work), NAME, _ENTRY, "--hidden-import", "msgpack")
        start(frozen / NAME)
        pack(frozen, archive)
        size = sum(path.stat().st_size for path in frozen.rglob("*") if path.is_file())
    describe(archive)
    packed = archive.stat().st_size // 1_000_000
    print(f"{archive.relative_to(ROOT)}: {packed} MB, {size // 1_000_000} MB unpacked")


if __name__ == "__main__":
    main()
