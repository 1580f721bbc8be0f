"""Texts from outside on one line of a terminal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_glue_session.core.messages import sanitize
from pulumi_glue_session.core.messages import short_repr as as_given
from support.hostile_text import HAND_PICKED, hostile_texts, is_fit
from torture import true_of_each

PLAIN = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1)
"""What no terminal does anything with but to show it."""


@true_of_each("Hostile texts", short=200, long=50_000)
@given(text=hostile_texts(pieces=8) | st.text(st.characters(codec=None)))
def test_whatever_a_text_holds_its_line_steers_nothing(text: str) -> None:
    assert [True, True] == [is_fit(sanitize(text)), is_fit(as_given({text: [text]}))]
    assert 1_002 > len(sanitize(text))


@true_of_each("Hostile texts", short=200, long=50_000)
@given(words=st.lists(PLAIN, min_size=1, max_size=5).filter(lambda words: "<{%" not in " ".join(words)))
def test_what_does_nothing_is_shown_as_it_is(words: list[str]) -> None:
    """In the letters that it has, whatever they are."""
    text = " ".join(words)

    assert text.rstrip(".")[:1_000] == sanitize(text)[:1_000]


@pytest.mark.parametrize("text", HAND_PICKED.values(), ids=HAND_PICKED)
def test_the_line_of_a_hand_picked_text_steers_nothing(text: str) -> None:
    assert is_fit(sanitize(text))


def test_colours_of_pulumi_are_shown_and_not_obeyed() -> None:
    assert "a <{ %reset%}> and <{ %fg 13%}> b" == sanitize(HAND_PICKED["Pulumi's colours"])
    assert "a <{ %boom" == sanitize(HAND_PICKED["a colour that does not end"])
