"""docs/reference/errors.md has every sentence that the package says, and none besides.

What is on the page is held to the source by tools/error_page.py, and to what the classes really say by building each error here from the
placeholders of the page.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NoReturn, cast

import pulumi
import pytest
from pulumi.runtime import MockCallArgs, MockResourceArgs

import error_page
from error_page import PAGE, PLACEHOLDER, entries, missing, one_line, skeleton, stale, texts, untold
from pulumi_glue_session import GlueSession, get_session, get_sessions
from pulumi_glue_session.core import errors
from pulumi_glue_session.core.errors import (
    AccessDenied,
    BadCredentials,
    GlueSessionError,
    InvalidInput,
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
from pulumi_glue_session.dynamic.observation import Asking
from pulumi_glue_session.dynamic.wire_format import OBSERVED
from pulumi_glue_session.provider import GlueSessionProvider
from support.mocked import under_mocks

TEXT = PAGE.read_text(encoding="utf-8")
ID, REGION, SUBJECT, DETAIL = "{session_id}", "{region}", "{subject}", "{detail}"
TARGETS = frozenset({"{wait_for}"})

BUILT: Mapping[type[GlueSessionError], list[GlueSessionError]] = {
    SessionNotFound: [SessionNotFound(ID, region=REGION)],
    SessionEnded: [
        SessionEnded(ID, region=REGION, status="{status}", targets=TARGETS, error_message="{error_message}", logs=["{line}"]),
    ],
    UnknownStatus: [UnknownStatus(ID, region=REGION, status="{status}", targets=TARGETS)],
    WaitedTooLong: [WaitedTooLong(ID, region=REGION, status="{status}, then {failure}", targets=TARGETS, seconds=600, polls=37)],
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
    groups = [group for group in dict.fromkeys(entry.group for entry in entries(TEXT)) if group not in ("Other fronts", "Notices")]
    tree = re.findall(r"[├└]── (\w+)", str(errors.__doc__))
    on_page = re.findall(r"[├└]── (\w+)", TEXT)

    assert tree == groups
    assert tree == on_page
    assert set(tree) - {"InvalidInput", "LookFailed"} == {kind.__name__ for kind in BUILT}


# --- What a program gives ---


def judged(**given: Any) -> object:  # noqa: ANN401 - whatever a program gives
    """What comes of an observation with these arguments."""
    asking = Asking(
        expect=given.pop("expect", None),
        on_mismatch=given.pop("on_mismatch", "fail"),
        logs=False,
        no_argument=given.pop("no_argument", None),
    )
    asked = {"session_id": "analytics", "wait_for": "READY", "timeout": 0, "aws": {}, **given}
    return asyncio.get_event_loop().run_until_complete(asking.judge(asked))


def refused(**news: Any) -> NoReturn:  # noqa: ANN401 - as above
    """The failure of a check of these inputs."""
    olds = news.pop("olds", {})
    (failure,) = GlueSessionProvider().check(olds, news).failures
    raise InvalidInput(failure.property, failure.reason)


OBSERVED_ANOTHER = json.dumps({"id": "analytics", "region": "eu-west-1", "on_its_way": False, "session": {}})

PROVOKED: Mapping[str, list[Callable[[], object]]] = {
    "session_id is no id": [lambda: judged(session_id="")],
    "wait_for is no status": [lambda: judged(wait_for="RUNNING"), lambda: judged(wait_for=[])],
    "No length of time": [lambda: judged(timeout="soon"), lambda: judged(timeout=-1)],
    "on_mismatch is neither": [lambda: judged(on_mismatch="ignore")],
    "expect is no mapping": [lambda: judged(expect=["role"])],
    "An output that can't be expected": [lambda: judged(expect={"status": "READY"})],
    "A value that an output can't have": [
        *(lambda name=name, value=value: judged(expect={name: value}) for name, value in {"number_of_workers": "4", "role": 4}.items()),
        *(lambda name=name: judged(expect={name: 4}) for name in ("connections", "command")),
    ],
    "A minimum of what has none": [lambda: judged(expect={"role": {"at_least": "a"}})],
    "A part that a command doesn't have": [lambda: judged(expect={"command": {"version": "3"}})],
    "No such argument": [
        lambda: GlueSession("analytics", session_id="analytics", wait_until="READY"),  # type: ignore[arg-type]
        lambda: GlueSession("analytics", session_id="analytics", x="READY"),  # type: ignore[arg-type]
    ],
    "aws is no set of options": [lambda: judged(aws="eu-west-1")],
    "No such option": [lambda: judged(aws={"access_key": "AKIA"})],
    "An option is missing": [lambda: judged(aws={"assume_roles": [{}]})],
    "An option is not what it should be": [
        lambda: judged(aws={"allowed_account_ids": [123456789012]}),
        lambda: judged(aws={"assume_roles": [{"role_arn": "arn:aws:iam::123456789012:role/deploy", "external_id": "?"}]}),
    ],
    "A policy is no JSON": [lambda: judged(aws={"assume_roles": [{"role_arn": "arn:aws:iam::123456789012:role/deploy", "policy": "{"}]})],
    "An option is no list": [lambda: judged(aws={"assume_roles": "deploy"})],
    "Retries out of bounds": [lambda: judged(aws={"max_retries": 51})],
    "A lifetime out of bounds": [
        lambda: judged(aws={"assume_roles": [{"role_arn": "arn:aws:iam::123456789012:role/deploy", "duration": "1m"}]}),
    ],
    "An id together with conditions": [lambda: get_session("analytics", id_prefix="a")],
    "A function with a provider": [
        lambda: get_session("analytics", opts=pulumi.InvokeOptions(provider=cast("pulumi.ProviderResource", "any"))),
    ],
    "A plain function with an Output": [lambda: get_session(cast("str", pulumi.Output.from_input("analytics")))],
    "These can't be tags": [lambda: get_sessions(tags={"": "etl"})],
    "statuses names no status": [lambda: get_sessions(statuses="ready")],
    "id_prefix or id_pattern is no text": [lambda: get_sessions(id_prefix=cast("str", 7))],
    "All changes are ignored": [lambda: refused(session_id="analytics", olds={"session_id": "analytics"})],
    "A resource that observed nothing": [lambda: refused(session_id="analytics")],
    "Observed one session, asked to record another": [lambda: refused(session_id="reports", **{OBSERVED: OBSERVED_ANOTHER})],
}
"""What makes each message about an argument, by its heading."""


class Mocks(pulumi.runtime.Mocks):
    """Nothing is asked, should an argument be taken for a right one."""

    def new_resource(self, args: MockResourceArgs) -> NoReturn:
        raise AssertionError(args.name)

    def call(self, args: MockCallArgs) -> NoReturn:
        raise AssertionError(args.token)


def provoked(make: Callable[[], object]) -> str:
    """What is said, under mocks."""
    said: list[str] = []

    def body() -> None:
        try:
            said.append(f"nothing, but {make()}")
        except (InvalidInput, TypeError) as error:
            said.append(str(error))

    under_mocks(Mocks(), body, plain=True)
    return said[0]


def form(block: str) -> re.Pattern[str]:
    """What a block of the page looks like, with whatever stands for its placeholders, and an argument's name before it."""
    return re.compile(r"(?:[\w.\[\]]+: )?" + ".+".join(map(re.escape, PLACEHOLDER.split(block))))


@pytest.mark.parametrize("heading", PROVOKED)
def test_a_message_about_an_argument_is_what_the_page_shows(heading: str) -> None:
    (entry,) = [entry for entry in entries(TEXT) if entry.heading == heading]
    said_now = [one_line(provoked(make)) for make in PROVOKED[heading]]

    assert [] == [sentence for sentence in said_now if not any(form(block).fullmatch(sentence) for block in entry.blocks)]


def test_each_message_about_an_argument_is_made_once() -> None:
    about_arguments = {entry.heading for entry in entries(TEXT) if entry.group == "InvalidInput"}

    assert {"How a value is told"} == about_arguments - PROVOKED.keys()
    assert set() == PROVOKED.keys() - about_arguments


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
