"""Terraform's and OpenTofu's `external` data source: a JSON object of texts in, a JSON object of texts out, errors on stderr.

Rules of this module: the protocol is that of the external provider's documentation ("External Program Protocol"). All values are texts:
numbers as JSON writes them, lists and mappings as JSON. A session's arguments are no part of the answer, since Terraform keeps it in clear.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import IO, Any, cast

from pulumi_glue_session.aws.sessions import GlueSessions
from pulumi_glue_session.core import parsing
from pulumi_glue_session.core.aws_config import AwsConfig
from pulumi_glue_session.core.errors import GlueSessionError, InvalidInput
from pulumi_glue_session.core.expectation import Expectation, require_mapping
from pulumi_glue_session.core.filter import FILTER_NAMES
from pulumi_glue_session.core.messages import Hints, sanitize
from pulumi_glue_session.core.poller import Waiter
from pulumi_glue_session.core.query import SessionQuery
from pulumi_glue_session.core.session import session_to_dict
from pulumi_glue_session.core.wait import DEFAULT_TIMEOUT, WaitRequest

HINTS = Hints(
    region="AWS_REGION or region in the query",
    profile="AWS_PROFILE or profile in the query",
    allowed_accounts="allowed_account_ids in the query",
    role="the role that asks",
    skip_wait="leave wait_for out",
    list_sessions="more conditions",
)

_WHICH = ("session_id", *FILTER_NAMES)
_GATE = ("wait_for", "timeout", "expect")
_WHO = tuple(each.name for each in fields(AwsConfig))


def answer(asked: IO[str], told: IO[str], complained: IO[str]) -> int:
    """Answer the query in `asked`; the exit code."""
    try:
        query = _query(asked.read())
        result = asyncio.run(_look(query))
    except InvalidInput as wrong:
        print(f"{wrong.input_name}: {wrong.reason(HINTS)}", file=complained)
    except GlueSessionError as error:
        print(error.report(HINTS), file=complained)
    else:
        json.dump({name: _text(value) for name, value in result.items()}, told)
        print(file=told)
        return 0
    return 1


def _query(text: str) -> dict[str, Any]:
    """Arguments by name. Raises InvalidInput."""
    query: Any = parsing.parse_json("query", text or "{}") or {}
    if not isinstance(query, dict) or not all(
        isinstance(value, str) for value in cast("dict[str, object]", query).values()
    ):
        raise InvalidInput("query", "it has to be an object of texts, and is not")
    known = (*_WHICH, *_GATE, *_WHO)
    arguments: dict[str, Any] = {}
    for name, value in cast("dict[str, str]", query).items():
        if name not in known:
            raise InvalidInput(sanitize(name), f"there is no such argument: use {', '.join(known)}")
        # Terraform can leave no argument out depending on a variable; an empty text is as good.
        if value:
            arguments[name] = parsing.parse_text(name, value)
    return arguments


async def _look(query: Mapping[str, Any]) -> Mapping[str, Any]:
    """The session that is asked for, once it has passed its gate. Raises what went wrong."""
    aws = {name: query[name] for name in _WHO if name in query}
    question = SessionQuery.parse({name: query[name] for name in _WHICH if name in query}, exactly_one=True)
    gate: dict[str, Any] = {
        "wait_for": None,
        "timeout": DEFAULT_TIMEOUT,
        **{name: query[name] for name in _GATE if name in query},
    }
    expected = [Expectation.parse(*each) for each in require_mapping(query.get("expect", {})).items()]
    demand = WaitRequest.parse({"session_id": question.session_id or "any", "aws": aws, **gate}).with_expectations(
        expected, on_mismatch="fail"
    )
    lookout = Waiter(GlueSessions(demand.aws_config))
    if question.session_id is None:
        demand = replace(demand, session_id=next(iter(question.run(lookout.sessions))))
    seen = await lookout.wait(demand)
    if seen.error is not None or seen.session is None:
        raise seen.error or AssertionError
    return session_to_dict(demand.session_id, seen.region, seen.session)


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)
