"""The scripted Glue endpoint, called with a real boto3 client over HTTP.

Other tests rely on it: requests and responses follow botocore's model, and each fault reaches a program as its name
says.
"""

from __future__ import annotations

import json
import re
import socket
import struct
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from http.client import HTTPConnection
from importlib import import_module
from time import monotonic, sleep
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import pytest

from support.glue_endpoint import (
    DEFAULTS,
    GONE,
    Answer,
    GlueEndpoint,
    Script,
    Step,
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
    step,
    then,
    throttled,
    verbatim,
)

# Imported by name, these untyped modules are `Any` for type checkers.
boto3: Any = import_module("boto3.session")
botocore: Any = import_module("botocore.exceptions")
config: Any = import_module("botocore.config")
Boto3Session: TypeAlias = Any
Client: TypeAlias = Any

SIGNED = {"Authorization": "AWS4-HMAC-SHA256 Credential=testing/20260105/eu-west-1/glue/aws4_request, Signature=c0ffee"}

FULL: Mapping[str, Any] = {
    "CreatedOn": datetime(2026, 1, 5, 9, 30, 15, 123_456, tzinfo=UTC),
    "ErrorMessage": "no error at all",
    "Description": "Ünïcode too",
    "Role": "arn:aws:iam::123456789012:role/service-role/Other",
    "Command": {"Name": "gluestreaming", "PythonVersion": "3"},
    "DefaultArguments": {"--conf": "spark.sql.shuffle.partitions=8"},
    "Connections": {"Connections": ["warehouse", "vpc"]},
    "Progress": 0.5,
    "MaxCapacity": 5.0,
    "SecurityConfiguration": "kms",
    "GlueVersion": "4.0",
    "NumberOfWorkers": 10,
    "WorkerType": "G.2X",
    "CompletedOn": datetime(2026, 1, 5, 11, 0, tzinfo=UTC),
    "ExecutionTime": 5384.75,
    "DPUSeconds": 53847.5,
    "IdleTimeout": 15,
    "ProfileName": "analysts",
    "SessionType": "SPARK_CONNECT",
}


class Clock:
    """A clock that a test advances."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def glue(clock: Clock) -> Iterator[GlueEndpoint]:
    with GlueEndpoint(clock=clock) as endpoint:
        yield endpoint


@pytest.fixture(scope="module")
def session() -> Boto3Session:
    """One boto3 session, because loading Glue's large model is slow."""
    return boto3.Session(aws_access_key_id="testing", aws_secret_access_key="testing", region_name="eu-west-1")


@pytest.fixture
def impatient(session: Boto3Session, glue: GlueEndpoint) -> Client:
    return connect(session, glue, read_timeout=0.1)


@pytest.fixture
def client(session: Boto3Session, glue: GlueEndpoint) -> Client:
    return connect(session, glue)


def connect(session: Boto3Session, glue: GlueEndpoint, *, read_timeout: float = 30.0) -> Client:
    """A client without retries and proxies."""
    retries = {"mode": "standard", "total_max_attempts": 1}
    once = config.Config(retries=retries, read_timeout=read_timeout, proxies={}, max_pool_connections=32)
    return session.client("glue", endpoint_url=glue.url, config=once)


def status(client: Client, session_id: str = "analytics") -> str:
    """Status of a session, or the code of the error."""
    try:
        return str(client.get_session(Id=session_id)["Session"]["Status"])
    except botocore.ClientError as problem:
        return str(problem.response["Error"]["Code"])


def post(
    glue: GlueEndpoint, operation: str, body: bytes, headers: Mapping[str, str] = SIGNED
) -> tuple[int, dict[str, Any]]:
    """Call without boto3, which validates requests and drops unknown fields."""
    connection = HTTPConnection(*address(glue))
    try:
        connection.request("POST", "/", body, {"X-Amz-Target": f"AWSGlue.{operation}", **headers})
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    finally:
        connection.close()


def address(glue: GlueEndpoint) -> tuple[str, int]:
    where = urlsplit(glue.url)
    return where.hostname or "", where.port or 0


def await_calls(glue: GlueEndpoint, number: int) -> None:
    """Wait until the server has received that many calls."""
    while glue.count() < number:
        sleep(0.001)


