"""Asking Glue: looks at one session or many, and lists of them, for one caller.

Rules of this module: it reads (GetSession, ListSessions, and GetSystemLogsForSession where a program opts in) and nothing else;
GetSessionEndpoint, which answers a token, is never called. Every failure is one of `errors`, and comes in bounded time, whatever the other
side does. It knows nothing of Pulumi, of gates or of waiting. Safe to use from several threads.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from pulumi_glue_session.caller import Caller
from pulumi_glue_session.client import AT_ONCE, Aws, longest_call
from pulumi_glue_session.errors import (
    AccessDenied,
    GlueSessionError,
    LookFailed,
    Misconfigured,
    SessionNotFound,
    Unreachable,
    WrongAccount,
)
from pulumi_glue_session.failures import UNREADABLE, from_call, holds_credentials
from pulumi_glue_session.logs import last_lines
from pulumi_glue_session.selection import Selection
from pulumi_glue_session.session import Session
from pulumi_glue_session.threads import Limit, each_at_once
from pulumi_glue_session.words import printable, spell

if TYPE_CHECKING:
    from botocore.client import BaseClient

__all__ = ["Finder"]

_PAGE = 1_000
"""Sessions a page of ListSessions: the API's maximum, for the fewest calls."""

_MOST_PAGES = 100
"""Pages of one listing: far more sessions than an account may have, so a list that goes on is one that lies."""

_SHARE_A_LIMIT = 100
"""Sessions that one look may ask for in the time of one call, before it gets as much again."""

_LENGTH_OF_NOTHING = "2"
"""Of the answer {}, which an account without sessions may give; whatever else has no sessions in it is no list."""

_NO_LOGS = "This boto3 can't ask for system logs: install boto3 1.43.110 or later to see them here."
"""Line in place of logs. For the rest of the package older versions are enough (pyproject.toml)."""


