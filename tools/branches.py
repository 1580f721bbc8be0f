"""Show which share of the package's branches a test run took, and fail where it is too small.

    python tools/branches.py coverage.json 98

The figure that coverage.py itself judges (`--cov-fail-under`) is of lines and branches together, and there are five times as many lines.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path


def main(report: Path, least: float) -> None:
    """Judge a report as `coverage json` writes it; `least` is in percent."""
    totals = json.loads(report.read_text())["totals"]
    taken, branches = totals["covered_branches"], totals["num_branches"]
    share = f"{taken} of {branches} branches were taken, {100 * taken / branches:.1f} %"
    if 100 * taken < least * branches:
        sys.exit(f"{share}: {least:g} % are asked for.")
    print(f"{share}.")


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]))
