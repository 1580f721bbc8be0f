"""One run of a Pulumi program: what it knows (preview or up, configuration, mocks) and the watches that its sessions share.

Rules of this module: everything is kept by event loop, since a process may run several programs at once (inline Automation API). Glue is
asked in daemon threads, so that the event loop never blocks and an interrupted program ends at once.
"""

from __future__ import annotations

import asyncio
import contextvars
import inspect
import os
import signal
import threading
import weakref
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from concurrent import futures
from dataclasses import replace
from typing import Any, TypeVar, cast

import pulumi
from pulumi.runtime import is_dry_run
from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.settings import get_monitor

from pulumi_glue_session.caller import Caller
from pulumi_glue_session.errors import GlueSessionError, InvalidInput, SessionEnded, given, in_words, printable, spell
from pulumi_glue_session.expect import Expectation
from pulumi_glue_session.find import Finder
from pulumi_glue_session.observe import Found, Watch
from pulumi_glue_session.progress import Announcer
from pulumi_glue_session.session import is_valid_id
from pulumi_glue_session.wait import Gate, Phase, Seen

__all__ = [
    "SKIP_WAIT_CONFIG",
    "SKIP_WAIT_VARIABLE",
    "STANDS_FOR_ID",
    "Unusable",
    "all_created",
    "check_id",
    "default",
    "expectations",
    "finder",
    "in_thread",
    "is_mocked",
    "observe",
    "once_there",
    "reusable",
    "sent",
]

SKIP_WAIT_VARIABLE = "PULUMI_GLUE_SESSION_SKIP_WAIT"
"""Environment variable that takes every session as it is."""

SKIP_WAIT_CONFIG = ("glue-session", "skipWait")
"""The same as stack configuration: namespace and key."""

STANDS_FOR_ID = "_stands_for_id"
"""Attribute of a resource with an Output that is known once the resource is there."""

_LARGEST_EXPONENT = 1023
"""Of a double, as which Pulumi sends every number."""

_T = TypeVar("_T")


class _Program:
    """What the sessions of one running program share."""

    def __init__(self) -> None:
        self.finders: dict[Caller, Finder] = {}
        self.watches: dict[Caller, Watch] = {}
        self.said_skipping = False


_programs: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, _Program] = weakref.WeakKeyDictionary()


def _this() -> _Program:
    try:
        return _programs.setdefault(asyncio.get_running_loop(), _Program())
    except RuntimeError:
        # A thread of the program's own has no event loop, and shares nothing.
        return _Program()


def finder(caller: Caller) -> Finder:
    """Finder for `caller`: one for each, so that a program has one client for each."""
    return _this().finders.setdefault(caller, Finder(caller))


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
            # A resource that only stands for another one (a DependencyResource of the SDK) has no id of its own. One that is only read
            # has none in a preview, where the engine is older than its field for it.
            identity = getattr(resource, "id", None) if not isinstance(resource, pulumi.StackReference) else resource.outputs
            identity = getattr(resource, STANDS_FOR_ID, identity)
            if isinstance(identity, pulumi.Output) and not await identity.is_known():
                return False
        left += getattr(resource, "_childResources", ()) if isinstance(resource, pulumi.ComponentResource) else ()
    return True


class Unusable:
    """Stands for a value that no input can be and that the SDK can't send: it fails every check, and is told by its kind."""

    def __init__(self, value: object) -> None:
        """Keep what it is, and not what is in it: that may be a secret."""
        self._told = repr(value) if isinstance(value, str) else f"a value of type {type(value).__name__}"

    def __repr__(self) -> str:
        """What to call it in an error."""
        return self._told


def reusable(value: Any) -> Any:  # noqa: ANN401 - whatever a program gives
    """`value` as it is if it is plain, else as an Output: to be used more than once, as a coroutine could not be."""
    if isinstance(value, Unusable):
        return value
    if not _is_usable(value):
        return Unusable(value)
    return value if _is_plain(value) else pulumi.Output.from_input(value)


def sent(value: Any) -> Any:  # noqa: ANN401 - as above
    """A reusable value as the engine is told of it."""
    return None if isinstance(value, Unusable) else value


def _is_later(value: object) -> bool:
    return isinstance(value, pulumi.Output) or inspect.isawaitable(value)


