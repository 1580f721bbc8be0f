"""State of one run of a Pulumi program: shared clients and pollers, preview or up, configuration, mocks.

It is kept per event loop, since one process may run several programs at once (inline programs of the Automation API).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
import weakref
from pathlib import Path
from typing import Any

import grpc
import pulumi
from pulumi.runtime import is_dry_run
from pulumi.runtime.config import get_config
from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.proto.engine_pb2 import LogRequest, LogSeverity
from pulumi.runtime.proto.resource_pb2 import RESOURCE_MONITOR_FEATURE_INVOKE_DEPENDS_ON, ResourceInvokeRequest
from pulumi.runtime.settings import get_engine, get_monitor, monitor_supports_feature
from pulumi.runtime.stack import Stack

from pulumi_glue_session.aws.sessions import GlueSessions
from pulumi_glue_session.core.aws_config import AwsConfig
from pulumi_glue_session.core.messages import sanitize
from pulumi_glue_session.core.parsing import parse_bool
from pulumi_glue_session.core.poller import Waiter
from pulumi_glue_session.core.progress import LogRhythm, ProgressReporter, TerminalRhythm
from pulumi_glue_session.core.wait import WaitRequest, WaitResult, parse_skip_wait
from pulumi_glue_session.dynamic import terminal
from pulumi_glue_session.dynamic.interrupts import SIGINT_GUARD
from pulumi_glue_session.dynamic.stack_config import parse_stack_config
from pulumi_glue_session.dynamic.wire_format import SKIP_WAIT_CONFIG, TYPE_TOKEN

_START_FUNCTION = "pulumi-python:dynamic/glue:start"
"""Function token that makes the engine start the process of dynamic providers."""

_ERROR_ALREADY_SHOWN = 32
"""Exit code with which the language host adds no error of its own to those that the program has logged."""

_SDK_FOLDER = str(Path(pulumi.__file__).parent)

_MAX_PENDING_ROWS = 3
"""Pending sessions of a preview that get a line of their own."""

_MAX_LIVE_ROWS = 50
"""Rows that change each second."""

_INVALID_URN = ""
"""Dependency with which the engine refuses that call before the process receives it."""


class RunContext:
    """What the sessions of one running program share."""

    def __init__(self) -> None:
        self.readers: dict[AwsConfig, tuple[GlueSessions, Waiter]] = {}
        self.reported_skip_wait = False
        self.prestarted = False
        self.failed = False
        self.pending: list[tuple[str, str, pulumi.Resource | None]] = []
        """Session id, message and resource of each pending session of a preview."""
        self.is_ending = False
        self.stack_options: dict[str, Any] | None = None
        """AWS options of the stack's configuration, which does not change during a run; None until they are needed."""
        self._is_watched: bool | None = None
        self._rows = 0

    def progress(self, row: _Row) -> ProgressReporter:
        """Progress on a row: each second in a terminal, with fewer lines in a log or for many sessions."""
        if self._is_watched is None:
            self._is_watched = terminal.is_watched()
        self._rows += 1
        is_live = self._is_watched and self._rows <= _MAX_LIVE_ROWS
        return ProgressReporter(row.show, TerminalRhythm() if is_live else LogRhythm())


class _Row:
    """Row of a URN in the engine's display. The resource takes it over when it is registered."""

    def __init__(self, urn: str) -> None:
        self._urn = urn
        self._last: Any = None

    def show(self, line: str) -> None:
        """Replace the line on the row, without waiting for the engine, which would hold up the event loop."""
        engine: Any = get_engine()
        if engine is not None:
            request = LogRequest(severity=LogSeverity.Value("INFO"), message=line, urn=self._urn, ephemeral=True)
            self._last = getattr(engine.Log, "future", engine.Log)(request)

    async def wait_until_shown(self) -> None:
        """Wait until the engine has the last line, so that a registration that follows does not overtake it."""
        if not hasattr(self._last, "add_done_callback"):  # no line, or an engine of tests
            return
        loop, shown = asyncio.get_running_loop(), asyncio.Event()

        def set_shown(_: object) -> None:
            with contextlib.suppress(RuntimeError):  # the loop is closed after an interrupt
                loop.call_soon_threadsafe(shown.set)

        self._last.add_done_callback(set_shown)
        await shown.wait()


_contexts: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, RunContext] = weakref.WeakKeyDictionary()


def _current() -> RunContext:
    try:
        return _contexts.setdefault(asyncio.get_running_loop(), RunContext())
    except RuntimeError:
        # Threads of the program run without an event loop and share nothing.
        return RunContext()


def stack_options() -> dict[str, Any]:
    """AWS options of the stack's configuration, for `merge_options`. `AwsConfig.parse` reports an invalid value."""
    context = _current()
    if context.stack_options is None:
        context.stack_options = parse_stack_config(lambda key: get_config(f"aws:{key}"))
    return context.stack_options


def glue_sessions(config: AwsConfig) -> GlueSessions:
    """Reader of sessions with `config`. A program has one client for each configuration."""
    return _readers(config)[0]


def _readers(config: AwsConfig) -> tuple[GlueSessions, Waiter]:
    readers = _current().readers
    if config not in readers:
        sessions = GlueSessions(config)
        readers[config] = sessions, Waiter(sessions, note=pulumi.log.debug)
    return readers[config]


