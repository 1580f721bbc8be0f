"""Exceptions of the package. Each keeps its facts as attributes; `report()` builds the message of one face.

GlueSessionError
├── SessionNotFound       EntityNotFoundException: the session does not exist
├── SessionEnded          the session can no longer get a status that is waited for
├── UnknownStatus         the session has a status that this version does not know
├── WaitedTooLong         the session was still pending when the timeout was over
├── NotAsExpected         the session has another value than expected
├── InvalidInput          an argument is invalid
├── NotOneSession         a filter matches no session, or several, where exactly one is needed
└── LookFailed            Glue could not be read, so nothing is known about the session
    ├── AccessDenied
    ├── BadCredentials    missing, expired or not accepted
    │   └── CredentialsUnavailable  a source of credentials failed: a file, a process, a proxy, STS
    ├── WrongAccount      credentials of an account that is not allowed
    ├── NoRegion
    ├── Misconfigured     AWS settings that boto3 cannot use
    ├── Unreachable
    ├── Throttled
    ├── ServiceFault
    ├── OutOfThreads      the process cannot start a thread (not exported)
    └── Refused           any other error of the service
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Final, cast

from pulumi_glue_session.core.console import session_links
from pulumi_glue_session.core.messages import (
    ErrorReport,
    Hints,
    format_duration,
    join_statuses,
    mask_passwords,
    sanitize,
)

_PYTHON = Hints()

HIDDEN: Final = "[secret]"
"""Stands in messages for a value that the program has declared secret."""

_MAX_IDS = 5
"""Session ids that an error about several sessions lists."""


def _restore(kind: type[GlueSessionError], state: dict[str, Any]) -> GlueSessionError:
    error = kind.__new__(kind)
    error.__dict__.update(state)
    error.args = (str(error),)
    return error


class GlueSessionError(Exception):
    """Base of all exceptions of this package. `str()` gives the message for a Pulumi program in Python."""

    def __init__(self) -> None:
        super().__init__(str(self.report()))

    def report(self, hints: Hints = _PYTHON) -> ErrorReport:
        """Message in parts, with the names that `hints` gives to settings."""
        raise NotImplementedError

    def __str__(self) -> str:
        return str(self.report())

    def __reduce__(self) -> tuple[Any, ...]:
        # The default calls the constructor with `args`, which is the message and not the facts.
        return _restore, (type(self), self.__dict__)


class InvalidInput(GlueSessionError):
    """An argument is invalid. `input_name` is its name, for instance `aws.max_retries`."""

    def __init__(self, input_name: str, reason: str | Callable[[Hints], str]) -> None:
        """`reason` names the value and what is accepted; a callable builds it from the names of a face."""
        self.input_name = sanitize(input_name)
        self._reason = reason
        super().__init__()

    def report(self, hints: Hints = _PYTHON) -> ErrorReport:
        """One sentence, without the name of the input."""
        return ErrorReport(fact=self.reason(hints))

    def reason(self, hints: Hints = _PYTHON) -> str:
        """The sentence on one line, however long."""
        return sanitize(self._reason if isinstance(self._reason, str) else self._reason(hints))

    def without_value(self) -> InvalidInput:
        """The error for a value that is secret."""
        return InvalidInput(self.input_name, "the value is invalid, and not shown because it is secret")

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (type(self), {**self.__dict__, "_reason": self.reason()})


class _SessionError(GlueSessionError):
    """An error about one session that Glue was asked for."""

    def __init__(self, session_id: str, *, region: str) -> None:
        self.session_id = session_id
        self.region = region
        super().__init__()

    @property
    def _subject(self) -> str:
        return f'Glue session "{sanitize(self.session_id)}" ({sanitize(self.region)})'


class SessionNotFound(_SessionError):
    """Glue answered EntityNotFoundException: the session does not exist in this account and region."""

    def report(self, hints: Hints = _PYTHON) -> ErrorReport:
        """Fact and next step."""
        return ErrorReport(
            fact=f"Not found: {self._subject}",
            next_step=f"check {hints.spell('session_id')}, the region and the account, "
            "ask the session's owner to start it, or name another session",
        )


class SessionEnded(_SessionError):
    """The session has a status that can no longer become one of the statuses that are waited for."""

    def __init__(
        self,
        session_id: str,
        *,
        region: str,
        status: str,
        targets: frozenset[str],
        error_message: str = "",
        logs: Sequence[str] = (),
        console: str = "",
    ) -> None:
        """`error_message` is the reason that Glue gives; `logs` are the last lines of the session's system logs.

        `console` is the address of the AWS console, if it is known.
        """
        self.status = status
        self.targets = targets
        self.error_message = error_message
        self.logs = tuple(logs)
        self.console = console
        super().__init__(session_id, region=region)

    def report(self, hints: Hints = _PYTHON) -> ErrorReport:
        """Fact, Glue's reason, log lines, links and next step."""
        says = [("Glue says", sanitize(self.error_message))] if self.error_message else []
        logs = [("", f"| {sanitize(line)}") for line in self.logs]
        return ErrorReport(
            fact=f"{sanitize(self.status)}, will not become {join_statuses(self.targets)}: {self._subject}",
            details=(*says, *logs, *session_links(self.console, self.region, self.session_id)),
            next_step="ask the session's owner to start it again, name another session, "
            f"or {hints.skip_wait} to go on without waiting",
        )


