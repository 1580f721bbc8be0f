"""All sessions by one `get_sessions`: nothing is recorded."""

from __future__ import annotations

import os

import pulumi

from pulumi_glue_session import get_sessions

found = get_sessions(id_prefix="s").sessions
if len(found) != int(os.environ["BENCH_SESSIONS"]):
    raise RuntimeError(f"{len(found)} sessions found")
pulumi.export("statuses", sorted({session.status for session in found}))
