"""What holds for every unit test: no socket is opened. And boto3 with its answers laid in, for the tests that need one."""

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

# A busy machine is no reason to fail: the first example may load a model or a module that all others share.
settings.register_profile("unit", deadline=None)
settings.load_profile("unit")


@pytest.fixture(autouse=True)
def _no_sockets() -> Iterator[None]:
    """Refuse sockets, but for the pair of Unix sockets with which an event loop wakes itself."""
    disable_socket(allow_unix_socket=True)
    yield
    enable_socket()


@cache
def _real_client() -> Any:  # noqa: ANN401 - boto3 makes its classes as it goes
    """One client for all tests: reading Glue's large model takes longer than a test."""
    session = boto3.session.Session(region_name=REGION, aws_access_key_id="testing", aws_secret_access_key="testing")
    return session.client("glue", config=Config(retries={"total_max_attempts": 1}))


@dataclass(kw_only=True)
class Boto3:
    """`boto3.session.Session` with one client, whose answers are laid in by `stub`. Keeps what it was asked for."""

    stub: Stubber
    glue: Any
    """The client."""
    sessions: list[dict[str, Any]] = field(default_factory=list)
    clients: list[dict[str, Any]] = field(default_factory=list)

    def session(self, **arguments: object) -> Boto3:
        """Stand in for the class."""
        self.sessions.append({name: value for name, value in arguments.items() if name != "botocore_session"})
        return self

    def get_credentials(self) -> Snapshot:
        """Stand in for its method."""
        return Snapshot(lambda: Credentials("testing", "testing"))

    def client(self, service: str, **arguments: object) -> Any:  # noqa: ANN401 - as above
        """Stand in for its method."""
        self.clients.append({"service": service, **arguments})
        return self.glue


@pytest.fixture
def stubbed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Boto3]:
    """boto3 that gives only what the test lays in. All of it has to be asked for."""
    with Stubber(_real_client()) as stub:
        stand_in = Boto3(stub=stub, glue=_real_client())
        monkeypatch.setattr("boto3.session.Session", stand_in.session)
        yield stand_in
        stub.assert_no_pending_responses()
