"""The package with the oldest and the newest dependencies, on each Python of this machine: in `make torture` alone."""

from __future__ import annotations

import pytest

from compatibility import Combination, combinations, run
from torture import Torture


@pytest.mark.torture("Versions")
@pytest.mark.parametrize("combination", combinations(), ids=str)
def test_the_package_works_with_the_oldest_and_the_newest_that_it_takes(combination: Combination, torture: Torture) -> None:
    """The short form is in `tests/project/test_compatibility.py`: the bounds are those that were tried."""
    if not torture.tries(short=0, long=1):
        return
    passed = run(combination)

    torture.tried = passed.tests
    versions = ", ".join(f"{name} {passed.versions[name]}" for name in ("pulumi", "boto3"))
    torture.tell(f"Tests on Python {combination.python} with the {combination.versions} dependencies", f"All pass, with {versions}")
