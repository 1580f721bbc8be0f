"""Break the core in each small way that mutmut knows, and tell which breaks no test sees.

    python tools/mutants.py [MODULE ...] [--jobs N] [--survivors]

mutmut makes the mutants. They are run here and not by mutmut, whose own runner leaves out what stands outside of functions (which
status may follow which, what an error code means) and what is called while a module is imported.

Rules of this tool:

* One process for each mutant, forked from one that has imported everything but the package, so that a mutant costs little more than its
  tests. The mutant takes the place of its module as that is imported; no file is changed.
* The tests of a module are named here: the fewest that hold it. They stop at the first failure.
* A mutant that ends its tests in any way but success is killed, also one that takes far longer than the module does.
* What only type checkers read (annotations, `__all__`, type variables, the type of a cast), docstrings and decorators are left alone.
* Each survivor has its reason in docs/mutants.md. One without fails the run; a reason that fits no survivor is told.
* A mutant that was run is not run again while code and tests, and all below them, stay as they are. So an interrupted run goes on.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import gc
import hashlib
import importlib
import importlib.util
import json
import math
import multiprocessing
import os
import re
import resource
import sys
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from multiprocessing import connection
from multiprocessing.queues import SimpleQueue
from pathlib import Path
from types import CodeType, ModuleType

import libcst as cst
import pytest
from hypothesis import Phase, settings
from libcst import matchers as m
from mutmut.mutation.file_mutation import MutationVisitor
from mutmut.mutation.mutators import mutation_operators
from mutmut.mutation.pragma_handling import IgnoredCode

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = "pulumi_glue_session"
PROVIDER = ROOT / "provider" / PACKAGE
REASONS = ROOT / "docs" / "mutants.md"
KEPT = ROOT / ".mutants"
PART = "Mutation testing"

TESTS: Mapping[str, tuple[str, ...]] = {
    "session": ("unit/test_session.py",),
    "errors": ("unit/test_errors.py",),
    "words": ("unit/test_errors.py", "unit/test_words.py"),
    "wait": ("unit/test_wait.py",),
    "duration": ("unit/test_duration.py",),
    "selection": ("unit/test_selection.py",),
    "expect": ("unit/test_expect.py",),
    "observe": ("unit/test_observe.py",),
    "gather": ("unit/test_gather.py",),
    "demand": ("unit/test_demand.py",),
    "question": ("unit/test_question.py",),
    "failures": ("unit/test_failures.py", "unit/test_find.py"),
    "find": ("unit/test_find.py", "wire/test_look.py", "wire/test_listing.py"),
    "caller": ("unit/test_caller.py",),
    "refusal": ("unit/test_provider.py",),
    "provider": ("unit/test_provider.py", "unit/test_frozen_names.py"),
}
"""Modules of the core, and the tests that hold each."""

_PLUGINS = ("_hypothesis_pytestplugin", "pytest_socket", "pytest_timeout")
"""What the tests need of pytest's plugins; to find and load the rest would take longer than most tests."""

_IMPORTED_BEFORE = (
    *_PLUGINS,
    "boto3",
    "botocore.stub",
    "durationpy",
    "hypothesis.strategies",
    "packaging.version",
    "pulumi.dynamic",
    "pytest",
)
"""What a mutant's process need not import itself."""

_EXAMPLES = 30
"""That hypothesis invents for each test which doesn't say how many: a mutant is killed by one of the first, or by none."""

_TIMES_AS_LONG, _AND_SECONDS = 5, 5
"""A mutant that takes so much more of a processor than its module goes round in circles; four times that by the clock is a wait in vain."""

_MEMORY = 4 << 30
"""Bytes of address space: a mutant may gather without end."""


@dataclass(frozen=True, order=True)
class Change:
    """What makes a mutant: where, and the lines that are others there. Holds when lines elsewhere move."""

    where: str
    was: str
    became: str

    def __str__(self) -> str:
        """The change as docs/mutants.md tells it."""
        return "\n".join([*(f"- {line}" for line in self.was.splitlines()), *(f"+ {line}" for line in self.became.splitlines())])


@dataclass(frozen=True)
class Mutant:
    """A module with one change."""

    change: Change
    source: str


