"""A scripted AWS Glue: the package's sandbox, with faults.

    with GlueEndpoint() as glue:
        glue.put("late", then(("PROVISIONING", 8.0), "READY"), GlueVersion="5.0", Tags={"team": "data"})
        glue.fail("GetSession", throttled(), times=2)
        ...                                                         # call boto3 with endpoint_url=glue.url
        assert glue.count("GetSession") == 3

A call that a fault answers is not a read of the session, so lives and faults do not disturb each other. Lives and
`Request.at` go by the clock that is passed in. Latency and slow faults take real time.
"""

from __future__ import annotations

import math
import socket
import ssl
import struct
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from email.message import Message
from http.server import ThreadingHTTPServer
from typing import Self, TypeAlias

from pulumi_glue_session.sandbox.life import GONE, Life, Step, always, reads, step, then, verbatim
from pulumi_glue_session.sandbox.model import service, violations
from pulumi_glue_session.sandbox.server import DEFAULTS, Request, Sandbox, parse_object
from pulumi_glue_session.sandbox.transport import Handler, Response, json_response

# Names under which the tests know them.
Call: TypeAlias = Request
Script: TypeAlias = Life
looks, objection = reads, violations

__all__ = [
    "DEFAULTS",
    "GONE",
    "Answer",
    "Call",
    "GlueEndpoint",
    "Script",
    "Serving",
    "Step",
    "always",
    "answer",
    "cut_short",
    "drip",
    "endless",
    "error",
    "hang",
    "hang_up",
    "invalid_json",
    "looks",
    "objection",
    "reset",
    "same_page",
    "server_fault",
    "slow",
    "step",
    "then",
    "throttled",
    "verbatim",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One HTTP answer. Each field is one thing that can be wrong with it; the default is the true answer at once."""

    body: bytes | None = None
    """Body in place of the true one."""
    http_status: int = 200
    delay: float = 0.0
    """Seconds before the first byte."""
    drip: float = 0.0
    """Seconds over which the body is spread."""
    share: float = 1.0
    """Part of the announced body that is sent before the connection ends."""
    silent: bool = False
    """Not even a head is sent; the connection ends."""
    reset: bool = False
    """The connection ends with RST, not with FIN."""
    next_token: Callable[[], str] | None = None
    """Makes a token that is laid over a true list, and leads to its first page."""


def answer(value: object, /, *, http_status: int = 200) -> Answer:
    """Any JSON value in place of the true answer: `answer({})` is one without a `Session`."""
    return Answer(body=json_response(value).body, http_status=http_status)


def error(code: str, message: str, *, http_status: int = 400) -> Answer:
    """An error as Glue spells it in JSON protocol 1.1."""
    return answer({"__type": code, "Message": message}, http_status=http_status)


def throttled() -> Answer:
    """Too many calls: an HTTP 400 as any other refusal, told apart by its code only."""
    return error("ThrottlingException", "Rate exceeded")


def server_fault(http_status: int = 500) -> Answer:
    """500: the fault that Glue's model has. Any other: the page, no JSON, of a front end that could not reach Glue."""
    modelled = error("InternalServiceException", "Internal service error", http_status=500)
    return (
        modelled
        if http_status == modelled.http_status
        else Answer(body=b"<html><body>Unavailable</body></html>", http_status=http_status)
    )


def invalid_json() -> Answer:
    """A whole HTTP answer whose JSON stops half-way. boto3 raises nothing: it returns an empty response."""
    return Answer(body=_TORN[: len(_TORN) // 2])


def cut_short() -> Answer:
    """Half of the announced body, then an orderly close. boto3 raises nothing: it returns an empty response."""
    return Answer(body=_TORN, share=0.5)


def reset() -> Answer:
    """Half of the announced body, then a connection reset."""
    return Answer(body=_TORN, share=0.5, reset=True)


def hang(seconds: float) -> Answer:
    """No byte for so long, then an orderly close."""
    return Answer(body=b"", delay=seconds, silent=True)


def hang_up() -> Answer:
    """An orderly close at once, without a byte: a server that drops a kept-alive connection."""
    return hang(0.0)


def slow(seconds: float) -> Answer:
    """The true answer, late."""
    return Answer(delay=seconds)


def drip(seconds: float) -> Answer:
    """The true answer in small pieces over so long: no single read times out."""
    return Answer(drip=seconds)


def endless() -> Answer:
    """A true list that never ends: after each page comes the first one again, by another token."""
    return Answer(next_token=lambda: str(uuid.uuid4()))


def same_page() -> Answer:
    """A true list whose page leads to itself, by the same token each time."""
    return Answer(next_token=lambda: "again")


_TORN = b'{"Session": {"Id": "torn", "Status": "READY"}}'


@dataclass(frozen=True, slots=True, kw_only=True)
class _Faulty(Response):
    """A response with the fault that it is sent with."""

    fault: Answer


@dataclass(slots=True, kw_only=True)
class _Fault:
    answer: Answer
    operation: str
    session_id: str | None
    times: int | None
    every: int
    after: int
    seconds: float
    calls: int = 0
    first_strike_at: float | None = None

    def strikes(self, call: Call) -> bool:
        if (
            self.times == 0
            or self.operation not in {"*", call.operation}
            or self.session_id not in {None, call.session_id}
        ):
            return False
        self.calls += 1
        started = self.first_strike_at
        is_over = started is not None and call.at - started >= self.seconds
        if is_over or self.calls <= self.after or (self.calls - self.after) % self.every:
            return False
        self.first_strike_at = call.at if started is None else started
        self.times = None if self.times is None else self.times - 1
        return True


class Serving:
    """A server that answers while its `with` block lasts."""

    url: str
    _server: ThreadingHTTPServer

    def __enter__(self) -> Self:
        # The poll interval, in seconds, is what leaving the block costs at most.
        threading.Thread(target=self._server.serve_forever, args=(0.005,), name=self.url, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class GlueEndpoint(Sandbox):
    """The sandbox, with faults and a record of all calls. An operation that writes is unknown to it."""

    operations = frozenset({"GetCallerIdentity", "GetSession", "ListSessions"})

    def __init__(
        self,
        *,
        latency: float = 0.0,
        page_size: int = 100,
        clock: Callable[[], float] = time.monotonic,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """Delay each answer by `latency` seconds. The others as of Sandbox."""
        self._latency = latency
        self._faults: list[_Fault] = []
        self._calls: list[Call] = []
        super().__init__(page_size=page_size, clock=clock, tls=tls)

    def fail(
        self,
        operation: str,
        fault: Answer,
        /,
        *,
        session_id: str | None = None,
        times: int | None = None,
        every: int = 1,
        after: int = 0,
        seconds: float = math.inf,
    ) -> None:
        """Answer each n-th call of this operation (`"*"`: any) with a fault, `times` times or always.

        The first `after` calls are spared, and the fault is over `seconds` after it first struck. Faults are tried in
        the order they came; the first that strikes answers, and those behind it do not count that call. A fault for one
        session never strikes ListSessions. Raises ValueError for an operation that Glue does not have, or an `every`
        below 1.
        """
        if operation not in {"*", *service().operation_names} or every < 1:
            raise ValueError(f"no fault can strike each {every}-th call of {operation}")
        with self._lock:
            self._faults.append(
                _Fault(
                    answer=fault,
                    operation=operation,
                    session_id=session_id,
                    times=times,
                    every=every,
                    after=after,
                    seconds=seconds,
                )
            )

    def heal(self) -> None:
        """Drop all faults."""
        with self._lock:
            self._faults.clear()

    @property
    def calls(self) -> list[Call]:
        """Every request so far, in the order they came."""
        with self._lock:
            return self._calls.copy()

    def count(self, operation: str = "*", /, *, session_id: str | None = None) -> int:
        """Number of calls of this operation, and for this session."""
        return sum(operation in {"*", call.operation} and session_id in {None, call.session_id} for call in self.calls)

    def respond(self, headers: Message, body: bytes) -> Response:
        """The true response, unless a fault strikes."""
        with self._lock:
            call = self.parse_request(headers, body)
            self._calls.append(call)
            fault = next((each.answer for each in self._faults if each.strikes(call)), Answer())
            fault = replace(fault, delay=fault.delay + self._latency)
            if fault.body is not None:
                return _Faulty(body=fault.body, http_status=fault.http_status, fault=fault)
            true = self.true_response(call, body)
            if fault.next_token and call.operation == "ListSessions":
                listed, token = parse_object(true.body), fault.next_token()
                self._pages.serials[token] = 0
                true = json_response({**(listed or {}), "NextToken": token})
        return _Faulty(body=true.body, http_status=true.http_status, content_type=true.content_type, fault=fault)

    @property
    def closing(self) -> threading.Event:
        """Set when the `with` block ends, so that a delay ends too."""
        return self._closing

    @staticmethod
    def _handler() -> type[Handler]:
        return _FaultyHandler


class _FaultyHandler(Handler):
    def send(self, response: Response) -> None:
        assert isinstance(response, _Faulty)
        assert isinstance(self.sandbox, GlueEndpoint)
        fault, closing = response.fault, self.sandbox.closing
        # An event instead of a sleep: leaving the `with` block ends it.
        if closing.wait(fault.delay) or fault.silent:
            self.close_connection = True
            return
        self.send_head(response)
        sent = response.body[: int(len(response.body) * fault.share)]
        size = -(-len(sent) // (_PIECES if fault.drip else 1)) or 1
        for start in range(0, len(sent), size):
            if fault.drip:
                self.wfile.flush()
                closing.wait(fault.drip / _PIECES)
            self.wfile.write(sent[start : start + size])
        if fault.share < 1:
            self.close_connection = True
        if fault.reset:
            self.wfile.flush()
            # A socket that lingers for no time ends with RST. Closed here, before the server closes it in an orderly
            # way.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()


_PIECES = 10
