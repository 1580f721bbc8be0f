"""Inputs of a Pulumi program: plain values, Outputs, values that the SDK cannot serialize, and dependencies."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, cast

import pulumi

ID_OUTPUT = "_id_output"
"""Attribute of a resource whose `id` stays unknown in previews of older engines: an Output to wait for instead."""

_MAX_EXPONENT = 1023
"""Of a double, the type in which Pulumi sends every number."""


class InvalidValue:
    """Placeholder for an argument that the SDK cannot serialize. Only its type is shown."""

    def __init__(self, value: object) -> None:
        """The value itself is dropped, since it may be a secret."""
        self._text = repr(value) if isinstance(value, str) else f"a value of type {type(value).__name__}"

    def __repr__(self) -> str:
        """Text for error messages."""
        return self._text


def as_output(value: Any) -> Any:
    """`value` if it is plain, otherwise an Output of it, which can be used several times (a coroutine cannot)."""
    if isinstance(value, InvalidValue):
        return value
    if not _is_serializable(value):
        return InvalidValue(value)
    return value if _is_plain(value) else pulumi.Output.from_input(value)


def as_input_value(value: Any) -> Any:
    """Result of `as_output` as a resource input. An invalid value is left out."""
    return None if isinstance(value, InvalidValue) else value


def unsecret(value: Any) -> Any:
    """Result of `as_output` without its secret mark, so that values derived from it are not secret."""
    return pulumi.Output.unsecret(cast("pulumi.Output[Any]", value)) if is_output(value) else value


def is_output(value: object) -> bool:
    """Whether the value is an Output or an awaitable."""
    return isinstance(value, pulumi.Output) or inspect.isawaitable(value)


async def is_secret(value: object) -> bool:
    """Whether the value, or a value in it, is a secret Output."""
    if isinstance(value, Mapping):
        return any([await is_secret(each) for each in cast("Mapping[object, object]", value).values()])
    if isinstance(value, (list, tuple)):
        return any([await is_secret(each) for each in cast("Sequence[object]", value)])
    return isinstance(value, pulumi.Output) and await value.is_secret()


async def secret_names(arguments: Mapping[str, Any]) -> frozenset[str]:
    """Names of the arguments that are secret, or contain a secret."""
    return frozenset([name for name, value in arguments.items() if await is_secret(value)])


def _is_plain(value: object) -> bool:
    if isinstance(value, Mapping):
        return all(map(_is_plain, cast("Mapping[object, object]", value).values()))
    if isinstance(value, (list, tuple)):
        return all(map(_is_plain, cast("Sequence[object]", value)))
    return not is_output(value)


def _is_serializable(value: object) -> bool:
    if isinstance(value, Mapping):
        by_name = cast("Mapping[object, object]", value)
        return all(isinstance(name, str) and _is_serializable(name) for name in by_name) and all(
            map(_is_serializable, by_name.values())
        )
    if isinstance(value, (list, tuple)):
        return all(map(_is_serializable, cast("Sequence[object]", value)))
    if isinstance(value, str):
        return not any("\ud800" <= character <= "\udfff" for character in value)
    if isinstance(value, int):
        return value.bit_length() <= _MAX_EXPONENT
    return value is None or isinstance(value, float) or is_output(value)


async def wait_until_created(resources: Iterable[pulumi.Resource]) -> bool:
    """Wait until each of `resources` is created. False in a preview in which one does not exist yet.

    A component counts as created when its children are, as in the SDK's own `depends_on` of invokes.
    """
    left, visited = list(resources), set[int]()
    while left:
        resource = left.pop()
        if id(resource) in visited:
            continue
        visited.add(id(resource))
        await resource.urn.future()
        # A provider is only asked for its configuration, which is known before it is created.
        if isinstance(resource, pulumi.CustomResource) and not isinstance(resource, pulumi.ProviderResource):
            # A DependencyResource of the SDK lacks an id. A resource that is read lacks it in a preview of an engine
            # that is older than the field for it.
            identity = (
                getattr(resource, "id", None) if not isinstance(resource, pulumi.StackReference) else resource.outputs
            )
            identity = getattr(resource, ID_OUTPUT, identity)
            if isinstance(identity, pulumi.Output) and not await identity.is_known():
                return False
        left += getattr(resource, "_childResources", ()) if isinstance(resource, pulumi.ComponentResource) else ()
    return True


def when_ready(
    arguments: Mapping[str, Any],
    depends_on: Any,
    call: Callable[[Mapping[str, Any]], Awaitable[Any]],
    *,
    on_unknown: Callable[[], Any],
    keep_secrets: bool,
    parent: pulumi.Resource | None = None,
    excluding: pulumi.Resource | None = None,
) -> pulumi.Output[Any]:
    """Output of `call(arguments)`, made once the arguments are known and `depends_on` and `parent` are created.

    If one of them does not become known, which is usual in previews, the value is that of `on_unknown`. With
    `keep_secrets` a secret argument makes the result a secret. `excluding` is the resource that `call` belongs to:
    waiting for itself would never end.
    """
    # Most programs pass plain values, and each further Output slows down stacks with many sessions.
    plain = _is_plain(arguments)
    combined: pulumi.Output[Any] = pulumi.Output.from_input(None) if plain else pulumi.Output.all(**arguments)
    ready = combined if plain or keep_secrets else pulumi.Output.unsecret(combined)

    async def run(known: Mapping[str, Any]) -> Any:
        dependencies: set[pulumi.Resource | None] = set()
        if not await ready.is_known():
            return on_unknown()
        if not plain:
            dependencies |= await ready.resources()
        if depends_on:
            output = pulumi.Output.from_input(depends_on)
            if not await output.is_known():
                return on_unknown()
            listed: Any = await output.future()
            dependencies |= await output.resources()
            dependencies |= {listed} if isinstance(listed, pulumi.Resource) else set(listed or ())
        if parent is not None:
            # Not the children of a component: the resource of this call is one of them.
            await parent.urn.future()
            if isinstance(parent, pulumi.CustomResource) and not await wait_until_created([parent]):
                return on_unknown()
        needed = [each for each in dependencies if each is not None and each is not excluding]
        if needed and not await wait_until_created(needed):
            return on_unknown()
        return await call(arguments if plain else known)

    return ready.apply(run, run_with_unknowns=True)
