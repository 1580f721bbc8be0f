"""HTTP of the sandbox: responses, connections and the server."""

from __future__ import annotations

import json
import socket
import sys
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pulumi_glue_session.sandbox.server import Sandbox

_JSON_TYPE = "application/x-amz-json-1.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """One HTTP response, complete and at once."""

    body: bytes = b""
    http_status: int = 200
    content_type: str = _JSON_TYPE


def json_response(value: object, /, *, http_status: int = 200) -> Response:
    """A JSON value as the response."""
    return Response(body=json.dumps(value, default=_epoch_seconds).encode(), http_status=http_status)


def error_response(code: str, message: str, *, http_status: int = 400) -> Response:
    """An error in JSON protocol 1.1."""
    return json_response({"__type": code, "Message": message}, http_status=http_status)


def _epoch_seconds(value: object) -> float:
    if isinstance(value, datetime) and value.tzinfo:
        return value.timestamp()
    message = f"{value!r} cannot be sent as JSON: a time needs a time zone"
    raise TypeError(message)


class Server(ThreadingHTTPServer):
    """A server that closes its open connections when it ends."""

    # With the standard library's 5, one of many connections that open together waits a second to send its SYN again.
    request_queue_size = 1024

    def __init__(self, address: tuple[str, int], handler: Callable[..., BaseHTTPRequestHandler], /) -> None:
        self._open: set[Any] = set()
        super().__init__(address, handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Keep the connection."""
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forget the connection."""
        self._open.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        """Close the connections that are open."""
        super().server_close()
        for request in self._open.copy():
            # The client, or the thread of the connection, may have closed it already.
            with suppress(OSError):
                request.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: object, client_address: object) -> None:  # noqa: ARG002 - the standard library's signature
        """Ignore clients that hang up. Every other error is a bug of the sandbox."""
        problem = sys.exception()
        if problem and not isinstance(problem, ConnectionError):
            raise problem


class Handler(BaseHTTPRequestHandler):
    """One connection. `send` writes a complete response; a subclass may write a broken one."""

    protocol_version = "HTTP/1.1"  # connections are kept alive
    disable_nagle_algorithm = True
    wbufsize = -1  # buffered: head and body leave in one segment

    def __init__(self, sandbox: Sandbox, /, *connection: Any) -> None:
        self.sandbox = sandbox
        super().__init__(*connection)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the standard library's name
        """Print nothing."""

    def do_POST(self) -> None:
        """Answer a request."""
        length = self.headers.get("Content-Length", "0")
        if not (length.isascii() and length.isdigit()):
            self.close_connection = True  # where the next request starts is unknown
            self.send(error_response("SerializationException", "invalid Content-Length"))
            return
        self.send(self.sandbox.respond(self.headers, self.rfile.read(int(length))))

    def send(self, response: Response) -> None:
        """Write the response."""
        self.send_head(response)
        self.wfile.write(response.body)

    def send_head(self, response: Response) -> None:
        """Write status and headers."""
        self.send_response(response.http_status)
        self.send_header("Content-Type", response.content_type)
        self.send_header("Content-Length", str(len(response.body)))
        self.send_header("x-amzn-RequestId", str(uuid.uuid4()))
        self.end_headers()
