"""Lengths of time as people write them: what is one, how long it is, and what is said of anything else."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_glue_session.core.errors import InvalidInput
from pulumi_glue_session.core.parsing import parse_duration
from pulumi_glue_session.core.wait import DEFAULT_TIMEOUT


@pytest.mark.parametrize(
    ("duration", "length"),
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
        (DEFAULT_TIMEOUT, 600.0),
    ],
)
def test_a_length_of_time_is_a_number_of_seconds_or_a_duration(duration: float | str, length: float) -> None:
    assert length == parse_duration(duration)


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
    ],
    ids=lambda each: ascii(each)[:20],
)
def test_anything_else_is_no_length_of_time(duration: Any) -> None:  # noqa: ANN401 - wrong on purpose
    expected = f"{duration!r} is no length of time: use seconds, as in 600, or a duration, as in '90s', '10m' or '1h30m'"

    with pytest.raises(InvalidInput) as caught:
        parse_duration(duration)

    assert expected == str(caught.value)
    assert "timeout" == caught.value.input_name


def test_an_endless_duration_is_told_in_a_sentence_that_ends() -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_duration("x" * 10_000)

    assert 2_000 > len(str(caught.value))


def test_a_number_with_more_digits_than_python_writes_out_is_no_length_of_time() -> None:
    """`repr` itself raises for it, and the sentence would be lost."""
    with pytest.raises(InvalidInput) as caught:
        parse_duration(10**5_000)

    assert 2_000 > len(str(caught.value))


def test_the_sentence_names_the_input_that_it_is_about() -> None:
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
def test_whatever_is_given_is_seconds_or_an_invalid_input(duration: Any) -> None:  # noqa: ANN401 - wrong on purpose
    try:
        length = parse_duration(duration)
    except InvalidInput as invalid:
        assert str(invalid).isprintable()  # noqa: PT017 - either is right
    else:
        assert 0 <= length < float("inf")
