"""The provider as a process that Terraform or OpenTofu starts: handshake, TLS, gRPC and log."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import os
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Generator
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import grpc

from pulumi_glue_session.terraform.protocol import MAGIC_COOKIE, MESSAGES, METHODS, SERVICE, VERSION

if TYPE_CHECKING:
    from pulumi_glue_session.terraform.provider import GlueSessionProvider

_UNLIMITED = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
"""gRPC's default of 4 MiB is less than a long list of sessions."""

_PARENT_SECONDS = 2.0
"""Interval of the check whether Terraform is still running."""

_BY_HAND = """This program is a provider. Terraform and OpenTofu start it.
To make it available to them, run: glue-session terraform install
"""


def main() -> None:
    """Serve until Terraform ends the process."""
    name, value = MAGIC_COOKIE
    if os.environ.get(name) != value:
        sys.exit(_BY_HAND)
    missing = [each for each in ("cryptography", "msgpack") if find_spec(each) is None]
    if missing:
        # Terraform shows the first line of standard output.
        print(f'The provider gluesession needs {missing[0]}: run pip install "pulumi-glue-session[terraform]"')
        sys.exit(1)
    # Ctrl-C in a terminal reaches this process too. Before `serve` can handle it, it must not print a traceback.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    asyncio.run(serve())
    # Threads that still wait for AWS are daemons, but the connection pool would be torn down under them.
    sys.stderr.flush()
    os._exit(0)


def log(level: str, message: str) -> None:
    """Write a line to Terraform's log, which shows it if TF_LOG asks for this level."""
    moment = datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    with contextlib.suppress(OSError):
        print(json.dumps({"@level": level, "@message": message, "@timestamp": moment}), file=sys.stderr, flush=True)


async def serve() -> None:
    """Answer calls until Terraform asks for the end, or is gone."""
    from pulumi_glue_session.terraform.provider import GlueSessionProvider

    ended = asyncio.Event()
    provider = GlueSessionProvider(log=log)
    if os.name != "nt":
        # Terraform calls StopProvider for Ctrl-C, but not during the plan that is a part of `apply`.
        asyncio.get_running_loop().add_signal_handler(signal.SIGINT, provider.stop)
        # Also at the end of this process the folder of the socket is removed.
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    certificate, key = _create_certificate()
    server = grpc.aio.server(options=_UNLIMITED)
    server.add_generic_rpc_handlers((_provider_handler(provider), *_plugin_handlers(ended.set)))
    credentials = grpc.ssl_server_credentials([(_to_pem(key), _to_pem(certificate))])
    with _socket() as socket:
        if socket is None:
            network, address = "tcp", f"127.0.0.1:{server.add_secure_port('127.0.0.1:0', credentials)}"
        else:
            network, address = "unix", str(socket)
            server.add_secure_port(f"unix://{address}", credentials)
        await server.start()
        encoded = base64.b64encode(_to_der(certificate)).decode().rstrip("=")
        print(f"1|{VERSION}|{network}|{address}|grpc|{encoded}", flush=True)
        parent = os.getppid()
        while not ended.is_set() and os.getppid() == parent:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), timeout=_PARENT_SECONDS)
        await server.stop(grace=0.1)


@contextlib.contextmanager
def _socket() -> Generator[Path | None]:
    """A socket in a folder that only this user can enter; None on Windows, which has a local port instead."""
    if os.name == "nt":
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="gluesession-", dir=_socket_folder()) as folder:
        yield Path(folder) / "plugin"


_MAX_SOCKET_PATH = 100
"""Bytes. Systems limit the path of a socket to 104 or 108 bytes."""


def _socket_folder() -> str | None:
    return "/tmp" if len(os.fsencode(tempfile.gettempdir())) > _MAX_SOCKET_PATH - 40 else None  # noqa: S108 # nosec B108


def _provider_handler(provider: GlueSessionProvider) -> grpc.GenericRpcHandler:
    handlers = {
        name: grpc.unary_unary_rpc_method_handler(
            _without_context(getattr(provider, name)),
            request_deserializer=MESSAGES[request].FromString,
            response_serializer=MESSAGES[response].SerializeToString,
        )
        for name, (request, response) in METHODS.items()
    }
    return grpc.method_handlers_generic_handler(SERVICE, handlers)


def _without_context(method: Callable[[Any], Awaitable[Any]]) -> Callable[[Any, Any], Awaitable[Any]]:
    async def call(request: Any, _context: Any) -> Any:
        return await method(request)

    return call


def _plugin_handlers(shut_down: Callable[[], None]) -> list[grpc.GenericRpcHandler]:
    """Services that the plugin library of Terraform expects besides the provider. Their messages are empty."""

    async def end(_request: bytes, _context: Any) -> bytes:
        shut_down()
        return b""

    async def stream(_request: bytes, _context: Any) -> AsyncIterator[bytes]:
        # Standard output is not forwarded. The call stays open, because its end would be logged as an error.
        await asyncio.Event().wait()
        yield b""

    return [
        grpc.method_handlers_generic_handler(
            "plugin.GRPCController", {"Shutdown": grpc.unary_unary_rpc_method_handler(end)}
        ),
        grpc.method_handlers_generic_handler(
            "plugin.GRPCStdio", {"StreamStdio": grpc.unary_stream_rpc_method_handler(stream)}
        ),
    ]


def _create_certificate() -> tuple[Any, Any]:
    """Certificate and key of this process. They exist only in memory and only as long as it runs."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    return certificate, key


def _to_der(certificate: Any) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding

    encoded: bytes = certificate.public_bytes(Encoding.DER)
    return encoded


def _to_pem(part: Any) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    if hasattr(part, "private_bytes"):
        encoded: bytes = part.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    else:
        encoded = part.public_bytes(Encoding.PEM)
    return encoded
