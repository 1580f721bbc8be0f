"""Reads sessions with GetSession and ListSessions, and system logs with GetSystemLogsForSession.

Nothing else is called: GetSessionEndpoint in particular returns a token. Every failure is an exception of `core.errors`
and arrives in limited time, whatever the endpoint does.
"""

from __future__ import annotations

import contextlib
import math
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from pulumi_glue_session.aws.client import MAX_CONCURRENCY, max_call_seconds, proxies_for
from pulumi_glue_session.aws.connection import GivenConnection, GlueConnection
from pulumi_glue_session.aws.error_mapping import PARSE_ERRORS, holds_credentials, map_error
from pulumi_glue_session.aws.system_logs import read_log_tail
from pulumi_glue_session.core.aws_config import AwsConfig
from pulumi_glue_session.core.concurrency import Deadline, run_concurrently
from pulumi_glue_session.core.errors import (
    AccessDenied,
    BadCredentials,
    GlueSessionError,
    LookFailed,
    Misconfigured,
    NoRegion,
    OutOfThreads,
    SessionNotFound,
    Throttled,
    Unreachable,
    WrongAccount,
)
from pulumi_glue_session.core.filter import SessionFilter
from pulumi_glue_session.core.listing import ListingPolicy
from pulumi_glue_session.core.messages import format_duration, sanitize
from pulumi_glue_session.core.session import Session
from pulumi_glue_session.core.source import FRESH_SECONDS, Deliver, Page, Reading

if TYPE_CHECKING:
    from botocore.client import BaseClient

_PAGE_SIZE = 1_000
"""Sessions per page of ListSessions. This is the maximum of the API."""

_MAX_PAGES = 100
"""Pages of one list. No account has more sessions, so a longer list never ends."""

_SESSIONS_PER_DEADLINE = 100
"""Sessions that are read within the time limit of one call."""

_SLOW_SECONDS = 2.0
"""A call that takes longer makes room for another one, so that a few hanging calls do not delay the others."""

_ACCOUNT_SECONDS = 5.0
"""Time to find out the account, which only completes a role name to an ARN."""

_EMPTY_ANSWER_LENGTH = "2"
"""Length of `{}`, the answer for an account without sessions. A longer answer without sessions is broken."""

_LIST = "The list of Glue sessions"

_SAME_FOR_ALL = (BadCredentials, Misconfigured, NoRegion, WrongAccount)
"""Errors of a list that GetSession would raise too."""

_NO_LOGS_SUPPORT = "This boto3 cannot read system logs: install boto3 1.43.110 or later to see them here."
"""Shown instead of the logs. Everything else works with older versions (pyproject.toml)."""


