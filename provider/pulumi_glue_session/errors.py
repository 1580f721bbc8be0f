"""Everything that can go wrong between a program and a session, each said in one sentence.

    GlueSessionError
    ├── SessionNotFound       Glue has no such session (EntityNotFoundException, and nothing else)
    ├── SessionEnded          its status can no longer become one that is waited for
    ├── UnknownStatus         a status that this version does not know, met by a gate
    ├── WaitedTooLong         still on its way when the time was up
    ├── NotAsExpected         a value that the program expects to be another
    ├── InvalidInput          an argument that Glue would refuse, or that means nothing
    ├── NotOneSession         no session, or several, where a program picks exactly one
    └── LookFailed            Glue was not seen at all
        ├── AccessDenied
        ├── BadCredentials    none, expired or not accepted
        ├── WrongAccount      credentials of an account that the program doesn't allow
        ├── NoRegion
        ├── Misconfigured     AWS settings that boto3 itself can't use
        ├── Unreachable
        ├── Throttled
        ├── ServiceFault
        └── Refused           any other error that the service answers

Rules of this module: a constructor takes facts and builds the sentence: which session, which region, what was seen, what to do next.
Only `SessionNotFound` means gone. Nothing here knows of Pulumi or boto3.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from pulumi_glue_session.terms import spoken
from pulumi_glue_session.words import in_words, printable, spell

__all__ = [
    "AccessDenied",
    "BadCredentials",
    "GlueSessionError",
    "InvalidInput",
    "LookFailed",
    "Misconfigured",
    "NoRegion",
    "NotAsExpected",
    "NotOneSession",
    "Refused",
    "ServiceFault",
    "SessionEnded",
    "SessionNotFound",
    "Throttled",
    "UnknownStatus",
    "Unreachable",
    "WaitedTooLong",
    "WrongAccount",
]

_NAMED = 5
"""Sessions named in an error about several: enough to see which."""


def _restored(kind: type[GlueSessionError], arguments: tuple[Any, ...], attributes: dict[str, Any]) -> GlueSessionError:
    error = kind.__new__(kind, *arguments)
    error.__dict__.update(attributes)
    return error


class GlueSessionError(Exception):
    """Base of all errors of this package. `str()` of each is one sentence for a person."""

    pickled_as: ClassVar[type[GlueSessionError] | None] = None
    """Class to restore it as, where its own is made as the program runs."""

    def __init__(self, sentence: str) -> None:
        """Keep the sentence as the only argument, so that the error pickles and prints alike."""
        super().__init__(sentence)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the sentence: a constructor takes facts, which are no longer known."""
        return _restored, (self.pickled_as or type(self), self.args, self.__dict__)


class InvalidInput(GlueSessionError):
    """An argument that Glue would refuse, or that means nothing. `input_name` names it."""

    def __init__(self, input_name: str, reason: str) -> None:
        """`reason` says what was given and what is expected."""
        super().__init__(printable(reason))
        self.input_name = printable(input_name)


class SessionNotFound(GlueSessionError):
    """Glue answered EntityNotFoundException: there is no such session for this account and region."""

    def __init__(self, session_id: str, *, region: str) -> None:
        """Say where it was looked for."""
        super().__init__(
            f'Glue session "{printable(session_id)}" was not found in {printable(region)}: '
            f"create it, or correct {spoken().spelled('session_id')}, the region or the account that is asked, and run again."
        )


class SessionEnded(GlueSessionError):
    """The session's status can no longer become one that is waited for."""

    def __init__(
        self,
        session_id: str,
        *,
        region: str,
        status: str,
        targets: frozenset[str],
        error_message: str = "",
        logs: Sequence[str] = (),
    ) -> None:
        """`error_message` is Glue's own reason, where it gave one; `logs` are lines of its logs, where the program asked for them."""
        because = f" (Glue says: {printable(error_message)})" if error_message else ""
        super().__init__(
            f'Glue session "{printable(session_id)}" in {printable(region)} is {printable(status)}{because} and will not become '
            f"{in_words(targets)}: delete it and create it again, or name another session, and run again."
            + "".join(f"\n  | {printable(line)}" for line in logs)
        )


class UnknownStatus(GlueSessionError):
    """A gate met a status that this version does not know, so whether to wait can't be judged."""

    def __init__(self, session_id: str, *, region: str, status: str, targets: frozenset[str]) -> None:
        """Name the status as Glue gave it."""
        super().__init__(
            f'Glue session "{printable(session_id)}" in {printable(region)} has the status {printable(status)}, which this version of '
            f"pulumi-glue-session does not know, so it can't tell whether {in_words(targets)} will follow: "
            f"install a newer pulumi-glue-session, or {spoken().as_it_is} to take the session as it is."
        )