def _is_plain(value: object) -> bool:
    if isinstance(value, Mapping):
        return all(map(_is_plain, cast("Mapping[object, object]", value).values()))
    if isinstance(value, (list, tuple)):
        return all(map(_is_plain, cast("Sequence[object]", value)))
    return not _is_later(value)


def _is_usable(value: object) -> bool:
    if isinstance(value, Mapping):
        named = cast("Mapping[object, object]", value)
        return all(isinstance(name, str) and _is_usable(name) for name in named) and all(map(_is_usable, named.values()))
    if isinstance(value, (list, tuple)):
        return all(map(_is_usable, cast("Sequence[object]", value)))
    if isinstance(value, str):
        return not any("\ud800" <= character <= "\udfff" for character in value)
    if isinstance(value, int):
        return value.bit_length() <= _LARGEST_EXPONENT
    return value is None or isinstance(value, float) or _is_later(value)


def once_there(
    asked: dict[str, Any] | pulumi.Output[dict[str, Any]],
    depends_on: Any,  # noqa: ANN401 - as the options of resources and functions have it
    ask: Callable[[dict[str, Any]], Awaitable[Any]],
    *,
    parent: pulumi.Resource | None = None,
    but: pulumi.Resource | None = None,
) -> pulumi.Output[Any]:
    """What `ask` makes of `asked`, once all of that, everything in `depends_on` and `parent` are there; unknown in an earlier preview.

    `but` is the resource that asks, which can't wait for itself.
    """
    plain = asked if isinstance(asked, dict) and _is_plain(asked) else None
    # Most programs give plain values, and every Output more costs each of many sessions. Nothing here is a secret to Glue, and what Glue
    # answers is none because of it; whoever wants to keep one a secret gives an Output.
    later: pulumi.Output[Any] = (
        pulumi.Output.from_input(None)
        if plain is not None
        else pulumi.Output.unsecret(pulumi.Output.all(**asked))
        if isinstance(asked, dict)
        else asked
    )

    async def wait(known: dict[str, Any]) -> Any:  # noqa: ANN401 - what `ask` gives, or the SDK's mark of an unknown value
        needed: set[pulumi.Resource | None] = set()
        if plain is None:
            needed |= await later.resources()
        if depends_on:
            named = pulumi.Output.from_input(depends_on)
            if not await named.is_known():
                return pulumi.UNKNOWN
            listed: Any = await named.future()
            needed |= await named.resources()
            needed |= {listed} if isinstance(listed, pulumi.Resource) else set(listed or ())
        if parent is not None:
            # A component's children are made after it. Whoever asks is one of them, so they can't be waited for.
            await parent.urn.future()
            if isinstance(parent, pulumi.CustomResource) and not await all_created([parent]):
                return pulumi.UNKNOWN
        if needed and not await all_created(each for each in needed if each is not None and each is not but):
            return pulumi.UNKNOWN
        return await ask(known if plain is None else plain)

    return later.apply(wait)


def check_id(session_id: object) -> None:
    """Raise InvalidInput for an id that Glue would refuse."""
    if not isinstance(session_id, str) or not is_valid_id(session_id):
        raise InvalidInput(
            "session_id", f"{given(session_id)} is no id of a Glue session: use 1 to 255 characters, none of them a control character"
        )


async def expectations(expect: pulumi.Input[Mapping[str, Any]] | None) -> tuple[Expectation, ...]:
    """What a program expects. A value that a preview doesn't know yet is left for the up to judge. Raises InvalidInput."""
    later = _is_later(expect)
    outer: pulumi.Output[Any] = pulumi.Output.from_input(expect if later else None)
    pairs: Any = await outer.future() if later else expect
    if pairs is None:
        return ()
    if not isinstance(pairs, Mapping):
        raise InvalidInput("expect", f"{given(pairs)} is no mapping of outputs to the values that they should have")
    secret = await outer.is_secret()
    judged: list[Expectation] = []
    for name, wanted in cast("Mapping[str, Any]", pairs).items():
        value: pulumi.Output[Any] = pulumi.Output.from_input(reusable(wanted))
        if await value.is_known():
            judged.append(Expectation.of(name, await value.future(), secret=secret or await value.is_secret()))
    return tuple(judged)


