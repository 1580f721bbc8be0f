"""Work in a thread of its own: what it gives, or raises, belongs to whoever asks for it."""

from __future__ import annotations

import asyncio
import threading

import pytest

from pulumi_glue_session.core.concurrency import Deadline, await_in_thread, map_concurrently, run_in_thread


def test_the_result_is_what_the_work_gave() -> None:
    assert 42 == run_in_thread(lambda: 42).result()


def test_a_bug_is_raised_for_whoever_asks_and_printed_by_no_thread(capfd: pytest.CaptureFixture[str]) -> None:
    """The thread is nobody's: a traceback of its own would come from nowhere, and who waits would wait for ever."""
    with pytest.raises(ZeroDivisionError):
        run_in_thread(lambda: 1 // 0).result()
    with pytest.raises(ZeroDivisionError):
        asyncio.run(await_in_thread(lambda: 1 // 0))
    assert ("", "") == capfd.readouterr()


def test_work_that_is_given_up_ends_unheard() -> None:
    go_on, ended = threading.Event(), threading.Event()

    def work() -> None:
        go_on.wait()
        ended.set()

    with pytest.raises(TimeoutError):
        run_in_thread(work).result(timeout=0)
    go_on.set()
    assert ended.wait(timeout=10)


def test_the_thread_never_holds_back_the_end_of_a_program() -> None:
    assert run_in_thread(lambda: threading.current_thread().daemon).result()


def test_a_limit_is_over_for_all_that_is_done_within_it(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    limit = Deadline.after(5)
    assert (5, 105.0) == (limit.seconds, limit.end)
    assert 42 == limit.run(lambda: 42)

    now = 105.0
    begun: list[str] = []
    with pytest.raises(TimeoutError):
        limit.run(lambda: begun.append("work"))
    assert [] == begun, "no work begins when the time is up"


def test_work_that_outlasts_a_limit_is_given_up() -> None:
    with pytest.raises(TimeoutError):
        Deadline.after(0.05).run(lambda: threading.Event().wait(10))


def test_each_item_is_worked_on_once_and_no_more_at_a_time_than_is_said() -> None:
    together, most = threading.Semaphore(3), 0
    lock, inside = threading.Lock(), 0

    def work(item: int) -> int:
        nonlocal inside, most
        assert together.acquire(blocking=False), "a fourth at a time"
        with lock:
            inside += 1
            most = max(most, inside)
        threading.Event().wait(0.005)
        with lock:
            inside -= 1
        together.release()
        return item * 2

    assert {item: item * 2 for item in range(20)} == map_concurrently(work, iter(range(20)), max_workers=3)
    assert 3 == most
    assert {} == map_concurrently(work, [], max_workers=3)
