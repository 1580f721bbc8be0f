"""A scripted Glue, and an AWS configuration that leads to it and to nothing else."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from botocore.loaders import Loader, create_loader

from support.dynamic_server import aws_environment
from support.glue_endpoint import GlueEndpoint, always
from support.sts_endpoint import StsEndpoint


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


@pytest.fixture
def single_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests are not retried, unless `max_retries` says so: retries take seconds."""
    monkeypatch.setattr("pulumi_glue_session.aws.client._RETRIES", 0)


@pytest.fixture
def fast_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    """botocore does not pause before a retry."""
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0.0)


@pytest.fixture
def sts(aws: GlueEndpoint, monkeypatch: pytest.MonkeyPatch) -> Iterator[StsEndpoint]:
    """A scripted STS, and a Glue with one session."""
    aws.put("analytics", always("READY"))
    with StsEndpoint() as endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL_STS", endpoint.url)
        yield endpoint


@pytest.fixture
def token(tmp_path: Path) -> Path:
    """File with a web identity token."""
    path = tmp_path / "token"
    path.write_text("token-1")
    return path


@pytest.fixture
def quiet_loops(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tasks of a failed program print no tracebacks when they are collected."""
    new_event_loop = asyncio.new_event_loop

    def quiet_loop() -> asyncio.AbstractEventLoop:
        loop = new_event_loop()
        loop.set_exception_handler(lambda *_: None)
        return loop

    monkeypatch.setattr("asyncio.new_event_loop", quiet_loop)


@pytest.fixture
def team(aws: GlueEndpoint) -> GlueEndpoint:
    """Three sessions of two teams."""
    role = "arn:aws:iam::123456789012:role/GlueSession"
    aws.put("etl-1", always("READY"), Tags={"team": "etl"}, Role=role)
    aws.put("etl-2", always("STOPPED"), Tags={"team": "etl"}, Role=role)
    aws.put("ops-1", always("READY"), Tags={"team": "ops"}, Role=role)
    return aws


@pytest.fixture
def profile(aws: GlueEndpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Writes the shared configuration file, whose profile `ci` is the only source of credentials."""
    del aws
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)

    def write(*lines: str, name: str = "profile ci") -> None:
        path = tmp_path / "config"
        path.write_text((path.read_text() if path.exists() else "") + "\n".join([f"[{name}]", *lines, ""]))
        monkeypatch.setenv("AWS_CONFIG_FILE", str(path))
        monkeypatch.setenv("AWS_PROFILE", "ci")

    return write
