"""Record commands in a terminal for the README and the site: `make recordings` writes docs/recordings/*.svg.

The tests run the same scenes faster and compare what the commands print with the pictures.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from demo import PROGRAM
from local_pulumi import ROOT, environment, get_engine
from pulumi_glue_session.sandbox import Sandbox, always, step, then
from recording import Screen, record, to_svg

FOLDER = ROOT / "docs" / "recordings"
TITLES = {
    "up": "pulumi up waits for a Glue session",
    "preview": "pulumi preview shows what changed",
    "wait": "glue-session wait shows each session",
    "plan": "terraform plan shows what changed",
}
SESSION_ID = "analytics-prod"
CONFIGURATION = f"""terraform {{
  required_providers {{
    gluesession = {{
      source = "terraform.local/pulumi-glue-session/gluesession"
    }}
  }}
}}

resource "gluesession_session" "analytics" {{
  session_id = "{SESSION_ID}"
}}

output "job" {{
  value = {{
    role         = gluesession_session.analytics.role
    glue_version = gluesession_session.analytics.glue_version
  }}
}}
"""
_WIDE, _NARROW = 116, 92
"""Pulumi cuts the progress of a wait off in a narrower terminal."""


def record_deployment(folder: Path, *, seconds: float) -> dict[str, list[Screen]]:
    """`pulumi up` while the session starts, and `pulumi preview` after it changed."""
    (folder / "Pulumi.yaml").write_text("name: analytics\nruntime: python\n", encoding="utf-8")
    (folder / "__main__.py").write_text(PROGRAM, encoding="utf-8")
    with Sandbox() as glue:
        env = environment(folder, get_engine(), PULUMI_STACK="prod", **glue.environment)
        subprocess.run(["pulumi", "stack", "init", "prod"], cwd=folder, env=env, stdout=subprocess.DEVNULL, check=True)
        glue.put(SESSION_ID, then(("PROVISIONING", seconds), "READY"))
        up = record(["pulumi", "up", "--yes", "--skip-preview"], cwd=folder, env=env, columns=_WIDE)
        glue.put(SESSION_ID, always("READY"), GlueVersion="5.1")
        preview = record(["pulumi", "preview", "--diff"], cwd=folder, env=env, columns=_NARROW)
    return {"up": up, "preview": preview}


def record_command_line(folder: Path, *, seconds: float) -> dict[str, list[Screen]]:
    """`glue-session wait` for two sessions, one of which fails."""
    with Sandbox() as glue:
        created = datetime.now(UTC)
        glue.put(SESSION_ID, then(("PROVISIONING", seconds), "READY"), CreatedOn=created)
        failed = step("FAILED", ErrorMessage="The subnet has no free IP addresses")
        glue.put("etl", then(("PROVISIONING", seconds / 2), failed), CreatedOn=created)
        env = {**_path(), **glue.environment}
        return {"wait": record(["glue-session", "wait", SESSION_ID, "etl"], cwd=folder, env=env, columns=_NARROW)}


def record_terraform(folder: Path, *, program: str) -> dict[str, list[Screen]]:
    """`plan` after the session changed."""
    (folder / "main.tf").write_text(CONFIGURATION, encoding="utf-8")
    with Sandbox() as glue:
        env = {**_path(), **glue.environment, "HOME": str(folder), "CHECKPOINT_DISABLE": "1"}
        env.pop("TF_CLI_CONFIG_FILE", None)
        glue.put(SESSION_ID, always("READY"))
        for command in (
            ["glue-session", "terraform", "install"],
            [program, "init"],
            [program, "apply", "-auto-approve"],
        ):
            subprocess.run(command, cwd=folder, env=env, capture_output=True, check=True)
        glue.put(SESSION_ID, always("READY"), GlueVersion="5.1")
        shown_as = f"{Path(program).name} plan"
        return {"plan": record([program, "plan"], cwd=folder, env=env, columns=_NARROW, rows=40, shown_as=shown_as)}


def stable(lines: Sequence[str]) -> list[str]:
    """Lines without times, ids and alignment. Sorted, because rows of resources can change places."""
    text = re.sub(r"\[id=[0-9a-f-]{36}\]?", "[id=...]", "\n".join(lines))
    text = re.sub(r"\(\d[\d.]*m?s\)\.*|\b\d+m?s\b|\b\d+[dhm]\b", "<time>", text)
    text = re.sub(r"^@ .*|[├└│]─?", "", text, flags=re.MULTILINE)
    return sorted(plain for line in text.splitlines() if (plain := " ".join(line.split())))


def version_of(program: str) -> str:
    """Program and version, for example `pulumi 3.259.0`. The description of a recording names it."""
    printed = subprocess.run([program, "version"], stdout=subprocess.PIPE, text=True, check=True).stdout
    return f"{Path(program).name} {printed.split('v', 1)[1].split()[0]}"


def main() -> None:
    """Record every scene."""
    terraform = shutil.which("terraform") or sys.exit("terraform is not on PATH.")
    for description, scene in {
        version_of(f"{get_engine()}/pulumi"): partial(record_deployment, seconds=12.0),
        "glue-session": partial(record_command_line, seconds=7.0),
        version_of(terraform): partial(record_terraform, program=terraform),
    }.items():
        with tempfile.TemporaryDirectory(prefix="glue-session-recording-") as folder:
            recorded = scene(Path(folder))
        for name, screens in recorded.items():
            svg = to_svg(screens, title=TITLES[name], description=description)
            (FOLDER / f"{name}.svg").write_text(svg, encoding="utf-8")
            print(f"docs/recordings/{name}.svg: {len(svg) // 1024} kB, {len(screens)} screens")


def _path() -> dict[str, str]:
    """Environment with the commands of this venv first on PATH."""
    return {**os.environ, "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])}


if __name__ == "__main__":
    main()
