"""Unit tests cannot open sockets. A stubbed boto3 for tests that need it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.stub import Stubber
from hypothesis import settings
from pytest_socket import disable_socket, enable_socket

from pulumi_glue_session.aws.credentials import Snapshot

REGION = "eu-west-1"

# The first example may load a model or a module, and the machine may be busy.
settings.register_profile("unit", deadline=None)
settings.load_profile("unit")


@pytest.fixture(autouse=True)
def _no_sockets() -> Iterator[None]:
    """Allow only Unix sockets, which event loops use internally."""
    disable_socket(allow_unix_socket=True)
    yield
    enable_socket()


@cache
def _real_client() -> Any:
    """One client for all tests, because loading Glue's large model is slow."""
    session = boto3.session.Session(region_name=REGION, aws_access_key_id="testing", aws_secret_access_key="testing")
    return session.client("glue", config=Config(retries={"total_max_attempts": 1}))


@dataclass(kw_only=True)
class Boto3:
    """Replaces `boto3.session.Session` with one client that returns the answers in `stub`. Records arguments."""

    stub: Stubber
    glue: Any
    """The client."""
    sessions: list[dict[str, Any]] = field(default_factory=list)
    clients: list[dict[str, Any]] = field(default_factory=list)

    def session(self, **arguments: object) -> Boto3:
        """Replaces the class."""
        self.sessions.append({name: value for name, value in arguments.items() if name != "botocore_session"})
        return self

    def get_credentials(self) -> Snapshot:
        """Replaces the method."""
        return Snapshot(lambda: Credentials("testing", "testing"))

    def client(self, service: str, **arguments: object) -> Any:
        """Replaces the method."""
        self.clients.append({"service": service, **arguments})
        return self.glue


@pytest.fixture
def stubbed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Boto3]:
    """A stubbed boto3. The test must use all of its answers."""
    with Stubber(_real_client()) as stub:
        stand_in = Boto3(stub=stub, glue=_real_client())
        monkeypatch.setattr("boto3.session.Session", stand_in.session)
        yield stand_in
        stub.assert_no_pending_responses()
