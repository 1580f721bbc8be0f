"""Runs a Pulumi program in this process with a small engine, which passes registrations to the provider's `check`.

The SDK, the observation and boto3 over HTTP are real. The monitor is not a MockMonitor, so the package does not treat
the run as a unit test of a user. Resources of other types have no id in a preview.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import grpc
import pulumi
from pulumi.runtime import mocks, settings
from pulumi.runtime.config import set_all_config
from pulumi.runtime.proto import provider_pb2
from pulumi.runtime.proto.resource_pb2 import RESOURCE_MONITOR_FEATURE_INVOKE_DEPENDS_ON
from pulumi.runtime.rpc import UNKNOWN, unwrap_rpc_secret
from pulumi.runtime.stack import run_pulumi_func

from pulumi_glue_session.dynamic.wire_format import FAILURE, PREVIEW_FAILURE
from pulumi_glue_session.provider import GlueSessionProvider

SESSION = "pulumi-python:dynamic/glue:Session"


class Refused(Exception):
    """The provider's `check`, `create` or `update` fails."""


@dataclass
class Ran:
    """Registrations and reads by name, function calls, log lines, and debug lines of a program.

    `sent` has the inputs of sessions as the engine receives them, with wrapped secrets.
    """

    sent: dict[str, dict[str, Any]] = field(default_factory=dict)
    recorded: dict[str, dict[str, Any]] = field(default_factory=dict)
    read: dict[str, tuple[str, dict[str, Any]]] = field(default_factory=dict)
    said: list[tuple[str, str]] = field(default_factory=list)
    debug: list[str] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    called: list[str] = field(default_factory=list)
    provider_config: dict[str, Any] = field(default_factory=dict)
    """Configuration of every `aws.Provider`, as its method `terraform_config` returns it."""
    exit_code: object = 0


def _unwrapped(value: Any) -> Any:
    """`value` without wrapped secrets: a dynamic provider receives them unwrapped."""
    value = unwrap_rpc_secret(value)
    if isinstance(value, dict):
        return {name: _unwrapped(each) for name, each in value.items()}
    return [_unwrapped(each) for each in value] if isinstance(value, list) else value


class _Provider(mocks.Mocks):
    def __init__(self, ran: Ran, *, preview: bool) -> None:
        self._ran = ran
        self._preview = preview

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        if args.typ != SESSION:
            return ("" if self._preview else f"id-of-{args.name}"), args.inputs
        self._ran.sent[args.name] = args.inputs
        if args.resource_id == UNKNOWN:
            # The engine does not read a resource with an unknown id.
            return "", {}
        if args.resource_id:
            inputs = _unwrapped(args.inputs)
            self._ran.read[args.name] = (args.resource_id, inputs)
            return args.resource_id, inputs
        checked = GlueSessionProvider().check({}, _unwrapped(args.inputs))
        messages = [failure.reason for failure in checked.failures]
        messages += [checked.inputs[name] for name in (FAILURE, PREVIEW_FAILURE) if name in checked.inputs]
        self._ran.refused += messages
        if messages and PREVIEW_FAILURE not in checked.inputs:
            raise Refused(messages[0])
        known = {name: value for name, value in checked.inputs.items() if value is not pulumi.UNKNOWN}
        self._ran.recorded[args.name] = checked.inputs
        return args.name, known

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]] | None]:
        raise NotImplementedError(args.token)


class _Engine:
    """A monitor that works like a MockMonitor without being one, and refuses function calls."""

    def __init__(self, inner: mocks.MockMonitor, ran: Ran) -> None:
        self._inner = inner
        self._ran = ran

    def Invoke(self, request: Any) -> Any:  # noqa: N802 - name of the gRPC method
        self._ran.called.append(request.tok)
        raise grpc.RpcError

    def Call(self, request: Any) -> Any:  # noqa: N802 - name of the gRPC method
        assert request.tok == "pulumi:providers:aws/terraformConfig"
        response: Any = provider_pb2.CallResponse()
        getattr(response, "return").update({"result": self._ran.provider_config})
        return response

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


class _LogHandler(logging.Handler):
    def __init__(self, ran: Ran) -> None:
        super().__init__()
        self._ran = ran

    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno == logging.DEBUG:
            self._ran.debug.append(record.getMessage())
        else:
            self._ran.said.append((record.levelname.lower(), record.getMessage()))


def run(
    program: Callable[[Ran], object],
    *,
    preview: bool = False,
    config: Mapping[str, str] | None = None,
    mocked: bool = False,
) -> Ran:
    """Run `program`. Outputs in `values` become plain values, None where they are unknown."""
    ran = Ran()
    logger = logging.Logger("program")  # noqa: LOG001 - not registered
    logger.addHandler(_LogHandler(ran))
    monitor: Any = mocks.MockMonitor(_Provider(ran, preview=preview))

    async def main() -> None:
        used: Any = monitor if mocked else _Engine(monitor, ran)
        mocks.set_mocks(_Provider(ran, preview=preview), preview=preview, logger=logger, monitor=used)
        if not mocked:
            settings.SETTINGS.monitor_features = settings.SETTINGS.monitor_features | {
                RESOURCE_MONITOR_FEATURE_INVOKE_DEPENDS_ON
            }
        settings.SETTINGS.outputs.clear()
        set_all_config(dict(config or {}))
        await run_pulumi_func(lambda: program(ran))  # type: ignore[arg-type,return-value]
        for name, value in ran.values.items():
            if isinstance(value, pulumi.Output):
                ran.values[name] = await value.future()

    loop = asyncio.new_event_loop()
    try:
        asyncio.set_event_loop(loop)
        loop.run_until_complete(main())
    except (Refused, SystemExit) as ended:
        ran.exit_code = ended.code if isinstance(ended, SystemExit) else 1
    finally:
        settings.SETTINGS.outputs.clear()
        set_all_config({})
        # The tasks of a failed program would print tracebacks.
        loop.set_exception_handler(lambda *_: None)
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        asyncio.set_event_loop(None)
        loop.close()
    return ran


class Made(pulumi.CustomResource):
    """A resource that is created in the same run."""

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("test:index:Made", name, {"name": name}, opts)


class Notebook(pulumi.ComponentResource):
    """A component whose child is created in the same run."""

    def __init__(self, name: str) -> None:
        super().__init__("test:index:Notebook", name)
        Made(f"{name}-child", pulumi.ResourceOptions(parent=self))
        self.register_outputs({})
