"""boto3 clients and raw requests for the tests of the scripted Glue endpoint."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from http.client import HTTPConnection
from importlib import import_module
from time import sleep
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import pytest

from support.glue_endpoint import GlueEndpoint

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


class ManualClock:
    """A clock that a test advances."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


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


LENIENT = pytest.mark.since(boto3="1.43.115", reason="older versions check Content-Length")