class UnknownStatus(_SessionError):
    """The session has a status that this version does not know, so it cannot tell whether to wait."""

    def __init__(self, session_id: str, *, region: str, status: str, targets: frozenset[str]) -> None:
        self.status = status
        self.targets = targets
        super().__init__(session_id, region=region)

    def report(self, hints: Hints = _PYTHON) -> ErrorReport:
        """Fact and next step."""
        return ErrorReport(
            fact=f"Unknown status {sanitize(self.status)}, "
            f"cannot tell whether it becomes {join_statuses(self.targets)}: {self._subject}",
            next_step=f"upgrade pulumi-glue-session, or {hints.skip_wait} to take the session as it is",
        )


class WaitedTooLong(_SessionError):
    """The session was still pending when the timeout was over."""

    def __init__(
        self,
        session_id: str,
        *,
        region: str,
        status: str,
        targets: frozenset[str],
        seconds: float,
        polls: int,
        reason: str = "",
        console: str = "",
    ) -> None:
        """`status` is the last of `polls` reads; `reason` is the error that the last read ended with.

        `console` is the address of the AWS console, if it is known.
        """
        self.status = status
        self.targets = targets
        self.seconds = seconds
        self.polls = polls
        self.reason = reason
        self.console = console
        super().__init__(session_id, region=region)

    def report(self, hints: Hints = _PYTHON) -> ErrorReport:
        """Fact, links and next step."""
        last = [("Last read", self.reason)] if self.reason else []
        return ErrorReport(
            fact=f"Still {sanitize(self.status)} after {format_duration(self.seconds)}, "
            f"not {join_statuses(self.targets)}: {self._subject}",
            details=(*last, *session_links(self.console, self.region, self.session_id)),
            next_step=f"raise {hints.spell('timeout')}, or ask the session's owner why it takes so long",
        )


@dataclass(frozen=True, kw_only=True)
class Mismatch:
    """A field that differs from what is expected. `expected` and `found` are printable."""

    name: str
    expected: str
    found: str

    def describe(self, hints: Hints = _PYTHON) -> str:
        """One line: `glue_version: expected at least "5.0", found "4.0"`."""
        return f"{hints.spell(self.name)}: expected {self.expected}, found {self.found}"


class NotAsExpected(_SessionError):
    """Values of the session differ from what is expected."""

    def __init__(self, session_id: str, *, region: str, mismatches: Sequence[Mismatch]) -> None:
        self.mismatches = tuple(mismatches)
        super().__init__(session_id, region=region)

    def report(self, hints: Hints = _PYTHON) -> ErrorReport:
        """Fact, a line for each mismatch, and next step."""
        return ErrorReport(
            fact=f"Not as expected: {self._subject}",
            details=tuple(("", sanitize(each.describe(hints))) for each in self.mismatches),
            next_step=f"name a session that matches, or correct {hints.spell('expect')}",
        )


