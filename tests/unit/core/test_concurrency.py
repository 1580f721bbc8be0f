"""Work in daemon threads, deadlines, and concurrent maps."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from pulumi_glue_session.core.concurrency import Deadline, await_in_thread, run_concurrently, run_in_thread
from pulumi_glue_session.core.errors import OutOfThreads


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


def test_run_concurrently_limits_the_workers() -> None:
    most, inside = 0, 0
    lock, gate = threading.Lock(), threading.Barrier(3)
    done: list[int] = []

    def work(item: int) -> None:
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
        gate.wait()
        with lock:
            inside -= 1
            done.append(item)

    run_concurrently(work, iter(range(21)), max_workers=3)
    assert sorted(done) == list(range(21))
    assert 3 == most


def test_run_concurrently_with_no_item() -> None:
    run_concurrently(lambda _: None, [], max_workers=3)


def test_slow_item_makes_room_for_another_one() -> None:
    end = threading.Event()
    done: list[str] = []

    def work(item: str) -> None:
        if item == "last":
            end.set()
        else:
            assert end.wait(60)
            time.sleep(0.05)
        done.append(item)

    run_concurrently(work, ["slow", "slow too", "last"], max_workers=1, slow_seconds=0.01)
    assert ["last", "slow", "slow too"] == sorted(done)


def test_bug_in_an_item_is_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        run_concurrently(lambda item: time.sleep(1 // item), [0], max_workers=3)


def test_process_out_of_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_thread: object) -> None:
        message = "can't start new thread"
        raise RuntimeError(message)

    monkeypatch.setattr("threading.Thread.start", fail)
    with pytest.raises(OutOfThreads) as caught:
        run_in_thread(lambda: 42)

    assert "can't start new thread" == caught.value.detail
