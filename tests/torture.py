"""How hard a test tries, and what docs/reliability.md tells of it.

    @pytest.mark.torture("Killed processes")
    def test_...(torture: Torture) -> None:
        for round in range(torture.tries(short=2, long=200)):
            ...
        torture.tell("SIGKILL of the engine during up", "the next up worked every time")

In `make test` such a test tries `short` times and tells nothing; `make torture` tries `long` times and keeps a row for each `tell`.

    @true_of_each("Wrong arguments", short=30, long=2_000)
    @given(...)
    def test_a_resource_is_recorded_or_refused_in_a_sentence(...) -> None:

A Hypothesis test has a row by itself, whose words are its name.

Rules of this module: a row is written when its test has got that far, never by hand. Rows carry numbers of tries, not times.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, settings

__all__ = ["LONG", "ROWS", "Torture", "telling", "true_of_each"]

_T = TypeVar("_T", bound=Callable[..., object])

LONG = os.environ.get("GLUE_SESSION_TORTURE") == "1"
"""Whether this run is `make torture`."""

ROWS = Path(__file__).resolve().parents[1] / ".torture"
"""Folder with a file for each row, so that tests may run side by side."""


@dataclass
class Torture:
    """One test's tries, and the rows that it tells."""

    part: str
    tried: int = field(default=0, init=False)

    def tries(self, *, short: int, long: int) -> int:
        """How often to try in this run; the number that the next rows name."""
        self.tried = long if LONG else short
        return self.tried

    def tell(self, what: str, happened: str) -> None:
        """Keep a row: what was tried and what happened. Both must say the same in each run, unless something is no longer so."""
        if not LONG:
            return
        ROWS.mkdir(exist_ok=True)
        name = re.sub(r"[^a-z0-9]+", "-", f"{self.part} {what}".lower()).strip("-")[:150]
        row = {"part": self.part, "what": what, "tried": self.tried, "happened": happened}
        (ROWS / f"{name}.json").write_text(json.dumps(row, ensure_ascii=False, indent=1) + "\n")


def true_of_each(part: str, *, short: int, long: int) -> Callable[[_T], _T]:
    """How many examples a Hypothesis test tries; it stands above `given`."""
    tries = long if LONG else short
    examples = settings(
        max_examples=tries,
        deadline=None,
        # Fixtures are shared by all examples on purpose: making an endpoint takes longer than an example.
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    return lambda test: pytest.mark.torture(part, tries)(examples(test))


@contextmanager
def telling(item: pytest.Item) -> Iterator[None]:
    """Run a test; one of `true_of_each` that does not fail meanwhile tells its row."""
    mark, failed = item.get_closest_marker("torture"), item.session.testsfailed
    yield
    if mark is not None and len(mark.args) > 1 and item.session.testsfailed == failed:
        of_it = Torture(mark.args[0])
        of_it.tries(short=mark.args[1], long=mark.args[1])
        name, _, case = item.name.removeprefix("test_").rstrip("]").partition("[")
        of_it.tell(name.replace("_", " ").capitalize() + (f" ({case})" if case else ""), "so it was each time")
