"""Statuses, fields and ids of a session, compared with botocore's model of Glue."""

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

from pulumi_glue_session.core.session import (
    DERIVED,
    SECRET,
    SET_BY_WAITING,
    STATUSES,
    VOLATILE,
    Command,
    Session,
    can_become,
    is_valid_id,
)

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
def session_shape() -> Any:
    model = import_module("botocore.session").Session().get_service_model("glue")
    return model.operation_model("GetSession").output_shape.members["Session"]


def api_names() -> dict[str, str]:
    nested = ("command", "connections", "default_arguments")
    return {each.name: each.metadata["api"] for each in fields(Session) if each.name not in (*nested, *DERIVED)}


# --- Statuses ---


def test_statuses_match_botocore() -> None:
    assert set(session_shape().members["Status"].enum) == STATUSES


def test_status_transitions() -> None:
    """A wait gives up at once for each pair that is missing here."""
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


def test_one_reachable_target_is_enough() -> None:
    assert can_become("STOPPING", frozenset({"READY", "STOPPED"}))
    assert not can_become("STOPPING", frozenset({"READY", "PROVISIONING"}))
    assert not can_become("STOPPING", frozenset())


def test_unknown_status_has_no_transitions() -> None:
    assert not can_become("HIBERNATING", STATUSES)


# --- Fields ---


