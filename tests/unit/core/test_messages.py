"""Printable text: sanitizing, durations, statuses, wrapping."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_glue_session.core.messages import (
    ErrorReport,
    format_duration,
    join_statuses,
    mask_passwords,
    sanitize,
    short_repr,
)
from support.hostile_text import HAND_PICKED, hostile_texts, is_fit
from torture import true_of_each

PLAIN = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1)
"""Text without control characters."""


@true_of_each("Hostile texts", short=200, long=50_000)
@given(text=hostile_texts(pieces=8) | st.text(st.characters(codec=None)))
def test_sanitized_text_is_safe_for_a_terminal(text: str) -> None:
    assert [True, True] == [is_fit(sanitize(text)), is_fit(short_repr({text: [text]}))]
    assert 1_002 > len(sanitize(text))


@true_of_each("Hostile texts", short=200, long=50_000)
@given(words=st.lists(PLAIN, min_size=1, max_size=5).filter(lambda words: "<{%" not in " ".join(words)))
def test_plain_text_is_unchanged(words: list[str]) -> None:
    text = " ".join(words)

    assert text.rstrip(".")[:1_000] == sanitize(text)[:1_000]


@pytest.mark.parametrize("text", HAND_PICKED.values(), ids=HAND_PICKED)
def test_hand_picked_text_is_safe_for_a_terminal(text: str) -> None:
    assert is_fit(sanitize(text))


def test_color_commands_of_pulumi_are_disabled() -> None:
    assert "a <{ %reset%}> and <{ %fg 13%}> b" == sanitize(HAND_PICKED["Pulumi's colors"])
    assert "a <{ %boom" == sanitize(HAND_PICKED["a color that does not end"])


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0s"),
        (0.4, "0s"),
        (0.6, "1s"),
        (42, "42s"),
        (59.4, "59s"),
        (59.6, "1m"),
        (90, "1m30s"),
        (600, "10m"),
        (3_599.6, "1h"),
        (3_601, "1h1s"),
        (5_400, "1h30m"),
        (3_661, "1h1m1s"),
        (90_000, "25h"),
    ],
)
def test_duration_has_the_form_of_inputs(seconds: float, text: str) -> None:
    assert text == format_duration(seconds)


@pytest.mark.parametrize(
    ("statuses", "text"),
    [
        ({"READY"}, "READY"),
        ({"STOPPED", "READY"}, "READY or STOPPED"),
        ({"TIMEOUT", "STOPPED", "READY"}, "READY or STOPPED or TIMEOUT"),
    ],
)
def test_statuses_are_sorted(statuses: set[str], text: str) -> None:
    assert text == join_statuses(frozenset(statuses))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("soon", "'soon'"),
        (-1, "-1"),
        (None, "None"),
        (["READY\n"], "['READY\\n']"),
        ("x" * 398, f"'{'x' * 398}'"),
        ("x" * 10_000, f"'{'x' * 399}…"),
        (10**5_000, "a huge int"),
    ],
    ids=["text", "number", "none", "list", "longest", "too long", "too many digits"],
)
def test_short_repr(value: object, text: str) -> None:
    assert text == short_repr(value)


@pytest.mark.parametrize(
    ("text", "line"),
    [("two\nlines", "two lines"), ("NUL \x00 and\ttab ", "NUL and tab"), ("Name it X...", "Name it X"), ("5.0", "5.0")],
)
def test_sanitized_text_is_one_line_without_its_period(text: str, line: str) -> None:
    assert line == sanitize(text)


REPORT = ErrorReport(
    fact="Fact",
    details=(("Glue says", "no more addresses"), ("", "| log line")),
    changed=('status "READY" => "FAILED"', "default_arguments"),
    next_step="start it again",
)


def test_report_has_a_line_for_each_part() -> None:
    assert [
        "Fact",
        "  Glue says: no more addresses",
        "  | log line",
        '  Changed since recorded: status "READY" => "FAILED", default_arguments',
        "  Next: start it again",
    ] == str(REPORT).splitlines()
    assert "Fact" == str(ErrorReport(fact="Fact"))


def test_report_survives_json() -> None:
    assert REPORT == ErrorReport.parse(json.loads(json.dumps(REPORT.to_dict())))


def test_report_wraps_between_words_at_80_columns() -> None:
    long_word = "arn:aws:iam::123456789012:role/" + "x" * 100
    lines = str(ErrorReport(fact="word " * 40, next_step=f"use {long_word} now")).splitlines()

    assert 80 >= max(len(line) for line in lines if long_word not in line)
    assert [f"    {long_word}", "    now"] == lines[-2:]


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ('connect to "http://user:planted@host:9/path"', 'connect to "http://***@host:9/path"'),
        ("http://user:pl@nted@host/x?y=a@b", "http://***@host/x?y=a@b"),
        ("http://user:pl/nted@host/x", "http://***@host/x"),
        ("http://user:pl?nted@host/x", "http://***@host/x"),
        ("http://user:pl#n@ted@host:9", "http://***@host:9"),
        ("http://user:'planted@host", "http://***@host"),
        ("http://user:pl/n?ted@host", "http://***@host"),
        ("http://host:9/x?y=a@b", "http://host:9/x?y=a@b"),
        ("http://host:9?y=a@b", "http://host:9?y=a@b"),
        ("Invalid endpoint: user:planted@host", "Invalid endpoint: ***@host"),
        ("http://host/x?y=a@b and a@b", "http://host/x?y=a@b and a@b"),
    ],
)
def test_passwords_of_urls_are_masked(text: str, masked: str) -> None:
    assert masked == mask_passwords(text)
