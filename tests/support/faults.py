"""Faults: the rows of the matrix in tests/acceptance/test_faults.py and tests/wire/test_faults.py.

A command succeeds under a fault, or fails with the message of the fault's error. Three sessions, a, b and c, were
recorded with the description "before" and now have the description "after".
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import metadata
from typing import TypeAlias
from urllib.parse import urlsplit

from packaging.version import Version

from pulumi_glue_session.core import errors
from support.fault_commands import ALL, SESSIONS, A, B, Command
from support.glue_endpoint import (
    DEFAULTS,
    GONE,
    Answer,
    GlueEndpoint,
    Step,
    answer,
    cut_short,
    drip,
    endless,
    error,
    invalid_json,
    looks,
    reset,
    same_page,
    server_fault,
    slow,
    step,
    throttled,
    verbatim,
)
from support.pulumi_project import REGION
from torture import LONG

AFTER = "after"

_TIMEOUT = 8
"""Seconds of a wait that times out: enough for two polls on a busy machine."""


@dataclass(kw_only=True)
class Stage:
    """An endpoint with three READY sessions, and the environment of the command."""

    glue: GlueEndpoint
    behind_tls: GlueEndpoint
    """An endpoint with an unknown certificate."""
    command: Command
    env: dict[str, str] = field(default_factory=dict)

    def put(self, session_id: str, first: str | Step, /, *others: str | Step) -> None:
        """A session with one status per read. A command that waits reads PROVISIONING first."""
        before = ["PROVISIONING"] if self.command.waits else []
        self.glue.put(session_id, looks(*before, first, *others), Description=AFTER)

    def fail(
        self,
        fault: Answer,
        operation: str = "*",
        *,
        session_id: str | None = None,
        every: int = 1,
        seconds: float = 1e9,
    ) -> None:
        """A fault, which begins after the first read of a command that waits."""
        after = 1 if self.command.waits else 0
        self.glue.fail(operation, fault, session_id=session_id, every=every, after=after, seconds=seconds)

    def placeholders(self) -> Mapping[str, str]:
        """Values of placeholders in details."""
        return {"url": self.glue.url, "tls_url": self.behind_tls.url, "refusal": self._refusal()}

    def _refusal(self) -> str:
        """Error of OpenSSL for the certificate."""
        address = urlsplit(self.behind_tls.url)
        try:
            with socket.create_connection((str(address.hostname), address.port)) as plain:
                ssl.create_default_context().wrap_socket(plain, server_hostname=address.hostname)
        except ssl.SSLError as refusal:
            return str(refusal)
        raise AssertionError("the certificate is trusted")


Lay: TypeAlias = Callable[[Stage], None]


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A fault and the commands that it affects. Without an error every command succeeds."""

    name: str
    lay: Lay
    error: type[errors.GlueSessionError] | None = None
    details: Sequence[str] = ("",)
    """Possible details of the message, one of which appears."""
    hits: Callable[[Command], bool] = lambda _: True
    """Commands that fail; the others succeed."""
    about: Sequence[str] = ()
    """Subjects of errors, if not all sessions of the command."""
    from_the_start: bool = False
    """It begins before the first read of a command that waits."""
    retries: int = 1
    leaves: Sequence[str] = ()
    """Records that a refresh removes."""
    described: frozenset[str] = frozenset({AFTER})
    """Descriptions that a successful command can read."""

    def timeout(self, command: Command) -> str:
        """Timeout of the command: long, or short if the fault affects it."""
        return f"{_TIMEOUT}s" if self.hits(command) and self.error else "90s"

    def facts(self, command: Command) -> set[str]:
        """Possible first lines of the command's error messages."""
        subjects = [each for each in command.about if each in self.about] or command.about
        ids = [each for each in SESSIONS if f'Glue session "{each}"' in subjects]
        ready = frozenset({"READY"})
        if self.error is errors.SessionNotFound:
            return {errors.SessionNotFound(each, region=REGION).report().fact for each in ids}
        if self.error is errors.UnknownStatus:
            kind = errors.UnknownStatus
            return {kind(each, region=REGION, status=STRANGE, targets=ready).report().fact for each in ids}
        if self.error is None or not issubclass(self.error, errors.LookFailed):
            raise TypeError(self.error)
        if command.waits and self.error.is_transient and not self.from_the_start:
            timeout = errors.WaitedTooLong(
                "a", region=REGION, status="PROVISIONING", targets=ready, seconds=_TIMEOUT, polls=2
            )
            return {timeout.report().fact}
        return {f"{self.error.what}: {each} ({REGION})" for each in subjects}


