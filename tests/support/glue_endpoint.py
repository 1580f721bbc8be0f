"""A scripted AWS Glue: a real HTTP server. Each session has the life that a test wrote, each call the fault that it chose.

    with GlueEndpoint() as glue:
        glue.put("late", then(("PROVISIONING", 8.0), "READY"), GlueVersion="5.0", Tags={"team": "data"})
        glue.fail("GetSession", throttled(), times=2)
        ...                                                         # ask boto3, with endpoint_url=glue.url
        assert glue.count("GetSession") == 3

Rules of this module:

* The API is botocore's own model: what the model refuses is refused, in a request by an answer and in `put` by an
  exception. Only `verbatim`, `answer` and `session_fields` leave the model, on purpose.
* A look is a true answer about a session, by GetSession or ListSessions, as things are when the call comes in. A call
  that a fault answers in place of Glue is no look, so scripts and faults don't disturb each other.
* Scripts and `Call.at` go by the clock that is passed in. Latency and slow faults take real time.
* A fault is an `Answer`, a plain value. A new kind is one line beside the others.
* Nothing of a signature or a token is kept, only whose it was and for which region.
"""

from __future__ import annotations

import json
import math
import re
import socket
import ssl
import struct
import sys
import threading
import time
import uuid
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.message import Message
from functools import cache, partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from itertools import accumulate, count
from typing import Any, Literal, Self, TypeAlias, cast

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

# --- A session and its life ---

DEFAULTS: Mapping[str, object] = {
    "CreatedOn": datetime(2026, 1, 5, 9, 30, 15, 250_000, tzinfo=UTC),  # with a fraction: whoever drops it is found out
    "Description": "Interactive session for tests",
    "Role": "arn:aws:iam::123456789012:role/GlueSession",
    "Command": {"Name": "glueetl", "PythonVersion": "3"},
    "DefaultArguments": {"--enable-glue-datacatalog": "true"},
    "Progress": 0.0,
    "GlueVersion": "5.0",
    "NumberOfWorkers": 2,
    "WorkerType": "G.1X",
    "IdleTimeout": 60,
}


@dataclass(frozen=True, slots=True)
class Step:
    """What a session says for a while: these fields over those of `put`, or `alone`; with `None` it is not there."""

    fields: Mapping[str, object] | None
    alone: bool = False


GONE = Step(None)
"""The session is not there (yet, or any more): EntityNotFoundException, and absent from ListSessions."""


def step(status: str, **fields: object) -> Step:
    """A status with fields of its own, as FAILED has `ErrorMessage`; TypeError for a name that no session has."""
    _check_names(fields)
    return Step({**fields, "Status": status})


def verbatim(session: Mapping[str, object]) -> Step:
    """Exactly these members, whatever the model says: a status from the future, unknown names, none at all."""
    return Step(session, alone=True)


@dataclass(frozen=True, slots=True)
class Script:
    """The life of a session. Each step but the last ends after so many looks, or seconds since the first look or `put`."""

    steps: tuple[Step, ...]
    ends: tuple[float, ...]
    counted: Literal["looks", "since_first_look", "since_put"]

    def since_put(self) -> Script:
        """The same life, begun when it is put and not when it is first looked at."""
        return replace(self, counted="since_put")

    def at(self, *, looks: int, since_first_look: float, since_put: float) -> Step:
        """The step it is in, after so many looks and seconds; at the very end of one, the next."""
        elapsed = {"looks": looks, "since_first_look": since_first_look, "since_put": since_put}
        return self.steps[bisect_right(self.ends, elapsed[self.counted])]


def always(status: str | Step, /) -> Script:
    """One status, whenever one looks."""
    return looks(status)


def looks(first: str | Step, /, *others: str | Step) -> Script:
    """One status a look; the last one repeats."""
    return Script(_steps(first, *others), ends=tuple(range(1, len(others) + 1)), counted="looks")


def then(*statuses: *tuple[*tuple[tuple[str | Step, float], ...], str | Step]) -> Script:
    """Each status for its seconds, then the last one for ever: `then(("PROVISIONING", 8.0), "READY")`."""
    *timed, last = statuses
    ends = tuple(accumulate(seconds for _, seconds in timed))
    return Script(_steps(*(status for status, _ in timed), last), ends=ends, counted="since_first_look")


def _steps(*statuses: str | Step) -> tuple[Step, ...]:
    return tuple(step(status) if isinstance(status, str) else status for status in statuses)


