"""Asking Glue: one client per caller, one look at any number of sessions, every failure mapped to `errors`.

Rules of this module: the only one that imports boto3, and only when Glue is asked. It reads (GetSession, ListSessions, and
GetSystemLogsForSession where a program opts in) and nothing else; GetSessionEndpoint, which answers a token, is never called.
It knows nothing of Pulumi, of gates or of waiting. Safe to use from several threads.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pulumi_glue_session.errors import (
    AccessDenied,
    BadCredentials,
    GlueSessionError,
    LookFailed,
    Misconfigured,
    NoRegion,
    Refused,
    ServiceFault,
    SessionNotFound,
    Throttled,
    Unreachable,
)
from pulumi_glue_session.logs import last_lines
from pulumi_glue_session.session import Session

if TYPE_CHECKING:
    from botocore.client import BaseClient

__all__ = ["Caller", "Finder"]

_CONNECT_SECONDS = 5
_READ_SECONDS = 10
_ATTEMPTS = 4
"""With these three an endpoint that swallows everything is given up after 47 s at most (four times 10 s, and pauses of 1, 2 and 4 s)."""

_AT_ONCE = 8
"""GetSession calls in flight when sessions have to be asked for singly: below the rate at which Glue throttles, and the pool's width."""

_PAGE = 1_000
"""Sessions a page of ListSessions: the API's maximum, for the fewest calls."""

_OPERATIONS = frozenset({"GetSession", "GetSystemLogsForSession", "ListSessions"})

