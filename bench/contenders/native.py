"""The native provider, without a generated SDK."""

from __future__ import annotations

import os

import pulumi


def declare(name: str, session_id: str) -> None:
    """Declare one session, which is read if BENCH_READ is set."""
    opts = pulumi.ResourceOptions(id=session_id) if "BENCH_READ" in os.environ else None
    pulumi.CustomResource("glue-session:index:Session", name, {"sessionId": session_id}, opts)
