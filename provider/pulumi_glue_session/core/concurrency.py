"""Work in threads of its own, for whoever can't wait for it for ever.

Rules of this module: threads are daemons, so that a program which is interrupted, or has given an answer up, ends all the same. What the
work raises is raised for whoever asks for its result, a bug included. Nothing known of Pulumi or boto3.
"""

from __future__ import annotations

import asyncio
import contextvars
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass
from types import TracebackType
from typing import TypeVar

_T = TypeVar("_T")
_K = TypeVar("_K")


def run_in_thread(work: Callable[[], _T]) -> Future[_T]:
    """Result of `work`, which begins at once. `result(timeout=...)` gives it up: the work goes on, and nobody hears of it."""
    done: Future[_T] = Future()

    def run() -> None:
        if done.set_running_or_notify_cancel():
            with _Told(done):
                done.set_result(work())

    threading.Thread(target=contextvars.copy_context().run, args=(run,), daemon=True).start()
    return done


class _Told:
    """Hands what is raised in its block to a future, in place of the thread, where nobody would hear of it."""

    def __init__(self, done: Future[_T]) -> None:
        self._done = done

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: type[BaseException] | None, error: BaseException | None, _where: TracebackType | None) -> bool:
        if error is not None:
            self._done.set_exception(error)
        return True


@dataclass(frozen=True)
class Deadline:
    """Time for several pieces of work together, and the moment at which it is over."""

    seconds: float
    end: float

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        """Limit that begins now."""
        return cls(seconds, time.monotonic() + seconds)

    def run(self, work: Callable[[], _T]) -> _T:
        """Result of `work`. Raises TimeoutError at the end, after which no work begins."""
        left = self.end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return run_in_thread(work).result(timeout=left)


def map_concurrently(work: Callable[[_K], _T], items: Iterable[_K], *, max_workers: int) -> dict[_K, _T]:
    """Result of `work`, which raises nothing, for each item; so many at a time.

    Not an executor: its threads would hold back the end of an interrupted program.
    """
    left = list(items)
    done: dict[_K, _T] = {}

    def run() -> None:
        while True:
            try:
                item = left.pop()
            except IndexError:
                return
            done[item] = work(item)

    threads = [threading.Thread(target=run, daemon=True) for _ in range(min(max_workers, len(left)))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return done


_T = TypeVar("_T")


async def await_in_thread(work: Callable[[], _T]) -> _T:
    """Result of `work`, done in a daemon thread.

    Not the loop's executor: the SDK keeps its threads busy with registrations that may wait for this very result, and its threads would
    hold back the end of an interrupted program.
    """
    return await asyncio.wrap_future(run_in_thread(work))
