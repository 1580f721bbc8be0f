"""The cost of Pulumi alone: as many resources with the same properties, from a dynamic provider that does nothing."""

from __future__ import annotations

import os
from typing import Any

import pulumi
from pulumi import dynamic
from record import ARGUMENTS, OUTPUTS


class DoNothing(dynamic.ResourceProvider):
    """Records its inputs and reads the same values for any id."""

    serialize_as_secret_always = False  # the same as GlueSession; encryption would slow down the floor

    def create(self, props: dict[str, Any]) -> dynamic.CreateResult:
        """Record the inputs."""
        return dynamic.CreateResult(props["session_id"], dict(props))

    def read(self, id_: str, props: dict[str, Any]) -> dynamic.ReadResult:
        """Return the recorded values."""
        outs = {**props, **OUTPUTS, "default_arguments": ARGUMENTS, "session_id": id_}
        return dynamic.ReadResult(id_, outs, dict(outs))


class Session(dynamic.Resource):
    """A resource with the inputs and outputs of a recorded session."""

    def __init__(self, resource_name: str, session_id: str) -> None:
        """Register the resource, or read it if BENCH_READ is set."""
        read = "BENCH_READ" in os.environ
        values: dict[str, Any] = dict.fromkeys(OUTPUTS) if read else OUTPUTS
        props = {**values, "default_arguments": pulumi.Output.secret({} if read else ARGUMENTS), "wait_for": ["READY"]}
        opts = pulumi.ResourceOptions(id=session_id) if read else None
        super().__init__(DoNothing(), resource_name, {**props, "session_id": session_id}, opts)


def declare(name: str, session_id: str) -> None:
    """Declare one session."""
    Session(name, session_id)
