"""The native provider, without a generated SDK: recorded, or read if BENCH_READ is set."""

from __future__ import annotations

import os

import pulumi


class Session(pulumi.CustomResource):
    """A session of the native provider."""

    def __init__(self, name: str, session_id: str) -> None:
        """Register the resource, or read it if BENCH_READ is set."""
        opts = pulumi.ResourceOptions(id=session_id) if "BENCH_READ" in os.environ else None
        super().__init__("glue-session:index:Session", name, {"sessionId": session_id}, opts)


def declare(name: str, session_id: str) -> None:
    """Declare one session."""
    Session(name, session_id)