def signed_request(session_id: str) -> bytes:
    """A GetSession request for a plain socket."""
    body = json.dumps({"Id": session_id})
    headers = {"X-Amz-Target": "AWSGlue.GetSession", "Content-Length": str(len(body)), **SIGNED}
    return "\r\n".join(["POST / HTTP/1.1", *(": ".join(each) for each in headers.items()), "", body]).encode()


def session_shape(client: Client) -> Client:
    return client.meta.service_model.operation_model("GetSession").output_shape.members["Session"]


# --- Fields ---


def test_unset_fields_have_defaults(glue: GlueEndpoint, client: Client) -> None:
    glue.put("analytics", always("READY"))

    assert {"Id": "analytics", "Status": "READY", **DEFAULTS} == client.get_session(Id="analytics")["Session"]


def test_every_field_is_returned(glue: GlueEndpoint, client: Client) -> None:
    """Including microseconds and time zones."""
    glue.put("analytics", always("READY"), **FULL)

    assert {"Id": "analytics", "Status": "READY", **FULL} == client.get_session(Id="analytics")["Session"]


def test_full_session_has_every_field(client: Client) -> None:
    """Otherwise the test above would miss fields of newer versions of botocore."""
    assert {"Id", "Status", *FULL} == set(session_shape(client).members)


def test_only_fields_of_the_model_are_sent(glue: GlueEndpoint, client: Client) -> None:
    """Without boto3, which drops unknown fields."""
    glue.put("analytics", always("READY"))
    glue.put("full", always("READY"), **FULL)

    sent = [post(glue, "GetSession", json.dumps({"Id": name}).encode())[1]["Session"] for name in ("analytics", "full")]

    assert [set(), set()] == [each.keys() - session_shape(client).members.keys() for each in sent]


def test_timestamps_are_epoch_seconds(glue: GlueEndpoint) -> None:
    glue.put("analytics", always("READY"))

    assert 1767605415.25 == post(glue, "GetSession", b'{"Id": "analytics"}')[1]["Session"]["CreatedOn"]


def test_every_status_is_accepted(glue: GlueEndpoint, client: Client) -> None:
    statuses = session_shape(client).members["Status"].enum
    for each in statuses:
        glue.put(each, always(each))

    assert ["PROVISIONING", "READY", "FAILED", "TIMEOUT", "STOPPING", "STOPPED"] == statuses
    assert statuses == [status(client, each) for each in statuses]


def test_put_replaces_a_session(glue: GlueEndpoint, client: Client) -> None:
    glue.put("analytics", looks("PROVISIONING", "READY"), GlueVersion="4.0")
    before = [status(client), status(client)]
    glue.put("analytics", looks("PROVISIONING", "READY"), Description="again")

    assert ["PROVISIONING", "READY"] == before
    assert {"Status": "PROVISIONING", "GlueVersion": "5.0", "Description": "again"}.items() <= client.get_session(
        Id="analytics"
    )["Session"].items()


# --- Rejected requests ---


def test_unknown_session_is_not_found(glue: GlueEndpoint, client: Client) -> None:
    with pytest.raises(client.exceptions.EntityNotFoundException) as caught:
        client.get_session(Id="analytics")

    assert {"Code": "EntityNotFoundException", "Message": "Session analytics not found."} == caught.value.response[
        "Error"
    ]
    assert 400 == caught.value.response["ResponseMetadata"]["HTTPStatusCode"]
    assert (
        400,
        {"__type": "EntityNotFoundException", "Message": "Session analytics not found."},
    ) == post(glue, "GetSession", b'{"Id": "analytics"}')


def test_removed_session_is_not_found(glue: GlueEndpoint, client: Client) -> None:
    glue.put("analytics", always("READY"))
    before = status(client)
    glue.remove("analytics")

    assert ["READY", "EntityNotFoundException"] == [before, status(client)]
    assert [] == client.list_sessions()["Ids"]


def test_removing_an_unknown_session_raises(glue: GlueEndpoint) -> None:
    with pytest.raises(KeyError, match="analytics"):
        glue.remove("analytics")


