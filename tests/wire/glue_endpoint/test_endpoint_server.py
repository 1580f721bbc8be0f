"""Recorded calls and the HTTP server of the scripted endpoint."""

from __future__ import annotations

import socket
import struct
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from time import sleep

import pytest

from support.endpoint_client import (
    SIGNED,
    Boto3Session,
    Client,
    ManualClock,
    address,
    await_calls,
    botocore,
    connect,
    post,
    signed_request,
    status,
)
from support.glue_endpoint import (
    GlueEndpoint,
    Script,
    Step,
    always,
    hang,
    looks,
    reset,
    slow,
    throttled,
)

# --- Recorded calls ---


def test_call_has_parameters_time_and_credential(glue: GlueEndpoint, client: Client, clock: ManualClock) -> None:
    client.list_sessions(Tags={"team": "data"})
    clock.now += 5.0
    status(client)

    first, second = glue.calls
    assert ("ListSessions", None, 1_000.0, {"Tags": {"team": "data"}}) == (
        first.operation,
        first.session_id,
        first.at,
        first.parameters,
    )
    assert ("GetSession", "analytics", 1_005.0, {"Id": "analytics"}) == (
        second.operation,
        second.session_id,
        second.at,
        second.parameters,
    )
    key, _, *scope = (first.credential or "").split("/")
    assert ("testing", ["eu-west-1", "glue", "aws4_request"]) == (key, scope)
    assert "AWSGlue.ListSessions" == first.headers["x-amz-target"]
    assert "Boto3/" in first.headers["user-agent"]
    # The rest of the header depends on the retry mode.
    assert "attempt=1" == first.headers["amz-sdk-request"].partition(";")[0]


def test_call_does_not_keep_signatures_and_tokens(glue: GlueEndpoint) -> None:
    post(glue, "GetSession", b'{"Id": "analytics"}', headers={**SIGNED, "X-Amz-Security-Token": "decaf"})

    assert "c0ffee" not in repr(glue.calls)
    assert "decaf" not in repr(glue.calls)


def test_calls_are_counted_by_operation_and_session(glue: GlueEndpoint, client: Client) -> None:
    """Including failed calls, so that tests see retries."""
    glue.fail("GetSession", throttled(), session_id="other")
    status(client)
    status(client, "other")
    status(client, "other")
    client.list_sessions()

    assert 4 == glue.count()
    assert 3 == glue.count("GetSession")
    assert 2 == glue.count("GetSession", session_id="other")
    assert 1 == glue.count("ListSessions")
    assert 0 == glue.count("CreateSession")


# --- The server ---


def test_concurrent_calls_are_all_counted(glue: GlueEndpoint, client: Client) -> None:
    """The script lets other threads run in the middle of a read."""

    class Dawdling(Script):
        def at(self, *, reads: int, since_first_read: float, since_put: float) -> Step:
            sleep(0.0005)
            return super().at(reads=reads, since_first_read=since_first_read, since_put=since_put)

    script = looks(*["PROVISIONING"] * 50, "READY")
    glue.put("analytics", Dawdling(script.steps, script.ends, script.counted))
    glue.fail("GetSession", throttled(), times=25)

    with ThreadPoolExecutor(16) as pool:
        statuses = Counter(pool.map(status, [client] * 100))

    assert {"ThrottlingException": 25, "PROVISIONING": 50, "READY": 25} == statuses
    assert 100 == glue.count()


def test_reset_comes_after_half_of_the_body(glue: GlueEndpoint) -> None:
    """Without boto3, which raises the same exception for a reset and a closed connection."""
    glue.fail("GetSession", reset())
    with socket.create_connection(address(glue)) as connection:
        connection.sendall(signed_request("analytics"))
        head, _, body = connection.recv(65_536).partition(b"\r\n\r\n")

        with pytest.raises(ConnectionResetError):
            connection.recv(65_536)

    assert b"Content-Length: 46" in head
    assert b'{"Session": {"Id": "tor' == body


def test_connection_is_kept_alive(glue: GlueEndpoint) -> None:
    """Answers come in one piece. Otherwise delayed acknowledgements would slow down each call."""
    glue.put("analytics", always("READY"))
    answers: list[bytes] = []
    with socket.create_connection(address(glue)) as connection:
        for _ in range(20):
            connection.sendall(signed_request("analytics"))
            answers.append(connection.recv(65_536))

    assert [(b"HTTP/1.1 200 OK", b"}}")] * 20 == [(each[:15], each[-2:]) for each in answers]


def test_connections_are_queued_before_the_start() -> None:
    """The queue of the kernel holds the clients of a large stack until the server accepts them."""
    glue = GlueEndpoint()
    waiting = [socket.create_connection(address(glue), timeout=60) for _ in range(100)]
    with glue:
        for each in waiting:
            each.close()

    assert 100 == len(waiting)


def test_leaving_the_block_ends_calls_and_connections(session: Boto3Session) -> None:
    """Connections that are still open must not be answered afterwards."""
    with ExitStack() as sockets:
        with GlueEndpoint() as glue:
            client = connect(session, glue)
            glue.put("analytics", always("READY"))
            before = status(client)
            others = set(threading.enumerate())
            hanging, idle = (sockets.enter_context(socket.create_connection(address(glue))) for _ in range(2))
            idle.sendall(signed_request("analytics"))
            answered = idle.recv(65_536)
            glue.fail("GetSession", hang(60.0))
            hanging.sendall(signed_request("analytics"))
            await_calls(glue, 3)
            serving = set(threading.enumerate()) - others
        ends = [hanging.recv(1), idle.recv(1)]
    for thread in serving:
        thread.join()

    assert "READY" == before
    assert answered.endswith(b"}}")
    assert [b"", b""] == ends
    assert 2 == len(serving)
    with pytest.raises(botocore.EndpointConnectionError):
        status(client)


def test_lost_client_is_silent(glue: GlueEndpoint, capfd: pytest.CaptureFixture[str]) -> None:
    """No traceback, and no failed thread, which pytest would report."""
    glue.put("analytics", always("READY"))
    glue.fail("GetSession", slow(0.05))
    others = set(threading.enumerate())
    with socket.create_connection(address(glue)) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.sendall(signed_request("analytics"))
        await_calls(glue, 1)
        serving = set(threading.enumerate()) - others
    for thread in serving:
        thread.join()

    assert ("", "") == capfd.readouterr()


def test_bug_in_the_endpoint_fails_the_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise it would look like one of the faults."""
    failed: list[object] = []

    def stopped_clock() -> float:
        raise ZeroDivisionError

    def note(problem: threading.ExceptHookArgs) -> None:
        failed.append(problem.exc_type)

    monkeypatch.setattr(threading, "excepthook", note)
    with GlueEndpoint(clock=stopped_clock) as glue:
        others = set(threading.enumerate())
        with socket.create_connection(address(glue)) as connection:
            connection.sendall(signed_request("analytics"))
            answered = connection.recv(65_536)
        for thread in set(threading.enumerate()) - others:
            thread.join()

    assert b"" == answered
    assert [ZeroDivisionError] == failed
