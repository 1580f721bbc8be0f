"""How often a test tries, and the table of results that `make torture` prints.

A test with the mark `torture(part)` uses the fixture: it tries `torture.tries(short=..., long=...)` times and records
what was tried and what happened. `make full` tries the short number. `make torture` tries the long one, and the table
has these records if the test passes. A Hypothesis test has `true_of_each` instead, and one row with its name.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

LONG = os.environ.get("GLUE_SESSION_TORTURE") == "1"


@dataclass
class Torture:
    """Tries of one test and the rows it records."""

    item: pytest.Item
    tried: int = 0

    def tries(self, *, short: int, long: int) -> int:
        """Return how often to try in this run."""
        self.tried = long if LONG else short
        return self.tried

    def record(self, what: str, happened: str) -> None:
        """Record what was tried and what happened."""
        part = next(self.item.iter_markers("torture")).args[0]
        self.item.user_properties.append(("torture", f"| {part} | {what} | {self.tried} | {happened} |"))


def true_of_each(part: str, *, short: int, long: int) -> Callable[[Any], Any]:
    """Set the number of examples of a Hypothesis test. Goes above `given`."""
    examples = long if LONG else short
    # All examples share fixtures on purpose: starting an endpoint takes longer than an example.
    healthy = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
    configured = settings(max_examples=examples, deadline=None, suppress_health_check=healthy)
    return lambda test: pytest.mark.torture(part, examples=examples)(configured(test))


@pytest.fixture
def torture(request: pytest.FixtureRequest) -> Torture:
    """Number of tries, and rows for the part in the mark of the test."""
    return Torture(request.node)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Add the row of a test with `true_of_each`."""
    if examples := next((mark.kwargs.get("examples") for mark in item.iter_markers("torture")), None):
        Torture(item, examples).record(item.name.removeprefix("test_").replace("_", " "), "true each time")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print the rows of the tests that passed."""
    passed = terminalreporter.stats.get("passed", []) if LONG else []
    for row in sorted(row for report in passed for name, row in report.user_properties if name == "torture"):
        terminalreporter.write_line(row)
