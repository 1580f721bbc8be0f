"""Credentials: boto3's chain and assumed roles, resolved in a step of their own before a request is signed.

Requests are signed with a snapshot of the credentials, so an error of a source never looks like an error of Glue.
Credentials exist only in memory, and they are renewed before they expire, so a wait can outlive them.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pulumi_glue_session.core.aws_config import AssumeRole, AssumeRoleWithWebIdentity, AwsConfig

if TYPE_CHECKING:
    from botocore import credentials

_SESSION_NAME = "pulumi-glue-session"
"""Default name of assumed-role sessions, as CloudTrail shows them."""

_CLI_CACHE = Path("~/.aws/cli/cache")
"""Folder in which the AWS CLI keeps the credentials of roles."""

_CONTAINER_VARIABLES = ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI")


class MfaRequired(RuntimeError):
    """A profile needs an MFA code, and this face must not ask for one."""


class UnusableKeys(RuntimeError):
    """A source answered with keys that cannot sign a request. The text does not contain them."""

    def __init__(self, message: str, *, remedy: str = "") -> None:
        self.remedy = remedy
        super().__init__(message)


@dataclass(frozen=True, kw_only=True)
class CredentialSource:
    """Where credentials come from, and what to do if they cannot be resolved."""

    name: str = ""
    remedy: str = ""
    profile: str = ""
    method: str = ""
    """Method of botocore's credential provider."""


_CHAIN_SETTINGS = CredentialSource(
    name="settings of boto3's credential chain",
    remedy="correct the AWS_... variable or the setting of the profile",
    method="settings",
)


@dataclass(kw_only=True)
class SourceTracker:
    """Source that is being resolved, or the one that failed."""

    active: list[CredentialSource] = field(default_factory=list[CredentialSource])
    failed: CredentialSource | None = None

    @property
    def source(self) -> CredentialSource:
        """The failed source, or the one that is being resolved."""
        return self.failed or (self.active[-1] if self.active else CredentialSource())


_tracker: ContextVar[SourceTracker] = ContextVar("tracker")


@contextmanager
def track_sources() -> Generator[SourceTracker, None, None]:
    """Record the sources that are resolved in this context and in threads that copy it."""
    tracker = SourceTracker()
    token = _tracker.set(tracker)
    try:
        yield tracker
    finally:
        _tracker.reset(token)


@contextmanager
def _resolving(source: CredentialSource) -> Generator[None, None, None]:
    tracker = _tracker.get(SourceTracker())
    tracker.active.append(source)
    succeeded = False
    try:
        yield
        succeeded = True
    finally:
        if succeeded:
            tracker.active.pop()
        else:
            tracker.failed = tracker.failed or source


class Snapshot:
    """Credentials as botocore takes them. `resolve` renews them; signing a request never does."""

    method = "snapshot"

    def __init__(self, load: Callable[[], Any], source: CredentialSource | None = None) -> None:
        """`load` returns credentials of botocore, or None if there are none."""
        self._load = load
        self._source = source
        self._lock = threading.Lock()
        self._credentials: Any = None
        self._frozen: Any = None

    def resolve(self) -> None:
        """Find or renew the credentials, if they need it. Raises whatever their source raises."""
        from botocore.exceptions import NoCredentialsError

        if not self.needs_resolving():
            return
        with self._lock:
            if self._credentials is None:
                self._credentials = self._load()
            credentials = self._credentials
        if credentials is None:
            with _resolving(CredentialSource(name="boto3's credential chain")):
                raise NoCredentialsError
        with _resolving(self._source or _describe_source(credentials.method, "")):
            try:
                frozen = credentials.get_frozen_credentials()
                _check_keys(frozen)
                self._frozen = frozen
            finally:
                if self._frozen is None:
                    # A second attempt with the same object can fail for another reason than the first one.
                    self._credentials = None

    def needs_resolving(self) -> bool:
        """Whether `resolve` may have to read a file, run a process or make a request."""
        refresh_needed = getattr(self._credentials, "refresh_needed", None)
        return self._frozen is None or (refresh_needed is not None and refresh_needed())

    def set_source(self, source: CredentialSource) -> None:
        """Name the source that `load` found."""
        self._source = source

    def get_frozen_credentials(self) -> Any:
        """Credentials of the last `resolve`."""
        if self._frozen is None:
            self.resolve()
        return self._frozen

    @property
    def access_key(self) -> str:
        """Access key id."""
        return str(self.get_frozen_credentials().access_key)

    @property
    def secret_key(self) -> str:
        """Secret access key."""
        return str(self.get_frozen_credentials().secret_key)

    @property
    def token(self) -> str | None:
        """Session token."""
        token: str | None = self.get_frozen_credentials().token
        return token

    def get_deferred_property(self, name: str) -> Callable[[], Any]:
        """As botocore's credentials."""
        return lambda: getattr(self.get_frozen_credentials(), name, None)


