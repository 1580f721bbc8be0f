"""Resource, functions and options as Pulumi names them, and as the core does: tokens, inputs, and what of them is recorded.

Rules of this module: names and forms; what a value may be the core judges. A name that there isn't is told with those that there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pulumi.provider.experimental.property_value import PropertyValue

from pulumi_glue_session.errors import InvalidInput
from pulumi_glue_session.fronts import texts
from pulumi_glue_session.fronts.naming import camel, camel_keys, snake, snake_keys
from pulumi_glue_session.fronts.property_values import wrapped
from pulumi_glue_session.selection import CONDITIONS
from pulumi_glue_session.session import SECRET
from pulumi_glue_session.words import given, printable

__all__ = [
    "FUNCTION_ARGUMENTS",
    "GET_SESSION",
    "GET_SESSIONS",
    "OWN_KEYS",
    "RECORDED",
    "RESOURCE_INPUTS",
    "SESSION",
    "arguments",
    "check_token",
    "inner",
    "options",
    "outer",
    "outer_values",
    "where",
]

SESSION = "glue-session:index:Session"
GET_SESSION = "glue-session:index:getSession"
GET_SESSIONS = "glue-session:index:getSessions"

RESOURCE_INPUTS = ("session_id", "region", "wait_for", "timeout", "expect", "on_mismatch", "logs")
"""Inputs of the resource, by their inner names. The region of the provider is the default of its own."""

RECORDED = ("session_id", "region", "wait_for")
"""Inputs that are recorded, and whose change is one; nothing can be asked without them. The others only say how it is asked."""

FUNCTION_ARGUMENTS: Mapping[str, tuple[str, ...]] = {
    GET_SESSION: ("session_id", *CONDITIONS, "region"),
    GET_SESSIONS: (*CONDITIONS, "region"),
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
        read[snake(name)] = texts.read(snake(name), value) if isinstance(value, str) else value
    return {name: snake_keys(value, keeping=frozenset()) for name, value in read.items()}


def arguments(given_arguments: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """Arguments by their inner names. Raises InvalidInput for one that there isn't."""
    for name in given_arguments:
        if snake(name) not in names or camel(snake(name)) != name:
            raise InvalidInput(snake(name), f"{given(name)} is no argument: use {', '.join(map(camel, names))}")
    return inner(given_arguments)


def check_token(token: str, tokens: Iterable[str]) -> None:
    """Raise InvalidInput for a resource or a function that there isn't."""
    if token not in tokens:
        raise InvalidInput("", f"there is no {printable(token)}: use {' or '.join(tokens)}")


def inner(by_name: Mapping[str, Any]) -> dict[str, Any]:
    """Inputs or outputs of the resource by their inner names; what a program expects keeps its names."""
    named: dict[str, Any] = snake_keys(by_name, keeping=OWN_KEYS | {"expect"})
    return named


def outer(name: str) -> str:
    """Path of an input as the program writes it: `aws.assume_roles[0].role_arn` is the provider's `assumeRoles[0].roleArn`."""
    return ".".join(map(camel, name.removeprefix("aws.").split(".")))


def where(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Options of a caller that the resource itself says."""
    return {"region": inputs["region"]} if inputs.get("region") else {}


def outer_values(by_name: Mapping[str, Any]) -> dict[str, PropertyValue]:
    """Plain values by their inner names as property values. Arguments are a secret unless there are none."""
    return {
        camel(name): wrapped(value if name in OWN_KEYS else camel_keys(value, keeping=OWN_KEYS), secret=name in SECRET and bool(value))
        for name, value in by_name.items()
    }
