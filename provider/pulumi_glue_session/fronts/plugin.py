"""The native provider plugin: the resource `glue-session:index:Session` and its functions, for programs in any language of Pulumi's.

Rules of this module:

* The engine says whether it previews: `create` and `update` look, and in an up wait, on the event loop that serves all calls. Any number
  of sessions wait at once.
* `check` looks once and makes what it sees inputs, for the engine shows the new side of a difference by the inputs. `diff` compares that
  with the recorded outputs; after a `read`, it tells what that read found to be others.
* Only SessionNotFound takes a session out of the state, and only on refresh.
* Names are `naming`'s; fields, statuses, limits and errors are the core's.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Protocol

from pulumi.provider.experimental import provider as sdk
from pulumi.provider.experimental.property_value import PropertyValue

from pulumi_glue_session.background import in_thread
from pulumi_glue_session.caller import Caller
from pulumi_glue_session.demand import Demand, skips_waiting
from pulumi_glue_session.errors import GlueSessionError, InvalidInput, LookFailed, SessionNotFound
from pulumi_glue_session.expect import Expectation, named
from pulumi_glue_session.fronts import texts
from pulumi_glue_session.fronts.naming import camel, camel_keys, snake, snake_keys
from pulumi_glue_session.fronts.property_values import UNKNOWN, holds_unknown, plain_map, wrapped
from pulumi_glue_session.fronts.told import values
from pulumi_glue_session.gather import FRESH_SECONDS, Gatherer
from pulumi_glue_session.lookout import Lookout
from pulumi_glue_session.observe import Waiting
from pulumi_glue_session.progress import Announcer
from pulumi_glue_session.question import Question
from pulumi_glue_session.refusal import drift
from pulumi_glue_session.selection import CONDITIONS
from pulumi_glue_session.session import CHANGED_BY_WAITING, SECRET, Session
from pulumi_glue_session.terms import Terms
from pulumi_glue_session.wait import DEFAULT_TIMEOUT, Phase, Seen
from pulumi_glue_session.words import given, printable

__all__ = ["FUNCTION_ARGUMENTS", "GET_SESSION", "GET_SESSIONS", "RESOURCE_INPUTS", "SESSION", "TERMS", "Engine", "SessionProvider", "outer"]

SESSION = "glue-session:index:Session"
GET_SESSION = "glue-session:index:getSession"
GET_SESSIONS = "glue-session:index:getSessions"

TERMS = Terms(
    region="AWS_REGION or the provider's region (glue-session:region)",
    profile="AWS_PROFILE or the provider's profile (glue-session:profile)",
    accounts="the provider's allowedAccountIds",
    as_it_is="set waitFor to an empty list",
    several="getSessions",
    spelled=camel,
)

RESOURCE_INPUTS = ("session_id", "region", "wait_for", "timeout", "expect", "on_mismatch", "logs")
"""Inputs of the resource, by their inner names. The region of the provider is the default of its own."""

_RECORDED = ("session_id", "region", "wait_for")
"""Inputs that are recorded, and whose change is one; nothing can be asked without them. The others only say how it is asked."""

_REPLACING = frozenset({"session_id", "region"})

_DEFAULTS: Mapping[str, Any] = {"wait_for": ["READY"], "timeout": DEFAULT_TIMEOUT, "on_mismatch": "fail", "logs": False, "expect": {}}

_OWN_KEYS = frozenset({"tags", "default_arguments"})
"""Mappings whose keys are names of the program's own."""

_FIELDS = tuple(Session().record())

FUNCTION_ARGUMENTS: Mapping[str, tuple[str, ...]] = {
    GET_SESSION: ("session_id", *CONDITIONS, "region"),
    GET_SESSIONS: (*CONDITIONS, "region"),
}


class Engine(Protocol):
    """Where a plugin says what happens."""

    async def say(self, line: str, *, urn: str, ephemeral: bool = False, warning: bool = False) -> None:
        """Show a line at a resource; an `ephemeral` one is no part of the final report."""
        ...