def resolve_credentials(session: Any) -> None:
    """Find or renew the credentials of a session. Raises whatever their source raises."""
    session.get_credentials().resolve()


def needs_resolving(session: Any) -> bool:
    """Whether `resolve_credentials` may have to read a file, run a process or make a request."""
    snapshot: Snapshot = session.get_credentials()
    return snapshot.needs_resolving()


def base_credentials(botocore_session: Any, config: AwsConfig, mfa_prompt: Callable[[str], str] | None) -> Snapshot:
    """Credentials before any role of the configuration is assumed."""
    from botocore.credentials import Credentials

    hidden = config.unrecorded
    if hidden and hidden.access_key:
        static = Credentials(hidden.access_key, hidden.secret_key or "", hidden.token, method="static")
        return Snapshot(lambda: static, CredentialSource(name=hidden.source, remedy=f"correct {hidden.source}"))

    def load() -> Any:
        profile = botocore_session.profile or "default"
        with _resolving(_CHAIN_SETTINGS):
            providers = botocore_session.get_component("credential_provider").providers
        for provider in providers:
            if provider.METHOD == "iam-role" and hidden and hidden.skip_metadata_api_check:
                continue
            if provider.METHOD == "container-role" and not any(os.environ.get(name) for name in _CONTAINER_VARIABLES):
                continue
            if provider.METHOD == "assume-role":
                provider._prompter = mfa_prompt or _refuse_mfa  # noqa: SLF001 - not settable in another way
                # Profiles of an attempt that failed would look like a loop.
                provider._visited_profiles = [provider._profile_name]  # noqa: SLF001
                provider.cache = _CachedRoles()
            source = _describe_source(provider.METHOD, profile)
            with _resolving(source):
                found = provider.load()
            if found is not None:
                snapshot.set_source(source)
                return found
        return None

    snapshot = Snapshot(load)
    return snapshot


def assume_role(
    botocore_session: Any, source: Snapshot, role: AssumeRole | AssumeRoleWithWebIdentity, config: AwsConfig
) -> Snapshot:
    """Credentials of a role, which are fetched on first use and renewed before they expire."""
    from botocore import credentials

    fetcher: credentials.BaseAssumeRoleCredentialFetcher
    if isinstance(role, AssumeRoleWithWebIdentity):
        token = config.unrecorded.web_identity_token if config.unrecorded else None
        path = role.web_identity_token_file
        where = "" if token else f" with the token in {path}"
        fetcher = credentials.AssumeRoleWithWebIdentityCredentialFetcher(
            botocore_session.create_client,
            lambda: token or _read_token(path),
            role.role_arn,
            extra_args=_role_arguments(role),
        )
        named = CredentialSource(
            name=f"STS AssumeRoleWithWebIdentity of {role.role_arn}{where}",
            remedy="check the token file, the identity provider and the trust policy of the role",
        )
        fetch = fetcher.fetch_credentials
    else:
        fetcher = credentials.AssumeRoleCredentialFetcher(
            botocore_session.create_client, source, role.role_arn, extra_args=_role_arguments(role)
        )
        named = CredentialSource(
            name=f"STS AssumeRole of {role.role_arn}",
            remedy="check the role ARN, its trust policy, the external id, and that the credentials may assume it",
        )

        def fetch() -> Any:
            source.resolve()
            return fetcher.fetch_credentials()

    deferred = credentials.DeferredRefreshableCredentials(fetch, "assume-role")
    return Snapshot(lambda: deferred, named)