@pytest.mark.parametrize(
    ("operation", "parameters", "problem"),
    [
        ("GetSession", {}, 'Missing required parameter in input: "Id"'),
        ("GetSession", {"Id": ""}, "Invalid length for parameter Id, value: 0, valid min length: 1"),
        (
            "GetSession",
            {"Id": 5},
            "Invalid type for parameter Id, value: 5, type: <class 'int'>, valid types: <class 'str'>",
        ),
        (
            "GetSession",
            {"Id": "x", "RequestOrigin": "dbt/role"},
            (
                "Value 'dbt/role' at GetSessionRequest.RequestOrigin failed to satisfy constraint: "
                r"pattern [\.\-_A-Za-z0-9]+"
            ),
        ),
        (
            "ListSessions",
            {"MaxResults": 1001},
            "Value 1001 at ListSessionsRequest.MaxResults failed to satisfy constraint: max 1000",
        ),
        (
            "ListSessions",
            {"Id": "x"},
            'Unknown parameter in input: "Id", must be one of: NextToken, MaxResults, Tags, RequestOrigin',
        ),
    ],
)
def test_invalid_request_is_rejected(glue: GlueEndpoint, operation: str, parameters: object, problem: str) -> None:
    """Also by limits and patterns, which boto3 does not check."""
    expected = {"__type": "ValidationException", "Message": f"1 validation error detected: {problem}"}

    assert (400, expected) == post(glue, operation, json.dumps(parameters).encode())


def test_too_long_id_is_a_validation_exception(glue: GlueEndpoint, client: Client) -> None:
    assert 0 == glue.count()
    assert "ValidationException" == status(client, "x" * 256)


@pytest.mark.parametrize("body", [b"{", b"[]"])
def test_request_must_be_a_json_object(glue: GlueEndpoint, body: bytes) -> None:
    assert (400, {"__type": "SerializationException", "Message": ""}) == post(glue, "GetSession", body)


def test_unsigned_request_is_rejected(glue: GlueEndpoint) -> None:
    glue.put("analytics", always("READY"))

    assert (
        400,
        {"__type": "MissingAuthenticationTokenException", "Message": "Missing Authentication Token"},
    ) == post(glue, "GetSession", b'{"Id": "analytics"}', headers={})
    assert [None] == [call.credential for call in glue.calls]


def test_write_operations_are_rejected_and_recorded(glue: GlueEndpoint, client: Client) -> None:
    """Tests must notice if the package tries to write."""
    with pytest.raises(botocore.ClientError) as caught:
        client.stop_session(Id="analytics")

    assert "UnknownOperationException" == caught.value.response["Error"]["Code"]
    assert [("StopSession", "analytics")] == [(call.operation, call.session_id) for call in glue.calls]


# --- Invalid arguments of `put` ---


def test_unknown_field_raises(glue: GlueEndpoint) -> None:
    with pytest.raises(TypeError) as in_put:
        glue.put("analytics", always("READY"), Mood="blue")
    with pytest.raises(TypeError) as in_step:
        step("READY", Mood="blue")

    assert ["unknown field of a session: Mood"] * 2 == [str(in_put.value), str(in_step.value)]
    assert 0 == glue.count()


@pytest.mark.parametrize(
    ("script", "fields", "problem"),
    [
        (
            always("HIBERNATING"),
            {},
            "Value 'HIBERNATING' at GetSessionResponse.Session.Status failed to satisfy constraint: enum",
        ),
        (
            then(("READY", 1.0), "GONE"),
            {},
            "Value 'GONE' at GetSessionResponse.Session.Status failed to satisfy constraint: enum",
        ),
        (
            always("READY"),
            {"WorkerType": "G.3X"},
            "Value 'G.3X' at GetSessionResponse.Session.WorkerType failed to satisfy constraint",
        ),
        (
            always("READY"),
            {"Role": "GlueSession-without-arn"},
            "Value 'GlueSession-without-arn' at GetSessionResponse.Session.Role failed",
        ),
        (
            always("READY"),
            {"NumberOfWorkers": "2"},
            "Invalid type for parameter Session.NumberOfWorkers, value: 2, type: <class 'str'>",
        ),
        (
            always("READY"),
            {"DefaultArguments": {"not a name": ""}},
            "Value 'not a name' at GetSessionResponse.Session.DefaultArguments (key)",
        ),
        (
            always("READY"),
            {"Connections": {"Connections": ["x" * 256]}},
            f"Value '{'x' * 256}' at GetSessionResponse.Session.Connections",
        ),
        (
            always("READY"),
            {"Tags": {"team": "x" * 257}},
            f"Value '{'x' * 257}' at ListSessionsRequest.Tags.team failed",
        ),
    ],
)
def test_value_outside_of_the_model_raises(
    glue: GlueEndpoint, client: Client, script: Script, fields: Mapping[str, Any], problem: str
) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(problem)}"):
        glue.put("analytics", script, **fields)

    assert "EntityNotFoundException" == status(client)


