"""Recorded sessions, the textbook way."""

from __future__ import annotations

import os

from textbook_provider import TextbookSession

for number in range(int(os.environ["BENCH_SESSIONS"])):
    TextbookSession(f"session-{number}", f"s{number}")
