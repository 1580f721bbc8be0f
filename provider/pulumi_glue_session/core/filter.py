"""Filter for sessions by tags, status and id.

Glue compares the tags, because its responses do not contain them. All other criteria are compared here.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, cast

from pulumi_glue_session.core.errors import InvalidInput
from pulumi_glue_session.core.messages import join_statuses, short_repr
from pulumi_glue_session.core.session import STATUSES, Session

_MAX_TAGS = 50
_MAX_KEY_LENGTH = 128
_MAX_VALUE_LENGTH = 256
"""Limits of the API's TagsMap."""


@dataclass(frozen=True, kw_only=True)
class SessionFilter:
    """Criteria that a session has to match. The default matches every session."""

    tags: Mapping[str, str] = field(default_factory=dict[str, str])
    statuses: frozenset[str] = frozenset()
    id_prefix: str = ""
    id_pattern: str = "*"

    @classmethod
    def parse(cls, arguments: Mapping[str, Any]) -> SessionFilter:
        """Filter of the arguments of a function or command. None counts as missing. Raises InvalidInput."""
        values = {name: value for name, value in arguments.items() if value is not None and name in FILTER_NAMES}
        return cls(
            tags=_parse_tags(values.get("tags", {})),
            statuses=_parse_statuses(values["statuses"]) if "statuses" in values else frozenset(),
            id_prefix=_parse_string(values.get("id_prefix", ""), "id_prefix"),
            id_pattern=_parse_string(values.get("id_pattern", "*"), "id_pattern"),
        )

    def matches(self, session_id: str, session: Session) -> bool:
        """Whether a session that has the tags matches all other criteria."""
        return (not self.statuses or session.status in self.statuses) and self.matches_id(session_id)

    def matches_id(self, session_id: str) -> bool:
        """Whether the id matches."""
        return session_id.startswith(self.id_prefix) and fnmatch.fnmatchcase(session_id, self.id_pattern)

    def apply(self, sessions: Mapping[str, Session]) -> dict[str, Session]:
        """Sessions that match, newest first; sessions created at the same time are sorted by id."""
        matching = sorted((item for item in sessions.items() if self.matches(*item)), key=lambda item: item[0])
        return dict(sorted(matching, key=lambda item: item[1].created_on, reverse=True))

    def criteria(self) -> list[tuple[str, str]]:
        """Name and value of each criterion that is set, for error messages."""
        pairs = [
            ("tags", ", ".join(f"{key}={value}" for key, value in sorted(self.tags.items()))),
            ("statuses", join_statuses(self.statuses)),
            ("id_prefix", self.id_prefix),
            ("id_pattern", self.id_pattern if self.id_pattern != "*" else ""),
        ]
        return [(name, text) for name, text in pairs if text]


FILTER_NAMES = tuple(each.name for each in fields(SessionFilter))
"""Names of the criteria."""


def _parse_tags(value: Any) -> Mapping[str, str]:
    def is_valid(key: object, text: object) -> bool:
        return (
            isinstance(key, str)
            and isinstance(text, str)
            and 0 < len(key) <= _MAX_KEY_LENGTH
            and len(text) <= _MAX_VALUE_LENGTH
        )

    tags = cast("Mapping[str, str]", value if isinstance(value, Mapping) else {0: 0})
    if len(tags) > _MAX_TAGS or not all(is_valid(key, text) for key, text in tags.items()):
        raise InvalidInput(
            "tags",
            f"{short_repr(cast('object', value))} is not a mapping of tags: use at most {_MAX_TAGS} keys of "
            f"1 to {_MAX_KEY_LENGTH} characters with values of at most {_MAX_VALUE_LENGTH} characters",
        )
    return dict(tags)


def _parse_statuses(value: Any) -> frozenset[str]:
    names = cast("Sequence[str]", value if isinstance(value, (list, tuple, set, frozenset)) and value else [value])
    # The type is checked as well, because a value that is not hashable cannot be looked up in a set.
    if not STATUSES.issuperset(name for name in names if type(name) is str) or any(
        type(name) is not str for name in names
    ):
        raise InvalidInput(
            "statuses",
            f"{short_repr(cast('object', value))} is not a status of a Glue session: use {', '.join(sorted(STATUSES))}",
        )
    return frozenset(names)


def _parse_string(value: Any, name: str) -> str:
    if not isinstance(value, str):
        raise InvalidInput(name, f"{short_repr(value)} is not a string")
    return value
