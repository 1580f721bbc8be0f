"""The process of the native provider, started and called over gRPC as the engine does.

with NativeProcess(aws_environment(glue.url)) as provider:
    provider.configure(region="eu-west-1")
    outputs = provider.create(sessionId="analytics")            # property values, with their secret marks

Several threads can call it at once. Each call raises `Refusal` with the message that the engine prints.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from typing import Any, Self

from pulumi.provider.experimental.property_value import PropertyValue
from pulumi.runtime.proto import provider_pb2

from pulumi_glue_session.native.properties import SESSION, wrap

# Loaded by name these untyped modules are `Any` for every type checker.
_grpc: Any = import_module("grpc")
_engine_grpc: Any = import_module("pulumi.runtime.proto.engine_pb2_grpc")
_provider_grpc: Any = import_module("pulumi.runtime.proto.provider_pb2_grpc")
_Empty: Any = import_module("google.protobuf.empty_pb2").Empty

READY = {"waitFor": ["READY"]}

Properties = dict[str, PropertyValue]


def urn_of(session_id: object) -> str:
    """URN of the resource of a session."""
    return f"urn:pulumi:dev::test::{SESSION}::{session_id}"


class Refusal(Exception):
    """A call that failed, with the provider's message."""


class _EngineLog(_engine_grpc.EngineServicer):  # type: ignore[misc] # it is Any
    def __init__(self) -> None:
        self.lines: list[str] = []

    def Log(self, request: Any, _context: object) -> Any:  # noqa: N802 - the name of the service's method
        self.lines.append(request.message)
        return _Empty()


class NativeProcess:
    """`python -m pulumi_glue_session` while the `with` block lasts, in a process group of its own, and an engine."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = dict(environment)
        self._log = _EngineLog()

    def __enter__(self) -> Self:
        """Start the engine and the process."""
        self._engine = _grpc.server(ThreadPoolExecutor(1))
        _engine_grpc.add_EngineServicer_to_server(self._log, self._engine)
        address = f"127.0.0.1:{self._engine.add_insecure_port('127.0.0.1:0')}"
        self._engine.start()
        self.process = subprocess.Popen(  # noqa: S603 - our own interpreter
            [sys.executable, "-m", "pulumi_glue_session", address],
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert self.process.stdout is not None
        self._channel = _grpc.insecure_channel(f"127.0.0.1:{self.process.stdout.readline().strip()}")
        self._stub = _provider_grpc.ResourceProviderStub(self._channel)
        self._call("Handshake", provider_pb2.ProviderHandshakeRequest(sends_old_outputs_to_check=True))
        return self

    def __exit__(self, *_: object) -> None:
        """End the engine, and the process with it."""
        self._channel.close()
        self._engine.stop(None)
        self.process.terminate()
        self.process.communicate()

    @property
    def lines(self) -> list[str]:
        """Lines that the provider has logged."""
        return self._log.lines

    def end_engine(self) -> None:
        """End the engine without a word to its plugin, as a kill does."""
        self._engine.stop(None)

    def configure(self, **options: Any) -> None:
        """Set the provider options."""
        self._call("Configure", provider_pb2.ConfigureRequest(args=_marshal(_wrap_all(options)), acceptSecrets=True))

    def check_config(self, **options: Any) -> tuple[Properties, list[str]]:
        """Checked options and the reasons of failures."""
        answer = self._call("CheckConfig", provider_pb2.CheckRequest(news=_marshal(_wrap_all(options))))
        return _unmarshal(answer.inputs), [each.reason for each in answer.failures]

    def check(
        self, inputs: Mapping[str, Any], old_inputs: Mapping[str, Any], old_outputs: Mapping[str, Any]
    ) -> tuple[Properties, list[str]]:
        """Checked inputs and the reasons of failures."""
        olds, news, outputs = (_marshal(_wrap_all(each)) for each in (old_inputs, inputs, old_outputs))
        urn = urn_of(inputs["sessionId"])
        request = provider_pb2.CheckRequest(urn=urn, type=SESSION, olds=olds, news=news, old_outputs=outputs)
        answer = self._call("Check", request)
        return _unmarshal(answer.inputs), [each.reason for each in answer.failures]

    def diff(self, olds: Mapping[str, Any], **inputs: Any) -> list[str]:
        """Names of the outputs that changed."""
        news = {**READY, **inputs}
        request = provider_pb2.DiffRequest(
            urn=urn_of(news["sessionId"]),
            id=news["sessionId"],
            olds=_marshal(_wrap_all(olds)),
            news=_marshal(_wrap_all(news)),
        )
        return list(self._call("Diff", request).diffs)

    def create(self, *, preview: bool = False, **inputs: Any) -> Properties:
        """Outputs of a new record."""
        properties = _marshal(_wrap_all({**READY, **inputs}))
        request = provider_pb2.CreateRequest(urn=urn_of(inputs["sessionId"]), properties=properties, preview=preview)
        return _unmarshal(self._call("Create", request).properties)

    def update(self, olds: Mapping[str, Any], *, preview: bool = False, **inputs: Any) -> Properties:
        """Outputs of a changed record."""
        news = {**READY, **inputs}
        request = provider_pb2.UpdateRequest(
            urn=urn_of(news["sessionId"]),
            id=news["sessionId"],
            olds=_marshal(_wrap_all(olds)),
            news=_marshal(_wrap_all(news)),
            preview=preview,
        )
        return _unmarshal(self._call("Update", request).properties)

    def refresh(self, session_id: str, outputs: Mapping[str, Any]) -> Properties | None:
        """Outputs after a refresh; None if the record is removed."""
        properties = _marshal(_wrap_all(outputs))
        request = provider_pb2.ReadRequest(
            urn=urn_of(session_id),
            id=session_id,
            properties=properties,
            inputs=_marshal(_wrap_all({"sessionId": session_id})),
        )
        answer = self._call("Read", request)
        return _unmarshal(answer.properties) if answer.id else None

    def invoke(self, token: str, *, preview: bool = False, **arguments: Any) -> Properties:
        """Result of a function."""
        request = provider_pb2.InvokeRequest(tok=token, args=_marshal(_wrap_all(arguments)), preview=preview)
        return _unmarshal(getattr(self._call("Invoke", request), "return"))

    def _call(self, method: str, request: object) -> Any:
        try:
            return getattr(self._stub, method)(request, wait_for_ready=True)
        except _grpc.RpcError as error:
            raise Refusal(error.details()) from None


def secret(value: Any) -> PropertyValue:
    """A secret property value."""
    return wrap(value, secret=True)


def _wrap_all(values: Mapping[str, Any]) -> Properties:
    return {name: each if isinstance(each, PropertyValue) else wrap(each) for name, each in values.items()}


_marshal = PropertyValue.marshal_map
_unmarshal = PropertyValue.unmarshal_map
