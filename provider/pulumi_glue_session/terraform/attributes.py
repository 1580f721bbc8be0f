"""Attributes that the data sources and the resource share: arguments that choose a session, and its fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi_glue_session.core.errors import InvalidInput
from pulumi_glue_session.core.expectation import AT_LEAST, Expectation
from pulumi_glue_session.core.messages import short_repr
from pulumi_glue_session.core.parsing import parse_duration, parse_json
from pulumi_glue_session.core.session import SECRET, VOLATILE, Command, Session
from pulumi_glue_session.core.wait import DEFAULT_TIMEOUT
from pulumi_glue_session.terraform.schema import Attribute, Block, NestedBlock, number, string, strings
from pulumi_glue_session.terraform.values import Type, seconds_or_text

_STRING_MAP: Type = ["map", "string"]
_COMMAND: Type = ["object", {"name": "string", "python_version": "string"}]

FIELDS: Mapping[str, Attribute] = {
    "status": string("Status: `PROVISIONING`, `READY`, `FAILED`, `TIMEOUT`, `STOPPING` or `STOPPED`.", "computed"),
    "role": string("Name or ARN of the IAM role, as the session's owner wrote it.", "computed"),
    "role_arn": string("ARN of the IAM role; null if the session's owner gave only a name.", "computed"),
    "role_name": string("Name of the IAM role, without the path.", "computed"),
    "glue_version": string("Glue version, such as `5.0`.", "computed"),
    "worker_type": string("Worker type, such as `G.1X`.", "computed"),
    "number_of_workers": number("Number of workers.", "computed"),
    "max_capacity": number("Capacity in DPUs.", "computed"),
    "idle_timeout": number("Minutes without a statement after which the session ends.", "computed"),
    "description": string("Description.", "computed"),
    "error_message": string("Glue's reason for a failure.", "computed"),
    "created_on": string("Time of creation (RFC 3339).", "computed"),
    "completed_on": string("Time at which the session ended (RFC 3339), or an empty string.", "computed"),
    "security_configuration": string("Name of the security configuration.", "computed"),
    "profile_name": string("Name of the usage profile.", "computed"),
    "session_type": string("Type of the session.", "computed"),
    "command": Attribute(_COMMAND, "computed", "Command that runs the session: `name` and `python_version`."),
    "connections": strings("Names of the connections.", "computed"),
    "default_arguments": Attribute(
        _STRING_MAP, "computed", "Arguments. Sensitive, because they often contain secrets.", sensitive=True
    ),
}
"""Fields of a session that stay the same unless something happens to it."""

LIVE_FIELDS: Mapping[str, Attribute] = {
    "progress": number("Progress. Null unless `live` is set.", "computed"),
    "execution_time": number("Execution time in seconds. Null unless `live` is set.", "computed"),
    "dpu_seconds": number("Consumed DPU seconds. Null unless `live` is set.", "computed"),
}
"""Fields that differ in every read."""

REGION = string("Region of the session.", "computed")

FILTERS: Mapping[str, Attribute] = {
    "tags": Attribute(_STRING_MAP, "optional", "Tags that a session must have."),
    "statuses": strings("Statuses, one of which a session must have."),
    "id_prefix": string("Prefix of the id."),
    "id_pattern": string("Pattern of the id, with `*`, `?` and `[...]` as in a shell."),
}
"""Arguments that choose among sessions."""

EXPECT = Attribute(
    _STRING_MAP,
    "optional",
    'Values that the session must have, by attribute. `">= 5.0"` is a minimum for `glue_version` and for numbers. '
    "Lists and objects are written with `jsonencode`.",
)


def timeouts(*names: str) -> NestedBlock:
    """The block `timeouts`."""
    about = f"How long to wait at most, such as `90s` or `10m`. Default: `{DEFAULT_TIMEOUT}`."
    return NestedBlock(Block({name: string(about) for name in names}, "Time limits of waits."))


def parse_timeout(config: Mapping[str, Any], name: str) -> float:
    """Seconds of a time limit. Raises InvalidInput."""
    limits: Mapping[str, Any] = config.get("timeouts") or {}
    given = limits.get(name)
    return parse_duration(DEFAULT_TIMEOUT if given is None else seconds_or_text(given), input_name=f"timeouts.{name}")


def parse_expectations(expect: Mapping[str, str | None] | None) -> list[Expectation]:
    """Expectations of a map of strings. Raises InvalidInput."""
    return [_parse_expectation(name, text) for name, text in (expect or {}).items() if text is not None]


_NEUTRAL: Mapping[str, Any] = Session().to_state()


def _parse_expectation(name: str, text: str) -> Expectation:
    is_minimum = text.lstrip().startswith(">=")
    value = _parse_expected(name, text.lstrip().removeprefix(">=").strip() if is_minimum else text)
    return Expectation.parse(name, {AT_LEAST: value} if is_minimum else value)


def _parse_expected(name: str, text: str) -> Any:
    neutral = _NEUTRAL.get(name, "")
    if isinstance(neutral, int | float):
        try:
            return float(text)
        except ValueError:
            raise InvalidInput("expect", f"Invalid number {short_repr(text)} for {name}") from None
    return parse_json("expect", text) if isinstance(neutral, list | dict) else text


def session_attributes(session: Session) -> dict[str, Any]:
    """Values of FIELDS."""
    return {**session.to_state(), "role_arn": session.role_arn or None, "role_name": session.role_name}


def live_attributes(session: Session) -> dict[str, Any]:
    """Values of LIVE_FIELDS."""
    values = session.to_dict()
    return {name: values[name] for name in VOLATILE}


def session_from_attributes(values: Mapping[str, Any]) -> Session:
    """Session of recorded attributes."""
    recorded = {name: values[name] for name in _NEUTRAL if values.get(name) is not None}
    if "command" in recorded:
        recorded["command"] = Command(**recorded["command"])
    if "connections" in recorded:
        recorded["connections"] = tuple(recorded["connections"])
    return Session(**recorded)


PUBLIC_FIELDS = {name: each for name, each in FIELDS.items() if name not in SECRET}
"""Fields that a list of sessions shows. A list cannot mark one of its fields as sensitive."""
