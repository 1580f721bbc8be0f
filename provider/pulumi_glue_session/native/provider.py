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

import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from pulumi.provider.experimental import provider as sdk
from pulumi.provider.experimental.property_value import PropertyValue

from pulumi_glue_session.core.aws_config import AwsConfig
from pulumi_glue_session.core.concurrency import await_in_thread
from pulumi_glue_session.core.drift import describe_drift
from pulumi_glue_session.core.errors import GlueSessionError, InvalidInput, LookFailed, SessionNotFound
from pulumi_glue_session.core.expectation import Expectation, require_mapping
from pulumi_glue_session.core.messages import ErrorReport, Hints, short_repr
from pulumi_glue_session.core.query import SessionQuery
from pulumi_glue_session.core.session import SET_BY_WAITING, Session, session_to_dict
from pulumi_glue_session.core.wait import DEFAULT_TIMEOUT, WaitRequest, WaitResult, WaitState, parse_skip_wait
from pulumi_glue_session.native.polling import Engine, ResourcePoller
from pulumi_glue_session.native.properties import (
    FUNCTION_ARGUMENTS,
    GET_SESSION,
    HINTS,
    OWN_KEYS,
    RECORDED,
    RESOURCE_INPUTS,
    SESSION,
    UNKNOWN,
    arguments,
    camel,
    check_token,
    contains_unknown,
    input_path,
    options,
    region_override,
    snake,
    snake_keys,
    to_property_values,
    to_snake,
    unwrap_map,
    wrap,
)

_REPLACING = frozenset({"session_id", "region"})

_DEFAULTS: Mapping[str, Any] = {"wait_for": ["READY"], "timeout": DEFAULT_TIMEOUT, "on_mismatch": "fail", "logs": False, "expect": {}}

_FIELDS = tuple(Session().to_state())


