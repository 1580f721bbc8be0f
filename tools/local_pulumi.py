"""Pulumi without accounts, for the demo, the tutorial and the recordings."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def get_engine() -> str:
    """Folder of the Pulumi engine. Raises CalledProcessError; the reason is on stderr."""
    command = [sys.executable, str(ROOT / "tools" / "get_engine.py")]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()


def environment(folder: Path, engine: str, **settings: str) -> dict[str, str]:
    """Environment with this venv and the engine first on PATH, state in a folder, and no credentials of the user.

    PYTHONPATH is left out: the engine would look for a plugin of a package that it finds there.
    """
    settings_of_user = ("AWS_", "PULUMI_", "PYTHONPATH")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(settings_of_user)}
    return inherited | {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), engine, os.environ.get("PATH", os.defpath)]),
        "PULUMI_HOME": str(folder / "pulumi"),
        "PULUMI_BACKEND_URL": folder.as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": "local",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        **settings,
    }
