"""Show the main use case on a local Glue (`glue-session sandbox`), without access to anything outside this machine.

    make demo

A deployment waits for a session that takes 15 seconds to become READY, while an unrelated resource is created at once.
Then the session changes, then it fails, and then the stack is deployed without waiting. Each step prints the command
and its output.

The demo stops at the first unexpected result, with one sentence and exit code 1. It removes all its files, also after
Ctrl-C, and passes none of your credentials to the commands.
"""

from __future__ import annotations

import os
import re
import resource
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

from local_pulumi import environment, get_engine
from pulumi_glue_session.sandbox import Sandbox, always, step, then

STACK = "demo"
SESSION_ID = "analytics-prod"

PROGRAM = f"""import pulumi
from pulumi_glue_session import GlueSession

session = GlueSession(
    "analytics", session_id="{SESSION_ID}", wait_for="READY"
)

# A resource that does not use the session is created at once.
pulumi.Stash("network", input="10.0.0.0/16")

# This one waits for the session. An aws.glue.Job takes the same two values.
role, version = session.role, session.glue_version
pulumi.Stash("nightly-job", input={{"role": role, "glue_version": version}})
"""


class Stage:
    """Runs the commands of the demo and counts its steps."""

    def __init__(self, folder: Path, env: Mapping[str, str]) -> None:
        self._folder = folder
        self._env = env
        self._step = 0

    def announce(self, text: str) -> None:
        """Print the title of the next step."""
        self._step += 1
        print(f"\n[{self._step}/6] {text}", flush=True)

    def pulumi(self, *arguments: str, shows: tuple[str, ...] = (), code: int = 0, **env: str) -> None:
        """Run a Pulumi command and print its output, which must contain the texts in `shows`."""
        settings = "".join(f"{name}={value} " for name, value in env.items())
        print(f"$ {settings}pulumi {' '.join(arguments)}", flush=True)
        color = "always" if sys.stdout.isatty() and "NO_COLOR" not in os.environ else "never"
        command = ["pulumi", *arguments, "--non-interactive", "--color", color]
        printed = ""
        # In its own process group, because Ctrl-C in a terminal would reach it twice, and the second one makes it leave
        # its plugins running.
        with subprocess.Popen(
            command,
            cwd=self._folder,
            env={**self._env, **env},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        ) as running:
            try:
                for line in running.stdout or ():
                    # Pulumi's dots show only that it still runs.
                    if not re.match(r"(\x1b\[[0-9;]*m)*@ ", line):
                        print(f"  {line}", end="", flush=True)
                    printed += line
            except KeyboardInterrupt:
                running.send_signal(signal.SIGINT)
                running.communicate()
                raise
        if running.returncode != code:
            _stop(f"pulumi {arguments[0]} ended with exit code {running.returncode} instead of {code}")
        missing = [text for text in shows if color == "never" and text not in " ".join(printed.split())]
        if missing:
            _stop(f"pulumi {arguments[0]} did not show {missing[0]!r}")


def main() -> int:
    """Run the demo. Returns the exit code, or exits if a step has an unexpected result."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    # A core file would contain the reader's environment. Child processes inherit the limit.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        with tempfile.TemporaryDirectory(prefix="glue-session-demo-") as folder, Sandbox() as glue:
            _run(Path(folder), glue)
    except KeyboardInterrupt:
        print("\nInterrupted: nothing is left behind.", file=sys.stderr)
        return 130
    return 0


def _run(folder: Path, glue: Sandbox) -> None:
    try:
        engine = get_engine()
    except subprocess.CalledProcessError:
        _stop("a Pulumi engine could not be found or built for the reason above")
    program = folder / "program"
    program.mkdir()
    (program / "Pulumi.yaml").write_text("name: glue-session-demo\nruntime: python\n", encoding="utf-8")
    (program / "__main__.py").write_text(PROGRAM, encoding="utf-8")
    print("The program of this demo:\n")
    print("".join(f"  {line}\n" for line in PROGRAM.splitlines()))
    stage = Stage(program, environment(folder, engine, PULUMI_STACK=STACK, **glue.environment))
    stage.pulumi("stack", "init", STACK)
    _show(stage, glue)
    print(f"""
Done. To deploy the same with your own session and AWS credentials:

  cd examples/ready_gate
  export AWS_REGION=<region of the session>
  export PATH="{Path(sys.executable).parent}:$PATH"
  export PATH="{engine}:$PATH"
  pulumi stack init dev
  pulumi config set session_id <id of the session>
  pulumi up
""")


def _show(stage: Stage, glue: Sandbox) -> None:
    starting = then(("PROVISIONING", 15.0), "READY")

    stage.announce("The Glue session takes 15 seconds to start. The deployment waits for it.")
    glue.put(SESSION_ID, starting, Description="notebook of the analytics team")
    stage.pulumi("up", "--yes", "--skip-preview", shows=("nightly-job created", "network created", "4 created"))

    stage.announce("The Glue version of the session changes. The preview shows the drift.")
    glue.put(SESSION_ID, always("READY"), Description="notebook of the analytics team", GlueVersion="5.1")
    stage.pulumi("preview", "--diff", shows=('~ glue_version: "5.0" => "5.1"',))

    stage.announce("The session fails. The preview fails before anything is deployed.")
    failed = step("FAILED", ErrorMessage="The subnet has no free IP addresses")
    glue.put(SESSION_ID, always(failed), Description="notebook of the analytics team")
    stage.pulumi(
        "preview", shows=("FAILED, will not become READY", "Glue says: The subnet has no free IP addresses"), code=1
    )

    stage.announce("An emergency deployment does not wait.")
    stage.pulumi(
        "up",
        "--yes",
        "--skip-preview",
        "--diff",
        shows=('~ status : "READY" => "FAILED"',),
        PULUMI_GLUE_SESSION_SKIP_WAIT="true",
    )

    stage.announce("Destroy drops the record. The session itself stays as it is.")
    stage.pulumi("destroy", "--yes", "--skip-preview")

    stage.announce("The stack is removed.")
    stage.pulumi("stack", "rm", STACK, "--yes")


def _stop(reason: str) -> NoReturn:
    sys.exit(f"\nThe demo stopped: {reason}.")


if __name__ == "__main__":
    sys.exit(main())