class SessionProvider(sdk.Provider):
    """Provider of read-only Glue sessions. Creates, changes and deletes nothing in AWS."""

    def __init__(self, engine: Engine, *, schema: str) -> None:
        """`schema` is the package schema, as JSON."""
        self._engine = engine
        self._schema = schema
        self._options: dict[str, Any] = {}
        self._skips = False
        self._looks = ResourcePoller(engine)
        self._drifted: dict[str, list[str]] = {}
        """What a refresh has just found to be others, by URN."""

    async def get_schema(self, request: sdk.GetSchemaRequest) -> sdk.GetSchemaResponse:  # noqa: ARG002 - the SDK's signature
        """Package schema."""
        return sdk.GetSchemaResponse(schema=self._schema)

    # --- Provider configuration ---

    async def check_config(self, request: sdk.CheckRequest) -> sdk.CheckResponse:
        """Refuse options that mean nothing."""
        try:
            named_options = options(unwrap_map(request.new_inputs))
            AwsConfig.parse({name: value for name, value in named_options.items() if name != "skip_wait" and not contains_unknown(value)})
        except InvalidInput as invalid:
            failure = sdk.CheckFailure(input_path(invalid.input_name), invalid.reason(HINTS))
            return sdk.CheckResponse(inputs=request.new_inputs, failures=[failure])
        return sdk.CheckResponse(inputs=request.new_inputs)

    async def configure(self, request: sdk.ConfigureRequest) -> sdk.ConfigureResponse:
        """Keep who asks, and where."""
        self._options = options(unwrap_map(request.args))
        configured = bool(self._options.pop("skip_wait", False))
        from_environment = parse_skip_wait(os.environ)
        self._skips = configured if from_environment is None else from_environment
        return sdk.ConfigureResponse(accept_secrets=True, supports_preview=True)

    # --- The resource ---

    async def check(self, request: sdk.CheckRequest) -> sdk.CheckResponse:
        """Judge what the program gives, as far as it is known, and make what is seen of the session inputs."""
        # What follows is about the program's resource, and no longer about what a refresh has read.
        self._drifted.pop(request.urn, None)
        given_inputs = {name: value for name, value in request.new_inputs.items() if value.value is not None}
        inputs = {"waitFor": wrap(_DEFAULTS["wait_for"]), **given_inputs}
        # What ignore_changes names comes with its old value from the engine.
        held = {name for name in inputs if snake(name) in _FIELDS and name in request.old_inputs}
        try:
            check_token(request.type, (SESSION,))
            news = arguments(unwrap_map({name: value for name, value in inputs.items() if name not in held}), RESOURCE_INPUTS)
            demand = self._demand(news)
        except InvalidInput as invalid:
            return sdk.CheckResponse(inputs=inputs, failures=[sdk.CheckFailure(input_path(invalid.input_name), invalid.reason(HINTS))])
        if _is_askable(news):
            seen = await self._looks.poll(request.urn, demand)
            await self._looks.warn(request.urn, demand, seen)
            if seen.session is not None:
                # What waiting will change is not known of a new record, and can't be called unknown: an up refuses that.
                later = SET_BY_WAITING if seen.state is WaitState.PENDING and not request.old_inputs else ()
                observed = {name: value for name, value in seen.session.to_state().items() if name not in later}
                inputs = {**to_property_values(observed), **inputs}
        return sdk.CheckResponse(inputs=inputs)

    async def diff(self, request: sdk.DiffRequest) -> sdk.DiffResponse:
        """What is others than recorded, of the program's inputs and of the session itself. Raises why its gate can't be passed."""
        if request.urn in self._drifted:
            return _differences(self._drifted.pop(request.urn))
        olds, news = to_snake(unwrap_map(request.old_state)), to_snake(unwrap_map(request.new_inputs))
        changed = [name for name in RECORDED if name in news and news[name] != olds.get(name)]
        if _is_askable(news) and not _REPLACING & set(changed):
            seen = await self._looks.poll(request.urn, self._demand(news))
            changed += _changed(seen, olds, ignoring=set(map(snake, request.ignore_changes)))
        return _differences(dict.fromkeys(changed))

    async def create(self, request: sdk.CreateRequest) -> sdk.CreateResponse:
        """Record the session, in an up once it has passed its gate."""
        news = to_snake(unwrap_map(request.properties))
        outputs = await self._recorded(news, request.urn, preview=request.preview, seconds=request.timeout)
        known = not contains_unknown(news["session_id"])
        return sdk.CreateResponse(resource_id=news["session_id"] if known else "", properties=outputs)

    async def update(self, request: sdk.UpdateRequest) -> sdk.UpdateResponse:
        """Record the session anew. What `ignore_changes` names stays as it was."""
        news = to_snake(unwrap_map(request.news))
        outputs = await self._recorded(news, request.urn, preview=request.preview, seconds=request.timeout)
        held = {name: request.olds[name] for name in request.ignore_changes if name in request.olds and name in outputs}
        return sdk.UpdateResponse(properties=outputs | held)

    async def delete(self, request: sdk.DeleteRequest) -> None:
        """Drop the record. AWS is not called."""

    async def read(self, request: sdk.ReadRequest) -> sdk.ReadResponse:
        """Look at the session, now. On refresh one that is gone leaves the state; a refused look never does that."""
        check_token(request.type, (SESSION,))
        # A first read may come with inputs alone.
        olds = to_snake(unwrap_map({**request.inputs, **request.properties}))
        is_refresh = "status" in olds
        caller = self._looks.for_config(self._as_caller(region_override(olds)))
        try:
            session = await await_in_thread(lambda: caller.gatherer.get(request.resource_id))
        except SessionNotFound:
            if not is_refresh:
                raise
            return sdk.ReadResponse(resource_id="")
        region = caller.lookout.sessions.region
        inputs = dict(request.inputs) or {"sessionId": wrap(request.resource_id), "waitFor": wrap(_DEFAULTS["wait_for"])}
        kept = {"wait_for": olds.get("wait_for", _DEFAULTS["wait_for"])}
        if is_refresh:
            record = session.to_state()
            self._drifted[request.urn] = [name for name in _FIELDS if olds.get(name) != record[name]]
        return sdk.ReadResponse(request.resource_id, _outputs(request.resource_id, region, session, kept), inputs)

    async def cancel(self) -> None:
        """Give up every wait: the engine was interrupted."""
        self._looks.cancel()

    # --- Functions ---

    async def invoke(self, request: sdk.InvokeRequest) -> sdk.InvokeResponse:
        """Ask for one session, or for all that fit."""
        check_token(request.tok, FUNCTION_ARGUMENTS)
        asked = arguments(unwrap_map(request.args), FUNCTION_ARGUMENTS[request.tok])
        finder = self._looks.for_config(self._as_caller(region_override(asked))).lookout.sessions
        asked.pop("region", None)
        question = SessionQuery.parse(asked, exactly_one=request.tok == GET_SESSION)
        found = await await_in_thread(lambda: question.run(finder))
        told = [_told(session_id, finder.region, session) for session_id, session in found.items()]
        if question.exactly_one:
            return sdk.InvokeResponse(return_value=told[0])
        several = {
            "region": wrap(finder.region),
            "ids": wrap(list(found)),
            "sessions": PropertyValue([PropertyValue(each) for each in told]),
        }
        return sdk.InvokeResponse(return_value=several)

    # --- What they share ---

    def _as_caller(self, where_named: Mapping[str, Any]) -> AwsConfig:
        """Who asks in this place."""
        return AwsConfig.parse({**self._options, **where_named})

    def _demand(self, news: Mapping[str, Any]) -> WaitRequest:
        """What the program asks for. What is not known yet counts as something that would do. Raises InvalidInput."""
        known = {**_DEFAULTS, "session_id": "unknown"} | {name: value for name, value in news.items() if not contains_unknown(value)}
        if "session_id" not in news:
            raise InvalidInput("session_id", "it is missing")
        if type(known["logs"]) is not bool:
            raise InvalidInput("logs", f"{short_repr(known['logs'])} is neither true nor false")
        expect = {name: value for name, value in require_mapping(news.get("expect", {})).items() if not contains_unknown(value)}
        # A session is taken as it is where nothing is waited for; a schema has no None.
        asked = {**known, "wait_for": known["wait_for"] or None, "aws": {**self._options, **region_override(known)}}
        by_name = {snake(name): value for name, value in expect.items()}
        expected = [
            Expectation.parse(name, value if name in OWN_KEYS else snake_keys(value, keeping=frozenset()))
            for name, value in by_name.items()
        ]
        demand = WaitRequest.parse(asked).with_expectations(expected, on_mismatch=known["on_mismatch"])
        return demand.without_waiting() if self._skips else demand

    async def _recorded(self, news: Mapping[str, Any], urn: str, *, preview: bool, seconds: float) -> dict[str, PropertyValue]:
        """Outputs of the session, once it has passed its gate; in a preview as it is now. Raises why it won't."""
        kept = {name: news[name] for name in RECORDED if name in news}
        if preview and not _is_askable(news):
            unknown = dict.fromkeys(("region", *_FIELDS), UNKNOWN)
            return {camel(name): wrap(value) for name, value in {**unknown, **kept}.items()}
        demand = self._demand(news)
        if seconds:
            # customTimeouts, the program's own word for how long this resource may take.
            demand = replace(demand, timeout=seconds)
        seen = await self._looks.poll(urn, demand) if preview else self._looks.last_result(urn, demand)
        if seen is None or (seen.state is not WaitState.SUCCEEDED and not preview):
            # Looks of its own: it is waited for, and what failed may have passed.
            seen = await self._looks.wait(urn, demand, logs=bool(news.get("logs")))
        if seen.session is None or seen.state is WaitState.FAILED:
            raise seen.error or AssertionError
        await self._looks.warn(urn, demand, seen)
        if prospect := demand.pending_message(seen):
            await self._engine.say(prospect, urn=urn)
        later = SET_BY_WAITING if seen.state is WaitState.PENDING else ()
        return _outputs(demand.session_id, seen.region, seen.session, kept, unknown=later)