def test_time_without_a_zone_raises(glue: GlueEndpoint) -> None:
    """It would be another time on another machine."""
    with pytest.raises(TypeError) as caught:
        glue.put("analytics", always("READY"), CreatedOn=datetime(2026, 1, 5))  # noqa: DTZ001

    assert "datetime.datetime(2026, 1, 5, 0, 0) cannot be sent as JSON: a time needs a time zone" == str(caught.value)


# --- Answers outside of the model ---


def test_session_fields_are_not_validated(glue: GlueEndpoint, client: Client) -> None:
    glue.put("analytics", always("READY"), session_fields={"Status": "HIBERNATING", "Mood": "blue", "Role": None})

    sent = post(glue, "GetSession", b'{"Id": "analytics"}')[1]["Session"]

    assert {"Id": "analytics", "Status": "HIBERNATING", "Mood": "blue", "Role": None}.items() <= sent.items()
    assert ("HIBERNATING", False) == (status(client), "Role" in client.get_session(Id="analytics")["Session"])


def test_verbatim_step_is_sent_unchanged(glue: GlueEndpoint, client: Client, clock: Clock) -> None:
    glue.put("empty", always(verbatim({})), session_fields={"Mood": "blue"})
    glue.put("analytics", then(("READY", 1.0), verbatim({"Status": "HIBERNATING", "Nap": 5})))
    first = status(client)
    clock.now += 1.0

    assert {"Session": {}} == post(glue, "GetSession", b'{"Id": "empty"}')[1]
    assert "READY" == first
    assert {"Session": {"Status": "HIBERNATING", "Nap": 5}} == post(glue, "GetSession", b'{"Id": "analytics"}')[1]


# --- Statuses over time ---


def test_timeline_starts_at_the_first_read(glue: GlueEndpoint, client: Client, clock: Clock) -> None:
    glue.put("analytics", then(("PROVISIONING", 8.0), ("READY", 2.0), "TIMEOUT"))
    statuses: list[str] = []
    for pause in (100.0, 7.9, 0.1, 1.9, 0.2, 500.0):
        clock.now += pause
        statuses.append(status(client))

    assert ["PROVISIONING", "PROVISIONING", "READY", "READY", "TIMEOUT", "TIMEOUT"] == statuses


def test_timeline_can_start_at_put(glue: GlueEndpoint, client: Client, clock: Clock) -> None:
    glue.put("analytics", then(("PROVISIONING", 8.0), "READY").since_put())
    statuses: list[str] = []
    for pause in (7.0, 1.0):
        clock.now += pause
        statuses.append(status(client))

    assert ["PROVISIONING", "READY"] == statuses


def test_list_reads_each_session_of_its_page(glue: GlueEndpoint, client: Client, clock: Clock) -> None:
    glue.put("analytics", then(("PROVISIONING", 8.0), "READY"))
    glue.put("counted", looks("PROVISIONING", "READY"))
    glue.put("on the next page", looks("PROVISIONING", "READY"))

    client.list_sessions(MaxResults=2)
    clock.now += 8.0

    assert ["READY", "READY", "PROVISIONING"] == [
        status(client),
        status(client, "counted"),
        status(client, "on the next page"),
    ]


