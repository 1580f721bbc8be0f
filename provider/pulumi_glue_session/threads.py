"""Work in a thread of its own, for whoever can't wait for it for ever.

Rules of this module: threads are daemons, so that a program which is interrupted, or has given an answer up, ends all the same. What the
work raises is raised for whoever asks for its result, a bug included. Nothing known of Pulumi or boto3.
"""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable
from concurrent.futures import Future
from types import TracebackType
from typing import TypeVar

__all__ = ["in_background"]

_T = TypeVar("_T")


def in_background(work: Callable[[], _T]) -> Future[_T]:
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
