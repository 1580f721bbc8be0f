"""An engine for the native provider, and no retries, which take seconds."""

from __future__ import annotations

import pytest

from support.native_provider import RecordingEngine


@pytest.fixture
def engine() -> RecordingEngine:
    """Engine that keeps the lines it is sent."""
    return RecordingEngine()


@pytest.fixture(autouse=True)
def _no_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pulumi_glue_session.aws.client._RETRIES", 0)