class NotOneSession(GlueSessionError):
    """A filter matches no session, or several, where exactly one is needed."""

    def __init__(self, criteria: Sequence[tuple[str, str]], *, region: str, found: Sequence[str]) -> None:
        """`criteria` are input names and values of the filter; `found` are the ids that match, newest first."""
        self.criteria = tuple(criteria)
        self.region = region
        self.found = tuple(found)
        super().__init__()

    def report(self, hints: Hints = _PYTHON) -> ErrorReport:
        """Fact, matching ids, and next step."""
        criteria = "; ".join(f"{hints.spell(name)} {sanitize(text)}" for name, text in self.criteria)
        where = f"{criteria} ({sanitize(self.region)})" if criteria else f"an empty filter ({sanitize(self.region)})"
        if not self.found:
            return ErrorReport(
                fact=f"No Glue session matches {where}",
                next_step="start a session, or correct the filter, the region or the account",
            )
        ids = ", ".join(map(sanitize, self.found[:_MAX_IDS]))
        more = f" and {len(self.found) - _MAX_IDS} more" if len(self.found) > _MAX_IDS else ""
        return ErrorReport(
            fact=f"{len(self.found)} Glue sessions match {where}",
            details=(("Matches", f"{ids}{more}"),),
            next_step=f"narrow the filter down to one session, or use {hints.list_sessions}",
        )


class LookFailed(GlueSessionError):
    """Glue could not be read, so nothing is known about the session. Never a reason to drop it from the state."""

    is_transient: ClassVar[bool] = False
    """Whether a wait goes on after this error, once the session has been read."""
    is_transient_before_first_read: ClassVar[bool] = False
    """Whether a wait goes on after this error, even if the session has not been read yet."""
    what: ClassVar[str]

    def __init__(self, subject: str, *, region: str, detail: str = "", detail_label: str = "Reason") -> None:
        """`subject` is what was read, such as `Glue session "analytics"`; `detail` is the reason of AWS or boto3."""
        self.subject = subject
        self.region = region
        self.detail = mask_passwords(detail)
        self.detail_label = detail_label
        super().__init__()

    def report(self, hints: Hints = _PYTHON) -> ErrorReport:
        """Fact, what the service says, and next step."""
        where = f" ({sanitize(self.region)})" if self.region else ""
        return ErrorReport(
            fact=f"{self.what.replace('Glue', self._service, 1)}: {sanitize(self.subject)}{where}",
            details=((self.detail_label, sanitize(self.detail)),) if self.detail else (),
            next_step=self._next_step(hints),
        )

    def about(self, subject: str) -> LookFailed:
        """The same error about another subject."""
        return cast("LookFailed", _restore(type(self), {**self.__dict__, "subject": subject}))

    @property
    def _service(self) -> str:
        """Service that answered: Glue, or the one that was asked for credentials."""
        return self.detail_label.removesuffix(" says") if self.detail_label.endswith(" says") else "Glue"

    def _next_step(self, hints: Hints) -> str:
        raise NotImplementedError


class AccessDenied(LookFailed):
    """The credentials may not read the session, which may exist all the same."""

    what = "Access denied"

    def __init__(
        self,
        subject: str,
        *,
        region: str,
        detail: str = "",
        detail_label: str = "Reason",
        action: str = "glue:GetSession",
        is_refresh: bool = False,
    ) -> None:
        """`action` is the IAM action that is missing. `is_refresh` adds that the session may be deleted."""
        self.action = action
        self.is_refresh = is_refresh
        super().__init__(subject, region=region, detail=detail, detail_label=detail_label)

    def _next_step(self, hints: Hints) -> str:
        deleted = (
            ". A policy with a condition on tags also denies a session that was deleted: "
            f"if it was, run {hints.forget_record}"
        )
        return (
            f"allow {self.action} to {hints.role}, or use the credentials of the session's owner: "
            f"a restricted role sees only the sessions that it created{deleted if self.is_refresh else ''}"
        )

    def in_refresh(self) -> AccessDenied:
        """The same error about a refresh."""
        return AccessDenied(
            self.subject,
            region=self.region,
            detail=self.detail,
            detail_label=self.detail_label,
            action=self.action,
            is_refresh=True,
        )