class Finder:
    """Looks at sessions for one caller. Its client is made at the first look and kept."""

    def __init__(self, caller: Caller) -> None:
        """Nothing is imported or opened before the first look."""
        self._caller = caller
        self._lock = threading.Lock()
        self._client: BaseClient | None = None
        self._may_list = True
        self._origin = {"RequestOrigin": caller.request_origin} if caller.request_origin else {}

    @property
    def region(self) -> str:
        """Region that is asked; empty while none is known."""
        return self._client.meta.region_name if self._client else self._caller.region or ""

    def find(self, session_id: str) -> Session:
        """Look at one session, now. Raises SessionNotFound, or LookFailed when Glue was not seen."""
        return self._find(session_id, self._limit())

    def _find(self, session_id: str, limit: Limit) -> Session:
        subject = f'Glue session "{session_id}"'
        answer = self._ask("get_session", subject, limit, session_id=session_id, Id=session_id, **self._origin)
        return self._session(answer.get("Session"), subject)

    def system_logs(self, session_id: str) -> list[str]:
        """Last lines of the session's system logs; none where they can't be had. Raises LookFailed when Glue refuses.

        GetSystemLogsForSession answers a URL, which itself grants access: it is fetched here and told to nobody.
        """
        if self._client is not None and not hasattr(self._client, "get_system_logs_for_session"):
            return [_NO_LOGS]
        limit = self._limit()
        answer = self._ask("get_system_logs_for_session", f'System logs of Glue session "{session_id}"', limit, Id=session_id)
        try:
            return limit.keep(lambda: last_lines(str(answer.get("SystemLogsUrl") or "")))
        except TimeoutError:
            return []

    def look(self, session_ids: Sequence[str], *, note: Callable[[str], None] = lambda _: None) -> dict[str, Session | GlueSessionError]:
        """Look at each of `session_ids`, in as few calls as it takes. Raises nothing: what went wrong stands in the session's place.

        One session is asked for by GetSession, several by ListSessions; one that the listing lacks is asked for by GetSession before it is
        called missing. `note` hears, once, of a listing that is denied.
        """
        limit = self._limit(len(session_ids))
        find = partial(self._find_or_error, limit=limit)
        if len(session_ids) == 1:
            return {session_ids[0]: find(session_ids[0])}
        try:
            found = self._listed(set(session_ids), limit, note)
        except LookFailed as error:
            return dict.fromkeys(session_ids, error)
        singly = [session_id for session_id in session_ids if session_id not in found]
        return {**found, **each_at_once(find, singly, at_once=AT_ONCE)}

    def _limit(self, sessions: int = 1) -> Limit:
        """Limit of a look that begins now, at so many sessions."""
        return Limit.of(longest_call(self._caller) * math.ceil(sessions / _SHARE_A_LIMIT))

    def _find_or_error(self, session_id: str, limit: Limit) -> Session | GlueSessionError:
        try:
            return self._find(session_id, limit)
        except GlueSessionError as error:
            return error

    def find_all(self, selection: Selection) -> dict[str, Session]:
        """Every session that `selection` means, newest first. Raises LookFailed when Glue, or the whole list, was not seen."""
        subject, limit, found = "The list of Glue sessions", self._limit(), dict[str, Session]()
        page: Mapping[str, Any] = {}
        named: list[str] = []
        for page in self._pages(subject, limit, _MOST_PAGES, selection.tags):
            shapes, ids = self._listing(page, subject)
            found |= {session_id: self._session(shape, subject) for session_id, shape in shapes.items()}
            named += ids
        if page.get("NextToken"):
            raise Unreachable(subject, region=self.region, detail="a list that does not end")
        find = partial(self._find_or_error, limit=limit)

        # An id without its session: to be asked for by itself. One that is gone meanwhile is no longer meant.
        singly = [each for each in named if each not in found]
        for session_id, session in each_at_once(find, singly, at_once=AT_ONCE).items():
            if isinstance(session, Session):
                found[session_id] = session
            elif not isinstance(session, SessionNotFound):
                raise session
        return selection.of_all(found)

    def _listed(self, wanted: set[str], limit: Limit, note: Callable[[str], None]) -> dict[str, Session | GlueSessionError]:
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
                f"glue:ListSessions is denied in {printable(self.region)}: asking for each session by glue:GetSession, {AT_ONCE} at a time."
            )
        except UNREADABLE:
            pass
        return found

    def _pages(self, subject: str, limit: Limit, most: int, tags: Mapping[str, str] | None = None) -> Iterator[Mapping[str, Any]]:
        """Pages of ListSessions, at most so many; none after one whose NextToken was seen before, which would go round for ever."""
        more: dict[str, Any] = {"Tags": dict(tags)} if tags else {}
        met = {""}
        for _ in range(most):
            page = self._ask("list_sessions", subject, limit, MaxResults=_PAGE, **self._origin, **more)
            yield page
            token = page.get("NextToken")
            if type(token) is not str or token in met:
                return
            met.add(token)
            more["NextToken"] = token

    def _listing(self, page: Mapping[str, Any], subject: str) -> tuple[dict[str, Mapping[str, Any]], list[str]]:
        """Sessions by id, and ids, of a page. botocore gives an empty page for an answer cut short, or not Glue's: that is no list."""
        try:
            shapes: dict[str, Mapping[str, Any]] = {shape["Id"]: shape for shape in page.get("Sessions") or ()}
            ids: list[str] = list(page.get("Ids") or ())
            empty = page.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("content-length") == _LENGTH_OF_NOTHING
            whole = (empty or not page.keys().isdisjoint({"Ids", "Sessions"})) and all(type(each) is str for each in (*shapes, *ids))
        except UNREADABLE as error:
            raise from_call(error, subject, region=self.region) from error
        if not whole:
            raise Unreachable(subject, region=self.region, detail="an answer without sessions or their ids")
        return shapes, ids

    def _ask(self, operation: str, subject: str, limit: Limit, *, session_id: str = "", **parameters: Any) -> Mapping[str, Any]:  # noqa: ANN401
        from botocore.exceptions import BotoCoreError, ClientError
        from botocore.parsers import ResponseParserError

        try:
            answer: Mapping[str, Any] = limit.keep(lambda: getattr(self._open(subject), operation)(**parameters))
        except TimeoutError as error:
            raise Unreachable(subject, region=self.region, detail=f"no whole answer within {spell(limit.seconds)}") from error
        except (BotoCoreError, ClientError, ResponseParserError, RuntimeError, *UNREADABLE) as error:
            if isinstance(error, RuntimeError) and type(error) is not RuntimeError:
                raise
            failure = from_call(error, subject, session_id=session_id, region=self.region)
            raise failure from (None if holds_credentials(error) else error)
        return answer

    def _session(self, shape: Mapping[str, Any] | None, subject: str) -> Session:
        """Session of an answer. An answer that is cut short, or not Glue's, has none: botocore itself raises nothing for it."""
        if not shape or not shape.get("Status"):
            raise Unreachable(subject, region=self.region, detail="an answer without a session or its status")
        try:
            return Session.from_api(shape)
        except UNREADABLE as error:
            raise from_call(error, subject, region=self.region) from error

    def _open(self, subject: str) -> BaseClient:
        with self._lock:
            if self._client is None:
                try:
                    aws = Aws(self._caller)
                    client = aws.glue()
                except (OSError, ValueError) as error:
                    # A file of certificates that is none; an endpoint URL that is none, in botocore's own words.
                    raise Misconfigured(subject, region=self.region, detail=str(error)) from error
                allowed = self._caller.allowed_account_ids
                account = aws.account() if allowed else ""
                if allowed and account not in allowed:
                    detail = f"account {account}, allowed {', '.join(allowed)}"
                    raise WrongAccount(subject, region=client.meta.region_name, detail=detail)
                self._client = client
            return self._client
