"""Work in a thread of its own: what it gives, or raises, belongs to whoever asks for it."""

from __future__ import annotations

import asyncio
import threading

import pytest

from pulumi_glue_session.background import in_thread
from pulumi_glue_session.threads import in_background


def test_the_result_is_what_the_work_gave() -> None:
    assert 42 == in_background(lambda: 42).result()


def test_a_bug_is_raised_for_whoever_asks_and_printed_by_no_thread(capfd: pytest.CaptureFixture[str]) -> None:
    """The thread is nobody's: a traceback of its own would come from nowhere, and who waits would wait for ever."""
    with pytest.raises(ZeroDivisionError):
        in_background(lambda: 1 // 0).result()
    with pytest.raises(ZeroDivisionError):
        asyncio.run(in_thread(lambda: 1 // 0))
    assert ("", "") == capfd.readouterr()


def test_work_that_is_given_up_ends_unheard() -> None:
    go_on, ended = threading.Event(), threading.Event()

    def work() -> None:
        go_on.wait()
        ended.set()

    with pytest.raises(TimeoutError):
        in_background(work).result(timeout=0)
    go_on.set()
    assert ended.wait(timeout=10)


def test_the_thread_never_holds_back_the_end_of_a_program() -> None:
    assert in_background(lambda: threading.current_thread().daemon).result()
