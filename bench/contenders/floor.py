"""Floor of recorded sessions: as many resources with as many properties, from a provider that does nothing."""

from __future__ import annotations

import os

import pulumi
from do_nothing import DoNothing
from pulumi import dynamic
from record import RECORD, SECRET


class Session(dynamic.Resource):
    """A resource with the inputs and outputs of a recorded session."""

    def __init__(self, resource_name: str, session_id: str) -> None:
        """Give it all values, since nobody finds them."""
        hidden = {SECRET: pulumi.Output.secret(RECORD[SECRET])}
        super().__init__(DoNothing(), resource_name, {**RECORD, **hidden, "session_id": session_id, "wait_for": ["READY"]})


for number in range(int(os.environ["BENCH_SESSIONS"])):
    Session(f"session-{number}", f"s{number}")