class SessionProvider(sdk.Provider):
    """Provider of read-only Glue sessions. Creates, changes and deletes nothing in AWS."""

    def __init__(self, engine: Engine, *, schema: str) -> None:
        """`schema` is the package schema, as JSON."""
        self._engine = engine
        self._schema = schema
        self._options: dict[str, Any] = {}
        self._skips = False
        self._callers: dict[Caller, _Caller] = {}
        self._at_work: set[asyncio.Task[Any]] = set()
        self._drifted: dict[str, list[str]] = {}
        """What a refresh has just found to be others, by URN."""
        self._looked: dict[str, tuple[float, str, Caller, Session | GlueSessionError]] = {}
        """When which session was looked at, as whom, and what was found, by URN: check, diff and preview of a resource are one look."""
        self._warned: dict[str, str] = {}
        """What each resource was warned of last, by URN."""

    async def get_schema(self, request: sdk.GetSchemaRequest) -> sdk.GetSchemaResponse:  # noqa: ARG002 - the SDK's signature
        """Package schema."""
        return sdk.GetSchemaResponse(schema=self._schema)

    # --- Provider configuration ---

    async def check_config(self, request: sdk.CheckRequest) -> sdk.CheckResponse:
        """Refuse options that mean nothing."""
        try:
            options = _options(plain_map(request.new_inputs))
            Caller.of({name: value for name, value in options.items() if name != "skip_wait" and not holds_unknown(value)})
        except InvalidInput as invalid:
            failure = sdk.CheckFailure(outer(invalid.input_name), str(invalid))
            return sdk.CheckResponse(inputs=request.new_inputs, failures=[failure])
        return sdk.CheckResponse(inputs=request.new_inputs)

    async def configure(self, request: sdk.ConfigureRequest) -> sdk.ConfigureResponse:
        """Keep who asks, and where."""
        self._options = _options(plain_map(request.args))
        configured = bool(self._options.pop("skip_wait", False))
        from_environment = skips_waiting(os.environ)
        self._skips = configured if from_environment is None else from_environment
        return sdk.ConfigureResponse(accept_secrets=True, supports_preview=True)

    # --- The resource ---

    async def check(self, request: sdk.CheckRequest) -> sdk.CheckResponse:
        """Judge what the program gives, as far as it is known, and make what is seen of the session inputs."""
        # What follows is about the program's resource, and no longer about what a refresh has read.
        self._drifted.pop(request.urn, None)
        given_inputs = {name: value for name, value in request.new_inputs.items() if value.value is not None}
        inputs = {"waitFor": wrapped(_DEFAULTS["wait_for"]), **given_inputs}
        # What ignore_changes names comes with its old value from the engine.
        held = {name for name in inputs if snake(name) in _FIELDS and name in request.old_inputs}
        try:
            _is_known(request.type, (SESSION,))
            news = _arguments(plain_map({name: value for name, value in inputs.items() if name not in held}), RESOURCE_INPUTS)
            demand = self._demand(news)
        except InvalidInput as invalid:
            return sdk.CheckResponse(inputs=inputs, failures=[sdk.CheckFailure(outer(invalid.input_name), str(invalid))])
        if _is_askable(news):
            seen = await self._look(request.urn, demand)
            await self._warn(request.urn, demand, seen)
            if seen.session is not None:
                # What waiting will change is not known of a new record, and can't be called unknown: an up refuses that.
                later = CHANGED_BY_WAITING if seen.phase is Phase.ON_ITS_WAY and not request.old_inputs else ()
                observed = {name: value for name, value in seen.session.record().items() if name not in later}
                inputs = {**_outer_values(observed), **inputs}
        return sdk.CheckResponse(inputs=inputs)

    async def diff(self, request: sdk.DiffRequest) -> sdk.DiffResponse:
        """What is others than recorded, of the program's inputs and of the session itself. Raises why its gate can't be passed."""
        if request.urn in self._drifted:
            return _differences(self._drifted.pop(request.urn))
        olds, news = _inner(plain_map(request.old_state)), _inner(plain_map(request.new_inputs))
        changed = [name for name in _RECORDED if name in news and news[name] != olds.get(name)]
        if _is_askable(news) and not _REPLACING & set(changed):
            seen = await self._look(request.urn, self._demand(news))
            changed += _changed(seen, olds, ignoring=set(map(snake, request.ignore_changes)))
        return _differences(dict.fromkeys(changed))

    async def create(self, request: sdk.CreateRequest) -> sdk.CreateResponse:
        """Record the session, in an up once it has passed its gate."""
        news = _inner(plain_map(request.properties))
        outputs = await self._recorded(news, request.urn, preview=request.preview, seconds=request.timeout)
        known = not holds_unknown(news["session_id"])
        return sdk.CreateResponse(resource_id=news["session_id"] if known else "", properties=outputs)

    async def update(self, request: sdk.UpdateRequest) -> sdk.UpdateResponse:
        """Record the session anew. What `ignore_changes` names stays as it was."""
        news = _inner(plain_map(request.news))
        outputs = await self._recorded(news, request.urn, preview=request.preview, seconds=request.timeout)
        held = {name: request.olds[name] for name in request.ignore_changes if name in request.olds and name in outputs}
        return sdk.UpdateResponse(properties=outputs | held)

    async def delete(self, request: sdk.DeleteRequest) -> None:
        """Drop the record. AWS is not called."""

    async def read(self, request: sdk.ReadRequest) -> sdk.ReadResponse:
        """Look at the session, now. On refresh one that is gone leaves the state; a refused look never does that."""
        _is_known(request.type, (SESSION,))
        # A first read may come with inputs alone.
        olds = _inner(plain_map({**request.inputs, **request.properties}))
        is_refresh = "status" in olds
        where = {"region": olds["region"]} if "region" in olds else {}
        caller = self._caller_in(where)
        try:
            session = await in_thread(lambda: caller.gatherer.find(request.resource_id))
        except SessionNotFound:
            if not is_refresh:
                raise
            return sdk.ReadResponse(resource_id="")
        region = caller.lookout.finder.region
        inputs = dict(request.inputs) or {"sessionId": wrapped(request.resource_id), "waitFor": wrapped(_DEFAULTS["wait_for"])}
        kept = {"wait_for": olds.get("wait_for", _DEFAULTS["wait_for"])}
        if is_refresh:
            record = session.record()
            self._drifted[request.urn] = [name for name in _FIELDS if olds.get(name) != record[name]]
        return sdk.ReadResponse(request.resource_id, _outputs(request.resource_id, region, session, kept), inputs)

    async def cancel(self) -> None:
        """Give up every wait: the engine was interrupted."""
        for task in self._at_work:
            task.cancel()

    # --- Functions ---

    async def invoke(self, request: sdk.InvokeRequest) -> sdk.InvokeResponse:
        """Ask for one session, or for all that fit."""
        _is_known(request.tok, FUNCTION_ARGUMENTS)
        arguments = _arguments(plain_map(request.args), FUNCTION_ARGUMENTS[request.tok])
        region = {"region": arguments.pop("region")} if "region" in arguments else {}
        question = Question.of(arguments, only_one=request.tok == GET_SESSION)
        finder = self._caller_in(region).lookout.finder
        found = await in_thread(lambda: question.ask(finder))
        told = [_told(session_id, finder.region, session) for session_id, session in found.items()]
        if question.only_one:
            return sdk.InvokeResponse(return_value=told[0])
        several = {
            "region": wrapped(finder.region),
            "ids": wrapped(list(found)),
            "sessions": PropertyValue([PropertyValue(each) for each in told]),
        }
        return sdk.InvokeResponse(return_value=several)

    # --- What they share ---

    def _caller_in(self, where: Mapping[str, Any]) -> _Caller:
        """Who asks in this place."""
        return self._caller(Caller.of({**self._options, **where}))

    def _caller(self, caller: Caller) -> _Caller:
        """One for each, kept."""
        if caller not in self._callers:
            self._callers[caller] = _Caller(caller, self._engine)
        return self._callers[caller]

    def _demand(self, news: Mapping[str, Any]) -> Demand:
        """What the program asks for. What is not known yet counts as something that would do. Raises InvalidInput."""
        known = {**_DEFAULTS, "session_id": "unknown"} | {name: value for name, value in news.items() if not holds_unknown(value)}
        if "session_id" not in news:
            raise InvalidInput("session_id", "it is missing")
        if type(known["logs"]) is not bool:
            raise InvalidInput("logs", f"{given(known['logs'])} is neither true nor false")
        expect = {name: value for name, value in named(news.get("expect", {})).items() if not holds_unknown(value)}
        # A session is taken as it is where nothing is waited for; a schema has no None.
        asked = {**known, "wait_for": known["wait_for"] or None, "aws": {**self._options, **_where(known)}}
        inner = {snake(name): value for name, value in expect.items()}
        expected = [
            Expectation.of(name, value if name in _OWN_KEYS else snake_keys(value, keeping=frozenset())) for name, value in inner.items()
        ]
        demand = Demand.of(asked).expecting(expected, on_mismatch=known["on_mismatch"])
        return demand.without_waiting() if self._skips else demand

    async def _look(self, urn: str, demand: Demand) -> Seen:
        """How the session stands, as of this run's last look at it for this resource, or of one now."""
        seen = self._last_look(urn, demand)
        if seen is not None:
            return seen
        gatherer = self._caller(demand.caller).gatherer
        found: Session | GlueSessionError
        try:
            found = await in_thread(lambda: gatherer.find(demand.session_id))
        except GlueSessionError as refused:
            found = refused
        self._looked[urn] = time.monotonic(), demand.session_id, demand.caller, found
        return self._judged(demand, found)

    def _last_look(self, urn: str, demand: Demand) -> Seen | None:
        """How the session stood at a look for this resource that still counts as one of now."""
        if urn not in self._looked:
            return None
        at, session_id, caller, found = self._looked[urn]
        counts = (session_id, caller) == (demand.session_id, demand.caller) and time.monotonic() - at <= FRESH_SECONDS
        return self._judged(demand, found) if counts else None

    def _judged(self, demand: Demand, found: Session | GlueSessionError) -> Seen:
        return demand.gate.judge(demand.session_id, found, region=self._caller(demand.caller).lookout.finder.region)

    async def _warn(self, urn: str, demand: Demand, seen: Seen) -> None:
        """Say what is not as expected, where that is no reason to fail; once in a run."""
        warning = str(demand.warning(seen) or "")
        if warning and warning != self._warned.get(urn):
            self._warned[urn] = warning
            await self._engine.say(warning, urn=urn, warning=True)

    async def _recorded(self, news: Mapping[str, Any], urn: str, *, preview: bool, seconds: float) -> dict[str, PropertyValue]:
        """Outputs of the session, once it has passed its gate; in a preview as it is now. Raises why it won't."""
        kept = {name: news[name] for name in _RECORDED if name in news}
        if preview and not _is_askable(news):
            unknown = dict.fromkeys(("region", *_FIELDS), UNKNOWN)
            return {camel(name): wrapped(value) for name, value in {**unknown, **kept}.items()}
        demand = self._demand(news)
        if seconds:
            # customTimeouts, the program's own word for how long this resource may take.
            demand = replace(demand, limit=seconds)
        seen = await self._look(urn, demand) if preview else self._last_look(urn, demand)
        if seen is None or (seen.phase is not Phase.PASSED and not preview):
            # Looks of its own: it is waited for, and what failed may have passed.
            work = self._caller(demand.caller).until(demand, urn=urn, logs=bool(news.get("logs")))
            seen = await self._cancellable(work, demand)
        if seen.session is None or seen.phase is Phase.BARRED:
            raise seen.error or AssertionError
        await self._warn(urn, demand, seen)
        if prospect := demand.prospect(seen):
            await self._engine.say(prospect, urn=urn)
        later = CHANGED_BY_WAITING if seen.phase is Phase.ON_ITS_WAY else ()
        return _outputs(demand.session_id, seen.region, seen.session, kept, unknown=later)

    async def _cancellable(self, work: Any, demand: Demand) -> Seen:  # noqa: ANN401 - a coroutine
        task: asyncio.Task[Seen] = asyncio.ensure_future(work)
        self._at_work.add(task)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            if not task.cancelled():
                task.cancel()
                raise
            raise _Cancelled(f'Waiting for Glue session "{printable(demand.session_id)}" was interrupted.') from None
        finally:
            self._at_work.discard(task)


