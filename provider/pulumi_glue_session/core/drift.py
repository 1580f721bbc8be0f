"""Differences between the recorded and the current session, for error messages."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from pulumi_glue_session.core.messages import Hints, sanitize
from pulumi_glue_session.core.session import SECRET


def describe_drift(
    recorded: Mapping[str, Any], session: Mapping[str, Any], *, fields: Iterable[str], hints: Hints
) -> tuple[str, ...]:
    """Each of `fields` that differs, as `status "READY" => "TIMEOUT"`. Secret fields appear without their values."""
    changed = [name for name in fields if name in recorded and name in session and recorded[name] != session[name]]
    return tuple(
        hints.spell(name)
        if name in SECRET
        else f"{hints.spell(name)} {_to_json(recorded[name])} => {_to_json(session[name])}"
        for name in changed
    )


def _to_json(value: Any) -> str:
    # Pulumi sends every number as a float (pulumi #13830).
    whole = isinstance(value, float) and value.is_integer()
    return sanitize(json.dumps(int(value) if whole else value, ensure_ascii=False, default=str))
