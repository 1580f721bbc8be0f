"""Run a sandbox until Ctrl-C, or while a command runs: `glue-session sandbox`."""

from __future__ import annotations

import argparse
import json
import os
import shlex
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from pulumi_glue_session.core.errors import InvalidInput
from pulumi_glue_session.core.messages import short_repr
from pulumi_glue_session.sandbox.life import Life, parse_life
from pulumi_glue_session.sandbox.model import shape
from pulumi_glue_session.sandbox.server import Sandbox

_USAGE = 2

_EXAMPLES = """examples:
  glue-session sandbox --session analytics-prod=PROVISIONING:20s,READY
  glue-session sandbox --session etl=READY --set etl.GlueVersion=4.0 --set etl.Tags.team=data
  glue-session sandbox --session etl=READY:1m,FAILED --exec pulumi preview

Stop, delete or add sessions while it runs with the AWS CLI, for instance: aws glue stop-session --id etl
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the sandbox with command line arguments. Returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="glue-session sandbox",
        description="Run a small local Glue on loopback for tutorials, demos and tests.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--session",
        metavar="ID=STATUS[:DURATION,STATUS...]",
        action="append",
        default=[],
        help="session and its life, for instance etl=PROVISIONING:20s,READY; repeat it to add several",
    )
    parser.add_argument(
        "--set",
        metavar="ID.FIELD=VALUE",
        action="append",
        default=[],
        help="field of a session as Glue names it, for instance etl.GlueVersion=4.0 or etl.Tags.team=data",
    )
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1 (default: a free one)")
    parser.add_argument(
        "--exec",
        metavar="COMMAND",
        nargs=argparse.REMAINDER,
        help="run a command with the environment set, then end with its exit code",
    )
    options = parser.parse_args(arguments)
    try:
        sandbox = _create(options.session, options.set, port=options.port)
    except (InvalidInput, TypeError, ValueError, OSError) as error:
        parser.exit(_USAGE, f"error: {error}\n")
    with sandbox:
        if options.exec:
            return _run(options.exec, sandbox)
        for name, value in sandbox.environment.items():
            print(f"export {name}={shlex.quote(value)}")
        print(f"# {len(sandbox.session_ids)} sessions; Ctrl-C stops the sandbox.", flush=True)
        _wait_for_signal()
    return 0


def _create(lives: Sequence[str], settings: Sequence[str], *, port: int) -> Sandbox:
    """Sandbox with these sessions. Raises InvalidInput, TypeError or ValueError for invalid ones."""
    sessions: dict[str, Life] = {}
    for each in lives:
        session_id, equals, text = each.rpartition("=")
        if not equals:
            raise InvalidInput("session", f"{short_repr(each)} is not ID=STATUS, for instance etl=READY")
        sessions[session_id] = parse_life(text)
    fields: dict[str, dict[str, Any]] = {session_id: {} for session_id in sessions}
    for each in settings:
        # An id may contain dots: the longest one that matches counts.
        found = [session_id for session_id in sessions if each.startswith(f"{session_id}.")]
        session_id = max(found, key=len, default="")
        path, equals, value = each[len(session_id) + 1 :].partition("=")
        if not session_id or not equals:
            raise InvalidInput("set", f"{short_repr(each)} is not ID.FIELD=VALUE of a --session")
        _set(fields[session_id], path, value)
    sandbox = Sandbox(port=port)
    for session_id, life in sessions.items():
        values: dict[str, Any] = {"CreatedOn": datetime.now(UTC), **fields[session_id]}
        sandbox.put(session_id, life, **values)
    return sandbox


def _set(fields: dict[str, Any], path: str, value: str) -> None:
    """Set `GlueVersion`, `Tags.team` or `DefaultArguments.--name`. A field that is not a string is JSON."""
    name, _, key = path.partition(".")
    if key:
        fields.setdefault(name, {})[key] = value
        return
    member = shape("GetSession", "output_shape").members["Session"].members.get(name)
    is_string = member is None or member.type_name == "string"
    try:
        fields[name] = value if is_string else json.loads(value)
    except ValueError as error:
        raise InvalidInput("set", f"{name} must be JSON, for instance 5 or [1]: {short_repr(value)}") from error


def _run(command: Sequence[str], sandbox: Sandbox) -> int:
    try:
        return subprocess.run(command, env={**os.environ, **sandbox.environment}, check=False).returncode
    except OSError as error:
        print(f"error: cannot run {command[0]}: {error.strerror}", file=sys.stderr)
        return 127


def _wait_for_signal() -> None:
    stopped = threading.Event()

    def stop(_number: int, _frame: object) -> None:
        stopped.set()

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    stopped.wait()


if __name__ == "__main__":
    sys.exit(main())
