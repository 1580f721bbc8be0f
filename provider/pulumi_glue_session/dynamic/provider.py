"""Dynamic provider: records what the program observed, and reads the session itself on refresh and for `.get`.

Every state names its import path (docs/decisions/0002-frozen-names.md). It keeps no attributes, so that the pickle
contains neither code nor a secret. It never waits: its process has four threads for all Python dynamic resources of a
stack, and the engine calls `check` and `diff` one after the other (docs/decisions/0001-the-program-waits.md). Only
SessionNotFound removes a session from the state, and only on refresh.
"""

from __future__ import annotations

import atexit
import gc
import json
import threading
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

import pulumi
from pulumi.dynamic import (
    CheckFailure,
    CheckResult,
    ConfigureRequest,
    CreateResult,
    DiffResult,
    ReadResult,
    ResourceProvider,
    UpdateResult,
)
from pulumi.runtime.rpc import wrap_rpc_secret

from pulumi_glue_session.aws.sessions import GlueSessions
from pulumi_glue_session.core.aws_config import AwsConfig, identity, merge_options
from pulumi_glue_session.core.cache import SessionCache
from pulumi_glue_session.core.drift import describe_drift
from pulumi_glue_session.core.errors import AccessDenied, GlueSessionError, InvalidInput, SessionNotFound
from pulumi_glue_session.core.messages import ErrorReport, Hints
from pulumi_glue_session.core.recorded_account import RecordKept, confirm_missing, is_other_account
from pulumi_glue_session.core.session import SECRET, SET_BY_WAITING, Session
from pulumi_glue_session.dynamic.failures import (
    AWS_MISMATCH,
    abort_without_traceback,
    id_mismatch_message,
    prefix_input,
)
from pulumi_glue_session.dynamic.stack_config import parse_stack_config
from pulumi_glue_session.dynamic.wire_format import (
    FAILURE,
    OBSERVED,
    PREVIEW_FAILURE,
    READ_MARK,
    REPLACING,
    fingerprint,
)

_FIELDS = tuple(Session().to_state())

_NO_OBSERVATION = "the observation of the program is missing: create this resource with the class GlueSession"
_IGNORES_ALL = (
    'ignore_changes=["*"] also hides the observation of the session, so it cannot be checked: '
    'name the outputs to ignore, for instance ["status"]'
)

_HINTS = Hints()

_readers: dict[AwsConfig, tuple[GlueSessions, SessionCache]] = {}
_readers_lock = threading.Lock()
_stack_options: dict[str, Any] = {}


