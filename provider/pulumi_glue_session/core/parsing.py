"""Lengths of time as people write them: `"10m"`, `"1h30m"`, or a number of seconds.

Rules of this module: pure; one reader for every duration that a program gives.
"""

from __future__ import annotations

import contextlib
import json
import re
from datetime import timedelta
from typing import Any

from pulumi_glue_session.core.errors import InvalidInput
from pulumi_glue_session.core.messages import short_repr

_DURATION = re.compile(r"(\d+(\.\d+)?[a-zµ]+)+")
"""Shape of a duration. durationpy alone would read "10m and 5s" too."""


def parse_duration(duration: float | str, *, input_name: str = "timeout") -> float:
    """Seconds in a number of seconds or a duration such as `90s`, `10m` or `1h30m` (the form of Pulumi's custom timeouts).

    Raises InvalidInput for anything else, and for less than nothing.
    """
    # Imported only here: most programs leave the default or give a number.
    import durationpy

    if isinstance(duration, str) and duration != "0" and not _DURATION.fullmatch(duration):
        raise InvalidInput(input_name, _no_duration(duration))
    try:
        length = durationpy.from_str(duration) if isinstance(duration, str) else timedelta(seconds=float(duration))
    except (durationpy.DurationError, ValueError, TypeError, OverflowError) as reason:
        raise InvalidInput(input_name, _no_duration(duration)) from reason
    if length < timedelta(0):
        raise InvalidInput(input_name, _no_duration(duration))
    return length.total_seconds()


def _no_duration(duration: object) -> str:
    return f"{short_repr(duration)} is no length of time: use seconds, as in 600, or a duration, as in '90s', '10m' or '1h30m'"


_JSON = frozenset({"allowed_account_ids", "assume_role_with_web_identity", "assume_roles", "expect", "max_retries", "skip_wait", "tags"})
"""Names of arguments that are numbers, lists or mappings."""

_LISTS = frozenset({"statuses", "wait_for"})
"""Names of arguments that may be several plain names, with commas between them."""


def parse_text(name: str, text: str) -> Any:  # noqa: ANN401 - by name
    """Value of an argument by its inner name. Raises InvalidInput."""
    if name == "timeout":
        # Seconds are a number, a duration is none.
        with contextlib.suppress(ValueError):
            return float(text)
    if name in _LISTS:
        return [each.strip() for each in text.split(",")]
    return parse_json(name, text) if name in _JSON else text


def parse_json(name: str, text: str) -> Any:  # noqa: ANN401 - whatever it holds
    """Value of a JSON text. Raises InvalidInput, which doesn't tell the text: an external id may be in it."""
    try:
        return json.loads(text)
    except ValueError:
        pass
    raise InvalidInput(name, "it has to be JSON, and is not")