@dataclass(frozen=True)
class Outcome:
    """What came of the mutants of one module."""

    tried: int
    survivors: Sequence[Change]


class _Visitor(MutationVisitor):
    """mutmut's, but for what only type checkers read."""

    def on_visit(self, node: cst.CSTNode) -> bool:
        if m.matches(node, m.Assign(targets=[m.AssignTarget(m.Name("__all__"))]) | m.Assign(value=m.Call(func=m.Name("TypeVar")))):
            return False
        if isinstance(node, cst.Call) and m.matches(node.func, m.Name("cast")):
            node.args[1].visit(self)
            return False
        return super().on_visit(node)


def source_of(module: str) -> str:
    """The module as it is."""
    return (PROVIDER / f"{module}.py").read_text()


def mutants_of(module: str, source: str) -> list[Mutant]:
    """Every mutant of a module's source."""
    visitor = _Visitor(mutation_operators, IgnoredCode(set(), set(), set()))
    tree = cst.MetadataWrapper(cst.parse_module(source)).visit(visitor)
    scopes = _scopes(module, source)
    found = []
    for each in visitor.mutations:
        mutated = tree.deep_replace(each.original_node, each.mutated_node)
        code = mutated.code if isinstance(mutated, cst.Module) else source
        change = _change(scopes, source.splitlines(), code.splitlines())
        if change:
            found.append(Mutant(change, code))
    return found


def _scopes(module: str, source: str) -> list[tuple[range, str]]:
    """Lines and name of everything that has a name, outer ones first."""
    found: list[tuple[range, str]] = []

    def walk(body: Iterable[ast.stmt], outer: str) -> None:
        for each in body:
            match each:
                case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                    inner = each.body
                case ast.Assign(targets=[ast.Name(id=name), *_]) | ast.AnnAssign(target=ast.Name(id=name)) if outer in ("", *classes):
                    inner = []
                case _:
                    continue
            path = f"{outer}.{name}".lstrip(".")
            found.append((range(each.lineno, (each.end_lineno or each.lineno) + 1), path))
            if isinstance(each, ast.ClassDef):
                classes.append(path)
            walk(inner, path)

    classes: list[str] = []
    walk(ast.parse(source).body, "")
    return [(range(1, len(source.splitlines()) + 1), module), *((lines, f"{module}.{path}") for lines, path in found)]


def _change(scopes: Sequence[tuple[range, str]], before: list[str], after: list[str]) -> Change | None:
    changes = [each for each in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes() if each[0] != "equal"]
    if not changes:
        return None
    first, last = changes[0], changes[-1]
    where = [name for lines, name in scopes if first[1] + 1 in lines][-1]
    was, became = (before[first[1] : last[2]], after[first[3] : last[4]])
    return Change(where, "\n".join(line.strip() for line in was), "\n".join(line.strip() for line in became))


class _Instead(MetaPathFinder):
    """Imports the mutant in its module's place."""

    def __init__(self, module: str, source: str) -> None:
        self._name = f"{PACKAGE}.{module}"
        self._path = PROVIDER / f"{module}.py"
        self._source = source

    def find_spec(self, fullname: str, _path: object = None, _target: ModuleType | None = None) -> ModuleSpec | None:
        if fullname != self._name:
            return None
        source = self._source

        class Loader(SourceFileLoader):
            def get_code(self, fullname: str) -> CodeType:
                return compile(source, self.get_filename(fullname), "exec", dont_inherit=True)

        return importlib.util.spec_from_file_location(fullname, self._path, loader=Loader(fullname, str(self._path)))


class _LikelyFirst:
    """A plugin of pytest: the tests that killed other mutants come first, the latest before all, and who kills this one is told."""

    def __init__(self, killers: Sequence[str], told: SimpleQueue[str]) -> None:
        self._rank = {each: rank for rank, each in enumerate(killers)}
        self._told = told

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items.sort(key=lambda item: self._rank.get(item.nodeid, len(self._rank)))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._told.put(report.nodeid)


