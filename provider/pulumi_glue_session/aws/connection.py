"""Glue client of one AWS configuration, created at the first read. Credentials are resolved before each request."""

from __future__ import annotations

import contextlib
import math
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from pulumi_glue_session.aws.boto3_session import create_session, with_retry_settings
from pulumi_glue_session.aws.client import create_client, max_call_seconds
from pulumi_glue_session.aws.credentials import needs_resolving, resolve_credentials, track_sources
from pulumi_glue_session.aws.error_mapping import (
    THROTTLING_CODES,
    credential_errors,
    holds_credentials,
    map_client_error,
    map_credentials_error,
)
from pulumi_glue_session.core.aws_config import AwsConfig, is_aws_url
from pulumi_glue_session.core.concurrency import Deadline
from pulumi_glue_session.core.console import console_url
from pulumi_glue_session.core.errors import CredentialsUnavailable, Misconfigured, WrongAccount
from pulumi_glue_session.core.messages import format_duration

if TYPE_CHECKING:
    from botocore.client import BaseClient

_T = TypeVar("_T")

_PROMPT_SECONDS = 300.0
"""Time for a user to type an MFA code."""


class GlueConnection:
    """Client and credentials of one configuration. Safe to use from several threads."""

    def __init__(
        self,
        config: AwsConfig,
        *,
        mfa_prompt: Callable[[str], str] | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Nothing is imported or opened before `client` is called. `mfa_prompt` asks the user for an MFA code."""
        self.throttled_at = -math.inf
        """When Glue last throttled an attempt, also one that boto3 repeats (seconds of `monotonic`)."""
        self._config = config
        self._settled = False
        self._monotonic = monotonic
        self._mfa_prompt = mfa_prompt
        self._lock = threading.Lock()
        self._session: Any = None
        self._client: BaseClient | None = None
        self._account_checked = False

    @property
    def region(self) -> str:
        """Region of the client, or of the configuration; empty while it is not known."""
        return self._client.meta.region_name if self._client else self._config.region or ""

    @property
    def console(self) -> str:
        """Address of the AWS console, or an empty text."""
        return _console_of(self._client) if self._client else ""

    @property
    def config(self) -> AwsConfig:
        """The configuration, with the retry settings of the environment and of the profile."""
        from botocore.exceptions import BotoCoreError

        # `client` reports the errors.
        with contextlib.suppress(BotoCoreError, OSError, ValueError), self._lock:
            self._settle()
        return self._config

    def client(self, subject: str) -> BaseClient:
        """The client, with credentials that can sign a request now. Raises LookFailed about `subject`."""
        client, session = self._created(subject)
        if needs_resolving(session):
            self._resolving(lambda: resolve_credentials(session), subject)
        if not self._account_checked:
            self._check_account(subject)
            self._account_checked = True
        return client

    def account_id(self, subject: str) -> str:
        """Account of the credentials (GetCallerIdentity, which needs no permission). Raises LookFailed."""
        _, session = self._created(subject)

        def get_account_id() -> str:
            resolve_credentials(session)
            sts: Any = create_client(session, self._config, "sts")
            return str(sts.get_caller_identity().get("Account") or "unknown")

        return self._resolving(get_account_id, subject)

    def _created(self, subject: str) -> tuple[BaseClient, Any]:
        from botocore.exceptions import BotoCoreError

        with self._lock:
            if self._client is None:
                try:
                    self._settle()
                    self._session = create_session(self._config, mfa_prompt=self._mfa_prompt)
                    client = create_client(self._session, self._config)
                    _check_url(client.meta.endpoint_url)
                    client.meta.events.register("needs-retry.glue", self._note_throttling)
                    self._client = client
                except BotoCoreError as error:
                    raise map_client_error(error, subject, region=self.region) from error
                except (OSError, ValueError) as error:
                    raise Misconfigured(subject, region=self.region, detail=str(error)) from error
                except (AttributeError, TypeError) as error:
                    # As botocore raises it for a setting with a mapping under it.
                    detail = f"a setting of the profile cannot be used: {error}"
                    raise Misconfigured(subject, region=self.region, detail=detail) from error
            return self._client, self._session

    def _settle(self) -> None:
        """Read the retry settings once, with the lock held. Raises what botocore raises, OSError and ValueError."""
        if not self._settled:
            self._config = with_retry_settings(self._config)
            self._settled = True

    def _note_throttling(self, response: Any, **_: Any) -> None:
        """Called by botocore after each attempt; `response` is None if there was no response."""
        if response is not None and response[1].get("Error", {}).get("Code") in THROTTLING_CODES:
            self.throttled_at = self._monotonic()

    def _check_account(self, subject: str) -> None:
        allowed, forbidden = self._config.allowed_account_ids, self._config.forbidden_account_ids
        if not allowed and not forbidden:
            return
        account = self.account_id(subject)
        if (allowed and account not in allowed) or account in forbidden:
            rule = f"allowed {', '.join(allowed)}" if allowed else f"forbidden {', '.join(forbidden)}"
            raise WrongAccount(subject, region=self.region, detail=f"account {account}, {rule}")

    def _resolving(self, work: Callable[[], _T], subject: str) -> _T:
        """Result of `work`, which resolves credentials within a limit of its own. Raises LookFailed."""
        calls = 1 + len(self._config.assume_roles) + bool(self._config.assume_role_with_web_identity)
        seconds = max_call_seconds(self._config) * calls
        deadline = Deadline.after(max(seconds, _PROMPT_SECONDS) if self._mfa_prompt else seconds)
        with track_sources() as tracker:
            try:
                return deadline.run(work)
            except TimeoutError as error:
                source = tracker.source
                detail = f"no credentials within {format_duration(deadline.seconds)}"
                raise CredentialsUnavailable(
                    subject, region=self.region, detail=detail, source=source.name, remedy=source.remedy
                ) from error
            except credential_errors() as error:
                failure = map_credentials_error(error, subject, region=self.region, source=tracker.source)
                raise failure from (None if holds_credentials(error) else error)


def _check_url(url: str) -> None:
    """Raise ValueError for an endpoint, from the environment or a profile, that requests cannot be sent to."""
    try:
        _ = urlsplit(url).port
    except ValueError:
        # Without the URL, in which nothing tells the password from the rest.
        message = "the endpoint URL is invalid: encode special characters of its user name and password"
        raise ValueError(message) from None


def _console_of(client: Any) -> str:
    meta = client.meta
    return console_url(meta.partition, meta.region_name) if is_aws_url(meta.endpoint_url) else ""


class GivenConnection:
    """A client that the caller created, with its own credentials, retries and region."""

    throttled_at = -math.inf
    """The client's own events belong to the caller."""

    def __init__(self, client: BaseClient, config: AwsConfig) -> None:
        self._client = client
        self.config = config

    @property
    def region(self) -> str:
        """Region of the client."""
        return str(self._client.meta.region_name)

    @property
    def console(self) -> str:
        """Address of the AWS console, or an empty text."""
        return _console_of(self._client)

    def client(self, _subject: str) -> BaseClient:
        """The client as it is."""
        return self._client

    def account_id(self, subject: str) -> str:
        """Raise Misconfigured: a client does not show its account."""
        raise Misconfigured(subject, region=self.region, detail="a client was passed in, without its account")
