"""Native provider: the resource `glue-session:index:Session` and its functions, for programs in any Pulumi language.

The engine says whether it runs a preview: `create` and `update` read once in a preview and wait in an up, on the event
loop that serves all calls. `check` adds fields that changed to the inputs, because the engine takes the new side of a
displayed difference from the inputs; `diff` compares the session with the recorded outputs. Only SessionNotFound
removes a session from the state, and only during a refresh.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

from pulumi.provider.experimental import provider as sdk
from pulumi.provider.experimental.property_value import PropertyValue

from pulumi_glue_session.core.aws_config import AwsConfig
from pulumi_glue_session.core.concurrency import await_in_thread
from pulumi_glue_session.core.errors import (
    AccessDenied,
    GlueSessionError,
    InvalidInput,
    LookFailed,
    SessionNotFound,
    without_values,
)
from pulumi_glue_session.core.recorded_account import confirm_missing, is_other_account
from pulumi_glue_session.core.session import SET_BY_WAITING
from pulumi_glue_session.core.wait import WaitRequest, WaitResult, WaitState, parse_skip_wait
from pulumi_glue_session.native.functions import query_sessions, wait_for_session
from pulumi_glue_session.native.polling import STACK_ROW, ResourcePoller
from pulumi_glue_session.native.properties import (
    FUNCTION_ARGUMENTS,
    GET_SESSION,
    HINTS,
    RECORDED_INPUTS,
    RESOURCE_INPUTS,
    SESSION,
    UNKNOWN,
    WAIT_FOR_SESSION,
    camel,
    check_token,
    contains_unknown,
    hide_secrets,
    input_path,
    parse_arguments,
    parse_options,
    region_override,
    secret_names,
    snake,
    to_snake,
    unwrap,
    unwrap_map,
    wrap,
)
from pulumi_glue_session.native.property_path import covers_property
from pulumi_glue_session.native.records import (
    FIELDS,
    PROVIDER_OPTIONS,
    REPLACING,
    FailedWithDrift,
    build_diff,
    build_outputs,
    changed_fields,
    describe_changes,
    observed_inputs,
    provider_options,
    unknown_outputs,
)
from pulumi_glue_session.native.requests import (
    DEFAULT_WAIT_FOR,
    ONCE,
    is_gate_open,
    is_readable,
    parse_request,
    without_condition,
)


class SessionProvider:
    """Provider of read-only Glue sessions. Creates, changes and deletes nothing in AWS."""

    def __init__(self, poller: ResourcePoller, *, schema: str) -> None:
        """`schema` is the package schema as JSON."""
        self._poller = poller
        self._schema = schema
        self._options: dict[str, Any] = {}
        self._skip_wait = False
        self._refreshed: dict[str, list[str]] = {}
        """Fields that the last refresh found changed, by URN."""
        self._restored: dict[str, set[str]] = {}
        """Outputs among the inputs of the last check, by URN. The engine restores them for `ignoreChanges`."""
        self._secret_outputs: dict[str, frozenset[str]] = {}
        """Outputs that the program declares secret, by URN. Only the record of the last run shows them."""

    async def get_schema(self, request: sdk.GetSchemaRequest) -> sdk.GetSchemaResponse:  # noqa: ARG002 - the SDK's signature
        """Package schema."""
        return sdk.GetSchemaResponse(schema=self._schema)

    # --- Provider configuration ---

    async def check_config(self, request: sdk.CheckRequest) -> sdk.CheckResponse:
        """Validate the provider options, and make those that hold external ids or passwords secret."""
        try:
            options = parse_options(unwrap_map(request.new_inputs))
            aws_options = {name: value for name, value in options.items() if name != "skip_wait"}
            AwsConfig.parse({name: value for name, value in aws_options.items() if not contains_unknown(value)})
        except InvalidInput as error:
            return _refuse(error, request.new_inputs, request.new_inputs)
        secret = {camel(name) for name, value in options.items() if _holds_credentials(name, value)}
        inputs = request.new_inputs
        return sdk.CheckResponse(
            inputs={name: value.with_secret(name in secret or value.is_secret) for name, value in inputs.items()}
        )

    async def configure(self, request: sdk.ConfigureRequest) -> sdk.ConfigureResponse:
        """Store the provider options."""
        self._options = parse_options(unwrap_map(request.args))
        configured = self._options.pop("skip_wait", False) is True
        from_environment = parse_skip_wait(os.environ)
        self._skip_wait = configured if from_environment is None else from_environment
        return sdk.ConfigureResponse(accept_secrets=True, supports_preview=True)

    # --- The resource ---

    async def check(
        self, request: sdk.CheckRequest, *, old_outputs: dict[str, PropertyValue] | None = None
    ) -> sdk.CheckResponse:
        """Validate the inputs as far as they are known, and add fields of the session that differ from the record.

        Older engines do not send `old_outputs`.
        """
        # A check starts the program's part of a run: a later diff is no longer about a refresh.
        self._refreshed.pop(request.urn, None)
        self._learn_secret_outputs(request.urn, {**request.old_inputs, **(old_outputs or {})})
        program_inputs = {name: value for name, value in request.new_inputs.items() if value.value is not None}
        inputs = {"waitFor": wrap(list(DEFAULT_WAIT_FOR)), **program_inputs}
        restored = self._find_restored(inputs, request.old_inputs)
        arguments = {name: value for name, value in inputs.items() if name not in restored}
        try:
            check_token(request.type, (SESSION,))
            parse_arguments(unwrap_map(arguments), RESOURCE_INPUTS)
            wait_request = await self._wait_request(arguments)
        except InvalidInput as error:
            return _refuse(error, inputs, inputs)
        self._restored[request.urn] = restored
        if is_readable(arguments):
            result = await self._poller.poll(request.urn, wait_request)
            is_new = not request.old_inputs
            if result.session is not None:
                observed = observed_inputs(
                    result.session,
                    self._selection(result.region),
                    old_outputs=old_outputs,
                    is_new=is_new,
                    # An up refuses unknown inputs, so these are left out of a new record.
                    unknown=SET_BY_WAITING if is_new and result.state is WaitState.PENDING else (),
                )
                inputs = {**observed, **inputs}
        return sdk.CheckResponse(inputs=inputs)

    def _learn_secret_outputs(self, urn: str, recorded: Mapping[str, PropertyValue]) -> None:
        self._secret_outputs[urn] = self._secret_outputs.get(urn, frozenset()) | secret_names(recorded)

    def _hide_secret_outputs(self, urn: str, error: GlueSessionError | None) -> GlueSessionError | None:
        return without_values(error, self._secret_outputs.get(urn, ())) if error else None

    @staticmethod
    def _find_restored(inputs: Mapping[str, PropertyValue], old_inputs: Mapping[str, PropertyValue]) -> set[str]:
        outputs = {camel(name) for name in (*FIELDS, PROVIDER_OPTIONS)}
        news, olds = unwrap_map(inputs), unwrap_map(old_inputs)
        return {name for name in news if name in outputs and name in olds and news[name] == olds[name]}

    async def diff(self, request: sdk.DiffRequest) -> sdk.DiffResponse:
        """Compare the record with the inputs and the current session. Raises the error of a session that failed."""
        if request.urn in self._refreshed:
            return build_diff(self._refreshed.pop(request.urn))
        self._learn_secret_outputs(request.urn, request.old_state)
        self._refuse_outputs(request)
        olds, news = to_snake(unwrap_map(request.old_state)), to_snake(unwrap_map(request.new_inputs))
        changed = [name for name in RECORDED_INPUTS if name in news and name in olds and news[name] != olds[name]]
        selected = self._selection("")[PROVIDER_OPTIONS]
        if selected != olds.get(PROVIDER_OPTIONS, selected):
            changed.append(PROVIDER_OPTIONS)
        if is_readable(request.new_inputs) and not REPLACING & set(changed):
            wait_request = await self._wait_request(request.new_inputs)
            result = await self._poller.poll(request.urn, wait_request)
            if result.region and result.region != olds.get("region"):
                # With another region of the provider the id names another session.
                changed.append("region")
            else:
                changed += await self._changed_fields(request, wait_request, result)
        return await self._build_diff(request, changed)

    async def _build_diff(self, request: sdk.DiffRequest, changed: list[str]) -> sdk.DiffResponse:
        undisplayed = [name for name in changed if camel(name) not in request.new_inputs]
        session = self._poller.last_session(request.urn)
        current = {**self._selection(""), **(session.to_state() if session else {})}
        if described := describe_changes(request.old_state, current, undisplayed):
            await self._poller.say_once(f"Changed since recorded: {', '.join(described)}", urn=request.urn)
        return build_diff(changed, undisplayed=undisplayed)

    def _refuse_outputs(self, request: sdk.DiffRequest) -> None:
        """Raise InvalidInput for an output that the program passed as an input."""
        for name in self._restored.pop(request.urn, ()):
            if not covers_property(request.ignore_changes, name):
                raise InvalidInput(name, "it is an output and cannot be set")

    async def _changed_fields(
        self, request: sdk.DiffRequest, wait_request: WaitRequest, result: WaitResult
    ) -> list[str]:
        gate_open = is_gate_open(request.new_inputs) and not _shows_other_account(request.old_state, result)
        if gate_open:
            await self._warn_of_failure(request.urn, wait_request, result)
        else:
            await self._warn_of_mismatch(request.urn, wait_request, result)
        session, error = result.session, self._hide_secret_outputs(request.urn, result.error)
        if session is None:
            if isinstance(error, SessionNotFound) and gate_open:
                return []
            if isinstance(error, LookFailed) and error.is_transient_before_first_read:
                # The update reads again.
                return ["status"]
            raise error or AssertionError
        if error is not None and not gate_open:
            raise FailedWithDrift(error, request.old_state, session) from error
        changed = changed_fields(session, request.old_state, ignore_changes=request.ignore_changes)
        # A pending session has to be waited for, whatever is recorded.
        return [*changed, "status"] if result.state is WaitState.PENDING and not gate_open else changed

    async def _warn_of_mismatch(self, urn: str, request: WaitRequest, result: WaitResult) -> None:
        """Show a warning for soft expectations that are not met."""
        if mismatch := self._hide_secret_outputs(urn, request.soft_mismatch(result)):
            await self._poller.warn(mismatch, urn=urn, session_id=request.session_id)

    async def _warn_of_failure(self, urn: str, request: WaitRequest, result: WaitResult) -> None:
        """Show why a session with an open gate would fail."""
        if result.error is None:
            return
        kept = "it is shown as a change" if result.session else "the recorded values are kept"
        line = f'{result.error.report(HINTS).fact}: {kept}, because gate is "{ONCE}"'
        await self._poller.say_once(line, urn=urn, session_id=request.session_id, warning=True)

    async def create(self, request: sdk.CreateRequest) -> sdk.CreateResponse:
        """Record the session; in an up, wait for it first."""
        session_id = unwrap_map(request.properties).get("sessionId", "")
        known_id = "" if contains_unknown(session_id) else session_id
        if request.preview and not is_readable(request.properties):
            return sdk.CreateResponse(known_id, self._unknown_outputs(request.properties))
        wait_request = await self._wait_request(request.properties, custom_timeout=request.timeout)
        result = await self._reach(request.urn, wait_request, request.properties, preview=request.preview)
        return sdk.CreateResponse(known_id, self._outputs(request.properties, result))

    async def update(self, request: sdk.UpdateRequest) -> sdk.UpdateResponse:
        """Record the session again. Properties in `ignoreChanges` keep their recorded values."""
        if request.preview and not is_readable(request.news):
            return sdk.UpdateResponse(self._unknown_outputs(request.news))
        self._learn_secret_outputs(request.urn, request.olds)
        wait_request = await self._wait_request(request.news, custom_timeout=request.timeout)
        gate_open = is_gate_open(request.news)
        result = await self._poller.poll(request.urn, without_condition(wait_request)) if gate_open else None
        if result is not None and not _shows_other_account(request.olds, result):
            if result.session is None:
                if not isinstance(result.error, SessionNotFound):
                    raise result.error or AssertionError
                inputs = {name: value for name, value in request.news.items() if snake(name) in RECORDED_INPUTS}
                return sdk.UpdateResponse({**request.olds, **inputs})
        else:
            result = await self._reach(request.urn, wait_request, request.news, preview=request.preview)
        outputs = self._outputs(request.news, result, recorded=request.olds, ignore_changes=request.ignore_changes)
        return sdk.UpdateResponse(outputs)

    async def delete(self, request: sdk.DeleteRequest) -> None:
        """Drop the record. AWS is not called."""

    async def read(self, request: sdk.ReadRequest) -> sdk.ReadResponse | None:
        """Read the session now; None if it does not exist. Raises LookFailed for a refused read."""
        check_token(request.type, (SESSION,))
        # The first read can come with inputs only.
        olds = {**request.inputs, **request.properties}
        is_refresh = "status" in request.properties
        config = self._aws_config(region_override(unwrap_map(olds)))
        source = self._poller.source(config)
        try:
            session = (await source.cache.read_async(request.resource_id)).session()
        except SessionNotFound:
            if is_refresh:
                recorded = to_snake(unwrap_map(olds))
                recorded["aws"] = recorded.get(PROVIDER_OPTIONS)
                sessions = source.sessions
                await await_in_thread(
                    lambda: confirm_missing(request.resource_id, sessions.region, recorded, sessions.account_id)
                )
            return None
        except AccessDenied as error:
            if not is_refresh:
                raise
            raise error.in_refresh() from error
        if is_refresh:
            self._refreshed[request.urn] = changed_fields(session, olds, ignore_changes=())
        selection = {"session_id": request.resource_id, **self._selection(source.sessions.region)}
        values = {**_recorded_inputs(olds), **selection}
        inputs = dict(request.inputs) or {"sessionId": wrap(request.resource_id)}
        outputs = _with_secret_inputs(build_outputs(values, session), olds)
        return sdk.ReadResponse(request.resource_id, outputs, inputs)

    async def cancel(self) -> None:
        """Cancel every wait: the user interrupted the engine."""
        self._poller.cancel()

    # --- Functions ---

    async def invoke(self, request: sdk.InvokeRequest, *, preview: bool = False) -> sdk.InvokeResponse:
        """Run a function."""
        check_token(request.tok, FUNCTION_ARGUMENTS)
        try:
            # A tag that is null is not left out: more sessions would match.
            nullable = {name: unwrap(value, keep_null=name == "tags") for name, value in request.args.items()}
            given = {name: value for name, value in nullable.items() if value is not None}
            arguments = parse_arguments(given, FUNCTION_ARGUMENTS[request.tok])
            if request.tok == WAIT_FOR_SESSION:
                properties = {name: value for name, value in request.args.items() if value.value is not None}
                wait_request = await self._wait_request(properties)
                logs = bool(arguments.get("logs"))
                value = await wait_for_session(self._poller, wait_request, preview=preview, logs=logs)
            else:
                exactly_one = request.tok == GET_SESSION
                value = await query_sessions(self._poller, self._options, arguments, exactly_one=exactly_one)
        except GlueSessionError as error:
            raise hide_secrets(error, request.args) from None
        return sdk.InvokeResponse(return_value=value)

    # --- Shared parts ---

    def _aws_config(self, overrides: Mapping[str, Any]) -> AwsConfig:
        return AwsConfig.parse({**self._options, **overrides})

    def _selection(self, region: str) -> dict[str, Any]:
        """Outputs that, with the session id, identify the session."""
        return {"region": region, PROVIDER_OPTIONS: provider_options(self._options)}

    async def _wait_request(
        self, properties: Mapping[str, PropertyValue], *, custom_timeout: float = 0.0
    ) -> WaitRequest:
        default_region = self._poller.source(self._aws_config({})).sessions.region
        if "region" in properties and properties["region"].value == default_region:
            # The resource shares the reads of those that do not set a region.
            properties = {name: value for name, value in properties.items() if name != "region"}
        request = parse_request(properties, self._options)
        if custom_timeout:
            # The option customTimeouts overrides the input `timeout`.
            request = replace(request, timeout=custom_timeout)
        if not self._skip_wait or not request.condition.targets:
            return request
        notice = "This run does not wait for Glue sessions and accepts any status."
        await self._poller.say_once(notice, urn=STACK_ROW)
        return request.without_waiting()

    async def _reach(
        self, urn: str, request: WaitRequest, properties: Mapping[str, PropertyValue], *, preview: bool
    ) -> WaitResult:
        """Session that meets the condition; in a preview, one that still can. Raises the error of one that failed."""
        if not is_readable(properties):
            raise InvalidInput("session_id", "it is not known yet, so the session cannot be read")
        result = await self._poller.poll(urn, request) if preview else self._poller.last_result(urn, request)
        if result is None or (result.state is not WaitState.SUCCEEDED and not preview):
            result = await self._poller.wait(urn, request, logs=bool(unwrap_map(properties).get("logs")))
        if result.session is None or result.state is WaitState.FAILED:
            raise self._hide_secret_outputs(urn, result.error) or AssertionError
        await self._warn_of_mismatch(urn, request, result)
        if message := request.pending_message(result):
            await self._poller.say_once(message, urn=urn, session_id=request.session_id)
        return result

    def _unknown_outputs(self, properties: Mapping[str, PropertyValue]) -> dict[str, PropertyValue]:
        known = {PROVIDER_OPTIONS: provider_options(self._options), **_recorded_inputs(properties)}
        return _with_secret_inputs(unknown_outputs(known), properties)

    def _outputs(
        self,
        properties: Mapping[str, PropertyValue],
        result: WaitResult,
        *,
        recorded: Mapping[str, PropertyValue] | None = None,
        ignore_changes: tuple[str, ...] | list[str] = (),
    ) -> dict[str, PropertyValue]:
        if result.session is None:
            raise AssertionError
        values = {**_recorded_inputs(properties), **self._selection(result.region)}
        unknown = SET_BY_WAITING if result.state is WaitState.PENDING else ()
        outputs = build_outputs(
            values, result.session, unknown=unknown, recorded=recorded, ignore_changes=ignore_changes
        )
        return _with_secret_inputs(outputs, properties)


def _shows_other_account(recorded: Mapping[str, PropertyValue], result: WaitResult) -> bool:
    session = result.session.to_state() if result.session else {}
    return is_other_account(unwrap_map(recorded), session)


def _with_secret_inputs(
    outputs: dict[str, PropertyValue], properties: Mapping[str, PropertyValue]
) -> dict[str, PropertyValue]:
    """Outputs of which those that repeat a secret input are secret too."""
    secret = {camel(name) for name in secret_names(properties) & set(RECORDED_INPUTS)}
    return {name: value.with_secret(value.is_secret or name in secret) for name, value in outputs.items()}


def _recorded_inputs(properties: Mapping[str, PropertyValue]) -> dict[str, Any]:
    values = to_snake(unwrap_map(properties))
    return {name: values[name] for name in RECORDED_INPUTS if name in values}


def _refuse(
    error: InvalidInput, inputs: dict[str, PropertyValue], properties: Mapping[str, PropertyValue]
) -> sdk.CheckResponse:
    reason = hide_secrets(error, properties).report(HINTS).fact
    failure = sdk.CheckFailure(input_path(error.input_name), reason)
    return sdk.CheckResponse(inputs=inputs, failures=[failure])


_URL_OPTIONS = frozenset({"endpoint_url", "endpoints", "http_proxy", "https_proxy"})
"""Options with URLs, which can contain a user name and a password."""


def _holds_credentials(option: str, value: Any) -> bool:
    if option == "assume_roles":
        roles: list[object] = [] if value is UNKNOWN else value
        return any(isinstance(role, dict) and "external_id" in role for role in roles)
    if option not in _URL_OPTIONS:
        return False
    urls: list[object] = list(cast("dict[str, object]", value).values()) if isinstance(value, dict) else [value]
    return any(isinstance(url, str) and "@" in url for url in urls)
