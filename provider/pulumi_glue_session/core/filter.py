"""Choosing among sessions: by tags, by status, by the id; newest first.

Rules of this module: pure. Tags are the service's to compare, since an answer about a session doesn't hold them; the rest is compared here.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, cast

from pulumi_glue_session.core.errors import InvalidInput
from pulumi_glue_session.core.messages import join_statuses, short_repr
from pulumi_glue_session.core.session import STATUSES, Session

_MOST_TAGS = 50
_KEY_LENGTH = 128
_VALUE_LENGTH = 256
"""Limits of the API's TagsMap."""


@dataclass(frozen=True, kw_only=True)
class SessionFilter:
    """Which sessions are meant. What is not said fits every session."""

    tags: Mapping[str, str] = field(default_factory=dict[str, str])
    statuses: frozenset[str] = frozenset()
    id_prefix: str = ""
    id_pattern: str = "*"

    @classmethod
    def parse(cls, given_by_name: Mapping[str, Any]) -> SessionFilter:
        """Selection for a program's arguments. Raises InvalidInput for what no session could ever fit."""
        read = {name: value for name, value in given_by_name.items() if value is not None and name in FILTER_NAMES}
        return cls(
            tags=_tags(read.get("tags", {})),
            statuses=_statuses(read["statuses"]) if "statuses" in read else frozenset(),
            id_prefix=_text(read.get("id_prefix", ""), "id_prefix"),
            id_pattern=_text(read.get("id_pattern", "*"), "id_pattern"),
        )

    def matches(self, session_id: str, session: Session) -> bool:
        """Whether a session with these tags is meant."""
        return (
            (not self.statuses or session.status in self.statuses)
            and session_id.startswith(self.id_prefix)
            and fnmatch.fnmatchcase(session_id, self.id_pattern)
        )

    def apply(self, sessions: Mapping[str, Session]) -> dict[str, Session]:
        """Those of `sessions` that fit, newest first; sessions of one moment by id."""
        chosen = sorted((each for each in sessions.items() if self.matches(*each)), key=lambda each: each[0])
        return dict(sorted(chosen, key=lambda each: each[1].created_on, reverse=True))

    def criteria(self) -> list[tuple[str, str]]:
        """Name and value of each criterion that is set, for messages."""
        pairs = [
            ("tags", ", ".join(f"{key}={value}" for key, value in sorted(self.tags.items()))),
            ("statuses", join_statuses(self.statuses)),
            ("id_prefix", self.id_prefix),
            ("id_pattern", self.id_pattern if self.id_pattern != "*" else ""),
        ]
        return [(name, text) for name, text in pairs if text]


FILTER_NAMES = tuple(each.name for each in fields(SessionFilter))
"""Names of what may be asked of a session."""


def _tags(value: Any) -> Mapping[str, str]:  # noqa: ANN401 - whatever a program gives
    def holds(key: object, text: object) -> bool:
        return isinstance(key, str) and isinstance(text, str) and 0 < len(key) <= _KEY_LENGTH and len(text) <= _VALUE_LENGTH

    tags = cast("Mapping[str, str]", value if isinstance(value, Mapping) else {0: 0})
    if len(tags) > _MOST_TAGS or not all(holds(key, text) for key, text in tags.items()):
        raise InvalidInput(
            "tags",
            f"{short_repr(cast('object', value))} can't be tags: use at most {_MOST_TAGS} names of 1 to {_KEY_LENGTH} characters, "
            f"each with a text of at most {_VALUE_LENGTH}",
        )
    return dict(tags)


def _statuses(value: Any) -> frozenset[str]:  # noqa: ANN401 - as above
    names = cast("Sequence[str]", value if isinstance(value, (list, tuple, set, frozenset)) and value else [value])
    # By their type first, since what can't be hashed is in no set.
    if not STATUSES.issuperset(name for name in names if type(name) is str) or any(type(name) is not str for name in names):
        raise InvalidInput(
            "statuses", f"{short_repr(cast('object', value))} names no status of a Glue session: use {', '.join(sorted(STATUSES))}"
        )
    return frozenset(names)


def _text(value: Any, name: str) -> str:  # noqa: ANN401 - as above
    if not isinstance(value, str):
        raise InvalidInput(name, f"{short_repr(value)} is no text")
    return value
