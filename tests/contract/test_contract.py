"""What the package expects of Glue (Glue API reference, "Interactive sessions"): the same checks for every Glue."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from contract.conftest import DIFFERENCES

if TYPE_CHECKING:
    from contract.conftest import Target

TAGS = {"purpose": "pulumi-glue-session-contract"}


@pytest.fixture(scope="module")
def session(target: Target) -> dict[str, Any]:
    """Answer of CreateSession for a new session."""
    created: dict[str, Any] = target.glue.create_session(
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
    return created


def get(target: Target) -> dict[str, Any]:
    found: dict[str, Any] = target.glue.get_session(Id=target.session_id)["Session"]
    return found


def code_of(error: pytest.ExceptionInfo[ClientError]) -> str:
    return str(error.value.response["Error"]["Code"])


def await_status(target: Target, *statuses: str) -> str:
    """Status of the session as soon as it is one of `statuses`, or after five minutes."""
    for _ in range(60):
        if (status := str(get(target)["Status"])) in statuses:
            return status
        target.wait(5.0)
    return str(get(target)["Status"])


def test_missing_session_is_entity_not_found(target: Target) -> None:
    with pytest.raises(ClientError) as refused:
        target.glue.get_session(Id="no-such-session")

    assert "EntityNotFoundException" == code_of(refused)


def test_too_long_id_is_refused(target: Target) -> None:
    with pytest.raises(ClientError) as refused:
        target.glue.get_session(Id="x" * 300)

    assert code_of(refused) in ("EntityNotFoundException", "InvalidInputException", "ValidationException")


def test_creation_answers_with_the_session(target: Target, session: dict[str, Any]) -> None:
    assert target.session_id == session["Session"]["Id"]


def test_session_starts_before_it_is_ready(target: Target, session: dict[str, Any]) -> None:
    del session
    assert "PROVISIONING" == get(target)["Status"]


def test_fields_are_as_created(target: Target, session: dict[str, Any]) -> None:
    del session
    found = get(target)

    assert (target.session_id, target.role, "5.0") == (found["Id"], found["Role"], found["GlueVersion"])
    assert ("glueetl", "3") == (found["Command"]["Name"], found["Command"]["PythonVersion"])


def test_workers_are_returned(target: Target, session: dict[str, Any]) -> None:
    del session
    assert (2, "G.1X") == (get(target)["NumberOfWorkers"], get(target)["WorkerType"])


def test_creation_time_has_a_zone(target: Target, session: dict[str, Any]) -> None:
    del session
    assert get(target)["CreatedOn"].tzinfo is not None


def test_error_message_is_empty_while_nothing_failed(target: Target, session: dict[str, Any]) -> None:
    del session
    assert not get(target).get("ErrorMessage")


def test_list_returns_sessions_and_ids(target: Target, session: dict[str, Any]) -> None:
    del session
    listed = target.glue.list_sessions()

    assert target.session_id in listed["Ids"]
    assert target.session_id in [each["Id"] for each in listed["Sessions"]]


def test_list_filters_by_tags(target: Target, session: dict[str, Any]) -> None:
    del session
    assert target.session_id in target.glue.list_sessions(Tags=TAGS)["Ids"]
    assert target.session_id not in target.glue.list_sessions(Tags={"purpose": "other"})["Ids"]


def test_list_has_pages(target: Target, session: dict[str, Any]) -> None:
    del session
    other = f"{target.session_id}-2"
    target.glue.create_session(
        Id=other, Role=target.role, Command={"Name": "glueetl", "PythonVersion": "3"}, IdleTimeout=1
    )
    try:
        first = target.glue.list_sessions(MaxResults=1)
        second = target.glue.list_sessions(MaxResults=1, NextToken=first["NextToken"])
    finally:
        target.glue.delete_session(Id=other)

    assert [1, 1] == [len(first["Ids"]), len(second["Ids"])]
    assert first["Ids"] != second["Ids"]


def test_invalid_token_is_refused(target: Target) -> None:
    with pytest.raises(ClientError) as refused:
        target.glue.list_sessions(NextToken="no-such-token")

    assert code_of(refused) in ("InvalidInputException", "ValidationException")


def test_session_cannot_be_created_twice(target: Target, session: dict[str, Any]) -> None:
    del session
    with pytest.raises(ClientError) as refused:
        target.glue.create_session(
            Id=target.session_id, Role=target.role, Command={"Name": "glueetl", "PythonVersion": "3"}
        )

    assert code_of(refused) in ("AlreadyExistsException", "IdempotentParameterMismatchException")


def test_identity_has_an_account(target: Target) -> None:
    assert 12 == len(target.sts.get_caller_identity()["Account"])


def test_session_becomes_ready(target: Target, session: dict[str, Any]) -> None:
    del session
    assert "READY" == await_status(target, "READY", "FAILED", "TIMEOUT", "STOPPED")


def test_stopped_session_ends_as_stopped(target: Target, session: dict[str, Any]) -> None:
    del session
    target.glue.stop_session(Id=target.session_id)

    assert "STOPPED" == await_status(target, "STOPPED")


def test_documentation_lists_the_known_differences() -> None:
    page = (Path(__file__).parents[2] / "docs" / "sandbox.md").read_text(encoding="utf-8")

    assert [] == [reason for reason in DIFFERENCES.values() if reason not in page]
