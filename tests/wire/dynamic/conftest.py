"""The process of dynamic providers, shared by the tests of a module, and its Glue."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.dynamic_server import DynamicServer, aws_environment
from support.glue_endpoint import GlueEndpoint, always
from support.records import REGION

CONFIG = """
[profile ci]
aws_access_key_id=CI
aws_secret_access_key=planted
region=ap-south-1
[profile analysts]
aws_access_key_id=ANALYSTS
aws_secret_access_key=planted
"""


@pytest.fixture(scope="module")
def endpoint() -> Iterator[GlueEndpoint]:
    """Glue endpoint of all processes of this file."""
    with GlueEndpoint() as endpoint:
        yield endpoint


@pytest.fixture
def glue(endpoint: GlueEndpoint) -> GlueEndpoint:
    """The same endpoint without faults and with a session."""
    endpoint.heal()
    endpoint.put("analytics", always("READY"), DefaultArguments={})
    return endpoint


@pytest.fixture(scope="module")
def environment(endpoint: GlueEndpoint, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    config: Path = tmp_path_factory.mktemp("aws") / "config"
    config.write_text(CONFIG)
    return {**aws_environment(endpoint.url, region=REGION), "AWS_CONFIG_FILE": str(config)}


@pytest.fixture(scope="module")
def server(environment: dict[str, str]) -> Iterator[DynamicServer]:
    """`python -m pulumi.dynamic` for a stack without configuration."""
    with DynamicServer(environment) as server:
        server.configure({})
        yield server


@pytest.fixture(scope="module")
def impatient(environment: dict[str, str]) -> Iterator[DynamicServer]:
    """The same, without retries."""
    with DynamicServer(environment, retrying=False) as server:
        server.configure({})
        yield server
