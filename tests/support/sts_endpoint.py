"""A scripted AWS STS: a real HTTP server that hands out credentials, which end when a test says so.

    with StsEndpoint() as sts:
        sts.lifetime = 300                                # seconds: so short that botocore renews them at each use
        sts.fail("AssumeRole", throttled(), times=1)
        ...                                               # ask boto3, with AWS_ENDPOINT_URL_STS=sts.url
        assert 2 == sts.count("AssumeRole")

Rules of this module:

* The API is botocore's own model: a parameter that the model doesn't know, or a value beyond its limits, is a ValidationError.
* Credentials that were handed out are known by their access key. Whoever signs with one has to bring its session token too.
* Nothing of a signature or a token is kept of a call, only whose it was. An external id is no secret to STS, and is kept.
* A call that a fault answers hands nothing out.
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

# Botocore has no types: loaded by name it is `Any` to each type checker, whatever stubs are installed.
Untyped: TypeAlias = Any

_OPERATIONS = frozenset({"AssumeRole", "AssumeRoleWithWebIdentity", "GetCallerIdentity"})
_UNSIGNED = "AssumeRoleWithWebIdentity"
_NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/"
_FORGOTTEN = frozenset({"WebIdentityToken"})
"""Parameters of which nothing is kept: they are credentials."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """An error in place of the true answer, or a true answer that ends too soon."""

    code: str = ""
    message: str = ""
    http_status: int = 400
    share: float = 1.0
    """Part of the true answer that is sent as if it were all of it. Below 1 there is no error."""


def denied(message: str = "User is not authorized to perform: sts:AssumeRole") -> Fault:
    """The role's trust policy, or the caller's own, doesn't allow it."""
    return Fault(code="AccessDenied", message=message, http_status=403)


def expired() -> Fault:
    """The credentials that ask have ended."""
    return Fault(code="ExpiredToken", message="The security token included in the request is expired", http_status=403)


def throttled() -> Fault:
    """Too many calls."""
    return Fault(code="Throttling", message="Rate exceeded")


def server_fault() -> Fault:
    """STS itself failed."""
    return Fault(code="InternalFailure", message="The request processing has failed", http_status=500)


def torn() -> Fault:
    """Three quarters of the true answer, as a broken proxy passes it on: the credentials are in it."""
    return Fault(share=0.75)


def shape(operation: str) -> Untyped:
    """What botocore's model says of an operation's parameters; None where it takes none."""
    return _model().operation_model(operation).input_shape


@cache
def _model() -> Untyped:
    return import_module("botocore.model").ServiceModel(import_module("botocore.loaders").Loader().load_service_model("sts", "service-2"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request that came in, however it was answered."""

    operation: str
    access_key: str | None
    """Whose it was; None: not signed."""
    region: str | None
    parameters: Mapping[str, Any]
    """Without those that are credentials."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _HandedOut:
    token: str
    arn: str

    @property
    def account(self) -> str:
        return self.arn.split(":")[4]


class StsEndpoint(Serving):
    """AssumeRole, AssumeRoleWithWebIdentity and GetCallerIdentity at `url` while the `with` block lasts.

    Safe to change while it is asked.
    """

    def __init__(self, *, account: str = "123456789012") -> None:
        """`account` is that of all credentials which were not handed out here."""
        self.lifetime: float | None = None
        """Seconds until credentials end that are handed out from now on; None: what the call asks for, or an hour."""
        self._account = account
        self._lock = threading.Lock()
        self._serials = count(1)
        self._handed_out: dict[str, _HandedOut] = {}
        self._trusted: str | None = None
        self._faults: list[tuple[str, Fault]] = []
        self._calls: list[Call] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, self._answer))
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def trust(self, token: str, /) -> None:
        """Accept this web identity token from now on, and no other."""
        with self._lock:
            self._trusted = token

    def fail(self, operation: str, fault: Fault, /, *, times: int | None = None) -> None:
        """Answer calls of this operation with a fault, so many times or for ever. Raises ValueError for an operation that it lacks."""
        if operation not in _OPERATIONS:
            raise ValueError(f"there is no {operation} here")
        with self._lock:
            # For ever is longer than any test.
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
            return [each.token for each in self._handed_out.values()]

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
            kept = {name: value for name, value in parameters.items() if name not in _FORGOTTEN}
            self._calls.append(Call(operation=operation, access_key=access_key, region=region, parameters=kept))
            holder = self._handed_out.get(access_key or "")
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
            status, body = self._identity(holder) if operation == "GetCallerIdentity" else self._hand_out(operation, parameters)
            return status, body[: int(len(body) * share)]

    def _scripted(self, operation: str) -> Fault | None:
        scripted = next((each for each in self._faults if each[0] == operation), None)
        if scripted:
            self._faults.remove(scripted)
        return scripted and scripted[1]

    @staticmethod
    def _refusal(operation: str, access_key: str | None, *, strange: bool) -> Fault | None:
        if access_key is None and operation != _UNSIGNED:
            return Fault(code="MissingAuthenticationToken", message="Request is missing Authentication Token", http_status=403)
        return Fault(code="InvalidClientTokenId", message="The security token is invalid", http_status=403) if strange else None

    def _identity(self, holder: _HandedOut | None) -> tuple[int, bytes]:
        account, arn = (holder.account, holder.arn) if holder else (self._account, f"arn:aws:iam::{self._account}:user/tester")
        return _granted("GetCallerIdentity", {"UserId": "AIDATESTER", "Account": account, "Arn": arn})

    def _hand_out(self, operation: str, parameters: Mapping[str, Any]) -> tuple[int, bytes]:
        access_key, token = f"ASIA{next(self._serials):016}", uuid.uuid4().hex
        seconds = parameters.get("DurationSeconds", 3600) if self.lifetime is None else self.lifetime
        name = parameters["RoleSessionName"]
        arn = parameters["RoleArn"].replace(":iam:", ":sts:").replace(":role/", ":assumed-role/") + f"/{name}"
        self._handed_out[access_key] = _HandedOut(token=token, arn=arn)
        ends = datetime.now(UTC) + timedelta(seconds=seconds)
        credentials = {
            "AccessKeyId": access_key,
            "SecretAccessKey": uuid.uuid4().hex,
            "SessionToken": token,
            "Expiration": ends.isoformat(timespec="seconds").replace("+00:00", "Z"),
        }
        return _granted(operation, {"Credentials": credentials, "AssumedRoleUser": {"AssumedRoleId": f"AROATESTER:{name}", "Arn": arn}})


def _understood(operation: str, flat: dict[str, str]) -> tuple[str, dict[str, Any]]:
    """What STS would have against the parameters, empty if nothing; and the parameters, as the model nests them."""
    if operation not in _OPERATIONS:
        return f"there is no {operation} here", {}
    expected = shape(operation)
    left = dict(flat)
    parameters: dict[str, Any] = _nested(expected, left, "") if expected else {}
    return ", ".join(f"{name} is unknown" for name in left) or (objection(parameters, expected) if expected else ""), parameters


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
    return 200, _xml(f"{operation}Response", {f"{operation}Result": result, "ResponseMetadata": {"RequestId": str(uuid.uuid4())}})


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
