"""The sandbox: operations of Glue on sessions, and GetCallerIdentity of STS."""

from __future__ import annotations

import json
import re
import ssl
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import Message
from functools import partial
from itertools import count
from typing import Any, Self, cast
from urllib.request import getproxies_environment

from pulumi_glue_session.sandbox.life import Life, Step, then
from pulumi_glue_session.sandbox.model import check_session_fields, shape, violations
from pulumi_glue_session.sandbox.transport import Handler, Response, Server, error_response, json_response

REGION = "eu-west-1"
ACCOUNT = "123456789012"

CONFLICTING_VARIABLES = ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")
"""Environment variables with which AWS clients would not use a sandbox, or would send it a real token."""

DEFAULTS: Mapping[str, object] = {
    # With a fraction of a second, as Glue answers it.
    "CreatedOn": datetime(2026, 1, 5, 9, 30, 15, 250_000, tzinfo=UTC),
    "Description": "Interactive session for tests",
    "Role": f"arn:aws:iam::{ACCOUNT}:role/GlueSession",
    "Command": {"Name": "glueetl", "PythonVersion": "3"},
    "DefaultArguments": {"--enable-glue-datacatalog": "true"},
    "Progress": 0.0,
    "GlueVersion": "5.0",
    "NumberOfWorkers": 2,
    "WorkerType": "G.1X",
    "IdleTimeout": 60,
}
"""Fields of a session that `put` does not name."""

_STARTING = then(("PROVISIONING", 15.0), "READY").since_put()
_ENDED = frozenset({"STOPPED", "FAILED", "TIMEOUT"})
_STOPPING = then(("STOPPING", 3.0), "STOPPED").since_put()

_CALLER_IDENTITY = f"""<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>arn:aws:iam::{ACCOUNT}:user/sandbox</Arn><UserId>AIDASANDBOX</UserId><Account>{ACCOUNT}</Account>
</GetCallerIdentityResult><ResponseMetadata><RequestId>sandbox</RequestId></ResponseMetadata></GetCallerIdentityResponse>"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request that arrived."""

    operation: str
    session_id: str | None
    at: float
    """Seconds on the sandbox's clock."""
    credential: str | None
    """Credential scope of the signature, `<access key id>/<date>/<region>/glue/aws4_request`; None: not signed."""
    headers: Mapping[str, str]
    """Some headers, in lower case. No signature and no token is kept."""
    parameters: Mapping[str, Any]


_KEPT_HEADERS = frozenset(
    {"amz-sdk-invocation-id", "amz-sdk-request", "content-type", "host", "user-agent", "x-amz-target"}
)


def parse_object(body: bytes) -> dict[str, Any] | None:
    """The JSON object in `body`; None for anything else."""
    try:
        value = json.loads(body)
    except ValueError:
        return None
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None


@dataclass(slots=True, kw_only=True)
class _Session:
    serial: int
    life: Life
    fields: Mapping[str, object]
    unchecked_fields: Mapping[str, object]
    tags: Mapping[str, str]
    put_at: float
    first_read_at: float | None = None
    reads: int = 0

    def fields_in(self, current: Step) -> dict[str, object] | None:
        return None if current.fields is None else {**({} if current.alone else self.fields), **current.fields}

    def read(self, now: float) -> dict[str, object] | None:
        self.first_read_at = now if self.first_read_at is None else self.first_read_at
        current = self.life.at(reads=self.reads, since_first_read=now - self.first_read_at, since_put=now - self.put_at)
        self.reads += 1
        session = self.fields_in(current)
        return session if session is None or current.alone else {**session, **self.unchecked_fields}


@dataclass(slots=True)
class _Pages:
    """Tokens of ListSessions, with the serial number of the last session before each."""

    serials: dict[str, int] = field(default_factory=dict[str, int])

    def token(self, serial: int) -> str:
        token = str(uuid.uuid4())
        self.serials[token] = serial
        return token