_GONE = "EntityNotFoundException"
_DENIED = frozenset({"AccessDeniedException", "AccessDenied", "UnauthorizedOperation"})
_BAD_CREDENTIALS = frozenset(
    {
        "ExpiredToken",
        "ExpiredTokenException",
        "IncompleteSignature",
        "IncompleteSignatureException",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "InvalidToken",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
        "NotAuthorized",
        "OptInRequired",
        "RequestExpired",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)
"""Common error types of AWS services that the caller's credentials bring about (Glue API reference, "Common Errors")."""

_THROTTLED = frozenset(
    {
        "BandwidthLimitExceeded",
        "LimitExceededException",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
"""GetSession's model names no throttling error, but it happens (dbt-glue #693)."""

_UNREADABLE = (ValueError, TypeError, AttributeError, KeyError)
"""What botocore's parser raises, unwrapped, for JSON of another shape than the model's."""

_FAULTS = frozenset({"InternalFailure", "InternalServiceException", "OperationTimeoutException", "ServiceUnavailable"})
_SERVER_ERROR = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Caller:
    """Who asks, and where. What is not said comes from boto3's own chain. Holds no credential."""

    region: str | None = None
    profile: str | None = None
    endpoint_url: str | None = None


class Finder:
    """Looks at sessions for one caller. Its client is made at the first look and kept."""

    def __init__(self, caller: Caller) -> None:
        """Nothing is imported or opened before the first look."""
        self._caller = caller
        self._lock = threading.Lock()
        self._client: BaseClient | None = None
        self._may_list = True

    @property
    def region(self) -> str:
        """Region that is asked; empty while none is known."""
        return self._client.meta.region_name if self._client else self._caller.region or ""

    def find(self, session_id: str) -> Session:
        """Look at one session, now. Raises SessionNotFound, or LookFailed when Glue was not seen."""
        subject = f'Glue session "{session_id}"'
        answer = self._ask("get_session", subject, session_id=session_id, Id=session_id)
        return self._session(answer.get("Session"), subject)

    def system_logs(self, session_id: str) -> list[str]:
        """Last lines of the session's system logs; none where they can't be had. Raises LookFailed when Glue refuses.

        GetSystemLogsForSession answers a URL, which itself grants access: it is fetched here and told to nobody.
        """
        answer = self._ask("get_system_logs_for_session", f'System logs of Glue session "{session_id}"', Id=session_id)
        return last_lines(str(answer.get("SystemLogsUrl") or ""))

    def look(self, session_ids: Sequence[str], *, note: Callable[[str], None] = lambda _: None) -> dict[str, Session | GlueSessionError]:
        """Look at each of `session_ids`, in as few calls as it takes. Raises nothing: what went wrong stands in the session's place.

        One session is asked for by GetSession, several by ListSessions; one that the listing lacks is asked for by GetSession before it is
        called missing. `note` hears, once, of a listing that is denied.
        """
        if len(session_ids) == 1:
            return {session_ids[0]: self._find_or_error(session_ids[0])}
        try:
            found = self._listed(set(session_ids), note)
        except LookFailed as error:
            return dict.fromkeys(session_ids, error)
        singly = [session_id for session_id in session_ids if session_id not in found]
        return {**found, **_each(self._find_or_error, singly)}

    def _find_or_error(self, session_id: str) -> Session | GlueSessionError:
        try:
            return self.find(session_id)
        except GlueSessionError as error:
            return error

    def _listed(self, wanted: set[str], note: Callable[[str], None]) -> dict[str, Session | GlueSessionError]:
        """Those of `wanted` that the listing shows, as long as listing on is cheaper than asking for the rest singly."""
        found: dict[str, Session | GlueSessionError] = {}
        tokens: dict[str, str] = {}
        subject = f"The list of {len(wanted)} Glue sessions"
        for _ in wanted if self._may_list else ():
            try:
                page = self._ask("list_sessions", subject, MaxResults=_PAGE, **tokens)
            except AccessDenied:
                self._may_list = False
                note(f"glue:ListSessions is denied in {self.region}: asking for each session by glue:GetSession, {_AT_ONCE} at a time.")
                break
            # An answer cut short, or not Glue's, has no sessions: then all of them are asked for singly, and none is called missing.
            try:
                shapes = {shape["Id"]: shape for shape in page.get("Sessions") or () if shape["Id"] in wanted and shape.get("Status")}
            except _UNREADABLE:
                break
            found |= {session_id: self._session(shape, subject) for session_id, shape in shapes.items()}
            token = page.get("NextToken")
            # The same token again would list the same page for ever.
            if not token or token == tokens.get("NextToken") or len(wanted) - len(found) <= 1:
                break
            tokens = {"NextToken": token}
        return found

    def _ask(self, operation: str, subject: str, *, session_id: str = "", **parameters: Any) -> Mapping[str, Any]:  # noqa: ANN401
        from botocore.exceptions import BotoCoreError, ClientError
        from botocore.parsers import ResponseParserError

        try:
            client = self._open()
        except (BotoCoreError, ValueError) as error:
            # ValueError: botocore's own word for an endpoint URL that is none.
            raise _from_client(error, subject, region=self.region) from error
        try:
            answer: Mapping[str, Any] = getattr(client, operation)(**parameters)
        except ClientError as error:
            if error.operation_name not in _OPERATIONS:
                # The call that failed was one for credentials: AssumeRole and its like, made by boto3's chain.
                raise BadCredentials(subject, region=self.region, detail=str(error)) from error
            action = f"glue:{error.operation_name}"
            raise _from_answer(error.response, subject, session_id=session_id, region=self.region, action=action) from error
        except BotoCoreError as error:
            raise _from_client(error, subject, region=self.region) from error
        except (ResponseParserError, *_UNREADABLE) as error:
            raise Unreachable(subject, region=self.region, detail=f"an answer that can't be read: {error}") from error
        return answer

    def _session(self, shape: Mapping[str, Any] | None, subject: str) -> Session:
        """Session of an answer. An answer that is cut short, or not Glue's, has none: botocore itself raises nothing for it."""
        if not shape or not shape.get("Status"):
            raise Unreachable(subject, region=self.region, detail="an answer without a session or its status")
        try:
            return Session.from_api(shape)
        except _UNREADABLE as error:
            raise Unreachable(subject, region=self.region, detail=f"an answer that can't be read: {error}") from error

    def _open(self) -> BaseClient:
        with self._lock:
            if self._client is None:
                import boto3
                from botocore.config import Config
                from botocore.exceptions import NoRegionError

                # boto3 itself reads only AWS_DEFAULT_REGION; pulumi-aws and the other SDKs of AWS read AWS_REGION first.
                region = self._caller.region or os.environ.get("AWS_REGION") or None
                session: Any = boto3.session.Session(profile_name=self._caller.profile, region_name=region)
                client: BaseClient = session.client(
                    "glue",
                    endpoint_url=self._caller.endpoint_url,
                    config=Config(
                        connect_timeout=_CONNECT_SECONDS,
                        read_timeout=_READ_SECONDS,
                        retries={"mode": "adaptive", "total_max_attempts": _ATTEMPTS},
                        max_pool_connections=_AT_ONCE,
                        user_agent_extra="pulumi-glue-session",
                    ),
                )
                # With an endpoint URL botocore itself makes do without a region, and nobody would know which one was asked.
                if not client.meta.region_name:
                    raise NoRegionError
                self._client = client
            return self._client


def _from_answer(answer: Mapping[str, Any], subject: str, *, session_id: str, region: str, action: str) -> GlueSessionError:
    """The error that an answer of the service stands for."""
    code = str(answer.get("Error", {}).get("Code", ""))
    message = str(answer.get("Error", {}).get("Message", ""))
    status = answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code == _GONE and session_id:
        return SessionNotFound(session_id, region=region)
    detail = ": ".join(filter(None, (code, message)))
    if code in _DENIED:
        return AccessDenied(subject, region=region, detail=detail, action=action)
    kind: type[LookFailed] = Refused
    if code in _BAD_CREDENTIALS:
        kind = BadCredentials
    elif code in _THROTTLED:
        kind = Throttled
    elif code in _FAULTS or status >= _SERVER_ERROR:
        kind = ServiceFault
    return kind(subject, region=region, detail=detail)


def _from_client(error: Exception, subject: str, *, region: str) -> GlueSessionError:
    """The error that a failure on our side of the wire stands for."""
    from botocore import exceptions

    kind: type[LookFailed] = Misconfigured
    if isinstance(error, exceptions.NoRegionError):
        return NoRegion(subject, region=region)
    if isinstance(
        error,
        (
            exceptions.CredentialRetrievalError,
            # Newer than the oldest boto3 that this works with.
            getattr(exceptions, "LoginError", exceptions.SSOError),
            exceptions.NoCredentialsError,
            exceptions.PartialCredentialsError,
            exceptions.ProfileNotFound,
            exceptions.SSOError,
            exceptions.TokenRetrievalError,
        ),
    ):
        kind = BadCredentials
    elif isinstance(error, (exceptions.ConnectionError, exceptions.HTTPClientError, exceptions.IncompleteReadError)):
        kind = Unreachable
    return kind(subject, region=region, detail=str(error))


def _each(find: Callable[[str], Session | GlueSessionError], session_ids: Iterable[str]) -> dict[str, Session | GlueSessionError]:
    """`find` for each, `_AT_ONCE` at a time.

    Plain daemon threads: an executor's threads would hold back the end of an interrupted program until their calls time out.
    """
    left = list(session_ids)
    found: dict[str, Session | GlueSessionError] = {}

    def work() -> None:
        while True:
            try:
                session_id = left.pop()
            except IndexError:
                return
            found[session_id] = find(session_id)

    threads = [threading.Thread(target=work, daemon=True) for _ in range(min(_AT_ONCE, len(left)))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found