class _Barred(GlueSessionError):
    """Why a gate can't be passed, with what has changed since the session was recorded."""


class _Cancelled(GlueSessionError):
    """A wait that was given up."""


class _Caller:
    """Looks as one caller, and tells each resource on its own row what it waits for."""

    def __init__(self, caller: Caller, engine: Engine) -> None:
        self.lookout = Lookout(caller, progress=self._tell, note=lambda _line: None)
        self.gatherer = Gatherer(self.lookout.finder)
        self._engine = engine
        self._announcers: dict[str, dict[str, Announcer]] = {}
        self._saying: set[asyncio.Future[None]] = set()

    async def until(self, demand: Demand, *, urn: str, logs: bool) -> Seen:
        """See the session pass its gate, or why it won't."""

        def say(line: str, *, ephemeral: bool) -> None:
            saying = asyncio.ensure_future(self._engine.say(line, urn=urn, ephemeral=ephemeral))
            # An event loop alone doesn't keep a task.
            self._saying.add(saying)
            saying.add_done_callback(self._saying.discard)

        of_session = self._announcers.setdefault(demand.session_id, {})
        of_session[urn] = Announcer(say)
        try:
            return await self.lookout.until(demand, logs=logs)
        finally:
            of_session.pop(urn)

    def _tell(self, waiting: Iterable[Waiting], now: float) -> None:
        for wait in waiting:
            for announcer in self._announcers.get(wait.session_id, {}).values():
                announcer([wait], now)


