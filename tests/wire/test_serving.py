"""The plugin's server, spoken to over gRPC as the engine speaks, with an engine that keeps what it is told."""

from __future__ import annotations

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
from pulumi.runtime.proto import engine_pb2, provider_pb2
from pulumi_glue_session.fronts import entry

from pulumi_glue_session.core import messages
from pulumi_glue_session.native import server
from pulumi_glue_session.native.provider import SessionProvider
from support.glue_endpoint import GlueEndpoint, always, looks

# Neither has types that every checker finds: loaded by name they are `Any` for all of them.
grpc: Any = import_module("grpc")
engine_grpc: Any = import_module("pulumi.runtime.proto.engine_pb2_grpc")
provider_grpc: Any = import_module("pulumi.runtime.proto.provider_pb2_grpc")
empty: Any = import_module("google.protobuf.empty_pb2").Empty
struct: Any = import_module("google.protobuf.struct_pb2").Struct

URN = "urn:pulumi:dev::test::glue-session:index:Session::analytics"


class Engine(engine_grpc.EngineServicer):  # type: ignore[misc] # it is Any
    """The engine's log."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str, bool, int]] = []

    def Log(self, request: Any, _context: object) -> Any:  # noqa: ANN401, N802 - as gRPC has it
        self.lines.append((request.message, request.urn, request.ephemeral, request.severity))
        return empty()


@pytest.fixture
def engine() -> Iterator[tuple[Engine, str]]:
    """An engine, and where it is."""
    server, servicer = grpc.server(ThreadPoolExecutor(1)), Engine()
    engine_grpc.add_EngineServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield servicer, f"127.0.0.1:{port}"
    server.stop(None)


@pytest.fixture
def provider(aws: GlueEndpoint, engine: tuple[Engine, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The plugin, served until its parent is another process."""
    assert 0 == aws.count(), "it is asked only by way of the plugin"
    ports: SimpleQueue[int] = SimpleQueue()
    parents = [1]

    def told(port: int, *, flush: bool) -> None:
        assert flush, "the engine waits for it"
        ports.put(port)

    monkeypatch.setattr("pulumi_glue_session.aws.client._RETRIES", 0)
    monkeypatch.setattr(terms, "_front", [messages.Hints()])
    monkeypatch.setattr(serving, "_PARENT_SECONDS", 0.01)
    monkeypatch.setattr("os.getppid", lambda: parents[-1])
    monkeypatch.setattr(serving, "print", told, raising=False)
    monkeypatch.setattr(sys, "argv", ["pulumi-resource-glue-session", "--logtostderr", "-v=9", engine[1]])
    thread = threading.Thread(target=server.main)
    thread.start()
    channel = grpc.insecure_channel(f"127.0.0.1:{ports.get(timeout=30)}")
    yield provider_grpc.ResourceProviderStub(channel)
    channel.close()
    parents.append(2)
    thread.join(timeout=30)
    assert not thread.is_alive(), "an engine that is gone takes its plugin along"


def properties(**values: Any) -> Any:  # noqa: ANN401 - JSON
    message = struct()
    message.update(values)
    return message


def refusal_of(call: Callable[[], object]) -> tuple[str, str]:
    with pytest.raises(grpc.RpcError) as caught:
        call()
    return caught.value.code().name, caught.value.details()


def test_what_goes_wrong_with_glue_is_one_sentence(provider: Any) -> None:  # noqa: ANN401 - gRPC's
    request = provider_pb2.CreateRequest(urn=URN, properties=properties(sessionId="gone", waitFor=["READY"]))
    expected = (
        'Glue session "gone" was not found in eu-west-1: create it, or correct sessionId, the region or the account that is asked, '
        "and run again."
    )

    assert ("FAILED_PRECONDITION", expected) == refusal_of(lambda: provider.Create(request, timeout=30))