def test_reads_are_counted_and_the_last_status_repeats(glue: GlueEndpoint, client: Client) -> None:
    glue.put("analytics", looks("PROVISIONING", "PROVISIONING", "READY"))

    assert ["PROVISIONING", "PROVISIONING", "READY", "READY"] == [status(client) for _ in range(4)]


def test_step_sets_fields(glue: GlueEndpoint, client: Client, clock: Clock) -> None:
    glue.put(
        "doomed", then(("PROVISIONING", 2.0), step("FAILED", ErrorMessage="no subnet", Progress=0.1)), Progress=0.0
    )
    statuses: list[dict[str, Any]] = []
    for _ in range(2):
        statuses.append(client.get_session(Id="doomed")["Session"])
        clock.now += 2.0

    assert [
        ("PROVISIONING", None, 0.0),
        ("FAILED", "no subnet", 0.1),
    ] == [(each["Status"], each.get("ErrorMessage"), each["Progress"]) for each in statuses]


def test_session_can_disappear_and_return(glue: GlueEndpoint, client: Client, clock: Clock) -> None:
    glue.put("analytics", then((GONE, 1.0), ("READY", 5.0), (GONE, 5.0), "READY"))
    statuses: list[tuple[str, list[str]]] = []
    for _ in range(4):
        statuses.append((status(client), client.list_sessions()["Ids"]))
        clock.now += 5.0

    gone: tuple[str, list[str]] = ("EntityNotFoundException", [])
    assert [gone, ("READY", ["analytics"]), gone, ("READY", ["analytics"])] == statuses


# --- ListSessions ---


def test_list_returns_ids_and_sessions(glue: GlueEndpoint, client: Client) -> None:
    glue.put("one", always("READY"), **FULL)
    glue.put("two", always("STOPPED"))

    found = client.list_sessions()

    assert ["one", "two"] == found["Ids"]
    assert [{"Id": "one", "Status": "READY", **FULL}, {"Id": "two", "Status": "STOPPED", **DEFAULTS}] == found[
        "Sessions"
    ]
    assert "NextToken" not in found


def pages(client: Client, **parameters: object) -> list[list[str]]:
    """Ids of each page. Checks that sessions and ids agree."""
    found: list[list[str]] = []
    token: dict[str, str] = {}
    while (not found or token) and len(found) < 20:
        page = client.list_sessions(**parameters, **token)
        assert page["Ids"] == [each["Id"] for each in page["Sessions"]]
        found.append(page["Ids"])
        token = {"NextToken": page["NextToken"]} if "NextToken" in page else {}
    return found


@pytest.mark.parametrize(
    ("parameters", "sizes"),
    [({}, [3, 3, 1]), ({"MaxResults": 2}, [2, 2, 2, 1]), ({"MaxResults": 7}, [3, 3, 1]), ({"MaxResults": 1}, [1] * 7)],
)
def test_pages_contain_every_session_once(
    session: Boto3Session, parameters: Mapping[str, Any], sizes: list[int]
) -> None:
    """`MaxResults` makes a page smaller, never larger, as in Glue."""
    with GlueEndpoint(page_size=3) as glue:
        for number in range(7):
            glue.put(f"s{number}", always("READY"))
        found = pages(connect(session, glue), **parameters)

    assert [each for page in found for each in page] == [f"s{number}" for number in range(7)]
    assert sizes == [len(page) for page in found]


def test_default_page_size_is_100(glue: GlueEndpoint, client: Client) -> None:
    for number in range(101):
        glue.put(f"s{number}", always("READY"))

    assert [100, 1] == [len(page) for page in pages(client)]


def test_full_last_page_has_no_token(session: Boto3Session) -> None:
    with GlueEndpoint(page_size=2) as glue:
        glue.put("one", always("READY"))
        glue.put("two", always("READY"))

        assert [["one", "two"]] == pages(connect(session, glue))


def test_pages_are_consistent_while_sessions_change(session: Boto3Session) -> None:
    """A session that is put again is listed last."""
    with GlueEndpoint(page_size=2) as glue:
        client = connect(session, glue)
        for name in ("one", "two", "three", "four"):
            glue.put(name, always("READY"))
        first = client.list_sessions()
        glue.remove("one")
        glue.put("five", always("READY"))
        glue.put("two", always("STOPPED"))
        second = client.list_sessions(NextToken=first["NextToken"])
        third = client.list_sessions(NextToken=second["NextToken"])

    assert [["one", "two"], ["three", "four"], ["five", "two"]] == [page["Ids"] for page in (first, second, third)]


