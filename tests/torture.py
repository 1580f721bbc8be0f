"""How often a test tries, and the table of results that `make torture` prints.

    @pytest.mark.torture("Killed processes")
    def test_...(torture: Torture) -> None:
        for attempt in range(torture.tries(short=2, long=200)):
            ...
        torture.record("SIGKILL of the engine during up", "the next up worked every time")

In `make full` such a test tries `short` times and records nothing. In `make torture` it tries `long` times and records
a row for each `record`. A Hypothesis test gets one row, named after the test:

    @true_of_each("Wrong arguments", short=30, long=2_000)
    @given(...)
    def test_a_resource_is_recorded_or_refused_in_a_sentence(...) -> None:
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, settings

__all__ = ["LONG", "Torture", "recording", "true_of_each"]

_T = TypeVar("_T", bound=Callable[..., object])

LONG = os.environ.get("GLUE_SESSION_TORTURE") == "1"
ROWS = Path(__file__).resolve().parents[1] / ".torture"  # one file per row, because tests run in several processes


@dataclass
class Torture:
    """Tries of one test and the rows it records."""

    part: str
    tried: int = field(default=0, init=False)

    def tries(self, *, short: int, long: int) -> int:
        """Return how often to try in this run."""
        self.tried = long if LONG else short
        return self.tried

    def record(self, what: str, happened: str) -> None:
        """Record what was tried and what happened."""
        if LONG:
            ROWS.mkdir(exist_ok=True)
            row = json.dumps([self.part, what, self.tried, happened])
            (ROWS / f"{sha256(f'{self.part} {what}'.encode()).hexdigest()}.json").write_text(row)


def true_of_each(part: str, *, short: int, long: int) -> Callable[[_T], _T]:
    """Set the number of examples of a Hypothesis test. Goes above `given`."""
    tries = long if LONG else short
    examples = settings(
        max_examples=tries,
        deadline=None,
        # All examples share fixtures on purpose: starting an endpoint takes longer than an example.
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    return lambda test: pytest.mark.torture(part, tries)(examples(test))


@contextmanager
def recording(item: pytest.Item) -> Iterator[None]:
    """Run a test, and record a row if it has `true_of_each` and passes."""
    mark, failed = item.get_closest_marker("torture"), item.session.testsfailed
    yield
    if mark is not None and len(mark.args) > 1 and item.session.testsfailed == failed:
        torture = Torture(mark.args[0])
        torture.tries(short=mark.args[1], long=mark.args[1])
        torture.record(item.name.removeprefix("test_").replace("_", " "), "true each time")


if __name__ == "__main__":
    for row in sorted(json.loads(file.read_text()) for file in ROWS.glob("*.json")):
        sys.stdout.write(f"| {' | '.join(map(str, row))} |\n")
