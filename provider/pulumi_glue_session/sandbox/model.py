"""The Glue API as botocore's service model describes it: the sandbox refuses what the model refuses."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, Literal

from botocore import loaders, model, validate

from pulumi_glue_session.core.messages import short_repr


@cache
def service() -> Any:
    """Botocore's model of Glue."""
    return model.ServiceModel(loaders.Loader().load_service_model("glue", "service-2"))


def shape(operation: str, direction: Literal["input_shape", "output_shape"]) -> Any:
    """Input or output shape of an operation."""
    return getattr(service().operation_model(operation), direction)


def check_session_fields(fields: Mapping[str, object]) -> None:
    """Raise TypeError for a name that the Session shape does not have."""
    if unknown := sorted(fields.keys() - shape("GetSession", "output_shape").members["Session"].members.keys()):
        message = f"unknown field of a session: {', '.join(unknown)}"
        raise TypeError(message)


def violations(value: Any, of_shape: Any) -> str:
    """What the service would object to; empty if `value` fits the shape."""
    report = validate.ParamValidator().validate(value, of_shape)
    if report.has_errors():
        return str(report.generate_report())
    return "; ".join(_constraint_violations(value, of_shape, path=of_shape.name))


def _constraint_violations(value: Any, of_shape: Any, *, path: str) -> Iterator[str]:
    """Constraints that botocore's own validator leaves to the service."""
    checks: dict[str, Callable[[Any], object]] = {
        "max": lambda most: (len(value) if hasattr(value, "__len__") else value) <= most,
        "enum": lambda known: value in known,
        "pattern": lambda pattern: _compile(pattern).fullmatch(value),
    }
    for name, holds in checks.items():
        if name in of_shape.metadata and not holds(of_shape.metadata[name]):
            yield f"Value {short_repr(value)} at {path} failed to satisfy constraint: {name} {of_shape.metadata[name]}"
    if of_shape.type_name == "structure":
        for name, part in value.items():
            yield from _constraint_violations(part, of_shape.members[name], path=f"{path}.{name}")
    elif of_shape.type_name == "list":
        for part in value:
            yield from _constraint_violations(part, of_shape.member, path=f"{path}[]")
    elif of_shape.type_name == "map":
        for key, part in value.items():
            yield from _constraint_violations(key, of_shape.key, path=f"{path} (key)")
            yield from _constraint_violations(part, of_shape.value, path=f"{path}.{key}")


@cache
def _compile(java_pattern: str) -> re.Pattern[str]:
    python_pattern = java_pattern.replace(r"\u10000-\u10FFFF", r"\U00010000-\U0010FFFF")
    try:
        return re.compile(python_pattern, re.ASCII)
    except re.error:
        # Java's spelling of "any printable text", with ranges over surrogate pairs.
        return re.compile(".*", re.DOTALL)
