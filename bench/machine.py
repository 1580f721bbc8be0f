"""What the numbers depend on: the machine and the versions. No names of hosts, users or folders."""

from __future__ import annotations

import os
import platform
import subprocess
from importlib import metadata
from pathlib import Path
from typing import Any

PACKAGES = ("pulumi", "pulumi-glue-session", "boto3", "botocore", "grpcio", "awscli")


def facts(engine: str) -> dict[str, Any]:
    """CPUs, memory, load before the run, and versions."""
    version = subprocess.run([f"{engine}/pulumi", "version"], capture_output=True, text=True, check=True, env={"HOME": os.devnull})
    return {
        "cpus": os.cpu_count(),
        "cpu_model": _cpu_model(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "system": f"{platform.system()} {platform.machine()}",
        "load_before": [round(load, 2) for load in os.getloadavg()],
        "versions": {
            "python": platform.python_version(),
            "engine": version.stdout.strip(),
            **{name: metadata.version(name) for name in PACKAGES},
        },
    }


def _cpu_model() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.processor())