class _GateFailed(GlueSessionError):
    """Why the session cannot pass its gate, with what changed since it was recorded."""

    def __init__(self, error: GlueSessionError, recorded: Mapping[str, Any], session: Mapping[str, Any]) -> None:
        self._error = error
        self._recorded = recorded
        self._session = session
        super().__init__()

    def report(self, hints: Hints = HINTS) -> ErrorReport:
        """Report of the error with the differences."""
        changed = describe_drift(self._recorded, self._session, fields=_FIELDS, hints=hints)
        return replace(self._error.report(hints), changed=changed)


def _is_askable(news: Mapping[str, Any]) -> bool:
    """Whether all is known that a look needs."""
    return not contains_unknown([news.get(name) for name in RECORDED])


def _changed(seen: WaitResult, olds: Mapping[str, Any], *, ignoring: set[str]) -> list[str]:
    """What of a session is no longer as recorded. Raises why its gate can't be passed."""
    if seen.session is None:
        if isinstance(seen.error, LookFailed) and seen.error.is_transient_before_first_read:
            # It may pass: an update looks again, and in an up waits.
            return ["status"]
        raise seen.error or AssertionError
    record = seen.session.to_state()
    if seen.error is not None:
        raise _GateFailed(seen.error, olds, record) from seen.error
    changed = [name for name in _FIELDS if name not in ignoring and record[name] != olds.get(name)]
    if seen.region != olds.get("region"):
        # The provider asks elsewhere now: that is another session.
        return ["region", *changed]
    # One on its way has to be waited for, whatever is recorded of it.
    return [*changed, "status"] if seen.state is WaitState.PENDING else changed


def _told(session_id: str, region: str, session: Session) -> dict[str, PropertyValue]:
    """All of a session but its arguments: one secret would make the whole answer of a function a secret to the SDKs."""
    return to_property_values(session_to_dict(session_id, region, session))


def _outputs(
    session_id: str, region: str, session: Session, kept: Mapping[str, Any], *, unknown: Iterable[str] = ()
) -> dict[str, PropertyValue]:
    """What is recorded."""
    record: dict[str, Any] = {**kept, "session_id": session_id, "region": region, **session.to_state(), **dict.fromkeys(unknown, UNKNOWN)}
    return to_property_values(record)


def _differences(changed: Iterable[str]) -> sdk.DiffResponse:
    """Properties that are others, each by its name."""
    kinds = {True: sdk.PropertyDiffKind.UPDATE_REPLACE, False: sdk.PropertyDiffKind.UPDATE}
    details = {camel(name): sdk.PropertyDiff(kinds[name in _REPLACING], input_diff=name in RECORDED) for name in changed}
    replaces = [camel(name) for name in changed if name in _REPLACING]
    return sdk.DiffResponse(changes=bool(details), diffs=list(details), replaces=replaces, detailed_diff=details)
