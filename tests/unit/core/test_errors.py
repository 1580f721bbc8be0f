"""Each error is one sentence for a person, whatever the facts hold."""

from __future__ import annotations

import copy
import inspect
import pickle
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields

import pytest
from hypothesis import given

from pulumi_glue_session.core import errors, messages
from pulumi_glue_session.core.errors import (
    AccessDenied,
    BadCredentials,
    GlueSessionError,
    InvalidInput,
    LookFailed,
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
from pulumi_glue_session.core.messages import Hints, format_duration, join_statuses, sanitize
from pulumi_glue_session.core.messages import short_repr as as_given
from support.hostile_text import HAND_PICKED, hostile_texts, is_fit
from torture import true_of_each

READY = frozenset({"READY"})
READY_OR_STOPPED = frozenset({"STOPPED", "READY"})
SUBJECT = 'Glue session "analytics"'
REGION = "eu-west-1"


def all_errors(base: type[GlueSessionError] = GlueSessionError) -> list[type[GlueSessionError]]:
    # Functions make classes of their own as the program runs; those of the tree are the module's.
    ours = [each for each in base.__subclasses__() if each.__module__ == base.__module__]
    return [base, *(leaf for each in ours for leaf in all_errors(each))]


# --- Sentences ---


def test_sentence_of_a_session_that_is_not_found() -> None:
    expected = (
        'Glue session "analytics" was not found in eu-west-1: '
        "create it, or correct session_id, the region or the account that is asked, and run again."
    )

    assert expected == str(SessionNotFound("analytics", region=REGION))


def test_sentence_of_a_session_that_has_ended() -> None:
    expected = (
        'Glue session "analytics" in eu-west-1 is TIMEOUT and will not become READY: '
        "delete it and create it again, or name another session, and run again."
    )

    assert expected == str(SessionEnded("analytics", region=REGION, status="TIMEOUT", targets=READY))


def test_sentence_of_a_session_that_has_failed_gives_the_reason_that_glue_gave() -> None:
    expected = (
        'Glue session "analytics" in eu-west-1 is FAILED (Glue says: no more addresses) and will not become READY or STOPPED: '
        "delete it and create it again, or name another session, and run again."
    )
    error = SessionEnded("analytics", region=REGION, status="FAILED", targets=READY_OR_STOPPED, error_message="no more addresses.")

    assert expected == str(error)


def test_sentence_of_an_unknown_status() -> None:
    expected = (
        'Glue session "analytics" in eu-west-1 has the status HIBERNATING, which this version of pulumi-glue-session does not know, '
        "so it can't tell whether READY will follow: "
        "install a newer pulumi-glue-session, or set wait_for=None to take the session as it is."
    )

    assert expected == str(UnknownStatus("analytics", region=REGION, status="HIBERNATING", targets=READY))


@pytest.mark.parametrize(
    ("looks", "seconds", "told"), [(1, 0.0, "within 0 s (1 look, at last"), (42, 600.0, "within 10 min (42 looks, at last")]
)
def test_sentence_of_a_wait_that_took_too_long(looks: int, seconds: float, told: str) -> None:
    expected = (
        f'Glue session "analytics" in eu-west-1 did not become READY {told} PROVISIONING): '
        "raise timeout, or find out why the session takes so long, and run again."
    )
    error = WaitedTooLong("analytics", region=REGION, status="PROVISIONING", targets=READY, seconds=seconds, polls=looks)

    assert expected == str(error)


def test_sentence_of_a_session_that_is_not_as_expected_has_a_line_for_each_difference() -> None:
    expected = (
        'Glue session "analytics" in eu-west-1 is not as expected: name a session that is, or correct expect, and run again.\n'
        '  glue_version: expected at least "5.0", found "4.0"\n'
        "  number_of_workers: expected 5, found 2"
    )
    differences = ['glue_version: expected at least "5.0", found "4.0"', "number_of_workers: expected 5, found 2"]

    assert expected == str(NotAsExpected("analytics", region=REGION, differences=differences))


def test_sentence_of_a_session_that_has_ended_is_followed_by_the_last_lines_of_its_logs() -> None:
    expected = (
        'Glue session "analytics" in eu-west-1 is FAILED and will not become READY: '
        "delete it and create it again, or name another session, and run again.\n"
        "  | Traceback\n"
        "  | No module named etl"
    )
    logs = ["Traceback", "No module\tnamed etl"]

    assert expected == str(SessionEnded("analytics", region=REGION, status="FAILED", targets=READY, logs=logs))


def test_sentence_of_no_session_where_one_is_picked() -> None:
    expected = (
        "No Glue session in eu-west-1 fits tags team=etl: "
        "start one, or correct what is asked for, the region or the account that is asked, and run again."
    )

    assert expected == str(NotOneSession("tags team=etl", region=REGION, found=[]))


@pytest.mark.parametrize(
    ("found", "shown"),
    [
        ("ab", "2 Glue sessions (a, b)"),
        ("abcde", "5 Glue sessions (a, b, c, d, e)"),
        ("abcdefg", "7 Glue sessions (a, b, c, d, e and 2 more)"),
    ],
)
def test_sentence_of_several_sessions_where_one_is_picked_names_the_first_few(found: str, shown: str) -> None:
    number, _, named = shown.partition(" (")
    expected = f"{number} in eu-west-1 fit tags team=etl ({named}: narrow it down to one, or use get_sessions, and run again."

    assert expected == str(NotOneSession("tags team=etl", region=REGION, found=list(found)))


def test_sentence_and_name_of_an_invalid_input() -> None:
    error = InvalidInput("timeout", "-1 is no length of time")

    assert "-1 is no length of time" == str(error)
    assert "timeout" == error.input_name


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        (
            AccessDenied,
            (
                "Glue denied access (why); allow glue:GetSession to the role that runs Pulumi, or ask as the session's owner: "
                "the session may exist, since a restricted role sees only the sessions it created."
            ),
        ),
        (
            BadCredentials,
            (
                "there are no AWS credentials that Glue accepts (why); "
                "sign in, or name a profile that works (AWS_PROFILE, the stack's aws:profile or AwsOptions(profile=...)), and run again."
            ),
        ),
        (
            NoRegion,
            "no AWS region is set (why); set AWS_REGION, the stack's aws:region or AwsOptions(region=...), and run again.",
        ),
        (
            Unreachable,
            "Glue's endpoint gave no usable answer (why); check the network, the region and any endpoint URL, and run again.",
        ),
        (
            Throttled,
            (
                "Glue throttled the request, beyond all retries (why); "
                "run again in a while, or ask for a higher limit of GetSession and ListSessions."
            ),
        ),
        (
            ServiceFault,
            "Glue failed to answer, beyond all retries (why); run again in a while; if it goes on, see the AWS Health Dashboard.",
        ),
        (
            WrongAccount,
            (
                "the credentials belong to another account than is allowed (why); "
                "use credentials of an allowed account, or correct AwsOptions(allowed_account_ids=...), and run again."
            ),
        ),
        (
            Misconfigured,
            (
                "the AWS configuration can't be used (why); "
                "correct what is named (region, profile, endpoint URL or a file of the AWS configuration) and run again."
            ),
        ),
        (
            Refused,
            "Glue refused the request (why); correct what its answer names and run again.",
        ),
    ],
)
def test_sentence_of_a_look_that_failed(kind: type[LookFailed], sentence: str) -> None:
    expected = f'Glue session "analytics" in eu-west-1 could not be read: {sentence}'

    assert expected == str(kind(SUBJECT, region=REGION, detail="why."))


