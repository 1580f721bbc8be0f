"""A project for the real Terraform and the real OpenTofu, and a scripted Glue."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.dynamic_server import aws_environment
from support.glue_endpoint import GlueEndpoint
from support.sts_endpoint import StsEndpoint
from support.terraform_project import TerraformProject, find_program


@pytest.fixture
def glue() -> Iterator[GlueEndpoint]:
    """Glue without a session."""
    with GlueEndpoint() as endpoint:
        yield endpoint


# One program is enough in `make test`. OpenTofu runs there if Terraform is missing.
TOFU = pytest.param("tofu", marks=[pytest.mark.slow] if find_program("terraform") else [])


@pytest.fixture(params=["terraform", TOFU])
def project(request: pytest.FixtureRequest, glue: GlueEndpoint, tmp_path: Path) -> Iterator[TerraformProject]:
    """A project without a configuration."""
    program = find_program(request.param)
    if program is None:
        pytest.skip(f"runs in `make tofu`, which CI runs too: there OpenTofu runs it, {request.param} is missing here")
    with StsEndpoint() as sts:
        environment = {**aws_environment(glue.url), "AWS_ENDPOINT_URL_STS": sts.url, "AWS_MAX_ATTEMPTS": "1"}
        yield TerraformProject(program=program, folder=tmp_path / "project", environment=environment)
