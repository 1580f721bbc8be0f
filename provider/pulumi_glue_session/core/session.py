"""A Glue interactive session: fields, statuses and status transitions.

A field that Glue leaves out gets the neutral value of its type (empty string, 0, no items), because Pulumi shows a
missing output as *unknown* in a preview and as `None` in an up.

Fields and statuses: Glue API reference, "Interactive sessions", data types Session and SessionCommand.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from pulumi_glue_session.core.errors import InvalidInput
from pulumi_glue_session.core.messages import short_repr

_NEXT: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "PROVISIONING": frozenset({"READY", "FAILED", "TIMEOUT", "STOPPING", "STOPPED"}),
        "READY": frozenset({"STOPPING", "STOPPED", "FAILED", "TIMEOUT"}),
        "STOPPING": frozenset({"STOPPED", "FAILED", "TIMEOUT"}),
        # A session never starts again: after it has ended, it has to be deleted and created anew.
        "STOPPED": frozenset(),
        "FAILED": frozenset(),
        "TIMEOUT": frozenset(),
    }
)
"""Statuses that can follow each status, directly or later."""

STATUSES = frozenset(_NEXT)
"""Statuses of the Glue API. A wait that meets another one fails with UnknownStatus."""

SET_BY_WAITING = ("status", "error_message", "completed_on")
"""Fields that a wait changes. They are unknown in the preview of a pending session."""

_ID_LENGTH = 255


def can_become(status: str, targets: frozenset[str]) -> bool:
    """Whether a session in `status` can still get one of the `targets`."""
    return not targets.isdisjoint(_NEXT.get(status, frozenset()))


def is_valid_id(session_id: str) -> bool:
    """Whether the API accepts `session_id` (NameString: 1 to 255 characters; the only control character is tab)."""
    return 0 < len(session_id) <= _ID_LENGTH and all(
        c == "\t" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c > "\uffff" for c in session_id
    )


@dataclass(frozen=True, kw_only=True)
class Command:
    """Command that runs the session: `glueetl` or `gluestreaming`, and its Python version."""

    name: str = ""
    python_version: str = ""


_RESERVED = re.compile(
    r"\\*(?:"
    r"4dabf18193072939515e22adb298388d"  # key of assets, secrets, resource references and output values
    r"|1c4a061d-8072-4f0a-a4cb-0ff528b18fe7"  # unknown values, by type
    r"|3eeb2bf0-c639-47a8-9e75-3b44932eb421"
    r"|04da6b54-80e4-46f7-96ec-b56ff0331ba9"
    r"|6a19a0b0-7e62-4c92-b797-7f8e31da9cc2"
    r"|030794c1-ac77-496b-92df-f27374a8bd58"
    r"|e48ece36-62e2-4504-bad9-02848725956a"
    r"|dd056dcd-154b-4c76-9bd3-c8f88648b5ff)"
)
"""Texts that Pulumi's wire format takes for a typed object or an unknown value, after any number of backslashes.

A stack with such a text in its state cannot even be destroyed. One more backslash makes it a plain text.
"""


_MAX_INTEGER = 2**53
"""Pulumi and Terraform send every number as a double, which has larger integers only in part."""


def escape_reserved(text: str) -> str:
    """The text with one more backslash if Pulumi's wire format reserves it."""
    return f"\\{text}" if _RESERVED.fullmatch(text) else text


