"""Reads of several sessions over HTTP with failed lists, broken sessions and hanging calls."""

from __future__ import annotations

import threading

import pytest

from pulumi_glue_session.aws.sessions import GlueSessions
from pulumi_glue_session.core.aws_config import AwsConfig
from pulumi_glue_session.core.concurrency import Deadline
from pulumi_glue_session.core.errors import (
    AccessDenied,
    BadCredentials,
    GlueSessionError,
    SessionNotFound,
    Unreachable,
)
from pulumi_glue_session.core.session import Session
from pulumi_glue_session.core.source import Reading
from support.glue_endpoint import (
    Answer,
    GlueEndpoint,
    always,
    answer,
    drip,
    endless,
    error,
    hang,
    invalid_json,
    reset,
    same_page,
    server_fault,
    throttled,
    verbatim,
)
from support.reading import SEEN, facts, put, read_many

REGION = "eu-west-1"


@pytest.fixture(autouse=True)
def _no_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries take seconds."""
    monkeypatch.setattr("pulumi_glue_session.aws.client._RETRIES", 0)


@pytest.fixture(autouse=True)
def _any_speed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page may take as long as this machine needs."""
    monkeypatch.setattr("pulumi_glue_session.aws.sessions.FRESH_SECONDS", 600.0)
    monkeypatch.setattr("pulumi_glue_session.aws.sessions._SLOW_SECONDS", 600.0)


def calls(glue: GlueEndpoint) -> list[tuple[str, str | None]]:
    return [(call.operation, call.session_id) for call in glue.calls]


# --- Denied and failed lists ---


def test_denied_list_is_noted_once_and_not_repeated(aws: GlueEndpoint) -> None:
    names = [f"session-{number}" for number in range(3)]
    put(aws, *names)
    aws.fail("ListSessions", error("AccessDeniedException", "not authorized to perform: glue:ListSessions"))
    source, notes = GlueSessions(AwsConfig()), list[str]()

    assert [dict.fromkeys(names, SEEN)] * 3 == [read_many(source, names, note=notes.append) for _ in range(3)]
    assert [
        "glue:ListSessions is denied in eu-west-1: reading each session with glue:GetSession, 8 at a time."
    ] == notes
    assert (1, 9) == (aws.count("ListSessions"), aws.count("GetSession"))


def test_at_most_eight_calls_at_a_time(aws: GlueEndpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"session-{number}" for number in range(20)]
    put(aws, *names)
    aws.fail("ListSessions", error("AccessDeniedException", "no"))
    full, gate = threading.Barrier(9), threading.Event()
    real_read = GlueSessions._read  # noqa: SLF001

    def read(source: GlueSessions, session_id: str, deadline: Deadline) -> Reading:
        if not gate.is_set():
            full.wait()
            gate.wait()
        return real_read(source, session_id, deadline)

    monkeypatch.setattr(GlueSessions, "_read", read)
    found: dict[str, Session | GlueSessionError] = {}
    reader = threading.Thread(target=lambda: found.update(read_many(GlueSessions(AwsConfig()), names)))
    reader.start()
    full.wait()
    assert 0 == aws.count("GetSession"), "eight calls wait, and no ninth starts"
    gate.set()
    reader.join()

    assert dict.fromkeys(names, SEEN) == found


def test_each_session_has_its_own_error(aws: GlueEndpoint) -> None:
    put(aws, "a", "b")
    aws.fail("ListSessions", error("AccessDeniedException", "no"))
    aws.fail("GetSession", error("AccessDeniedException", "no"), session_id="b")
    found = read_many(GlueSessions(AwsConfig()), ["a", "b", "gone"])

    assert SEEN == found["a"]
    denied = AccessDenied('Glue session "b"', region=REGION, detail="AccessDeniedException: no")
    assert facts(denied) == facts(found["b"])
    assert facts(SessionNotFound("gone", region=REGION)) == facts(found["gone"])


@pytest.mark.parametrize(
    "fault",
    [
        throttled(),
        server_fault(),
        error("InvalidInputException", "no"),
        error("AccessDeniedException", "no"),
        reset(),
        endless(),
        same_page(),
        answer({"Sessions": [{"Status": "READY"}]}),
    ],
    ids=["throttled", "server fault", "refused", "denied", "reset", "endless", "same page", "broken"],
)
def test_failed_list_falls_back_to_get_session(aws: GlueEndpoint, fault: Answer) -> None:
    put(aws, "a", "b", "c", "d")
    aws.fail("ListSessions", fault)

    assert dict.fromkeys("abcd", SEEN) == read_many(GlueSessions(AwsConfig()), ["a", "b", "c", "d"])


