"""A recorded session, as Glue of the tests answers it, and reads that fail."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_glue_session.core.errors import SessionNotFound
from pulumi_glue_session.core.messages import ErrorReport
from support.dynamic_server import DynamicServer, Refusal

REGION = "eu-west-1"
OBSERVED = "__observed"

READY: dict[str, Any] = {
    "status": "READY",
    "role": "arn:aws:iam::123456789012:role/GlueSession",
    "glue_version": "5.0",
    "worker_type": "G.1X",
    "number_of_workers": 2,
    "max_capacity": 0,
    "idle_timeout": 60,
    "description": "Interactive session for tests",
    "error_message": "",
    "created_on": "2026-01-05T09:30:15.250Z",
    "completed_on": "",
    "security_configuration": "",
    "profile_name": "",
    "session_type": "",
    "command": {"name": "glueetl", "python_version": "3"},
    "connections": [],
    "default_arguments": {},
}
INPUTS: dict[str, Any] = {"session_id": "analytics", "wait_for": ["READY"]}
STATE: dict[str, Any] = {**INPUTS, "region": REGION, **READY}
MESSAGE = "TIMEOUT, will not become READY"
FAILURE = ErrorReport(fact=MESSAGE).to_dict()
INVALID = ErrorReport(fact="not valid").to_dict()
NOT_FOUND = str(SessionNotFound("analytics", region=REGION))


def refusal(server: DynamicServer, properties: dict[str, Any]) -> str:
    """Error of a read, as the engine prints it."""
    with pytest.raises(Refusal) as caught:
        server.read("analytics", properties)
    return str(caught.value)
