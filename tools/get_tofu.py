"""Build OpenTofu for the acceptance tests, once, into the user's cache; print its path.

    python tools/get_tofu.py

A `tofu` on PATH is used as it is. The build comes from the Go modules that tools/tofu pins. It takes about ten minutes
on two cores and needs no C compiler. The path is the only output; messages go to standard error.
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from pathlib import Path

from get_engine import cached, find_go, go_build, lock, main

MODULE = Path(__file__).resolve().parent / "tofu"
PACKAGE = "github.com/opentofu/opentofu/cmd/tofu"


def get_tofu() -> Path:
    """Return the path of the program. Raises EngineError and OSError."""
    if on_path := shutil.which("tofu"):
        return Path(on_path)
    (version,) = re.findall(r"github\.com/opentofu/opentofu v(\S+)", (MODULE / "go.mod").read_text(encoding="utf-8"))
    program = cached("tofu", version) / "tofu"
    with lock(program.parent):
        if not program.exists():
            print(f"Building OpenTofu {version} from source, once. It takes about ten minutes.", file=sys.stderr)
            with tempfile.TemporaryDirectory(dir=program.parent, prefix=".work-") as work:
                link = "-X github.com/opentofu/opentofu/version.dev=no"
                go_build(find_go(MODULE), MODULE, PACKAGE, Path(work), link=link)
                (Path(work) / "tofu").rename(program)
    return program


if __name__ == "__main__":
    sys.exit(main(get_tofu))
