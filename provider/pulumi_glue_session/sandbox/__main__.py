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
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, NoReturn, cast

from pulumi_glue_session.core.errors import InvalidInput
from pulumi_glue_session.core.messages import short_repr
from pulumi_glue_session.sandbox.life import Life, Step, parse_life
from pulumi_glue_session.sandbox.model import shape
from pulumi_glue_session.sandbox.server import CONFLICTING_VARIABLES, Sandbox

_USAGE = 2
_NOT_WRITTEN = 7
"""The output could not be written, as in the other commands."""
_NOT_EXECUTABLE, _NOT_FOUND = 126, 127
"""`--exec` could not run its command, as in shells."""

_EXAMPLES = """examples:
  glue-session sandbox --session analytics-prod=PROVISIONING:20s,READY
  glue-session sandbox --session etl=READY --set etl.GlueVersion=4.0 --set etl.Tags.team=data
  glue-session sandbox --session etl=READY:1m,FAILED --exec pulumi preview

Stop, delete or add sessions while it runs with the AWS CLI, for instance: aws glue stop-session --id etl
"""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Exit with one line."""
        # A message of the model can have several.
        self.exit(_USAGE, f"error: {' '.join(message.split())}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the sandbox with command line arguments. Returns the exit code."""
    parser = _Parser(
        prog="glue-session sandbox",
        description="Run a small local Glue on loopback for tutorials, demos and tests.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
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
    command = options.exec[1:] if options.exec and options.exec[0] == "--" else options.exec
    if command == []:
        parser.error("--exec needs a command, for instance --exec pulumi preview")
    try:
        sandbox = _create(options.session, options.set, port=options.port)
    except InvalidInput as error:
        parser.error(f"--{error.input_name}: {error.reason()}")
    except (OSError, OverflowError) as error:
        reason = error.strerror if isinstance(error, OSError) else "use a number from 0 to 65535"
        parser.error(f"--port: cannot listen on port {options.port} of 127.0.0.1: {reason}")
    with sandbox:
        return _run(command, sandbox) if command else _serve(sandbox)


def _create(lives: Sequence[str], settings: Sequence[str], *, port: int) -> Sandbox:
    """Sandbox with these sessions. Raises InvalidInput, or OSError or OverflowError for the port."""
    sessions: dict[str, Life] = {}
    for each in lives:
        session_id, equals, text = each.rpartition("=")
        if not equals:
            raise InvalidInput("session", f"{short_repr(each)} is not ID=STATUS, for instance etl=READY")
        if session_id in sessions:
            raise InvalidInput("session", f"{short_repr(session_id)} is given twice")
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
        reason = values.pop("ErrorMessage", "")
        try:
            sandbox.put(session_id, _with_reason(life, reason) if reason else life, **values)
        except (TypeError, ValueError) as error:
            name = "set" if fields[session_id] else "session"
            raise InvalidInput(name, f"{short_repr(session_id)}: {error}") from error
    return sandbox


def _with_reason(life: Life, reason: str) -> Life:
    """The same life with Glue's reason, which only a session that failed has."""
    return replace(
        life,
        steps=tuple(
            Step({**each.fields, "ErrorMessage": reason}) if each.fields and each.fields["Status"] == "FAILED" else each
            for each in life.steps
        ),
    )


def _set(fields: dict[str, Any], path: str, value: str) -> None:
    """Set `GlueVersion`, `Tags.team` or `DefaultArguments.--name`. A field that is not a string is JSON."""
    name, _, key = path.partition(".")
    if name in ("Id", "Status"):
        raise InvalidInput("set", f"{name} comes from --session ID=STATUS")
    if name == "Tags" and not key:
        raise InvalidInput("set", "use ID.Tags.NAME=VALUE for each tag")
    if key:
        fields[name] = {**_mapping(fields.get(name)), key: value}
        return
    member = shape("GetSession", "output_shape").members["Session"].members.get(name)
    kind = member.type_name if member else "string"
    try:
        fields[name] = _PARSERS.get(kind, json.loads)(value)
    except ValueError as error:
        form = "a time, for instance 2026-01-05T09:30:00Z" if kind == "timestamp" else "JSON, for instance 5 or [1]"
        raise InvalidInput("set", f"{name} must be {form}: {short_repr(value)}") from error


def _mapping(value: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


_PARSERS: dict[str, Callable[[str], Any]] = {
    "string": str,
    "timestamp": lambda text: datetime.fromisoformat(text).astimezone(),
}
"""Parsers by type of the field. The others are JSON."""


def _serve(sandbox: Sandbox) -> int:
    """Print the environment and wait for a signal."""
    stopped = threading.Event()
    _on_signal(lambda _: stopped.set())
    count = len(sandbox.session_ids)
    lines = [
        f"unset {' '.join(CONFLICTING_VARIABLES)}",
        *(f"export {name}={shlex.quote(value)}" for name, value in sandbox.environment.items()),
        f"# {count} session{'' if count == 1 else 's'}; Ctrl-C stops the sandbox.",
    ]
    try:
        print("\n".join(lines), flush=True)
    except OSError as error:
        print(f"error: cannot write the environment: {error.strerror}", file=sys.stderr)
        # Python would try to write the rest again at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _NOT_WRITTEN
    # On Windows, a wait without a limit does not notice Ctrl-C.
    while not stopped.wait(1.0):
        pass
    return 0


def _run(command: Sequence[str], sandbox: Sandbox) -> int:
    """Run a command. Returns its exit code, or 128 plus the number of the signal that ended it."""
    kept = {name: value for name, value in os.environ.items() if name not in CONFLICTING_VARIABLES}
    running: list[subprocess.Popen[bytes]] = []
    early: list[int] = []

    def forward(number: int) -> None:
        if number == signal.SIGINT:
            return  # a terminal sends Ctrl-C to the command too
        if running:
            running[0].send_signal(number)
        else:
            early.append(number)

    _on_signal(forward)
    try:
        running.append(subprocess.Popen(command, env=kept | sandbox.environment))
    except OSError as error:
        print(f"error: cannot run {command[0]}: {error.strerror}", file=sys.stderr)
        return _NOT_FOUND if isinstance(error, FileNotFoundError) else _NOT_EXECUTABLE
    for number in early:
        running[0].send_signal(number)
    code = running[0].wait()
    return code if code >= 0 else 128 - code


def _on_signal(handle: Callable[[int], object]) -> None:
    """Call `handle` with the number of a signal that ends a program. SIGHUP stays ignored after `nohup`."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        # Windows has no SIGHUP.
        number = getattr(signal, name, None)
        if number is not None and not (name == "SIGHUP" and signal.getsignal(number) == signal.SIG_IGN):
            signal.signal(number, lambda received, _: handle(received))


if __name__ == "__main__":
    sys.exit(main())
