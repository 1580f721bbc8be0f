"""The data sources `gluesession_session` and `gluesession_sessions`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Protocol

from pulumi_glue_session.core.errors import InvalidInput, NotOneSession, SessionNotFound
from pulumi_glue_session.core.expectation import Expectation
from pulumi_glue_session.core.filter import SessionFilter
from pulumi_glue_session.core.messages import Hints, short_repr
from pulumi_glue_session.core.query import SessionQuery
from pulumi_glue_session.core.session import STATUSES, Session, validate_session_id
from pulumi_glue_session.core.wait import WaitCondition, WaitRequest, parse_skip_wait
from pulumi_glue_session.terraform.attributes import (
    EXPECT,
    FIELDS,
    FILTERS,
    LIVE_FIELDS,
    PUBLIC_FIELDS,
    REGION,
    live_attributes,
    parse_expectations,
    parse_timeout,
    session_attributes,
    timeouts,
)
from pulumi_glue_session.terraform.diagnostics import HINTS
from pulumi_glue_session.terraform.polling import SessionPoller
from pulumi_glue_session.terraform.schema import Attribute, Block, boolean, string, strings
from pulumi_glue_session.terraform.values import UNKNOWN, is_known

_MISSING_QUERY = "Missing: set session_id, or at least one of tags, statuses, id_prefix and id_pattern"


def given_filters(config: Mapping[str, Any]) -> dict[str, Any]:
    """Filters that are set. Empty ones match every session, so they count as not set."""
    return {name: config[name] for name in FILTERS if config.get(name)}


def validate_known(config: Mapping[str, Any]) -> None:
    """Check the arguments of a filter and a wait that are known. Raises InvalidInput."""
    known = {name: value for name, value in config.items() if is_known(value)}
    SessionFilter.parse(given_filters(known))
    if known.get("session_id") is not None:
        validate_session_id(known["session_id"])
    if known.get("wait_for"):
        WaitCondition.parse(known["wait_for"])
    parse_expectations(known.get("expect"))
    limits: Mapping[str, Any] = known.get("timeouts") or {}
    for name, value in limits.items():
        if value is not None:
            parse_timeout(known, name)


class DataSource(Protocol):
    """A data source of the provider."""

    hints: Hints
    block: Block

    def validate(self, config: Mapping[str, Any]) -> None:
        """Check the arguments that are known. Raises InvalidInput."""
        ...

    async def read(self, config: Mapping[str, Any], poller: SessionPoller) -> dict[str, Any]:
        """State of the data source. Raises GlueSessionError."""
        ...


class SessionDataSource:
    """One session, by its id or by a filter."""

    hints: Hints = HINTS
    block = Block(
        {
            "session_id": string("Id of the session. Set this or at least one filter.", "optional or computed"),
            **FILTERS,
            "wait_for": strings(f"Statuses to wait for: {', '.join(sorted(STATUSES))}. Default: no wait."),
            "expect": EXPECT,
            "on_missing": string('`"error"` (default) or `"null"`: all results are null if there is no such session.'),
            "live": boolean("Whether to read `progress`, `execution_time` and `dpu_seconds`."),
            **FIELDS,
            **LIVE_FIELDS,
            "region": REGION,
        },
        "Reads a Glue session in every plan, and waits for it if asked to.",
        {"timeouts": timeouts("read")},
    )

    def validate(self, config: Mapping[str, Any]) -> None:
        """Check the arguments that are known. Raises InvalidInput."""
        validate_known(config)
        filters = {name: config.get(name) for name in FILTERS}
        _validate_choice(config.get("session_id"), {name: each for name, each in filters.items() if each})
        if config.get("on_missing") not in (None, "error", "null", UNKNOWN):
            found = short_repr(config["on_missing"])
            raise InvalidInput("on_missing", f"{found} is not supported: use 'error' or 'null'")

    async def read(self, config: Mapping[str, Any], poller: SessionPoller) -> dict[str, Any]:
        """State of the data source. Raises GlueSessionError."""
        self.validate(config)
        try:
            session_id, session = await self._find(config, poller)
        except (SessionNotFound, NotOneSession) as error:
            if config.get("on_missing") != "null" or getattr(error, "found", ()):
                raise
            return dict(config)
        live = live_attributes(session) if config.get("live") else {}
        found = {"session_id": session_id, "region": poller.sessions.region}
        return {**config, **session_attributes(session), **live, **found}

    async def _find(self, config: Mapping[str, Any], poller: SessionPoller) -> tuple[str, Session]:
        session_id: str | None = config.get("session_id")
        condition = parse_condition(config.get("wait_for"), parse_expectations(config.get("expect")))
        if session_id is None:
            query = SessionQuery.parse(given_filters(config), exactly_one=True)
            [session_id] = await poller.find(query)
        request = WaitRequest(
            session_id=session_id,
            condition=condition,
            timeout=parse_timeout(config, "read"),
            aws_config=poller.config,
        )
        result = await poller.wait(request)
        if result.error is not None or result.session is None:
            raise result.error or AssertionError
        return session_id, result.session


def parse_condition(wait_for: list[str] | None, expectations: list[Expectation]) -> WaitCondition:
    """Condition of `wait_for` and `expect`. An empty list means no wait, and so does the switch in the environment."""
    condition = WaitCondition.parse(wait_for or None)
    if parse_skip_wait(os.environ):
        condition = WaitCondition()
    return replace(condition, expectations=tuple(expectations))


def _validate_choice(session_id: Any, filters: Mapping[str, Any]) -> None:
    # An unknown value can turn out to be null.
    if session_id is None and not filters:
        raise InvalidInput("session_id", _MISSING_QUERY)
    if session_id is not None and session_id is not UNKNOWN and filters and all(map(is_known, filters.values())):
        raise InvalidInput(next(iter(filters)), "Conflict: set session_id or a filter, not both")


_PUBLIC_TYPES = {name: each.type for name, each in PUBLIC_FIELDS.items()}


class SessionsDataSource:
    """All sessions that match a filter."""

    hints: Hints = HINTS
    block = Block(
        {
            **FILTERS,
            "ids": strings("Ids of the sessions that match, newest first.", "computed"),
            "sessions": Attribute(
                ["list", ["object", {"session_id": "string", **_PUBLIC_TYPES}]],
                "computed",
                "The sessions that match, newest first: `session_id` and the fields of `gluesession_session` except "
                "`default_arguments` and the live ones.",
            ),
            "region": REGION,
        },
        "Lists Glue sessions in every plan. No match is not an error.",
    )

    def validate(self, config: Mapping[str, Any]) -> None:
        """Check the arguments that are known. Raises InvalidInput."""
        validate_known(config)

    async def read(self, config: Mapping[str, Any], poller: SessionPoller) -> dict[str, Any]:
        """State of the data source. Raises GlueSessionError."""
        self.validate(config)
        found = await poller.find(SessionQuery.parse(given_filters(config), exactly_one=False))
        sessions = [{"session_id": name, **session_attributes(session)} for name, session in found.items()]
        return {**config, "ids": list(found), "sessions": sessions, "region": poller.sessions.region}
