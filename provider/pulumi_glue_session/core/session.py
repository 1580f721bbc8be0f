"""What a Glue interactive session is: its fields, its statuses and the life that a status can still have.

Rules of this module: pure values, no call to anything, nothing known of Pulumi or boto3. A field that Glue leaves out gets the neutral
value of its type (empty text, 0, no items), because Pulumi shows an absent output as *unknown* in a preview and as `None` in an up.

Fields and statuses: Glue API reference, "Interactive sessions", data types Session and SessionCommand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from pulumi_glue_session.core.errors import (
    InvalidInput,
)
from pulumi_glue_session.core.messages import short_repr

_NEXT: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "PROVISIONING": frozenset({"READY", "FAILED", "TIMEOUT", "STOPPING", "STOPPED"}),
        "READY": frozenset({"STOPPING", "STOPPED", "FAILED", "TIMEOUT"}),
        "STOPPING": frozenset({"STOPPED", "FAILED", "TIMEOUT"}),
        # A session never starts again: one that ended has to be deleted and created anew.
        "STOPPED": frozenset(),
        "FAILED": frozenset(),
        "TIMEOUT": frozenset(),
    }
)
"""Which statuses may follow a status, at once or later."""

STATUSES = frozenset(_NEXT)
"""Every status that the Glue API knew when this was written. A newer one is named as unknown where a gate meets it."""

SET_BY_WAITING = ("status", "error_message", "completed_on")
"""Fields that differ after a wait: unknown in a preview that finds the session on its way."""

_ID_LENGTH = 255


def can_become(status: str, targets: frozenset[str]) -> bool:
    """Whether a session in `status` can still reach one of `targets`."""
    return not targets.isdisjoint(_NEXT.get(status, frozenset()))


def is_valid_id(session_id: str) -> bool:
    """Whether the API would take `session_id` (its NameString: 1 to 255 characters, none of them a control character but tab)."""
    return 0 < len(session_id) <= _ID_LENGTH and all(
        c == "\t" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c > "\uffff" for c in session_id
    )


@dataclass(frozen=True, kw_only=True)
class Command:
    """Command that runs the session: `glueetl` or `gluestreaming`, and its Python version."""

    name: str = ""
    python_version: str = ""


def _from(api_name: str, default: str | float = "", **marks: bool) -> Any:  # noqa: ANN401 - a dataclass field is typed by its annotation
    return field(default=default, metadata={"api": api_name, **marks})


@dataclass(frozen=True, kw_only=True)
class Session:
    """A session as Glue showed it at one moment."""

    status: str = _from("Status")
    role: str = _from("Role")
    glue_version: str = _from("GlueVersion")
    worker_type: str = _from("WorkerType")
    number_of_workers: int = _from("NumberOfWorkers", 0)
    max_capacity: float = _from("MaxCapacity", 0.0)
    idle_timeout: int = _from("IdleTimeout", 0)
    description: str = _from("Description")
    error_message: str = _from("ErrorMessage")
    created_on: str = _from("CreatedOn")
    completed_on: str = _from("CompletedOn")
    security_configuration: str = _from("SecurityConfiguration")
    profile_name: str = _from("ProfileName")
    session_type: str = _from("SessionType")
    command: Command = field(default_factory=Command)
    connections: tuple[str, ...] = ()
    default_arguments: Mapping[str, str] = field(default_factory=dict[str, str], repr=False, metadata={"secret": True})
    progress: float = _from("Progress", 0.0, volatile=True)
    execution_time: float = _from("ExecutionTime", 0.0, volatile=True)
    dpu_seconds: float = _from("DPUSeconds", 0.0, volatile=True)

    @classmethod
    def from_api(cls, shape: Mapping[str, Any]) -> Session:
        """Build it from the `Session` structure of a GetSession or ListSessions answer."""
        plain = {f.name: _plain(shape.get(f.metadata["api"]), f.default) for f in fields(cls) if "api" in f.metadata}
        command: Mapping[str, Any] = shape.get("Command") or {}
        connections: Mapping[str, Any] = shape.get("Connections") or {}
        arguments: Mapping[str, Any] = shape.get("DefaultArguments") or {}
        return cls(
            **plain,
            command=Command(name=_whole(command.get("Name", "")), python_version=_whole(command.get("PythonVersion", ""))),
            connections=tuple(map(_whole, connections.get("Connections") or ())),
            default_arguments={_whole(str(name)): _whole(str(value)) for name, value in arguments.items()},
        )

    def to_state(self) -> dict[str, Any]:
        """What is recorded: every field but the volatile ones, as plain JSON values."""
        return {name: value for name, value in self.to_dict().items() if name not in VOLATILE}

    def to_dict(self) -> dict[str, Any]:
        """Every field as a plain JSON value."""
        return {**asdict(self), "connections": list(self.connections)}


VOLATILE = tuple(f.name for f in fields(Session) if f.metadata.get("volatile"))
"""Fields that differ from look to look without anything having happened: shown as they are now, recorded nowhere."""

SECRET = tuple(f.name for f in fields(Session) if f.metadata.get("secret"))
"""Fields that may hold secrets: job arguments often carry passwords and keys."""


def _plain(value: Any, default: Any) -> Any:  # noqa: ANN401 - values as botocore parsed them
    if value is None:
        return default
    if isinstance(value, datetime):
        # Always in milliseconds and UTC, so that two looks at one session give the same text.
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return _whole(type(default)(value))


def _whole(value: Any) -> Any:  # noqa: ANN401 - as above
    """Value that Pulumi can send: half of a pair, as where a service cuts a text, is shown as a character that is missing (U+FFFD)."""
    if type(value) is not str or value.isascii():
        return value
    return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def session_to_dict(session_id: str, region: str, session: Session, *, secrets: bool = False) -> dict[str, Any]:
    """Everything known of a session, as plain JSON values by the names of the resource's outputs."""
    known = session.to_dict()
    return {"session_id": session_id, "region": region} | {name: value for name, value in known.items() if secrets or name not in SECRET}


def validate_session_id(session_id: object) -> None:
    """Raise InvalidInput for an id that Glue would refuse."""
    if not isinstance(session_id, str) or not is_valid_id(session_id):
        raise InvalidInput(
            "session_id", f"{short_repr(session_id)} is no id of a Glue session: use 1 to 255 characters, none of them a control character"
        )
