"""Expected values of a session (`expect`) and how they are compared.

Versions compare as versions, numbers as numbers, and roles by name or ARN. Only fields that stay constant during the
life of a session can be expected.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from pulumi_glue_session.core.errors import HIDDEN, InvalidInput, Mismatch
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
    str: ((str,), "a string"),
    int: ((int, float), "a number"),
    float: ((int, float), "a number"),
    list: ((list, tuple), "a list"),
    dict: ((dict,), "a mapping"),
}
"""Types that an expected value may have, by the type of the field's neutral value."""


@dataclass(frozen=True, kw_only=True)
class Expectation:
    """Expected value of one field. With `minimum`, a greater value is accepted too."""

    name: str
    value: Any
    minimum: bool = False
    secret: bool = False

    @classmethod
    def parse(cls, name: str, expected: Any, *, secret: bool = False, secret_name: bool = False) -> Expectation:
        """Expectation of one item of `expect`. Raises InvalidInput if no session can have this value.

        `secret` keeps the expected and the actual value out of messages, and `secret_name` the name if it is invalid.
        Secret fields of a session never appear there.
        """
        if name not in EXPECTABLE:
            shown = HIDDEN if secret_name else short_repr(name)
            raise InvalidInput(
                "expect",
                lambda hints: f"{shown} cannot be expected: use one of {', '.join(map(hints.spell, EXPECTABLE))}",
            )
        mapping = cast("dict[str, Any]", expected) if isinstance(cast("object", expected), dict) else {}
        minimum = list(mapping) == [AT_LEAST]
        value: Any = mapping[AT_LEAST] if minimum else expected
        expectation = cls(name=name, value=value, minimum=minimum, secret=secret or name in SECRET)
        expectation._check()
        return expectation

    def _check(self) -> None:
        neutral: Any = _NEUTRAL[self.name]
        value: Any = self.value
        kinds, kind = _KINDS[type(neutral)]
        shown = HIDDEN if self.secret else json.dumps(value, default=str)
        # bool is excluded, because it is a subclass of int.
        if not issubclass(type(value), kinds) or type(value) is bool:
            raise InvalidInput("expect", lambda hints: f"{hints.spell(self.name)} is {kind}, not {shown}")
        if isinstance(self.value, float) and not math.isfinite(self.value):
            raise InvalidInput("expect", lambda hints: f"{hints.spell(self.name)} is a finite number, not {shown}")
        has_minimum = kind == "a number" or (self.name == "glue_version" and _parse_version(value) is not None)
        if self.minimum and not has_minimum:
            raise InvalidInput(
                "expect",
                lambda hints: (
                    f"{hints.spell(self.name)} cannot have a minimum of {shown}: only numbers and versions can"
                ),
            )
        unknown = sorted(str(key) for key in value if key not in neutral) if self.name == "command" else []
        if unknown and self.secret:
            unknown = [HIDDEN]
        if unknown:
            raise InvalidInput(
                "expect",
                lambda hints: (
                    f"unknown key of {hints.spell(self.name)} {', '.join(unknown)}: "
                    f"use name and {hints.spell('python_version')}"
                ),
            )
        if kind == "a mapping" and not all(isinstance(each, str) for each in value.values()):
            raise InvalidInput("expect", lambda hints: f"{hints.spell(self.name)} has a value that is not a string")

    def mismatch(self, session: Session) -> Mismatch | None:
        """Expected and actual value, or None if they match."""
        found: Any = session.to_state()[self.name]
        if self._matches(found):
            return None
        expected = HIDDEN if self.secret else json.dumps(self.value)
        return Mismatch(
            name=self.name,
            expected=f"at least {expected}" if self.minimum else expected,
            found=HIDDEN if self.secret else json.dumps(found),
        )

    def _matches(self, found: Any) -> bool:
        expected: Any = self.value
        if self.name == "glue_version":
            return self._matches_version(found)
        if self.minimum:
            return bool(found >= expected)
        if self.name in ("command", "default_arguments"):
            return all(found.get(key) == value for key, value in expected.items())
        if self.name == "connections":
            return sorted(found) == sorted(map(str, expected))
        if self.name == "role":
            return _is_same_role(expected, found)
        return bool(found == expected)

    def _matches_version(self, text: str) -> bool:
        expected, found = _parse_version(self.value), _parse_version(text)
        if expected is None or found is None:
            # A session without a version does not meet any minimum.
            return not self.minimum and text == self.value
        return found >= expected if self.minimum else found == expected


def require_mapping(expect: Any) -> Mapping[str, Any]:
    """`expect` if it is a mapping. Raises InvalidInput otherwise."""
    if not isinstance(expect, Mapping):
        raise InvalidInput(
            "expect", f"{short_repr(expect)} is not a mapping: use output names and their expected values"
        )
    return cast("Mapping[str, Any]", expect)


def _parse_version(text: str) -> Version | None:
    # Imported here, because most programs do not compare versions.
    from packaging.version import Version

    try:
        return Version(text)
    except ValueError:
        # InvalidVersion, or a number of more than 4,300 digits.
        return None


def _is_same_role(one: str, other: str) -> bool:
    # Glue returns a name or an ARN, depending on how the session was created.
    if one.startswith("arn:") == other.startswith("arn:"):
        return one == other
    return one.rsplit("/", 1)[-1] == other.rsplit("/", 1)[-1]
