"""Asking Glue: looks at one session or many, and lists of them, for one caller.

Rules of this module: it reads (GetSession, ListSessions, and GetSystemLogsForSession where a program opts in) and nothing else;
GetSessionEndpoint, which answers a token, is never called. Every failure is one of `errors`, and comes in bounded time, whatever the other
side does. It knows nothing of Pulumi, of gates or of waiting. Safe to use from several threads.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from pulumi_glue_session.aws.client import MAX_CONCURRENCY, max_call_seconds
from pulumi_glue_session.aws.connection import GlueConnection
from pulumi_glue_session.aws.error_mapping import PARSE_ERRORS, holds_credentials, map_error
from pulumi_glue_session.aws.system_logs import read_log_tail
from pulumi_glue_session.core.aws_config import AwsConfig
from pulumi_glue_session.core.concurrency import Deadline, map_concurrently
from pulumi_glue_session.core.errors import (
    AccessDenied,
    GlueSessionError,
    LookFailed,
    SessionNotFound,
    Unreachable,
)
from pulumi_glue_session.core.filter import SessionFilter
from pulumi_glue_session.core.messages import format_duration, sanitize
from pulumi_glue_session.core.session import Session


_PAGE_SIZE = 1_000
"""Sessions a page of ListSessions: the API's maximum, for the fewest calls."""

_MAX_PAGES = 100
"""Pages of one listing: far more sessions than an account may have, so a list that goes on is one that lies."""

_SESSIONS_PER_DEADLINE = 100
"""Sessions that one look may ask for in the time of one call, before it gets as much again."""

_EMPTY_ANSWER_LENGTH = "2"
"""Of the answer {}, which an account without sessions may give; whatever else has no sessions in it is no list."""

_NO_LOGS_SUPPORT = "This boto3 can't ask for system logs: install boto3 1.43.110 or later to see them here."
"""Line in place of logs. For the rest of the package older versions are enough (pyproject.toml)."""


