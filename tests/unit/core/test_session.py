"""What a session is, measured by botocore's own model: its statuses, its fields and its ids."""

from __future__ import annotations

import json
import re
import time
from dataclasses import fields
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from importlib import import_module
from itertools import product
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pulumi_glue_session.core.session import SECRET, SET_BY_WAITING, STATUSES, VOLATILE, Command, Session, can_become, is_valid_id

FULL = {
    "Id": "analytics",
    "Status": "FAILED",
    "Role": "arn:aws:iam::123456789012:role/GlueSession",
    "GlueVersion": "5.0",
    "WorkerType": "G.1X",
    "NumberOfWorkers": 2,
    "MaxCapacity": 2.0,
    "IdleTimeout": 60,
    "Description": "Ünïcode too",
    "ErrorMessage": "no more addresses in the subnet",
    "CreatedOn": datetime(2026, 1, 5, 9, 30, 15, 250_999, tzinfo=UTC),
    "CompletedOn": datetime(2026, 1, 5, 12, 0, tzinfo=timezone(timedelta(hours=2))),
    "SecurityConfiguration": "kms",
    "ProfileName": "analysts",
    "SessionType": "SPARK_CONNECT",
    "Command": {"Name": "glueetl", "PythonVersion": "3"},
    "Connections": {"Connections": ["warehouse", "vpc"]},
    "DefaultArguments": {"--enable-glue-datacatalog": "true"},
    "Progress": 0.5,
    "ExecutionTime": 12.5,
    "DPUSeconds": 25.0,
}


@cache
def session_shape() -> Any:  # noqa: ANN401 - botocore's shapes have no types
    model = import_module("botocore.session").Session().get_service_model("glue")
    return model.operation_model("GetSession").output_shape.members["Session"]


def api_names() -> dict[str, str]:
    return {each.name: each.metadata["api"] for each in fields(Session) if "api" in each.metadata}


# --- Statuses ---


def test_the_statuses_are_those_of_botocore() -> None:
    assert set(session_shape().members["Status"].enum) == STATUSES


def test_a_session_only_ever_goes_forward() -> None:
    """Each pair that is not listed here is one for which a gate gives up at once."""
    possible = {
        ("PROVISIONING", "READY"),
        ("PROVISIONING", "STOPPING"),
        ("PROVISIONING", "STOPPED"),
        ("PROVISIONING", "FAILED"),
        ("PROVISIONING", "TIMEOUT"),
        ("READY", "STOPPING"),
        ("READY", "STOPPED"),
        ("READY", "FAILED"),
        ("READY", "TIMEOUT"),
        ("STOPPING", "STOPPED"),
        ("STOPPING", "FAILED"),
        ("STOPPING", "TIMEOUT"),
    }

    assert possible == {(now, then) for now, then in product(STATUSES, STATUSES) if can_become(now, frozenset({then}))}


def test_one_of_several_targets_is_enough() -> None:
    assert can_become("STOPPING", frozenset({"READY", "STOPPED"}))
    assert not can_become("STOPPING", frozenset({"READY", "PROVISIONING"}))
    assert not can_become("STOPPING", frozenset())


def test_nothing_is_known_of_where_an_unknown_status_leads() -> None:
    assert not can_become("HIBERNATING", STATUSES)


# --- Fields ---


def test_every_field_that_glue_gives_is_taken_over() -> None:
    expected = Session(
        status="FAILED",
        role="arn:aws:iam::123456789012:role/GlueSession",
        glue_version="5.0",
        worker_type="G.1X",
        number_of_workers=2,
        max_capacity=2.0,
        idle_timeout=60,
        description="Ünïcode too",
        error_message="no more addresses in the subnet",
        created_on="2026-01-05T09:30:15.250Z",
        completed_on="2026-01-05T10:00:00.000Z",
        security_configuration="kms",
        profile_name="analysts",
        session_type="SPARK_CONNECT",
        command=Command(name="glueetl", python_version="3"),
        connections=("warehouse", "vpc"),
        default_arguments={"--enable-glue-datacatalog": "true"},
        progress=0.5,
        execution_time=12.5,
        dpu_seconds=25.0,
    )

    assert expected == Session.from_api(FULL)


def test_the_full_session_of_this_file_has_every_member_of_the_shape() -> None:
    """Otherwise the test above would shrink when botocore grows."""
    assert set(session_shape().members) == set(FULL)


def test_every_field_has_its_counterpart_in_botocore() -> None:
    """A typo would be a field that is always neutral."""
    assert set() == {*api_names().values(), "Command", "Connections"} - set(session_shape().members)
    assert {"Name", "PythonVersion"} == set(session_shape().members["Command"].members)
    assert {"Connections"} == set(session_shape().members["Connections"].members)


def test_the_fields_that_are_left_out_are_these() -> None:
    """A field that botocore learns later fails here by its name: take it, or add it with a reason.

    Id is what was asked for, and as session_id there already.
    """
    left_out = set(session_shape().members) - {*api_names().values(), "Command", "Connections", "DefaultArguments"}

    assert {"Id"} == left_out


def test_every_field_has_the_type_that_botocore_gives_it() -> None:
    python = {"string": "str", "timestamp": "str", "integer": "int", "double": "float"}
    expected = {name: python[session_shape().members[api].type_name] for name, api in api_names().items()}

    assert expected == {each.name: each.type for each in fields(Session) if "api" in each.metadata}


