"""Native provider: the resource `glue-session:index:Session` and its functions, for programs in any Pulumi language.

The engine says whether it runs a preview, so `create` and `update` read once in a preview and wait in an up. They wait on the
event loop that serves all calls, any number of sessions at once. `check` adds the fields of the session to the inputs, because
the engine takes the new side of a displayed difference from the inputs; `diff` compares them with the recorded outputs. Only
SessionNotFound removes a session from the state, and only during a refresh.
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
from pulumi_glue_session.core.errors import AccessDenied, GlueSessionError, InvalidInput, LookFailed, SessionNotFound
from pulumi_glue_session.core.expectation import Expectation, require_mapping
from pulumi_glue_session.core.messages import ErrorReport, Hints, short_repr
from pulumi_glue_session.core.query import SessionQuery
from pulumi_glue_session.core.recorded_account import confirm_missing
from pulumi_glue_session.core.session import SET_BY_WAITING, Session, session_to_dict
from pulumi_glue_session.core.wait import DEFAULT_TIMEOUT, WaitRequest, WaitResult, WaitState, parse_skip_wait
from pulumi_glue_session.native.polling import Engine, ResourcePoller
from pulumi_glue_session.native.properties import (
    FUNCTION_ARGUMENTS,
    GET_SESSION,
    HINTS,
    RECORDED_INPUTS,
    RESOURCE_INPUTS,
    SESSION,
    UNKNOWN,
    USER_KEYS,
    camel,
    check_token,
    contains_unknown,
    input_path,
    parse_arguments,
    parse_options,
    region_override,
    snake,
    snake_keys,
    to_property_values,
    to_snake,
    unwrap_map,
    wrap,
)

_REPLACING = frozenset({"session_id", "region"})

_DEFAULTS: Mapping[str, Any] = {
    "wait_for": ["READY"],
    "timeout": DEFAULT_TIMEOUT,
    "on_mismatch": "fail",
    "logs": False,
    "expect": {},
}

_FIELDS = tuple(Session().to_state())


class SessionProvider(sdk.Provider):
    """Provider of read-only Glue sessions. Creates, changes and deletes nothing in AWS."""

    def __init__(self, engine: Engine, *, schema: str) -> None:
        """`schema` is the package schema as JSON."""
        self._engine = engine
        self._schema = schema
        self._options: dict[str, Any] = {}
        self._skip_wait = False
        self._poller = ResourcePoller(engine)
        self._refreshed: dict[str, list[str]] = {}
        """Fields that the last refresh found changed, by URN."""

    async def get_schema(self, request: sdk.GetSchemaRequest) -> sdk.GetSchemaResponse:  # noqa: ARG002 - the SDK's signature
        """Package schema."""
        return sdk.GetSchemaResponse(schema=self._schema)

    # --- Provider configuration ---

    async def check_config(self, request: sdk.CheckRequest) -> sdk.CheckResponse:
        """Validate the provider options."""
        try:
            options = parse_options(unwrap_map(request.new_inputs))
            aws_options = {name: value for name, value in options.items() if name != "skip_wait"}
            AwsConfig.parse({name: value for name, value in aws_options.items() if not contains_unknown(value)})
        except InvalidInput as error:
            failure = sdk.CheckFailure(input_path(error.input_name), error.reason(HINTS))
            return sdk.CheckResponse(inputs=request.new_inputs, failures=[failure])
        return sdk.CheckResponse(inputs=request.new_inputs)

    async def configure(self, request: sdk.ConfigureRequest) -> sdk.ConfigureResponse:
        """Store the provider options."""
        self._options = parse_options(unwrap_map(request.args))
        configured = bool(self._options.pop("skip_wait", False))
        from_environment = parse_skip_wait(os.environ)
        self._skip_wait = configured if from_environment is None else from_environment
        return sdk.ConfigureResponse(accept_secrets=True, supports_preview=True)

    # --- The resource ---

    async def check(self, request: sdk.CheckRequest) -> sdk.CheckResponse:
        """Validate the inputs as far as they are known, and add the current fields of the session to them."""
        # A check starts the program's part of a run: a later diff is no longer about a refresh.
        self._refreshed.pop(request.urn, None)
        program_inputs = {name: value for name, value in request.new_inputs.items() if value.value is not None}
        inputs = {"waitFor": wrap(_DEFAULTS["wait_for"]), **program_inputs}
        # The engine passes the old values of properties in ignoreChanges.
        ignored = {name for name in inputs if snake(name) in _FIELDS and name in request.old_inputs}
        try:
            check_token(request.type, (SESSION,))
            arguments = unwrap_map({name: value for name, value in inputs.items() if name not in ignored})
            news = parse_arguments(arguments, RESOURCE_INPUTS)
            wait_request = self._wait_request(news)
        except InvalidInput as error:
            failure = sdk.CheckFailure(input_path(error.input_name), error.reason(HINTS))
            return sdk.CheckResponse(inputs=inputs, failures=[failure])
        if _is_readable(news):
            result = await self._poller.poll(request.urn, wait_request)
            await self._poller.warn_of_mismatch(request.urn, wait_request, result)
            if result.session is not None:
                # An up refuses unknown inputs, so fields that the wait sets are left out of a new record.
                is_new = not request.old_inputs
                omitted = SET_BY_WAITING if result.state is WaitState.PENDING and is_new else ()
                fields = {name: value for name, value in result.session.to_state().items() if name not in omitted}
                inputs = {**to_property_values(fields), **inputs}
        return sdk.CheckResponse(inputs=inputs)

    async def diff(self, request: sdk.DiffRequest) -> sdk.DiffResponse:
        """Compare recorded outputs with the inputs and the current session. Raises the error of a session that failed."""
        if request.urn in self._refreshed:
            return _diff_response(self._refreshed.pop(request.urn))
        olds, news = to_snake(unwrap_map(request.old_state)), to_snake(unwrap_map(request.new_inputs))
        changed = [name for name in RECORDED_INPUTS if name in news and news[name] != olds.get(name)]
        if _is_readable(news) and not _REPLACING & set(changed):
            result = await self._poller.poll(request.urn, self._wait_request(news))
            changed += _changed_fields(result, olds, ignored=set(map(snake, request.ignore_changes)))
        return _diff_response(dict.fromkeys(changed))

    async def create(self, request: sdk.CreateRequest) -> sdk.CreateResponse:
        """Record the session; in an up, wait for it first."""
        news = to_snake(unwrap_map(request.properties))
        outputs = await self._read_outputs(news, request.urn, preview=request.preview, custom_timeout=request.timeout)
        known = not contains_unknown(news["session_id"])
        return sdk.CreateResponse(resource_id=news["session_id"] if known else "", properties=outputs)

    async def update(self, request: sdk.UpdateRequest) -> sdk.UpdateResponse:
        """Record the session again. Properties in `ignoreChanges` keep their recorded values."""
        news = to_snake(unwrap_map(request.news))
        outputs = await self._read_outputs(news, request.urn, preview=request.preview, custom_timeout=request.timeout)
        ignored = {
            name: request.olds[name] for name in request.ignore_changes if name in request.olds and name in outputs
        }
        return sdk.UpdateResponse(properties=outputs | ignored)

    async def delete(self, request: sdk.DeleteRequest) -> None:
        """Drop the record. AWS is not called."""

    async def read(self, request: sdk.ReadRequest) -> sdk.ReadResponse:
        """Read the session now. A refresh removes a missing session from the state; a refused read never does."""
        check_token(request.type, (SESSION,))
        # The first read can come with inputs only.
        olds = to_snake(unwrap_map({**request.inputs, **request.properties}))
        is_refresh = "status" in olds
        poller = self._poller.for_config(self._aws_config(region_override(olds)))
        try:
            session = await await_in_thread(lambda: poller.cache.get(request.resource_id))
        except SessionNotFound:
            if not is_refresh:
                raise
            sessions = poller.sessions
            await await_in_thread(
                lambda: confirm_missing(request.resource_id, sessions.region, olds, sessions.account_id)
            )
            return sdk.ReadResponse(resource_id="")
        except AccessDenied as error:
            if not is_refresh:
                raise
            raise error.in_refresh() from error
        default_inputs = {"sessionId": wrap(request.resource_id), "waitFor": wrap(_DEFAULTS["wait_for"])}
        recorded_inputs = {"wait_for": olds.get("wait_for", _DEFAULTS["wait_for"])}
        if is_refresh:
            current = session.to_state()
            self._refreshed[request.urn] = [name for name in _FIELDS if olds.get(name) != current[name]]
        outputs = _outputs(request.resource_id, poller.sessions.region, session, recorded_inputs)
        return sdk.ReadResponse(request.resource_id, outputs, dict(request.inputs) or default_inputs)

    async def cancel(self) -> None:
        """Cancel every wait: the user interrupted the engine."""
        self._poller.cancel()

    # --- Functions ---

    async def invoke(self, request: sdk.InvokeRequest) -> sdk.InvokeResponse:
        """Run `getSession` or `getSessions`."""
        check_token(request.tok, FUNCTION_ARGUMENTS)
        arguments = parse_arguments(unwrap_map(request.args), FUNCTION_ARGUMENTS[request.tok])
        sessions = self._poller.for_config(self._aws_config(region_override(arguments))).sessions
        arguments.pop("region", None)
        query = SessionQuery.parse(arguments, exactly_one=request.tok == GET_SESSION)
        found = await await_in_thread(lambda: query.run(sessions))
        results = [_function_result(session_id, sessions.region, session) for session_id, session in found.items()]
        if query.exactly_one:
            return sdk.InvokeResponse(return_value=results[0])
        return sdk.InvokeResponse(
            return_value={
                "region": wrap(sessions.region),
                "ids": wrap(list(found)),
                "sessions": PropertyValue([PropertyValue(result) for result in results]),
            }
        )

    # --- Shared parts ---

    def _aws_config(self, overrides: Mapping[str, Any]) -> AwsConfig:
        return AwsConfig.parse({**self._options, **overrides})

    def _wait_request(self, news: Mapping[str, Any]) -> WaitRequest:
        """Wait request of the inputs. Unknown inputs count as valid. Raises InvalidInput."""
        known = {name: value for name, value in news.items() if not contains_unknown(value)}
        known = {**_DEFAULTS, "session_id": "unknown"} | known
        if "session_id" not in news:
            raise InvalidInput("session_id", "it is missing")
        if type(known["logs"]) is not bool:
            raise InvalidInput("logs", f"{short_repr(known['logs'])} is not a boolean: use true or false")
        expect = require_mapping(news.get("expect", {}))
        expected_values = {snake(name): value for name, value in expect.items() if not contains_unknown(value)}
        expectations = [
            Expectation.parse(name, value if name in USER_KEYS else snake_keys(value, keep=frozenset()))
            for name, value in expected_values.items()
        ]
        arguments = {
            **known,
            # An empty list, because a schema cannot express null, takes the session as it is.
            "wait_for": known["wait_for"] or None,
            "aws": {**self._options, **region_override(known)},
        }
        request = WaitRequest.parse(arguments).with_expectations(expectations, on_mismatch=known["on_mismatch"])
        return request.without_waiting() if self._skip_wait else request

    async def _read_outputs(
        self, news: Mapping[str, Any], urn: str, *, preview: bool, custom_timeout: float
    ) -> dict[str, PropertyValue]:
        """Outputs of the session; in an up, after waiting for it. Raises the error of a session that failed."""
        recorded_inputs = {name: news[name] for name in RECORDED_INPUTS if name in news}
        if preview and not _is_readable(news):
            unknown = dict.fromkeys(("region", *_FIELDS), UNKNOWN)
            return {camel(name): wrap(value) for name, value in {**unknown, **recorded_inputs}.items()}
        request = self._wait_request(news)
        if custom_timeout:
            # The option customTimeouts overrides the input `timeout`.
            request = replace(request, timeout=custom_timeout)
        result = await self._poller.poll(urn, request) if preview else self._poller.last_result(urn, request)
        if result is None or (result.state is not WaitState.SUCCEEDED and not preview):
            result = await self._poller.wait(urn, request, logs=bool(news.get("logs")))
        if result.session is None or result.state is WaitState.FAILED:
            raise result.error or AssertionError
        await self._poller.warn_of_mismatch(urn, request, result)
        if message := request.pending_message(result):
            await self._engine.log(message, urn=urn)
        unknown_fields = SET_BY_WAITING if result.state is WaitState.PENDING else ()
        return _outputs(request.session_id, result.region, result.session, recorded_inputs, unknown=unknown_fields)


class _FailedWithDrift(GlueSessionError):
    """The error of a session that failed, with what changed since it was recorded."""

    def __init__(self, error: GlueSessionError, recorded: Mapping[str, Any], current: Mapping[str, Any]) -> None:
        self._error = error
        self._recorded = recorded
        self._current = current
        super().__init__()

    def report(self, hints: Hints = HINTS) -> ErrorReport:
        """Report of the error, with the changed fields."""
        changed = describe_drift(self._recorded, self._current, fields=_FIELDS, hints=hints)
        return replace(self._error.report(hints), changed=changed)


def _is_readable(news: Mapping[str, Any]) -> bool:
    """Whether every input that a read needs is known."""
    return not contains_unknown([news.get(name) for name in RECORDED_INPUTS])


def _changed_fields(result: WaitResult, olds: Mapping[str, Any], *, ignored: set[str]) -> list[str]:
    """Fields of the session that differ from the recorded ones. Raises the error of a session that failed."""
    if result.session is None:
        if isinstance(result.error, LookFailed) and result.error.is_transient_before_first_read:
            # The update reads again.
            return ["status"]
        raise result.error or AssertionError
    current = result.session.to_state()
    if result.error is not None:
        raise _FailedWithDrift(result.error, olds, current) from result.error
    changed = [name for name in _FIELDS if name not in ignored and current[name] != olds.get(name)]
    if result.region != olds.get("region"):
        # With other provider options the id names another session.
        return ["region", *changed]
    # A pending session has to be waited for, whatever is recorded.
    return [*changed, "status"] if result.state is WaitState.PENDING else changed


def _function_result(session_id: str, region: str, session: Session) -> dict[str, PropertyValue]:
    """Fields without default arguments: SDKs treat the whole result of a function as secret if one field is."""
    return to_property_values(session_to_dict(session_id, region, session))


def _outputs(
    session_id: str, region: str, session: Session, recorded_inputs: Mapping[str, Any], *, unknown: Iterable[str] = ()
) -> dict[str, PropertyValue]:
    values = {**recorded_inputs, "session_id": session_id, "region": region, **session.to_state()}
    return to_property_values({**values, **dict.fromkeys(unknown, UNKNOWN)})


def _diff_response(changed: Iterable[str]) -> sdk.DiffResponse:
    kinds = {True: sdk.PropertyDiffKind.UPDATE_REPLACE, False: sdk.PropertyDiffKind.UPDATE}
    details = {
        camel(name): sdk.PropertyDiff(kinds[name in _REPLACING], input_diff=name in RECORDED_INPUTS) for name in changed
    }
    replaces = [camel(name) for name in changed if name in _REPLACING]
    return sdk.DiffResponse(changes=bool(details), diffs=list(details), replaces=replaces, detailed_diff=details)