def test_sentence_of_a_look_that_failed_leaves_out_what_is_not_known() -> None:
    expected = (
        'Glue session "analytics" could not be read: no AWS region is set; '
        "set AWS_REGION, the stack's aws:region or AwsOptions(region=...), and run again."
    )

    assert expected == str(NoRegion(SUBJECT, region=""))


def test_sentence_of_a_denied_look_names_the_permission_that_is_missing() -> None:
    remedy = "to the role that runs Pulumi, or ask as the session's owner: the session may exist, since a restricted role sees only"
    expected = f'Glue session "analytics" in eu-west-1 could not be read: Glue denied access; allow {{}} {remedy} the sessions it created.'

    assert expected.format("glue:GetSession") == str(AccessDenied(SUBJECT, region=REGION))
    assert expected.format("glue:ListSessions") == str(AccessDenied(SUBJECT, region=REGION, action="glue:ListSessions"))


def test_every_error_that_a_look_can_fail_with_has_its_sentence_here() -> None:
    told = {AccessDenied, BadCredentials, WrongAccount, Misconfigured, NoRegion, Unreachable, Throttled, ServiceFault, Refused}

    assert told == set(all_errors(LookFailed)[1:])


# --- What may pass ---


def test_only_what_may_pass_by_itself_lets_a_wait_go_on() -> None:
    """No wait waits for a permission, a sign-in or a region."""
    assert {Unreachable, Throttled, ServiceFault} == {
        each for each in all_errors(LookFailed) if issubclass(each, LookFailed) and each.is_transient
    }


