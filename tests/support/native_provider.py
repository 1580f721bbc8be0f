"""The native provider as its server calls it, with an engine that keeps the lines it is sent.

`check`, `create`, `diff` and the others run one call on a configured provider and return plain values where they can.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pytest
from pulumi.provider.experimental import provider as sdk
from pulumi.provider.experimental.property_value import PropertyValue

from pulumi_glue_session.core.errors import GlueSessionError
from pulumi_glue_session.core.session import Session
from pulumi_glue_session.native.polling import STACK_ROW, ResourcePoller
from pulumi_glue_session.native.properties import HINTS, camel, unwrap_map, wrap
from pulumi_glue_session.native.provider import SessionProvider

URN = "urn:pulumi:dev::test::glue-session:index:Session::analytics"
ROLE = "arn:aws:iam::123456789012:role/GlueSession"
OUTPUTS = {"sessionId", "region", "providerOptions", "waitFor", *map(camel, Session().to_state())}
_T = TypeVar("_T")


@dataclass
class RecordingEngine:
    """Engine that keeps each line with its `ephemeral` and `warning` flags."""

    lines: list[tuple[str, bool, bool]] = field(default_factory=list)
    _logged: asyncio.Event = field(default_factory=asyncio.Event)

    async def log(self, line: str, *, urn: str, ephemeral: bool = False, warning: bool = False) -> None:
        assert urn in (URN, STACK_ROW)
        self.lines.append((line, ephemeral, warning))
        self._logged.set()

    async def wait_for_lines(self, count: int) -> None:
        while len(self.lines) < count:
            self._logged.clear()
            await self._logged.wait()

    @property
    def warnings(self) -> list[str]:
        return [line for line, _, warning in self.lines if warning]


def props(**values: Any) -> dict[str, PropertyValue]:
    """Property values of plain values."""
    return {name: wrap(value) for name, value in values.items()}


def run(
    engine: RecordingEngine,
    call: Callable[[SessionProvider], Coroutine[Any, Any, _T]],
    *,
    now: Callable[[], float] = time.monotonic,
    **options: Any,
) -> _T:
    """Result of a call on a provider that is configured with `options`."""

    async def configure_and_call() -> _T:
        provider = SessionProvider(ResourcePoller(engine, now=now), schema="{}")
        await provider.configure(sdk.ConfigureRequest({}, props(**options), accept_secrets=True, accept_resources=True))
        return await call(provider)

    return asyncio.run(configure_and_call())


def check(
    engine: RecordingEngine,
    *,
    urn: str = URN,
    olds: dict[str, Any] | None = None,
    old_outputs: dict[str, PropertyValue] | None = None,
    **inputs: Any,
) -> tuple[dict[str, PropertyValue], list[tuple[str, str]]]:
    """Checked inputs and failures."""
    request = sdk.CheckRequest(urn, props(**olds or {}), props(**inputs), b"")
    answer = run(engine, lambda provider: provider.check(request, old_outputs=old_outputs))
    return answer.inputs or {}, [(failure.property, failure.reason) for failure in answer.failures or ()]


def create(
    engine: RecordingEngine,
    *,
    preview: bool = False,
    custom_timeout: float = 0,
    options: dict[str, Any] | None = None,
    **inputs: Any,
) -> Any:
    inputs = {"sessionId": "analytics", "waitFor": ["READY"], **inputs}
    request = sdk.CreateRequest(URN, props(**inputs), custom_timeout, preview)
    return run(engine, lambda provider: provider.create(request), **options or {})


def outputs_of(engine: RecordingEngine, **inputs: Any) -> dict[str, Any]:
    """Plain outputs of a new record."""
    return unwrap_map(create(engine, **inputs).properties)


def diff(
    engine: RecordingEngine,
    olds: dict[str, Any],
    *,
    ignore: list[str] | None = None,
    options: dict[str, Any] | None = None,
    **inputs: Any,
) -> Any:
    news = {"sessionId": "analytics", "waitFor": ["READY"], **inputs}
    request = sdk.DiffRequest(URN, "analytics", props(**olds), props(**news), ignore or [])
    return run(engine, lambda provider: provider.diff(request), **options or {})


def update(
    engine: RecordingEngine, olds: dict[str, Any], *, ignore: list[str] | None = None, preview: bool = False
) -> dict[str, Any]:
    news = props(sessionId="analytics", waitFor=["READY", "STOPPED"])
    request = sdk.UpdateRequest(URN, "analytics", props(**olds), news, 0, ignore or [], preview)
    return unwrap_map(run(engine, lambda provider: provider.update(request)).properties)


async def read(
    provider: SessionProvider, properties: dict[str, Any] | None = None, inputs: dict[str, Any] | None = None
) -> Any:
    return await provider.read(sdk.ReadRequest(URN, "analytics", props(**properties or {}), props(**inputs or {})))


def invoke(
    engine: RecordingEngine,
    token: str,
    *,
    preview: bool = False,
    options: dict[str, Any] | None = None,
    **arguments: Any,
) -> dict[str, PropertyValue]:
    request = sdk.InvokeRequest(token, props(**arguments))
    answer = run(engine, lambda provider: provider.invoke(request, preview=preview), **options or {})
    return dict(answer.return_value or {})


def error_of(call: Callable[[], object]) -> GlueSessionError:
    """Error that the call raises."""
    with pytest.raises(GlueSessionError) as caught:
        call()
    return caught.value


def message_of(call: Callable[[], object]) -> str:
    """Message of the error that the call raises, on one line."""
    return " ".join(str(error_of(call).report(HINTS)).split())
