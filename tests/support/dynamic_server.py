"""The process of Python dynamic providers, started and called like by the engine.

    with DynamicServer(aws_environment(glue.url)) as server:
        server.configure({"aws:region": "eu-west-1"})
        read = server.read("analytics", {"status": "READY"})        # properties as JSON, `UNKNOWN` for an unknown one

The AWS configuration of the machine is not used. `__provider` is added and removed here.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Self

from pulumi.dynamic import dynamic
from pulumi.runtime.proto import provider_pb2

from pulumi_glue_session.provider import GlueSessionProvider

# Imported by name because not every type checker finds their types.
_grpc: Any = import_module("grpc")
_json_format: Any = import_module("google.protobuf.json_format")
_struct: Any = import_module("google.protobuf.struct_pb2").Struct
_stub: Any = import_module("pulumi.runtime.proto.provider_pb2_grpc").ResourceProviderStub

_PROVIDER = "__provider"
_PICKLE = dynamic.serialize_provider(GlueSessionProvider())

_ENGINE = "127.0.0.1:1"
"""Address of the engine, the last argument of every plugin.

Nothing listens there, because this provider logs nothing.
"""

_CALL_SECONDS = 30
"""Maximum time of a call, so that one that hangs fails its test only."""

_ONE_ATTEMPT = """
import runpy
from pulumi_glue_session.aws import client
client._RETRIES = 0
runpy.run_module("pulumi.dynamic", run_name="__main__")
"""


def aws_environment(url: str, *, region: str | None = "eu-west-1") -> dict[str, str]:
    """Environment of this process with an AWS endpoint, a region and dummy credentials only."""
    ours = ("AWS_", "PULUMI_", "BOTO_")
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(ours) and not name.lower().endswith("_proxy")
    }
    planted = {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL": url,
    }
    return {**kept, **planted, **({"AWS_REGION": region} if region else {})}


@dataclass(frozen=True, kw_only=True)
class Read:
    """Response to a Read."""

    id: str
    properties: dict[str, Any]
    inputs: dict[str, Any]


class Refusal(Exception):
    """A failed call. `str()` is the text that the engine prints."""


class DynamicServer:
    """`python -m pulumi.dynamic` while the `with` block lasts."""

    def __init__(self, environment: Mapping[str, str], *, retrying: bool = True) -> None:
        """With `retrying=False` each call to AWS is made once."""
        self._environment = dict(environment)
        self._what = ["-m", "pulumi.dynamic"] if retrying else ["-c", _ONE_ATTEMPT]

    def __enter__(self) -> Self:
        """Start the process and connect to it."""
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter
            [sys.executable, "-u", *self._what, _ENGINE],
            env=self._environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self._channel = _grpc.insecure_channel(f"127.0.0.1:{self._process.stdout.readline().strip()}")
        self._provider = _stub(self._channel)
        return self

    def __exit__(self, *_: object) -> None:
        """End the process, as the engine does."""
        self._channel.close()
        self._process.terminate()
        self._process.communicate()

    def configure(self, config: Mapping[str, str]) -> None:
        """Send the stack's configuration, for instance `aws:region`. This has to be the first call."""
        self._ask("Configure", provider_pb2.ConfigureRequest(args=_properties(config, pickle=None)))

    def check(self, olds: Mapping[str, Any], news: Mapping[str, Any]) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        """Inputs, and each failure's property and reason."""
        answer = self._ask("Check", provider_pb2.CheckRequest(olds=_properties(olds), news=_properties(news)))
        return _plain(answer.inputs), [(failure.property, failure.reason) for failure in answer.failures]

    def diff(self, olds: Mapping[str, Any], news: Mapping[str, Any]) -> tuple[str, list[str]]:
        """Name of the kind of changes, and the properties that replace."""
        request = provider_pb2.DiffRequest(id="analytics", olds=_properties(olds), news=_properties(news))
        answer = self._ask("Diff", request)
        return provider_pb2.DiffResponse.DiffChanges.Name(answer.changes), list(answer.replaces)

    def create(self, news: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        """Id and outputs."""
        answer = self._ask("Create", provider_pb2.CreateRequest(properties=_properties(news)))
        return answer.id, _plain(answer.properties)

    def update(self, olds: Mapping[str, Any], news: Mapping[str, Any]) -> dict[str, Any]:
        """Outputs."""
        request = provider_pb2.UpdateRequest(id="analytics", olds=_properties(olds), news=_properties(news))
        return _plain(self._ask("Update", request).properties)

    def delete(self, state: Mapping[str, Any]) -> None:
        """Delete the record."""
        self._ask("Delete", provider_pb2.DeleteRequest(id="analytics", properties=_properties(state)))

    def read(self, session_id: str, properties: Mapping[str, Any]) -> Read:
        """Read on refresh, with what the state holds."""
        return self._read(provider_pb2.ReadRequest(id=session_id, properties=_properties(properties)))

    def get(self, session_id: str, inputs: Mapping[str, Any]) -> Read:
        """Read for `.get`, as engines do since 3.260: with inputs and without properties."""
        return self._read(provider_pb2.ReadRequest(id=session_id, inputs=_properties(inputs)))

    def _read(self, request: provider_pb2.ReadRequest) -> Read:
        answer = self._ask("Read", request)
        return Read(id=answer.id, properties=_plain(answer.properties), inputs=_plain(answer.inputs))

    def _ask(self, method: str, request: object) -> Any:
        try:
            return getattr(self._provider, method)(request, timeout=_CALL_SECONDS, wait_for_ready=True)
        except _grpc.RpcError as error:
            raise Refusal(error.details()) from None


def _properties(values: Mapping[str, Any], *, pickle: str | None = _PICKLE) -> Any:
    properties = _struct()
    properties.update({**values, **({_PROVIDER: pickle} if pickle else {})})
    return properties


def _plain(properties: object) -> dict[str, Any]:
    values: dict[str, Any] = _json_format.MessageToDict(properties)
    assert values.pop(_PROVIDER, _PICKLE) == _PICKLE
    return values
