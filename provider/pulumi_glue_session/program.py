"""One run of a Pulumi program: what it knows (preview or up, configuration, mocks) and the looks that its sessions share.

Rules of this module: everything is kept by event loop, since a process may run several programs at once (inline Automation API).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
import weakref
from typing import Any

import grpc
import pulumi
from pulumi.runtime import is_dry_run
from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.proto.resource_pb2 import RESOURCE_MONITOR_FEATURE_INVOKE_DEPENDS_ON, ResourceInvokeRequest
from pulumi.runtime.settings import get_monitor, monitor_supports_feature

from pulumi_glue_session.background import INTERRUPTS
from pulumi_glue_session.caller import Caller
from pulumi_glue_session.demand import Demand, skips_waiting
from pulumi_glue_session.find import Finder
from pulumi_glue_session.lookout import Lookout
from pulumi_glue_session.progress import Announcer
from pulumi_glue_session.wait import Seen

__all__ = ["SKIP_WAIT_CONFIG", "default", "finder", "is_mocked", "observe", "start_provider"]

SKIP_WAIT_CONFIG = ("glue-session", "skipWait")
"""Stack configuration that takes every session as it is: namespace and key."""

_START_FUNCTION = "pulumi-python:dynamic/glue:start"
"""A function that is called for what the engine does before it: start the process of dynamic providers."""

_NO_URN = ""
"""A dependency of that function that makes the engine refuse the call, before that process hears of it."""


class _Program:
    """What the sessions of one running program share."""

    def __init__(self) -> None:
        self.lookouts: dict[Caller, Lookout] = {}
        self.said_skipping = False
        self.called_start = False


_programs: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, _Program] = weakref.WeakKeyDictionary()


def _this() -> _Program:
    try:
        return _programs.setdefault(asyncio.get_running_loop(), _Program())
    except RuntimeError:
        # A thread of the program's own has no event loop, and shares nothing.
        return _Program()


def finder(caller: Caller) -> Finder:
    """Finder for `caller`: one for each, so that a program has one client for each."""
    return _lookout(caller).finder


def _lookout(caller: Caller) -> Lookout:
    lookouts = _this().lookouts
    if caller not in lookouts:
        lookouts[caller] = Lookout(caller, progress=Announcer(pulumi.log.info), note=pulumi.log.debug)
    return lookouts[caller]


def is_mocked() -> bool:
    """Whether a unit test answers for the engine (`pulumi.runtime.set_mocks`): then nothing is asked of AWS."""
    return isinstance(get_monitor(), MockMonitor)


def default(name: str) -> str | None:
    """Value of the stack's `aws:region` or `aws:profile`, the defaults that pulumi-aws takes too."""
    return pulumi.Config("aws").get(name)


def start_provider() -> None:
    """Let the engine start the process of dynamic providers now, while the program asks Glue, and not after it.

    The engine has no other way to be told so (docs/decisions/0008-the-provider-starts-early.md). What is wrong with that process is said
    when the session is registered.
    """
    program = _this()
    if program.called_start or not monitor_supports_feature(RESOURCE_MONITOR_FEATURE_INVOKE_DEPENDS_ON):
        return
    program.called_start = True
    monitor: Any = get_monitor()
    request = ResourceInvokeRequest(tok=_START_FUNCTION, dependsOn=[_NO_URN])

    def call() -> None:
        with contextlib.suppress(grpc.RpcError):
            monitor.Invoke(request)

    # At once and not when the event loop comes to it: the process can start while the program goes on.
    threading.Thread(target=call, daemon=True).start()


async def observe(demand: Demand, *, logs: bool = False, resource: pulumi.Resource | None = None) -> Seen:
    """Look at the session, and in an up wait for its gate. `logs` adds the end of its logs where it FAILED."""
    program = _this()
    if demand.gate.targets and _skips_waiting():
        if not program.said_skipping:
            program.said_skipping = True
            pulumi.log.info("No waiting for Glue sessions in this run: they are taken as they are.")
        demand = demand.without_waiting()
    with INTERRUPTS:
        seen = await _lookout(demand.caller).until(demand, once=is_dry_run(), logs=logs)
    if prospect := demand.prospect(seen):
        pulumi.log.info(prospect, resource)
    return seen


def _skips_waiting() -> bool:
    from_environment = skips_waiting(os.environ)
    if from_environment is not None:
        return from_environment
    namespace, key = SKIP_WAIT_CONFIG
    return bool(pulumi.Config(namespace).get_bool(key))
