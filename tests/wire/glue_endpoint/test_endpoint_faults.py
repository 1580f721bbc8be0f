"""Faults of the scripted endpoint, and what boto3 makes of them."""

from __future__ import annotations

from time import monotonic
from typing import Any

import pytest

from support.endpoint_client import (
    FULL,
    LENIENT,
    Boto3Session,
    Client,
    ManualClock,
    botocore,
    connect,
    status,
)
from support.glue_endpoint import (
    Answer,
    GlueEndpoint,
    always,
    answer,
    cut_short,
    drip,
    endless,
    error,
    hang,
    hang_up,
    invalid_json,
    looks,
    reset,
    same_page,
    server_fault,
    slow,
    then,
    throttled,
)

# --- Faults ---


@pytest.mark.parametrize(
    ("fault", "http_status", "code_and_message"),
    [
        (
            error("AccessDeniedException", "User: x is not authorized"),
            400,
            ["AccessDeniedException", "User: x is not authorized"],
        ),
        (error("ExpiredTokenException", "expired", http_status=403), 403, ["ExpiredTokenException", "expired"]),
        (throttled(), 400, ["ThrottlingException", "Rate exceeded"]),
        (server_fault(), 500, ["InternalServiceException", "Internal service error"]),
        (server_fault(503), 503, ["503", "Service Unavailable"]),
    ],
)
def test_error_raises_client_error(
    glue: GlueEndpoint, client: Client, fault: Answer, http_status: int, code_and_message: list[str]
) -> None:
    glue.fail("GetSession", fault)
    glue.put("analytics", always("READY"))

    with pytest.raises(botocore.ClientError) as caught:
        client.get_session(Id="analytics")

    assert code_and_message == [caught.value.response["Error"][key] for key in ("Code", "Message")]
    assert http_status == caught.value.response["ResponseMetadata"]["HTTPStatusCode"]


@pytest.mark.parametrize("fault", [reset(), hang_up(), hang(0.01)])
def test_ended_connection_raises_connection_closed(glue: GlueEndpoint, client: Client, fault: Answer) -> None:
    glue.fail("GetSession", fault)
    glue.put("analytics", always("READY"))

    with pytest.raises(botocore.ConnectionClosedError):
        client.get_session(Id="analytics")


@pytest.mark.parametrize("fault", [hang(30.0), slow(30.0), drip(30.0)])
def test_missing_answer_raises_read_timeout(glue: GlueEndpoint, impatient: Client, fault: Answer) -> None:
    glue.fail("GetSession", fault)
    glue.put("analytics", always("READY"))

    with pytest.raises(botocore.ReadTimeoutError):
        impatient.get_session(Id="analytics")


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(cut_short(), marks=LENIENT),
        invalid_json(),
        Answer(body=b""),
        Answer(body=b"<html>Log in</html>"),
        answer({}),
    ],
)
def test_invalid_json_is_an_empty_answer(glue: GlueEndpoint, client: Client, fault: Answer) -> None:
    """botocore checks neither Content-Length nor JSON of an answer with status 200.

    So `Session` can be absent, and a list can be empty although there are sessions.
    """
    glue.fail("*", fault)
    glue.put("analytics", always("READY"))

    assert {"ResponseMetadata"} == set(client.get_session(Id="analytics"))
    assert {"ResponseMetadata"} == set(client.list_sessions())


@pytest.mark.parametrize(
    ("fault", "exception"),
    [
        (answer([]), AttributeError),
        (answer({"Session": ["READY"]}), AttributeError),
        (answer({"Session": {"CreatedOn": "once upon a time"}}), ValueError),
    ],
)
def test_json_of_another_shape_raises_python_errors(
    glue: GlueEndpoint, client: Client, fault: Answer, exception: type[Exception]
) -> None:
    """botocore's parser does not check the shape and does not raise its own exceptions."""
    glue.fail("GetSession", fault)

    with pytest.raises(exception):
        client.get_session(Id="analytics")


def test_slow_answer_is_complete(glue: GlueEndpoint, client: Client) -> None:
    glue.fail("GetSession", slow(0.05))
    glue.put("analytics", always("READY"))
    before = monotonic()

    assert ["READY", "EntityNotFoundException"] == [status(client), status(client, "other")]
    assert monotonic() - before >= 0.1


def test_dripping_answer_outlives_the_read_timeout(session: Boto3Session, glue: GlueEndpoint) -> None:
    """A read timeout applies to one read. Only a limit on the whole call ends such an answer."""
    glue.fail("GetSession", drip(1.5))
    glue.put("analytics", always("READY"), **FULL)
    client = connect(session, glue, read_timeout=1.4)
    before = monotonic()

    assert {"Id": "analytics", "Status": "READY", **FULL} == client.get_session(Id="analytics")["Session"]
    assert monotonic() - before >= 1.5


