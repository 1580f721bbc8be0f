"""Parsers for arguments that arrive as text: durations, booleans and JSON."""

from __future__ import annotations

import contextlib
import json
import re
from datetime import timedelta
from typing import Any

from pulumi_glue_session.core.errors import InvalidInput
from pulumi_glue_session.core.messages import short_repr

_UNIT_SECONDS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}

_PART = re.compile(rf"([0-9]+(?:\.[0-9]+)?)({'|'.join(_UNIT_SECONDS)})(?=[0-9]|$)")

_MAX_SECONDS = timedelta.max.total_seconds()

_TRUE = frozenset({"1", "true", "t", "yes", "y", "on", "enabled"})
_FALSE = frozenset({"0", "false", "f", "no", "n", "off", "none", "disabled"})


def parse_duration(duration: float | str, *, input_name: str = "timeout") -> float:
    """Seconds of a number or of a duration such as `90s`, `10m` or `1h30m`, the form of Pulumi's custom timeouts.

    Raises InvalidInput for anything else, negative numbers included.
    """
    seconds = -1.0
    with contextlib.suppress(OverflowError, TypeError, ValueError):
        seconds = _sum_parts(duration) if isinstance(duration, str) else float(duration)
    if isinstance(duration, bool) or not 0 <= seconds <= _MAX_SECONDS:
        raise InvalidInput(
            input_name,
            f"invalid duration {short_repr(duration)}: use seconds (600) or a duration such as '90s', '10m' or '1h30m'",
        )
    return seconds


def _sum_parts(text: str) -> float:
    parts = _PART.findall(text)
    if text != "0" and (not parts or "".join(number + unit for number, unit in parts) != text):
        raise ValueError(text)
    return sum(float(number) * _UNIT_SECONDS[unit] for number, unit in parts)


def parse_bool(text: str, *, input_name: str) -> bool:
    """Value of a word such as `true`, `yes`, `on`, `false`, `no` or `off`. Raises InvalidInput for others."""
    word = text.strip().lower()
    if word not in _TRUE | _FALSE:
        raise InvalidInput(input_name, f"{short_repr(text)} is neither true nor false: use true or false")
    return word in _TRUE


_JSON = frozenset(
    {
        "allowed_account_ids",
        "assume_role_with_web_identity",
        "assume_roles",
        "endpoints",
        "expect",
        "forbidden_account_ids",
        "max_retries",
        "shared_config_files",
        "shared_credentials_files",
        "tags",
        "use_dualstack_endpoint",
        "use_fips_endpoint",
    }
)
"""Arguments that are numbers, lists or mappings."""

_LISTS = frozenset({"statuses", "wait_for"})
"""Arguments that are lists of plain names, separated by commas."""


def parse_text(name: str, text: str) -> Any:
    """Value of an argument that is given as text. Raises InvalidInput."""
    if name == "timeout":
        # A plain number means seconds.
        with contextlib.suppress(ValueError):
            return float(text)
    if name == "skip_wait":
        return parse_bool(text, input_name=name)
    if name in _LISTS:
        return [item.strip() for item in text.split(",")]
    return parse_json(name, text) if name in _JSON else text


def parse_json(name: str, text: str) -> Any:
    """Value of a JSON text. Raises InvalidInput without the text, which can contain an external id."""
    with contextlib.suppress(ValueError, RecursionError):
        return json.loads(text)
    raise InvalidInput(name, "it is not valid JSON")
