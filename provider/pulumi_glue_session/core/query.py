"""What is asked by a function or a command: one session by its id, the only one that fits some conditions, or all that fit.

Rules of this module: it judges what is asked and what was found, and leaves the asking to a source. Nothing known of Pulumi or boto3.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pulumi_glue_session.core.errors import InvalidInput, NotOneSession
from pulumi_glue_session.core.filter import SessionFilter
from pulumi_glue_session.core.session import Session, validate_session_id
from pulumi_glue_session.core.source import SessionSource


@dataclass(frozen=True, kw_only=True)
class SessionQuery:
    """An id, or conditions."""

    session_id: str | None
    filter: SessionFilter
    exactly_one: bool

    @classmethod
    def parse(cls, arguments: Mapping[str, Any], *, exactly_one: bool) -> SessionQuery:
        """Question for a program's arguments, by name; one that is None was not given. Raises InvalidInput."""
        conditions = {name: value for name, value in arguments.items() if name != "session_id" and value is not None}
        session_id = arguments.get("session_id")
        if session_id is not None and conditions:
            raise InvalidInput(next(iter(conditions)), lambda hints: f"give {hints.spell('session_id')} or a filter, not both")
        if session_id is not None:
            validate_session_id(session_id)
        return cls(session_id=session_id, filter=SessionFilter.parse(conditions), exactly_one=exactly_one)

    def run(self, source: SessionSource) -> Mapping[str, Session]:
        """Sessions that answer the question, by id. Raises SessionNotFound, NotOneSession, or LookFailed when Glue was not seen."""
        found = {self.session_id: source.get(self.session_id)} if self.session_id else source.list(self.filter)
        if self.exactly_one and len(found) != 1:
            raise NotOneSession(self.filter.criteria(), region=source.region, found=list(found))
        return found
