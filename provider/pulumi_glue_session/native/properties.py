"""Names and values of the native provider: tokens, inputs, camelCase names and Pulumi's property values."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from functools import lru_cache
from typing import Any, Final, cast

from pulumi.provider.experimental.property_value import Computed, PropertyValue
from pulumi.runtime.rpc import UNKNOWN as UNKNOWN_SENTINEL

from pulumi_glue_session.core import parsing
from pulumi_glue_session.core.aws_config import AwsConfig
from pulumi_glue_session.core.errors import GlueSessionError, InvalidInput, without_values
from pulumi_glue_session.core.filter import FILTER_NAMES
from pulumi_glue_session.core.messages import Hints, sanitize, short_repr
from pulumi_glue_session.core.session import SECRET

SESSION = "glue-session:index:Session"
GET_SESSION = "glue-session:index:getSession"
GET_SESSIONS = "glue-session:index:getSessions"
WAIT_FOR_SESSION = "glue-session:index:waitForSession"

_WAIT_INPUTS = ("session_id", "region", "wait_for", "timeout", "expect", "on_mismatch", "logs")

RESOURCE_INPUTS = (*_WAIT_INPUTS, "gate")
"""Inputs of the resource in snake_case."""

RECORDED_INPUTS = ("session_id", "region", "wait_for")
"""Inputs that are recorded as outputs too. The session can be read only when all of them are known."""

FUNCTION_ARGUMENTS: Mapping[str, tuple[str, ...]] = {
    GET_SESSION: ("session_id", *FILTER_NAMES, "region"),
    GET_SESSIONS: (*FILTER_NAMES, "region"),
    WAIT_FOR_SESSION: _WAIT_INPUTS,
}

OPTIONS = (*(each.name for each in fields(AwsConfig) if each.name != "unrecorded"), "skip_wait")
"""Provider options in snake_case."""

_CACHED_NAMES = 1_024
"""More than all names of properties. Each record of a session converts them several times."""

USER_KEYS = frozenset({"tags", "default_arguments"})
"""Mappings whose keys belong to the user and are never renamed."""

_ENGINE_OPTIONS = frozenset({"version", "pluginDownloadURL", "pluginChecksums"})
"""Options that the engine adds to the configuration of a provider."""


def parse_options(provider_inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Provider options in snake_case. Raises InvalidInput for an unknown one.

    Numbers, lists and objects can be JSON text, because stack configuration is text.
    """
    options: dict[str, Any] = {}
    for name, value in provider_inputs.items():
        if name.startswith("__") or name in _ENGINE_OPTIONS:
            continue
        option = snake(name)
        if option not in OPTIONS:
            raise InvalidInput(option, _unknown_option(name))
        options[option] = snake_keys(_parse_option(option, value), keep=USER_KEYS)
    return options


def _parse_option(option: str, value: Any) -> Any:
    if option == "skip_wait":
        if isinstance(value, str):
            return parsing.parse_bool(value, input_name=option)
        if not isinstance(value, (bool, _Unknown)):
            raise InvalidInput(option, f"{short_repr(value)} is neither true nor false: use true or false")
    return parsing.parse_text(option, value) if isinstance(value, str) else value


def _unknown_option(name: str) -> str:
    names = list(map(camel, OPTIONS))
    similar = difflib.get_close_matches(name, names, n=1)
    return f"unknown option: did you mean {similar[0]}?" if similar else f"unknown option: use {', '.join(names)}"