# --- Answers, good and bad ---


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One HTTP answer. Each field is one thing that can be wrong with it; the default is the true answer at once."""

    body: bytes | None = None
    """What is sent in place of the true answer."""
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
    return Answer(body=json.dumps(value, default=_epoch_seconds).encode(), http_status=http_status)


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
        modelled if http_status == modelled.http_status else Answer(body=b"<html><body>Unavailable</body></html>", http_status=http_status)
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


def _epoch_seconds(value: object) -> float:
    if isinstance(value, datetime) and value.tzinfo:
        return value.timestamp()
    raise TypeError(f"{value!r} has no form in Glue's JSON; a time needs its zone")


def _json_object(body: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(body)
    except ValueError:
        return None
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None


# --- The API as botocore knows it ---

# Botocore has no types. Loaded by name it is `Any` to each type checker, whatever stubs are installed, and only here.
Untyped: TypeAlias = Any


@cache
def _model() -> Untyped:
    return import_module("botocore.model").ServiceModel(import_module("botocore.loaders").Loader().load_service_model("glue", "service-2"))


def _shape(operation: str, way: Literal["input_shape", "output_shape"]) -> Untyped:
    return getattr(_model().operation_model(operation), way)


def _check_names(fields: Mapping[str, object]) -> None:
    if unknown := sorted(fields.keys() - _shape("GetSession", "output_shape").members["Session"].members.keys()):
        raise TypeError(f"a session has no {', '.join(unknown)}")


def objection(value: object, shape: Untyped) -> str:
    """What a service would have against a value; empty if nothing."""
    report = import_module("botocore.validate").ParamValidator().validate(value, shape)
    return str(report.generate_report()) if report.has_errors() else "; ".join(_breaches(value, shape, at=shape.name))


def _breaches(value: Untyped, shape: Untyped, *, at: str) -> Iterator[str]:
    """What botocore's own validator leaves to the service."""
    kept: dict[str, Callable[[Any], object]] = {
        "max": lambda most: (len(value) if hasattr(value, "__len__") else value) <= most,
        "enum": lambda known: value in known,
        "pattern": lambda java: _pattern(java).fullmatch(value),
    }
    for name, is_kept in kept.items():
        if name in shape.metadata and not is_kept(shape.metadata[name]):
            yield f"Value {value!r} at {at} failed to satisfy constraint: {name} {shape.metadata[name]}"
    if shape.type_name == "structure":
        for name, part in value.items():
            yield from _breaches(part, shape.members[name], at=f"{at}.{name}")
    elif shape.type_name == "list":
        for part in value:
            yield from _breaches(part, shape.member, at=f"{at}[]")
    elif shape.type_name == "map":
        for key, part in value.items():
            yield from _breaches(key, shape.key, at=f"{at} (key)")
            yield from _breaches(part, shape.value, at=f"{at}.{key}")


@cache
def _pattern(java: str) -> re.Pattern[str]:
    python = java.replace(r"\u10000-\u10FFFF", r"\U00010000-\U0010FFFF")
    try:
        return re.compile(python, re.ASCII)
    except re.error:  # Java's spelling of "any printable text", with ranges over surrogate pairs
        return re.compile(".*", re.DOTALL)


# --- The endpoint ---


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request that came in, however it was answered."""

    operation: str
    session_id: str | None
    at: float
    """Seconds on the endpoint's clock."""
    credential: str | None
    """What it was signed with and for, `<access key id>/<date>/<region>/glue/aws4_request`; `None`: not signed."""
    headers: Mapping[str, str]
    """Those of `_HEADERS`, in lower case: they tell clients and retries apart."""
    parameters: Mapping[str, Any]


_HEADERS = frozenset({"amz-sdk-invocation-id", "amz-sdk-request", "content-type", "host", "user-agent", "x-amz-target"})


@dataclass(slots=True, kw_only=True)
class _Scripted:
    serial: int
    script: Script
    fields: Mapping[str, object]
    session_fields: Mapping[str, object]
    tags: Mapping[str, str]
    put_at: float
    first_look_at: float | None = None
    looks: int = 0

    def shown(self, current: Step) -> dict[str, object] | None:
        return None if current.fields is None else {**({} if current.alone else self.fields), **current.fields}

    def look(self, now: float) -> dict[str, object] | None:
        self.first_look_at = now if self.first_look_at is None else self.first_look_at
        current = self.script.at(looks=self.looks, since_first_look=now - self.first_look_at, since_put=now - self.put_at)
        self.looks += 1
        session = self.shown(current)
        return session if session is None or current.alone else {**session, **self.session_fields}


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
        if self.times == 0 or self.operation not in {"*", call.operation} or self.session_id not in {None, call.session_id}:
            return False
        self.calls += 1
        begun = self.first_strike_at
        is_over = begun is not None and call.at - begun >= self.seconds
        if is_over or self.calls <= self.after or (self.calls - self.after) % self.every:
            return False
        self.first_strike_at = call.at if begun is None else begun
        self.times = None if self.times is None else self.times - 1
        return True


