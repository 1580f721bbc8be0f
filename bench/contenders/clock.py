"""A dynamic resource that has nothing to do with sessions: it tells when it was created."""

from __future__ import annotations

import time
from typing import Any

import pulumi
from pulumi import dynamic


class ClockProvider(dynamic.ResourceProvider):
    """Notes the time at which it is asked to create something."""

    serialize_as_secret_always = False

    def create(self, props: dict[str, Any]) -> dynamic.CreateResult:
        """Say when this is."""
        return dynamic.CreateResult("unrelated", {**props, "created_at": time.time()})


class Unrelated(dynamic.Resource):
    """Created when the engine gets to it."""

    created_at: pulumi.Output[float]

    def __init__(self) -> None:
        """Nothing is to be set."""
        super().__init__(ClockProvider(), "unrelated", {"created_at": None})
