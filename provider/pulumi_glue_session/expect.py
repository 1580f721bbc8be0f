"""What a program expects of a session, and what differs from it.

Rules of this module: pure; a value is compared as what it is (a version as a version, a number as a number, a role by name or by ARN).
Only fields that stay as they are for a session's life can be expected.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from pulumi_glue_session.errors import InvalidInput
from pulumi_glue_session.session import CHANGED_BY_WAITING, SECRET, Session
from pulumi_glue_session.terms import spoken
from pulumi_glue_session.words import given

if TYPE_CHECKING:
    from packaging.version import Version

__all__ = ["AT_LEAST", "EXPECTABLE", "Expectation", "named"]

AT_LEAST = "at_least"
"""Key of a minimum, for versions and numbers: `{"glue_version": {"at_least": "5.0"}}`."""

_NEUTRAL = Session().record()

EXPECTABLE = tuple(sorted(_NEUTRAL.keys() - set(CHANGED_BY_WAITING)))
"""Outputs that can be expected."""

_KINDS: Mapping[type, tuple[tuple[type, ...], str]] = {
    str: ((str,), "text"),
    int: ((int, float), "a number"),
    float: ((int, float), "a number"),
    list: ((list, tuple), "a list"),
    dict: ((dict,), "a mapping"),
}
"""What may be expected of a field, by the type of its neutral value."""

_HIDDEN = "[secret]"


@dataclass(frozen=True, kw_only=True)
class Expectation:
    """One field, the value that it should have, and whether more will do too."""

    name: str
    value: Any
    minimum: bool = False
    secret: bool = False

    @classmethod
    def of(cls, name: str, wanted: Any, *, secret: bool = False) -> Expectation:  # noqa: ANN401 - whatever a program gives
        """Expectation of a program's `expect={name: wanted}`. Raises InvalidInput for what no session could be compared with.

        `secret` keeps the value out of every message; what is secret in a session stays out of them anyway.
        """
        if name not in EXPECTABLE:
            raise InvalidInput("expect", f"{name!r} can't be expected: use one of {', '.join(map(spoken().spelled, EXPECTABLE))}")
        minimum = isinstance(wanted, dict) and list(wanted) == [AT_LEAST]  # pyright: ignore[reportUnknownArgumentType]
        expectation = cls(name=name, value=wanted[AT_LEAST] if minimum else wanted, minimum=minimum, secret=secret or name in SECRET)
        expectation._check()
        return expectation

    def _check(self) -> None:
        neutral: Any = _NEUTRAL[self.name]
        value: Any = self.value
        kinds, kind = _KINDS[type(neutral)]
        shown = _HIDDEN if self.secret else json.dumps(value, default=str)
        spelled = spoken().spelled
        name = spelled(self.name)
        # By its type, because True is an int to Python and not a number of workers to anybody.
        if not issubclass(type(value), kinds) or type(value) is bool:
            raise InvalidInput("expect", f"{name} can't be {shown}, only {kind}")
        has_minimum = kind == "a number" or (self.name == "glue_version" and _version(value) is not None)
        if self.minimum and not has_minimum:
            raise InvalidInput("expect", f"{name} can't be at least {shown}, only a number or a version can")
        strange = sorted(str(key) for key in value if key not in neutral) if self.name == "command" else []
        if strange:
            raise InvalidInput("expect", f"{name} has no {', '.join(strange)}: it has name and {spelled('python_version')}")

    def differs(self, session: Session) -> str | None:
        """Line that says what was expected and what was found; None where it is as expected."""
        found: Any = session.record()[self.name]
        if self._holds(found):
            return None
        wanted = _HIDDEN if self.secret else json.dumps(self.value)
        shown = _HIDDEN if self.name in SECRET else json.dumps(found)
        return f"{spoken().spelled(self.name)}: expected {'at least ' if self.minimum else ''}{wanted}, found {shown}"

    def _holds(self, found: Any) -> bool:  # noqa: ANN401 - a plain value of a record
        wanted: Any = self.value
        if self.name == "glue_version":
            return self._version_holds(found)
        if self.minimum:
            return bool(found >= wanted)
        if self.name in ("command", "default_arguments"):
            return all(found.get(key) == value for key, value in wanted.items())
        if self.name == "connections":
            return sorted(found) == sorted(map(str, wanted))
        if self.name == "role":
            return _same_role(wanted, found)
        return bool(found == wanted)

    def _version_holds(self, found: str) -> bool:
        wanted, got = _version(self.value), _version(found)
        if wanted is None or got is None:
            # A session without a version is never new enough.
            return not self.minimum and found == self.value
        return got >= wanted if self.minimum else got == wanted


def named(expect: Any) -> Mapping[str, Any]:  # noqa: ANN401 - whatever a program gives
    """What is expected, by the names of outputs. Raises InvalidInput for what is no mapping."""
    if not isinstance(expect, Mapping):
        raise InvalidInput("expect", f"{given(expect)} is no mapping of outputs to the values that they should have")
    return cast("Mapping[str, Any]", expect)


def _version(text: str) -> Version | None:
    # Imported only here: most programs expect no version.
    from packaging.version import InvalidVersion, Version

    try:
        return Version(text)
    except InvalidVersion:
        return None


def _same_role(one: str, other: str) -> bool:
    """Whether two roles are the same: Glue gives back a name or an ARN, as whoever created the session wrote it."""
    if one.startswith("arn:") == other.startswith("arn:"):
        return one == other
    return one.rsplit("/", 1)[-1] == other.rsplit("/", 1)[-1]