class Serving:
    """A server that answers while its `with` block lasts."""

    url: str
    _server: ThreadingHTTPServer

    def __enter__(self) -> Self:
        """Start to answer."""
        # The poll interval, in seconds, is what leaving the block costs at most.
        threading.Thread(target=self._server.serve_forever, args=(0.005,), name=self.url, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        """Answer nothing more."""
        self._server.shutdown()
        self._server.server_close()


class GlueEndpoint(Serving):
    """Glue's GetSession and ListSessions at `url` while the `with` block lasts. Safe to change while it is asked."""

    def __init__(
        self,
        *,
        latency: float = 0.0,
        page_size: int = 100,
        clock: Callable[[], float] = time.monotonic,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """Delay each answer by `latency` seconds; list at most `page_size` sessions in one, or `MaxResults` if fewer.

        With `tls`, a server's context that holds its certificate, it speaks HTTPS.
        """
        self._latency, self._page_size, self._clock = latency, page_size, clock
        self._lock = threading.Lock()
        self._sessions: dict[str, _Scripted] = {}
        self._serials = count(1)
        self._pages: dict[str, int] = {}  # token handed out: serial of the last session before it
        self._faults: list[_Fault] = []
        self._calls: list[Call] = []
        self._closing = threading.Event()
        self._server = _Server(("127.0.0.1", 0), partial(_Handler, self._answer, self._closing))
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self._server.server_port}"

    def __exit__(self, *_: object) -> None:
        """Answer nothing more: new connections are refused, calls under way and kept-alive connections are closed."""
        self._closing.set()
        super().__exit__()

    def put(
        self,
        session_id: str,
        script: Script,
        /,
        *,
        session_fields: Mapping[str, object] | None = None,
        Tags: Mapping[str, str] | None = None,  # noqa: N803 - as Glue spells it
        **fields: object,
    ) -> None:
        """Put a session in place: a new one, even if the id was there.

        `fields` are members of the `Session` shape, the rest is as in `DEFAULTS`; `session_fields` are laid over all
        that, unchecked. Raises TypeError for a name that the shape doesn't have, ValueError for a value it won't take.
        """
        _check_names(fields)
        tags = dict(Tags or {})
        with self._lock:
            scripted = _Scripted(
                serial=next(self._serials),
                script=script,
                fields={"Id": session_id, **DEFAULTS, **fields},
                session_fields=session_fields or {},
                tags=tags,
                put_at=self._clock(),
            )
            objections = [objection({"Tags": tags}, _shape("ListSessions", "input_shape"))]
            for each in script.steps:
                answer([scripted.shown(each), session_fields])  # what has no JSON fails here and not in a server thread
                if each.fields is not None and not each.alone:
                    objections.append(objection({"Session": scripted.shown(each)}, _shape("GetSession", "output_shape")))
            if any(objections):
                raise ValueError("; ".join(filter(None, objections)))
            self._sessions.pop(session_id, None)  # a new one goes to the end: pages go by serial number
            self._sessions[session_id] = scripted

    def remove(self, session_id: str, /) -> None:
        """The session is gone from now on; KeyError if it was never there."""
        with self._lock:
            del self._sessions[session_id]

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
        """Answer each n-th call of this operation (`"*"`: of any) with a fault, so many times or for ever.

        It spares the first calls, `after` so many of them, and is over so many `seconds` after it first struck. Faults
        are asked in the order they came; the first that strikes answers, and those behind it don't count that call. One
        that is for a session never strikes ListSessions.
        Raises ValueError for an operation that Glue doesn't have, or an `every` below 1.
        """
        if operation not in {"*", *_model().operation_names} or every < 1:
            raise ValueError(f"no fault can strike each {every}-th call of {operation}")
        with self._lock:
            self._faults.append(
                _Fault(answer=fault, operation=operation, session_id=session_id, times=times, every=every, after=after, seconds=seconds)
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
        """How many calls there were of this operation, and for this session."""
        return sum(operation in {"*", call.operation} and session_id in {None, call.session_id} for call in self.calls)

    def _answer(self, headers: Message, body: bytes) -> Answer:
        request = _json_object(body)
        parameters = request or {}
        signed = re.search(r"Credential=([^,\s]+)", headers.get("Authorization", ""))
        session_id = parameters.get("Id")
        with self._lock:
            now = self._clock()
            call = Call(
                operation=headers.get("X-Amz-Target", "").removeprefix("AWSGlue."),
                session_id=session_id if isinstance(session_id, str) else None,
                at=now,
                credential=signed and signed[1],
                headers={name.lower(): value for name, value in headers.items() if name.lower() in _HEADERS},
                parameters=parameters,
            )
            self._calls.append(call)
            reply = next((fault.answer for fault in self._faults if fault.strikes(call)), Answer())
            if reply.body is None:
                true = self._true_answer(call, request, now)
                reply = replace(reply, body=true.body, http_status=true.http_status)
                if reply.next_token and call.operation == "ListSessions":
                    listed, token = _json_object(true.body or b""), reply.next_token()
                    self._pages[token] = 0
                    reply = replace(reply, body=answer({**(listed or {}), "NextToken": token}).body)
        return replace(reply, delay=reply.delay + self._latency)

    def _true_answer(self, call: Call, request: dict[str, Any] | None, now: float) -> Answer:
        if call.credential is None:
            return error("MissingAuthenticationTokenException", "Missing Authentication Token")
        if call.operation not in {"GetSession", "ListSessions"}:
            return error("UnknownOperationException", "")
        if request is None:
            return error("SerializationException", "")
        if against := objection(request, _shape(call.operation, "input_shape")):
            return error("ValidationException", f"1 validation error detected: {against}")
        if call.operation == "ListSessions":
            return self._list_sessions(call.parameters, now)
        scripted = self._sessions.get(call.parameters["Id"])
        session = scripted and scripted.look(now)
        return (
            error("EntityNotFoundException", f"Session {call.session_id} not found.") if session is None else answer({"Session": session})
        )

    def _list_sessions(self, parameters: Mapping[str, Any], now: float) -> Answer:
        token, wanted = parameters.get("NextToken"), parameters.get("Tags", {}).items()
        if token is not None and token not in self._pages:
            return error("InvalidInputException", "Invalid NextToken")
        after = self._pages.get(token or "", 0)
        size = min(parameters.get("MaxResults", self._page_size), self._page_size)
        rest = iter([(key, each) for key, each in self._sessions.items() if each.serial > after and wanted <= each.tags.items()])
        page: dict[str, object] = {}
        for session_id, scripted in rest:
            session = scripted.look(now)
            page |= {} if session is None else {session_id: session}
            if len(page) == size:
                after = scripted.serial
                break
        listed: dict[str, object] = {"Ids": list(page), "Sessions": list(page.values())}
        if next(rest, None):
            listed["NextToken"] = token = str(uuid.uuid4())
            self._pages[token] = after
        return answer(listed)


class _Server(ThreadingHTTPServer):
    # With the standard library's five, one of many connections opened together waits a second to send its SYN again.
    request_queue_size = 1024

    def __init__(self, address: tuple[str, int], handler: Callable[..., BaseHTTPRequestHandler], /) -> None:
        self._open: set[Untyped] = set()
        super().__init__(address, handler)

    def process_request(self, request: Untyped, client_address: Untyped) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Untyped) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        super().server_close()
        for request in self._open.copy():
            with suppress(OSError):  # its client, or its thread, was faster
                request.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: object, client_address: object) -> None:  # noqa: ARG002
        # A client that gives up is what half of the faults are for. All else is a bug here: it fails the thread, and the test.
        problem = sys.exception()
        if problem and not isinstance(problem, ConnectionError):
            raise problem


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # connections are kept alive
    disable_nagle_algorithm = True
    wbufsize = -1  # buffered: head and body leave in one segment

    def __init__(self, ask: Callable[[Message, bytes], Answer], closing: threading.Event, /, *connection: Untyped) -> None:
        self._ask, self._closing = ask, closing
        super().__init__(*connection)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the standard library's name
        """Say nothing: `GlueEndpoint.calls` is the log."""

    def do_POST(self) -> None:
        reply = self._ask(self.headers, self.rfile.read(int(self.headers.get("Content-Length", 0))))
        if self._closing.wait(reply.delay) or reply.silent:  # not a sleep: leaving the `with` block ends it
            self.close_connection = True
            return
        body = reply.body or b""
        self.send_response(reply.http_status)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("x-amzn-RequestId", str(uuid.uuid4()))
        self.end_headers()
        sent = body[: int(len(body) * reply.share)]
        size = -(-len(sent) // (_PIECES if reply.drip else 1)) or 1
        for start in range(0, len(sent), size):
            if reply.drip:
                self.wfile.flush()
                self._closing.wait(reply.drip / _PIECES)
            self.wfile.write(sent[start : start + size])
        if reply.share < 1:
            self.close_connection = True
        if reply.reset:
            self.wfile.flush()
            # A socket that lingers for no time ends with RST. Closed here, before the server says an orderly goodbye.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()


_PIECES = 10
