"""One run of a Pulumi program: what it knows (preview or up, configuration, mocks) and the watches that its sessions share.

Rules of this module: everything is kept by event loop, since a process may run several programs at once (inline Automation API). Glue is
asked in daemon threads, so that the event loop never blocks and an interrupted program ends at once.
"""

from __future__ import annotations

import asyncio
import contextvars
import os
import threading
import weakref
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent import futures
from typing import Any, TypeVar

import pulumi
from pulumi.runtime import is_dry_run
from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.settings import get_monitor

from pulumi_glue_session.errors import InvalidInput, in_words, spell
from pulumi_glue_session.find import Caller, Finder
from pulumi_glue_session.observe import Found, Waiting, Watch
from pulumi_glue_session.session import is_valid_id
from pulumi_glue_session.wait import Gate, Phase, Seen, seconds

__all__ = ["SKIP_WAIT_CONFIG", "SKIP_WAIT_VARIABLE", "all_created", "check_id", "default", "is_mocked", "observe"]

SKIP_WAIT_VARIABLE = "PULUMI_GLUE_SESSION_SKIP_WAIT"
"""Environment variable that takes every session as it is."""

SKIP_WAIT_CONFIG = ("glue-session", "skipWait")
"""The same as stack configuration: namespace and key."""

_SAY_AGAIN_SECONDS = 30
"""How often a wait says that it goes on: each line stays in the log of a run without a terminal."""

_T = TypeVar("_T")


class _Program:
    """What the sessions of one running program share."""

    def __init__(self) -> None:
        self.watches: dict[Caller, Watch] = {}
        self.said_skipping = False


_programs: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, _Program] = weakref.WeakKeyDictionary()


def is_mocked() -> bool:
    """Whether a unit test answers for the engine (`pulumi.runtime.set_mocks`): then nothing is asked of AWS."""
    return isinstance(get_monitor(), MockMonitor)


def default(name: str) -> str | None:
    """Value of the stack's `aws:region` or `aws:profile`, the defaults that pulumi-aws takes too."""
    return pulumi.Config("aws").get(name)


async def all_created(resources: Iterable[pulumi.Resource]) -> bool:
    """Wait until each of `resources` is there. False in a preview in which one is still to be created.

    A component is there when its children are, as with the SDK's own `depends_on` of invokes.
    """
    left, met = list(resources), set[int]()
    while left:
        resource = left.pop()
        if id(resource) in met:
            continue
        met.add(id(resource))
        await resource.urn.future()
        if isinstance(resource, pulumi.CustomResource):
            # A resource that only stands for another one (a DependencyResource of the SDK) has no id of its own.
            identity = getattr(resource, "id", None)
            if isinstance(identity, pulumi.Output) and not await identity.is_known():
                return False
        left += getattr(resource, "_childResources", ()) if isinstance(resource, pulumi.ComponentResource) else ()
    return True


def check_id(session_id: object) -> None:
    """Raise InvalidInput for an id that Glue would refuse."""
    if not isinstance(session_id, str) or not is_valid_id(session_id):
        raise InvalidInput(
            "session_id", f"{session_id!r} is no id of a Glue session: use 1 to 255 characters, none of them a control character"
        )


async def observe(
    session_id: str,
    *,
    wait_for: Any,  # noqa: ANN401 - a program may hand over anything; Gate.of says what it may be
    timeout: Any,  # noqa: ANN401, ASYNC109 - the same; and this timeout is the wait's own, with a last look after it
    caller: Caller,
    resource: pulumi.Resource,
) -> Seen:
    """Look at the session, and in an up wait for its gate. Raises InvalidInput before anything is asked."""
    gate, limit = Gate.of(wait_for), seconds(timeout)
    program = _programs.setdefault(asyncio.get_running_loop(), _Program())
    if gate.targets and _skips_waiting():
        if not program.said_skipping:
            program.said_skipping = True
            pulumi.log.info("No waiting for Glue sessions in this run: they are taken as they are.")
        gate = Gate()
    watch = program.watches.get(caller)
    if watch is None:
        watch = program.watches[caller] = Watch(_look_with(Finder(caller)), progress=_Announcer())
    seen = await watch.until(session_id, gate=gate, limit=None if is_dry_run() else limit)
    if seen.phase is Phase.ON_ITS_WAY:
        status = seen.session.status if seen.session else "not to be seen just now"
        pulumi.log.info(
            f'Glue session "{session_id}" in {seen.region} is {status}: '
            f"up will wait until it is {in_words(gate.targets)}, {spell(limit)} at most.",
            resource,
        )
    return seen


def _skips_waiting() -> bool:
    from_environment = os.environ.get(SKIP_WAIT_VARIABLE, "").strip().lower()
    if from_environment:
        return from_environment not in {"0", "false", "no"}
    namespace, key = SKIP_WAIT_CONFIG
    return bool(pulumi.Config(namespace).get_bool(key))


def _look_with(finder: Finder) -> Callable[[Sequence[str]], Awaitable[Found]]:
    """A look of `finder` in a thread of its own."""

    async def look(session_ids: Sequence[str]) -> Found:
        return await _in_thread(lambda: Found(sessions=finder.look(session_ids, note=pulumi.log.debug), region=finder.region))

    return look


async def _in_thread(work: Callable[[], _T]) -> _T:
    """Result of `work`, done in a daemon thread.

    Not the loop's executor: the SDK keeps its threads busy with registrations that may wait for this very result, and its threads would
    hold back the end of an interrupted program.
    """
    # A future of the standard library carries result and failure alike; `work` and everything it raises is its own.
    done: futures.Future[_T] = futures.Future()

    def run() -> None:
        if not done.set_running_or_notify_cancel():
            return
        try:
            done.set_result(work())
        except BaseException as fault:  # noqa: BLE001 - handed on to whoever awaits it
            done.set_exception(fault)

    threading.Thread(target=contextvars.copy_context().run, args=(run,), daemon=True).start()
    return await asyncio.wrap_future(done)


class _Announcer:
    """Says which sessions are waited for: at once, on a change of status, and now and then."""

    def __init__(self) -> None:
        self._said: dict[str, tuple[str, float]] = {}

    def __call__(self, waiting: Sequence[Waiting], now: float) -> None:
        for wait in waiting:
            status = wait.seen.session.status if wait.seen and wait.seen.session else "not seen yet"
            said, at = self._said.get(wait.session_id, ("", 0.0))
            if status != said or now - at >= _SAY_AGAIN_SECONDS:
                self._said[wait.session_id] = (status, now)
                waited, limit = spell(now - wait.since), spell(wait.limit or 0)
                pulumi.log.info(f"{wait.session_id} is {status}, {waited} of at most {limit}", ephemeral=True)