def _run_tests(module: str, source: str, seconds: int, output: Path, order: _LikelyFirst) -> None:
    """Run the tests of a module with this source; the process ends with their exit code."""
    with output.open("w") as to:
        os.dup2(to.fileno(), 1)
        os.dup2(to.fileno(), 2)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    # One failure is enough: it needn't be made small or explained.
    found = (Phase.explicit, Phase.generate)
    settings.register_profile("mutants", max_examples=_EXAMPLES, derandomize=True, database=None, deadline=None, phases=found)
    sys.meta_path.insert(0, _Instead(module, source))
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    plugins = [argument for each in _PLUGINS for argument in ("-p", each)]
    # The plugins are there before pytest, so that their assertions stay as they are. Garbage that nobody asks for is not looked for.
    plain = ["-W", "ignore::pytest.PytestAssertRewriteWarning", "-p", "no:cacheprovider", "-p", "no:unraisableexception"]
    tests = [str(ROOT / "tests" / each) for each in TESTS[module]]
    code = pytest.main(["-x", "-q", *plugins, *plain, "--hypothesis-profile=mutants", *tests], plugins=[order])
    # Without the clean-up of the interpreter: threads of a broken module may never end.
    os._exit(int(code))


def prepare() -> None:
    """Import what every mutant's tests need, once for all."""
    KEPT.mkdir(exist_ok=True)
    for each in _IMPORTED_BEFORE:
        importlib.import_module(each)
    # So that tests are compiled once, also where Python is told to write nothing beside its sources.
    sys.dont_write_bytecode, sys.pycache_prefix = False, str(KEPT / "bytecode")
    # What is there for good is not looked through again in each process.
    gc.freeze()


def run(module: str, mutants: Mapping[int, Mutant], *, jobs: int) -> Iterator[tuple[int, bool]]:
    """Run the tests on each mutant, `jobs` at a time; give its number and whether it survives."""
    fork = multiprocessing.get_context("fork")
    told: SimpleQueue[str] = fork.SimpleQueue()
    killers: list[str] = []

    def start(source: str, seconds: int, output: Path = Path(os.devnull)) -> multiprocessing.process.BaseProcess:
        process = fork.Process(target=_run_tests, args=(module, source, seconds, output, _LikelyFirst(killers, told)), daemon=True)
        process.start()
        return process

    output, before = KEPT / f"{module}.txt", resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    whole = start(source_of(module), 600, output)
    whole.join()
    if whole.exitcode != 0:
        sys.exit(f"{output.read_text()}\nThe tests of {module} fail without any change.")
    took = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
    seconds = math.ceil(_TIMES_AS_LONG * took) + _AND_SECONDS

    waiting = deque(mutants)
    running: dict[multiprocessing.process.BaseProcess, tuple[int, float]] = {}
    while waiting or running:
        while waiting and len(running) < jobs:
            number = waiting.popleft()
            running[start(mutants[number].source, seconds)] = number, time.monotonic() + 4 * seconds
        connection.wait([each.sentinel for each in running], timeout=1)
        for process, (number, until) in list(running.items()):
            if process.is_alive() and time.monotonic() > until:
                process.kill()
                process.join()
            if not process.is_alive():
                process.join()
                del running[process]
                while not told.empty():
                    killer = told.get()
                    killers = [killer, *(each for each in killers if each != killer)]
                yield number, process.exitcode == 0


def outcome_of(module: str, *, jobs: int, again: bool = False) -> Outcome:
    """What comes of a module's mutants. What is known of them from an interrupted run stays, if nothing that it hangs on has changed.

    `again` runs only those that survived when the module's code was the same, and keeps nothing.
    """
    mutants = dict(enumerate(mutants_of(module, source_of(module))))
    kept = KEPT / f"{module}.json"
    last = json.loads(kept.read_text()) if kept.exists() else {}
    code, mark = (_fingerprint(files) for files in ([PROVIDER / f"{module}.py"], _files_below(module)))
    if again:
        if last.get("code") != code:
            sys.exit(f"The code of {module} has changed since the last run: run it whole.")
        chosen = {number: mutants[number] for number, survives in last["survives"] if survives}
        return Outcome(len(chosen), sorted(chosen[number].change for number, survives in run(module, chosen, jobs=jobs) if survives))
    known: dict[int, bool] = dict(last["survives"]) if last.get("mark") == mark else {}
    left = {number: each for number, each in mutants.items() if number not in known}
    for number, survives in run(module, left, jobs=jobs) if left else ():
        known[number] = survives
        kept.write_text(json.dumps({"code": code, "mark": mark, "survives": list(known.items())}) + "\n")
        if sys.stdout.isatty():
            print(f"\r{module}: {len(known)} of {len(mutants)} run, {sum(known.values())} survive", end="", flush=True)
    return Outcome(len(mutants), sorted(mutants[number].change for number, survives in known.items() if survives))


