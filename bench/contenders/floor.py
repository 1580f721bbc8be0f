"""The cost of Pulumi alone: as many resources with the same properties, from a dynamic provider that does nothing."""

from __future__ import annotations

import json
import os
from typing import Any

import pulumi
from pulumi import dynamic

RECORD: dict[str, Any] = json.loads(os.environ["BENCH_RECORD"])
"""Recorded values of a session."""


class DoNothing(dynamic.ResourceProvider):
    """Records its inputs and reads the same values for any id."""

    serialize_as_secret_always = False  # the same as GlueSession; encryption would slow down the floor

    def create(self, props: dict[str, Any]) -> dynamic.CreateResult:
        """Record the inputs."""
        return dynamic.CreateResult(props["session_id"], dict(props))

    def read(self, id_: str, props: dict[str, Any]) -> dynamic.ReadResult:
        """Return the recorded values."""
        outs = {**props, **RECORD, "session_id": id_}
        return dynamic.ReadResult(id_, outs, dict(outs))


class Session(dynamic.Resource):
    """A session."""


def declare(name: str, session_id: str) -> None:
    """Declare one session, which is read if BENCH_READ is set."""
    read = "BENCH_READ" in os.environ
    values = dict.fromkeys(RECORD) if read else RECORD
    secret = pulumi.Output.secret(values["default_arguments"])
    props = {**values, "default_arguments": secret, "wait_for": ["READY"], "session_id": session_id}
    Session(DoNothing(), name, props, pulumi.ResourceOptions(id=session_id) if read else None)
