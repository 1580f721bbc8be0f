"""Fill the tables of docs/reliability.md with what the last `make torture` kept.

    python tools/reliability.py

Writes docs/reliability.json too, the raw rows with the versions they were made with. Rows of parts that were not run again stay, and so do
those about a Python that this machine lacks.
"""

from __future__ import annotations

import json
import platform
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
BY_MACHINE = "Versions"
"""Part whose rows are each about something that another machine may lack."""

BEGIN, END = "<!-- torture: begin -->", "<!-- torture: end -->"


def main(rows: Path, raw: Path, page: Path) -> None:
    """Merge the new rows into the kept ones, and write both files."""
    new = [json.loads(each.read_text()) for each in sorted(rows.glob("*.json"))]
    if not new:
        sys.exit(f"No rows in {rows.name}: run make torture first.")
    versions = {"python": platform.python_version()} | {name: metadata.version(name) for name in ("pulumi", "boto3", "moto")}
    kept: list[dict[str, Any]] = json.loads(raw.read_text())["rows"] if raw.exists() else []
    again = {(row["part"], row["what"] if row["part"] == BY_MACHINE else "") for row in new}
    merged = [row for row in kept if (row["part"], row["what"] if row["part"] == BY_MACHINE else "") not in again]
    merged += [row | {"versions": versions} for row in new]
    merged.sort(key=lambda row: (row["part"], row["what"]))
    raw.write_text(json.dumps({"rows": merged}, ensure_ascii=False, indent=1) + "\n")
    before, _, rest = page.read_text().partition(BEGIN)
    after = rest.partition(END)[2]
    page.write_text(f"{before}{BEGIN}\n\n{tables(merged)}\n{END}{after}")


def tables(rows: list[dict[str, Any]]) -> str:
    """A heading and a table for each part."""
    text = []
    for part in dict.fromkeys(row["part"] for row in rows):
        lines = ["| tried | times | what happened |", "|---|---|---|"]
        lines += [f"| {_cell(row['what'])} | {row['tried']:,} | {_cell(row['happened'])} |" for row in rows if row["part"] == part]
        text.append(f"### {part}\n\n" + "\n".join(lines) + "\n")
    return "\n".join(text)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


if __name__ == "__main__":
    main(ROOT / ".torture", ROOT / "docs" / "reliability.json", ROOT / "docs" / "reliability.md")
