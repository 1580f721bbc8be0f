"""Reads sessions of a scripted Glue, and compares errors by their facts."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import pytest

from pulumi_glue_session.core.errors import GlueSessionError
from pulumi_glue_session.core.session import Command, Session
from pulumi_glue_session.core.source import Reading, SessionSource
from support.glue_endpoint import GlueEndpoint, always

SEEN = Session(
    status="READY",
    role="arn:aws:iam::123456789012:role/GlueSession",
    role_arn="arn:aws:iam::123456789012:role/GlueSession",
    role_name="GlueSession",
    glue_version="5.0",
    worker_type="G.1X",
    number_of_workers=2,
    idle_timeout=60,
    description="Interactive session for tests",
    created_on="2026-01-05T09:30:15.250Z",
    command=Command(name="glueetl", python_version="3"),
    default_arguments={"--enable-glue-datacatalog": "true"},
)
"""A session that `put` adds, as a source returns it."""


def put(glue: GlueEndpoint, *session_ids: str) -> None:
    """Add sessions that are READY."""
    for session_id in session_ids:
        glue.put(session_id, always("READY"))


def read_many(
    source: SessionSource, session_ids: Sequence[str], *, note: Callable[[str], None] = lambda _: None
) -> dict[str, Session | GlueSessionError]:
    """Answer for each session. Fails if one is delivered twice."""
    lock = threading.Lock()
    answers: dict[str, Session | GlueSessionError] = {}

    def deliver(session_id: str, reading: Reading) -> None:
        with lock:
            assert session_id not in answers
            answers[session_id] = reading.answer

    source.get_many(session_ids, deliver, note=note)
    return answers


def failure(source: SessionSource, session_id: str = "analytics") -> GlueSessionError:
    """Error of a read."""
    with pytest.raises(GlueSessionError) as caught:
        source.get(session_id)
    return caught.value


def facts(error: object) -> tuple[type, dict[str, object]]:
    """Class and facts of an error, to compare it with another one. Label and final period of its reason are ignored."""
    assert isinstance(error, GlueSessionError)
    known = {name: value for name, value in vars(error).items() if name != "detail_label"}
    return type(error), known | ({"detail": known["detail"].rstrip(".")} if "detail" in known else {})
