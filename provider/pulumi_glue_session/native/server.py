"""The plugin as a process: started by the engine, talking gRPC, gone when the engine is.

Rules of this module: what a provider says of Glue reaches the person as one sentence, without the traceback that the SDK's server puts
after whatever is raised. A fault of this package still comes with its traceback.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import sys
from collections.abc import Awaitable, Callable
from importlib import metadata, resources
from types import TracebackType
from typing import Any

import grpc
from pulumi.provider.experimental.server import ProviderServicer
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, provider_pb2_grpc

from pulumi_glue_session.core.errors import GlueSessionError, InvalidInput
from pulumi_glue_session.native.properties import HINTS, input_path
from pulumi_glue_session.native.provider import SessionProvider

_UNLIMITED = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
"""A message has all properties of a resource; gRPC's own limit is 4 MiB."""

_PARENT_SECONDS = 5.0
"""Between two looks whether the engine still lives: one that was killed takes nobody along."""

_Method = Callable[[Any, Any, Any], Awaitable[Any]]


class _Engine:
    """The engine, as its plugins see it."""

    def __init__(self, address: str) -> None:
        channel = grpc.aio.insecure_channel(address, options=_UNLIMITED)
        stub: Any = engine_pb2_grpc.EngineStub(channel)
        self._log: Callable[[engine_pb2.LogRequest], Awaitable[object]] = stub.Log

    async def say(self, line: str, *, urn: str, ephemeral: bool = False, warning: bool = False) -> None:
        """Show a line at a resource. An engine that is going away hears nothing more."""
        severity = engine_pb2.WARNING if warning else engine_pb2.INFO
        with contextlib.suppress(grpc.RpcError):
            await self._log(engine_pb2.LogRequest(severity=severity, message=line, urn=urn, ephemeral=ephemeral))


def _in_one_sentence(method: _Method) -> _Method:
    async def call(servicer: Any, request: Any, context: Any) -> Any:  # noqa: ANN401 - by method
        async with _Sentences(context):
            return await method(servicer, request, context)

    return call


class _Sentences:
    """Ends a call whose block raises an error of ours with its sentence. What else is raised goes on."""

    def __init__(self, context: Any) -> None:  # noqa: ANN401 - gRPC's
        self._context = context

    async def __aenter__(self) -> None:
        pass

    async def __aexit__(self, _kind: type[BaseException] | None, error: BaseException | None, _where: TracebackType | None) -> None:
        # The SDK makes a plain Exception of whatever a provider raises, in whose place it comes.
        while error is not None and not isinstance(error, GlueSessionError):
            error = error.__context__
        if error is not None:
            name = input_path(error.input_name) if isinstance(error, InvalidInput) else ""
            await self._context.abort(
                grpc.StatusCode.FAILED_PRECONDITION,
                f"{name}: {error.reason(HINTS)}" if isinstance(error, InvalidInput) and name else str(error.report(HINTS)),
            )


_METHODS = ("Check", "CheckConfig", "Configure", "Create", "Diff", "Invoke", "Read", "Update")

_Servicer: Any = type("_Servicer", (ProviderServicer,), {name: _in_one_sentence(getattr(ProviderServicer, name)) for name in _METHODS})
"""The SDK's server of a provider, whose errors are sentences."""


def package_schema() -> str:
    """Package schema of this version, as JSON."""
    text = resources.files("pulumi_glue_session.native").joinpath("schema.json").read_text(encoding="utf-8")
    return text.replace('"version": ""', f'"version": "{_version()}"')


def _version() -> str:
    return metadata.version("pulumi-glue-session")


def main() -> None:
    """Serve until the engine says that it is enough, or is gone."""
    parser = argparse.ArgumentParser(description="Pulumi's provider of read-only AWS Glue sessions. The engine starts it.")
    parser.add_argument("engine", help="address of the engine")
    # The engine passes flags for its logs too, which this process has no use for.
    known, _ = parser.parse_known_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(known.engine))


async def _serve(address: str) -> None:
    server = grpc.aio.server(options=_UNLIMITED)
    provider = SessionProvider(_Engine(address), schema=package_schema())
    servicer = _Servicer(sys.argv[1:], _version(), provider, engine_address=address)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    print(port, flush=True)
    parent = os.getppid()
    while os.getppid() == parent:  # noqa: ASYNC110 - a parent that has gone sets no event
        await asyncio.sleep(_PARENT_SECONDS)
    await server.stop(None)
