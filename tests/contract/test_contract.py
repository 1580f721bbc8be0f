"""What the package expects of Glue (Glue API reference, "Interactive sessions"): the same checks for every Glue."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from contract.conftest import DIFFERENCES

if TYPE_CHECKING:
    from contract.conftest import Target

TAGS = {"purpose": "pulumi-glue-session-contract"}


@dataclass
class Life:
    """A session as Glue described it in each stage of its life."""

    created: dict[str, Any]
    """Answer of CreateSession."""
    new: dict[str, Any]
    ready: dict[str, Any]
    stopped: dict[str, Any]


@pytest.fixture(scope="module")
def life(target: Target) -> Life:
    """A session that was created, became READY and was stopped. It exists until the end of the module."""
    created = target.glue.create_session(
        Id=target.session_id,
        Role=target.role,
        Command={"Name": "glueetl", "PythonVersion": "3"},
        GlueVersion="5.0",
        NumberOfWorkers=2,
        WorkerType="G.1X",
        IdleTimeout=1,
        DefaultArguments={"--enable-glue-datacatalog": "true"},
        Tags=TAGS,
    )
    new = get(target)
    ready = get_when(target, "READY", "FAILED", "TIMEOUT", "STOPPED")
    if ready["Status"] == "READY":
        target.glue.stop_session(Id=target.session_id)
    return Life(created, new, ready, stopped=get_when(target, "STOPPED"))


def get(target: Target) -> dict[str, Any]:
    found: dict[str, Any] = target.glue.get_session(Id=target.session_id)["Session"]
    return found


def code_of(error: pytest.ExceptionInfo[ClientError]) -> str:
    return str(error.value.response["Error"]["Code"])


def get_when(target: Target, *statuses: str) -> dict[str, Any]:
    """The session as soon as its status is one of `statuses`, or after five minutes."""
    for _ in range(60):
        if (found := get(target))["Status"] in statuses:
            return found
        target.wait(5.0)
    return get(target)


def test_missing_session_is_entity_not_found(target: Target) -> None:
    with pytest.raises(ClientError) as refused:
        target.glue.get_session(Id="no-such-session")

    assert "EntityNotFoundException" == code_of(refused)


def test_too_long_id_is_refused(target: Target) -> None:
    with pytest.raises(ClientError) as refused:
        target.glue.get_session(Id="x" * 300)

    assert code_of(refused) in ("EntityNotFoundException", "InvalidInputException", "ValidationException")


def test_creation_answers_with_the_session(target: Target, life: Life) -> None:
    assert target.session_id == life.created["Session"]["Id"]


def test_session_starts_before_it_is_ready(life: Life) -> None:
    assert "PROVISIONING" == life.new["Status"]


def test_session_becomes_ready(life: Life) -> None:
    assert "READY" == life.ready["Status"]


def test_stopped_session_ends_as_stopped(life: Life) -> None:
    assert "STOPPED" == life.stopped["Status"]


def test_fields_are_as_created(target: Target, life: Life) -> None:
    found = life.ready

    assert (target.session_id, target.role, "5.0") == (found["Id"], found["Role"], found["GlueVersion"])
    assert ("glueetl", "3") == (found["Command"]["Name"], found["Command"]["PythonVersion"])


def test_workers_are_returned(life: Life) -> None:
    assert (2, "G.1X") == (life.ready["NumberOfWorkers"], life.ready["WorkerType"])


def test_creation_time_has_a_zone(life: Life) -> None:
    assert life.new["CreatedOn"].tzinfo is not None


def test_error_message_is_empty_while_nothing_failed(life: Life) -> None:
    assert not life.ready.get("ErrorMessage")


@pytest.mark.usefixtures("life")
def test_list_returns_sessions_and_ids(target: Target) -> None:
    listed = target.glue.list_sessions()

    assert target.session_id in listed["Ids"]
    assert target.session_id in [each["Id"] for each in listed["Sessions"]]


@pytest.mark.usefixtures("life")
def test_list_filters_by_tags(target: Target) -> None:
    assert target.session_id in target.glue.list_sessions(Tags=TAGS)["Ids"]
    assert target.session_id not in target.glue.list_sessions(Tags={"purpose": "other"})["Ids"]


@pytest.mark.usefixtures("life")
def test_list_has_pages(target: Target) -> None:
    other = f"{target.session_id}-2"
    if not target.costs:
        target.glue.create_session(Id=other, Role=target.role, Command={"Name": "glueetl", "PythonVersion": "3"})
    first = target.glue.list_sessions(MaxResults=1)
    # An account without other sessions has one page.
    token = first.get("NextToken") if target.costs else first["NextToken"]
    second = target.glue.list_sessions(MaxResults=1, NextToken=token) if token else {"Ids": []}
    if not target.costs:
        target.glue.delete_session(Id=other)

    assert 1 == len(first["Ids"])
    assert target.costs or 1 == len(second["Ids"])
    assert first["Ids"] != second["Ids"]


def test_invalid_token_is_refused(target: Target) -> None:
    with pytest.raises(ClientError) as refused:
        target.glue.list_sessions(NextToken="no-such-token")

    assert code_of(refused) in ("InvalidInputException", "ValidationException")


@pytest.mark.usefixtures("life")
def test_session_cannot_be_created_twice(target: Target) -> None:
    with pytest.raises(ClientError) as refused:
        target.glue.create_session(
            Id=target.session_id, Role=target.role, Command={"Name": "glueetl", "PythonVersion": "3"}
        )

    assert code_of(refused) in ("AlreadyExistsException", "IdempotentParameterMismatchException")


def test_identity_has_an_account(target: Target) -> None:
    assert 12 == len(target.sts.get_caller_identity()["Account"])


def test_documentation_lists_the_known_differences() -> None:
    page = (Path(__file__).parents[2] / "docs" / "sandbox.md").read_text(encoding="utf-8")

    assert [] == [reason for reason in DIFFERENCES.values() if reason not in page]
