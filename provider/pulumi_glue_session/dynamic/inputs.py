"""What a program gives as inputs: plain or still to come, fit to be sent or not, and everything that it waits for.

Rules of this module: nothing is judged by what it means, and nothing is asked. It knows the SDK's Outputs and resources, and no session.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, cast

import pulumi

STANDS_FOR_ID = "_stands_for_id"
"""Attribute of a resource with an Output that is known once the resource is there."""

_LARGEST_EXPONENT = 1023
"""Of a double, as which Pulumi sends every number."""


class InvalidValue:
    """Stands for a value that no input can be and that the SDK can't send: it fails every check, and is told by its kind."""

    def __init__(self, value: object) -> None:
        """Keep what it is, and not what is in it: that may be a secret."""
        self._told = repr(value) if isinstance(value, str) else f"a value of type {type(value).__name__}"

    def __repr__(self) -> str:
        """What to call it in an error."""
        return self._told


def as_output(value: Any) -> Any:  # noqa: ANN401 - whatever a program gives
    """`value` as it is if it is plain, else as an Output: to be used more than once, as a coroutine could not be."""
    if isinstance(value, InvalidValue):
        return value
    if not _is_usable(value):
        return InvalidValue(value)
    return value if _is_plain(value) else pulumi.Output.from_input(value)


def as_input_value(value: Any) -> Any:  # noqa: ANN401 - as above
    """A reusable value as the engine is told of it."""
    return None if isinstance(value, InvalidValue) else value


def unsecret(value: Any) -> Any:  # noqa: ANN401 - as above
    """A reusable value that makes no secret of what is made of it."""
    return pulumi.Output.unsecret(cast("pulumi.Output[Any]", value)) if is_output(value) else value


def is_output(value: object) -> bool:
    """Whether the value is still to come."""
    return isinstance(value, pulumi.Output) or inspect.isawaitable(value)


def _is_plain(value: object) -> bool:
    if isinstance(value, Mapping):
        return all(map(_is_plain, cast("Mapping[object, object]", value).values()))
    if isinstance(value, (list, tuple)):
        return all(map(_is_plain, cast("Sequence[object]", value)))
    return not is_output(value)


def _is_usable(value: object) -> bool:
    if isinstance(value, Mapping):
        named = cast("Mapping[object, object]", value)
        return all(isinstance(name, str) and _is_usable(name) for name in named) and all(map(_is_usable, named.values()))
    if isinstance(value, (list, tuple)):
        return all(map(_is_usable, cast("Sequence[object]", value)))
    if isinstance(value, str):
        return not any("\ud800" <= character <= "\udfff" for character in value)
    if isinstance(value, int):
        return value.bit_length() <= _LARGEST_EXPONENT
    return value is None or isinstance(value, float) or is_output(value)


async def wait_until_created(resources: Iterable[pulumi.Resource]) -> bool:
    """Wait until each of `resources` is there. False in a preview in which one is still to be created.

    A component is there when its children are, as with the SDK's own `depends_on` of invokes.
    """
    left, met = list(resources), set[int]()
    while left:
        resource = left.pop()
        if id(resource) in met:
            continue
        met.add(id(resource))
        await resource.urn.future()
        if isinstance(resource, pulumi.CustomResource):
            # A resource that only stands for another one (a DependencyResource of the SDK) has no id of its own. One that is only read
            # has none in a preview, where the engine is older than its field for it.
            identity = getattr(resource, "id", None) if not isinstance(resource, pulumi.StackReference) else resource.outputs
            identity = getattr(resource, STANDS_FOR_ID, identity)
            if isinstance(identity, pulumi.Output) and not await identity.is_known():
                return False
        left += getattr(resource, "_childResources", ()) if isinstance(resource, pulumi.ComponentResource) else ()
    return True


def when_ready(
    asked: Mapping[str, Any],
    depends_on: Any,  # noqa: ANN401 - as the options of resources and functions have it
    ask: Callable[[Mapping[str, Any]], Awaitable[Any]],
    *,
    keeps_secrets: bool,
    parent: pulumi.Resource | None = None,
    excluding: pulumi.Resource | None = None,
) -> pulumi.Output[Any]:
    """What `ask` makes of `asked`, once all of that, everything in `depends_on` and `parent` are there; unknown in an earlier preview.

    `keeps_secrets`: whether a secret in `asked` makes one of the answer. `but` is the resource that asks, which can't wait for itself.
    """
    # Most programs give plain values, and every Output more costs each of many sessions.
    plain = _is_plain(asked)
    all_of_it: pulumi.Output[Any] = pulumi.Output.from_input(None) if plain else pulumi.Output.all(**asked)
    later = all_of_it if plain or keeps_secrets else pulumi.Output.unsecret(all_of_it)

    async def wait(known: Mapping[str, Any]) -> Any:  # noqa: ANN401 - what `ask` gives, or the SDK's mark of an unknown value
        needed: set[pulumi.Resource | None] = set()
        if not plain:
            needed |= await later.resources()
        if depends_on:
            named = pulumi.Output.from_input(depends_on)
            if not await named.is_known():
                return pulumi.UNKNOWN
            listed: Any = await named.future()
            needed |= await named.resources()
            needed |= {listed} if isinstance(listed, pulumi.Resource) else set(listed or ())
        if parent is not None:
            # A component's children are made after it. Whoever asks is one of them, so they can't be waited for.
            await parent.urn.future()
            if isinstance(parent, pulumi.CustomResource) and not await wait_until_created([parent]):
                return pulumi.UNKNOWN
        if needed and not await wait_until_created(each for each in needed if each is not None and each is not excluding):
            return pulumi.UNKNOWN
        return await ask(asked if plain else known)

    return later.apply(wait)
