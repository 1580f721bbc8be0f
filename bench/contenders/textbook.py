"""The dynamic provider as in Pulumi's documentation: one client per call, waiting in `create`."""

from __future__ import annotations

import os
import time
from typing import Any

import boto3
import pulumi
from pulumi import dynamic

MEMBERS = (
    "Status Role GlueVersion WorkerType NumberOfWorkers MaxCapacity IdleTimeout Description ErrorMessage CreatedOn "
    "CompletedOn SecurityConfiguration ProfileName SessionType Command Connections"
)
OUTPUTS = MEMBERS.split()


def get_session(session_id: str) -> dict[str, Any]:
    """Outputs of a session."""
    session = boto3.client("glue", region_name="eu-west-1").get_session(Id=session_id)["Session"]
    return {name: session.get(name, "") for name in OUTPUTS} | {"CreatedOn": str(session["CreatedOn"])}


class TextbookProvider(dynamic.ResourceProvider):
    """Reads one session at a time."""

    def create(self, props: dict[str, Any]) -> dynamic.CreateResult:
        """Wait until the session is READY."""
        while (session := get_session(props["session_id"]))["Status"] != "READY":
            time.sleep(1)
        return dynamic.CreateResult(props["session_id"], {**props, **session})

    def read(self, id_: str, props: dict[str, Any]) -> dynamic.ReadResult:
        """Read the session."""
        return dynamic.ReadResult(id_, {**props, **get_session(id_)})


class TextbookSession(dynamic.Resource):
    """A session."""


def declare(name: str, session_id: str) -> None:
    """Declare one session, which is read if BENCH_READ is set."""
    props = {**dict.fromkeys(OUTPUTS), "session_id": session_id}
    opts = pulumi.ResourceOptions(id=session_id) if "BENCH_READ" in os.environ else None
    TextbookSession(TextbookProvider(), name, props, opts)
