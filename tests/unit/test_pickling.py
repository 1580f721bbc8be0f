"""However many sessions there are in a process, other dynamic providers can still be pickled."""

from __future__ import annotations

import asyncio
import pickle
from contextvars import copy_context
from typing import Any

import pulumi
from pulumi.dynamic import ResourceProvider, dynamic

from pulumi_glue_session import GlueSession
from pulumi_glue_session.pickling import keep_one_layer
from pulumi_glue_session.provider import GlueSessionProvider

PICKLER: Any = pickle._Pickler  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]


class Other(ResourceProvider):
    """A user's own provider, which has a dictionary in it."""

    def __init__(self) -> None:
        super().__init__()
        self.settings = {"second": 2, "first": 1}


def layers() -> int:
    """How many functions of the SDK lie over Python's own pickler."""
    count, layer = 0, PICKLER._batch_setitems  # noqa: SLF001
    while layer.__module__ == dynamic.__name__:
        count, layer = count + 1, layer.__closure__[0].cell_contents
    return count


def test_after_thousands_of_pickles_another_provider_is_pickled_as_before() -> None:
    before = dynamic.serialize_provider(Other())
    for _ in range(3_000):
        keep_one_layer()
        dynamic.serialize_provider(GlueSessionProvider())

    assert before == dynamic.serialize_provider(Other())


def test_sessions_do_not_pile_up_layers() -> None:
    class Mocks(pulumi.runtime.Mocks):
        def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
            return args.name, args.inputs

        def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]] | None]:
            raise NotImplementedError(args.token)

    def declare() -> None:
        for number in range(20):
            GlueSession(f"s{number}", session_id=f"s{number}")

    def program() -> None:
        pulumi.runtime.set_mocks(Mocks())
        pulumi.runtime.test(declare)()  # type: ignore[no-untyped-call]

    keep_one_layer()
    before = layers()
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        copy_context().run(program)
    finally:
        asyncio.set_event_loop(None)
        loop.close()

    assert layers() <= before + 1


def test_a_pickler_of_somebody_else_is_left_alone() -> None:
    own = PICKLER._batch_setitems  # noqa: SLF001

    def theirs(self: object, items: object) -> None:
        own(self, items)

    PICKLER._batch_setitems = theirs  # noqa: SLF001
    try:
        for _ in range(3):
            dynamic.serialize_provider(GlueSessionProvider())
            keep_one_layer()

        assert theirs is PICKLER._batch_setitems.__closure__[0].cell_contents  # noqa: SLF001
    finally:
        PICKLER._batch_setitems = own  # noqa: SLF001