def _files_below(module: str) -> list[Path]:
    """All of this repository that a module's outcome hangs on."""
    tests = ROOT / "tests"
    shared = (*sorted(PROVIDER.glob("*.py")), *sorted(tests.glob("*.py")), *sorted(tests.glob("*/conftest.py")))
    return [Path(__file__), *shared, *(tests / each for each in TESTS[module])]


def _fingerprint(files: Iterable[Path]) -> str:
    return hashlib.sha256(b"\0".join(each.read_bytes() for each in files)).hexdigest()


def reasons_of(page: str) -> dict[Change, str]:
    """Reasons of a page such as docs/mutants.md, by the change that each is about.

    A heading in code marks says where; the text below it why; a block the changes, with an empty line between two.
    """
    found: dict[Change, str] = {}
    for part in re.split(r"^### ", page, flags=re.MULTILINE)[1:]:
        heading, _, rest = part.partition("\n")
        reason, _, block = rest.partition("```diff\n")
        for change in re.split(r"\n\s*\n", block.partition("```")[0].strip("\n")):
            lines = change.splitlines()
            was, became = ("\n".join(line[2:] for line in lines if line.startswith(sign)) for sign in "-+")
            found[Change(heading.strip(" `"), was, became)] = " ".join(reason.split())
    return found


def verdict(outcomes: Mapping[str, Outcome], reasons: Mapping[Change, str]) -> tuple[str, bool]:
    """What is to be said of survivors and reasons, and whether all is well."""
    survivors = {change for outcome in outcomes.values() for change in outcome.survivors}
    new = sorted(survivors - {change for change, reason in reasons.items() if reason})
    old = sorted(change for change in reasons.keys() - survivors if change.where.partition(".")[0] in outcomes)
    said = [f"No reason for this survivor in docs/mutants.md:\n\n### `{each.where}`\n\n```diff\n{each}\n```\n" for each in new]
    said += [f"This one in docs/mutants.md survives no longer, or is no more:\n\n### `{each.where}`\n\n{each}\n" for each in old]
    return "\n".join(said), not new


def main() -> None:
    """Run the modules that are named, or all; tell rows of docs/reliability.md if it was all."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("modules", nargs="*", metavar="MODULE", help=f"of {', '.join(TESTS)}; all by default")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="mutants at a time")
    parser.add_argument(
        "--survivors", action="store_true", help="only those that survived the last run, to see whether new tests kill them"
    )
    asked = parser.parse_args()
    modules: list[str] = asked.modules or list(TESTS)
    for each in set(modules) - TESTS.keys():
        parser.error(f"{each} is no module of the core")
    os.nice(10)
    prepare()

    outcomes: dict[str, Outcome] = {}
    for module in modules:
        began = time.monotonic()
        outcomes[module] = outcome_of(module, jobs=asked.jobs, again=asked.survivors)
        took = time.monotonic() - began
        print(f"\r{module}: {_told(outcomes[module])} of {outcomes[module].tried} mutants ({took:.0f} s)", flush=True)
    said, well = verdict(outcomes, reasons_of(REASONS.read_text()))
    print(said)
    if outcomes.keys() == TESTS.keys() and not asked.survivors:
        _keep_rows(outcomes)
    sys.exit(not well)


def _told(outcome: Outcome) -> str:
    return f"{outcome.tried - len(outcome.survivors):,} killed, {len(outcome.survivors):,} survived"


def _keep_rows(outcomes: Mapping[str, Outcome]) -> None:
    sys.path.insert(0, str(ROOT / "tests"))
    from torture import Torture

    for module, outcome in outcomes.items():
        row = Torture(PART)
        row.tries(short=outcome.tried, long=outcome.tried)
        row.tell(f"Mutants of {module}", _told(outcome))


if __name__ == "__main__":
    main()