def test_an_endpoint_that_was_never_reached_is_taken_for_a_mistake() -> None:
    assert {Throttled, ServiceFault} == {
        each for each in all_errors(LookFailed) if issubclass(each, LookFailed) and each.is_transient_before_first_read
    }


def test_an_error_that_says_nothing_of_it_passes_neither_first_nor_later() -> None:
    assert (False, False) == (LookFailed.is_transient, LookFailed.is_transient_before_first_read)


# --- The tree ---


def test_the_tree_that_is_drawn_is_the_real_one() -> None:
    drawn: dict[str, str] = {}
    above: list[str] = []
    for line in inspect.cleandoc(errors.__doc__ or "").splitlines():
        branch = re.match(r"((?: {4}|│ {3}|├── |└── )+)(\w+)", line)
        if branch:
            del above[len(branch[1]) // 4 - 1 :]
            drawn[branch[2]] = above[-1] if above else "Exception"
            above.append(branch[2])

    assert drawn == {each.__name__: each.__bases__[0].__name__ for each in all_errors()}


def test_every_error_is_exported() -> None:
    assert {each.__name__ for each in all_errors()} <= set(errors.__all__)


# --- Text from outside ---

SENTENCES: dict[str, Callable[[str], GlueSessionError]] = {
    "id that is not found": lambda text: SessionNotFound(text, region=REGION),
    "id that has ended": lambda text: SessionEnded(text, region=REGION, status="FAILED", targets=READY),
    "id of an unknown status": lambda text: UnknownStatus(text, region=REGION, status="NEW", targets=READY),
    "id that took too long": lambda text: WaitedTooLong(text, region=REGION, status="NEW", targets=READY, seconds=1.0, polls=1),
    "id that could not be read": lambda text: Refused(f'Glue session "{text}"', region=REGION),
    "status that has ended": lambda text: SessionEnded("x", region=REGION, status=text, targets=READY),
    "status that is unknown": lambda text: UnknownStatus("x", region=REGION, status=text, targets=READY),
    "status that took too long": lambda text: WaitedTooLong("x", region=REGION, status=text, targets=READY, seconds=1.0, polls=1),
    "Glue's reason": lambda text: SessionEnded("x", region=REGION, status="FAILED", targets=READY, error_message=text),
    "answer of the service": lambda text: Refused(SUBJECT, region=REGION, detail=text),
    "id that is not as expected": lambda text: NotAsExpected(text, region=REGION, differences=[]),
    "region that is not found": lambda text: SessionNotFound("x", region=text),
    "region that could not be read": lambda text: Refused(SUBJECT, region=text),
    "invalid input": lambda text: InvalidInput("wait_for", f"{text} is no status"),
}


NASTY = [*HAND_PICKED.values(), "half of a pair \ud83d"]


@pytest.mark.parametrize("sentence", SENTENCES.values(), ids=SENTENCES.keys())
def test_text_from_outside_stays_on_one_line_and_cannot_steer_a_terminal(sentence: Callable[[str], GlueSessionError]) -> None:
    assert [] == [text for text in NASTY if not is_fit(str(sentence(text)))]


@true_of_each("Hostile texts", short=30, long=10_000)
@given(text=hostile_texts())
def test_no_error_with_a_text_from_outside_steers_a_terminal(text: str) -> None:
    assert [] == [name for name, sentence in SENTENCES.items() if not is_fit(str(sentence(text)))]


def test_the_name_of_an_invalid_input_steers_no_terminal() -> None:
    """It may be a key that a program was given itself, and it is told before the reason."""
    assert [] == [text for text in NASTY if not is_fit(InvalidInput(text, "is no argument").input_name)]


def test_a_difference_stays_on_its_line() -> None:
    error = NotAsExpected("analytics", region=REGION, differences=NASTY)

    assert [True] * (1 + len(NASTY)) == [is_fit(line) for line in str(error).split("\n")]


def test_a_line_of_a_log_stays_on_its_line() -> None:
    error = SessionEnded("analytics", region=REGION, status="FAILED", targets=READY, logs=NASTY)

    assert [True] * (1 + len(NASTY)) == [is_fit(line) for line in str(error).split("\n")]


@pytest.mark.parametrize("sentence", SENTENCES.values(), ids=SENTENCES.keys())
def test_text_from_outside_has_an_end(sentence: Callable[[str], GlueSessionError]) -> None:
    assert 1_500 > len(str(sentence("x" * 10_000)))


def test_text_from_outside_that_is_not_long_is_told_whole() -> None:
    assert f"({'x' * 1_000})" in str(Refused(SUBJECT, region=REGION, detail="x" * 1_000))
    assert f"({'x' * 1_000}…)" in str(Refused(SUBJECT, region=REGION, detail="x" * 1_001))


def test_an_error_survives_copies_and_pickles_with_its_sentence() -> None:
    """Errors go through futures and process pools; one that can't be rebuilt takes its sentence with it."""
    made = [sentence("analytics") for sentence in SENTENCES.values()]
    pickled = [pickle.loads(pickle.dumps(each)) for each in made]  # noqa: S301 - our own

    assert [repr(each) for each in made] == [repr(each) for each in pickled]
    assert [repr(each) for each in made] == [repr(copy.copy(each)) for each in made]


# --- Words ---


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (0.4, "0 s"),
        (0.6, "1 s"),
        (42, "42 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (60, "1 min"),
        (90, "1 min 30 s"),
        (600, "10 min"),
        (3_599.6, "1 h"),
        (3_600, "1 h"),
        (3_601, "1 h 1 s"),
        (5_400, "1 h 30 min"),
        (3_661, "1 h 1 min 1 s"),
        (90_000, "25 h"),
    ],
)
def test_a_length_of_time_is_told_as_a_person_writes_it(seconds: float, words: str) -> None:
    assert words == format_duration(seconds)