@contextmanager
def staged(fault: Fault, command: Command, behind_tls: GlueEndpoint) -> Iterator[Stage]:
    """A stage with the sessions and the fault."""
    with GlueEndpoint() as glue:
        stage = Stage(glue=glue, behind_tls=behind_tls, command=command, env={"AWS_ENDPOINT_URL": glue.url})
        for each in SESSIONS:
            stage.put(each, "READY")
        fault.lay(stage)
        yield stage


def problem_after_retries(attempt: Callable[[], str]) -> str:
    """Problem of an attempt, empty if there is none.

    A slow machine can take the whole timeout of a wait for its first read. Such an attempt is repeated.
    """
    problem = attempt()
    for _ in range(4):
        if f"no answer for {_TIMEOUT}s" not in problem:
            break
        problem = attempt()
    return problem


def strikes(fault: Answer, *, every: int = 1, seconds: float = 1e9) -> Lay:
    """The fault in every response."""
    return lambda stage: stage.fail(fault, every=every, seconds=seconds)


def lists(fault: Answer) -> Lay:
    """The fault in responses of ListSessions."""
    return lambda stage: stage.fail(fault, "ListSessions")


def of(session_id: str, fault: Answer) -> Lay:
    """The fault in responses about one session."""
    return lambda stage: stage.fail(fault, "GetSession", session_id=session_id)


def leads_to(url: str) -> Lay:
    """Another endpoint URL."""
    return lambda stage: stage.env.update(AWS_ENDPOINT_URL=url.format(**stage.placeholders()))


def shows(session_id: str, first: str | Step, /, *others: str | Step) -> Lay:
    """A session with one status per read."""
    return lambda stage: stage.put(session_id, first, *others)


def all_of(*lays: Lay) -> Lay:
    """Several faults at once."""

    def lay(stage: Stage) -> None:
        for each in lays:
            each(stage)

    return lay


def page(**described: str) -> Answer:
    """A list of sessions with these descriptions."""
    sessions = [{**DEFAULTS, "Id": each, "Status": "READY", "Description": text} for each, text in described.items()]
    return answer({"Ids": list(described), "Sessions": sessions})


STRANGE = "HIBERNATING"
_FROM_THE_FUTURE = {**DEFAULTS, "Status": STRANGE, "Description": AFTER, "Mood": {"Calm": [True]}}
_CREATED_AGAIN = {"CreatedOn": datetime(2026, 2, 1, tzinfo=UTC)}
_NOT_AUTHORIZED = "User: arn:aws:iam::123456789012:user/ci is not authorized"
_TORN = (
    "an answer without a session or its status",
    "an answer without sessions or their ids",
    "an answer that can't be read: 'Id'",
)
_CLOSED = ('Connection was closed before we received a valid response from endpoint URL: "{url}/"',)
_CUT_SHORT = _TORN if Version(metadata.version("boto3")) >= Version("1.43.115") else _CLOSED
"""Older versions check Content-Length."""
_A_WHILE = 30 if LONG else 5
"""Seconds: 30 in `make torture`, 5 in `make full`.

Only a wait outlasts it. A command without a wait gives up after its last attempt, which can be 14 s after the first
one: boto3 slows down to one request in two seconds. So for such a command the fault lasts until it has ended.
"""

