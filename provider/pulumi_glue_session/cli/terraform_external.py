"""Program for the `external` data source of Terraform and OpenTofu.

The protocol is the "External Program Protocol" of the external provider: a JSON object of strings on standard input,
another one on standard output, errors on standard error. Terraform stores the result in plain text.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any, cast

from pulumi_glue_session.aws.sessions import GlueSessions
from pulumi_glue_session.cli.exit_codes import ExitCode, exit_code_for
from pulumi_glue_session.cli.output import use_utf8, write_message, write_result
from pulumi_glue_session.core import parsing
from pulumi_glue_session.core.aws_config import AwsConfig
from pulumi_glue_session.core.errors import GlueSessionError, InvalidInput, NotOneSession, SessionNotFound
from pulumi_glue_session.core.expectation import Expectation, require_mapping
from pulumi_glue_session.core.filter import FILTER_NAMES
from pulumi_glue_session.core.messages import Hints, sanitize, short_repr
from pulumi_glue_session.core.poller import Waiter
from pulumi_glue_session.core.query import SessionQuery
from pulumi_glue_session.core.session import Session, session_to_dict
from pulumi_glue_session.core.wait import DEFAULT_TIMEOUT, WaitRequest, parse_skip_wait

HINTS = Hints(
    region="AWS_REGION or region in the query",
    profile="AWS_PROFILE or profile in the query",
    allowed_accounts="allowed_account_ids in the query",
    role="the role that runs Terraform",
    skip_wait="leave wait_for out",
    list_sessions="more filters",
)

_QUERY = ("session_id", *FILTER_NAMES)
_CONDITION = ("wait_for", "timeout", "expect")
_RESULT = ("on_missing", "default_arguments")
_AWS = tuple(each.name for each in fields(AwsConfig) if each.name != "unrecorded")
_ARGUMENTS = (*_QUERY, *_CONDITION, *_RESULT, *_AWS)


def run() -> int:
    """Answer the query on standard input. Returns the exit code, as that of the other commands."""
    use_utf8()
    try:
        return answer(sys.stdin.read() if sys.stdin else "")
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except OSError as error:
        write_message(f"cannot read the query: {error.strerror}")
        return ExitCode.USAGE


def answer(query: str) -> int:
    """Answer a query on standard output. Returns the exit code."""
    try:
        values = asyncio.run(_read_session(_parse_query(query)))
    except GlueSessionError as error:
        text = str(error.report(HINTS))
        if isinstance(error, InvalidInput):
            text = f"{error.input_name.removeprefix('aws.')}: {error.reason(HINTS)}"
        write_message(text)
        # Terraform shows stderr for every exit code but 0.
        return exit_code_for(error)
    write_result(json.dumps({name: _to_string(value) for name, value in values.items()}))
    return ExitCode.DONE


def _parse_query(text: str) -> dict[str, Any]:
    query: Any = parsing.parse_json("query", text or "{}") or {}
    values = cast("dict[str, object]", query).values() if isinstance(query, dict) else [0]
    if not all(value is None or isinstance(value, str) for value in values):
        raise InvalidInput("query", "it is not an object of strings")
    arguments: dict[str, Any] = {}
    for name, value in cast("dict[str, str | None]", query).items():
        if name not in _ARGUMENTS:
            raise InvalidInput(sanitize(name), f"Unknown argument: use {', '.join(_ARGUMENTS)}")
        # A configuration cannot leave an argument out depending on a variable, so an empty string means not set.
        if value:
            arguments[name] = parsing.parse_text(name, value)
    return arguments


async def _read_session(arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    aws = {name: arguments[name] for name in _AWS if name in arguments}
    query = SessionQuery.parse({name: arguments.get(name) for name in _QUERY}, exactly_one=True)
    with_arguments = _parse_flag(arguments, "default_arguments")
    on_missing = arguments.get("on_missing", "error")
    if on_missing not in ("error", "empty"):
        raise InvalidInput("on_missing", f"{short_repr(on_missing)} is not supported: use 'error' or 'empty'")
    condition = {"wait_for": arguments.get("wait_for"), "timeout": arguments.get("timeout", DEFAULT_TIMEOUT)}
    expectations = [Expectation.parse(*each) for each in require_mapping(arguments.get("expect", {})).items()]
    request = WaitRequest.parse({"session_id": query.session_id or "any", "aws": aws, **condition})
    request = request.with_expectations(expectations, on_mismatch="fail")
    if parse_skip_wait(os.environ):
        request = request.without_waiting()
    sessions = GlueSessions(request.aws_config)
    try:
        if query.session_id is None:
            request = replace(request, session_id=next(iter(query.run(sessions))))
        # Without statuses to wait for there is one read, so that an outage of Glue does not hold up the plan.
        result = await Waiter(sessions).wait(request, once=not request.condition.targets)
        if result.error is not None or result.session is None:
            raise result.error or AssertionError
    except (SessionNotFound, NotOneSession) as error:
        if on_missing == "error" or (isinstance(error, NotOneSession) and error.found):
            raise
        empty = session_to_dict(query.session_id or "", sessions.region, Session(), secrets=with_arguments)
        return {name: value if name in ("session_id", "region") else "" for name, value in empty.items()}
    return session_to_dict(request.session_id, result.region, result.session, secrets=with_arguments)


def _parse_flag(arguments: Mapping[str, Any], name: str) -> bool:
    return parsing.parse_bool(arguments[name], input_name=name) if name in arguments else False


def _to_string(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)
