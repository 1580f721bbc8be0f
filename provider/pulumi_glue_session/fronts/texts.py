"""Arguments that come as texts, as from Terraform or a stack's configuration: which of them are more than text, and how they are read.

Rules of this module: it gives values for the core to judge, and says no more than that a text is no JSON.
"""

from __future__ import annotations

import contextlib
import json
from typing import Any

from pulumi_glue_session.errors import InvalidInput

__all__ = ["from_json", "read"]

_JSON = frozenset({"allowed_account_ids", "assume_role_with_web_identity", "assume_roles", "expect", "max_retries", "skip_wait", "tags"})
"""Names of arguments that are numbers, lists or mappings."""

_LISTS = frozenset({"statuses", "wait_for"})
"""Names of arguments that may be several plain names, with commas between them."""


def read(name: str, text: str) -> Any:  # noqa: ANN401 - by name
    """Value of an argument by its inner name. Raises InvalidInput."""
    if name == "timeout":
        # Seconds are a number, a duration is none.
        with contextlib.suppress(ValueError):
            return float(text)
    if name in _LISTS:
        return [each.strip() for each in text.split(",")]
    return from_json(name, text) if name in _JSON else text


def from_json(name: str, text: str) -> Any:  # noqa: ANN401 - whatever it holds
    """Value of a JSON text. Raises InvalidInput, which doesn't tell the text: an external id may be in it."""
    try:
        return json.loads(text)
    except ValueError:
        pass
    raise InvalidInput(name, "it has to be JSON, and is not")
