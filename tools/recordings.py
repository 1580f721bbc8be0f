"""Record commands in a terminal for the README and the site: `make recordings` writes docs/recordings/*.svg.

Each SVG has a text file with its last screen, without times and ids. A test compares it with a new run.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from demo import PROGRAM
from local_pulumi import ROOT, environment, get_engine
from pulumi_glue_session.sandbox import Sandbox, always, step, then
from recording import Screen, record, to_svg

FOLDER = ROOT / "docs" / "recordings"
SESSION_ID = "analytics-prod"
_COLUMNS = 100


@contextmanager
def project(glue: Sandbox) -> Iterator[tuple[Path, Mapping[str, str]]]:
    """Folder and environment of the demo's program, with an empty stack."""
    with tempfile.TemporaryDirectory(prefix="glue-session-recording-") as name:
        folder = Path(name)
        (folder / "Pulumi.yaml").write_text("name: analytics\nruntime: python\n", encoding="utf-8")
        (folder / "__main__.py").write_text(PROGRAM, encoding="utf-8")
        env = environment(folder, get_engine(), PULUMI_STACK="prod", **glue.environment)
        subprocess.run(["pulumi", "stack", "init", "prod"], cwd=folder, env=env, stdout=subprocess.DEVNULL, check=True)
        yield folder, env


def wait_in_a_deployment(glue: Sandbox) -> list[Screen]:
    """`pulumi up` while the session starts."""
    with project(glue) as (folder, env):
        glue.put(SESSION_ID, then(("PROVISIONING", 12.0), "READY"))
        return record(["pulumi", "up", "--yes", "--skip-preview"], cwd=folder, env=env, columns=_COLUMNS)


def drift_in_a_preview(glue: Sandbox) -> list[Screen]:
    """`pulumi preview` after the session changed."""
    with project(glue) as (folder, env):
        glue.put(SESSION_ID, always("READY"))
        subprocess.run(
            ["pulumi", "up", "--yes", "--skip-preview"], cwd=folder, env=env, stdout=subprocess.DEVNULL, check=True
        )
        glue.put(SESSION_ID, always("READY"), GlueVersion="5.1")
        return record(["pulumi", "preview", "--diff"], cwd=folder, env=env, columns=_COLUMNS)


def wait_on_the_command_line(glue: Sandbox) -> list[Screen]:
    """`glue-session wait` for two sessions, one of which fails."""
    glue.put(SESSION_ID, then(("PROVISIONING", 7.0), "READY"))
    glue.put("etl", then(("PROVISIONING", 4.0), step("FAILED", ErrorMessage="The subnet has no free IP addresses")))
    env = {
        **os.environ,
        **glue.environment,
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
    }
    return record(["glue-session", "wait", SESSION_ID, "etl"], cwd=ROOT, env=env, columns=_COLUMNS)


SCENES: Mapping[str, tuple[str, Callable[[Sandbox], list[Screen]]]] = {
    "up": ("pulumi up waits for a Glue session", wait_in_a_deployment),
    "preview": ("pulumi preview shows what changed", drift_in_a_preview),
    "wait": ("glue-session wait shows each session", wait_on_the_command_line),
}


def stable(text: str) -> str:
    """A screen without what differs from run to run: times, ids, and blanks between columns."""
    for pattern, replacement in (
        (r"\[id=[0-9a-f-]{36}\]", "[id=...]"),
        (r"\(\d[\d.]*m?s\)|\b\d+m?s\b|\b\d+[dhm]\b", "<time>"),
        (r"@ (updating|previewing update)\.+", r"@ \1"),
        (r" +", " "),
    ):
        text = re.sub(pattern, replacement, text)
    return "\n".join(line.strip() for line in text.splitlines()).strip() + "\n"


def main() -> None:
    """Record every scene."""
    FOLDER.mkdir(exist_ok=True)
    for name, (title, scene) in SCENES.items():
        with Sandbox() as glue:
            screens = scene(glue)
        svg = to_svg(screens, title=title, columns=_COLUMNS)
        (FOLDER / f"{name}.svg").write_text(svg, encoding="utf-8")
        (FOLDER / f"{name}.txt").write_text(stable(screens[-1].text), encoding="utf-8")
        print(f"docs/recordings/{name}.svg: {len(svg) // 1024} kB, {len(screens)} screens")


if __name__ == "__main__":
    main()
