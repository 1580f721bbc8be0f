"""How often a test tries, and the table of results that `make torture` prints.

    @pytest.mark.torture("Killed processes")
    def test_...(torture: Torture) -> None:
        for attempt in range(torture.tries(short=2, long=200)):
            ...
        torture.record("SIGKILL of the engine during up", "the next up worked every time")

In `make full` such a test tries `short` times. In `make torture` it tries `long` times, and if it passes, the table has
a row for each `record`. A Hypothesis test gets one row, named after the test:

    @true_of_each("Wrong arguments", short=30, long=2_000)
    @given(...)
    def test_a_resource_is_recorded_or_refused_in_a_sentence(...) -> None:
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings

_T = TypeVar("_T", bound=Callable[..., object])

LONG = os.environ.get("GLUE_SESSION_TORTURE") == "1"


class Torture:
    """Tries of one test and the rows it records."""

    def __init__(self, item: pytest.Item) -> None:
        """Of a test with the mark."""
        self._item, self._tried = item, 0

    def tries(self, *, short: int, long: int) -> int:
        """Return how often to try in this run."""
        self._tried = long if LONG else short
        return self._tried

    def record(self, what: str, happened: str) -> None:
        """Record what was tried and what happened."""
        part = next(self._item.iter_markers("torture")).args[0]
        self._item.user_properties.append(("torture", f"| {part} | {what} | {self._tried} | {happened} |"))


def true_of_each(part: str, *, short: int, long: int) -> Callable[[_T], _T]:
    """Set the number of examples of a Hypothesis test. Goes above `given`."""
    examples = settings(
        max_examples=long if LONG else short,
        deadline=None,
        # All examples share fixtures on purpose: starting an endpoint takes longer than an example.
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    return lambda test: pytest.mark.torture(part, short, long)(examples(test))


@pytest.fixture
def torture(request: pytest.FixtureRequest) -> Torture:
    """Number of tries, and rows for the part in the mark of the test."""
    return Torture(request.node)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Add the row of a test with `true_of_each`."""
    for mark in item.iter_markers("torture"):
        if mark.args[1:]:
            examples = Torture(item)
            examples.tries(short=mark.args[1], long=mark.args[2])
            examples.record(item.name.removeprefix("test_").replace("_", " "), "true each time")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print the rows of the tests that passed."""
    passed = terminalreporter.stats.get("passed", []) if LONG else []
    for row in sorted(row for report in passed for name, row in report.user_properties if name == "torture"):
        terminalreporter.write_line(row)