class Sandbox:
    """Local Glue at `url` while its `with` block lasts. Sessions may be put and removed meanwhile, from any thread."""

    operations = frozenset(
        {"CreateSession", "DeleteSession", "GetCallerIdentity", "GetSession", "ListSessions", "StopSession"}
    )
    """Operations that it answers."""

    def __init__(
        self,
        *,
        port: int = 0,
        page_size: int = 100,
        clock: Callable[[], float] = time.monotonic,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """`port` 0 takes a free one, and `page_size` limits the pages of ListSessions, as `MaxResults` does.

        With `tls`, a server context with a certificate, the sandbox speaks HTTPS.
        """
        self._page_size = page_size
        self._clock = clock
        self._lock = threading.RLock()
        self._sessions: dict[str, _Session] = {}
        self._serials = count(1)
        self._pages = _Pages()
        self._closing = threading.Event()
        self._server = Server(("127.0.0.1", port), partial(self._handler(), self))
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self._server.server_port}"

    @property
    def environment(self) -> dict[str, str]:
        """Environment variables with which AWS clients use this sandbox, also if this process has a proxy."""
        settings = {
            "AWS_ENDPOINT_URL_GLUE": self.url,
            "AWS_ENDPOINT_URL_STS": self.url,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "sandbox",
            "AWS_SECRET_ACCESS_KEY": "sandbox",  # not a secret: the sandbox accepts every key
        }
        if "http" in getproxies_environment():
            direct = ",".join(filter(None, (getproxies_environment().get("no"), "127.0.0.1")))
            settings |= {"NO_PROXY": direct, "no_proxy": direct}
        return settings

    def __enter__(self) -> Self:
        # The poll interval, in seconds, is what leaving the block costs at most.
        threading.Thread(target=self._server.serve_forever, args=(0.005,), name=self.url, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        """Refuse new connections, and close those that are open."""
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def session_ids(self) -> list[str]:
        """Ids of the sessions that were put, in that order."""
        with self._lock:
            return list(self._sessions)

    def put(
        self,
        session_id: str,
        life: Life,
        /,
        *,
        session_fields: Mapping[str, object] | None = None,
        Tags: Mapping[str, str] | None = None,  # noqa: N803 - as Glue spells it
        **fields: object,
    ) -> None:
        """Add a session, or replace the one with this id.

        `fields` are members of the `Session` shape; the others are those of `DEFAULTS`. `session_fields` are laid over
        all of them without a check. Raises TypeError for a name that the shape does not have, ValueError for a value
        that it does not allow.
        """
        check_session_fields(fields)
        tags = dict(Tags or {})
        with self._lock:
            session = _Session(
                serial=next(self._serials),
                life=life,
                fields={"Id": session_id, **DEFAULTS, **fields},
                unchecked_fields=session_fields or {},
                tags=tags,
                put_at=self._clock(),
            )
            problems = [violations({"Tags": tags}, shape("ListSessions", "input_shape"))]
            for each in life.steps:
                # A value without a form in JSON fails here and not in a server thread.
                json_response([session.fields_in(each), session_fields])
                if each.fields is not None and not each.alone:
                    problems.append(
                        violations({"Session": session.fields_in(each)}, shape("GetSession", "output_shape"))
                    )
            if any(problems):
                raise ValueError("; ".join(filter(None, problems)))
            # A replaced session goes to the end: pages follow the serial numbers.
            self._sessions.pop(session_id, None)
            self._sessions[session_id] = session

    def remove(self, session_id: str, /) -> None:
        """Remove a session. Raises KeyError if it is not there."""
        with self._lock:
            del self._sessions[session_id]

    def respond(self, headers: Message, body: bytes) -> Response:
        """Response to a request. A subclass may answer in another way."""
        with self._lock:
            return self.true_response(self.parse_request(headers, body), body)

    def parse_request(self, headers: Message, body: bytes) -> Request:
        """The request in the headers and the body."""
        parameters = parse_object(body) or {}
        signed = re.search(r"Credential=([^,\s]+)", headers.get("Authorization", ""))
        session_id = parameters.get("Id")
        return Request(
            operation=headers.get("X-Amz-Target", "").removeprefix("AWSGlue."),
            session_id=session_id if isinstance(session_id, str) else None,
            at=self._clock(),
            credential=signed and signed[1],
            headers={name.lower(): value for name, value in headers.items() if name.lower() in _KEPT_HEADERS},
            parameters=parameters,
        )

    def true_response(self, request: Request, body: bytes) -> Response:
        """What Glue would answer."""
        if request.credential is None:
            return error_response("MissingAuthenticationTokenException", "Missing Authentication Token")
        if "GetCallerIdentity" in self.operations and not request.operation and b"Action=GetCallerIdentity" in body:
            return Response(body=_CALLER_IDENTITY.encode(), content_type="text/xml")
        operations: dict[str, Callable[[Request], Response]] = {
            "CreateSession": self._create_session,
            "DeleteSession": self._delete_session,
            "GetSession": self._get_session,
            "ListSessions": self._list_sessions,
            "StopSession": self._stop_session,
        }
        if request.operation not in operations.keys() & self.operations:
            return error_response("UnknownOperationException", "")
        if parse_object(body) is None:
            return error_response("SerializationException", "")
        if problem := violations(dict(request.parameters), shape(request.operation, "input_shape")):
            return error_response("ValidationException", f"1 validation error detected: {problem}")
        return operations[request.operation](request)

    def _get_session(self, request: Request) -> Response:
        session = self._read(request.parameters["Id"], request.at)
        return _not_found(request) if session is None else json_response({"Session": session})

    def _read(self, session_id: str, now: float) -> dict[str, object] | None:
        scripted = self._sessions.get(session_id)
        return None if scripted is None else scripted.read(now)

    def _create_session(self, request: Request) -> Response:
        parameters = dict(request.parameters)
        session_id = parameters.pop("Id")
        if self._read(session_id, request.at) is not None:
            return error_response("AlreadyExistsException", f"Session {session_id} already exists.")
        known = shape("GetSession", "output_shape").members["Session"].members
        fields = {name: value for name, value in parameters.items() if name in known}
        self.put(session_id, _STARTING, Tags=parameters.get("Tags"), CreatedOn=datetime.now(UTC), **fields)
        return json_response({"Session": self._sessions[session_id].read(request.at)})

    def _stop_session(self, request: Request) -> Response:
        session_id = request.parameters["Id"]
        current = self._read(session_id, request.at)
        if current is None:
            return _not_found(request)
        status = current.get("Status")
        if status in _ENDED:
            return error_response("IllegalSessionStateException", f"Session is in {status} status")
        if status != "STOPPING":
            self._sessions[session_id].life, self._sessions[session_id].put_at = _STOPPING, request.at
        return json_response({"Id": session_id})

    def _delete_session(self, request: Request) -> Response:
        if self._sessions.pop(request.parameters["Id"], None) is None:
            return _not_found(request)
        return json_response({"Id": request.session_id})

    def _list_sessions(self, request: Request) -> Response:
        token, tags = request.parameters.get("NextToken"), request.parameters.get("Tags", {}).items()
        if token is not None and token not in self._pages.serials:
            return error_response("InvalidInputException", "Invalid NextToken")
        after = self._pages.serials.get(token or "", 0)
        size = min(request.parameters.get("MaxResults", self._page_size), self._page_size)
        rest = iter(
            [(key, each) for key, each in self._sessions.items() if each.serial > after and tags <= each.tags.items()]
        )
        page: dict[str, object] = {}
        for session_id, session in rest:
            fields = session.read(request.at)
            page |= {} if fields is None else {session_id: fields}
            if len(page) == size:
                after = session.serial
                break
        listed: dict[str, object] = {"Ids": list(page), "Sessions": list(page.values())}
        if next(rest, None):
            listed["NextToken"] = self._pages.token(after)
        return json_response(listed)

    @staticmethod
    def _handler() -> type[Handler]:
        return Handler


def _not_found(request: Request) -> Response:
    return error_response("EntityNotFoundException", f"Session {request.session_id} not found.")