def test_hanging_list_falls_back_to_get_session(aws: GlueEndpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that takes two seconds is too old to be used, so it is not waited for."""
    monkeypatch.setattr("pulumi_glue_session.aws.sessions.FRESH_SECONDS", 0.1)
    monkeypatch.setattr("pulumi_glue_session.aws.sessions.max_call_seconds", lambda _: 600.0)
    monkeypatch.setattr("pulumi_glue_session.aws.client._READ_SECONDS", 600)
    put(aws, "a", "b", "c")
    aws.fail("ListSessions", hang(300.0))

    assert dict.fromkeys("abc", SEEN) == read_many(GlueSessions(AwsConfig()), ["a", "b", "c"])


def test_bad_credentials_of_a_list_are_not_tried_for_each_session(aws: GlueEndpoint) -> None:
    put(aws, "a", "b", "c")
    aws.fail("*", error("ExpiredTokenException", "old"))
    found = read_many(GlueSessions(AwsConfig()), ["a", "b", "c"])

    for name in "abc":
        failure = found[name]
        assert isinstance(failure, BadCredentials)
        assert f'Glue session "{name}"' == failure.subject
    assert 1 == aws.count()


def test_failed_list_is_not_repeated_at_once(aws: GlueEndpoint) -> None:
    put(aws, "a", "b", "c")
    aws.fail("ListSessions", throttled())
    source = GlueSessions(AwsConfig())
    for _ in range(3):
        assert dict.fromkeys("abc", SEEN) == read_many(source, ["a", "b", "c"])

    assert (1, 9) == (aws.count("ListSessions"), aws.count("GetSession"))


@pytest.mark.parametrize(
    "shape",
    [
        {"Id": "foreign"},
        {"Id": "foreign", "Status": "READY", "CreatedOn": "once"},
        {"Id": "foreign", "Status": "READY", "CreatedOn": 1e20},
        {"Id": "foreign", "Status": "READY", "NumberOfWorkers": "many"},
    ],
    ids=str,
)
def test_unreadable_foreign_session_does_not_affect_others(aws: GlueEndpoint, shape: dict[str, object]) -> None:
    aws.put("foreign", always(verbatim(shape)))
    put(aws, "a", "b", "c")

    assert dict.fromkeys("abc", SEEN) == read_many(GlueSessions(AwsConfig()), ["a", "b", "c"])
    assert [("ListSessions", None)] == calls(aws)


def test_hanging_session_does_not_delay_others(aws: GlueEndpoint) -> None:
    """Each answer is delivered as soon as it is there."""
    put(aws, "a", "b", "hanging")
    aws.fail("ListSessions", error("AccessDeniedException", "no"))
    aws.fail("GetSession", hang(300.0), session_id="hanging")
    delivered, both = [], threading.Event()

    def deliver(session_id: str, reading: Reading) -> None:
        delivered.append((session_id, reading.answer))
        if len(delivered) == 2:
            both.set()

    source = GlueSessions(AwsConfig())
    threading.Thread(target=source.get_many, args=(["a", "b", "hanging"], deliver), daemon=True).start()

    assert both.wait(60)
    assert [("a", SEEN), ("b", SEEN)] == sorted(delivered)


def test_many_hanging_sessions_do_not_delay_others(aws: GlueEndpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    """More than calls at a time: a slow call makes room for another one."""
    monkeypatch.setattr("pulumi_glue_session.aws.sessions._SLOW_SECONDS", 0.05)
    hanging = [f"hanging-{number}" for number in range(20)]
    put(aws, *hanging, "ready")
    aws.fail("ListSessions", error("AccessDeniedException", "no"))
    for name in hanging:
        aws.fail("GetSession", hang(300.0), session_id=name)
    ready = threading.Event()

    def deliver(session_id: str, reading: Reading) -> None:
        if session_id == "ready" and reading.answer == SEEN:
            ready.set()

    source = GlueSessions(AwsConfig())
    threading.Thread(target=source.get_many, args=([*hanging, "ready"], deliver), daemon=True).start()

    assert ready.wait(60)


def test_list_cut_short_falls_back_to_get_session(aws: GlueEndpoint) -> None:
    """boto3 returns an empty page for it."""
    put(aws, "a", "b", "c")
    aws.fail("ListSessions", invalid_json())

    assert dict.fromkeys("abc", SEEN) == read_many(GlueSessions(AwsConfig()), ["a", "b", "c"])


@pytest.mark.parametrize(
    "body",
    [
        [],
        {"Sessions": 5},
        {"Sessions": [None]},
        {"Sessions": [{"Id": ["a"], "Status": "READY"}]},
        {"Sessions": [], "NextToken": 5},
    ],
    ids=str,
)
def test_any_json_has_an_answer_for_each_session(aws: GlueEndpoint, body: object) -> None:
    put(aws, "a", "b", "c")
    aws.fail("ListSessions", answer(body))

    assert dict.fromkeys("abc", SEEN) == read_many(GlueSessions(AwsConfig()), ["a", "b", "c"])


def test_answer_that_trickles_does_not_affect_others(aws: GlueEndpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    """The read timeout of botocore starts again with each byte."""
    put(aws, "a", "b")
    source = GlueSessions(AwsConfig())
    source.get("a")
    monkeypatch.setattr("pulumi_glue_session.aws.sessions.max_call_seconds", lambda _: 3.0)
    aws.fail("GetSession", drip(60.0), session_id="b")
    found = read_many(source, ["a", "b"])

    assert SEEN == found["a"]
    late = Unreachable('Glue session "b"', region=REGION, detail="no complete answer within 3s")
    assert facts(late) == facts(found["b"])


def test_no_call_starts_after_the_deadline(aws: GlueEndpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    """The deadline is for all sessions together."""
    names = [f"session-{number}" for number in range(20)]
    put(aws, *names)
    source = GlueSessions(AwsConfig())
    source.get("session-0")
    aws.fail("ListSessions", error("AccessDeniedException", "no"))
    aws.fail("GetSession", hang(300.0))
    monkeypatch.setattr("pulumi_glue_session.aws.sessions.max_call_seconds", lambda _: 3.0)
    found = read_many(source, names)

    assert 20 == len(found)
    assert {Unreachable} == {type(answer) for answer in found.values()}
    assert 1 + 8 == aws.count("GetSession")
