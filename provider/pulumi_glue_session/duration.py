"""Lengths of time as people write them: `"10m"`, `"1h30m"`, or a number of seconds.

Rules of this module: pure; one reader for every duration that a program gives.
"""

from __future__ import annotations

import re
from datetime import timedelta

from pulumi_glue_session.errors import InvalidInput
from pulumi_glue_session.words import given

__all__ = ["seconds"]

_DURATION = re.compile(r"(\d+(\.\d+)?[a-zµ]+)+")
"""Shape of a duration. durationpy alone would read "10m and 5s" too."""


def seconds(duration: float | str, *, input_name: str = "timeout") -> float:
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
    return f"{given(duration)} is no length of time: use seconds, as in 600, or a duration, as in '90s', '10m' or '1h30m'"