def is_mocked() -> bool:
    """Whether the program runs in a unit test (`pulumi.runtime.set_mocks`), which never calls AWS."""
    return isinstance(get_monitor(), MockMonitor)


def prestart_provider() -> None:
    """Let the engine start the process of dynamic providers while the program reads from Glue.

    There is no separate call for this (docs/decisions/0008-the-provider-starts-early.md). If the process cannot start,
    the registration of the session reports the error.
    """
    context = _current()
    if context.prestarted or not monitor_supports_feature(RESOURCE_MONITOR_FEATURE_INVOKE_DEPENDS_ON):
        return
    context.prestarted = True
    monitor: Any = get_monitor()
    request = ResourceInvokeRequest(tok=_START_FUNCTION, dependsOn=[_INVALID_URN])

    def call() -> None:
        with contextlib.suppress(grpc.RpcError):
            monitor.Invoke(request)

    # In a thread, so that the process starts before the event loop runs.
    threading.Thread(target=call, daemon=True).start()


def report_failure(resource: pulumi.Resource, message: str) -> None:
    """Print an error on the resource's row. The program goes on, and fails at its end."""
    pulumi.log.error(message, resource)
    _current().failed = True
    _end_after_registrations()


def _report_pending(request: WaitRequest, result: WaitResult, resource: pulumi.Resource | None) -> None:
    """In a preview, print for which sessions the up will wait: on their rows, or as one line for many of them."""
    if message := request.pending_message(result):
        _current().pending.append((request.session_id, message, resource))
        _end_after_registrations()


def _end_after_registrations() -> None:
    context = _current()
    if not context.is_ending:
        context.is_ending = True
        end: Any = _end_preview
        pulumi.Output.from_input(None).apply(lambda _: end(context))


async def _end_preview(context: RunContext) -> None:
    """Report pending sessions, and fail the program, once all resources are registered and all Outputs are known."""
    await _wait_for_registrations()
    if len(context.pending) <= _MAX_PENDING_ROWS:
        for _, message, resource in context.pending:
            pulumi.log.info(message, resource)
    else:
        ids = ", ".join(sanitize(session_id) for session_id, *_ in context.pending[:_MAX_PENDING_ROWS])
        more = len(context.pending) - _MAX_PENDING_ROWS
        pulumi.log.info(f"up will wait for {len(context.pending)} pending Glue sessions: {ids} and {more} more")
    # The log lines of resources are tasks too.
    await _wait_for_registrations()
    if not context.failed:
        return
    if threading.current_thread() is threading.main_thread():
        raise SystemExit(_ERROR_ALREADY_SHOWN)
    # An inline program of the Automation API runs in a thread of the user's process.
    raise pulumi.RunError("A Glue session cannot be used: see its error")


async def _wait_for_registrations() -> None:
    this = asyncio.current_task()
    while pending := [task for task in asyncio.all_tasks() if task is not this and _is_of_sdk(task)]:
        await asyncio.wait(pending)


def _is_of_sdk(task: asyncio.Task[Any]) -> bool:
    """Whether a task of the SDK registers a resource or computes an Output. The program itself is not one of them."""
    code = getattr(task.get_coro(), "cr_code", None)
    return code is not None and code.co_filename.startswith(_SDK_FOLDER) and code.co_name != "run_in_stack"


async def wait_for_session(
    request: WaitRequest,
    *,
    logs: bool = False,
    resource: pulumi.Resource | None = None,
    urn: str | None = None,
) -> WaitResult:
    """Read the session; in an up, wait until it meets the condition. Raises InvalidInput for an invalid setting.

    With `logs`, the error of a FAILED session shows its last log lines. `urn` is the row on which progress is shown.
    """
    context = _current()
    if request.condition.targets and _skips_waiting():
        if not context.reported_skip_wait:
            context.reported_skip_wait = True
            pulumi.log.info("This run does not wait for Glue sessions and accepts any status.")
        request = request.without_waiting()
    row = _Row(urn) if urn else None
    progress = context.progress(row) if row else None
    with SIGINT_GUARD:
        result = await _readers(request.aws_config)[1].wait(request, once=is_dry_run(), logs=logs, progress=progress)
        if row:
            await row.wait_until_shown()
    _report_pending(request, result, resource)
    return result


def _skips_waiting() -> bool:
    from_environment = parse_skip_wait(os.environ)
    if from_environment is not None:
        return from_environment
    namespace, key = SKIP_WAIT_CONFIG
    text = (pulumi.Config(namespace).get(key) or "").strip()
    return parse_bool(text, input_name=f"{namespace}:{key}") if text else False


async def urn_of(name: str, parent: pulumi.Resource | None) -> str:
    """URN of a session that is not registered yet, without the Outputs of `pulumi.create_urn`."""
    # The stack is not part of the URNs of its children.
    parent_urn = None if parent is None or isinstance(parent, Stack) else await parent.urn.future()
    if parent_urn is None:
        prefix = f"urn:pulumi:{pulumi.get_stack()}::{pulumi.get_project()}::"
    else:
        prefix = f"{parent_urn.rpartition('::')[0]}$"
    return f"{prefix}{TYPE_TOKEN}::{name}"
