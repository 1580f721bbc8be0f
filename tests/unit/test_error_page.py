"""docs/reference/errors.md has every sentence that the package says, and none besides.

What is on the page is held to the source by tools/error_page.py, and to what the classes really say by building each error here from the
placeholders of the page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

import error_page
from error_page import PAGE, entries, missing, one_line, skeleton, stale, texts, untold
from pulumi_glue_session import errors
from pulumi_glue_session.errors import (
    AccessDenied,
    BadCredentials,
    GlueSessionError,
    Misconfigured,
    NoRegion,
    NotAsExpected,
    NotOneSession,
    Refused,
    ServiceFault,
    SessionEnded,
    SessionNotFound,
    Throttled,
    UnknownStatus,
    Unreachable,
    WaitedTooLong,
    WrongAccount,
)

TEXT = PAGE.read_text(encoding="utf-8")
ID, REGION, SUBJECT, DETAIL = "{session_id}", "{region}", "{subject}", "{detail}"
TARGETS = frozenset({"{wait_for}"})

BUILT: Mapping[type[GlueSessionError], list[GlueSessionError]] = {
    SessionNotFound: [SessionNotFound(ID, region=REGION)],
    SessionEnded: [
        SessionEnded(ID, region=REGION, status="{status}", targets=TARGETS, error_message="{error_message}", logs=["{line}"]),
    ],
    UnknownStatus: [UnknownStatus(ID, region=REGION, status="{status}", targets=TARGETS)],
    WaitedTooLong: [WaitedTooLong(ID, region=REGION, status="{status}, then {failure}", targets=TARGETS, seconds=600, looks=37)],
    NotAsExpected: [NotAsExpected(ID, region=REGION, differences=["{output}: expected at least {value}, found {value}"])],
    NotOneSession: [
        NotOneSession("{conditions}", region=REGION, found=[]),
        NotOneSession("{conditions}", region=REGION, found=[ID, *"bcdefg"]),
    ],
    AccessDenied: [AccessDenied(SUBJECT, region=REGION, detail=DETAIL, action="{action}")],
    WrongAccount: [WrongAccount(SUBJECT, region=REGION, detail="account {account}, allowed {accounts}")],
    NoRegion: [NoRegion(SUBJECT, region="")],
    **{
        kind: [kind(SUBJECT, region=REGION, detail=DETAIL)]
        for kind in (BadCredentials, Misconfigured, Unreachable, Throttled, ServiceFault, Refused)
    },
}
"""Each error of which the class alone makes the sentence, from the placeholders of the page."""

NUMBERS = {"10 min (37 looks": "{timeout} ({looks} looks", "7 Glue": "{count} Glue", f"{ID}, b, c, d, e and 2": f"{ID} and {{count}}"}
"""What the page has in place of numbers, of which no placeholder can be made."""


def said(error: GlueSessionError) -> str:
    sentence = one_line(str(error))
    for number, placeholder in NUMBERS.items():
        sentence = sentence.replace(number, placeholder)
    return sentence


# --- The page ---


def test_every_text_of_the_package_is_on_the_page() -> None:
    assert [] == [f"{text.where}: {text.form}" for text in missing(TEXT)], "run python tools/error_page.py for the entries to fill in"


def test_nothing_on_the_page_is_said_no_longer() -> None:
    assert [] == [f"{entry.heading}: {entry.sentence}" for entry in stale(TEXT)]


def test_every_entry_tells_the_cause_and_the_cure() -> None:
    assert [] == [entry.heading for entry in untold(TEXT)]


def test_every_heading_is_one_of_a_kind_so_that_it_can_be_linked_to() -> None:
    headings = [entry.heading for entry in entries(TEXT)]

    assert sorted(set(headings)) == sorted(headings)


@pytest.mark.parametrize("kind", BUILT, ids=lambda kind: kind.__name__)
def test_an_error_is_under_its_class_word_for_word(kind: type[GlueSessionError]) -> None:
    under = [entry.sentence for entry in entries(TEXT) if entry.group == kind.__name__]

    assert [] == [sentence for sentence in map(said, BUILT[kind]) if not any(each.startswith(sentence) for each in under)]


def test_every_class_of_error_has_its_part_of_the_page_in_the_order_of_the_tree() -> None:
    groups = [group for group in dict.fromkeys(entry.group for entry in entries(TEXT)) if group != "Notices"]
    tree = re.findall(r"[├└]── (\w+)", str(errors.__doc__))
    on_page = re.findall(r"[├└]── (\w+)", TEXT)

    assert tree == groups
    assert tree == on_page
    assert set(tree) - {"InvalidInput", "LookFailed"} == {kind.__name__ for kind in BUILT}


# --- The check itself ---


@pytest.fixture
def package(tmp_path: Path) -> Callable[[str], Path]:
    """A package of one module with this source."""

    def make(source: str) -> Path:
        (tmp_path / "module.py").write_text(source, encoding="utf-8")
        return tmp_path

    return make


ENTRY = "## Group\n\n### Heading\n\n```text\n{sentence}\n```\n\n**Cause.** {cause}\n\n**Cure.** {cure}\n"


@pytest.mark.parametrize(
    "source",
    [
        'raise Error("nobody told the page")',
        'raise Error("nobody", "told the page")',
        'raise Error(f"{name} told the page")',
        'raise Error(f"{name} told {name}")',
        '_TEXT = "nobody told the page"',
        'class Error:\n    what = "nobody told the page"',
        'x = {"a": lambda: say("nobody told the page" if x else "")}',
        "raise Error(f\"{f'nobody told the page' if x else x}\")",
        '"nobody told {} the page".format(x)',
        '"nobody told %s the page" % x',
    ],
)
def test_a_text_is_missed_wherever_it_stands(package: Callable[[str], Path], source: str) -> None:
    assert ["module:1", "module:2"][source.startswith("class")] in {text.where for text in missing("", package(source))}


@pytest.mark.parametrize(
    "source",
    [
        '"""A docstring of several words."""',
        'class A:\n    """A docstring of several words."""\n    b: int\n    """And one of an attribute."""',
        'x = cast("dict[str, Any]", y)',
        'x: "dict[str, Any]" = {}',
        'x = re.compile(r"[a-z] [a-z]")',
        'x = "name"',
        'x = ", ".join(y)',
    ],
)
def test_what_nobody_reads_is_not_missed(package: Callable[[str], Path], source: str) -> None:
    assert [] == missing("", package(source))


def test_a_text_is_found_by_its_fixed_parts_across_lines_of_the_page(package: Callable[[str], Path]) -> None:
    source = package('raise Error(f"{name} in {place} is not as it was: look, and {advice} again.")')
    page = ENTRY.format(sentence="{name} in {place} is not as it was:\nlook, and {advice} again.", cause="Time.", cure="None.")

    assert ([], [], []) == (missing(page, source), stale(page, source), untold(page))
    changed = page.replace("look, and", "look and")
    assert 1 == len(missing(changed, source))
    assert ["Heading"] == [entry.heading for entry in stale(changed, source)]


def test_a_sentence_that_nothing_says_is_stale(package: Callable[[str], Path]) -> None:
    page = ENTRY.format(sentence="{name} is gone", cause="Time.", cure="None.")

    assert ["Heading"] == [entry.heading for entry in stale(page, package('x = f"{name} is here"'))]


@pytest.mark.parametrize(("cause", "cure"), [("", "None."), ("Time.", ""), ("\n", "\n")])
def test_an_entry_without_a_cause_or_a_cure_is_named(cause: str, cure: str) -> None:
    assert ["Heading"] == [entry.heading for entry in untold(ENTRY.format(sentence="{name} is gone", cause=cause, cure=cure))]


def test_what_is_missing_is_told_as_an_entry_to_fill_in(package: Callable[[str], Path]) -> None:
    (text,) = missing("", package('x = f"{name} is gone"'))

    assert "### …\n\n```text\n{value} is gone\n```\n\n**Cause.**\n\n**Cure.**\n" == skeleton(text)


def test_what_is_not_on_the_page_on_purpose_is_still_said() -> None:
    """So that a reason goes with its text."""
    everything = {text.form for text in texts(skipping={})}

    assert set() == error_page.NOT_SHOWN.keys() - everything


# --- Who links to it ---


def test_each_link_into_the_page_has_its_heading() -> None:
    anchors = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in re.findall(r"^#+ (.*)$", TEXT, flags=re.MULTILINE)}
    pages = [PAGE.parents[2] / "README.md", *PAGE.parents[1].rglob("*.md")]
    linked = {(page.name, anchor) for page in pages for anchor in re.findall(r"errors\.md#([\w-]+)", page.read_text(encoding="utf-8"))}

    assert [] == sorted(link for link in linked if link[1] not in anchors)
