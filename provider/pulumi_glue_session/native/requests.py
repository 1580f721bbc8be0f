"""Wait requests of the resource and of `waitForSession`, from their property values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

from pulumi.provider.experimental.property_value import PropertyValue

from pulumi_glue_session.core.errors import HIDDEN, InvalidInput
from pulumi_glue_session.core.expectation import EXPECTABLE, Expectation, require_mapping
from pulumi_glue_session.core.messages import short_repr
from pulumi_glue_session.core.wait import DEFAULT_TIMEOUT, WaitCondition, WaitRequest
from pulumi_glue_session.native.properties import (
    RECORDED_INPUTS,
    UNKNOWN,
    USER_KEYS,
    camel,
    contains_unknown,
    region_override,
    snake,
    snake_keys,
    to_snake,
    unwrap,
    unwrap_map,
)

EVERY_RUN: Final = "every_run"
ONCE: Final = "once"

DEFAULT_WAIT_FOR = ("READY",)

_DEFAULTS: Mapping[str, Any] = {
    "wait_for": list(DEFAULT_WAIT_FOR),
    "timeout": DEFAULT_TIMEOUT,
    "on_mismatch": "fail",
    "logs": False,
    "gate": EVERY_RUN,
}

_MISSING_ID = (
    "it is missing. If it is an output of another resource, that resource was not created in this run, because it "
    "failed or is not a target: run again without --target, or with both resources as targets"
)

_PLACEHOLDER_ID = "-"
"""Session id in the validation of inputs while the real one is unknown. No request with it is sent."""


def is_readable(properties: Mapping[str, PropertyValue]) -> bool:
    """Whether every input that a read needs is known."""
    values = to_snake(unwrap_map(properties))
    return not contains_unknown([values.get(name) for name in RECORDED_INPUTS])


def parse_request(properties: Mapping[str, PropertyValue], options: Mapping[str, Any]) -> WaitRequest:
    """Wait request of the inputs. Unknown inputs count as valid. Raises InvalidInput."""
    inputs = to_snake(unwrap_map(properties))
    known = {**_DEFAULTS, **{name: value for name, value in inputs.items() if not contains_unknown(value)}}
    if "session_id" not in inputs:
        raise InvalidInput("session_id", _MISSING_ID)
    if type(known["logs"]) is not bool:
        raise InvalidInput("logs", f"{short_repr(known['logs'])} is not a boolean: use true or false")
    if type(known["wait_for"]) is not list:
        raise InvalidInput("wait_for", f"{short_repr(known['wait_for'])} is not a list: use a list such as ['READY']")
    if known["gate"] not in (EVERY_RUN, ONCE):
        raise InvalidInput("gate", f"{short_repr(known['gate'])} is not supported: use '{EVERY_RUN}' or '{ONCE}'")
    arguments: dict[str, Any] = {
        "session_id": known.get("session_id", _PLACEHOLDER_ID),
        # Schemas cannot express null, so an empty list means it.
        "wait_for": known["wait_for"] or None,
        "timeout": known["timeout"],
        "aws": {**options, **region_override(known)},
    }
    expectations = _parse_expectations(properties.get("expect"))
    return WaitRequest.parse(arguments).with_expectations(expectations, on_mismatch=known["on_mismatch"])


def is_gate_open(properties: Mapping[str, PropertyValue]) -> bool:
    """Whether a session that is already recorded is neither waited for nor compared with `expect`."""
    return to_snake(unwrap_map(properties)).get("gate") == ONCE


def without_condition(request: WaitRequest) -> WaitRequest:
    """The same request for a session in any state."""
    return WaitRequest(session_id=request.session_id, condition=WaitCondition(), aws_config=request.aws_config)


def _parse_expectations(expect: PropertyValue | None) -> list[Expectation]:
    if expect is None or expect.value is None or unwrap(expect) is UNKNOWN:
        return []
    if not isinstance(expect.value, Mapping) and expect.contains_secret():
        raise InvalidInput("expect", "the value is not a mapping, and not shown because it is secret")
    require_mapping(unwrap(expect))
    properties = cast("Mapping[str, PropertyValue]", expect.value)
    # A null is not left out: the session would pass without this check.
    return [
        _parse_expectation(name, value, secret=expect.is_secret or each.contains_secret(), secret_name=expect.is_secret)
        for name, each in properties.items()
        if not contains_unknown(value := unwrap(each, keep_null=True))
    ]


def _parse_expectation(name: str, value: Any, *, secret: bool, secret_name: bool) -> Expectation:
    field = snake(name)
    if field not in EXPECTABLE or camel(field) != name:
        names = ", ".join(map(camel, EXPECTABLE))
        shown = HIDDEN if secret_name else short_repr(name)
        raise InvalidInput("expect", f"{shown} cannot be expected: use one of {names}")
    expected = value if field in USER_KEYS else snake_keys(value, keep=frozenset())
    return Expectation.parse(field, expected, secret=secret)
