"""Unit tests of `aws` do not depend on the AWS settings of the machine."""

from __future__ import annotations

import os

import pytest


@pytest.fixture(autouse=True)
def _no_aws_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith("AWS_"):
            monkeypatch.delenv(name)
