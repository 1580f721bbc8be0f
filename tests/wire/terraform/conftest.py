"""The provider for Terraform, with a scripted Glue and STS."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.glue_endpoint import GlueEndpoint
from support.sts_endpoint import StsEndpoint
from support.terraform_provider import Terraform


@pytest.fixture
def terraform(aws: GlueEndpoint, single_attempt: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Terraform]:  # noqa: ARG001 - their effects are needed
    with StsEndpoint() as sts:
        monkeypatch.setenv("AWS_ENDPOINT_URL_STS", sts.url)
        yield Terraform()
