"""Runs a poller on a fake clock with scripted sessions."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

from pulumi_glue_session.core.errors import LookFailed, Throttled
from pulumi_glue_session.core.poller import Poller
from pulumi_glue_session.core.session import Session
from pulumi_glue_session.core.wait import WaitCondition, WaitResult
from support.clock import FakeClock, run
from support.fake_source import FakeSource, Life, ScriptedSource

_T = TypeVar("_T")

REGION = FakeSource.region
READY = WaitCondition.parse("READY")
SETTLED = 0.005
"""Seconds from the start of a wait to its first read."""

PROVISIONING = Session(status="PROVISIONING")
READY_SESSION = Session(status="READY")
SUCCEEDED = WaitResult(region=REGION, session=READY_SESSION)


def throttled() -> LookFailed:
    """An error that does not end a wait."""
    return Throttled('Glue session "analytics"', region=REGION)


def polling(
    lives: Mapping[str, Life],
    work: Callable[[Poller, ScriptedSource], Awaitable[_T]],
    *,
    latency: float = 0.0,
    latencies: Mapping[str, float] | None = None,
    jitter: float = 0.5,
) -> tuple[_T, ScriptedSource]:
    """Result of `work` with a poller of sessions with these lives, and their source. The default jitter is neutral."""

    async def begin() -> tuple[_T, ScriptedSource]:
        clock = FakeClock()
        source = ScriptedSource(clock, lives, latency=latency, latencies=latencies)
        poller = Poller(source, clock=clock, jitter=lambda: jitter, start=clock.start_thread)
        return await work(poller, source), source

    return run(begin())


def wait(
    life: Life,
    *,
    condition: WaitCondition = READY,
    timeout: float | None = 600,
    latency: float = 0.0,
    jitter: float = 0.5,
) -> tuple[WaitResult, ScriptedSource]:
    """Result of one wait for a session with this life, and its source."""
    return polling(
        {"analytics": life},
        lambda poller, _: poller.wait("analytics", condition=condition, timeout=timeout),
        latency=latency,
        jitter=jitter,
    )
