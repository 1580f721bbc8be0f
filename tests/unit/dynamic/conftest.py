"""The dynamic provider."""

from __future__ import annotations

import pytest

from pulumi_glue_session.provider import GlueSessionProvider


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> GlueSessionProvider:
    """A provider without clients and configuration of an earlier test."""
    monkeypatch.setattr("pulumi_glue_session.dynamic.provider._readers", {})
    monkeypatch.setattr("pulumi_glue_session.dynamic.provider._stack_options", {})
    return GlueSessionProvider()
