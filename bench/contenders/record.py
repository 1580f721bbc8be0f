"""What a recorded session holds: the same names and values that `GlueSession` has in the state, for whoever asks nobody."""

from __future__ import annotations

from typing import Any

RECORD: dict[str, Any] = {
    "region": "eu-west-1",
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
    "default_arguments": {"--enable-glue-datacatalog": "true"},
}

SECRET = "default_arguments"  # noqa: S105 - the name of the field
"""The one that is a secret in the state, as ours is."""
