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

from pulumi_glue_session.aws.sessions import GlueSessions
from pulumi_glue_session.core.aws_config import AwsConfig
from pulumi_glue_session.core.poller import Waiter
from pulumi_glue_session.core.progress import ProgressReporter
from pulumi_glue_session.core.source import SessionSource
from pulumi_glue_session.core.wait import WaitRequest, WaitResult, parse_skip_wait
from pulumi_glue_session.dynamic.interrupts import SIGINT_GUARD

SKIP_WAIT_CONFIG = ("glue-session", "skipWait")
"""Stack configuration that takes every session as it is: namespace and key."""

_START_FUNCTION = "pulumi-python:dynamic/glue:start"
"""A function that is called for what the engine does before it: start the process of dynamic providers."""

_NO_URN = ""
"""A dependency of that function that makes the engine refuse the call, before that process hears of it."""


class RunContext:
    """What the sessions of one running program share."""

    def __init__(self) -> None:
        self.lookouts: dict[AwsConfig, Waiter] = {}
        self.said_skipping = False
        self.called_start = False


_programs: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, RunContext] = weakref.WeakKeyDictionary()


def _this() -> RunContext:
    try:
        return _programs.setdefault(asyncio.get_running_loop(), RunContext())
    except RuntimeError:
        # A thread of the program's own has no event loop, and shares nothing.
        return RunContext()


def glue_sessions(caller: AwsConfig) -> SessionSource:
    """Finder for `caller`: one for each, so that a program has one client for each."""
    return _lookout(caller).sessions


def _lookout(caller: AwsConfig) -> Waiter:
    lookouts = _this().lookouts
    if caller not in lookouts:
        lookouts[caller] = Waiter(GlueSessions(caller), progress=ProgressReporter(pulumi.log.info), note=pulumi.log.debug)
    return lookouts[caller]


def is_mocked() -> bool:
    """Whether a unit test answers for the engine (`pulumi.runtime.set_mocks`): then nothing is asked of AWS."""
    return isinstance(get_monitor(), MockMonitor)


def stack_default(name: str) -> str | None:
    """Value of the stack's `aws:region` or `aws:profile`, the defaults that pulumi-aws takes too."""
    return pulumi.Config("aws").get(name)


def prestart_provider() -> None:
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


async def wait_for_session(demand: WaitRequest, *, logs: bool = False, resource: pulumi.Resource | None = None) -> WaitResult:
    """Look at the session, and in an up wait for its gate. `logs` adds the end of its logs where it FAILED."""
    program = _this()
    if demand.condition.targets and _skips_waiting():
        if not program.said_skipping:
            program.said_skipping = True
            pulumi.log.info("No waiting for Glue sessions in this run: they are taken as they are.")
        demand = demand.without_waiting()
    with SIGINT_GUARD:
        seen = await _lookout(demand.aws_config).wait(demand, once=is_dry_run(), logs=logs)
    if prospect := demand.pending_message(seen):
        pulumi.log.info(prospect, resource)
    return seen


def _skips_waiting() -> bool:
    from_environment = parse_skip_wait(os.environ)
    if from_environment is not None:
        return from_environment
    namespace, key = SKIP_WAIT_CONFIG
    return bool(pulumi.Config(namespace).get_bool(key))