@pytest.mark.parametrize(
    ("names", "words"),
    [({"READY"}, "READY"), ({"STOPPED", "READY"}, "READY or STOPPED"), ({"TIMEOUT", "STOPPED", "READY"}, "READY or STOPPED or TIMEOUT")],
)
def test_statuses_are_told_in_one_order(names: set[str], words: str) -> None:
    assert words == join_statuses(frozenset(names))


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("soon", "'soon'"),
        (-1, "-1"),
        (None, "None"),
        (["READY\n"], "['READY\\n']"),
        ("x" * 398, f"'{'x' * 398}'"),
        ("x" * 10_000, f"'{'x' * 399}…"),
        (10**5_000, "a huge int"),
    ],
    ids=["text", "number", "nothing", "list", "just short enough", "endless", "too many digits"],
)
def test_what_a_program_gave_is_told_as_it_would_write_it(value: object, words: str) -> None:
    assert words == as_given(value)


@pytest.mark.parametrize(
    ("text", "line"),
    [("two\nlines", "two lines"), ("NUL \x00 and\ttab ", "NUL and tab"), ("Name it X...", "Name it X"), ("5.0", "5.0")],
)
def test_text_from_outside_becomes_one_line_without_its_full_stop(text: str, line: str) -> None:
    assert line == sanitize(text)


ADVICE: Mapping[str, Callable[[], GlueSessionError]] = {
    "; set {region}, and run again.": lambda: NoRegion(SUBJECT, region=""),
    "; sign in, or name a profile that works ({profile}), and run again.": lambda: BadCredentials(SUBJECT, region=""),
    "; use credentials of an allowed account, or correct {accounts}, and run again.": lambda: WrongAccount(SUBJECT, region=""),
    "; allow glue:GetSession to {role}, or ask as the session's owner": lambda: AccessDenied(SUBJECT, region=""),
    "or {as_it_is} to take the session as it is.": lambda: UnknownStatus("a", region=REGION, status="NEW", targets=READY),
    "narrow it down to one, or use {several}, and run again.": lambda: NotOneSession("tags", region=REGION, found=["1", "2"]),
}
"""What advice names, and an error that gives it."""


TERMS = [each.name for each in fields(Hints) if each.name != "spelled"]


@pytest.mark.parametrize("advice", ADVICE)
def test_advice_is_in_the_words_of_the_front_that_speaks(advice: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Pulumi program's without one."""
    monkeypatch.setattr(terms, "_front", [Hints()])
    assert advice.format(**asdict(Hints())) in str(ADVICE[advice]())

    other = Hints(**{name: f"the {name} of another front" for name in TERMS}, spelled=str.upper)
    messages.speak(other)

    assert advice.format(**asdict(other)) in str(ADVICE[advice]())


def test_every_word_of_a_front_is_tried() -> None:
    assert set(TERMS) == set(re.findall(r"{(\w+)}", "".join(ADVICE)))


def test_names_are_spelled_as_the_front_spells_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terms, "_front", [Hints(spelled=str.upper)])
    expected = (
        'Glue session "a" was not found in b: create it, or correct SESSION_ID, the region or the account that is asked, and run again.'
    )

    assert expected == str(SessionNotFound("a", region="b"))
