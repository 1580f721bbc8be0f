"""Work in daemon threads, which never delay the end of an interrupted program."""

from __future__ import annotations

import asyncio
import contextvars
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TypeVar

_T = TypeVar("_T")
_K = TypeVar("_K")


def run_in_thread(work: Callable[[], _T]) -> Future[_T]:
    """Start `work` in a thread. The future holds its result or its exception.

    After a timeout of `Future.result` the work continues, and its result is ignored.
    """
    future: Future[_T] = Future()

    def run() -> None:
        if not future.set_running_or_notify_cancel():
            return
        try:
            future.set_result(work())
        except BaseException as error:
            # All exceptions go to the caller, which would wait forever otherwise.
            future.set_exception(error)

    threading.Thread(target=contextvars.copy_context().run, args=(run,), daemon=True).start()
    return future


async def await_in_thread(work: Callable[[], _T]) -> _T:
    """Result of `work`, which runs in a daemon thread.

    The loop's executor is not used: the SDK keeps its threads busy with registrations that can wait for this result.
    """
    return await asyncio.wrap_future(run_in_thread(work))


@dataclass(frozen=True)
class Deadline:
    """A time limit that several calls share."""

    seconds: float
    end: float

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        """Deadline that many seconds from now."""
        return cls(seconds, time.monotonic() + seconds)

    def run(self, work: Callable[[], _T]) -> _T:
        """Result of `work`. Raises TimeoutError at the deadline; after it no work starts."""
        left = self.end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return run_in_thread(work).result(timeout=left)


def map_concurrently(work: Callable[[_K], _T], items: Iterable[_K], *, max_workers: int) -> dict[_K, _T]:
    """Result of `work` for each item, at most `max_workers` at a time. `work` must not raise."""
    pending = list(items)
    results: dict[_K, _T] = {}

    def run() -> None:
        while True:
            try:
                item = pending.pop()
            except IndexError:
                return
            results[item] = work(item)

    threads = [threading.Thread(target=run, daemon=True) for _ in range(min(max_workers, len(pending)))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
