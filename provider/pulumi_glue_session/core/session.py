"""A Glue interactive session: fields, statuses and status transitions.

A field that Glue leaves out gets the neutral value of its type (empty string, 0, no items), because Pulumi shows a
missing output as *unknown* in a preview and as `None` in an up.

Fields and statuses: Glue API reference, "Interactive sessions", data types Session and SessionCommand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
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


def _api_field(api_name: str, default: str | float = "", **marks: bool) -> Any:
    return field(default=default, metadata={"api": api_name, **marks})


@dataclass(frozen=True, kw_only=True)
class Session:
    """A session as Glue returned it."""

    status: str = _api_field("Status")
    role: str = _api_field("Role")
    glue_version: str = _api_field("GlueVersion")
    worker_type: str = _api_field("WorkerType")
    number_of_workers: int = _api_field("NumberOfWorkers", 0)
    max_capacity: float = _api_field("MaxCapacity", 0.0)
    idle_timeout: int = _api_field("IdleTimeout", 0)
    description: str = _api_field("Description")
    error_message: str = _api_field("ErrorMessage")
    created_on: str = _api_field("CreatedOn")
    completed_on: str = _api_field("CompletedOn")
    security_configuration: str = _api_field("SecurityConfiguration")
    profile_name: str = _api_field("ProfileName")
    session_type: str = _api_field("SessionType")
    command: Command = field(default_factory=Command)
    connections: tuple[str, ...] = ()
    default_arguments: Mapping[str, str] = field(default_factory=dict[str, str], repr=False, metadata={"secret": True})
    progress: float = _api_field("Progress", 0.0, volatile=True)
    execution_time: float = _api_field("ExecutionTime", 0.0, volatile=True)
    dpu_seconds: float = _api_field("DPUSeconds", 0.0, volatile=True)

    @classmethod
    def from_api(cls, shape: Mapping[str, Any]) -> Session:
        """Session of the `Session` structure in a GetSession or ListSessions response."""
        values = {
            f.name: _to_plain(shape.get(f.metadata["api"]), f.default) for f in fields(cls) if "api" in f.metadata
        }
        command: Mapping[str, Any] = shape.get("Command") or {}
        connections: Mapping[str, Any] = shape.get("Connections") or {}
        arguments: Mapping[str, Any] = shape.get("DefaultArguments") or {}
        return cls(
            **values,
            command=Command(
                name=_replace_surrogates(command.get("Name", "")),
                python_version=_replace_surrogates(command.get("PythonVersion", "")),
            ),
            connections=tuple(map(_replace_surrogates, connections.get("Connections") or ())),
            default_arguments={
                _replace_surrogates(str(name)): _replace_surrogates(str(value)) for name, value in arguments.items()
            },
        )

    def to_state(self) -> dict[str, Any]:
        """Fields that are recorded, as plain JSON values: all except the volatile ones."""
        return {name: value for name, value in self.to_dict().items() if name not in VOLATILE}

    def to_dict(self) -> dict[str, Any]:
        """Every field as a plain JSON value."""
        return {**asdict(self), "connections": list(self.connections)}


VOLATILE = tuple(f.name for f in fields(Session) if f.metadata.get("volatile"))
"""Fields that change all the time. They are shown, but never recorded."""

SECRET = tuple(f.name for f in fields(Session) if f.metadata.get("secret"))
"""Fields that may hold secrets: job arguments often carry passwords and keys."""


def _to_plain(value: Any, default: Any) -> Any:
    if value is None:
        return default
    if isinstance(value, datetime):
        # Always milliseconds and UTC, so that reading a session twice returns the same text.
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return _replace_surrogates(type(default)(value))


def _replace_surrogates(value: Any) -> Any:
    # A service that cuts a text can leave half of a surrogate pair, which Pulumi cannot send. It becomes U+FFFD.
    if type(value) is not str or value.isascii():
        return value
    return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


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