def parse_arguments(arguments: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """Arguments in snake_case. Raises InvalidInput for an unknown one."""
    for name in arguments:
        if snake(name) not in names or camel(snake(name)) != name:
            raise InvalidInput(snake(name), f"unknown argument {short_repr(name)}: use {', '.join(map(camel, names))}")
    return to_snake(arguments)


def check_token(token: str, tokens: Iterable[str]) -> None:
    """Raise InvalidInput for an unknown resource or function."""
    if token not in tokens:
        raise InvalidInput("", f"unknown type or function {sanitize(token)}: use {' or '.join(tokens)}")


def to_snake(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Inputs or outputs of the resource with snake_case names. The names in `expect` stay as they are."""
    renamed: dict[str, Any] = snake_keys(properties, keep=USER_KEYS | {"expect"})
    return renamed


def input_path(name: str) -> str:
    """Path of an input in the user's program: `aws.assume_roles[0].role_arn` is `assumeRoles[0].roleArn`."""
    # The name of an environment variable stays as it is.
    return name if name.isupper() else ".".join(map(camel, name.removeprefix("aws.").split(".")))


def region_override(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """AWS options that a resource or function sets itself."""
    return {"region": inputs["region"]} if inputs.get("region") else {}


def to_camel(values: Mapping[str, Any]) -> dict[str, Any]:
    """Inputs or outputs of the resource with camelCase names."""
    renamed: dict[str, Any] = camel_keys(values, keep=USER_KEYS)
    return renamed


def to_property_values(values: Mapping[str, Any]) -> dict[str, PropertyValue]:
    """Property values of snake_case fields. Secret fields are secret unless they are empty."""
    return {name: wrap(value, secret=snake(name) in SECRET and bool(value)) for name, value in to_camel(values).items()}


def hide_secrets(error: GlueSessionError, properties: Mapping[str, PropertyValue]) -> GlueSessionError:
    """The error without values of inputs or arguments that are secret."""
    # Messages about `expect` hide its secrets themselves.
    secret = secret_names(properties) - {"expect"}
    if isinstance(error, InvalidInput):
        name = snake(re.split(r"[.\[]", input_path(error.input_name))[0])
        return error.without_value() if name in secret else error
    return without_values(error, secret)


def secret_names(properties: Mapping[str, PropertyValue]) -> frozenset[str]:
    """Names in snake_case of the properties that are secret, or contain a secret."""
    return frozenset(snake(name) for name, value in properties.items() if value.contains_secret())


@lru_cache(_CACHED_NAMES)
def camel(name: str) -> str:
    """`session_id` as `sessionId`."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


@lru_cache(_CACHED_NAMES)
def snake(name: str) -> str:
    """`sessionId` as `session_id`."""
    return re.sub("[A-Z]", lambda letter: f"_{letter[0].lower()}", name)


def camel_keys(value: Any, *, keep: frozenset[str]) -> Any:
    """Value with camelCase keys. The keys inside a mapping named in `keep` (snake_case) stay as they are."""
    return _rename_keys(value, camel, keep)


def snake_keys(value: Any, *, keep: frozenset[str]) -> Any:
    """Value with snake_case keys. The keys inside a mapping named in `keep` (snake_case) stay as they are."""
    return _rename_keys(value, snake, keep)


def _rename_keys(value: Any, rename: Callable[[str], str], keep: frozenset[str]) -> Any:
    if isinstance(value, Mapping):
        items = cast("Mapping[str, object]", value).items()
        return {
            (new := rename(name)): item if name in keep or new in keep else _rename_keys(item, rename, keep)
            for name, item in items
        }
    if isinstance(value, list):
        return [_rename_keys(item, rename, keep) for item in cast("list[object]", value)]
    return value


class _Unknown:
    """Value that is not known during a preview."""

    def __repr__(self) -> str:
        return "unknown value"

    def __deepcopy__(self, _memo: object) -> _Unknown:
        return self


UNKNOWN: Final = _Unknown()


def unwrap(value: PropertyValue, *, keep_null: bool = False) -> Any:
    """Plain value. Whole numbers become int, because Pulumi sends every number as a float.

    Items of a mapping that are null are left out, unless `keep_null` is set.
    """
    content: Any = value.value
    if isinstance(content, Computed) or content == UNKNOWN_SENTINEL:
        return UNKNOWN
    if isinstance(content, Mapping):
        return unwrap_map(cast("Mapping[str, PropertyValue]", content), keep_null=keep_null)
    if isinstance(content, Sequence) and not isinstance(content, str):
        return [unwrap(item, keep_null=keep_null) for item in cast("Sequence[PropertyValue]", content)]
    return int(content) if isinstance(content, float) and content.is_integer() else content


def unwrap_map(values: Mapping[str, PropertyValue], *, keep_null: bool = False) -> dict[str, Any]:
    """Plain values by name, without those that are null unless `keep_null` is set."""
    return {
        name: unwrap(value, keep_null=keep_null)
        for name, value in values.items()
        if keep_null or value.value is not None
    }


def wrap(value: Any, *, secret: bool = False) -> PropertyValue:
    """Property value of a plain value."""
    if isinstance(value, Mapping):
        content: Any = {name: wrap(item) for name, item in cast("Mapping[str, object]", value).items()}
    elif isinstance(value, (list, tuple)):
        content = [wrap(item) for item in cast("Sequence[object]", value)]
    elif type(value) is int:
        content = float(value)
    else:
        content = UNKNOWN_SENTINEL if value is UNKNOWN else value
    return PropertyValue(content, is_secret=secret)


def contains_unknown(value: object) -> bool:
    """Whether the value, or a value inside it, is unknown."""
    if isinstance(value, Mapping):
        return any(map(contains_unknown, cast("Mapping[str, object]", value).values()))
    if isinstance(value, list):
        return any(map(contains_unknown, cast("list[object]", value)))
    return value is UNKNOWN


HINTS = Hints(
    region="AWS_REGION or the provider's region (glue-session:region, not aws:region)",
    profile="AWS_PROFILE or the provider's profile (glue-session:profile, not aws:profile)",
    allowed_accounts="the provider's allowedAccountIds",
    skip_wait="set waitFor to an empty list",
    list_sessions="getSessions",
    spell=camel,
)
