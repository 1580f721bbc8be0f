"""Values of a session that are hostile to Pulumi's wire format, or that cannot be read."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_glue_session.core.session import Session
from support.hostile_text import RESERVED, hostile_texts

TEXTS = st.sampled_from([*RESERVED.values()]) | hostile_texts()
ESCAPED = st.tuples(st.integers(0, 3), TEXTS).map(lambda each: "\\" * each[0] + each[1])


@pytest.mark.parametrize("text", RESERVED.values(), ids=RESERVED)
def test_reserved_text_gets_a_backslash(text: str) -> None:
    session = Session.from_api(
        {
            "Status": text,
            "Description": f"\\{text}",
            "ErrorMessage": f"no {text}",
            "Command": {"Name": text},
            "Connections": {"Connections": [text]},
            "DefaultArguments": {text: text, f"\\{text}": "", f"-{text}": text.upper()},
        }
    )

    assert f"\\{text}" == session.status
    assert f"\\\\{text}" == session.description
    assert f"no {text}" == session.error_message, "only a whole text is reserved"
    assert f"\\{text}" == session.command.name
    assert (f"\\{text}",) == session.connections
    assert {f"\\{text}": f"\\{text}", f"\\\\{text}": "", f"-{text}": text.upper()} == session.default_arguments


@given(st.dictionaries(ESCAPED, ESCAPED))
def test_different_arguments_stay_different(arguments: dict[str, str]) -> None:
    session = Session.from_api({"DefaultArguments": arguments})

    assert len(arguments) == len(session.default_arguments)
    assert set(RESERVED.values()).isdisjoint({*session.default_arguments, *session.default_arguments.values()})


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("NumberOfWorkers", "many"),
        ("NumberOfWorkers", float("inf")),
        ("NumberOfWorkers", float("nan")),
        ("NumberOfWorkers", 10**400),
        ("IdleTimeout", [60]),
        ("MaxCapacity", float("nan")),
        ("MaxCapacity", float("-inf")),
        ("MaxCapacity", "1e400"),
        ("Progress", float("inf")),
        ("CreatedOn", "yesterday"),
        ("CreatedOn", 1e20),
        ("CompletedOn", datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14)))),
        ("CompletedOn", datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-14)))),
        ("Command", "glueetl"),
        ("Connections", ["vpc"]),
        ("Connections", {"Connections": 5}),
        ("DefaultArguments", ["--planted"]),
    ],
)
def test_unreadable_value(member: str, value: Any) -> None:
    """It names the member, but no argument. In a list such a value is left out."""
    shape = {"Status": "READY", "GlueVersion": "5.0", member: value}

    with pytest.raises(ValueError, match=f"^{member} has an invalid value") as caught:
        Session.from_api(shape)
    assert "planted" not in str(caught.value)
    assert Session(status="READY", glue_version="5.0") == Session.from_api(shape, strict=False)


def test_timestamp_without_zone_is_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    time.tzset()
    try:
        created_on = Session.from_api({"CreatedOn": datetime(2026, 1, 5, 9, 30, 15)}).created_on  # noqa: DTZ001
    finally:
        monkeypatch.undo()
        time.tzset()

    assert "2026-01-05T09:30:15.000Z" == created_on
