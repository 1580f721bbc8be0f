"""What a program expects of a session, and what differs from it.

Rules of this module: pure; a value is compared as what it is (a version as a version, a number as a number, a role by name or by ARN).
Only fields that stay as they are for a session's life can be expected.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from pulumi_glue_session.core.errors import InvalidInput, Mismatch
from pulumi_glue_session.core.messages import short_repr
from pulumi_glue_session.core.session import SECRET, SET_BY_WAITING, Session

if TYPE_CHECKING:
    from packaging.version import Version


AT_LEAST = "at_least"
"""Key of a minimum, for versions and numbers: `{"glue_version": {"at_least": "5.0"}}`."""

_NEUTRAL = Session().to_state()

EXPECTABLE = tuple(sorted(_NEUTRAL.keys() - set(SET_BY_WAITING)))
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
    def parse(cls, name: str, wanted: Any, *, secret: bool = False) -> Expectation:  # noqa: ANN401 - whatever a program gives
        """Expectation of a program's `expect={name: wanted}`. Raises InvalidInput for what no session could be compared with.

        `secret` keeps the value out of every message; what is secret in a session stays out of them anyway.
        """
        if name not in EXPECTABLE:
            raise InvalidInput(
                "expect", lambda hints: f"{short_repr(name)} cannot be expected: use one of {', '.join(map(hints.spell, EXPECTABLE))}"
            )
        minimum = isinstance(wanted, dict) and list(wanted) == [AT_LEAST]  # pyright: ignore[reportUnknownArgumentType]
        expectation = cls(name=name, value=wanted[AT_LEAST] if minimum else wanted, minimum=minimum, secret=secret or name in SECRET)
        expectation._check()
        return expectation

    def _check(self) -> None:
        neutral: Any = _NEUTRAL[self.name]
        value: Any = self.value
        kinds, kind = _KINDS[type(neutral)]
        shown = _HIDDEN if self.secret else json.dumps(value, default=str)
        # By its type, because to Python True is an int.
        if not issubclass(type(value), kinds) or type(value) is bool:
            raise InvalidInput("expect", lambda hints: f"{hints.spell(self.name)} is {kind}, not {shown}")
        has_minimum = kind == "a number" or (self.name == "glue_version" and _version(value) is not None)
        if self.minimum and not has_minimum:
            raise InvalidInput("expect", lambda hints: f"{hints.spell(self.name)} has no minimum {shown}: only numbers and versions do")
        unknown = sorted(str(key) for key in value if key not in neutral) if self.name == "command" else []
        if unknown:
            raise InvalidInput(
                "expect",
                lambda hints: f"{hints.spell(self.name)} has no {', '.join(unknown)}: use name and {hints.spell('python_version')}",
            )

    def mismatch(self, session: Session) -> Mismatch | None:
        """Expected and found value; None if the session is as expected."""
        found: Any = session.to_state()[self.name]
        if self._holds(found):
            return None
        expected = _HIDDEN if self.secret else json.dumps(self.value)
        return Mismatch(
            name=self.name,
            expected=f"at least {expected}" if self.minimum else expected,
            found=_HIDDEN if self.name in SECRET else json.dumps(found),
        )

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


def require_mapping(expect: Any) -> Mapping[str, Any]:  # noqa: ANN401 - whatever a program gives
    """What is expected, by the names of outputs. Raises InvalidInput for what is no mapping."""
    if not isinstance(expect, Mapping):
        raise InvalidInput("expect", f"{short_repr(expect)} is no mapping of outputs to the values that they should have")
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
