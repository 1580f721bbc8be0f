"""tools/mutants.py: which mutants are made, how they are named, and that none survives without a reason."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import mutants
from mutants import REASONS, ROOT, TESTS, Change, Outcome

SOURCE = '''"""A module."""

from typing import TypeVar, cast

__all__ = ["greet"]

_T = TypeVar("_T")
_WORD = "hi"


class Greeter:
    """Greets."""

    often: int = 2

    def greet(self, name: "str") -> str:
        """Greet."""
        return cast("str", name + _WORD)
'''

PAGE = """# Head

Text.

### `odd.f`

No difference,
to anybody.

```diff
- a
+ b

- c
- d
```

### `odd.g`

Another.

```diff
- e
+ f
```
"""


def test_a_mutant_is_named_by_where_it_is_and_by_its_lines() -> None:
    expected = {
        Change("odd._WORD", '_WORD = "hi"', "_WORD = None"),
        Change("odd._WORD", '_WORD = "hi"', '_WORD = "XXhiXX"'),
        Change("odd._WORD", '_WORD = "hi"', '_WORD = "HI"'),
        Change("odd.Greeter.often", "often: int = 2", "often: int = None"),
        Change("odd.Greeter.often", "often: int = 2", "often: int = 3"),
        Change("odd.Greeter.greet", 'return cast("str", name + _WORD)', 'return cast("str", name - _WORD)'),
    }
    made = mutants.mutants_of("odd", SOURCE)

    assert expected == {each.change for each in made}
    assert {SOURCE.replace(each.change.was, each.change.became) for each in made} == {each.source for each in made}


def test_reasons_are_read_by_the_change_that_they_are_about() -> None:
    reason = "No difference, to anybody."

    expected = {Change("odd.f", "a", "b"): reason, Change("odd.f", "c\nd", ""): reason, Change("odd.g", "e", "f"): "Another."}
    assert expected == mutants.reasons_of(PAGE)


def test_a_survivor_without_a_reason_is_told_and_not_well() -> None:
    said, well = mutants.verdict({"odd": Outcome(9, [Change("odd.f", "a", "b"), Change("odd.h", "a", "b")])}, mutants.reasons_of(PAGE))

    assert not well
    assert "No reason for this survivor in docs/mutants.md:\n\n### `odd.h`\n\n```diff\n- a\n+ b\n```\n" in said


def test_a_reason_that_fits_no_survivor_is_told_and_well() -> None:
    """Of a module that was not run nothing is known."""
    kept = {"odd": Outcome(9, [Change("odd.f", "a", "b"), Change("odd.g", "e", "f")])}

    expected = "This one in docs/mutants.md survives no longer, or is no more:\n\n### `odd.f`\n\n- c\n- d\n", True
    assert expected == mutants.verdict(kept, mutants.reasons_of(PAGE))
    assert ("", True) == mutants.verdict({"even": Outcome(9, [])}, mutants.reasons_of(PAGE))


RUN = """
import json, sys
from pathlib import Path
import mutants
mutants.KEPT = Path(sys.argv[1])
mutants.prepare()
source = mutants.source_of("duration")
noticed = next(each for each in mutants.mutants_of("duration", source) if each.change.became == "if length <= timedelta(0):")
unnoticed = mutants.Mutant(mutants.Change("duration", "", "# nothing"), source + "# nothing")
print(json.dumps(list(mutants.run("duration", {7: noticed, 8: unnoticed}, jobs=1))))
"""


def test_a_mutant_that_a_test_notices_is_killed_and_another_survives(tmp_path: Path) -> None:
    """In a process that has not imported the package, as the tool itself."""
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(ROOT / 'tools')!r}){RUN}", str(tmp_path)]
    output = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout  # noqa: S603 - our own

    assert [[7, False], [8, True]] == json.loads(output)


@pytest.mark.parametrize("module", TESTS)
def test_what_is_listed_as_surviving_is_still_in_the_code(module: str) -> None:
    lines = {line.strip() for line in mutants.source_of(module).splitlines()}
    listed = [change for change in mutants.reasons_of(REASONS.read_text()) if change.where.partition(".")[0] == module]

    assert [] == [change for change in listed if not lines.issuperset(change.was.splitlines())]


def test_every_survivor_that_is_listed_has_a_reason() -> None:
    assert "" not in mutants.reasons_of(REASONS.read_text()).values()
