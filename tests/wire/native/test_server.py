"""The process of the native provider, called over gRPC as the engine calls it."""

from __future__ import annotations

import asyncio
import json
import runpy
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from queue import SimpleQueue
from typing import Any

import pytest
from pulumi.runtime.proto import engine_pb2, plugin_pb2, provider_pb2

from pulumi_glue_session import __version__
from pulumi_glue_session.native import server
from pulumi_glue_session.native.provider import SessionProvider
from support.glue_endpoint import GlueEndpoint, always, looks

# Loaded by name these untyped modules are `Any` for every type checker.
grpc: Any = import_module("grpc")
engine_grpc: Any = import_module("pulumi.runtime.proto.engine_pb2_grpc")
provider_grpc: Any = import_module("pulumi.runtime.proto.provider_pb2_grpc")
empty: Any = import_module("google.protobuf.empty_pb2").Empty
struct: Any = import_module("google.protobuf.struct_pb2").Struct

URN = "urn:pulumi:dev::test::glue-session:index:Session::analytics"


class EngineLog(engine_grpc.EngineServicer):  # type: ignore[misc] # it is Any
    """The engine's log service."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str, bool, int]] = []

    def Log(self, request: Any, _context: object) -> Any:  # noqa: N802 - as gRPC has it
        self.lines.append((request.message, request.urn, request.ephemeral, request.severity))
        return empty()


@pytest.fixture
def grpc_engine() -> Iterator[tuple[EngineLog, str, Any]]:
    """An engine and its address."""
    grpc_server, servicer = grpc.server(ThreadPoolExecutor(1)), EngineLog()
    engine_grpc.add_EngineServicer_to_server(servicer, grpc_server)
    port = grpc_server.add_insecure_port("127.0.0.1:0")
    grpc_server.start()
    yield servicer, f"127.0.0.1:{port}", grpc_server
    grpc_server.stop(None)


@pytest.fixture
def provider(
    aws: GlueEndpoint, grpc_engine: tuple[EngineLog, str, Any], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Any]:
    """Stub of the provider, which runs until its engine ends."""
    assert 0 == aws.count()
    ports: SimpleQueue[int] = SimpleQueue()

    def print_port(port: int, *, flush: bool) -> None:
        assert flush, "the engine waits for it"
        ports.put(port)

    monkeypatch.setattr(server, "print", print_port, raising=False)
    monkeypatch.setattr(sys, "argv", ["pulumi-resource-glue-session", "--logtostderr", "-v=9", grpc_engine[1]])
    thread = threading.Thread(target=server.main)
    thread.start()
    channel = grpc.insecure_channel(f"127.0.0.1:{ports.get(timeout=60)}")
    yield provider_grpc.ResourceProviderStub(channel)
    channel.close()
    grpc_engine[2].stop(None)
    thread.join(timeout=60)
    assert not thread.is_alive(), "the provider ends with its engine"


def properties(**values: Any) -> Any:
    message = struct()
    message.update(values)
    return message


def failure_of(call: Callable[[], object]) -> tuple[str, str]:
    """Status code and details of a failed call, the details on one line."""
    with pytest.raises(grpc.RpcError) as caught:
        call()
    return caught.value.code().name, " ".join(caught.value.details().split())


def test_session_error_is_a_report_without_traceback(provider: Any) -> None:
    request = provider_pb2.CreateRequest(urn=URN, properties=properties(sessionId="gone", waitFor=["READY"]))

    code, details = failure_of(lambda: provider.Create(request, timeout=60))

    assert "FAILED_PRECONDITION" == code
    assert details.startswith('Not found: Glue session "gone" (eu-west-1) Next: check sessionId,')
    assert "File " not in details


def test_invalid_argument_is_named(provider: Any) -> None:
    request = provider_pb2.InvokeRequest(tok="glue-session:index:getSessions", args=properties(idPrefix=7))
    code, details = failure_of(lambda: provider.Invoke(request, timeout=60))
    assert "FAILED_PRECONDITION" == code
    assert details.startswith("idPrefix: 7 is ")

    request = provider_pb2.InvokeRequest(tok="glue-session:index:find")
    _, details = failure_of(lambda: provider.Invoke(request, timeout=60))
    assert details.startswith("unknown type or function glue-session:index:find: use ")


def test_bug_is_logged_with_its_traceback(
    provider: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(_self: SessionProvider, _request: object, *, preview: bool) -> None:
        message = "a bug" if not preview else ""
        raise KeyError(message)

    monkeypatch.setattr(SessionProvider, "invoke", broken)

    code, details = failure_of(lambda: provider.Invoke(provider_pb2.InvokeRequest(tok="any"), timeout=60))

    assert "UNKNOWN" == code
    assert "a bug" in details
    assert __file__ in caplog.text


def test_progress_is_logged_on_the_row(
    provider: Any,
    aws: GlueEndpoint,
    grpc_engine: tuple[EngineLog, str, Any],
) -> None:
    aws.put("analytics", looks("PROVISIONING", "READY"))
    request = provider_pb2.CreateRequest(urn=URN, properties=properties(sessionId="analytics", waitFor=["READY"]))

    created = provider.Create(request, timeout=60)

    assert ("analytics", "READY") == (created.id, created.properties["status"])
    line, urn, ephemeral, severity = grpc_engine[0].lines[0]
    assert "PROVISIONING" in line
    assert (URN, True, engine_pb2.INFO) == (urn, ephemeral, severity)


def test_failing_engine_log_does_not_end_a_create(
    provider: Any,
    aws: GlueEndpoint,
    grpc_engine: tuple[EngineLog, str, Any],
) -> None:
    aws.put("analytics", always("READY"), NumberOfWorkers=2)
    inputs = {"sessionId": "analytics", "waitFor": ["READY"], "expect": {"numberOfWorkers": 3}, "onMismatch": "warn"}
    grpc_engine[0].Log = None  # type: ignore[assignment,method-assign]

    created = provider.Create(provider_pb2.CreateRequest(urn=URN, properties=properties(**inputs)), timeout=60)

    assert "READY" == created.properties["status"]


def test_missing_session_is_an_empty_answer(provider: Any, aws: GlueEndpoint) -> None:
    """The engine distinguishes an answer without properties from one with empty properties."""
    assert 0 == aws.count()

    answer = provider.Read(provider_pb2.ReadRequest(urn=URN, id="gone"), timeout=60)

    assert provider_pb2.ReadResponse() == answer
    assert not answer.HasField("properties")


def test_engine_compares_provider_options_itself(provider: Any) -> None:
    code, _ = failure_of(lambda: provider.DiffConfig(provider_pb2.DiffRequest(urn=URN), timeout=60))

    assert "UNIMPLEMENTED" == code


def test_preview_of_a_function(provider: Any, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("PROVISIONING"))
    arguments = properties(sessionId="analytics", timeout="1h")
    request = provider_pb2.InvokeRequest(tok="glue-session:index:waitForSession", args=arguments, preview=True)

    answer = provider.Invoke(request, timeout=60)

    assert "PROVISIONING" == getattr(answer, "return")["status"]


def test_old_outputs_of_newer_engines(provider: Any, aws: GlueEndpoint) -> None:
    """They show which free text may become an input."""
    aws.put("analytics", always("READY"))
    inputs = properties(sessionId="analytics", waitFor=["READY"])
    created = provider.Create(provider_pb2.CreateRequest(urn=URN, properties=inputs), timeout=60)
    aws.put("analytics", always("READY"), Description="new")
    check = {"urn": URN, "olds": inputs, "news": inputs}

    without = provider.Check(provider_pb2.CheckRequest(**check), timeout=60)
    provider.Handshake(provider_pb2.ProviderHandshakeRequest(sends_old_outputs_to_check=True), timeout=60)
    with_outputs = provider.Check(provider_pb2.CheckRequest(**check, old_outputs=created.properties), timeout=60)

    assert "description" not in without.inputs
    assert "new" == with_outputs.inputs["description"]


def test_version_and_schema(provider: Any) -> None:
    assert __version__ == provider.GetPluginInfo(empty(), timeout=60).version
    assert __version__ == json.loads(provider.GetSchema(provider_pb2.GetSchemaRequest(), timeout=60).schema)["version"]


def test_started_by_hand_and_attached(
    aws: GlueEndpoint,
    grpc_engine: tuple[EngineLog, str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """PULUMI_DEBUG_PROVIDERS: the address of the engine comes with Attach."""
    aws.put("analytics", always("PROVISIONING"))
    printed: list[Any] = []

    async def attach_and_preview() -> None:
        has_port = asyncio.Event()

        def record_line(line: object, **_: object) -> None:
            printed.append(line)
            has_port.set()

        monkeypatch.setattr(server, "print", record_line, raising=False)
        serving = asyncio.ensure_future(server.serve(""))
        await has_port.wait()
        async with grpc.aio.insecure_channel(f"127.0.0.1:{printed[0]}") as channel:
            stub = provider_grpc.ResourceProviderStub(channel)
            await stub.Attach(plugin_pb2.PluginAttach(address=grpc_engine[1]))
            inputs = properties(sessionId="analytics", waitFor=["READY"])
            await stub.Create(provider_pb2.CreateRequest(urn=URN, properties=inputs, preview=True))
        serving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await serving

    asyncio.run(attach_and_preview())

    assert f"PULUMI_DEBUG_PROVIDERS=glue-session:{printed[0]}" in printed[1]
    [(line, urn, _, _)] = grpc_engine[0].lines
    assert "is PROVISIONING: up will wait for READY" in line
    assert URN == urn


def test_module_starts_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """`python -m pulumi_glue_session`, as the engine starts a plugin that is a Python package."""
    started: list[str] = []
    monkeypatch.setattr(server, "main", lambda: started.append("server"))
    monkeypatch.delitem(sys.modules, "pulumi_glue_session.__main__", raising=False)

    runpy.run_module("pulumi_glue_session", run_name="__main__")

    assert ["server"] == started
