"""What tests of every tier have."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from torture import Torture, telling


@pytest.fixture(autouse=True)
def _row(request: pytest.FixtureRequest) -> Iterator[None]:
    with telling(request.node):
        yield


@pytest.fixture
def torture(request: pytest.FixtureRequest) -> Torture:
    """How hard to try, under the part of docs/reliability.md that the test's mark names."""
    mark = request.node.get_closest_marker("torture")
    return Torture(mark.args[0])
