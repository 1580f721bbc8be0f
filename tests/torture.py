"""How hard a test tries, and what docs/reliability.md tells of it.

    @pytest.mark.torture("Killed processes")
    def test_...(torture: Torture) -> None:
        for round in range(torture.tries(short=2, long=200)):
            ...
        torture.tell("SIGKILL of the engine during up", "the next up worked every time")

In `make test` such a test tries `short` times and tells nothing; `make torture` tries `long` times and keeps a row for each `tell`.

Rules of this module: a row is written when its test has got that far, never by hand. Rows carry numbers of tries, not times.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["LONG", "ROWS", "Torture"]

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