class GlueSessions:
    """Looks at sessions for one caller. Its client is made at the first look and kept."""

    def __init__(self, caller: AwsConfig, *, mfa_prompt: Callable[[str], str] | None = None) -> None:
        """Nothing is imported or opened before the first look. `mfa_prompt` asks the user for an MFA code."""
        self._config = caller
        self._connection = GlueConnection(caller, mfa_prompt=mfa_prompt)
        self._may_list = True
        self._origin = {"RequestOrigin": caller.request_origin} if caller.request_origin else {}

    @property
    def region(self) -> str:
        """Region that is asked; empty while none is known."""
        return self._connection.region

    def get(self, session_id: str) -> Session:
        """Look at one session, now. Raises SessionNotFound, or LookFailed when Glue was not seen."""
        return self._get(session_id, self._deadline())

    def _get(self, session_id: str, limit: Deadline) -> Session:
        subject = f'Glue session "{session_id}"'
        answer = self._call("get_session", subject, limit, session_id=session_id, Id=session_id, **self._origin)
        return self._session(answer.get("Session"), subject)

    def system_logs(self, session_id: str) -> Sequence[str]:
        """Last lines of the session's system logs; none where they can't be had. Raises LookFailed when Glue refuses.

        GetSystemLogsForSession answers a URL, which itself grants access: it is fetched here and told to nobody.
        """
        if not hasattr(self._connection.client(f'Glue session "{session_id}"'), "get_system_logs_for_session"):
            return [_NO_LOGS_SUPPORT]
        limit = self._deadline()
        answer = self._call(
            "get_system_logs_for_session", f'System logs of Glue session "{session_id}"', limit, Id=session_id
        )
        try:
            return limit.run(lambda: read_log_tail(str(answer.get("SystemLogsUrl") or "")))
        except TimeoutError:
            return []

    def get_many(
        self, session_ids: Sequence[str], *, note: Callable[[str], None] = lambda _: None
    ) -> dict[str, Session | GlueSessionError]:
        """Look at each of `session_ids`, in as few calls as it takes. Raises nothing: what went wrong stands in the session's place.

        One session is asked for by GetSession, several by ListSessions; one that the listing lacks is asked for by GetSession before it is
        called missing. `note` hears, once, of a listing that is denied.
        """
        limit = self._deadline(len(session_ids))
        find = partial(self._get_or_error, limit=limit)
        if len(session_ids) == 1:
            return {session_ids[0]: find(session_ids[0])}
        try:
            found = self._list_wanted(set(session_ids), limit, note)
        except LookFailed as error:
            return dict.fromkeys(session_ids, error)
        singly = [session_id for session_id in session_ids if session_id not in found]
        return {**found, **map_concurrently(find, singly, max_workers=MAX_CONCURRENCY)}

    def _deadline(self, sessions: int = 1) -> Deadline:
        """Limit of a look that begins now, at so many sessions."""
        return Deadline.after(max_call_seconds(self._config) * math.ceil(sessions / _SESSIONS_PER_DEADLINE))

    def _get_or_error(self, session_id: str, limit: Deadline) -> Session | GlueSessionError:
        try:
            return self._get(session_id, limit)
        except GlueSessionError as error:
            return error

    def list(self, session_filter: SessionFilter) -> dict[str, Session]:
        """Every session that `session_filter` means, newest first. Raises LookFailed when Glue, or the whole list, was not seen."""
        subject, limit, found = "The list of Glue sessions", self._deadline(), dict[str, Session]()
        page: Mapping[str, Any] = {}
        named: list[str] = []
        for page in self._pages(subject, limit, _MAX_PAGES, session_filter.tags):
            shapes, ids = self._parse_page(page, subject)
            found |= {session_id: self._session(shape, subject) for session_id, shape in shapes.items()}
            named += ids
        if page.get("NextToken"):
            raise Unreachable(subject, region=self.region, detail="a list that does not end")
        find = partial(self._get_or_error, limit=limit)

        # An id without its session: to be asked for by itself. One that is gone meanwhile is no longer meant.
        singly = [each for each in named if each not in found]
        for session_id, session in map_concurrently(find, singly, max_workers=MAX_CONCURRENCY).items():
            if isinstance(session, Session):
                found[session_id] = session
            elif not isinstance(session, SessionNotFound):
                raise session
        return session_filter.apply(found)

    def _list_wanted(
        self, wanted: set[str], limit: Deadline, note: Callable[[str], None]
    ) -> dict[str, Session | GlueSessionError]:
        """Those of `wanted` that the listing shows, as long as listing on is cheaper than asking for the rest singly."""
        found: dict[str, Session | GlueSessionError] = {}
        subject = f"The list of {len(wanted)} Glue sessions"
        try:
            for page in self._pages(subject, limit, len(wanted) if self._may_list else 0):
                # An answer cut short, or not Glue's, has no sessions: then all of them are asked for singly, and none is called missing.
                shapes = page.get("Sessions") or ()
                listed = {shape["Id"]: shape for shape in shapes if shape["Id"] in wanted and shape.get("Status")}
                found |= {session_id: self._session(shape, subject) for session_id, shape in listed.items()}
                if len(wanted) - len(found) <= 1:
                    break
        except AccessDenied:
            self._may_list = False
            note(
                f"glue:ListSessions is denied in {sanitize(self.region)}: asking for each session by glue:GetSession, {MAX_CONCURRENCY} at a time."
            )
        except PARSE_ERRORS:
            pass
        return found

    def _pages(
        self, subject: str, limit: Deadline, most: int, tags: Mapping[str, str] | None = None
    ) -> Iterator[Mapping[str, Any]]:
        """Pages of ListSessions, at most so many; none after one whose NextToken was seen before, which would go round for ever."""
        more: dict[str, Any] = {"Tags": dict(tags)} if tags else {}
        met = {""}
        for _ in range(most):
            page = self._call("list_sessions", subject, limit, MaxResults=_PAGE_SIZE, **self._origin, **more)
            yield page
            token = page.get("NextToken")
            if type(token) is not str or token in met:
                return
            met.add(token)
            more["NextToken"] = token

    def _parse_page(self, page: Mapping[str, Any], subject: str) -> tuple[dict[str, Mapping[str, Any]], list[str]]:
        """Sessions by id, and ids, of a page. botocore gives an empty page for an answer cut short, or not Glue's: that is no list."""
        try:
            shapes: dict[str, Mapping[str, Any]] = {shape["Id"]: shape for shape in page.get("Sessions") or ()}
            ids: list[str] = list(page.get("Ids") or ())
            empty = (
                page.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("content-length") == _EMPTY_ANSWER_LENGTH
            )
            whole = (empty or not page.keys().isdisjoint({"Ids", "Sessions"})) and all(
                type(each) is str for each in (*shapes, *ids)
            )
        except PARSE_ERRORS as error:
            raise map_error(error, subject, region=self.region) from error
        if not whole:
            raise Unreachable(subject, region=self.region, detail="an answer without sessions or their ids")
        return shapes, ids

    def _call(
        self, operation: str, subject: str, limit: Deadline, *, session_id: str = "", **parameters: Any
    ) -> Mapping[str, Any]:  # noqa: ANN401
        from botocore.exceptions import BotoCoreError, ClientError
        from botocore.parsers import ResponseParserError

        # Its limit is its own, and its errors too.
        client = self._connection.client(subject)
        try:
            answer: Mapping[str, Any] = limit.run(lambda: getattr(client, operation)(**parameters))
        except TimeoutError as error:
            raise Unreachable(
                subject, region=self.region, detail=f"no whole answer within {format_duration(limit.seconds)}"
            ) from error
        except (BotoCoreError, ClientError, ResponseParserError, RuntimeError, *PARSE_ERRORS) as error:
            if isinstance(error, RuntimeError) and type(error) is not RuntimeError:
                raise
            failure = map_error(error, subject, session_id=session_id, region=self.region)
            raise failure from (None if holds_credentials(error) else error)
        return answer

    def _session(self, shape: Mapping[str, Any] | None, subject: str) -> Session:
        """Session of an answer. An answer that is cut short, or not Glue's, has none: botocore itself raises nothing for it."""
        if not shape or not shape.get("Status"):
            raise Unreachable(subject, region=self.region, detail="an answer without a session or its status")
        try:
            return Session.from_api(shape)
        except PARSE_ERRORS as error:
            raise map_error(error, subject, region=self.region) from error
