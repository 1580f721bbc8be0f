"""Recorded sessions, ours."""

from __future__ import annotations

import os

from pulumi_glue_session import GlueSession

for number in range(int(os.environ["BENCH_SESSIONS"])):
    GlueSession(f"session-{number}", session_id=f"s{number}")
