"""Process of the native provider: the engine starts it, talks gRPC to it and ends it."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import sys
from importlib import metadata, resources
from pathlib import Path
from typing import Any

import grpc
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, provider_pb2_grpc

from pulumi_glue_session.core.progress import LogRhythm, TerminalRhythm
from pulumi_glue_session.native.engine_terminal import is_terminal_watched
from pulumi_glue_session.native.polling import ResourcePoller
from pulumi_glue_session.native.provider import SessionProvider
from pulumi_glue_session.native.servicer import SessionServicer

_OPTIONS = [
    # A message holds all properties of a resource, and gRPC's default limit is 4 MiB.
    ("grpc.max_receive_message_length", -1),
    ("grpc.max_send_message_length", -1),
    # The engine is on this machine.
    ("grpc.enable_http_proxy", 0),
]

_BY_HAND = """\
This is the native provider plugin of pulumi-glue-session. Pulumi starts it for programs that use glue-session, so you
do not have to. To debug it, keep this process running and run Pulumi with
    PULUMI_DEBUG_PROVIDERS=glue-session:{port} pulumi preview
Ctrl-C ends it."""


class EngineClient:
    """Client of the engine's log."""

    def __init__(self) -> None:
        self._channel: Any = None
        self._connected = asyncio.Event()

    def connect(self, address: str) -> None:
        """Connect to the engine at this address."""
        self._channel = grpc.aio.insecure_channel(address, options=_OPTIONS)
        self._connected.set()

    async def log(self, line: str, *, urn: str, ephemeral: bool = False, warning: bool = False) -> None:
        """Show a line on the row of a resource. Lines to an engine that has ended are dropped."""
        if self._channel is None:
            return
        severity = engine_pb2.WARNING if warning else engine_pb2.INFO
        stub: Any = engine_pb2_grpc.EngineStub(self._channel)
        with contextlib.suppress(grpc.RpcError):
            await stub.Log(engine_pb2.LogRequest(severity=severity, message=line, urn=urn, ephemeral=ephemeral))

    async def wait_until_gone(self) -> None:
        """Return when the engine has ended: an engine that is killed does not end its plugins."""
        await self._connected.wait()
        was_ready = False
        while True:
            state = self._channel.get_state(try_to_connect=True)
            if state is grpc.ChannelConnectivity.READY:
                was_ready = True
            elif state is grpc.ChannelConnectivity.TRANSIENT_FAILURE and was_ready:
                return
            await self._channel.wait_for_state_change(state)


def package_schema() -> str:
    """Package schema of this version as JSON."""
    text = resources.files("pulumi_glue_session.native").joinpath("schema.json").read_text(encoding="utf-8")
    return text.replace('"version": ""', f'"version": "{_version()}"')


def _version() -> str:
    return metadata.version("pulumi-glue-session")


def main() -> None:
    """Run the provider until the engine ends."""
    parser = argparse.ArgumentParser(
        description="Native provider plugin of pulumi-glue-session. Pulumi starts it for programs that need it."
    )
    parser.add_argument("engine", nargs="?", default="", help="address of the engine")
    # The engine also passes log flags, which are ignored.
    known, _ = parser.parse_known_args()
    # Exceptions that are bugs go to the engine's log, which `pulumi --logtostderr -v=9` shows.
    logging.getLogger("grpc").addHandler(logging.StreamHandler())
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(known.engine))


async def serve(address: str) -> None:
    """Serve the engine at this address until it ends; without an address, any engine that attaches."""
    engine = EngineClient()
    rhythm = TerminalRhythm if address and is_terminal_watched(Path("/proc")) else LogRhythm
    provider = SessionProvider(ResourcePoller(engine, rhythm=rhythm), schema=package_schema())
    server = grpc.aio.server(options=_OPTIONS)
    servicer = SessionServicer(provider, engine, version=_version())
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    print(port, flush=True)
    try:
        if address:
            engine.connect(address)
            await engine.wait_until_gone()
        else:
            print(_BY_HAND.format(port=port), file=sys.stderr, flush=True)
            await server.wait_for_termination()
    finally:
        await server.stop(None)