async def observe(
    session_id: str,
    *,
    gate: Gate,
    limit: float,
    caller: Caller,
    logs: bool = False,
    resource: pulumi.Resource | None = None,
) -> Seen:
    """Look at the session, and in an up wait at most `limit` seconds for its gate. `logs` adds the end of its logs where it FAILED."""
    program = _this()
    if gate.targets and _skips_waiting():
        if not program.said_skipping:
            program.said_skipping = True
            pulumi.log.info("No waiting for Glue sessions in this run: they are taken as they are.")
        gate = replace(gate, targets=frozenset())
    if caller not in program.watches:
        program.watches[caller] = Watch(_look_with(finder(caller)), progress=Announcer(pulumi.log.info))
    with _interrupts:
        seen = await program.watches[caller].until(session_id, gate=gate, limit=None if is_dry_run() else limit)
    if logs and seen.session is not None and seen.session.status == "FAILED" and isinstance(seen.error, SessionEnded):
        seen = replace(seen, error=await _with_logs(session_id, seen, gate, finder(caller)))
    if seen.phase is Phase.ON_ITS_WAY and seen.session is not None:
        pulumi.log.info(
            f'Glue session "{printable(session_id)}" in {seen.region} is {seen.session.status}: '
            f"up will wait until it is {in_words(gate.targets)}, {spell(limit)} at most.",
            resource,
        )
    return seen


async def _with_logs(session_id: str, seen: Seen, gate: Gate, finder: Finder) -> GlueSessionError | None:
    if seen.session is None:
        return seen.error
    try:
        lines = await in_thread(lambda: finder.system_logs(session_id))
    except GlueSessionError as refused:
        lines = [str(refused)]
    return SessionEnded(
        session_id,
        region=seen.region,
        status=seen.session.status,
        targets=gate.targets,
        error_message=seen.session.error_message,
        logs=lines or ["There are no system logs that can be shown."],
    )


class _Interrupts:
    """Lets a first Ctrl-C pass while any session is waited for.

    A terminal sends it to the engine too, which then ends this process at once, in order. Python's own handler would be a little faster,
    with a traceback. A second Ctrl-C finds that handler in place again.
    """

    def __init__(self) -> None:
        self._waits = 0

    def __enter__(self) -> None:
        if _in_main_thread():
            self._waits += 1
            self._exchange(signal.default_int_handler, self._pass)

    def __exit__(self, *_: object) -> None:
        if _in_main_thread():
            self._waits -= 1
            if not self._waits:
                self._exchange(self._pass, signal.default_int_handler)

    def _pass(self, _signal: int, _frame: object) -> None:
        self._exchange(self._pass, signal.default_int_handler)

    @staticmethod
    def _exchange(old: Callable[..., object], new: Callable[..., object]) -> None:
        # A handler that somebody else has set is theirs.
        if signal.getsignal(signal.SIGINT) == old:
            signal.signal(signal.SIGINT, new)


def _in_main_thread() -> bool:
    """Whether signal handlers may be set: an inline program of the Automation API runs in another thread, and in somebody's process."""
    return threading.current_thread() is threading.main_thread()


_interrupts = _Interrupts()


def _skips_waiting() -> bool:
    from_environment = os.environ.get(SKIP_WAIT_VARIABLE, "").strip().lower()
    if from_environment:
        return from_environment not in {"0", "false", "no"}
    namespace, key = SKIP_WAIT_CONFIG
    return bool(pulumi.Config(namespace).get_bool(key))


def _look_with(finder: Finder) -> Callable[[Sequence[str]], Awaitable[Found]]:
    """A look of `finder` in a thread of its own."""

    async def look(session_ids: Sequence[str]) -> Found:
        return await in_thread(lambda: Found(sessions=finder.look(session_ids, note=pulumi.log.debug), region=finder.region))

    return look


async def in_thread(work: Callable[[], _T]) -> _T:
    """Result of `work`, done in a daemon thread.

    Not the loop's executor: the SDK keeps its threads busy with registrations that may wait for this very result, and its threads would
    hold back the end of an interrupted program.
    """
    done: futures.Future[_T] = futures.Future()

    def run() -> None:
        if not done.set_running_or_notify_cancel():
            return
        try:
            done.set_result(work())
        except GlueSessionError as error:
            done.set_exception(error)
        finally:
            if not done.done():
                # A bug, whose traceback Python prints for the thread. Nobody may be left waiting because of it.
                done.set_exception(RuntimeError("a look at Glue ended without an answer"))

    threading.Thread(target=contextvars.copy_context().run, args=(run,), daemon=True).start()
    return await asyncio.wrap_future(done)
