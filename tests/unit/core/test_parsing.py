"""Parsers of durations, booleans and JSON."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_glue_session.core.errors import InvalidInput
from pulumi_glue_session.core.parsing import parse_bool, parse_duration, parse_json, parse_text
from pulumi_glue_session.core.wait import DEFAULT_TIMEOUT


@pytest.mark.parametrize(
    ("duration", "seconds"),
    [
        ("90s", 90.0),
        ("10m", 600.0),
        ("1h30m", 5_400.0),
        ("1.5h", 5_400.0),
        ("500ms", 0.5),
        ("2d", 172_800.0),
        ("0", 0.0),
        ("0s", 0.0),
        (0, 0.0),
        (600, 600.0),
        (0.25, 0.25),
        ("1w", 604_800.0),
        ("1h0.5m2s", 3_632.0),
        ("1µs", 1e-6),
        (DEFAULT_TIMEOUT, 600.0),
    ],
)
def test_duration_is_seconds_or_a_string(duration: float | str, seconds: float) -> None:
    assert seconds == parse_duration(duration)


@pytest.mark.parametrize(
    "duration",
    [
        "600",
        "",
        " ",
        "abc",
        "10 m",
        " 10m",
        "10x",
        "m",
        "1..5s",
        "-10m",
        "1e3s",
        "10m 5s",
        "10m and 5s",
        -1,
        -0.001,
        float("nan"),
        float("inf"),
        float("-inf"),
        1e300,
        "9" * 320 + "s",
        10**320,
        None,
        [600],
        {},
        1j,
        True,
        "1µ",
        "٣s",
    ],
    ids=lambda each: ascii(each)[:20],
)
def test_invalid_duration_is_refused(duration: Any) -> None:
    expected = f"invalid duration {duration!r}: use seconds (600) or a duration such as '90s', '10m' or '1h30m'"

    with pytest.raises(InvalidInput) as caught:
        parse_duration(duration)

    assert expected == caught.value.reason()
    assert "timeout" == caught.value.input_name


def test_long_duration_is_cut_in_the_message() -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_duration("x" * 10_000)

    assert 2_000 > len(caught.value.reason())


def test_number_that_python_cannot_print_is_refused() -> None:
    """`repr` raises for more than 4,300 digits."""
    with pytest.raises(InvalidInput) as caught:
        parse_duration(10**5_000)

    assert 2_000 > len(caught.value.reason())


def test_error_has_the_input_name() -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_duration("soon", input_name="patience")

    assert "patience" == caught.value.input_name


@given(
    st.text()
    | st.from_regex(r"[+-]?([0-9.]{1,12}(ns|us|ms|s|m|h|d|w|mm|y)){1,3}", fullmatch=True)
    | st.floats()
    | st.integers()
    | st.booleans()
    | st.none()
    | st.binary()
    | st.lists(st.integers())
)
def test_any_value_is_seconds_or_invalid_input(duration: Any) -> None:
    try:
        seconds = parse_duration(duration)
    except InvalidInput as invalid:
        assert invalid.reason().isprintable()  # noqa: PT017 - either is right
    else:
        assert 0 <= seconds < float("inf")


@pytest.mark.parametrize("word", ["1", "true", "TRUE", "t", "yes", "y", " on ", "enabled"])
def test_true_words(word: str) -> None:
    assert parse_bool(word, input_name="skip")


@pytest.mark.parametrize("word", ["0", "false", "False", "f", "no", "n", "off", "none", "disabled"])
def test_false_words(word: str) -> None:
    assert not parse_bool(word, input_name="skip")


@pytest.mark.parametrize("word", ["", "maybe", "2", "ja"])
def test_other_words_are_refused(word: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_bool(word, input_name="skip")

    assert ("skip", f"{word!r} is neither true nor false: use true or false") == (
        caught.value.input_name,
        caught.value.reason(),
    )


@pytest.mark.parametrize("text", ["{", "", "[" * 100_000], ids=["cut", "empty", "deep"])
def test_invalid_json_is_refused_without_its_text(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_json("expect", text)

    assert ("expect", "it is not valid JSON") == (caught.value.input_name, caught.value.reason())


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("timeout", "90", 90.0),
        ("timeout", "10m", "10m"),
        ("statuses", "READY, STOPPED", ["READY", "STOPPED"]),
        ("tags", '{"team": "etl"}', {"team": "etl"}),
        ("region", "eu-west-1", "eu-west-1"),
        ("skip_wait", "off", False),
        ("skip_wait", "true", True),
    ],
)
def test_text_is_parsed_by_the_type_of_its_argument(name: str, text: str, value: object) -> None:
    assert value == parse_text(name, text)
