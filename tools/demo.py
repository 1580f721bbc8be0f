"""Show the main job on the embedded default: a moto server for Glue, a folder for Pulumi's state, nothing outside.

    make demo

A session is READY, `pulumi up` takes its role and Glue version and lets a dependant go on; the session is stopped behind Pulumi's back, and
`pulumi preview` says so. Then everything is taken down. Each step is announced, and what Pulumi prints is shown as it is.

Rules of this script: it stops at the first step that isn't what it should be, with one sentence and exit code 1. The server lives in this
process and the state in a folder that goes away with it, so nothing is left behind, interrupted or not, and no core file. The commands that
it runs get none of the reader's own credentials.
"""

from __future__ import annotations

import logging
import os
import resource
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

ROOT = Path(__file__).resolve().parents[1]
STACK = "demo"
SESSION_ID = "analytics-prod"
REGION = "eu-west-1"
ROLE = "arn:aws:iam::123456789012:role/GlueSession"

STEPS = 7

_END_SECONDS = 20
"""An interrupted command takes one or two."""


class DemoError(Exception):
    """A step was not what it should be; the text is the sentence for the person."""


class Stage:
    """What the steps share: the environment that commands run in, and the count of steps."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = dict(env)
        self._step = 0

    def announce(self, what: str) -> None:
        """Say which step comes."""
        self._step += 1
        print(f"\n[{self._step}/{STEPS}] {what}", flush=True)

    def pulumi(self, *arguments: str, shows: tuple[str, ...] = (), code: int = 0, **env: str) -> None:
        """Run a Pulumi command and show what it prints; `shows` are texts that must be in it."""
        settings = "".join(f"{name}={value} " for name, value in env.items())
        print(f"$ {settings}pulumi {' '.join(arguments)}", flush=True)
        color = "always" if sys.stdout.isatty() and "NO_COLOR" not in os.environ else "never"
        command = ["pulumi", *arguments, "--non-interactive", "--color", color]
        printed = ""
        # In a session of its own, so that a terminal's Ctrl-C reaches it once, through us: a second one would make it leave its plugins.
        with subprocess.Popen(
            command,
            cwd=ROOT,
            env=self._env | env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        ) as running:
            try:
                for line in running.stdout or ():
                    print(f"  {line}", end="", flush=True)
                    printed += line
            except KeyboardInterrupt:
                _end(running)
                raise
        if running.returncode != code:
            raise DemoError(f"pulumi {arguments[0]} ended with exit code {running.returncode} instead of {code}")
        missing = [text for text in shows if color == "never" and text not in printed]
        if missing:
            raise DemoError(f"pulumi {arguments[0]} did not show {missing[0]!r}")


def _end(running: subprocess.Popen[str]) -> None:
    """Let an interrupted command end in order, with everything that it started."""
    running.send_signal(signal.SIGINT)
    try:
        running.communicate(timeout=_END_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(running.pid, signal.SIGKILL)


def main() -> int:
    """Run the demo; the exit code is 0 when each step was what it should be."""
    signal.signal(signal.SIGTERM, _interrupt)
    # A core file of this process would hold the reader's environment. What it starts has the same limit.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        with tempfile.TemporaryDirectory(prefix="glue-session-demo-") as folder:
            _show(Path(folder))
    except DemoError as wrong:
        print(f"\nThe demo stopped: {wrong}.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted: nothing is left behind.", file=sys.stderr)
        return 130
    finally:
        # `pulumi stack init` writes it beside Pulumi.yaml, for the salt of the stack's secrets.
        (ROOT / f"Pulumi.{STACK}.yaml").unlink(missing_ok=True)
    return 0


def _show(folder: Path) -> None:
    getting = subprocess.run([sys.executable, str(ROOT / "tools" / "get_engine.py")], stdout=subprocess.PIPE, text=True, check=False)
    if getting.returncode:
        raise DemoError("there is no Pulumi engine, as said above")
    engine = getting.stdout.strip()

    # Imported after the engine is there: moto takes some seconds to load.
    print("Starting a moto server, which stands for AWS.", flush=True)
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # a line for each request would stand between Pulumi's
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        _steps(Stage(_environment(folder, engine, f"http://{host}:{port}")), f"http://{host}:{port}")
    finally:
        server.stop()
    print(f"""
Done. The same against your own AWS account, with a session of yours and the credentials you have now:

  export PATH="{engine}:{Path(sys.executable).parent}:$PATH" AWS_REGION=<its region>
  pulumi stack init dev && pulumi config set session_id <its id>
  pulumi up
""")


def _steps(stage: Stage, url: str) -> None:
    glue = _glue(url)
    stage.announce(f"Somebody starts the Glue session {SESSION_ID}. Pulumi has no part in it.")
    command = {"Name": "glueetl", "PythonVersion": "3"}
    glue.create_session(Id=SESSION_ID, Role=ROLE, Command=command, GlueVersion="5.0", Description="notebook of the analytics team")
    print(f"  {SESSION_ID} is {glue.get_session(Id=SESSION_ID)['Session']['Status']}")
    print('  (moto gives every session the error message "string" and the capacity 123.)')

    stage.announce("A stack for examples/ready_gate, its state in a folder.")
    stage.pulumi("stack", "init", STACK)

    stage.announce("The first preview already knows the session's values.")
    stage.pulumi("preview", "--diff", shows=('"READY"', ROLE, '"5.0"', "nightly-job"))

    stage.announce("Up lets nightly-job go on once the session is READY, with its role and Glue version.")
    stage.pulumi("up", "--yes", "--skip-preview", shows=("nightly-job created", '"READY"', ROLE, '"5.0"'))

    stage.announce("Somebody stops the session behind Pulumi's back. The gate can't be passed now, so the preview fails and says why.")
    glue.stop_session(Id=SESSION_ID)
    stage.pulumi("preview", "--diff", shows=('status "READY" => "STOPPING"',), code=1)

    stage.announce("The same without the gate: the preview shows exactly what changed.")
    stage.pulumi("preview", "--diff", shows=('~ status: "READY" => "STOPPING"',), PULUMI_GLUE_SESSION_SKIP_WAIT="true")

    stage.announce("Everything is taken down. Destroy drops the record and leaves the session alone.")
    stage.pulumi("destroy", "--yes", "--skip-preview")
    stage.pulumi("stack", "rm", STACK, "--yes")
    print(f"  {SESSION_ID} is still {glue.get_session(Id=SESSION_ID)['Session']['Status']}: it was never ours.")


def _environment(folder: Path, engine: str, url: str) -> dict[str, str]:
    """Environment of the commands: this venv and the engine first, moto for AWS, nothing of the reader's own accounts."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PULUMI_"))}
    return inherited | {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), engine, os.environ.get("PATH", "")]),
        "PULUMI_HOME": str(folder / "pulumi"),
        "PULUMI_BACKEND_URL": folder.as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": "demo",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_STACK": STACK,
        "AWS_ENDPOINT_URL": url,
        "AWS_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "demo",
        "AWS_SECRET_ACCESS_KEY": "demo",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }


def _glue(url: str) -> Any:  # noqa: ANN401 - boto3 makes its clients at run time
    """Client of whoever owns the session."""
    import boto3

    return boto3.client("glue", REGION, endpoint_url=url, aws_access_key_id="demo", aws_secret_access_key="demo")  # noqa: S106 - moto's


def _interrupt(_signal: int, _frame: object) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
