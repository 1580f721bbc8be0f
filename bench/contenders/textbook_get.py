"""Sessions read by their id, the textbook way: the only one in which its preview sees a session at all."""

from __future__ import annotations

import os

import pulumi
from textbook_provider import TextbookSession

for number in range(int(os.environ["BENCH_SESSIONS"])):
    TextbookSession(f"session-{number}", f"s{number}", pulumi.ResourceOptions(id=f"s{number}"))
