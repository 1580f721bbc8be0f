"""What tests of every tier have."""

from __future__ import annotations

import pytest

from torture import Torture


@pytest.fixture
def torture(request: pytest.FixtureRequest) -> Torture:
    """How hard to try, under the part of docs/reliability.md that the test's mark names."""
    mark = request.node.get_closest_marker("torture")
    return Torture(mark.args[0])
