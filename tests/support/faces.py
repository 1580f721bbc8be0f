"""Commands of the native provider, the command line, the provider for Terraform and the waiter, without an engine.

The columns of the matrix in tests/wire/test_faults.py. Each one runs against the endpoint of a `Stage` of
support/faults.py: the native provider as a process over gRPC, the command line as a process, the provider for
Terraform with Terraform's messages, and the waiter as a function. An `Outcome` says the same about each of them.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.config import Config

from pulumi_glue_session import GlueSessionError
from pulumi_glue_session.native.properties import GET_SESSION, GET_SESSIONS, WAIT_FOR_SESSION, unwrap, unwrap_map
from pulumi_glue_session.terraform.attributes import FIELDS
from pulumi_glue_session.terraform.protocol import ERROR
from pulumi_glue_session.terraform.values import UNKNOWN, decode_value
from pulumi_glue_session.waiter import wait_until_ready
from support.command_line import COMMAND
from support.dynamic_server import aws_environment
from support.fault_commands import ALL, SESSIONS, A, B, C, Command
from support.faults import Fault, Stage
from support.native_process import NativeProcess, Refusal
from support.terraform_provider import ARGUMENTS, TYPE, Terraform

BEFORE = {"description": "before", "status": "READY"}
"""Values of the recorded sessions that differ from the current ones, or matter for a refresh."""


@dataclass(kw_only=True)
class Outcome:
    """What a command showed and left."""

    messages: list[str] = field(default_factory=list[str])
    """Errors, and warnings that stand for an error, on one line each."""
    described: dict[str, object] = field(default_factory=dict[str, object])
    """Descriptions in its results, by session."""
    removed: set[str] = field(default_factory=set[str])
    """Records that it removed."""


Run = Callable[[Stage, Fault], Outcome]


@dataclass(frozen=True, kw_only=True)
class FaceCommand(Command):
    """A command of one face."""

    face: str
    run: Run
    shows: Sequence[str] = ("a",)
    """Sessions whose description it shows if it succeeds."""


def _environment(stage: Stage, fault: Fault) -> dict[str, str]:
    return {**aws_environment(stage.glue.url), **stage.env, "AWS_MAX_ATTEMPTS": str(fault.retries + 1)}


# --- The native provider ---

Call = Callable[[NativeProcess, str, Mapping[str, Any]], Mapping[str, Any] | None]
"""Makes one call about a session, with its timeout. Returns outputs; None if the record is removed."""

_RECORDED = {**BEFORE, "region": "eu-west-1", "waitFor": ["READY"], "providerOptions": {}}


def _preview(provider: NativeProcess, session_id: str, options: Mapping[str, Any]) -> Mapping[str, Any]:
    """Check, diff and update, as the engine calls them for a recorded session."""
    given = {"sessionId": session_id, **options}
    olds = {"sessionId": session_id, **_RECORDED}
    _, failures = provider.check(given, given, olds)
    if failures:
        raise Refusal(failures[0])
    provider.diff(olds, **given)
    return provider.update(olds, preview=True, **given)


def _create(provider: NativeProcess, session_id: str, options: Mapping[str, Any]) -> Mapping[str, Any]:
    return provider.create(sessionId=session_id, **options)


def _refresh(provider: NativeProcess, session_id: str, _options: Mapping[str, Any]) -> Mapping[str, Any] | None:
    return provider.refresh(session_id, {"sessionId": session_id, **_RECORDED})


def _get(provider: NativeProcess, session_id: str, _options: Mapping[str, Any]) -> Mapping[str, Any]:
    return provider.invoke(GET_SESSION, sessionId=session_id)


def _wait(provider: NativeProcess, session_id: str, options: Mapping[str, Any]) -> Mapping[str, Any]:
    return provider.invoke(WAIT_FOR_SESSION, sessionId=session_id, waitFor=["READY"], **options)


def _native(call: Call, *session_ids: str) -> Run:
    def run(stage: Stage, fault: Fault) -> Outcome:
        outcome = Outcome()
        with NativeProcess(_environment(stage, fault)) as provider:
            provider.configure()
            for session_id in session_ids:
                try:
                    outputs = call(provider, session_id, {"timeout": fault.timeout(stage.command)})
                except Refusal as refusal:
                    outcome.messages.append(_one_line(str(refusal)))
                    continue
                if outputs is None:
                    outcome.removed.add(session_id)
                else:
                    outcome.described[session_id] = unwrap(outputs["description"])
        return outcome

    return run


def _native_list(stage: Stage, fault: Fault) -> Outcome:
    with NativeProcess(_environment(stage, fault)) as provider:
        provider.configure()
        try:
            found = unwrap_map(provider.invoke(GET_SESSIONS, idPattern="[abc]"))
        except Refusal as refusal:
            return Outcome(messages=[_one_line(str(refusal))])
    return Outcome(described={each["sessionId"]: each["description"] for each in found["sessions"]})


# --- The command line ---


def _command(*arguments: str, query: Mapping[str, str] | None = None) -> Run:
    """`{timeout}` in an argument or the query is the timeout of the command."""

    def run(stage: Stage, fault: Fault) -> Outcome:
        timeout = fault.timeout(stage.command)
        ended = subprocess.run(  # noqa: S603 - the program under test
            [COMMAND, *(each.format(timeout=timeout) for each in arguments)],
            input=json.dumps({name: text.format(timeout=timeout) for name, text in (query or {}).items()}),
            env=_environment(stage, fault),
            capture_output=True,
            text=True,
            check=False,
        )
        errors = ended.stderr if query else "".join(re.split(r"(?m)^(error: )", ended.stderr, maxsplit=1)[1:])
        messages = [_one_line(each) for each in re.split(r"(?m)^error: ", errors) if each.strip()]
        assert "Traceback" not in ended.stderr, ended.stderr
        assert bool(ended.returncode) == bool(messages), ended
        printed = json.loads(ended.stdout) if ended.stdout else []
        found = [printed] if isinstance(printed, dict) else printed
        # A session that could not be read has an error and no fields.
        described = {each["session_id"]: each["description"] for each in found if "error" not in each}
        return Outcome(messages=messages, described=described)

    return run


# --- The provider for Terraform ---


def _terraform(call: Callable[[Terraform, str, Fault], Any], *session_ids: str) -> Run:
    """`call` returns an answer with diagnostics and one of the states."""

    def run(stage: Stage, fault: Fault) -> Outcome:
        url = stage.env["AWS_ENDPOINT_URL"]
        provider = Terraform(max_retries=fault.retries, endpoints={"glue": url, "sts": url})
        outcome = Outcome()
        for session_id in session_ids:
            answer = call(provider, session_id, fault)
            found = [_one_line(f"{each.summary} {each.detail}") for each in answer.diagnostics]
            outcome.messages += found
            name = next(each for each in ("new_state", "planned_state", "state") if hasattr(answer, each))
            state = decode_value(getattr(answer, name))
            if state is None:
                # An apply that fails has no record either, but an error.
                if all(each.severity != ERROR for each in answer.diagnostics):
                    outcome.removed.add(session_id)
                continue
            sessions = state.get("sessions", [state])
            outcome.described |= {
                each["session_id"]: each["description"]
                for each in sessions or ()
                if not found and each["description"] is not UNKNOWN
            }
            if found and name == "new_state":
                # A read that was refused keeps the record as it is.
                assert "before" == state["description"], state
        return outcome

    return run


def _state(session_id: str) -> dict[str, Any]:
    values = {"session_id": session_id, "region": "eu-west-1", **BEFORE}
    return {**ARGUMENTS, **dict.fromkeys(FIELDS), **values}


def _planned(session_id: str, fault: Fault, command: str) -> dict[str, Any]:
    timeouts = {"create": fault.timeout(_BY_NAME[command]), "update": None}
    unknown = dict.fromkeys((*FIELDS, "region"), UNKNOWN)
    return {**ARGUMENTS, "session_id": session_id, "timeouts": timeouts, **unknown}


def _read_resource(terraform: Terraform, session_id: str, _fault: Fault) -> Any:
    return terraform.call("ReadResource", type_name=TYPE, current_state=_state(session_id))


def _plan(terraform: Terraform, session_id: str, _fault: Fault) -> Any:
    return terraform.plan(None, {**ARGUMENTS, "session_id": session_id})


def _apply(terraform: Terraform, session_id: str, fault: Fault) -> Any:
    planned = _planned(session_id, fault, "terraform: apply")
    return terraform.call("ApplyResourceChange", type_name=TYPE, prior_state=None, planned_state=planned)


def _data(terraform: Terraform, session_id: str, _fault: Fault) -> Any:
    return terraform.read(session_id=session_id)


def _data_that_waits(terraform: Terraform, session_id: str, fault: Fault) -> Any:
    timeouts = {"read": fault.timeout(_BY_NAME["terraform: data source that waits"])}
    return terraform.read(session_id=session_id, wait_for=["READY"], timeouts=timeouts)


def _data_of_all(terraform: Terraform, _session_id: str, _fault: Fault) -> Any:
    return terraform.call("ReadDataSource", type_name="gluesession_sessions", config={"id_pattern": "[abc]"})


# --- The waiter for plain Python ---


def _wait_until_ready(stage: Stage, fault: Fault) -> Outcome:
    client = boto3.client(
        "glue",
        region_name="eu-west-1",
        endpoint_url=stage.env["AWS_ENDPOINT_URL"],
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
        config=Config(retries={"total_max_attempts": fault.retries + 1}),
    )
    try:
        session = wait_until_ready("a", timeout=fault.timeout(stage.command), client=client)
    except GlueSessionError as failure:
        return Outcome(messages=[_one_line(str(failure))])
    return Outcome(described={"a": session["description"]})


# --- All of them ---

_NATIVE, _CLI, _TERRAFORM, _WAITER = "native provider", "command line", "Terraform provider", "waiter"
_WAITS: Mapping[str, Any] = {"checks_status": True, "tolerates_transient": True}

COMMANDS = (
    FaceCommand(
        face=_NATIVE, name="native: preview", about=[A], checks_status=True, run=_native(_preview, "a"), shows="a"
    ),
    FaceCommand(
        face=_NATIVE, name="native: up", about=[A, B, C], run=_native(_create, *SESSIONS), shows="abc", **_WAITS
    ),
    FaceCommand(face=_NATIVE, name="native: up that waits", about=[A], run=_native(_create, "a"), waits=True, **_WAITS),
    FaceCommand(
        face=_NATIVE,
        name="native: refresh",
        about=[A, B, C],
        run=_native(_refresh, *SESSIONS),
        shows="abc",
        drops_missing=True,
    ),
    FaceCommand(face=_NATIVE, name="native: getSession", about=[A], run=_native(_get, "a")),
    FaceCommand(face=_NATIVE, name="native: waitForSession", about=[A], run=_native(_wait, "a"), waits=True, **_WAITS),
    FaceCommand(face=_NATIVE, name="native: getSessions", about=[ALL], run=_native_list, shows="abc"),
    FaceCommand(face=_CLI, name="glue-session get", about=[A], run=_command("get", "a", "-o", "json")),
    FaceCommand(
        face=_CLI,
        name="glue-session wait",
        about=[A, B, C],
        run=_command("wait", "a", "b", "c", "-o", "json", "--timeout", "{timeout}"),
        shows="abc",
        **_WAITS,
    ),
    FaceCommand(
        face=_CLI,
        name="glue-session wait for one",
        about=[A],
        run=_command("wait", "a", "-o", "json", "--timeout", "{timeout}"),
        waits=True,
        **_WAITS,
    ),
    FaceCommand(
        face=_CLI,
        name="glue-session list",
        about=[ALL],
        run=_command("list", "--id-pattern", "[abc]", "-o", "json"),
        shows="abc",
    ),
    FaceCommand(
        face=_CLI, name="glue-session external", about=[A], run=_command("external", query={"session_id": "a"})
    ),
    FaceCommand(
        face=_CLI,
        name="glue-session external that waits",
        about=[A],
        run=_command("external", query={"session_id": "a", "wait_for": "READY", "timeout": "{timeout}"}),
        waits=True,
        **_WAITS,
    ),
    FaceCommand(face=_TERRAFORM, name="terraform: data source", about=[A], run=_terraform(_data, "a")),
    FaceCommand(
        face=_TERRAFORM,
        name="terraform: data source that waits",
        about=[A],
        run=_terraform(_data_that_waits, "a"),
        waits=True,
        **_WAITS,
    ),
    FaceCommand(
        face=_TERRAFORM,
        name="terraform: data source of all",
        about=[ALL],
        run=_terraform(_data_of_all, ""),
        shows="abc",
    ),
    FaceCommand(
        face=_TERRAFORM,
        name="terraform: refresh",
        about=[A, B, C],
        run=_terraform(_read_resource, *SESSIONS),
        shows="abc",
        drops_missing=True,
    ),
    FaceCommand(
        face=_TERRAFORM, name="terraform: plan", about=[A], checks_status=True, run=_terraform(_plan, "a"), shows=""
    ),
    FaceCommand(
        face=_TERRAFORM,
        name="terraform: apply",
        about=[A, B, C],
        run=_terraform(_apply, *SESSIONS),
        shows="abc",
        **_WAITS,
    ),
    FaceCommand(face=_WAITER, name="wait_until_ready", about=[A], run=_wait_until_ready, **_WAITS),
    FaceCommand(
        face=_WAITER, name="wait_until_ready that waits", about=[A], run=_wait_until_ready, waits=True, **_WAITS
    ),
)

_BY_NAME = {command.name: command for command in COMMANDS}


def _one_line(text: str) -> str:
    return " ".join(text.split())