def test_what_glue_leaves_out_is_neutral() -> None:
    """An absent output is unknown in a preview and None in an up, so that one program would see two things."""
    expected = {
        "status": "",
        "role": "",
        "glue_version": "",
        "worker_type": "",
        "number_of_workers": 0,
        "max_capacity": 0.0,
        "idle_timeout": 0,
        "description": "",
        "error_message": "",
        "created_on": "",
        "completed_on": "",
        "security_configuration": "",
        "profile_name": "",
        "session_type": "",
        "command": {"name": "", "python_version": ""},
        "connections": [],
        "default_arguments": {},
    }

    assert expected == Session.from_api({}).to_state()
    assert expected | {"progress": 0.0, "execution_time": 0.0, "dpu_seconds": 0.0} == Session.from_api({}).to_dict()
    assert expected == Session.from_api(dict.fromkeys(FULL)).to_state()
    assert expected == Session.from_api({"Command": {}, "Connections": {}}).to_state()
    assert [type(value) for value in expected.values()] == [type(value) for value in Session.from_api({}).to_state().values()]


def test_a_session_of_nothing_is_neutral_too() -> None:
    assert Session.from_api({}) == Session()
    assert Command(name="", python_version="") == Command() == Session().command


def test_a_session_without_connections_has_an_empty_list_of_them() -> None:
    assert [] == Session.from_api({"Connections": {"Connections": None}}).to_state()["connections"]


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (datetime(2026, 1, 5, 9, 30, 15, tzinfo=UTC), "2026-01-05T09:30:15.000Z"),
        (datetime(2026, 1, 5, 9, 30, 15, 999, tzinfo=UTC), "2026-01-05T09:30:15.000Z"),
        (datetime(2026, 1, 5, 9, 30, 15, 1_000, tzinfo=UTC), "2026-01-05T09:30:15.001Z"),
        (datetime(2026, 1, 5, 0, 30, tzinfo=timezone(timedelta(hours=1))), "2026-01-04T23:30:00.000Z"),
    ],
)
def test_times_are_told_in_utc_and_always_in_milliseconds(moment: datetime, text: str) -> None:
    """GetSession and ListSessions, asked from two machines, have to give the same text."""
    assert text == Session.from_api({"CreatedOn": moment}).created_on


def test_the_zone_of_the_machine_has_no_say_in_the_text_of_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    time.tzset()
    try:
        text = Session.from_api({"CreatedOn": datetime(2026, 1, 5, 9, 30, 15, tzinfo=UTC)}).created_on
    finally:
        monkeypatch.undo()
        time.tzset()

    assert "2026-01-05T09:30:15.000Z" == text


def test_a_record_is_plain_json() -> None:
    record = Session.from_api(FULL).to_state()

    assert record == json.loads(json.dumps(record))
    assert {"name": "glueetl", "python_version": "3"} == record["command"]
    assert ["warehouse", "vpc"] == record["connections"]
    assert [each.name for each in fields(Session) if each.name not in VOLATILE] == list(record)


def test_what_changes_by_itself_is_recorded_nowhere() -> None:
    assert ("progress", "execution_time", "dpu_seconds") == VOLATILE
    assert set(VOLATILE) == Session().to_dict().keys() - Session().to_state().keys()


def test_what_may_hold_secrets_is_not_shown_by_accident() -> None:
    assert ("default_arguments",) == SECRET
    assert "planted" not in repr(Session(default_arguments={"--password": "planted"}))


def test_what_waiting_changes_are_fields_of_a_session() -> None:
    assert set(SET_BY_WAITING) <= set(Session().to_state())


# --- Ids ---


@cache
def name_string() -> re.Pattern[str]:
    """Pattern of a session's id, with Java's pairs of surrogates spelled as the characters that they stand for."""
    java = session_shape().members["Id"].metadata["pattern"]
    return re.compile(java.replace(r"\uD800\uDC00-\uDBFF\uDFFF", r"\U00010000-\U0010FFFF"))


def test_the_pattern_of_an_id_is_the_one_that_this_file_can_read() -> None:
    assert r"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\t]*" == session_shape().members["Id"].metadata["pattern"]


@given(st.text(st.characters(codec=None), max_size=300) | st.integers(0, 300).map(lambda length: "x" * length))
@example("")
@example("x" * 255)
@example("x" * 256)
@example("\U0001f600" * 255)
@example("tab\there")
@example("line\nbreak")
@example("delete\x7f and C1 \x85")
@example("half of a pair \ud83d")
@example("\udc00")
@example("\ud7ff\ue000\ufffd\U00010000\U0010ffff")
@example("\ufffe")
@example("\uffff")
def test_an_id_is_valid_if_the_api_would_take_it(session_id: str) -> None:
    limits = session_shape().members["Id"].metadata
    expected = limits["min"] <= len(session_id) <= limits["max"] and name_string().fullmatch(session_id) is not None

    assert expected == is_valid_id(session_id)


def test_half_of_a_pair_becomes_a_character_that_is_missing() -> None:
    """As where a service cuts a text in an emoji: Pulumi could not send it."""
    cut = {"Description": "📈\ud83d", "Connections": {"Connections": ["\ude00"]}, "DefaultArguments": {"\ud83d": "\ud83d\ude00"}}
    session = Session.from_api({"Status": "READY", "Command": {"Name": "x\ud83d"}, **cut})

    assert ("📈\ufffd", ("\ufffd",), {"\ufffd": "😀"}) == (session.description, session.connections, session.default_arguments)
    assert "x\ufffd" == session.command.name