class BadCredentials(LookFailed):
    """No credentials were found, or AWS did not accept them."""

    what = "AWS credentials are missing, expired or not accepted"

    def __init__(
        self,
        subject: str,
        *,
        region: str,
        detail: str = "",
        detail_label: str = "Reason",
        source: str = "",
        remedy: str = "",
    ) -> None:
        """`source` is where the credentials come from, such as `profile "ci"`; `remedy` is what to do about it."""
        self.source = mask_passwords(source)
        self.remedy = remedy
        super().__init__(subject, region=region, detail=detail, detail_label=detail_label)

    def report(self, hints: Hints = _PYTHON) -> ErrorReport:
        """Fact, source of the credentials, reason and next step."""
        report = super().report(hints)
        source = (("Source", sanitize(self.source)),) if self.source else ()
        return replace(report, details=(*source, *report.details))

    def _next_step(self, hints: Hints) -> str:
        return sanitize(self.remedy) or f"sign in again, or set {hints.profile}"


class CredentialsUnavailable(BadCredentials):
    """A source of credentials failed or did not answer in time. Glue was not called."""

    what = "AWS credentials could not be resolved"
    is_transient = True


class WrongAccount(LookFailed):
    """The credentials belong to an account that is not allowed. Glue was not called."""

    what = "AWS account is not allowed"

    def _next_step(self, hints: Hints) -> str:
        return f"use credentials of an allowed account, or correct {hints.allowed_accounts}"


class NoRegion(LookFailed):
    """No AWS region is configured."""

    what = "No AWS region is set"

    def _next_step(self, hints: Hints) -> str:
        return f"set {hints.region}"


class Misconfigured(LookFailed):
    """The AWS configuration cannot be used. Nothing was called."""

    what = "AWS configuration cannot be used"

    def _next_step(self, hints: Hints) -> str:  # noqa: ARG002 - the same in every face
        return "correct the region, profile, endpoint URL or file that is named here"


class Unreachable(LookFailed):
    """No usable answer arrived: no route, no name, no connection, no answer in time, or a broken one."""

    what = "No usable answer from Glue"
    is_transient = True

    def _next_step(self, hints: Hints) -> str:  # noqa: ARG002 - the same in every face
        return "check the network, the region and the endpoint URL if one is set"


class Throttled(LookFailed):
    """Glue throttled the request, and all retries too."""

    what = "Throttled by Glue after all retries"
    is_transient = True
    is_transient_before_first_read = True

    def _next_step(self, hints: Hints) -> str:  # noqa: ARG002 - the same in every face
        quotas = ", or ask AWS for higher quotas of GetSession and ListSessions"
        return f"try again later{quotas if self._service == 'Glue' else ''}"


class ServiceFault(LookFailed):
    """Glue failed, and failed again at all retries."""

    what = "Glue failed after all retries"
    is_transient = True
    is_transient_before_first_read = True

    def _next_step(self, hints: Hints) -> str:  # noqa: ARG002 - the same in every face
        return "try again later, and see the AWS Health Dashboard if it continues"


class OutOfThreads(LookFailed):
    """The process cannot start a thread, so Glue was not called."""

    what = "Cannot start a thread"
    is_transient = True
    is_transient_before_first_read = True

    def __init__(self, detail: str) -> None:
        super().__init__("a read of AWS Glue", region="", detail=detail)

    def _next_step(self, hints: Hints) -> str:  # noqa: ARG002 - the same in every face
        return "run fewer programs at once, or raise the limit of processes (ulimit -u)"


class Refused(LookFailed):
    """Glue answered an error that none of the other classes covers, for instance InvalidInputException."""

    what = "Glue refused the request"

    def _next_step(self, hints: Hints) -> str:  # noqa: ARG002 - the same in every face
        return "correct what Glue names"


def without_values(error: GlueSessionError, names: Collection[str]) -> GlueSessionError:
    """The error without the values of these inputs or fields of the session."""
    if isinstance(error, InvalidInput) and re.split(r"[.\[]", error.input_name)[0] in names:
        return error.without_value()
    if isinstance(error, NotOneSession):
        criteria = tuple((name, HIDDEN if name in names else text) for name, text in error.criteria)
        return _restore(type(error), {**error.__dict__, "criteria": criteria})
    if isinstance(error, NotAsExpected):
        mismatches = tuple(replace(each, found=HIDDEN) if each.name in names else each for each in error.mismatches)
        return _restore(type(error), {**error.__dict__, "mismatches": mismatches})
    if isinstance(error, SessionEnded) and error.error_message and "error_message" in names:
        return _restore(type(error), {**error.__dict__, "error_message": HIDDEN})
    return error