def _role_arguments(role: AssumeRole | AssumeRoleWithWebIdentity) -> dict[str, Any]:
    """Parameters of AssumeRole and AssumeRoleWithWebIdentity other than RoleArn."""
    arguments: dict[str, Any] = {
        "RoleSessionName": role.session_name or _SESSION_NAME,
        "DurationSeconds": None if role.duration is None else int(role.duration),
        "Policy": role.policy,
        "PolicyArns": [{"arn": arn} for arn in role.policy_arns] or None,
    }
    if isinstance(role, AssumeRole):
        arguments |= {
            "ExternalId": role.external_id,
            "SourceIdentity": role.source_identity,
            "Tags": [{"Key": key, "Value": value} for key, value in role.tags] or None,
            "TransitiveTagKeys": list(role.transitive_tag_keys) or None,
        }
    return {name: value for name, value in arguments.items() if value is not None}


def _describe_source(method: str, profile: str) -> CredentialSource:
    of_profile = f' of profile "{profile}"' if profile else ""
    option = f" --profile {profile}" if profile not in ("", "default") else ""
    token_file = os.environ.get("AWS_WEB_IDENTITY_TOKEN_FILE")
    sources = {
        "env": (
            "environment variables AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
            "set both variables to valid credentials, or unset both",
        ),
        "assume-role": (f"role{of_profile}", "check role_arn and source_profile, and the trust policy of the role"),
        "assume-role-with-web-identity": (
            f"AWS_WEB_IDENTITY_TOKEN_FILE {token_file}" if token_file else f"web_identity_token_file{of_profile}",
            "check that the token file exists and can be read, and the trust policy of the role",
        ),
        "sso": (f"IAM Identity Center{of_profile}", f"run aws sso login{option}"),
        "login": (f"aws login{of_profile}", f"run aws login{option}, and pip install 'botocore[crt]' if it is missing"),
        "custom-process": (f"credential_process{of_profile}", "run its command in a shell and correct it"),
        "container-role": (
            "container credentials of AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or _FULL_URI",
            "check the variable and the agent that serves it",
        ),
        "iam-role": ("EC2 instance metadata", "check the instance profile, or configure other credentials"),
        "boto-config": ("boto configuration file (BOTO_CONFIG, ~/.boto)", "correct or remove this file"),
        "shared-credentials-file": (f"shared credentials file{of_profile}", "correct the profile"),
        "config-file": (f"shared configuration file{of_profile}", "correct the profile"),
    }
    name, remedy = sources.get(method, (method, ""))
    return CredentialSource(name=name, remedy=remedy, profile=profile, method=method)


def _check_keys(frozen: Any) -> None:
    """Raise UnusableKeys for keys that botocore accepts and cannot sign with."""
    for name, value in (("access key", frozen.access_key), ("secret key", frozen.secret_key)):
        if not value or not isinstance(value, str):
            message = f"the {name} is {'not a string' if value else 'empty'}"
            raise UnusableKeys(message)
    if any(set("\r\n") & set(each) for each in (frozen.access_key, frozen.secret_key, frozen.token or "")):
        message = "an access key or session token contains a line break"
        raise UnusableKeys(message, remedy="remove the line break")


def _refuse_mfa(prompt: str) -> str:
    raise MfaRequired(prompt)


class _CachedRoles(dict[str, Any]):
    """Credentials of roles that the AWS CLI has cached. Read only: new credentials stay in memory."""

    def _read(self, key: str) -> Any:
        from botocore.utils import JSONFileCache

        cache = JSONFileCache(str(_CLI_CACHE.expanduser()))
        try:
            return cache[key] if key in cache else None  # noqa: SIM401 - the cache has no get()
        except (KeyError, OSError, ValueError):
            return None

    def __contains__(self, key: object) -> bool:
        return super().__contains__(key) or self._read(str(key)) is not None

    def __getitem__(self, key: str) -> Any:
        return super().__getitem__(key) if super().__contains__(key) else self._read(key)


def _read_token(path: str) -> str:
    return Path(path).read_text(encoding="utf-8")
