"""Query of a function or a command: one session by id, the only session that matches a filter, or all that match."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pulumi_glue_session.core.errors import InvalidInput, NotOneSession
from pulumi_glue_session.core.filter import FILTER_NAMES, SessionFilter
from pulumi_glue_session.core.session import Session, validate_session_id
from pulumi_glue_session.core.source import SessionSource


@dataclass(frozen=True, kw_only=True)
class SessionQuery:
    """A session id or a filter."""

    session_id: str | None
    filter: SessionFilter
    exactly_one: bool

    @classmethod
    def parse(cls, arguments: Mapping[str, Any], *, exactly_one: bool) -> SessionQuery:
        """Query of the arguments of a function or command. None counts as missing. Raises InvalidInput."""
        criteria = {name: value for name, value in arguments.items() if name != "session_id" and value is not None}
        session_id = arguments.get("session_id")
        if session_id is not None and criteria:
            raise InvalidInput(
                next(iter(criteria)), lambda hints: f"use {hints.spell('session_id')} or a filter, not both"
            )
        session_filter = SessionFilter.parse(criteria)
        # An empty filter matches whichever session exists. A pattern such as `*` says so explicitly.
        is_empty = session_filter == SessionFilter() and "id_pattern" not in criteria
        if exactly_one and session_id is None and is_empty:
            raise InvalidInput(
                "session_id",
                lambda hints: (
                    f"it is missing: use {hints.spell('session_id')}, "
                    f"or a filter with one of {', '.join(map(hints.spell, FILTER_NAMES))}"
                ),
            )
        if session_id is not None:
            validate_session_id(session_id)
        return cls(session_id=session_id, filter=session_filter, exactly_one=exactly_one)

    def run(self, source: SessionSource) -> Mapping[str, Session]:
        """Matching sessions by id. Raises SessionNotFound, NotOneSession, or LookFailed if Glue could not be read."""
        found = {self.session_id: source.get(self.session_id)} if self.session_id else source.list(self.filter)
        if self.exactly_one and len(found) != 1:
            raise NotOneSession(self.filter.criteria(), region=source.region, found=list(found))
        return found
