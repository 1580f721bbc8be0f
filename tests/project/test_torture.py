"""The rows of docs/reliability.md: kept by make torture alone, and merged by part."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import reliability
import torture
from torture import Torture, telling, true_of_each


def test_a_short_run_tries_a_little_and_keeps_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torture, "ROWS", tmp_path / "rows")
    monkeypatch.setattr(torture, "LONG", False)
    of_a_test = Torture("Killed processes")

    assert 2 == of_a_test.tries(short=2, long=200)
    of_a_test.tell("SIGKILL", "nothing lost")
    assert not (tmp_path / "rows").exists()


def test_a_row_about_a_python_that_is_not_here_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torture, "ROWS", tmp_path / "rows")
    monkeypatch.setattr(torture, "LONG", True)
    page, raw = tmp_path / "page.md", tmp_path / "rows.json"
    page.write_text(f"{reliability.BEGIN}\n{reliability.END}\n")
    old = [{"part": "Versions", "what": f"Python {python}", "tried": 1, "happened": "passed before"} for python in ("3.13", "3.14")]
    raw.write_text(json.dumps({"rows": old}))
    of_a_test = Torture("Versions")
    of_a_test.tries(short=0, long=2)
    of_a_test.tell("Python 3.13", "passed now")

    reliability.main(tmp_path / "rows", raw, page)

    assert [("Python 3.13", "passed now"), ("Python 3.14", "passed before")] == [
        (row["what"], row["happened"]) for row in json.loads(raw.read_text())["rows"]
    ]


def test_a_long_run_keeps_what_it_tried_and_the_page_shows_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows of a part that ran again replace its old ones; another part's stay."""
    monkeypatch.setattr(torture, "ROWS", tmp_path / "rows")
    monkeypatch.setattr(torture, "LONG", True)
    page, raw = tmp_path / "page.md", tmp_path / "rows.json"
    page.write_text(f"Head\n\n{reliability.BEGIN}\nold\n{reliability.END}\n\nFoot\n")
    old = [{"part": part, "what": "old", "tried": 1, "happened": "as before"} for part in ("Killed processes", "Soak")]
    raw.write_text(json.dumps({"rows": old}))
    of_a_test = Torture("Killed processes")

    assert 1_200 == of_a_test.tries(short=2, long=1_200)
    of_a_test.tell("SIGKILL | SIGINT", "nothing lost")
    reliability.main(tmp_path / "rows", raw, page)

    expected = """Head

<!-- torture: begin -->

### Killed processes

| tried | times | what happened |
|---|---|---|
| SIGKILL \\| SIGINT | 1,200 | nothing lost |

### Soak

| tried | times | what happened |
|---|---|---|
| old | 1 | as before |

<!-- torture: end -->

Foot
"""
    assert expected == page.read_text()


@pytest.mark.parametrize(("failures", "rows"), [(0, [("A text is a text (short)", 7)]), (1, [])], ids=["holds", "fails"])
def test_a_property_tells_its_own_row_if_it_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failures: int, rows: list[tuple[str, int]]
) -> None:
    monkeypatch.setattr(torture, "ROWS", tmp_path)
    monkeypatch.setattr(torture, "LONG", True)

    def test_a_text_is_a_text(text: str) -> None:
        raise AssertionError(text)

    property_of_texts: Any = true_of_each("Texts", short=3, long=7)(given(st.text())(test_a_text_is_a_text))
    (mark,) = property_of_texts.pytestmark
    item: Any = SimpleNamespace(
        name="test_a_text_is_a_text[short]", session=SimpleNamespace(testsfailed=2), get_closest_marker=lambda name: {mark.name: mark}[name]
    )
    with telling(item):
        item.session.testsfailed += failures

    told = [json.loads(each.read_text()) for each in tmp_path.iterdir()]
    assert rows == [(row["what"], row["tried"]) for row in told]


def test_a_page_is_not_filled_with_nothing(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"^No rows in rows: run make torture first\.$"):
        reliability.main(tmp_path / "rows", tmp_path / "rows.json", tmp_path / "page.md")
