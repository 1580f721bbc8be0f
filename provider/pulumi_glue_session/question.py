"""What is asked by a function or a command: one session by its id, the only one that fits some conditions, or all that fit.

Rules of this module: it judges what is asked and what was found, and leaves the asking to a finder. Nothing known of Pulumi or boto3.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from pulumi_glue_session.errors import InvalidInput, NotOneSession
from pulumi_glue_session.gather import Asks
from pulumi_glue_session.selection import Selection, check_id
from pulumi_glue_session.session import Session
from pulumi_glue_session.terms import spoken

__all__ = ["Question"]


class _Asks(Asks, Protocol):
    """A finder."""

    @property
    def region(self) -> str:
        """Region that is asked."""
        ...


@dataclass(frozen=True, kw_only=True)
class Question:
    """An id, or conditions."""

    session_id: str | None
    selection: Selection
    only_one: bool

    @classmethod
    def of(cls, arguments: Mapping[str, Any], *, only_one: bool) -> Question:
        """Question for a program's arguments, by name; one that is None was not given. Raises InvalidInput."""
        conditions = {name: value for name, value in arguments.items() if name != "session_id" and value is not None}
        session_id = arguments.get("session_id")
        if session_id is not None and conditions:
            raise InvalidInput(next(iter(conditions)), f"give {spoken().spelled('session_id')} or conditions, not both")
        if session_id is not None:
            check_id(session_id)
        return cls(session_id=session_id, selection=Selection.of(conditions), only_one=only_one)

    def ask(self, finder: _Asks) -> Mapping[str, Session]:
        """Sessions that answer the question, by id. Raises SessionNotFound, NotOneSession, or LookFailed when Glue was not seen."""
        found = {self.session_id: finder.find(self.session_id)} if self.session_id else finder.find_all(self.selection)
        if self.only_one and len(found) != 1:
            raise NotOneSession(str(self.selection), region=finder.region, found=list(found))
        return found
