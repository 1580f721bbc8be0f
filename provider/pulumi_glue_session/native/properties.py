"""Resource, functions and options as Pulumi names them, and as the core does: tokens, inputs, and what of them is recorded.

Rules of this module: names and forms; what a value may be the core judges. A name that there isn't is told with those that there are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, cast

from pulumi.provider.experimental.property_value import Computed, PropertyValue
from pulumi.runtime.rpc import UNKNOWN as MARK

from pulumi_glue_session.core import parsing
from pulumi_glue_session.core.errors import InvalidInput
from pulumi_glue_session.core.filter import FILTER_NAMES
from pulumi_glue_session.core.messages import Hints, sanitize, short_repr
from pulumi_glue_session.core.session import SECRET

SESSION = "glue-session:index:Session"
GET_SESSION = "glue-session:index:getSession"
GET_SESSIONS = "glue-session:index:getSessions"

RESOURCE_INPUTS = ("session_id", "region", "wait_for", "timeout", "expect", "on_mismatch", "logs")
"""Inputs of the resource, by their inner names. The region of the provider is the default of its own."""

RECORDED = ("session_id", "region", "wait_for")
"""Inputs that are recorded, and whose change is one; nothing can be asked without them. The others only say how it is asked."""

FUNCTION_ARGUMENTS: Mapping[str, tuple[str, ...]] = {
    GET_SESSION: ("session_id", *FILTER_NAMES, "region"),
    GET_SESSIONS: (*FILTER_NAMES, "region"),
}

OWN_KEYS = frozenset({"tags", "default_arguments"})
"""Mappings whose keys are names of the program's own."""


def options(given_options: Mapping[str, Any]) -> dict[str, Any]:
    """Options of the provider by their inner names. What is no text comes as JSON: the engine's configuration knows only texts."""
    read: dict[str, Any] = {}
    for name, value in given_options.items():
        # The engine adds some of its own, as `version`.
        if name.startswith("__") or name in ("version", "pluginDownloadURL", "pluginChecksums"):
            continue
        read[snake(name)] = parsing.parse_text(snake(name), value) if isinstance(value, str) else value
    return {name: snake_keys(value, keeping=frozenset()) for name, value in read.items()}


def arguments(given_arguments: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """Arguments by their inner names. Raises InvalidInput for one that there isn't."""
    for name in given_arguments:
        if snake(name) not in names or camel(snake(name)) != name:
            raise InvalidInput(snake(name), f"{short_repr(name)} is no argument: use {', '.join(map(camel, names))}")
    return to_snake(given_arguments)


def check_token(token: str, tokens: Iterable[str]) -> None:
    """Raise InvalidInput for a resource or a function that there isn't."""
    if token not in tokens:
        raise InvalidInput("", f"there is no {sanitize(token)}: use {' or '.join(tokens)}")


def to_snake(by_name: Mapping[str, Any]) -> dict[str, Any]:
    """Inputs or outputs of the resource by their inner names; what a program expects keeps its names."""
    named: dict[str, Any] = snake_keys(by_name, keeping=OWN_KEYS | {"expect"})
    return named


def input_path(name: str) -> str:
    """Path of an input as the program writes it: `aws.assume_roles[0].role_arn` is the provider's `assumeRoles[0].roleArn`."""
    return ".".join(map(camel, name.removeprefix("aws.").split(".")))


def region_override(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Options of a caller that the resource itself says."""
    return {"region": inputs["region"]} if inputs.get("region") else {}


def to_property_values(by_name: Mapping[str, Any]) -> dict[str, PropertyValue]:
    """Plain values by their inner names as property values. Arguments are a secret unless there are none."""
    return {
        camel(name): wrap(value if name in OWN_KEYS else camel_keys(value, keeping=OWN_KEYS), secret=name in SECRET and bool(value))
        for name, value in by_name.items()
    }


def camel(name: str) -> str:
    """`session_id` as `sessionId`."""
    first, *others = name.split("_")
    return first + "".join(each.capitalize() for each in others)


def snake(name: str) -> str:
    """`sessionId` as `session_id`."""
    return re.sub("[A-Z]", lambda letter: f"_{letter[0].lower()}", name)


def camel_keys(value: Any, *, keeping: frozenset[str]) -> Any:  # noqa: ANN401 - plain JSON values
    """Value with its keys in the outer form; what is in `keeping` (inner names) has keys of the program's own."""
    return _renamed(value, camel, keeping)


def snake_keys(value: Any, *, keeping: frozenset[str]) -> Any:  # noqa: ANN401 - as above
    """Value with its keys in the inner form; what is in `keeping` (inner names) has keys of the program's own."""
    return _renamed(value, snake, keeping)


def _renamed(value: Any, rename: Callable[[str], str], keeping: frozenset[str]) -> Any:  # noqa: ANN401 - as above
    if isinstance(value, Mapping):
        named = cast("Mapping[str, object]", value)
        return {rename(name): each if {name, rename(name)} & keeping else _renamed(each, rename, keeping) for name, each in named.items()}
    if isinstance(value, list):
        return [_renamed(each, rename, keeping) for each in cast("list[object]", value)]
    return value


class _Unknown:
    """The value that a preview doesn't know yet."""

    def __repr__(self) -> str:
        return "a value that is not known yet"


UNKNOWN: Final = _Unknown()


def unwrap(value: PropertyValue) -> Any:  # noqa: ANN401 - JSON values, or UNKNOWN
    """Value as it is meant, with whole numbers as such: every number comes over the wire as a float."""
    held: Any = value.value
    if isinstance(held, Computed) or held == MARK:
        return UNKNOWN
    if isinstance(held, Mapping):
        return unwrap_map(cast("Mapping[str, PropertyValue]", held))
    if isinstance(held, Sequence) and not isinstance(held, str):
        return [unwrap(each) for each in cast("Sequence[PropertyValue]", held)]
    return int(held) if isinstance(held, float) and held.is_integer() else held


def unwrap_map(values: Mapping[str, PropertyValue]) -> dict[str, Any]:
    """Values by name; one that is null is left out, as one that was not given."""
    return {name: unwrap(value) for name, value in values.items() if value.value is not None}


def wrap(value: Any, *, secret: bool = False) -> PropertyValue:  # noqa: ANN401 - JSON values, or UNKNOWN
    """A plain value as a property value."""
    if isinstance(value, Mapping):
        held: Any = {name: wrap(each) for name, each in cast("Mapping[str, object]", value).items()}
    elif isinstance(value, (list, tuple)):
        held = [wrap(each) for each in cast("Sequence[object]", value)]
    elif type(value) is int:
        held = float(value)
    else:
        held = MARK if value is UNKNOWN else value
    return PropertyValue(held, is_secret=secret)


def contains_unknown(value: object) -> bool:
    """Whether the value, or one in it, is not known yet."""
    if isinstance(value, Mapping):
        return any(map(contains_unknown, cast("Mapping[str, object]", value).values()))
    if isinstance(value, list):
        return any(map(contains_unknown, cast("list[object]", value)))
    return value is UNKNOWN


HINTS = Hints(
    region="AWS_REGION or the provider's region (glue-session:region)",
    profile="AWS_PROFILE or the provider's profile (glue-session:profile)",
    allowed_accounts="the provider's allowedAccountIds",
    skip_wait="set waitFor to an empty list",
    list_sessions="getSessions",
    spell=camel,
)
