"""Floor of `.get`: as many reads with as many outputs, from a provider that does nothing."""

from __future__ import annotations

import os
from typing import Any

import pulumi
from do_nothing import DoNothing
from pulumi import dynamic
from record import RECORD, SECRET


class Session(dynamic.Resource):
    """A resource that is read and not recorded."""

    def __init__(self, resource_name: str, session_id: str) -> None:
        """Name its outputs; the read gives their values."""
        props: dict[str, Any] = {**dict.fromkeys(RECORD), SECRET: pulumi.Output.secret({}), "session_id": session_id, "wait_for": ["READY"]}
        super().__init__(DoNothing(), resource_name, props, pulumi.ResourceOptions(id=session_id))


for number in range(int(os.environ["BENCH_SESSIONS"])):
    Session(f"session-{number}", f"s{number}")
