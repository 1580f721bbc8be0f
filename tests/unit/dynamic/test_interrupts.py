"""Ctrl-C during a wait, and work in threads."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import threading
from collections.abc import Callable, Iterator

import pytest

from pulumi_glue_session.core.concurrency import await_in_thread
from pulumi_glue_session.core.errors import NoRegion
from pulumi_glue_session.dynamic.interrupts import SigintGuard


@pytest.fixture(autouse=True)
def _pythons_own_handler() -> Iterator[None]:
    """Python's own handler: in the background of a shell SIGINT is ignored by inheritance."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def elsewhere(work: Callable[[], None]) -> None:
    """Do it in another thread than the main one."""
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


# --- Ctrl-C ---


def test_first_interrupt_is_ignored_and_second_raises() -> None:
    with SigintGuard():
        signal.raise_signal(signal.SIGINT)

        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


def test_last_wait_restores_the_handler() -> None:
    interrupts = SigintGuard()
    with interrupts:
        with interrupts:
            pass
        assert signal.default_int_handler != signal.getsignal(signal.SIGINT)

    assert signal.default_int_handler == signal.getsignal(signal.SIGINT)


def test_foreign_handler_stays() -> None:
    theirs = signal.SIG_IGN
    signal.signal(signal.SIGINT, theirs)

    with SigintGuard():
        assert theirs == signal.getsignal(signal.SIGINT)
    assert theirs == signal.getsignal(signal.SIGINT)


def test_handler_set_during_a_wait_stays() -> None:
    with SigintGuard():
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    assert signal.SIG_IGN == signal.getsignal(signal.SIGINT)


def test_wait_in_another_thread_keeps_the_handler() -> None:
    """Like an inline program of the Automation API. Python refuses to set handlers there."""
    seen: list[object] = []
    interrupts = SigintGuard()

    def wait() -> None:
        with interrupts:
            seen.append(signal.getsignal(signal.SIGINT))

    elsewhere(wait)

    assert [signal.default_int_handler] == seen
    with interrupts:
        assert signal.default_int_handler != signal.getsignal(signal.SIGINT), (
            "and takes no part in the count of the main one's"
        )


# --- Work ---


def test_thread_error_is_raised_to_the_awaiter() -> None:
    error = NoRegion("Glue session", region="")

    def work() -> None:
        raise error

    with pytest.raises(NoRegion) as raised:
        asyncio.run(await_in_thread(work))
    assert error is raised.value


def test_cancelled_work_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thread can start after the program has cancelled its tasks."""
    begun: list[str] = []
    late: list[Callable[[], None]] = []

    class LateThread(threading.Thread):
        def start(self) -> None:
            late.append(super().start)

    monkeypatch.setattr(threading, "Thread", LateThread)

    async def program() -> None:
        task = asyncio.ensure_future(await_in_thread(lambda: begun.append("begun")))
        await asyncio.sleep(0)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    asyncio.run(program())
    (start,) = late
    start()
    for thread in threading.enumerate():
        if isinstance(thread, LateThread):
            thread.join()

    assert [] == begun