FAULTS = (
    Fault(name="every second call throttled", lay=strikes(throttled(), every=2)),
    Fault(
        name="throttling for 30 s on end",
        lay=lambda stage: stage.fail(throttled(), seconds=_A_WHILE if stage.command.tolerates_transient else 1e9),
        error=errors.Throttled,
        details=["ThrottlingException: Rate exceeded", "because boto3 slows throttled requests down"],
        hits=lambda command: not command.tolerates_transient,
    ),
    Fault(
        name="throttling",
        lay=strikes(throttled()),
        error=errors.Throttled,
        details=["ThrottlingException: Rate exceeded", "because boto3 slows throttled requests down"],
    ),
    Fault(
        name="500",
        lay=strikes(server_fault()),
        error=errors.ServiceFault,
        details=["InternalServiceException: Internal service error"],
    ),
    Fault(name="503", lay=strikes(server_fault(503)), error=errors.ServiceFault, details=["503: Service Unavailable"]),
    Fault(name="every second call a 503", lay=strikes(server_fault(503), every=2)),
    Fault(
        name="connection refused",
        lay=leads_to("http://127.0.0.1:9"),
        error=errors.Unreachable,
        details=['Could not connect to the endpoint URL: "http://127.0.0.1:9/"'],
        from_the_start=True,
    ),
    Fault(name="reset in mid-body", lay=strikes(reset()), error=errors.Unreachable, details=_CLOSED),
    Fault(name="body cut short", lay=strikes(cut_short()), error=errors.Unreachable, details=_CUT_SHORT),
    Fault(name="invalid JSON", lay=strikes(invalid_json()), error=errors.Unreachable, details=_TORN),
    Fault(
        name="an empty Session",
        lay=strikes(answer({"Session": {}, "Sessions": [{}]})),
        error=errors.Unreachable,
        details=_TORN,
    ),
    Fault(
        name="a Session with unknown fields and an unknown status",
        lay=all_of(*(shows(each, verbatim({**_FROM_THE_FUTURE, "Id": each})) for each in SESSIONS)),
        error=errors.UnknownStatus,
        hits=lambda command: command.checks_status,
    ),
    Fault(
        name="a flapping status",
        lay=all_of(*(shows(each, "READY", *["PROVISIONING", "READY"] * 20) for each in SESSIONS)),
    ),
    Fault(
        name="DNS failure",
        lay=leads_to("http://glue.invalid"),
        error=errors.Unreachable,
        details=['Could not connect to the endpoint URL: "http://glue.invalid/"'],
        from_the_start=True,
    ),
    Fault(
        name="TLS failure",
        lay=leads_to("{tls_url}"),
        error=errors.Unreachable,
        details=["SSL validation failed for {tls_url}/ {refusal}"],
        from_the_start=True,
    ),
    Fault(
        name="a response after 60 s",
        lay=strikes(slow(60)),
        error=errors.Unreachable,
        # A wait ends at its timeout.
        details=['Read timeout on endpoint URL: "{url}/"', "no answer for "],
        retries=0,
    ),
    Fault(
        name="a response that drips for 60 s",
        lay=strikes(drip(60)),
        error=errors.Unreachable,
        details=["no complete answer within 15s", "no answer for "],
        retries=0,
    ),
    Fault(
        name="expired token",
        lay=strikes(error("ExpiredTokenException", "The security token is expired")),
        error=errors.BadCredentials,
        details=["ExpiredTokenException: The security token is expired"],
    ),
    Fault(
        name="access denied on one of many",
        lay=all_of(
            lists(error("AccessDeniedException", _NOT_AUTHORIZED)),
            of("b", error("AccessDeniedException", _NOT_AUTHORIZED)),
        ),
        error=errors.AccessDenied,
        details=[f"AccessDeniedException: {_NOT_AUTHORIZED}"],
        hits=lambda command: command.wants_whole_list or B in command.about,
        about=[B],
    ),
    Fault(
        name="a list with a stale entry",
        lay=lists(page(a=AFTER, b="before", c=AFTER)),
        described=frozenset({AFTER, "before"}),
    ),
    Fault(name="a list that lacks an entry", lay=lists(page(a=AFTER, c=AFTER))),
    Fault(
        name="an endless NextToken",
        lay=lists(endless()),
        error=errors.Unreachable,
        details=["a list that does not end"],
        hits=lambda command: command.wants_whole_list,
        about=[ALL],
    ),
    Fault(
        name="a page with the same token",
        lay=lists(same_page()),
        error=errors.Unreachable,
        details=["a list that does not end"],
        hits=lambda command: command.wants_whole_list,
        about=[ALL],
    ),
    Fault(
        name="deleted and created again between two looks",
        lay=shows("a", step("PROVISIONING", **_CREATED_AGAIN), step("READY", **_CREATED_AGAIN)),
    ),
    Fault(
        name="deleted, seen to be gone, and created again",
        lay=shows("a", GONE, *[GONE] * 4, step("READY", **_CREATED_AGAIN)),
        error=errors.SessionNotFound,
        # A refresh does not fail: it removes the record, which `leaves` names.
        hits=lambda command: not command.drops_missing and not command.wants_whole_list,
        about=[A],
        leaves=["a"],
    ),
)
