"""Outputs of the resource: what is recorded of a session, and what differs from the record."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from pulumi.provider.experimental import provider as sdk
from pulumi.provider.experimental.property_value import PropertyValue

from pulumi_glue_session.core.aws_config import identity
from pulumi_glue_session.core.drift import describe_drift
from pulumi_glue_session.core.errors import GlueSessionError
from pulumi_glue_session.core.messages import ErrorReport, Hints
from pulumi_glue_session.core.session import Session
from pulumi_glue_session.native.properties import (
    HINTS,
    UNKNOWN,
    camel,
    snake,
    to_camel,
    to_property_values,
    to_snake,
    unwrap_map,
    wrap,
)
from pulumi_glue_session.native.property_path import restore_ignored

FIELDS = tuple(Session().to_state())

PROVIDER_OPTIONS = "provider_options"

REPLACING = frozenset({"session_id", "region", PROVIDER_OPTIONS})
"""Outputs that identify the session. A change of one replaces the record."""

_RECORDED_AS_INPUT = frozenset({"session_id", "wait_for"})


def provider_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """Provider options that decide which session an id refers to. The region is an output of its own."""
    selecting: dict[str, Any] = identity({name: value for name, value in options.items() if name != "region"}) or {}
    for urls in (selecting, selecting.get("endpoints") or {}):
        for name in ("endpoint_url", "glue"):
            if isinstance(urls.get(name), str):
                # Without user name and password.
                urls[name] = re.sub(r"//[^\s?#]*@", "//", urls[name])
    return selecting


def build_outputs(
    values: Mapping[str, Any],
    session: Session,
    *,
    unknown: Iterable[str] = (),
    recorded: Mapping[str, PropertyValue] | None = None,
    ignore_changes: Collection[str] = (),
) -> dict[str, PropertyValue]:
    """Outputs of a session. `values` are session id, region and recorded inputs.

    Fields at the paths of `ignore_changes` keep their `recorded` values.
    """
    current = to_camel({**values, **session.to_state(), **dict.fromkeys(unknown, UNKNOWN)})
    merged = restore_ignored(current, unwrap_map(recorded or {}), ignore_changes)
    # Values of one session under the id of another would be a record of neither.
    merged |= {name: current[name] for name in map(camel, REPLACING) if name in current}
    return to_property_values(to_snake(merged))


def changed_fields(
    session: Session, recorded: Mapping[str, PropertyValue], *, ignore_changes: Collection[str]
) -> list[str]:
    """Fields of the session that differ from the recorded ones, except at the paths of `ignore_changes`."""
    olds = unwrap_map(recorded)
    current = restore_ignored(to_camel(session.to_state()), olds, ignore_changes)
    return [name for name in FIELDS if current.get(camel(name)) != olds.get(camel(name))]


def observed_inputs(
    session: Session,
    selection: Mapping[str, Any],
    *,
    old_outputs: Mapping[str, PropertyValue] | None,
    is_new: bool,
    unknown: Iterable[str] = (),
) -> dict[str, PropertyValue]:
    """Inputs with current values: policies see only inputs, and the engine displays the new values of inputs.

    Free text is included only if it differs from the record, and is secret if the recorded output is. An engine that
    does not send old outputs (`None`) does not show which outputs are secret, so free text is left out then.
    """
    values = {name: value for name, value in {**selection, **session.to_state()}.items() if name not in unknown}
    current = to_property_values(values)
    if is_new or old_outputs is None:
        # A replacement is a new record, and its inputs show which selection changed.
        shown = (*_FIXED_FORM, *(name for name in selection if values[name]))
        return {name: value for name, value in current.items() if snake(name) in shown}
    olds, news = unwrap_map(old_outputs), unwrap_map(current)
    return {
        name: value.with_secret(value.is_secret or (name in olds and old_outputs[name].contains_secret()))
        for name, value in current.items()
        if snake(name) in _FIXED_FORM or (name in olds and olds[name] != news[name])
    }


_FIXED_FORM = (
    "status",
    "glue_version",
    "worker_type",
    "number_of_workers",
    "max_capacity",
    "idle_timeout",
    "session_type",
    "created_on",
    "completed_on",
)
"""Fields with numbers, dates and names of the Glue API."""


def unknown_outputs(known: Mapping[str, Any]) -> dict[str, PropertyValue]:
    """Outputs of a session that a preview cannot read yet."""
    values = to_camel({**dict.fromkeys(("region", *FIELDS), UNKNOWN), **known})
    return {name: wrap(value) for name, value in values.items()}


def build_diff(changed: Iterable[str], *, undisplayed: Iterable[str] = ()) -> sdk.DiffResponse:
    """Answer that names the changed outputs. The engine cannot display the `undisplayed` ones."""
    kinds = {True: sdk.PropertyDiffKind.UPDATE_REPLACE, False: sdk.PropertyDiffKind.UPDATE}
    names = list(dict.fromkeys(changed))
    details = {
        camel(name): sdk.PropertyDiff(kinds[name in REPLACING], input_diff=name in _RECORDED_AS_INPUT)
        for name in names
        if name not in undisplayed
    }
    replaces = [camel(name) for name in names if name in REPLACING]
    diffs = list(map(camel, names))
    return sdk.DiffResponse(changes=bool(diffs), diffs=diffs, replaces=replaces, detailed_diff=details)


def describe_changes(
    recorded: Mapping[str, PropertyValue], current: Mapping[str, Any], names: Iterable[str]
) -> tuple[str, ...]:
    """Each of `names` that changed, as `status "READY" => "TIMEOUT"`. Secret outputs appear without their values."""
    olds = to_snake(unwrap_map(recorded))
    changed: list[str] = []
    for name in names:
        differences = describe_drift(olds, current, fields=(name,), hints=HINTS)
        is_secret = camel(name) in recorded and recorded[camel(name)].contains_secret()
        changed += [camel(name)] if differences and is_secret else differences
    return tuple(changed)


class FailedWithDrift(GlueSessionError):
    """The error of a session that failed, with what changed since it was recorded."""

    def __init__(self, error: GlueSessionError, recorded: Mapping[str, PropertyValue], session: Session) -> None:
        self._error = error
        self._changed = describe_changes(recorded, session.to_state(), FIELDS)
        super().__init__()

    def report(self, hints: Hints = HINTS) -> ErrorReport:
        """Report of the error, with the changed fields."""
        return replace(self._error.report(hints), changed=self._changed)
