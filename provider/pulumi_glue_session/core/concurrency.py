"""Work in daemon threads, which never delay the end of an interrupted program."""

from __future__ import annotations

import contextvars
import math
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from pulumi_glue_session.core.errors import OutOfThreads

_T = TypeVar("_T")
_K = TypeVar("_K")


def start_thread(work: Callable[[], None]) -> None:
    """Start `work` in a daemon thread. Raises OutOfThreads if the process has too many."""
    try:
        threading.Thread(target=contextvars.copy_context().run, args=(work,), daemon=True).start()
    except RuntimeError as error:
        raise OutOfThreads(str(error)) from error


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

    start_thread(run)
    return future


async def await_in_thread(work: Callable[[], _T]) -> _T:
    """Result of `work`, which runs in a daemon thread.

    The loop's executor is not used: the SDK keeps its threads busy with registrations that can wait for this result.
    """
    # The command line reads sessions without it, and importing it takes a while.
    import asyncio

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

    def run(self, work: Callable[[], _T], *, seconds: float = math.inf) -> _T:
        """Result of `work`. Raises TimeoutError at the deadline, after which no work starts, or after `seconds`."""
        left = min(self.end - time.monotonic(), seconds)
        if left <= 0:
            raise TimeoutError
        return run_in_thread(work).result(timeout=left)


def run_concurrently(
    work: Callable[[_K], None], items: Iterable[_K], *, max_workers: int, slow_seconds: float = math.inf
) -> None:
    """Run `work` for each item, at most `max_workers` at a time. Items that take `slow_seconds` no longer count."""
    pending = deque(items)
    active: dict[Future[None], float] = {}
    slow: set[Future[None]] = set()
    while pending or active or slow:
        while pending and len(active) < max_workers:
            item = pending.popleft()
            active[run_in_thread(partial(work, item))] = time.monotonic()
        timeout = slow_seconds if pending and slow_seconds < math.inf else None
        done, _ = wait({*active, *slow}, timeout=timeout, return_when=FIRST_COMPLETED)
        for future in done:
            active.pop(future, None)
            slow.discard(future)
            future.result()
        if pending:
            now = time.monotonic()
            late = {future for future, started in active.items() if now - started >= slow_seconds}
            slow |= late
            active = {future: started for future, started in active.items() if future not in late}
