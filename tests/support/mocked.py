"""Runs programs under `pulumi.runtime.set_mocks` like unit tests of users, each with a new event loop.

`support.program_run` runs programs that call a Glue endpoint.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import copy_context
from typing import Any

import pulumi
from pulumi.runtime import MockCallArgs, MockResourceArgs

SESSION = "pulumi-python:dynamic/glue:Session"


class Mocks(pulumi.runtime.Mocks):
    """Answers with the values of a test and records calls."""

    def __init__(
        self,
        session: Mapping[str, Any] | Callable[[], Mapping[str, Any]] | None = None,
        *,
        failure: Exception | None = None,
    ) -> None:
        self._session = session or {}
        self._failure = failure
        self.registered: list[MockResourceArgs] = []
        self.called: list[tuple[str, dict[str, Any]]] = []

    def _values(self) -> dict[str, Any]:
        return dict(self._session() if callable(self._session) else self._session)

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        self.registered.append(args)
        return "some-id", self._values() if args.typ == SESSION else args.inputs

    def call(self, args: MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        self.called.append((args.token, args.args))
        if self._failure:
            raise self._failure
        return self._values(), []


@contextmanager
def own_loop() -> Iterator[asyncio.AbstractEventLoop]:
    """A new event loop of this thread. At the end of the block, pending tasks are completed."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        yield loop
    finally:
        loop.run_until_complete(asyncio.gather(*asyncio.all_tasks(loop), return_exceptions=True))
        asyncio.set_event_loop(None)
        loop.close()


def under_mocks(
    mocks: pulumi.runtime.Mocks,
    body: Callable[[], object],
    *,
    preview: bool = False,
    config: dict[str, str] | None = None,
    plain: bool = False,
) -> None:
    """Run `body` with `pulumi.runtime.test`, or without it if `plain`."""

    def program() -> None:
        pulumi.runtime.set_mocks(mocks, preview=preview)
        if config:
            pulumi.runtime.set_all_config(config)
        if plain:
            body()
        else:
            pulumi.runtime.test(body)()  # type: ignore[no-untyped-call]

    with own_loop():
        # The SDK keeps its settings in context variables, so a copied context keeps the mocks out of other tests.
        copy_context().run(program)
