"""gRPC service of the native provider: translates messages to calls of `SessionProvider`, and errors to messages."""

# Names and parameters are those of the gRPC service.
# ruff: noqa: ARG002, N802

from __future__ import annotations

from collections.abc import Awaitable, Callable
from importlib import import_module
from typing import Any, Protocol

import grpc
from pulumi.provider.experimental import provider as sdk
from pulumi.provider.experimental.property_value import PropertyValue
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from pulumi_glue_session.core.errors import GlueSessionError, InvalidInput
from pulumi_glue_session.native.properties import HINTS, input_path
from pulumi_glue_session.native.provider import SessionProvider

_Empty: Any = import_module("google.protobuf.empty_pb2").Empty
_unmarshal = PropertyValue.unmarshal_map
_marshal = PropertyValue.marshal_map


class _Connectable(Protocol):
    def connect(self, address: str) -> None:
        """Connect to the engine at this address."""
        ...


def _reports_errors(method: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """Method that ends with the message of a GlueSessionError. gRPC reports every other exception itself."""

    async def call(servicer: Any, request: Any, context: Any) -> Any:
        try:
            return await method(servicer, request, context)
        except GlueSessionError as error:
            await context.abort(grpc.StatusCode.FAILED_PRECONDITION, _describe(error))

    return call


def _describe(error: GlueSessionError) -> str:
    if isinstance(error, InvalidInput):
        return f"{input_path(error.input_name)}: {error.reason(HINTS)}" if error.input_name else error.reason(HINTS)
    return str(error.report(HINTS))


class SessionServicer(provider_pb2_grpc.ResourceProviderServicer):
    """Pulumi's ResourceProvider service.

    The SDK's own servicer is not used: it cannot send an empty answer to Read or a detailed answer to DiffConfig, drops
    the `preview` flag of Invoke and the old outputs of Check, and adds a traceback to every error.
    """

    def __init__(self, provider: SessionProvider, engine: _Connectable, *, version: str) -> None:
        self._provider = provider
        self._engine = engine
        self._version = version
        self._gets_old_outputs = False

    # --- The plugin ---

    async def Handshake(self, request: Any, context: Any) -> Any:
        """First call of newer engines."""
        self._gets_old_outputs = getattr(request, "sends_old_outputs_to_check", False)
        return provider_pb2.ProviderHandshakeResponse(accept_secrets=True)

    async def Attach(self, request: Any, context: Any) -> Any:
        """First call of an engine that did not start this process (PULUMI_DEBUG_PROVIDERS)."""
        self._engine.connect(request.address)
        return _Empty()

    async def GetPluginInfo(self, request: Any, context: Any) -> Any:
        """Version of this package."""
        return plugin_pb2.PluginInfo(version=self._version)

    async def GetSchema(self, request: Any, context: Any) -> Any:
        """Package schema."""
        answer = await self._provider.get_schema(sdk.GetSchemaRequest(request.version))
        return provider_pb2.GetSchemaResponse(schema=answer.schema or "")

    async def Cancel(self, request: Any, context: Any) -> Any:
        """Cancel every wait."""
        await self._provider.cancel()
        return _Empty()

    # --- Provider configuration ---

    @_reports_errors
    async def CheckConfig(self, request: Any, context: Any) -> Any:
        """Validate the provider options."""
        check = sdk.CheckRequest(request.urn, _unmarshal(request.olds), _unmarshal(request.news), request.randomSeed)
        return _to_check_response(await self._provider.check_config(check))

    async def DiffConfig(self, request: Any, context: Any) -> Any:
        """Not implemented, so that the engine compares the options itself and shows old and new values."""
        await context.abort(grpc.StatusCode.UNIMPLEMENTED, "DiffConfig is not implemented")

    @_reports_errors
    async def Configure(self, request: Any, context: Any) -> Any:
        """Store the provider options."""
        configure = sdk.ConfigureRequest(
            dict(request.variables), _unmarshal(request.args), request.acceptSecrets, request.acceptResources
        )
        answer = await self._provider.configure(configure)
        return provider_pb2.ConfigureResponse(
            acceptSecrets=answer.accept_secrets, supportsPreview=answer.supports_preview
        )

    # --- The resource ---

    @_reports_errors
    async def Check(self, request: Any, context: Any) -> Any:
        """Validate the inputs."""
        check = sdk.CheckRequest(request.urn, _unmarshal(request.olds), _unmarshal(request.news), request.randomSeed)
        old_outputs = _unmarshal(request.old_outputs) if self._gets_old_outputs else None
        return _to_check_response(await self._provider.check(check, old_outputs=old_outputs))

    @_reports_errors
    async def Diff(self, request: Any, context: Any) -> Any:
        """Compare the record with the inputs and the session."""
        diff = sdk.DiffRequest(
            request.urn, request.id, _unmarshal(request.olds), _unmarshal(request.news), list(request.ignoreChanges)
        )
        answer = await self._provider.diff(diff)
        return provider_pb2.DiffResponse(
            changes=provider_pb2.DiffResponse.DIFF_SOME if answer.changes else provider_pb2.DiffResponse.DIFF_NONE,
            replaces=answer.replaces,
            diffs=answer.diffs,
            hasDetailedDiff=True,
            detailedDiff={
                name: provider_pb2.PropertyDiff(kind=_KINDS[each.kind], inputDiff=each.input_diff)
                for name, each in answer.detailed_diff.items()
            },
        )

    @_reports_errors
    async def Create(self, request: Any, context: Any) -> Any:
        """Record the session."""
        create = sdk.CreateRequest(request.urn, _unmarshal(request.properties), request.timeout, request.preview)
        answer = await self._provider.create(create)
        return provider_pb2.CreateResponse(id=answer.resource_id or "", properties=_marshal(answer.properties))

    @_reports_errors
    async def Update(self, request: Any, context: Any) -> Any:
        """Record the session again."""
        update = sdk.UpdateRequest(
            request.urn,
            request.id,
            _unmarshal(request.olds),
            _unmarshal(request.news),
            request.timeout,
            list(request.ignoreChanges),
            request.preview,
        )
        answer = await self._provider.update(update)
        return provider_pb2.UpdateResponse(properties=_marshal(answer.properties))

    async def Delete(self, request: Any, context: Any) -> Any:
        """Drop the record."""
        return _Empty()

    @_reports_errors
    async def Read(self, request: Any, context: Any) -> Any:
        """Read the session. The answer is empty if it does not exist."""
        read = sdk.ReadRequest(request.urn, request.id, _unmarshal(request.properties), _unmarshal(request.inputs))
        answer = await self._provider.read(read)
        if answer is None:
            return provider_pb2.ReadResponse()
        return provider_pb2.ReadResponse(
            id=answer.resource_id or "", properties=_marshal(answer.properties), inputs=_marshal(answer.inputs)
        )

    # --- Functions ---

    @_reports_errors
    async def Invoke(self, request: Any, context: Any) -> Any:
        """Run a function."""
        invoke = sdk.InvokeRequest(request.tok, _unmarshal(request.args))
        answer = await self._provider.invoke(invoke, preview=request.preview)
        # `return` is a keyword of Python.
        fields: dict[str, Any] = {"return": _marshal(answer.return_value or {})}
        return provider_pb2.InvokeResponse(**fields)


_KINDS = {kind: getattr(provider_pb2.PropertyDiff, kind.name) for kind in sdk.PropertyDiffKind}


def _to_check_response(answer: sdk.CheckResponse) -> Any:
    failures = [provider_pb2.CheckFailure(property=each.property, reason=each.reason) for each in answer.failures or ()]
    return provider_pb2.CheckResponse(inputs=_marshal(answer.inputs or {}), failures=failures)
