"""A scripted Glue endpoint on a manual clock, and boto3 clients of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.endpoint_client import Boto3Session, Client, ManualClock, boto3, connect
from support.glue_endpoint import GlueEndpoint


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def glue(clock: ManualClock) -> Iterator[GlueEndpoint]:
    with GlueEndpoint(clock=clock) as endpoint:
        yield endpoint


@pytest.fixture(scope="module")
def session() -> Boto3Session:
    """One boto3 session, because loading Glue's large model is slow."""
    return boto3.Session(aws_access_key_id="testing", aws_secret_access_key="testing", region_name="eu-west-1")


@pytest.fixture
def impatient(session: Boto3Session, glue: GlueEndpoint) -> Client:
    return connect(session, glue, read_timeout=0.1)


@pytest.fixture
def client(session: Boto3Session, glue: GlueEndpoint) -> Client:
    return connect(session, glue)
