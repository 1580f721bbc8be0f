"""A scripted AWS STS: a real HTTP server that issues credentials with a lifetime that the test sets.

    with StsEndpoint() as sts:
        sts.lifetime = 300                                # seconds: so short that botocore renews them at each use
        sts.fail("AssumeRole", throttled(), times=1)
        ...                                               # call boto3 with AWS_ENDPOINT_URL_STS=sts.url
        assert 2 == sts.count("AssumeRole")

Requests are validated with botocore's model: an unknown parameter, or a value beyond its limits, is a ValidationError.
Issued credentials are known by their access key and require their session token. `calls` keeps external ids, but no
signatures and tokens. A failing call issues no credentials.
"""

from __future__ import annotations

import re
import threading
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import Message
from functools import cache, partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from itertools import count
from typing import Any, TypeAlias
from urllib.parse import parse_qsl
from xml.etree import ElementTree as ET

from support.glue_endpoint import Serving, objection

__all__ = ["Call", "Fault", "StsEndpoint", "denied", "expired", "server_fault", "shape", "throttled", "torn"]

# botocore is untyped. Imported by name it is `Any` to each type checker, with and without stubs.
Untyped: TypeAlias = Any

_OPERATIONS = frozenset({"AssumeRole", "AssumeRoleWithWebIdentity", "GetCallerIdentity"})
_UNSIGNED = "AssumeRoleWithWebIdentity"
_NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/"
_NOT_KEPT = frozenset({"WebIdentityToken"})
"""Parameters that are credentials and not kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """An error response, or a truncated answer."""

    code: str = ""
    message: str = ""
    http_status: int = 400
    share: float = 1.0
    """Share of the answer that is sent, if no error is."""


def denied(message: str = "User is not authorized to perform: sts:AssumeRole") -> Fault:
    """The trust policy of the role, or the caller's policy, does not allow it."""
    return Fault(code="AccessDenied", message=message, http_status=403)


def expired() -> Fault:
    """The credentials of the request are expired."""
    return Fault(code="ExpiredToken", message="The security token included in the request is expired", http_status=403)


def throttled() -> Fault:
    """Throttling."""
    return Fault(code="Throttling", message="Rate exceeded")


def server_fault() -> Fault:
    """An internal error of STS."""
    return Fault(code="InternalFailure", message="The request processing has failed", http_status=500)


def torn() -> Fault:
    """Three quarters of the answer, credentials included, as from a broken proxy."""
    return Fault(share=0.75)


def shape(operation: str) -> Untyped:
    """botocore's model of an operation's parameters, or None."""
    return _model().operation_model(operation).input_shape


@cache
def _model() -> Untyped:
    return import_module("botocore.model").ServiceModel(
        import_module("botocore.loaders").Loader().load_service_model("sts", "service-2")
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A received request."""

    operation: str
    access_key: str | None
    """Access key that signed it, or None."""
    region: str | None
    parameters: Mapping[str, Any]
    """Without credentials."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Issued:
    token: str
    arn: str

    @property
    def account(self) -> str:
        return self.arn.split(":")[4]


class StsEndpoint(Serving):
    """AssumeRole, AssumeRoleWithWebIdentity and GetCallerIdentity at `url` while the `with` block lasts.

    Can be changed while it serves requests.
    """

    def __init__(self, *, account: str = "123456789012") -> None:
        """`account` is the account of all credentials that were not issued here."""
        self.lifetime: float | None = None
        """Lifetime of the next credentials in seconds; None: DurationSeconds of the request, or an hour."""
        self._account = account
        self._lock = threading.Lock()
        self._serials = count(1)
        self._issued: dict[str, _Issued] = {}
        self._trusted: str | None = None
        self._faults: list[tuple[str, Fault]] = []
        self._calls: list[Call] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, self._answer))
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def trust(self, token: str, /) -> None:
        """Accept only this web identity token from now on."""
        with self._lock:
            self._trusted = token

    def fail(self, operation: str, fault: Fault, /, *, times: int | None = None) -> None:
        """Answer the next `times` calls with a fault, or all calls. Raises ValueError for an unsupported operation."""
        if operation not in _OPERATIONS:
            raise ValueError(f"unsupported operation {operation}")
        with self._lock:
            # More calls than any test makes.
            self._faults += [(operation, fault)] * (10_000 if times is None else times)

    def heal(self) -> None:
        """Drop all faults."""
        with self._lock:
            self._faults.clear()

    @property
    def calls(self) -> list[Call]:
        """Every request so far, in the order they came."""
        with self._lock:
            return self._calls.copy()

    @property
    def session_tokens(self) -> list[str]:
        """Session tokens of all credentials that were handed out, for a test of where they are."""
        with self._lock:
            return [each.token for each in self._issued.values()]

    def count(self, operation: str, /) -> int:
        """How many calls there were of this operation."""
        return sum(call.operation == operation for call in self.calls)

    def _answer(self, headers: Message, query: str) -> tuple[int, bytes]:
        flat = dict(parse_qsl(query, keep_blank_values=True, errors="surrogateescape"))
        operation = flat.pop("Action", "")
        flat.pop("Version", None)
        signed = re.search(r"Credential=([^/,\s]+)/\d+/([^/]+)/sts/", headers.get("Authorization", ""))
        access_key, region = signed.groups() if signed else (None, None)
        with self._lock:
            against, parameters = _understood(operation, flat)
            kept = {name: value for name, value in parameters.items() if name not in _NOT_KEPT}
            self._calls.append(Call(operation=operation, access_key=access_key, region=region, parameters=kept))
            holder = self._issued.get(access_key or "")
            token = headers.get("X-Amz-Security-Token")
            scripted = self._scripted(operation)
            share = scripted.share if scripted else 1.0
            fault = scripted if share == 1 else None
            fault = fault or self._refusal(operation, access_key, strange=holder is not None and holder.token != token)
            if fault is None and against:
                fault = Fault(code="ValidationError", message=f"1 validation error detected: {against}")
            if fault is None and operation == _UNSIGNED and parameters["WebIdentityToken"] != self._trusted:
                fault = Fault(code="InvalidIdentityToken", message="The web identity token is not trusted")
            if fault:
                return _refused(fault)
            status, body = (
                self._identity(holder) if operation == "GetCallerIdentity" else self._issue(operation, parameters)
            )
            return status, body[: int(len(body) * share)]

    def _scripted(self, operation: str) -> Fault | None:
        scripted = next((each for each in self._faults if each[0] == operation), None)
        if scripted:
            self._faults.remove(scripted)
        return scripted and scripted[1]

    @staticmethod
    def _refusal(operation: str, access_key: str | None, *, strange: bool) -> Fault | None:
        if access_key is None and operation != _UNSIGNED:
            return Fault(
                code="MissingAuthenticationToken", message="Request is missing Authentication Token", http_status=403
            )
        return (
            Fault(code="InvalidClientTokenId", message="The security token is invalid", http_status=403)
            if strange
            else None
        )

    def _identity(self, holder: _Issued | None) -> tuple[int, bytes]:
        account, arn = (
            (holder.account, holder.arn) if holder else (self._account, f"arn:aws:iam::{self._account}:user/tester")
        )
        return _granted("GetCallerIdentity", {"UserId": "AIDATESTER", "Account": account, "Arn": arn})

    def _issue(self, operation: str, parameters: Mapping[str, Any]) -> tuple[int, bytes]:
        access_key, token = f"ASIA{next(self._serials):016}", uuid.uuid4().hex
        seconds = parameters.get("DurationSeconds", 3600) if self.lifetime is None else self.lifetime
        name = parameters["RoleSessionName"]
        arn = parameters["RoleArn"].replace(":iam:", ":sts:").replace(":role/", ":assumed-role/") + f"/{name}"
        self._issued[access_key] = _Issued(token=token, arn=arn)
        ends = datetime.now(UTC) + timedelta(seconds=seconds)
        credentials = {
            "AccessKeyId": access_key,
            "SecretAccessKey": uuid.uuid4().hex,
            "SessionToken": token,
            "Expiration": ends.isoformat(timespec="seconds").replace("+00:00", "Z"),
        }
        return _granted(
            operation,
            {"Credentials": credentials, "AssumedRoleUser": {"AssumedRoleId": f"AROATESTER:{name}", "Arn": arn}},
        )


