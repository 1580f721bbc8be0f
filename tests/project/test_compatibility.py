"""The bounds of what the package takes: those that `make torture` tries are those that it says."""

from __future__ import annotations

from pathlib import Path

import pytest

import compatibility
from compatibility import Combination

ROOT = Path(compatibility.__file__).resolve().parents[1]


def test_the_oldest_versions_are_the_lower_bounds() -> None:
    """Each with what the version before it lacks. Change one here only with a run of `python tools/compatibility.py 3.11 oldest`."""
    expected = {
        "pulumi": "3.268",  # 3.267: a read that carries inputs only, as the engine sends it for `.get`, is not answered
        "boto3": "1.43.23",  # 1.43.22: a session has no SessionType
        "botocore": "1.43.23",
        "durationpy": "0.6",  # 0.5: no DurationError
        "packaging": "26",  # 25: pulumi 3.268 itself asks for 26
        "typer": "0.26",  # 0.25: warns at its import, with the newest click
        "rich": "13.8",  # 13.7: typer 0.26 itself asks for 13.8
    }

    assert (expected, "3.11") == (compatibility.bounds(), compatibility.oldest_python())


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("README.md", "Python {python} or later, `pulumi` {pulumi} or later"),
        ("docs/decisions/0003-dependencies.md", "`pulumi>={pulumi},<4`"),
        ("docs/decisions/0003-dependencies.md", "`boto3>={boto3},<2`"),
        ("Makefile", "Python {python} or later"),
    ],
)
def test_the_bounds_are_told_as_they_are(page: str, text: str) -> None:
    told = text.format(python=compatibility.oldest_python(), **compatibility.bounds())

    assert told in (ROOT / page).read_text()


def test_each_python_of_the_machine_comes_with_the_oldest_and_the_newest() -> None:
    here = compatibility.combinations()

    assert ["oldest", "newest"] * (len(here) // 2) == [each.versions for each in here]
    assert sorted({each.python for each in here}) == [each.python for each in here[::2]]


def test_a_combination_that_is_not_here_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    here = [Combination(python="3.11", interpreter=Path("python3.11"), versions=versions) for versions in ("oldest", "newest")]
    monkeypatch.setattr(compatibility, "combinations", lambda: here)

    with pytest.raises(SystemExit, match=r"^There is no 3\.9 oldest here: use one of 3\.11 oldest, 3\.11 newest\.$"):
        compatibility.main(["3.9", "oldest"])