def test_latency_delays_every_answer(session: Boto3Session) -> None:
    with GlueEndpoint(latency=0.05) as glue:
        client = connect(session, glue)
        glue.put("analytics", always("READY"))
        glue.fail("GetSession", throttled(), times=1)
        before = monotonic()

        assert ["ThrottlingException", "READY"] == [status(client), status(client)]
        assert monotonic() - before >= 0.1


def test_failed_call_does_not_advance_a_session(glue: GlueEndpoint, client: Client, clock: ManualClock) -> None:
    """Otherwise a fault would skip a status of the script."""
    glue.put("analytics", looks("PROVISIONING", "READY"))
    glue.put("late", then(("PROVISIONING", 8.0), "READY"))
    glue.fail("GetSession", throttled(), times=2)
    refused = [status(client), status(client, "late")]
    clock.now += 8.0

    assert ["ThrottlingException"] * 2 == refused
    assert ["PROVISIONING", "PROVISIONING"] == [status(client), status(client, "late")]


def test_fault_of_one_operation(glue: GlueEndpoint, client: Client) -> None:
    glue.put("analytics", always("READY"))
    glue.fail("ListSessions", throttled())

    assert "READY" == status(client)
    with pytest.raises(botocore.ClientError, match="Throttling"):
        client.list_sessions()


def test_fault_of_every_operation(glue: GlueEndpoint, client: Client) -> None:
    glue.fail("*", throttled())

    with pytest.raises(botocore.ClientError, match="Throttling"):
        client.list_sessions()
    with pytest.raises(botocore.ClientError, match="Throttling"):
        client.delete_session(Id="analytics")


def test_fault_of_one_session(glue: GlueEndpoint, client: Client) -> None:
    glue.put("analytics", always("READY"))
    glue.put("other", always("READY"))
    glue.fail("GetSession", throttled(), session_id="analytics")

    assert ["ThrottlingException", "READY"] == [status(client), status(client, "other")]


def test_fault_ends_after_its_times(glue: GlueEndpoint, client: Client) -> None:
    glue.put("analytics", always("READY"))
    glue.fail("GetSession", throttled(), times=2)

    assert ["ThrottlingException", "ThrottlingException", "READY", "READY"] == [status(client) for _ in range(4)]


def test_fault_of_every_nth_call(glue: GlueEndpoint, client: Client) -> None:
    glue.put("analytics", always("READY"))
    glue.fail("GetSession", throttled(), every=3, times=2)

    good, bad = "READY", "ThrottlingException"
    assert [good, good, bad, good, good, bad, good, good, good] == [status(client) for _ in range(9)]


def test_fault_after_the_first_calls(glue: GlueEndpoint, client: Client) -> None:
    glue.put("analytics", always("READY"))
    glue.fail("GetSession", throttled(), after=2, every=2)

    assert ["READY", "READY", "READY", "ThrottlingException", "READY"] == [status(client) for _ in range(5)]


def test_fault_lasts_for_its_seconds(glue: GlueEndpoint, client: Client, clock: ManualClock) -> None:
    """The time starts at the first call that fails."""
    glue.put("analytics", always("READY"))
    glue.fail("GetSession", throttled(), seconds=30)
    clock.now += 100
    statuses = [status(client)]
    for seconds in (29.9, 0.1):
        clock.now += seconds
        statuses.append(status(client))

    assert ["ThrottlingException", "ThrottlingException", "READY"] == statuses


@pytest.mark.parametrize(
    ("fault", "distinct"), [(endless(), 3), (same_page(), 1)], ids=["another token", "the same token"]
)
def test_list_can_be_endless(glue: GlueEndpoint, client: Client, fault: Answer, distinct: int) -> None:
    glue.put("analytics", always("READY"))
    glue.fail("ListSessions", fault)
    pages, token = list[Any](), dict[str, str]()
    for _ in range(3):
        pages.append(client.list_sessions(**token))
        token = {"NextToken": pages[-1]["NextToken"]}

    assert [["analytics"]] * 3 == [page["Ids"] for page in pages]
    assert distinct == len({page["NextToken"] for page in pages})


def test_faults_apply_in_order(glue: GlueEndpoint, client: Client) -> None:
    glue.put("analytics", always("READY"))
    glue.fail("GetSession", throttled(), times=1)
    glue.fail("GetSession", server_fault(), times=1)

    assert ["ThrottlingException", "InternalServiceException", "READY"] == [status(client) for _ in range(3)]


def test_heal_removes_all_faults(glue: GlueEndpoint, client: Client) -> None:
    glue.put("analytics", always("READY"))
    glue.fail("GetSession", throttled())
    glue.fail("*", server_fault())
    before = status(client)
    glue.heal()

    assert ["ThrottlingException", "READY"] == [before, status(client)]


@pytest.mark.parametrize(("operation", "every"), [("GetSesion", 1), ("GetSession", 0)])
def test_impossible_fault_raises(glue: GlueEndpoint, operation: str, every: int) -> None:
    with pytest.raises(ValueError, match=f"^no fault can strike each {every}-th call of {operation}$"):
        glue.fail(operation, throttled(), every=every)
