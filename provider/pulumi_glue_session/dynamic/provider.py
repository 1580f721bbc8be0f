"""The dynamic provider: it records what the program observed, and reads the session itself on refresh and for `.get`.

Rules of this module:

* `pulumi_glue_session.provider.GlueSessionProvider` is a wire format: every user's state holds a pickle that names it. It stays importable
  from here for ever (docs/decisions/0002-frozen-names.md).
* The provider keeps nothing: no argument, no attribute. The pickle therefore holds no code, no secret and no Output.
* It never waits. Its process has four threads for all Python dynamic resources of a stack, and the engine calls `check` and `diff` one
  after the other (docs/decisions/0001-the-program-waits.md).
* Only `SessionNotFound` takes a session out of the state, and only on refresh.
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
from pulumi_glue_session.core.aws_config import AwsConfig, identity
from pulumi_glue_session.core.cache import SessionCache
from pulumi_glue_session.core.drift import describe_drift
from pulumi_glue_session.core.errors import GlueSessionError, InvalidInput, SessionNotFound
from pulumi_glue_session.core.messages import ErrorReport, Hints
from pulumi_glue_session.core.session import SECRET, SET_BY_WAITING, Session
from pulumi_glue_session.dynamic.failures import abort_without_traceback, id_mismatch_message, is_terminal_safe, prefix_input
from pulumi_glue_session.dynamic.wire_format import OBSERVED, READ_MARK, REPLACING

_FIELDS = tuple(Session().to_state())

_NO_OBSERVATION = "no observation came with it: construct it with GlueSession"
_IGNORES_ALL = (
    'ignore_changes=["*"] hides what was observed, so that its gate can\'t be judged: name the outputs to ignore, as in ["status"]'
)

_HINTS = Hints()

_finders: dict[AwsConfig, tuple[GlueSessions, SessionCache]] = {}
_finders_lock = threading.Lock()
_config: dict[str, str] = {}


class GlueSessionProvider(ResourceProvider):
    """Read-only provider of Glue sessions. Creates, changes and deletes nothing in AWS."""

    # The pickle holds a name and nothing else: encrypting it would cost a call for each resource (pulumi #15538).
    serialize_as_secret_always = False

    def configure(self, req: ConfigureRequest) -> None:
        """Take region and profile of the stack's `aws` configuration, the defaults of a read."""
        for key in ("region", "profile"):
            value = req.config.get(f"aws:{key}")
            if value:
                _config[key] = value

    def check(self, olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Judge what the program observed, and make the observed values inputs, so that the engine itself sees drift."""
        inputs = {key: value for key, value in news.items() if key != OBSERVED}
        observed: Any = _read_observation(news.get(OBSERVED))
        if isinstance(observed, pulumi.output.Unknown):
            # Something that the session depends on is still to be created: nothing was asked. The region stays as it
            # was, since an unknown one would announce a replacement.
            region = inputs.get("region", olds.get("region", pulumi.UNKNOWN))
            return CheckResult({**inputs, **dict.fromkeys(_FIELDS, pulumi.UNKNOWN), "region": region, **_held(olds, inputs)}, [])
        if not _is_observation(observed):
            return CheckResult(inputs, [CheckFailure("", _IGNORES_ALL if olds and observed is None else _NO_OBSERVATION)])
        if "failure" in observed:
            # Another session than the recorded one has not changed: it is another.
            asked = {**inputs, "region": observed.get("region", olds.get("region"))}
            same = _meant(olds) == _meant(asked)
            changed = describe_drift(olds, observed.get("session", {}), fields=_FIELDS, hints=_HINTS) if same else ()
            reason = str(replace(ErrorReport.parse(observed["failure"]), changed=changed))
            named = observed.get("input", "")
            # The engine prints the value of the property that it is told, as it is. What is no input of the record has none to print.
            is_property = named in inputs and is_terminal_safe(inputs[named])
            return CheckResult(inputs, [CheckFailure(named, reason) if is_property else CheckFailure("", prefix_input(named, reason))])
        if inputs.get("session_id") != observed["id"]:
            return CheckResult(inputs, [CheckFailure("", id_mismatch_message(observed["id"], inputs.get("session_id")))])
        changed_later = dict.fromkeys(SET_BY_WAITING, pulumi.UNKNOWN) if observed.get("on_its_way") else {}
        session = {**observed["session"], **changed_later, **_held(olds, inputs)}
        return CheckResult({**inputs, "region": observed["region"], **_recorded(session)}, [])

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """Leave the comparison to the engine, property by property; only another session replaces the record."""
        replaces = [] if _meant(olds) == _meant(news) else [key for key in REPLACING if olds.get(key) != news.get(key)]
        # `changes=None` is what makes the engine compare inputs itself, honour ignore_changes and name properties.
        return DiffResult(changes=True if replaces else None, replaces=replaces)

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Record what `check` made of the observation."""
        return CreateResult(id_=props["session_id"], outs=dict(props))

    def update(self, _id: str, _olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        """Record what `check` made of the observation."""
        return UpdateResult(outs=dict(news))

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Drop the record. AWS is not called."""

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Ask Glue for the session, now. On refresh a session that is gone leaves the state; a refused look never does."""
        observed: Any = _read_observation(props.get(OBSERVED))
        if not _is_observation(observed):
            region, session = self._look(id_, props)
        elif "failure" in observed:
            # `.get` whose gate can't be passed: there is no check for a read, so the sentence travels here.
            abort_without_traceback(str(ErrorReport.parse(observed["failure"])))
        else:
            # `.get` whose gate the program has just seen passed: the engine reads because of that look.
            region, session = observed["region"], observed["session"]
        if session is None:
            return ReadResult("", {})
        read_only = READ_MARK in props or "status" not in props
        asked = {key: value for key, value in props.items() if key != OBSERVED}
        outs = {**asked, "session_id": id_, "region": region, **_recorded(session)}
        # The inputs of a record are what the engine compares. Those of a `.get` stay what the program gave.
        return ReadResult(id_, {**outs, READ_MARK: True}) if read_only else ReadResult(id_, outs, dict(outs))

    def _look(self, id_: str, props: Mapping[str, Any]) -> tuple[str, dict[str, Any] | None]:
        """Region and session as Glue shows it; None for a session that a refresh finds gone."""
        try:
            finder, gatherer = _finder(props)
            session = gatherer.get(id_)
        except SessionNotFound as gone:
            # Outputs in `props` say that this was read before, so it is a refresh and not the first read of `.get`.
            if "status" in props:
                return "", None
            abort_without_traceback(str(gone))
        except GlueSessionError as error:
            abort_without_traceback(prefix_input(error.input_name, str(error)) if isinstance(error, InvalidInput) else str(error))
        return finder.region, session.to_state()


def _recorded(session: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of a session as they stand in the state: what may hold secrets is one there, unless there is nothing to hide."""
    known = {name: session[name] for name in _FIELDS if name in session}
    return {name: wrap_rpc_secret(value) if name in SECRET and value else value for name, value in known.items()}


def _read_observation(value: Any) -> Any:  # noqa: ANN401 - whatever was registered
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return value


def _is_observation(value: Any) -> bool:  # noqa: ANN401 - whatever was registered
    """Whether it is what a program of this package tells: a transform may have made anything of it."""
    if type(value) is not dict:
        return False
    told = cast("dict[str, Any]", value)
    failed = type(told.get("failure")) is dict
    texts = ("input",) if failed else ("id", "region")
    has_session = type(told.get("session")) is dict or (failed and "session" not in told)
    return has_session and all(type(told.get(name, "")) is str for name in texts) and set(texts) <= told.keys()


def _held(olds: Mapping[str, Any], inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Fields that ignore_changes holds: the engine itself gives them their old value before it asks for a check."""
    return {key: inputs[key] for key in _FIELDS if key in inputs and key in olds and inputs[key] == olds[key]}


def _meant(props: Mapping[str, Any]) -> tuple[object, ...]:
    """Which session the inputs of a record mean: its id, and whom and where to ask for it."""
    return (props.get("session_id"), props.get("region"), identity(props.get("aws")))


def _finder(props: Mapping[str, Any]) -> tuple[GlueSessions, SessionCache]:
    """Finder, and what shares its answers, for who and where the state says, else the stack's configuration. One for each, kept."""
    region = {"region": props["region"]} if props.get("region") else {}
    caller = AwsConfig.parse({**_config, **(props.get("aws") or {}), **region})
    with _finders_lock:
        if not _finders:
            atexit.register(_leave)
        if caller not in _finders:
            finder = GlueSessions(caller)
            _finders[caller] = finder, SessionCache(finder)
        return _finders[caller]


def _leave() -> None:
    """Collect garbage once and let all else be: else Python walks thrice over what boto3 has loaded, and the engine waits for that."""
    gc.collect()
    gc.freeze()
