"""Build OpenTofu for the acceptance tests, once, into the user's cache; print its path.

    python tools/get_tofu.py

A `tofu` on PATH is used as it is. The build comes from the Go modules that tools/tofu pins. It takes about ten minutes
on two cores and needs no C compiler. The path is the only output; messages go to standard error.
"""

from __future__ import annotations

import fcntl
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

MODULE = Path(__file__).resolve().parent / "tofu"
PACKAGE = "github.com/opentofu/opentofu/cmd/tofu"

SETTINGS = {
    "CGO_ENABLED": "0",
    "GOTOOLCHAIN": "local",  # never download another Go
    "GOWORK": "off",
    "GOOS": "",
    "GOARCH": "",
}


def version() -> str:
    """Version that tools/tofu pins."""
    found = re.search(r"github\.com/opentofu/opentofu v(\S+)", (MODULE / "go.mod").read_text(encoding="utf-8"))
    assert found, "tools/tofu/go.mod does not require OpenTofu"  # noqa: S101 # nosec B101
    return found[1]


def cached() -> Path:
    """Path of the program in the cache, whether it is there or not."""
    base = Path(os.environ.get("XDG_CACHE_HOME", ""))
    cache = (base if base.is_absolute() else Path("~/.cache").expanduser()) / "pulumi-glue-session" / "tofu"
    return cache / f"{version()}-{platform.system()}-{platform.machine()}".lower() / "tofu"


def build(program: Path) -> None:
    """Build the program, or leave nothing. Raises OSError and CalledProcessError."""
    program.parent.mkdir(parents=True, exist_ok=True)
    with (program.parent / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        # A run that this one waited for may have built it.
        if program.exists():
            return
        print(f"Building OpenTofu {version()} from source, once. It takes about ten minutes.", file=sys.stderr)
        with tempfile.TemporaryDirectory(dir=program.parent, prefix=".work-") as work:
            flags = "-s -w -X github.com/opentofu/opentofu/version.dev=no"
            command = ["go", "build", "-C", str(MODULE), "-mod=readonly", "-trimpath", "-buildvcs=false"]
            command += ["-ldflags", flags, "-o", f"{work}/", PACKAGE]
            subprocess.run(command, env=os.environ | SETTINGS, stdout=sys.stderr, check=True)
            (Path(work) / "tofu").rename(program)


def main() -> int:
    """Print the path; return the exit code."""
    on_path = shutil.which("tofu")
    program = Path(on_path) if on_path else cached()
    if not program.exists():
        if shutil.which("go") is None:
            print("OpenTofu is not on PATH, and Go, needed to build it, is not installed.", file=sys.stderr)
            return 1
        try:
            build(program)
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"OpenTofu cannot be built: {error}", file=sys.stderr)
            return 1
    print(program)
    return 0


if __name__ == "__main__":
    sys.exit(main())