class GlueSessions:
    """Reads sessions with one AWS configuration. Safe to use from several threads."""

    def __init__(
        self,
        config: AwsConfig,
        *,
        mfa_prompt: Callable[[str], str] | None = None,
        client: BaseClient | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`client` is used instead of a new one. `mfa_prompt` asks the user for an MFA code.

        `monotonic` is the clock of `Reading.requested_at`.
        """
        self._config = config
        self._monotonic = monotonic
        self._connection = (
            GivenConnection(client, config)
            if client
            else GlueConnection(config, mfa_prompt=mfa_prompt, monotonic=monotonic)
        )
        self._policy = ListingPolicy(monotonic)
        self._throttled_at = -math.inf
        self._account: str | None = None
        self._account_lock = threading.Lock()
        self._origin: dict[str, Any] = {"RequestOrigin": config.request_origin} if config.request_origin else {}

    @property
    def region(self) -> str:
        """Region of the sessions; empty until it is known."""
        return self._connection.region

    @property
    def console(self) -> str:
        """Address of the AWS console of this region; empty if it is not known, as with an endpoint outside of AWS."""
        return self._connection.console

    @property
    def throttled_at(self) -> float:
        """When Glue last throttled a request (monotonic seconds); -inf if it never did."""
        return max(self._throttled_at, self._connection.throttled_at)

    def get(self, session_id: str) -> Session:
        """One session, read now. Raises SessionNotFound, or LookFailed if Glue could not be read."""
        return self._read(session_id, self._deadline()).session()

    def get_many(
        self, session_ids: Sequence[str], deliver: Deliver, *, note: Callable[[str], None] = lambda _: None
    ) -> None:
        """Read each of `session_ids` and deliver it as soon as it is known, from any thread; return after the last.

        List pages are read as far as they take fewer calls. Sessions that are missing there are read with GetSession,
        and all of them if the list fails. `note` receives a line when lists are denied.
        """
        deadline = self._deadline(len(session_ids))
        remaining = dict.fromkeys(session_ids)

        def deliver_and_remove(session_id: str, reading: Reading) -> None:
            del remaining[session_id]
            deliver(session_id, reading)

        try:
            self._deliver_listed(remaining, deliver_and_remove)
        except _SAME_FOR_ALL as error:
            for session_id in list(remaining):
                answer = error.about(f'Glue session "{session_id}"')
                deliver_and_remove(session_id, Reading(answer=answer, requested_at=self._monotonic()))
        except LookFailed as error:
            self._policy.close(error)
            if isinstance(error, AccessDenied):
                note(
                    f"glue:ListSessions is denied in {sanitize(self.region)}: "
                    f"reading each session with glue:GetSession, {MAX_CONCURRENCY} at a time."
                )
        try:
            run_concurrently(
                lambda session_id: deliver_and_remove(session_id, self._read(session_id, deadline)),
                list(remaining),
                max_workers=MAX_CONCURRENCY,
                slow_seconds=_SLOW_SECONDS,
            )
        except OutOfThreads as error:
            for session_id in list(remaining):
                answer = error.about(f'Glue session "{session_id}"')
                deliver(session_id, Reading(answer=answer, requested_at=self._monotonic()))

    def pages(self) -> Iterator[Page]:
        """Pages of all sessions. Raises LookFailed if a page could not be read within FRESH_SECONDS."""
        for requested_at, page in self._pages(self._deadline(), page_seconds=FRESH_SECONDS):
            sessions: dict[str, Session] = {}
            for session_id, shape in self._parse_page(page)[0].items():
                # GetSession reports what is wrong with a session, if it is needed.
                with contextlib.suppress(*PARSE_ERRORS):
                    if shape.get("Status"):
                        sessions[session_id] = Session.from_api(shape)
            yield Page(sessions=sessions, requested_at=requested_at)

    def list(self, session_filter: SessionFilter) -> dict[str, Session]:
        """All sessions that match, newest first. Raises LookFailed if the list could not be read to its end.

        A session with unreadable values is listed without them: it must not hide the other sessions.
        """
        deadline, found = self._deadline(), dict[str, Session]()
        page: Mapping[str, Any] = {}
        ids: list[str] = []
        for _, page in self._pages(deadline, tags=session_filter.tags):
            shapes, page_ids = self._parse_page(page)
            found |= {session_id: Session.from_api(shape, strict=False) for session_id, shape in shapes.items()}
            ids += page_ids
        if page.get("NextToken"):
            raise Unreachable(_LIST, region=self.region, detail="a list that does not end")
        # The API can return an id without its session. One that is gone in the meantime does not match any more.
        answers: dict[str, Session | GlueSessionError] = {}
        run_concurrently(
            lambda session_id: answers.update({session_id: self._read(session_id, deadline).answer}),
            [session_id for session_id in dict.fromkeys(ids) if session_id not in found],
            max_workers=MAX_CONCURRENCY,
            slow_seconds=_SLOW_SECONDS,
        )
        for session_id, answer in answers.items():
            if isinstance(answer, Session):
                found[session_id] = answer
            elif not isinstance(answer, SessionNotFound):
                raise answer
        return session_filter.apply(found)

    def account_id(self) -> str:
        """Account of the credentials (GetCallerIdentity). Raises LookFailed."""
        return self._connection.account_id("The account of the credentials")

    def with_role_arn(self, session: Session) -> Session:
        """The session with `role_arn`, if it has a role and the account of the credentials can be found out quickly.

        Glue returns the role as its creator wrote it. For a name, this calls GetCallerIdentity once.
        """
        if not session.role or session.role_arn:
            return session
        with self._account_lock:
            if self._account is None:
                try:
                    self._account = Deadline.after(_ACCOUNT_SECONDS).run(self.account_id)
                except (LookFailed, TimeoutError):
                    self._account = ""
        return session.with_role_in(self._account, region=self.region)

    def system_logs(self, session_id: str) -> Sequence[str]:
        """Last lines of the session's system logs, or one line that says why there are none. Raises LookFailed.

        GetSystemLogsForSession returns a URL that grants access to the logs. It is read here and never shown.
        """
        subject = f'System logs of Glue session "{session_id}"'
        if not hasattr(self._connection.client(subject), "get_system_logs_for_session"):
            return [_NO_LOGS_SUPPORT]
        deadline = self._deadline()
        _, answer = self._call("get_system_logs_for_session", subject, deadline, Id=session_id)
        url = str(answer.get("SystemLogsUrl") or "")
        try:
            proxies = proxies_for(self._config, url)
            return deadline.run(lambda: read_log_tail(url, ca_bundle=self._config.custom_ca_bundle, proxies=proxies))
        except TimeoutError:
            return [f"No system logs: the file could not be read within {format_duration(deadline.seconds)}."]

    def _deadline(self, sessions: int = 1) -> Deadline:
        return Deadline.after(max_call_seconds(self._connection.config) * math.ceil(sessions / _SESSIONS_PER_DEADLINE))

    def _read(self, session_id: str, deadline: Deadline) -> Reading:
        subject = f'Glue session "{session_id}"'
        requested_at = self._monotonic()
        try:
            requested_at, answer = self._call(
                "get_session", subject, deadline, session_id=session_id, Id=session_id, **self._origin
            )
            return Reading(answer=self._parse_session(answer, session_id, subject), requested_at=requested_at)
        except GlueSessionError as error:
            return Reading(answer=error, requested_at=requested_at)

    def _parse_session(self, answer: Mapping[str, Any], session_id: str, subject: str) -> Session:
        # botocore raises nothing for an answer that is cut short or not from Glue.
        shape: Any = answer.get("Session")
        if not shape or not shape.get("Status"):
            raise Unreachable(subject, region=self.region, detail="an answer without a session or its status")
        if shape.get("Id") != session_id:
            about = f'about another session, "{shape["Id"]}"' if "Id" in shape else "without the id of its session"
            detail = f"an answer {about}"
            raise Unreachable(subject, region=self.region, detail=detail)
        try:
            return Session.from_api(shape)
        except PARSE_ERRORS as error:
            raise map_error(error, subject, region=self.region) from error

    def _deliver_listed(self, remaining: Mapping[str, None], deliver: Deliver) -> None:
        """Deliver sessions of list pages, as long as another page takes fewer calls than GetSession for the rest."""
        max_pages = self._policy.max_pages(len(remaining))
        if not max_pages:
            return
        pages_read, pages_without = 0, 0
        for page in islice(self.pages(), max_pages):
            pages_read += 1
            found = [session_id for session_id in remaining if session_id in page.sessions]
            for session_id in found:
                deliver(session_id, Reading(answer=page.sessions[session_id], requested_at=page.requested_at))
            pages_without = 0 if found else pages_without + 1
            if len(remaining) <= max(pages_without, 1):
                is_last_page = False
                break
        else:
            is_last_page = pages_read < max_pages
        self._policy.learn(pages=pages_read, complete=is_last_page or not remaining)

    def _pages(
        self, deadline: Deadline, *, tags: Mapping[str, str] | None = None, page_seconds: float = math.inf
    ) -> Iterator[tuple[float, Mapping[str, Any]]]:
        """Request time and content of each page of ListSessions. Ends at a token that was seen before."""
        parameters: dict[str, Any] = {"Tags": dict(tags)} if tags else {}
        seen_tokens = {""}
        for _ in range(_MAX_PAGES):
            requested_at, page = self._call(
                "list_sessions",
                _LIST,
                deadline,
                call_seconds=page_seconds,
                MaxResults=_PAGE_SIZE,
                **self._origin,
                **parameters,
            )
            yield requested_at, page
            token = page.get("NextToken")
            if type(token) is not str or token in seen_tokens:
                return
            seen_tokens.add(token)
            parameters["NextToken"] = token

    def _parse_page(self, page: Mapping[str, Any]) -> tuple[dict[str, Mapping[str, Any]], Sequence[str]]:
        """Sessions by id, and ids, of a page. botocore returns an empty page for an answer that is cut short."""
        try:
            listed: Sequence[Mapping[str, Any] | None] = page.get("Sessions") or ()
            shapes = {shape.get("Id", "") if shape else "": shape or {} for shape in listed}
            ids: Sequence[str] = [*(page.get("Ids") or ())]
            length = page.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("content-length")
            is_list = length == _EMPTY_ANSWER_LENGTH or not page.keys().isdisjoint({"Ids", "Sessions", "NextToken"})
            is_valid = is_list and all(type(name) is str and name for name in (*shapes, *ids))
        except PARSE_ERRORS as error:
            raise map_error(error, _LIST, region=self.region) from error
        if not is_valid:
            raise Unreachable(_LIST, region=self.region, detail="an answer without sessions or their ids")
        return shapes, ids

    def _call(
        self,
        operation: str,
        subject: str,
        deadline: Deadline,
        *,
        session_id: str = "",
        call_seconds: float = math.inf,
        **parameters: Any,
    ) -> tuple[float, Mapping[str, Any]]:
        """Request time and answer of a call. The limits do not include resolving credentials."""
        from botocore.exceptions import BotoCoreError, ClientError
        from botocore.parsers import ResponseParserError

        limit = min(deadline.seconds, call_seconds)
        client = self._connection.client(subject)
        requested_at = self._monotonic()
        try:
            answer: Mapping[str, Any] = deadline.run(lambda: getattr(client, operation)(**parameters), seconds=limit)
        except TimeoutError as error:
            detail = f"no complete answer within {format_duration(limit)}"
            # boto3 slows all requests of a client down when Glue throttles one, and this one may have waited for that.
            kind = Throttled if self.throttled_at >= requested_at else Unreachable
            raise kind(subject, region=self.region, detail=detail) from error
        except RecursionError as error:
            detail = "invalid answer: it is nested too deeply"
            raise Unreachable(subject, region=self.region, detail=detail) from error
        except (BotoCoreError, ClientError, ResponseParserError, RuntimeError, *PARSE_ERRORS) as error:
            if isinstance(error, RuntimeError) and type(error) is not RuntimeError:
                raise
            failure = map_error(error, subject, session_id=session_id, region=self.region)
            if isinstance(failure, Throttled):
                self._throttled_at = self._monotonic()
            raise failure from (None if holds_credentials(error) else error)
        return requested_at, answer
