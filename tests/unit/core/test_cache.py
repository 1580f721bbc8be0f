"""Reads that come together: how often Glue is asked, and that nothing old or false is given."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import pytest

from pulumi_glue_session.core.cache import FRESH_SECONDS, SessionCache
from pulumi_glue_session.core.errors import AccessDenied, SessionNotFound, Throttled
from pulumi_glue_session.core.filter import SessionFilter
from pulumi_glue_session.core.session import Session

REGION = "eu-west-1"
READY, STOPPED = Session(status="READY"), Session(status="STOPPED")


class Glue:
    """Sessions that change as a test says, and what was asked."""

    def __init__(self, **sessions: Session) -> None:
        self.sessions = sessions
        self.hidden: set[str] = set()
        self.asked: list[str] = []
        self.failure: Exception | None = None
        self.now = 100.0
        self.during_a_list: Callable[[], object] = lambda: None

    def get(self, session_id: str) -> Session:
        self.asked.append(session_id)
        if session_id not in self.sessions:
            raise SessionNotFound(session_id, region=REGION)
        return self.sessions[session_id]

    def list(self, selection: SessionFilter) -> Mapping[str, Session]:
        assert SessionFilter() == selection
        self.asked.append("list")
        self.during_a_list()
        if self.failure:
            raise self.failure
        return {name: session for name, session in self.sessions.items() if name not in self.hidden}


@contextmanager
def renewed() -> Iterator[None]:
    """Wait for the list that the reads in this block have asked for ahead."""
    before = set(threading.enumerate())
    yield
    for thread in set(threading.enumerate()) - before:
        thread.join(5)


def gatherer(glue: Glue) -> SessionCache:
    return SessionCache(glue, now=lambda: glue.now)


def gatherer_of_two(glue: Glue) -> SessionCache:
    """One that has just read a and then b, and so has a list."""
    reads = gatherer(glue)
    reads.get("a")
    reads.get("b")
    return reads


def test_a_read_by_itself_is_asked_for_by_itself() -> None:
    glue = Glue(a=READY)
    reads = gatherer(glue)

    assert READY == reads.get("a")
    glue.now += FRESH_SECONDS + 0.1
    assert READY == reads.get("a")
    assert ["a", "a"] == glue.asked


def test_a_session_that_is_read_again_and_again_is_asked_for_each_time() -> None:
    glue = Glue(a=READY)
    reads = gatherer(glue)

    assert [READY] * 3 == [reads.get("a") for _ in range(3)]
    assert ["a", "a", "a"] == glue.asked


def test_reads_that_come_together_share_one_list() -> None:
    glue = Glue(**{f"s{n}": READY for n in range(100)})
    reads = gatherer(glue)

    assert [READY] * 100 == [reads.get(session_id) for session_id in glue.sessions]
    assert ["s0", "list"] == glue.asked


def test_nothing_older_than_two_seconds_is_given() -> None:
    glue = Glue(a=READY, b=READY)
    reads = gatherer_of_two(glue)
    glue.sessions["b"] = STOPPED

    glue.now += FRESH_SECONDS
    assert READY == reads.get("b"), "as old as it may be"
    glue.now += 0.1
    assert STOPPED == reads.get("b"), "by itself"
    assert [READY, STOPPED] == [reads.get("a"), reads.get("b")]
    assert ["a", "b", "list", "list"] == sorted(glue.asked)


def test_the_next_list_is_asked_for_before_the_last_is_too_old() -> None:
    """So that a refresh of a thousand sessions, which takes several lists, waits for the first alone."""
    glue, held_back = Glue(a=READY, b=READY), threading.Event()
    reads = gatherer_of_two(glue)
    glue.sessions["b"], glue.during_a_list = STOPPED, held_back.wait

    glue.now += FRESH_SECONDS
    assert [READY, READY] == [reads.get("a"), reads.get("b")], "as old as it may be, while the next is on its way"
    held_back.set()
    glue.now += 0.1
    assert [READY, STOPPED] == [reads.get("a"), reads.get("b")]
    assert ["a", "list", "list"] == glue.asked


def test_a_renewed_list_is_the_one_that_is_given_though_the_last_is_not_too_old() -> None:
    glue = Glue(a=READY, b=READY)
    reads = gatherer_of_two(glue)
    glue.sessions["b"] = STOPPED

    glue.now += FRESH_SECONDS
    with renewed():
        assert READY == reads.get("a")
    assert STOPPED == reads.get("b")
    assert ["a", "list", "list"] == glue.asked


def test_a_list_that_took_too_long_to_be_fresh_is_asked_for_once_more() -> None:
    glue, moved = Glue(a=READY, b=READY), threading.Event()
    reads = gatherer_of_two(glue)

    def time_goes_by() -> None:
        glue.during_a_list = lambda: None
        glue.now += FRESH_SECONDS + 0.1
        moved.set()

    glue.during_a_list = time_goes_by
    glue.now += FRESH_SECONDS
    reads.get("a")
    moved.wait()
    reads.get("b")
    reads.get("a")

    assert ["a", "b", "list", "list", "list"] == sorted(glue.asked), "b after two seconds without another's, by itself"


def test_a_failure_to_renew_takes_away_no_list_that_is_still_good() -> None:
    glue = Glue(a=READY, b=READY)
    reads = gatherer_of_two(glue)
    glue.failure = Throttled("The list of Glue sessions", region=REGION)

    glue.now += FRESH_SECONDS
    for _ in range(3):
        with renewed():
            assert [READY, READY] == [reads.get("a"), reads.get("b")]
    glue.now += 0.1
    with pytest.raises(Throttled):
        reads.get("a")


def test_only_an_answer_about_the_session_itself_makes_it_missing() -> None:
    glue = Glue(a=READY, b=READY)
    glue.hidden = {"b"}
    reads = gatherer(glue)
    reads.get("a")

    assert READY == reads.get("b")
    with pytest.raises(SessionNotFound):
        reads.get("c")
    assert ["a", "list", "b", "c"] == glue.asked


def test_a_denied_list_is_asked_for_once_and_each_session_by_itself() -> None:
    glue = Glue(a=READY, b=READY)
    glue.failure = AccessDenied("The list of Glue sessions", region=REGION, action="glue:ListSessions")
    reads = gatherer(glue)

    assert [READY] * 4 == [reads.get(session_id) for session_id in "abab"]
    assert ["a", "list", "b", "a", "b"] == glue.asked

    glue.now += FRESH_SECONDS + 0.1
    assert [READY] * 2 == [reads.get(session_id) for session_id in "ab"]
    assert ["a", "b"] == glue.asked[-2:], "also when the refusal is no longer fresh"


def test_a_failed_list_fails_the_reads_of_its_time_and_is_asked_for_again_later() -> None:
    """A thousand reads of an endpoint that swallows everything must not each wait for it."""
    glue = Glue(a=READY, b=READY)
    glue.failure = Throttled("The list of Glue sessions", region=REGION)
    reads = gatherer(glue)
    reads.get("a")

    for _ in range(3):
        with pytest.raises(Throttled):
            reads.get("b")
    assert ["a", "list"] == glue.asked

    glue.failure = None
    glue.now += 1.5
    glue.now += 1.5
    reads.get("a")
    assert READY == reads.get("b")


def test_threads_that_come_together_share_one_list() -> None:
    """The provider process reads in four threads at a time."""
    glue = Glue(**{f"s{n}": READY for n in range(40)})
    reads = gatherer(glue)
    threads = [threading.Thread(target=reads.get, args=(session_id,)) for session_id in glue.sessions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (2, 1) == (len(glue.asked), glue.asked.count("list"))


@pytest.mark.parametrize("failure", [None, Throttled("The list of Glue sessions", region=REGION)], ids=["answered", "failed"])
def test_threads_that_wait_for_a_slow_list_share_it(failure: Exception | None) -> None:
    """Else each would ask for its own, one after the other: four times the 47 s after which a silent endpoint is given up."""
    glue, arrived, ends = Glue(a=READY, b=READY, c=READY, d=READY), threading.Semaphore(0), list[object]()

    def now() -> float:
        arrived.release()
        return glue.now

    reads = SessionCache(glue, now=now)

    def read(session_id: str) -> None:
        try:
            ends.append(reads.get(session_id))
        except Throttled as error:
            ends.append(error)

    threads = [threading.Thread(target=read, args=(session_id,)) for session_id in "cd"]

    def others_come_and_time_goes_by() -> None:
        while arrived.acquire(blocking=False):
            pass
        for thread in threads:
            thread.start()
            arrived.acquire()
        glue.now += 47.0

    glue.failure, glue.during_a_list = failure, others_come_and_time_goes_by
    reads.get("a")
    read("b")
    for thread in threads:
        thread.join()

    assert [failure or READY] * 3 == ends
    assert ["a", "list"] == glue.asked
