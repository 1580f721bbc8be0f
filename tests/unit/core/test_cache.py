"""Reads of single sessions that come together: number of calls, and the age of the answers."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from unittest.mock import patch

import pytest

from pulumi_glue_session.core.cache import SessionCache
from pulumi_glue_session.core.errors import AccessDenied, LookFailed, Refused, SessionNotFound, Throttled, Unreachable
from pulumi_glue_session.core.session import Session
from pulumi_glue_session.core.source import FRESH_SECONDS, Page
from support.fake_source import FakeSource

READY, STOPPED = Session(status="READY"), Session(status="STOPPED")
LIST = "The list of Glue sessions"


class Glue(FakeSource):
    """Sessions in pages, on a clock that the test moves. `calls` has the id of each GetSession, and "page"."""

    def __init__(self, *session_ids: str, foreign: int = 0, page_size: int = 1_000) -> None:
        """Foreign sessions come first in the list."""
        names = [*(f"foreign-{number}" for number in range(foreign)), *session_ids]
        super().__init__(**dict.fromkeys(names, READY))
        self.page_size = page_size
        self.now = 100.0
        self.failure: LookFailed | None = None
        self.during_page: Callable[[], object] = lambda: None

    def pages(self) -> Iterator[Page]:
        names = list(self.sessions)
        for start in range(0, max(len(names), 1), self.page_size):
            requested_at = self.now
            self.calls.append("page")
            sessions = {name: self.sessions[name] for name in names[start : start + self.page_size]}
            self.during_page()
            if self.failure:
                raise self.failure
            yield Page(sessions=sessions, requested_at=requested_at)


def cache_of(glue: Glue) -> SessionCache:
    return SessionCache(glue, now=lambda: glue.now)


def read_all(cache: SessionCache, *session_ids: str) -> list[str]:
    return [cache.get(session_id).status for session_id in session_ids]


# --- Number of calls ---


@pytest.mark.parametrize("foreign", [0, 1_000, 10_000])
def test_two_sessions_take_two_calls(foreign: int) -> None:
    glue = Glue("a", "b", foreign=foreign)
    cache = cache_of(glue)

    assert ["READY"] * 6 == read_all(cache, "a", "b", "a", "b", "a", "b")
    assert ["a", "b", "a", "b", "a", "b"] == glue.calls


@pytest.mark.parametrize(
    ("foreign", "gets", "pages"),
    [
        (0, 2, 1),
        (1_000, 2, 2),
        # Each read may add one page until the session is found on the eleventh.
        (10_000, 11, 11),
    ],
)
def test_calls_for_a_hundred_sessions(foreign: int, gets: int, pages: int) -> None:
    names = [f"own-{number}" for number in range(100)]
    glue = Glue(*names, foreign=foreign)

    assert ["READY"] * 100 == read_all(cache_of(glue), *names)
    assert (gets, pages) == (len(glue.calls) - glue.calls.count("page"), glue.calls.count("page"))


def test_pages_are_not_read_where_they_cost_more() -> None:
    """Five sessions in an account with 10,000 others, refreshed again and again."""
    names = [f"own-{number}" for number in range(5)]
    glue = Glue(*names, foreign=10_000)
    cache = cache_of(glue)
    read_all(cache, *names)
    glue.calls.clear()
    for _ in range(10):
        glue.now += FRESH_SECONDS
        assert ["READY"] * 5 == read_all(cache, *names)

    assert 50 == len(glue.calls)
    assert "page" not in glue.calls


def test_single_session_takes_a_call_each_time() -> None:
    glue = Glue("a")

    assert ["READY"] * 3 == read_all(cache_of(glue), "a", "a", "a")
    assert ["a"] * 3 == glue.calls


# --- Age ---


def test_page_answers_reads_for_two_seconds_after_its_request() -> None:
    glue = Glue("a", "b", "c")
    cache = cache_of(glue)
    read_all(cache, "a", "b", "c")
    glue.sessions["c"] = STOPPED

    glue.now += FRESH_SECONDS - 0.1
    assert ["READY"] == read_all(cache, "c")
    glue.now += 0.1
    assert ["STOPPED"] == read_all(cache, "c")


def test_age_counts_from_the_request_of_a_page() -> None:
    glue = Glue("a", "b", "c")
    cache = cache_of(glue)
    read_all(cache, "a", "b")

    def pass_time() -> None:
        glue.now += 1.5
        glue.sessions["c"] = STOPPED

    glue.during_page = pass_time
    requested_at = glue.now
    reading = cache.read("c")

    assert (READY, requested_at) == (reading.answer, reading.requested_at)
    glue.now += 0.5
    assert ["STOPPED"] == read_all(cache, "c"), "two seconds after the request, not after the answer"


def test_page_that_takes_too_long_is_not_used() -> None:
    glue = Glue("a", "b", "c")
    cache = cache_of(glue)
    read_all(cache, "a", "b")

    def pass_time() -> None:
        glue.now += FRESH_SECONDS
        glue.sessions["c"] = STOPPED

    glue.during_page = pass_time

    assert ["STOPPED"] == read_all(cache, "c")
    assert ["a", "b", "page", "c"] == glue.calls


def test_reading_has_the_time_of_its_own_request() -> None:
    glue = Glue("a")
    reading = cache_of(glue).read("a")

    assert (READY, 100.0) == (reading.answer, reading.requested_at)


# --- On an event loop ---


def test_event_loop_takes_the_same_calls_and_ages() -> None:
    names = [f"own-{number}" for number in range(100)]
    glue = Glue(*names)
    cache = cache_of(glue)

    async def read_each() -> list[str]:
        return [(await cache.read_async(name)).session().status for name in names]

    assert ["READY"] * 100 == asyncio.run(read_each())
    assert ["own-0", "own-1", "page"] == glue.calls
    glue.sessions |= dict.fromkeys(names, STOPPED)
    glue.now += FRESH_SECONDS - 0.1
    assert ["READY"] * 100 == asyncio.run(read_each())
    glue.now += 0.1
    assert ["STOPPED"] * 100 == asyncio.run(read_each())


def test_event_loop_does_not_wait_for_calls() -> None:
    """Only a session of a fresh list is answered without a thread."""
    glue, threads = Glue("a", "b", "c", "d"), set[int]()
    glue.during_page = lambda: threads.add(threading.get_ident())
    cache = cache_of(glue)

    async def read_each() -> None:
        for name in ("a", "b", "c"):
            await cache.read_async(name)
        with patch.object(threading, "Thread", side_effect=AssertionError):
            await cache.read_async("d")

    asyncio.run(read_each())

    assert threads
    assert threading.get_ident() not in threads


def test_event_loop_gets_the_error() -> None:
    reading = asyncio.run(cache_of(Glue("a")).read_async("b"))

    with pytest.raises(SessionNotFound):
        reading.session()


# --- Missing sessions and failures ---


def test_only_get_session_decides_that_a_session_is_missing() -> None:
    glue = Glue("a", "b")
    cache = cache_of(glue)
    read_all(cache, "a", "b")

    with pytest.raises(SessionNotFound):
        cache.get("c")
    assert ["a", "b", "page", "c"] == glue.calls


@pytest.mark.parametrize("kind", [Throttled, Unreachable, Refused])
def test_failed_list_falls_back_to_get_session(kind: type[LookFailed]) -> None:
    names = [f"own-{number}" for number in range(10)]
    glue = Glue(*names)
    glue.failure = kind(LIST, region=glue.region)

    assert ["READY"] * 10 == read_all(cache_of(glue), *names)
    assert 1 == glue.calls.count("page")


def test_failed_list_is_tried_again_later() -> None:
    names = [f"own-{number}" for number in range(10)]
    glue = Glue(*names)
    cache = cache_of(glue)
    glue.failure = Throttled(LIST, region=glue.region)
    read_all(cache, *names)
    glue.failure = None
    glue.now += 29.0
    glue.calls.clear()

    assert ["READY"] * 10 == read_all(cache, *names)
    assert names == glue.calls
    glue.now += 31.0
    glue.calls.clear()
    assert ["READY"] * 10 == read_all(cache, *names)
    assert ["own-0", "own-1", "page"] == glue.calls


def test_denied_list_is_never_tried_again() -> None:
    names = [f"own-{number}" for number in range(10)]
    glue = Glue(*names)
    cache = cache_of(glue)
    glue.failure = AccessDenied(LIST, region=glue.region, action="glue:ListSessions")
    read_all(cache, *names)
    glue.now += 3_600.0

    assert ["READY"] * 10 == read_all(cache, *names)
    assert 1 == glue.calls.count("page")


def test_error_of_one_session_is_its_own() -> None:
    reading = cache_of(Glue("a")).read("b")

    assert isinstance(reading.answer, SessionNotFound)


# --- Threads ---


def test_threads_share_pages() -> None:
    """The process of dynamic providers reads in four threads."""
    names = [f"own-{number}" for number in range(40)]
    glue = Glue(*names)
    cache = cache_of(glue)
    threads = [threading.Thread(target=cache.get, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (2, 1) == (len(glue.calls) - glue.calls.count("page"), glue.calls.count("page"))


def test_threads_wait_for_a_page_that_is_being_read() -> None:
    glue = Glue(*"abcdef")
    cache = cache_of(glue)
    read_all(cache, "a", "b")
    threads = [threading.Thread(target=cache.get, args=(name,)) for name in "def"]

    def start_threads() -> None:
        for thread in threads:
            thread.start()

    glue.during_page = start_threads

    assert ["READY"] == read_all(cache, "c")
    for thread in threads:
        thread.join()
    assert ["a", "b", "page"] == glue.calls
