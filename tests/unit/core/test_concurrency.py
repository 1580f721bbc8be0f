"""Work in daemon threads, deadlines, and concurrent maps."""

from __future__ import annotations

import asyncio
import threading

import pytest

from pulumi_glue_session.core.concurrency import Deadline, await_in_thread, map_concurrently, run_in_thread


def test_future_has_the_result() -> None:
    assert 42 == run_in_thread(lambda: 42).result()


def test_exception_goes_to_the_caller_only(capfd: pytest.CaptureFixture[str]) -> None:
    """The thread itself prints no traceback."""
    with pytest.raises(ZeroDivisionError):
        run_in_thread(lambda: 1 // 0).result()
    with pytest.raises(ZeroDivisionError):
        asyncio.run(await_in_thread(lambda: 1 // 0))
    assert ("", "") == capfd.readouterr()


def test_work_continues_after_a_timeout() -> None:
    go_on, ended = threading.Event(), threading.Event()

    def work() -> None:
        go_on.wait()
        ended.set()

    with pytest.raises(TimeoutError):
        run_in_thread(work).result(timeout=0)
    go_on.set()
    assert ended.wait(timeout=10)


def test_thread_is_a_daemon() -> None:
    assert run_in_thread(lambda: threading.current_thread().daemon).result()


def test_deadline_is_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    deadline = Deadline.after(5)
    assert (5, 105.0) == (deadline.seconds, deadline.end)
    assert 42 == deadline.run(lambda: 42)

    now = 105.0
    started: list[str] = []
    with pytest.raises(TimeoutError):
        deadline.run(lambda: started.append("work"))
    assert [] == started, "no work starts after the deadline"


def test_deadline_interrupts_work() -> None:
    with pytest.raises(TimeoutError):
        Deadline.after(0.05).run(lambda: threading.Event().wait(10))


def test_map_concurrently_limits_the_workers() -> None:
    slots, most = threading.Semaphore(3), 0
    lock, inside = threading.Lock(), 0

    def work(item: int) -> int:
        nonlocal inside, most
        assert slots.acquire(blocking=False), "a fourth at a time"
        with lock:
            inside += 1
            most = max(most, inside)
        threading.Event().wait(0.005)
        with lock:
            inside -= 1
        slots.release()
        return item * 2

    assert {item: item * 2 for item in range(20)} == map_concurrently(work, iter(range(20)), max_workers=3)
    assert 3 == most
    assert {} == map_concurrently(work, [], max_workers=3)