def _parse_string(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    text = value
    if not text.isascii():
        # A service that cuts a text can leave half of a surrogate pair, which Pulumi cannot send. It becomes U+FFFD.
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return escape_reserved(text)


def _parse_int(value: Any) -> int:
    number = int(value)
    # int() would accept a fraction or a boolean and change its value.
    if abs(number) > _MAX_INTEGER or isinstance(value, bool) or (isinstance(value, float) and not value.is_integer()):
        raise ValueError(value)
    return number


def _parse_float(value: Any) -> float:
    number = float(value)
    if not math.isfinite(number) or isinstance(value, bool):
        raise ValueError(value)
    return number


def _parse_timestamp(value: Any) -> str:
    if not isinstance(value, datetime):
        raise TypeError(value)
    moment = value if value.tzinfo else value.replace(tzinfo=UTC)
    # Always milliseconds and UTC, so that reading a session twice returns the same text.
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _parse_command(value: Any) -> Command:
    return Command(
        name=_parse_string(value.get("Name") or ""), python_version=_parse_string(value.get("PythonVersion") or "")
    )


def _parse_connections(value: Any) -> tuple[str, ...]:
    return tuple(_parse_string(name) for name in value.get("Connections") or () if name is not None)


def _parse_arguments(value: Any) -> dict[str, str]:
    # A null text becomes the neutral value, as a null field does.
    return {_parse_string(name): _parse_string("" if text is None else text) for name, text in value.items()}


_NEUTRAL: Mapping[Callable[[Any], Any], Callable[[], Any]] = {
    _parse_string: str,
    _parse_timestamp: str,
    _parse_float: float,
    _parse_int: int,
    _parse_command: Command,
    _parse_connections: tuple,
    _parse_arguments: dict,
}


def _api_field(
    api_name: str,
    parse: Callable[[Any], Any] = _parse_string,
    *,
    volatile: bool = False,
    secret: bool = False,
) -> Any:
    metadata = {"api": api_name, "parse": parse, "volatile": volatile, "secret": secret}
    return field(default_factory=_NEUTRAL[parse], repr=not secret, metadata=metadata)


_DERIVED: Mapping[str, Any] = {"api": "", "volatile": False, "secret": False, "derived": True}
"""Metadata of a field that follows from others."""


@dataclass(frozen=True, kw_only=True)
class Session:
    """A session as Glue returned it."""

    status: str = _api_field("Status")
    role: str = _api_field("Role")
    glue_version: str = _api_field("GlueVersion")
    worker_type: str = _api_field("WorkerType")
    number_of_workers: int = _api_field("NumberOfWorkers", _parse_int)
    max_capacity: float = _api_field("MaxCapacity", _parse_float)
    idle_timeout: int = _api_field("IdleTimeout", _parse_int)
    description: str = _api_field("Description")
    error_message: str = _api_field("ErrorMessage")
    created_on: str = _api_field("CreatedOn", _parse_timestamp)
    completed_on: str = _api_field("CompletedOn", _parse_timestamp)
    security_configuration: str = _api_field("SecurityConfiguration")
    profile_name: str = _api_field("ProfileName")
    session_type: str = _api_field("SessionType")
    role_arn: str = field(default="", metadata=_DERIVED)
    """ARN of the role; empty if Glue returned a name and the account is not known."""
    role_name: str = field(default="", metadata=_DERIVED)
    """Name of the role, without the path of its ARN."""
    command: Command = _api_field("Command", _parse_command)  # noqa: RUF009
    connections: tuple[str, ...] = _api_field("Connections", _parse_connections)
    default_arguments: Mapping[str, str] = _api_field("DefaultArguments", _parse_arguments, secret=True)
    progress: float = _api_field("Progress", _parse_float, volatile=True)
    execution_time: float = _api_field("ExecutionTime", _parse_float, volatile=True)
    dpu_seconds: float = _api_field("DPUSeconds", _parse_float, volatile=True)

    @classmethod
    def from_api(cls, shape: Mapping[str, Any], *, strict: bool = True) -> Session:
        """Session of the `Session` structure in a GetSession or ListSessions response.

        Raises ValueError for a value that cannot be read. If `strict` is not set, such a value is neutral.
        """
        values: dict[str, Any] = {}
        for each in fields(cls):
            api_name = each.metadata["api"]
            value = shape.get(api_name)
            if not api_name or value is None:
                continue
            parse = each.metadata["parse"]
            try:
                values[each.name] = parse(value)
            except (AttributeError, OverflowError, TypeError, ValueError) as error:
                if strict:
                    shown = f"a {type(value).__name__}" if each.metadata["secret"] else short_repr(value)
                    raise ValueError(f"{api_name} has an invalid value, {shown}") from error
        return cls(**values).with_role_in("", region="")

    def with_role_in(self, account_id: str, *, region: str) -> Session:
        """The same session with `role_name` and `role_arn`. A bare name belongs to the account of the credentials."""
        if not self.role or self.role.startswith("arn:"):
            return replace(self, role_name=self.role.rpartition("/")[2], role_arn=self.role)
        arn = f"arn:{_partition(region)}:iam::{account_id}:role/{self.role}" if account_id else ""
        return replace(self, role_name=self.role, role_arn=arn)

    def to_state(self) -> dict[str, Any]:
        """Fields that are recorded, as plain JSON values: all except the volatile and the derived ones."""
        return {name: value for name, value in self.to_dict().items() if name in _RECORDED}

    def to_dict(self) -> dict[str, Any]:
        """Every field as a plain JSON value."""
        values = {name: getattr(self, name) for name in _NAMES}
        return values | {
            "command": {"name": self.command.name, "python_version": self.command.python_version},
            "connections": list(self.connections),
            "default_arguments": dict(self.default_arguments),
        }


_NAMES = tuple(f.name for f in fields(Session))

VOLATILE = tuple(f.name for f in fields(Session) if f.metadata["volatile"])
"""Fields that change all the time. They are shown, but never recorded."""

DERIVED = tuple(f.name for f in fields(Session) if f.metadata.get("derived"))
"""Fields that follow from others. They are shown, but never recorded, so they never are a change."""

_RECORDED = frozenset(_NAMES) - {*VOLATILE, *DERIVED}

SECRET = tuple(f.name for f in fields(Session) if f.metadata["secret"])
"""Fields that may hold secrets: job arguments often carry passwords and keys."""


def _partition(region: str) -> str:
    """Partition of a region, the second part of its ARNs (AWS General Reference, "Amazon Resource Names")."""
    prefixes = {"cn-": "aws-cn", "us-gov-": "aws-us-gov", "us-iso-": "aws-iso", "us-isob-": "aws-iso-b"}
    return next((partition for prefix, partition in prefixes.items() if region.startswith(prefix)), "aws")


def session_to_dict(session_id: str, region: str, session: Session, *, secrets: bool = False) -> dict[str, Any]:
    """Id, region and fields of a session, as plain JSON values. Secret fields are left out unless `secrets` is set."""
    values = {name: value for name, value in session.to_dict().items() if secrets or name not in SECRET}
    return {"session_id": session_id, "region": region, **values}


def validate_session_id(session_id: object) -> None:
    """Raise InvalidInput for an id that Glue would refuse."""
    if not isinstance(session_id, str) or not is_valid_id(session_id):
        raise InvalidInput(
            "session_id",
            f"{short_repr(session_id)} is not a Glue session id: use 1 to 255 characters without control characters",
        )
