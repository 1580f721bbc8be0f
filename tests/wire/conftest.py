"""A scripted Glue, and an AWS configuration that leads to it and to nothing else."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache

import pytest
from botocore.loaders import Loader, create_loader

from support.dynamic_server import aws_environment
from support.glue_endpoint import GlueEndpoint


@cache
def _shared_loader(_search_path: str | None = None) -> Loader:
    return create_loader()


@pytest.fixture
def glue() -> Iterator[GlueEndpoint]:
    """Glue without a session."""
    with GlueEndpoint() as endpoint:
        yield endpoint


@pytest.fixture
def aws(glue: GlueEndpoint, monkeypatch: pytest.MonkeyPatch) -> GlueEndpoint:
    """The same, and this process is set to ask it."""
    environment = aws_environment(glue.url)
    for name in os.environ.keys() - environment.keys():
        monkeypatch.delenv(name)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    # Each finder makes a client of its own, and reading Glue's large model takes longer than a test.
    monkeypatch.setattr("botocore.session.create_loader", _shared_loader)
    return glue