def test_unknown_token_is_rejected(client: Client) -> None:
    with pytest.raises(client.exceptions.InvalidInputException) as caught:
        client.list_sessions(NextToken="made up")

    assert "Invalid NextToken" == caught.value.response["Error"]["Message"]


@pytest.mark.parametrize(
    ("tags", "ids"),
    [
        ({}, ["one", "two", "three"]),
        ({"team": "data"}, ["one", "two"]),
        ({"team": "data", "env": "prod"}, ["two"]),
        ({"team": "web"}, []),
    ],
)
def test_list_filters_by_tags(glue: GlueEndpoint, client: Client, tags: Mapping[str, str], ids: list[str]) -> None:
    """A session is listed if it has all of the tags. Answers do not contain tags."""
    glue.put("one", always("READY"), Tags={"team": "data"})
    glue.put("two", always("READY"), Tags={"team": "data", "env": "prod"})
    glue.put("three", always("READY"))

    assert ids == client.list_sessions(Tags=tags)["Ids"]
    assert "Tags" not in post(glue, "GetSession", b'{"Id": "one"}')[1]["Session"]


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


LENIENT = pytest.mark.since(boto3="1.43.115", reason="older versions check Content-Length")


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


def test_failed_call_does_not_advance_a_session(glue: GlueEndpoint, client: Client, clock: Clock) -> None:
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


def test_fault_lasts_for_its_seconds(glue: GlueEndpoint, client: Client, clock: Clock) -> None:
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


# --- Recorded calls ---


def test_call_has_parameters_time_and_credential(glue: GlueEndpoint, client: Client, clock: Clock) -> None:
    client.list_sessions(Tags={"team": "data"})
    clock.now += 5.0
    status(client)

    first, second = glue.calls
    assert ("ListSessions", None, 1_000.0, {"Tags": {"team": "data"}}) == (
        first.operation,
        first.session_id,
        first.at,
        first.parameters,
    )
    assert ("GetSession", "analytics", 1_005.0, {"Id": "analytics"}) == (
        second.operation,
        second.session_id,
        second.at,
        second.parameters,
    )
    key, _, *scope = (first.credential or "").split("/")
    assert ("testing", ["eu-west-1", "glue", "aws4_request"]) == (key, scope)
    assert "AWSGlue.ListSessions" == first.headers["x-amz-target"]
    assert "Boto3/" in first.headers["user-agent"]
    # The rest of the header depends on the retry mode.
    assert "attempt=1" == first.headers["amz-sdk-request"].partition(";")[0]


def test_call_does_not_keep_signatures_and_tokens(glue: GlueEndpoint) -> None:
    post(glue, "GetSession", b'{"Id": "analytics"}', headers={**SIGNED, "X-Amz-Security-Token": "decaf"})

    assert "c0ffee" not in repr(glue.calls)
    assert "decaf" not in repr(glue.calls)


def test_calls_are_counted_by_operation_and_session(glue: GlueEndpoint, client: Client) -> None:
    """Including failed calls, so that tests see retries."""
    glue.fail("GetSession", throttled(), session_id="other")
    status(client)
    status(client, "other")
    status(client, "other")
    client.list_sessions()

    assert 4 == glue.count()
    assert 3 == glue.count("GetSession")
    assert 2 == glue.count("GetSession", session_id="other")
    assert 1 == glue.count("ListSessions")
    assert 0 == glue.count("CreateSession")


# --- The server ---


def test_concurrent_calls_are_all_counted(glue: GlueEndpoint, client: Client) -> None:
    """The script lets other threads run in the middle of a read."""

    class Dawdling(Script):
        def at(self, *, reads: int, since_first_read: float, since_put: float) -> Step:
            sleep(0.0005)
            return super().at(reads=reads, since_first_read=since_first_read, since_put=since_put)

    script = looks(*["PROVISIONING"] * 50, "READY")
    glue.put("analytics", Dawdling(script.steps, script.ends, script.counted))
    glue.fail("GetSession", throttled(), times=25)

    with ThreadPoolExecutor(16) as pool:
        statuses = Counter(pool.map(status, [client] * 100))

    assert {"ThrottlingException": 25, "PROVISIONING": 50, "READY": 25} == statuses
    assert 100 == glue.count()


