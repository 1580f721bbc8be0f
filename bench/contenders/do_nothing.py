"""The floor's provider: a dynamic provider that does nothing, so that what it costs is what Pulumi costs."""

from __future__ import annotations

from typing import Any

from pulumi import dynamic
from record import RECORD


class DoNothing(dynamic.ResourceProvider):
    """Records what it is given, and reads the same values for whatever it is asked."""

    serialize_as_secret_always = False  # as ours: encrypting it would make the floor easier to keep to

    def create(self, props: dict[str, Any]) -> dynamic.CreateResult:
        """Record the inputs."""
        return dynamic.CreateResult(props["session_id"], dict(props))

    def read(self, id_: str, props: dict[str, Any]) -> dynamic.ReadResult:
        """Answer what was recorded, or would have been."""
        outs = {**props, **RECORD, "session_id": id_}
        return dynamic.ReadResult(id_, outs, dict(outs))
