"""Inputs and states of a session for calls of the dynamic provider in this process."""

from __future__ import annotations

from typing import Any

from pulumi.dynamic import Config, ConfigureRequest
from pulumi.output import Unknown

from pulumi_glue_session.core.session import Session
from pulumi_glue_session.provider import GlueSessionProvider

REGION = "eu-west-1"
UNKNOWN: object = Unknown()  # type: ignore[no-untyped-call] # the SDK's own mark of it
READY = Session(status="READY", glue_version="5.0", number_of_workers=2).to_state()
INPUTS = {"session_id": "analytics", "wait_for": ["READY"], "__provider": "pickle"}
STATE = {**INPUTS, "region": REGION, **READY}
ANSWER = {"Session": {"Id": "analytics", "Status": "TIMEOUT", "GlueVersion": "5.0", "NumberOfWorkers": 2}}
TIMED_OUT = {**STATE, "status": "TIMEOUT"}
NO_OBSERVATION = "the observation of the program is missing: create this resource with the class GlueSession"
MESSAGE = "TIMEOUT, will not become READY"


def configure(provider: GlueSessionProvider, **config: str) -> None:
    provider.configure(ConfigureRequest(Config({f"aws:{key}": value for key, value in config.items()}, "project")))


def failures(provider: GlueSessionProvider, olds: dict[str, Any], news: dict[str, Any]) -> list[tuple[str, str]]:
    """Failures of `check`, without the line breaks of their texts."""
    return [(failure.property, " ".join(failure.reason.split())) for failure in provider.check(olds, news).failures]
