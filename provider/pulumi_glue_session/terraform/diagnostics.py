"""Errors as Terraform's diagnostics: a summary, a detail, and the attribute that they are about."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from pulumi_glue_session.core.errors import (
    GlueSessionError,
    InvalidInput,
    LookFailed,
    NotAsExpected,
    NotOneSession,
    WaitedTooLong,
)
from pulumi_glue_session.core.messages import ErrorReport, Hints
from pulumi_glue_session.terraform.protocol import ERROR, MESSAGES, WARNING

Path = tuple[str | int, ...]
"""Steps to an attribute: names and, in lists, positions."""

_HCL_NAMES: Mapping[str, str] = {
    "assume_roles": "assume_role",
    "endpoint_url": "endpoints.glue",
    "aws": "",
    "timeout": "timeouts",
}
"""Names of inputs that a configuration spells differently."""

HINTS = Hints(
    region="region in the provider block, or AWS_REGION",
    profile="profile in the provider block, or AWS_PROFILE",
    allowed_accounts="allowed_account_ids in the provider block",
    role="the role that runs Terraform",
    skip_wait="leave wait_for out",
    list_sessions='data "gluesession_sessions"',
    spell=lambda name: _HCL_NAMES.get(name, name),
)
"""Names of settings in a configuration."""

RESOURCE_HINTS = replace(HINTS, skip_wait="set wait_for = []")
"""The same for the resource, which waits by default."""


def to_diagnostic(error: GlueSessionError, *, hints: Hints, warning: bool = False) -> Any:
    """Diagnostic of an error of this package."""
    if isinstance(error, InvalidInput):
        # A name in capitals is an environment variable.
        path = () if error.input_name.isupper() else hcl_path(error.input_name)
        name = path_text(path) or error.input_name
        return diagnostic(f"Invalid value for {name}" if name else "Invalid value", error.reason(hints), path=path)
    report = error.report(hints)
    return diagnostic(report.fact, _detail(report), path=_path_of(error), warning=warning)


def diagnostic(summary: str, detail: str = "", *, path: Path = (), warning: bool = False) -> Any:
    """Message of a diagnostic."""
    message = MESSAGES["Diagnostic"](severity=WARNING if warning else ERROR, summary=summary, detail=detail)
    if path:
        message.attribute.CopyFrom(attribute_path(path))
    return message


def attribute_path(path: Path) -> Any:
    """Message of a path."""
    steps = [{"element_key_int": each} if isinstance(each, int) else {"attribute_name": each} for each in path]
    return MESSAGES["AttributePath"](steps=[MESSAGES["PathStep"](**each) for each in steps])


def hcl_path(input_name: str) -> Path:
    """Path of an input such as `aws.assume_roles[0].role_arn`."""
    steps: list[str | int] = []
    for name, position in re.findall(r"([^.\[\]]+)|\[(\d+)\]", input_name):
        if position:
            steps.append(int(position))
        elif name not in steps:
            spelled: str = _HCL_NAMES.get(name, name)
            steps += [each for each in spelled.split(".") if each]
    return tuple(steps)


def path_text(path: Path) -> str:
    """A path as a configuration has it: `assume_role[0].role_arn`."""
    return "".join(f"[{each}]" if isinstance(each, int) else f".{each}" for each in path).lstrip(".")


def _detail(report: ErrorReport) -> str:
    lines = [f"{label}: {text}" if label else text for label, text in report.details]
    if report.changed:
        lines.append(f"Changed since recorded: {', '.join(report.changed)}")
    if report.next_step:
        lines.append(f"Next: {report.next_step}.")
    return "\n".join(lines)


_PATHS: Mapping[type[GlueSessionError], Callable[[Any], Path]] = {
    NotAsExpected: lambda _error: ("expect",),
    NotOneSession: lambda error: (error.criteria[0][0],) if error.criteria else (),
    WaitedTooLong: lambda _error: ("wait_for",),
    LookFailed: lambda _error: (),
}


def _path_of(error: GlueSessionError) -> Path:
    """Attribute that an error about a session belongs to. Errors of a read belong to the whole block."""
    for kind, path in _PATHS.items():
        if isinstance(error, kind):
            return path(error)
    return ("session_id",)