def test_a_wrong_argument_is_named(provider: Any) -> None:  # noqa: ANN401 - gRPC's
    request = provider_pb2.InvokeRequest(tok="glue-session:index:getSessions", args=properties(idPrefix=7))

    assert ("FAILED_PRECONDITION", "idPrefix: 7 is no text") == refusal_of(lambda: provider.Invoke(request, timeout=30))
    request = provider_pb2.InvokeRequest(tok="glue-session:index:find")
    expected = "there is no glue-session:index:find: use glue-session:index:getSession or glue-session:index:getSessions"
    assert ("FAILED_PRECONDITION", expected) == refusal_of(lambda: provider.Invoke(request, timeout=30))


def test_a_bug_of_this_package_still_shows_where_it_is(provider: Any, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ANN401 - gRPC's
    async def broken(_self: SessionProvider, _request: object) -> None:
        message = "a bug"
        raise KeyError(message)

    monkeypatch.setattr(SessionProvider, "invoke", broken)

    code, details = refusal_of(lambda: provider.Invoke(provider_pb2.InvokeRequest(tok="any"), timeout=30))

    assert "UNKNOWN" == code
    assert "a bug" in details
    assert __file__ in details


def test_a_wait_is_told_on_the_resources_row(provider: Any, aws: GlueEndpoint, engine: tuple[Engine, str]) -> None:  # noqa: ANN401 - gRPC's
    aws.put("analytics", looks("PROVISIONING", "READY"))
    request = provider_pb2.CreateRequest(urn=URN, properties=properties(sessionId="analytics", waitFor=["READY"]))

    created = provider.Create(request, timeout=30)

    assert ("analytics", "READY") == (created.id, created.properties["status"])
    [(line, urn, ephemeral, severity)] = engine[0].lines
    assert line.startswith("analytics is PROVISIONING, ")
    assert (URN, True, engine_pb2.INFO) == (urn, ephemeral, severity)


def test_an_engine_that_hears_nothing_more_stops_nobody(provider: Any, aws: GlueEndpoint, engine: tuple[Engine, str]) -> None:  # noqa: ANN401 - gRPC's
    aws.put("analytics", always("READY"), NumberOfWorkers=2)
    inputs = {"sessionId": "analytics", "waitFor": ["READY"], "expect": {"numberOfWorkers": 3}, "onMismatch": "warn"}
    engine[0].Log = None  # type: ignore[assignment,method-assign]

    created = provider.Create(provider_pb2.CreateRequest(urn=URN, properties=properties(**inputs)), timeout=30)

    assert "READY" == created.properties["status"]


def test_it_tells_version_and_schema(provider: Any) -> None:  # noqa: ANN401 - gRPC's
    from pulumi_glue_session import __version__

    assert __version__ == provider.GetPluginInfo(empty(), timeout=30).version
    assert __version__ == json.loads(provider.GetSchema(provider_pb2.GetSchemaRequest(), timeout=30).schema)["version"]


# --- What the console scripts call ---


def test_each_script_comes_to_its_front(monkeypatch: pytest.MonkeyPatch) -> None:
    came: list[str] = []
    monkeypatch.setattr("pulumi_glue_session.cli.app.app", lambda: came.append("app"))
    monkeypatch.setattr(serving, "main", lambda: came.append("plugin"))
    monkeypatch.delitem(sys.modules, "pulumi_glue_session.__main__", raising=False)

    entry.command_line()
    entry.plugin()
    runpy.run_module("pulumi_glue_session", run_name="__main__")

    assert ["app", "plugin", "plugin"] == came


@pytest.mark.parametrize("name", ["typer", "rich"])
def test_what_the_command_line_needs_is_named(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("arguments", "command_line", "tables"):
        monkeypatch.delitem(sys.modules, f"pulumi_glue_session.fronts.{module}", raising=False)
    for module in [each for each in sys.modules if each.partition(".")[0] == name]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, name, None)

    with pytest.raises(SystemExit) as caught:
        entry.command_line()

    expected = f'glue-session needs {name}, which is not installed: run pip install "pulumi-glue-session[cli]".'
    assert expected == caught.value.code


def test_anything_else_that_is_missing_is_a_bug(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "pulumi_glue_session.cli.app", raising=False)
    monkeypatch.setitem(sys.modules, "pulumi_glue_session.cli.exit_codes", None)

    with pytest.raises(ModuleNotFoundError):
        entry.command_line()
