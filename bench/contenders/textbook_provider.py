"""The dynamic provider as Pulumi's documentation would have one write it: a client per call, waiting in `create`."""

from __future__ import annotations

import time
from typing import Any

import boto3
import pulumi
from pulumi import dynamic

_OUTPUTS = {
    "status": "Status",
    "role": "Role",
    "glue_version": "GlueVersion",
    "worker_type": "WorkerType",
    "number_of_workers": "NumberOfWorkers",
    "max_capacity": "MaxCapacity",
    "idle_timeout": "IdleTimeout",
    "description": "Description",
    "error_message": "ErrorMessage",
    "created_on": "CreatedOn",
    "completed_on": "CompletedOn",
    "security_configuration": "SecurityConfiguration",
    "profile_name": "ProfileName",
    "session_type": "SessionType",
    "command": "Command",
    "connections": "Connections",
}


class TextbookProvider(dynamic.ResourceProvider):
    """Asks Glue for one session at a time."""

    def create(self, props: dict[str, Any]) -> dynamic.CreateResult:
        """Wait until the session is READY."""
        while (session := _session(props["session_id"]))["Status"] != "READY":
            time.sleep(1)
        return dynamic.CreateResult(props["session_id"], {**props, **_outputs(session)})

    def read(self, id_: str, props: dict[str, Any]) -> dynamic.ReadResult:
        """Ask for the session as it is."""
        return dynamic.ReadResult(id_, {**props, **_outputs(_session(id_))})


def _session(session_id: str) -> dict[str, Any]:
    session: dict[str, Any] = boto3.client("glue", region_name="eu-west-1").get_session(Id=session_id)["Session"]
    return session


def _outputs(session: dict[str, Any]) -> dict[str, Any]:
    values = {output: session.get(member, "") for output, member in _OUTPUTS.items()}
    return values | {"region": "eu-west-1", "created_on": str(values["created_on"])}


class TextbookSession(dynamic.Resource):
    """A session, created once it is READY, or read by its id."""

    def __init__(self, name: str, session_id: str, opts: pulumi.ResourceOptions | None = None) -> None:
        """Name the outputs; the provider gives their values."""
        props = {**dict.fromkeys(["region", *_OUTPUTS]), "session_id": session_id}
        super().__init__(TextbookProvider(), name, props, opts)