class GlueSessionProvider(ResourceProvider):
    """Read-only provider of Glue sessions. Creates, changes and deletes nothing in AWS."""

    # The pickle contains only a name. Encrypting it would take a call for each resource (pulumi #15538).
    serialize_as_secret_always = False

    def configure(self, req: ConfigureRequest) -> None:
        """Keep the stack's `aws:` configuration in memory, the defaults of reads."""
        _stack_options.clear()
        _stack_options.update(parse_stack_config(lambda key: req.config.get(f"aws:{key}")))

    def check(self, olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Turn the observation into inputs, so that the engine itself finds drift, or into a failure."""
        inputs = {key: value for key, value in news.items() if key != OBSERVED}
        observed: Any = _parse_observation(news.get(OBSERVED))
        if isinstance(observed, pulumi.output.Unknown):
            # A dependency does not exist yet, so nothing was read. The region keeps its old value: an unknown one would
            # show as a replacement.
            region = inputs.get("region", olds.get("region", pulumi.UNKNOWN))
            return CheckResult(
                {**inputs, **dict.fromkeys(_FIELDS, pulumi.UNKNOWN), "region": region, **_ignored(olds, inputs)}, []
            )
        if not _is_observation(observed):
            return CheckResult(
                inputs, [CheckFailure("", _IGNORES_ALL if olds and observed is None else _NO_OBSERVATION)]
            )
        session, failed = observed.get("session"), type(observed.get("failure")) is dict
        if session is not None and (reason := _find_mix(inputs, observed)):
            return CheckResult(inputs, [CheckFailure("", reason)])
        if failed and not observed.get("region"):
            region = inputs.get("region", olds.get("region"))
        else:
            region = observed["region"]
        is_recorded = bool(olds) and _identity(olds) == _identity({**inputs, "region": region})
        is_recorded = is_recorded and not is_other_account(olds, session or {})
        if session is not None:
            fields = {**session, **_ignored(olds, inputs)}
            if observed.get("on_its_way"):
                fields |= dict.fromkeys(SET_BY_WAITING, pulumi.UNKNOWN) | _ignored(olds, inputs)
        elif is_recorded:
            fields = {name: olds[name] for name in _FIELDS if name in olds}
        else:
            # An up cannot send unknown values.
            fields = {} if observed.get("update") else dict.fromkeys(_FIELDS, pulumi.UNKNOWN)
            region = region or (None if observed.get("update") else pulumi.UNKNOWN)
        result = {**inputs, **({"region": region} if region else {}), **_to_properties(fields)}
        if failed and not observed.get("update") and not isinstance(inputs.get("session_id"), str):
            # The SDK cannot read an output of another type, and ends the program with a traceback.
            result["session_id"] = pulumi.UNKNOWN
        if failed and not (observed.get("drift") and is_recorded):
            result[FAILURE if observed.get("update") else PREVIEW_FAILURE] = _failure_message(
                olds if is_recorded else {}, observed
            )
        return CheckResult(result, [])

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """Replace the record if it identifies another session. Everything else is compared by the engine."""
        replaces = (
            [] if _identity(olds) == _identity(news) else [key for key in REPLACING if olds.get(key) != news.get(key)]
        )
        # The engine skips a step without changes, and a failure must not be skipped. With `changes=None` the engine
        # compares the inputs itself, honors ignore_changes and names each property, hidden ones too.
        has_changes = bool(replaces) or FAILURE in news or PREVIEW_FAILURE in news
        return DiffResult(changes=True if has_changes else None, replaces=replaces)

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Record the inputs that `check` returned, or fail with its message."""
        _raise_failure(props)
        return CreateResult(id_=props["session_id"], outs=dict(props))

    def update(self, _id: str, _olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        """Record the inputs that `check` returned, or fail with its message."""
        _raise_failure(news)
        return UpdateResult(outs=dict(news))

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Drop the record without a call to AWS."""

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Read the session from Glue.

        A refresh removes a session that does not exist; any other error leaves the state as it is.
        """
        observed: Any = _parse_observation(props.get(OBSERVED))
        if not _is_observation(observed):
            region, session = self._read_session(id_, props)
        elif type(observed.get("failure")) is dict:
            # The engine does not call `check` for `.get`, so its failure is reported here.
            abort_without_traceback(str(ErrorReport.parse(observed["failure"])))
        else:
            # A `.get` that the program has just waited for.
            region, session = observed["region"], observed["session"]
        if session is None:
            return ReadResult("", {})
        is_get = READ_MARK in props or "status" not in props
        given = {key: value for key, value in props.items() if key != OBSERVED}
        outs = {**given, "session_id": id_, "region": region, **_to_properties(session)}
        # The engine compares the inputs of a record. Those of a `.get` stay as the program gave them.
        return ReadResult(id_, {**outs, READ_MARK: True}) if is_get else ReadResult(id_, outs, dict(outs))

    def _read_session(self, id_: str, props: Mapping[str, Any]) -> tuple[str, dict[str, Any] | None]:
        """Region and session; None instead of a session if a refresh does not find it."""
        # Only a refresh has outputs in `props`; the first read of `.get` has none.
        is_refresh = "status" in props
        try:
            sessions, cache = _reader(props)
        except InvalidInput as error:
            abort_without_traceback(prefix_input(error.input_name, str(error)))
        try:
            session = cache.get(id_)
        except SessionNotFound as missing:
            if not is_refresh:
                abort_without_traceback(str(missing))
            try:
                confirm_missing(id_, sessions.region, props, sessions.account_id)
            except RecordKept as kept:
                abort_without_traceback(str(kept))
            return "", None
        except AccessDenied as error:
            abort_without_traceback(str(error.in_refresh() if is_refresh else error))
        except GlueSessionError as error:
            abort_without_traceback(str(error))
        return sessions.region, session.to_state()


def _find_mix(inputs: Mapping[str, Any], observed: Mapping[str, Any]) -> str:
    """Reason why inputs and observation do not belong together: ignore_changes and transforms change inputs only."""
    if inputs.get("session_id") != observed.get("id"):
        return id_mismatch_message(observed.get("id"), inputs.get("session_id"))
    recorded: Any = inputs.get("aws") or {}
    return AWS_MISMATCH if observed.get("aws") and observed["aws"] != fingerprint(recorded) else ""


def _failure_message(olds: Mapping[str, Any], observed: Mapping[str, Any]) -> str:
    secrets: Any = observed.get("secrets")
    # A transform can change any input.
    hidden = set(map(str, cast("list[object]", secrets))) if type(secrets) is list else set[str]()
    changed = describe_drift(olds, observed.get("session", {}), fields=_FIELDS, hints=_HINTS)
    shown = tuple(each.split(" ")[0] if each.split(" ")[0] in hidden else each for each in changed)
    message = str(replace(ErrorReport.parse(observed["failure"]), changed=shown))
    return prefix_input(observed.get("input", ""), message)


def _raise_failure(inputs: Mapping[str, Any]) -> None:
    if FAILURE in inputs:
        abort_without_traceback(str(inputs[FAILURE]))


def _to_properties(session: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of a session as properties. A secret field that has a value is marked as a secret."""
    known = {name: session[name] for name in _FIELDS if name in session}
    secrets = {name for name in SECRET if known.get(name) and known[name] is not pulumi.UNKNOWN}
    return {name: wrap_rpc_secret(value) if name in secrets else value for name, value in known.items()}


def _parse_observation(value: Any) -> Any:
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return value


def _is_observation(value: Any) -> bool:
    """Whether it has the form of `Observation.to_json`: a transform can change any input."""
    if type(value) is not dict:
        return False
    parts = cast("dict[str, Any]", value)
    failed = type(parts.get("failure")) is dict
    has_session = type(parts.get("session")) is dict or (failed and "session" not in parts)
    has_texts = all(type(parts.get(name, "")) is str for name in ("id", "region", "input")) and (
        failed or {"id", "region"} <= parts.keys()
    )
    return has_session and has_texts


def _ignored(olds: Mapping[str, Any], inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Fields named in ignore_changes: the engine sets them to their old value before it calls `check`."""
    return {key: inputs[key] for key in _FIELDS if key in inputs and key in olds and inputs[key] == olds[key]}


def _identity(props: Mapping[str, Any]) -> tuple[object, ...]:
    """What identifies the session of a record: id, region, and the parts of `aws` that select the account."""
    return (props.get("session_id"), props.get("region"), identity(props.get("aws")))


def _reader(props: Mapping[str, Any]) -> tuple[GlueSessions, SessionCache]:
    """Client and cache for the AWS configuration in the state, completed by the stack's.

    There is one pair for each configuration.
    """
    region = {"region": props["region"]} if props.get("region") else {}
    config = AwsConfig.parse(merge_options(_stack_options, {**(props.get("aws") or {}), **region}))
    with _readers_lock:
        if not _readers:
            atexit.register(_exit_quickly)
        if config not in _readers:
            sessions = GlueSessions(config)
            _readers[config] = sessions, SessionCache(sessions)
        return _readers[config]


def _exit_quickly() -> None:
    """Exempt the objects of boto3 from the garbage collections at exit, which the engine waits for."""
    gc.collect()
    gc.freeze()
