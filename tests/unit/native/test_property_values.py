"""Pulumi's property values as plain ones and back: nothing is lost but what is said anew."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi.provider.experimental.property_value import PropertyValue
from pulumi.runtime.rpc import UNKNOWN as MARK

from pulumi_glue_session.native.properties import UNKNOWN, contains_unknown, unwrap, unwrap_map, wrap

JSON = st.recursive(
    st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | st.text() | st.just(UNKNOWN),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(JSON)
def test_a_value_comes_back_as_it_was(value: Any) -> None:  # noqa: ANN401 - JSON
    assert value == unwrap(wrap(value))
    assert value == unwrap(PropertyValue.unmarshal(wrap(value).marshal())), "over the wire too"


def test_whole_numbers_are_whole() -> None:
    assert (int, float, bool) == (type(unwrap(PropertyValue(2.0))), type(unwrap(PropertyValue(2.5))), type(unwrap(PropertyValue(True))))  # noqa: FBT003


@pytest.mark.parametrize("unknown", [PropertyValue(MARK), PropertyValue.computed()])
def test_what_a_preview_does_not_know_is_unknown_at_every_depth(unknown: PropertyValue) -> None:
    assert [UNKNOWN] == unwrap(PropertyValue([unknown]))
    assert {"a": {"b": UNKNOWN}} == unwrap_map({"a": PropertyValue({"b": unknown})})
    assert all(contains_unknown(unwrap(PropertyValue(each))) for each in ([unknown], {"a": PropertyValue([unknown])}))
    assert not contains_unknown({"a": [1, {"b": "c"}]})
    assert "a value that is not known yet" == repr(unwrap(unknown))


def test_what_is_null_was_not_given() -> None:
    assert {"b": "c"} == unwrap_map({"a": PropertyValue.null(), "b": PropertyValue("c")})


def test_a_secret_is_one_where_it_is_said() -> None:
    assert wrap({"a": "b"}, secret=True).is_secret
    assert not wrap({"a": "b"}).contains_secret()
