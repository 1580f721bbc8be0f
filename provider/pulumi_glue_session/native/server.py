"""Process of the native provider: the engine starts it, talks gRPC to it and ends it."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import sys
from collections.abc import Awaitable, Callable
from importlib import metadata, resources
from typing import Any

import grpc
from pulumi.provider.experimental.server import ProviderServicer
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, provider_pb2_grpc

from pulumi_glue_session.core.errors import GlueSessionError, InvalidInput
from pulumi_glue_session.native.properties import HINTS, input_path
from pulumi_glue_session.native.provider import SessionProvider

_MESSAGE_LENGTH = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
"""No limit: a message holds all properties of a resource, and gRPC's default is 4 MiB."""

_PARENT_CHECK_SECONDS = 5.0

_Method = Callable[[Any, Any, Any], Awaitable[Any]]


class _EngineClient:
    """Client of the engine's log."""

    def __init__(self, address: str) -> None:
        channel = grpc.aio.insecure_channel(address, options=_MESSAGE_LENGTH)
        stub: Any = engine_pb2_grpc.EngineStub(channel)
        self._log: Callable[[engine_pb2.LogRequest], Awaitable[object]] = stub.Log

    async def log(self, line: str, *, urn: str, ephemeral: bool = False, warning: bool = False) -> None:
        """Show a line on the row of a resource. Lines to an engine that has ended are dropped."""
        severity = engine_pb2.WARNING if warning else engine_pb2.INFO
        with contextlib.suppress(grpc.RpcError):
            await self._log(engine_pb2.LogRequest(severity=severity, message=line, urn=urn, ephemeral=ephemeral))


def _with_error_report(method: _Method) -> _Method:
    """Method that ends with the report of a GlueSessionError, without the traceback that the SDK adds to every exception."""

    async def call(servicer: Any, request: Any, context: Any) -> Any:
        try:
            return await method(servicer, request, context)
        except Exception as raised:
            error = _find_session_error(raised)
            if error is None:
                raise
            await context.abort(grpc.StatusCode.FAILED_PRECONDITION, _describe(error))

    return call


def _find_session_error(raised: BaseException) -> GlueSessionError | None:
    # The SDK raises a plain Exception in place of the provider's, which stays its context.
    error: BaseException | None = raised
    while error is not None and not isinstance(error, GlueSessionError):
        error = error.__context__
    return error


def _describe(error: GlueSessionError) -> str:
    if isinstance(error, InvalidInput):
        return f"{input_path(error.input_name)}: {error.reason(HINTS)}" if error.input_name else error.reason(HINTS)
    return str(error.report(HINTS))


_METHODS = ("Check", "CheckConfig", "Configure", "Create", "Diff", "Invoke", "Read", "Update")

_Servicer: Any = type(
    "_Servicer", (ProviderServicer,), {name: _with_error_report(getattr(ProviderServicer, name)) for name in _METHODS}
)
"""The SDK's server of a provider, with readable errors."""


def package_schema() -> str:
    """Package schema of this version as JSON."""
    text = resources.files("pulumi_glue_session.native").joinpath("schema.json").read_text(encoding="utf-8")
    return text.replace('"version": ""', f'"version": "{_version()}"')


def _version() -> str:
    return metadata.version("pulumi-glue-session")


def main() -> None:
    """Run the provider until the engine ends."""
    parser = argparse.ArgumentParser(
        description="Native Pulumi provider of read-only AWS Glue sessions. The engine starts it."
    )
    parser.add_argument("engine", help="address of the engine")
    # The engine also passes log flags, which are ignored.
    known, _ = parser.parse_known_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(known.engine))


async def _serve(address: str) -> None:
    server = grpc.aio.server(options=_MESSAGE_LENGTH)
    provider = SessionProvider(_EngineClient(address), schema=package_schema())
    servicer = _Servicer(sys.argv[1:], _version(), provider, engine_address=address)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    print(port, flush=True)
    # An engine that was killed does not end its plugins, so a new parent ends this one.
    parent = os.getppid()
    while os.getppid() == parent:  # noqa: ASYNC110 - the end of a parent sets no event
        await asyncio.sleep(_PARENT_CHECK_SECONDS)
    await server.stop(None)
