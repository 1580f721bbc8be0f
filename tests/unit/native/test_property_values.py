"""Conversion between plain values and Pulumi's property values."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi.provider.experimental.property_value import PropertyValue
from pulumi.runtime.rpc import UNKNOWN as UNKNOWN_SENTINEL

from pulumi_glue_session.native.properties import UNKNOWN, contains_unknown, unwrap, unwrap_map, wrap

JSON = st.recursive(
    st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.just(UNKNOWN),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(JSON)
def test_round_trip(value: Any) -> None:
    assert value == unwrap(wrap(value))
    assert value == unwrap(PropertyValue.unmarshal(wrap(value).marshal())), "also after marshaling"


def test_whole_numbers_are_int() -> None:
    values: list[Any] = [2.0, 2.5, True]

    assert [int, float, bool] == [type(unwrap(PropertyValue(value))) for value in values]


@pytest.mark.parametrize("unknown", [PropertyValue(UNKNOWN_SENTINEL), PropertyValue.computed()])
def test_unknown_at_every_depth(unknown: PropertyValue) -> None:
    assert [UNKNOWN] == unwrap(PropertyValue([unknown]))
    assert {"a": {"b": UNKNOWN}} == unwrap_map({"a": PropertyValue({"b": unknown})})
    assert all(contains_unknown(unwrap(PropertyValue(each))) for each in ([unknown], {"a": PropertyValue([unknown])}))
    assert not contains_unknown({"a": [1, {"b": "c"}]})
    assert "unknown value" == repr(unwrap(unknown))


def test_null_values_are_dropped() -> None:
    assert {"b": "c"} == unwrap_map({"a": PropertyValue.null(), "b": PropertyValue("c")})


def test_secret() -> None:
    assert wrap({"a": "b"}, secret=True).is_secret
    assert not wrap({"a": "b"}).contains_secret()