def test_from_api_reads_every_field() -> None:
    expected = Session(
        status="FAILED",
        role="arn:aws:iam::123456789012:role/GlueSession",
        role_arn="arn:aws:iam::123456789012:role/GlueSession",
        role_name="GlueSession",
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


def test_sample_has_every_member_of_the_shape() -> None:
    """Otherwise new members of botocore would not be tested above."""
    assert set(session_shape().members) == set(FULL)


def test_api_names_exist_in_botocore() -> None:
    """A misspelled name would be a field that is always neutral."""
    assert set() == {*api_names().values(), "Command", "Connections"} - set(session_shape().members)
    assert {"Name", "PythonVersion"} == set(session_shape().members["Command"].members)
    assert {"Connections"} == set(session_shape().members["Connections"].members)


def test_only_the_id_is_not_a_field() -> None:
    """A new member of botocore fails here: add the field, or add the member with a reason.

    Id is the input `session_id`.
    """
    left_out = set(session_shape().members) - {*api_names().values(), "Command", "Connections", "DefaultArguments"}

    assert {"Id"} == left_out


def test_field_types_match_botocore() -> None:
    python = {"string": "str", "timestamp": "str", "integer": "int", "double": "float"}
    expected = {name: python[session_shape().members[api].type_name] for name, api in api_names().items()}

    assert expected == {each.name: each.type for each in fields(Session) if each.name in api_names()}


def test_missing_fields_are_neutral() -> None:
    """Pulumi shows a missing output as unknown in a preview and as None in an up."""
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
    assert (
        expected | {"progress": 0.0, "execution_time": 0.0, "dpu_seconds": 0.0, "role_arn": "", "role_name": ""}
        == Session.from_api({}).to_dict()
    )
    assert expected == Session.from_api(dict.fromkeys(FULL)).to_state()
    assert expected == Session.from_api({"Command": {}, "Connections": {}}).to_state()
    assert [type(value) for value in expected.values()] == [
        type(value) for value in Session.from_api({}).to_state().values()
    ]


def test_empty_shape_is_the_default_session() -> None:
    assert Session.from_api({}) == Session()
    assert Command(name="", python_version="") == Command() == Session().command


def test_missing_connections_are_an_empty_list() -> None:
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
def test_timestamps_are_utc_in_milliseconds(moment: datetime, text: str) -> None:
    """Reading a session from two machines has to return the same text."""
    assert text == Session.from_api({"CreatedOn": moment}).created_on


def test_local_time_zone_does_not_change_timestamps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    time.tzset()
    try:
        text = Session.from_api({"CreatedOn": datetime(2026, 1, 5, 9, 30, 15, tzinfo=UTC)}).created_on
    finally:
        monkeypatch.undo()
        time.tzset()

    assert "2026-01-05T09:30:15.000Z" == text


def test_state_is_plain_json() -> None:
    record = Session.from_api(FULL).to_state()

    assert record == json.loads(json.dumps(record))
    assert {"name": "glueetl", "python_version": "3"} == record["command"]
    assert ["warehouse", "vpc"] == record["connections"]
    assert [each.name for each in fields(Session) if each.name not in (*VOLATILE, *DERIVED)] == list(record)


def test_volatile_and_derived_fields_are_not_in_the_state() -> None:
    assert ("progress", "execution_time", "dpu_seconds") == VOLATILE
    assert ("role_arn", "role_name") == DERIVED
    assert {*VOLATILE, *DERIVED} == Session().to_dict().keys() - Session().to_state().keys()


@pytest.mark.parametrize(
    ("role", "account", "region", "arn", "name"),
    [
        ("arn:aws:iam::1:role/a/b", "2", "eu-west-1", "arn:aws:iam::1:role/a/b", "b"),
        ("etl", "123456789012", "eu-west-1", "arn:aws:iam::123456789012:role/etl", "etl"),
        ("etl", "123456789012", "cn-north-1", "arn:aws-cn:iam::123456789012:role/etl", "etl"),
        ("etl", "123456789012", "us-gov-west-1", "arn:aws-us-gov:iam::123456789012:role/etl", "etl"),
        ("etl", "", "eu-west-1", "", "etl"),
        ("", "123456789012", "eu-west-1", "", ""),
    ],
)
def test_role_has_an_arn_and_a_name(role: str, account: str, region: str, arn: str, name: str) -> None:
    session = Session(role=role).with_role_in(account, region=region)

    assert (arn, name) == (session.role_arn, session.role_name)


def test_repr_leaves_secret_fields_out() -> None:
    assert ("default_arguments",) == SECRET
    assert "planted" not in repr(Session(default_arguments={"--password": "planted"}))


def test_fields_set_by_waiting_are_in_the_state() -> None:
    assert set(SET_BY_WAITING) <= set(Session().to_state())


# --- Ids ---


@cache
def name_string() -> re.Pattern[str]:
    """Pattern of a session id, with Java's surrogate pairs written as characters."""
    java = session_shape().members["Id"].metadata["pattern"]
    return re.compile(java.replace(r"\uD800\uDC00-\uDBFF\uDFFF", r"\U00010000-\U0010FFFF"))


def test_id_pattern_of_botocore_is_unchanged() -> None:
    assert (
        r"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\t]*" == session_shape().members["Id"].metadata["pattern"]
    )


@given(st.text(st.characters(codec=None), max_size=300) | st.integers(0, 300).map(lambda length: "x" * length))
@example("")
@example("x" * 255)
@example("x" * 256)
@example("\U0001f600" * 255)
@example("tab\there")
@example("line\nbreak")
@example("delete\x7f and C1 \x85")
@example("half a pair \ud83d")
@example("\udc00")
@example("\ud7ff\ue000\ufffd\U00010000\U0010ffff")
@example("\ufffe")
@example("\uffff")
def test_id_is_valid_if_the_api_accepts_it(session_id: str) -> None:
    limits = session_shape().members["Id"].metadata
    expected = limits["min"] <= len(session_id) <= limits["max"] and name_string().fullmatch(session_id) is not None

    assert expected == is_valid_id(session_id)


def test_half_a_surrogate_pair_becomes_the_replacement_character() -> None:
    """A service that cuts a text within an emoji returns one, and Pulumi cannot send it."""
    cut = {
        "Description": "📈\ud83d",
        "Connections": {"Connections": ["\ude00"]},
        "DefaultArguments": {"\ud83d": "\ud83d\ude00"},
    }
    session = Session.from_api({"Status": "READY", "Command": {"Name": "x\ud83d"}, **cut})

    assert ("📈\ufffd", ("\ufffd",), {"\ufffd": "😀"}) == (
        session.description,
        session.connections,
        session.default_arguments,
    )
    assert "x\ufffd" == session.command.name