def _understood(operation: str, flat: dict[str, str]) -> tuple[str, dict[str, Any]]:
    """What STS would have against the parameters, empty if nothing; and the parameters, as the model nests them."""
    if operation not in _OPERATIONS:
        return f"unsupported operation {operation}", {}
    expected = shape(operation)
    left = dict(flat)
    parameters: dict[str, Any] = _nested(expected, left, "") if expected else {}
    return ", ".join(f"{name} is unknown" for name in left) or (
        objection(parameters, expected) if expected else ""
    ), parameters


def _nested(expected: Untyped, flat: dict[str, str], at: str) -> Untyped:
    """The value of a shape, taken out of a query's flat names."""

    def within(path: str) -> bool:
        return any(name == path or name.startswith(f"{path}.") for name in flat)

    if expected.type_name == "structure":
        paths = {name: f"{at}.{name}".lstrip(".") for name in expected.members}
        return {name: _nested(expected.members[name], flat, path) for name, path in paths.items() if within(path)}
    if expected.type_name == "list":
        items = list[Any]()
        while within(path := f"{at}.member.{len(items) + 1}"):
            items.append(_nested(expected.member, flat, path))
        return items
    text = flat.pop(at)
    return int(text) if expected.type_name == "integer" and re.fullmatch(r"-?\d+", text) else text


def _granted(operation: str, result: Mapping[str, Any]) -> tuple[int, bytes]:
    return 200, _xml(
        f"{operation}Response", {f"{operation}Result": result, "ResponseMetadata": {"RequestId": str(uuid.uuid4())}}
    )


def _refused(fault: Fault) -> tuple[int, bytes]:
    told = {"Error": {"Type": "Sender", "Code": fault.code, "Message": fault.message}, "RequestId": str(uuid.uuid4())}
    return fault.http_status, _xml("ErrorResponse", told)


def _xml(name: str, content: Mapping[str, Any]) -> bytes:
    def element(tag: str, inside: str | Mapping[str, Any]) -> ET.Element:
        made = ET.Element(tag)
        if isinstance(inside, str):
            made.text = inside
        else:
            made.extend(element(*each) for each in inside.items())
        return made

    root = element(name, content)
    root.set("xmlns", _NAMESPACE)
    return ET.tostring(root)


class _Handler(BaseHTTPRequestHandler):
    def __init__(self, ask: Untyped, /, *connection: Untyped) -> None:
        self._ask = ask
        super().__init__(*connection)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the standard library's name
        """Say nothing: `StsEndpoint.calls` is the log."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        status, answer = self._ask(self.headers, body.decode())
        self.send_response(status)
        self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)