def _options(options: Mapping[str, Any]) -> dict[str, Any]:
    """Options of the provider by their inner names. What is no text comes as JSON: the engine's configuration knows only texts."""
    read: dict[str, Any] = {}
    for name, value in options.items():
        # The engine adds some of its own, as `version`.
        if name.startswith("__") or name in ("version", "pluginDownloadURL", "pluginChecksums"):
            continue
        read[snake(name)] = texts.read(snake(name), value) if isinstance(value, str) else value
    return {name: snake_keys(value, keeping=frozenset()) for name, value in read.items()}


def _arguments(arguments: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """Arguments by their inner names. Raises InvalidInput for one that there isn't."""
    for name in arguments:
        if snake(name) not in names or camel(snake(name)) != name:
            raise InvalidInput(snake(name), f"{given(name)} is no argument: use {', '.join(map(camel, names))}")
    return _inner(arguments)


def _is_known(token: str, tokens: Iterable[str]) -> None:
    """Raise InvalidInput for a resource or a function that there isn't."""
    if token not in tokens:
        raise InvalidInput("", f"there is no {printable(token)}: use {' or '.join(tokens)}")


def _is_askable(news: Mapping[str, Any]) -> bool:
    """Whether all is known that a look needs."""
    return not holds_unknown([news.get(name) for name in _RECORDED])


def _changed(seen: Seen, olds: Mapping[str, Any], *, ignoring: set[str]) -> list[str]:
    """What of a session is no longer as recorded. Raises why its gate can't be passed."""
    if seen.session is None:
        if isinstance(seen.error, LookFailed) and seen.error.passes_at_first:
            # It may pass: an update looks again, and in an up waits.
            return ["status"]
        raise seen.error or AssertionError
    record = seen.session.record()
    if seen.error is not None:
        raise _Barred(f"{seen.error}{drift(olds, record, of=_FIELDS)}") from seen.error
    changed = [name for name in _FIELDS if name not in ignoring and record[name] != olds.get(name)]
    if seen.region != olds.get("region"):
        # The provider asks elsewhere now: that is another session.
        return ["region", *changed]
    # One on its way has to be waited for, whatever is recorded of it.
    return [*changed, "status"] if seen.phase is Phase.ON_ITS_WAY else changed


def _inner(by_name: Mapping[str, Any]) -> dict[str, Any]:
    inner: dict[str, Any] = snake_keys(by_name, keeping=_OWN_KEYS | {"expect"})
    return inner


def outer(name: str) -> str:
    """Path of an input as the program writes it: `aws.assume_roles[0].role_arn` is the provider's `assumeRoles[0].roleArn`."""
    return ".".join(map(camel, name.removeprefix("aws.").split(".")))


def _where(inputs: Mapping[str, Any]) -> dict[str, Any]:
    return {"region": inputs["region"]} if inputs.get("region") else {}


def _told(session_id: str, region: str, session: Session) -> dict[str, PropertyValue]:
    """All of a session but its arguments: one secret would make the whole answer of a function a secret to the SDKs."""
    return _outer_values(values(session_id, region, session))


def _outputs(
    session_id: str, region: str, session: Session, kept: Mapping[str, Any], *, unknown: Iterable[str] = ()
) -> dict[str, PropertyValue]:
    """What is recorded."""
    record: dict[str, Any] = {**kept, "session_id": session_id, "region": region, **session.record(), **dict.fromkeys(unknown, UNKNOWN)}
    return _outer_values(record)


def _outer_values(by_name: Mapping[str, Any]) -> dict[str, PropertyValue]:
    """Plain values by their inner names as property values. Arguments are a secret unless there are none."""
    return {
        camel(name): wrapped(value if name in _OWN_KEYS else camel_keys(value, keeping=_OWN_KEYS), secret=name in SECRET and bool(value))
        for name, value in by_name.items()
    }


def _differences(changed: Iterable[str]) -> sdk.DiffResponse:
    """Properties that are others, each by its name."""
    kinds = {True: sdk.PropertyDiffKind.UPDATE_REPLACE, False: sdk.PropertyDiffKind.UPDATE}
    details = {camel(name): sdk.PropertyDiff(kinds[name in _REPLACING], input_diff=name in _RECORDED) for name in changed}
    replaces = [camel(name) for name in changed if name in _REPLACING]
    return sdk.DiffResponse(changes=bool(details), diffs=list(details), replaces=replaces, detailed_diff=details)
