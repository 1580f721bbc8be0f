"""Programs under `pulumi.runtime.set_mocks`, each with an event loop of its own and nothing left for other tests.

Rules of this module: it is for what a user's unit test would do. `tests/wire/program_run.py` runs programs that ask a scripted Glue.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import copy_context

import pulumi

__all__ = ["own_loop", "under_mocks"]


@contextmanager
def own_loop() -> Iterator[asyncio.AbstractEventLoop]:
    """An event loop, which is the thread's own while the block lasts. What is on its way at the end comes to its end."""
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
    """Run `body` as that of a user's own test; `plain` leaves out `pulumi.runtime.test`."""

    def program() -> None:
        pulumi.runtime.set_mocks(mocks, preview=preview)
        if config:
            pulumi.runtime.set_all_config(config)
        if plain:
            body()
        else:
            pulumi.runtime.test(body)()  # type: ignore[no-untyped-call]

    with own_loop():
        # The SDK keeps its settings in context variables: in a context of their own the mocks stay out of other tests.
        copy_context().run(program)