class WaitedTooLong(GlueSessionError):
    """The session was still on its way when the time was up."""

    def __init__(self, session_id: str, *, region: str, status: str, targets: frozenset[str], seconds: float, looks: int) -> None:
        """`status` is the last one seen, `looks` how often it was looked at."""
        super().__init__(
            f'Glue session "{printable(session_id)}" in {printable(region)} did not become {in_words(targets)} within {spell(seconds)} '
            f"({looks} {'look' if looks == 1 else 'looks'}, at last {printable(status)}): "
            "raise timeout, or find out why the session takes so long, and run again."
        )


class NotAsExpected(GlueSessionError):
    """Values of the session differ from what the program expects. The sentence is followed by a line for each."""

    def __init__(self, session_id: str, *, region: str, differences: Sequence[str]) -> None:
        """`differences` are lines that say what was expected and what was found."""
        lines = "".join(f"\n  {printable(line)}" for line in differences)
        super().__init__(
            f'Glue session "{printable(session_id)}" in {printable(region)} is not as expected: name a session that is, or correct expect, '
            f"and run again.{lines}"
        )


class NotOneSession(GlueSessionError):
    """A program picks exactly one session, and there is none that fits, or more than one."""

    def __init__(self, wanted: str, *, region: str, found: Sequence[str]) -> None:
        """`wanted` says what was asked for, as `tags team=etl`; `found` are the ids of those that fit, newest first."""
        if found:
            shown = ", ".join(printable(each) for each in found[:_NAMED]) + (
                f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
            )
            seen = f"{len(found)} Glue sessions in {printable(region)} fit {printable(wanted)} ({shown})"
            remedy = f"narrow it down to one, or use {spoken().several}"
        else:
            seen = f"No Glue session in {printable(region)} fits {printable(wanted)}"
            remedy = "start one, or correct what is asked for, the region or the account that is asked"
        super().__init__(f"{seen}: {remedy}, and run again.")


class LookFailed(GlueSessionError):
    """Glue was not seen: nothing is known of the session. Never a reason to forget it."""

    passes: ClassVar[bool] = False
    """Whether it may pass by itself, so that a wait goes on once the session has been seen."""
    passes_at_first: ClassVar[bool] = False
    """Whether a wait goes on even if the session has not been seen yet."""
    what: ClassVar[str]
    remedy: str
    named: ClassVar[str] = ""
    """Which of the front's `Terms` the remedy names, at its mark."""

    def __init__(self, subject: str, *, region: str, detail: str = "") -> None:
        """`subject` is what was asked for, as `Glue session "analytics"`; `detail` is the service's or the client's own text."""
        seen = f" ({printable(detail)})" if detail else ""
        where = f" in {printable(region)}" if region else ""
        remedy = self.remedy.format(getattr(spoken(), self.named)) if self.named else self.remedy
        super().__init__(f"{printable(subject)}{where} could not be read: {self.what}{seen}; {remedy}.")


class AccessDenied(LookFailed):
    """The caller may not see the session; the session may exist all the same."""

    what = "Glue denied access"

    def __init__(self, subject: str, *, region: str, detail: str = "", action: str = "glue:GetSession") -> None:
        """`action` is the IAM action that is missing."""
        self.remedy = (
            f"allow {action} to {spoken().role}, or ask as the session's owner: the session may exist, "
            "since a restricted role sees only the sessions it created"
        )
        super().__init__(subject, region=region, detail=detail)


class BadCredentials(LookFailed):
    """No credentials were found, or Glue did not accept those found."""

    what = "there are no AWS credentials that Glue accepts"
    remedy = "sign in, or name a profile that works ({}), and run again"
    named = "profile"


class WrongAccount(LookFailed):
    """The credentials are those of an account that the program doesn't allow: nothing was asked of Glue."""

    what = "the credentials belong to another account than is allowed"
    remedy = "use credentials of an allowed account, or correct {}, and run again"
    named = "accounts"


class NoRegion(LookFailed):
    """No region is configured anywhere."""

    what = "no AWS region is set"
    remedy = "set {}, and run again"
    named = "region"


class Misconfigured(LookFailed):
    """The AWS configuration of this machine can't be used: nothing was asked."""

    what = "the AWS configuration can't be used"
    remedy = "correct what is named (region, profile, endpoint URL or a file of the AWS configuration) and run again"


class Unreachable(LookFailed):
    """No answer came: no route, no name, no connection, no answer in time, or a broken one."""

    what = "Glue's endpoint gave no usable answer"
    remedy = "check the network, the region and any endpoint URL, and run again"
    passes = True


class Throttled(LookFailed):
    """Glue asked for fewer calls, beyond all retries."""

    what = "Glue throttled the request, beyond all retries"
    remedy = "run again in a while, or ask for a higher limit of GetSession and ListSessions"
    passes = True
    passes_at_first = True


class ServiceFault(LookFailed):
    """Glue failed, beyond all retries."""

    what = "Glue failed to answer, beyond all retries"
    remedy = "run again in a while; if it goes on, see the AWS Health Dashboard"
    passes = True
    passes_at_first = True


class Refused(LookFailed):
    """An answer that fits none of the others, for instance InvalidInputException."""

    what = "Glue refused the request"
    remedy = "correct what its answer names and run again"
