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

from pulumi_glue_session.caller import Caller
from pulumi_glue_session.demand import Demand
from pulumi_glue_session.errors import GlueSessionError, InvalidInput
from pulumi_glue_session.expect import Expectation, named
from pulumi_glue_session.fronts import texts
from pulumi_glue_session.fronts.told import values
from pulumi_glue_session.lookout import Lookout
from pulumi_glue_session.question import Question
from pulumi_glue_session.selection import CONDITIONS
from pulumi_glue_session.terms import Terms, speak
from pulumi_glue_session.wait import DEFAULT_TIMEOUT
from pulumi_glue_session.words import printable

__all__ = ["answer"]

TERMS = Terms(
    region="AWS_REGION or region in the query",
    profile="AWS_PROFILE or profile in the query",
    accounts="allowed_account_ids in the query",
    role="the role that asks",
    as_it_is="leave wait_for out",
    several="more conditions",
)

_WHICH = ("session_id", *CONDITIONS)
_GATE = ("wait_for", "timeout", "expect")
_WHO = tuple(each.name for each in fields(Caller))


def answer(asked: IO[str], told: IO[str], complained: IO[str]) -> int:
    """Answer the query in `asked`; the exit code."""
    speak(TERMS)
    try:
        query = _query(asked.read())
        result = asyncio.run(_look(query))
    except InvalidInput as wrong:
        print(f"{wrong.input_name}: {wrong}", file=complained)
    except GlueSessionError as error:
        print(error, file=complained)
    else:
        json.dump({name: _text(value) for name, value in result.items()}, told)
        print(file=told)
        return 0
    return 1


def _query(text: str) -> dict[str, Any]:
    """Arguments by name. Raises InvalidInput."""
    query: Any = texts.from_json("query", text or "{}") or {}
    if not isinstance(query, dict) or not all(isinstance(value, str) for value in cast("dict[str, object]", query).values()):
        raise InvalidInput("query", "it has to be an object of texts, and is not")
    known = (*_WHICH, *_GATE, *_WHO)
    arguments: dict[str, Any] = {}
    for name, value in cast("dict[str, str]", query).items():
        if name not in known:
            raise InvalidInput(printable(name), f"there is no such argument: use {', '.join(known)}")
        # Terraform can leave no argument out depending on a variable; an empty text is as good.
        if value:
            arguments[name] = texts.read(name, value)
    return arguments


async def _look(query: Mapping[str, Any]) -> Mapping[str, Any]:
    """The session that is asked for, once it has passed its gate. Raises what went wrong."""
    aws = {name: query[name] for name in _WHO if name in query}
    question = Question.of({name: query[name] for name in _WHICH if name in query}, only_one=True)
    gate: dict[str, Any] = {"wait_for": None, "timeout": DEFAULT_TIMEOUT, **{name: query[name] for name in _GATE if name in query}}
    expected = [Expectation.of(*each) for each in named(query.get("expect", {})).items()]
    demand = Demand.of({"session_id": question.session_id or "any", "aws": aws, **gate}).expecting(expected, on_mismatch="fail")
    lookout = Lookout(demand.caller, progress=lambda _waiting, _now: None, note=lambda _line: None)
    if question.session_id is None:
        demand = replace(demand, session_id=next(iter(question.ask(lookout.finder))))
    seen = await lookout.until(demand)
    if seen.error is not None or seen.session is None:
        raise seen.error or AssertionError
    return values(demand.session_id, seen.region, seen.session)


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)