def test_reset_comes_after_half_of_the_body(glue: GlueEndpoint) -> None:
    """Without boto3, which raises the same exception for a reset and a closed connection."""
    glue.fail("GetSession", reset())
    with socket.create_connection(address(glue)) as connection:
        connection.sendall(signed_request("analytics"))
        head, _, body = connection.recv(65_536).partition(b"\r\n\r\n")

        with pytest.raises(ConnectionResetError):
            connection.recv(65_536)

    assert b"Content-Length: 46" in head
    assert b'{"Session": {"Id": "tor' == body


def test_connection_is_kept_alive(glue: GlueEndpoint) -> None:
    """Answers come in one piece. Otherwise delayed acknowledgements would slow down each call."""
    glue.put("analytics", always("READY"))
    answers: list[bytes] = []
    with socket.create_connection(address(glue)) as connection:
        for _ in range(20):
            connection.sendall(signed_request("analytics"))
            answers.append(connection.recv(65_536))

    assert [(b"HTTP/1.1 200 OK", b"}}")] * 20 == [(each[:15], each[-2:]) for each in answers]


def test_connections_are_queued_before_the_start() -> None:
    """The queue of the kernel holds the clients of a large stack until the server accepts them."""
    glue = GlueEndpoint()
    waiting = [socket.create_connection(address(glue), timeout=60) for _ in range(100)]
    with glue:
        for each in waiting:
            each.close()

    assert 100 == len(waiting)


def test_leaving_the_block_ends_calls_and_connections(session: Boto3Session) -> None:
    """Connections that are still open must not be answered afterwards."""
    with ExitStack() as sockets:
        with GlueEndpoint() as glue:
            client = connect(session, glue)
            glue.put("analytics", always("READY"))
            before = status(client)
            others = set(threading.enumerate())
            hanging, idle = (sockets.enter_context(socket.create_connection(address(glue))) for _ in range(2))
            idle.sendall(signed_request("analytics"))
            answered = idle.recv(65_536)
            glue.fail("GetSession", hang(60.0))
            hanging.sendall(signed_request("analytics"))
            await_calls(glue, 3)
            serving = set(threading.enumerate()) - others
        ends = [hanging.recv(1), idle.recv(1)]
    for thread in serving:
        thread.join()

    assert "READY" == before
    assert answered.endswith(b"}}")
    assert [b"", b""] == ends
    assert 2 == len(serving)
    with pytest.raises(botocore.EndpointConnectionError):
        status(client)


def test_lost_client_is_silent(glue: GlueEndpoint, capfd: pytest.CaptureFixture[str]) -> None:
    """No traceback, and no failed thread, which pytest would report."""
    glue.put("analytics", always("READY"))
    glue.fail("GetSession", slow(0.05))
    others = set(threading.enumerate())
    with socket.create_connection(address(glue)) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.sendall(signed_request("analytics"))
        await_calls(glue, 1)
        serving = set(threading.enumerate()) - others
    for thread in serving:
        thread.join()

    assert ("", "") == capfd.readouterr()


def test_bug_in_the_endpoint_fails_the_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise it would look like one of the faults."""
    failed: list[object] = []

    def stopped_clock() -> float:
        raise ZeroDivisionError

    def note(problem: threading.ExceptHookArgs) -> None:
        failed.append(problem.exc_type)

    monkeypatch.setattr(threading, "excepthook", note)
    with GlueEndpoint(clock=stopped_clock) as glue:
        others = set(threading.enumerate())
        with socket.create_connection(address(glue)) as connection:
            connection.sendall(signed_request("analytics"))
            answered = connection.recv(65_536)
        for thread in set(threading.enumerate()) - others:
            thread.join()

    assert b"" == answered
    assert [ZeroDivisionError] == failed
