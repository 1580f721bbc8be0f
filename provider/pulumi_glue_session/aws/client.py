"""boto3 for one caller: region, credentials, roles to assume, patience.

Rules of this module: the only one that imports boto3, and only when Glue is asked. Credentials live in boto3's objects alone, which
renew assumed ones by themselves before they end, so that a long wait outlives them.
"""

from __future__ import annotations

import os
import ssl
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from pulumi_glue_session.core.aws_config import AssumeRole, AssumeRoleWithWebIdentity, AwsConfig

if TYPE_CHECKING:
    from botocore.client import BaseClient


_CONNECT_SECONDS = 5
_READ_SECONDS = 10
_RETRIES = 3
"""With these three an endpoint that swallows everything is given up after 47 s at most (four times 10 s, and pauses of 1, 2 and 4 s)."""

_LONGEST_PAUSE = 20
"""Seconds: botocore's pauses before a retry are 1, 2, 4, 8 and 16 s at most, and then this."""

MAX_CONCURRENCY = 8
"""GetSession calls in flight when sessions have to be asked for singly: below the rate at which Glue throttles, and the pool's width."""

_SESSION_NAME = "pulumi-glue-session"
"""Name of assumed sessions where none is given: what CloudTrail shows."""


class Aws:
    """boto3 as one caller. Every method raises what botocore raises: NoRegionError, ProfileNotFound, ClientError and the like."""

    def __init__(self, caller: AwsConfig) -> None:
        """Find credentials, and take on the roles. Nothing is asked of AWS yet."""
        import boto3

        self._caller = caller
        if caller.custom_ca_bundle:
            _check_bundle(caller.custom_ca_bundle)
        # boto3 itself reads only AWS_DEFAULT_REGION; pulumi-aws and the other SDKs of AWS read AWS_REGION first.
        region = caller.region or os.environ.get("AWS_REGION") or None
        self._session: Any = boto3.session.Session(profile_name=caller.profile, region_name=region)
        if caller.assume_role_with_web_identity:
            self._session = self._assumed(caller.assume_role_with_web_identity)
        for role in caller.assume_roles:
            self._session = self._assumed(role)

    def glue(self) -> BaseClient:
        """Client for Glue, in a region that is known."""
        from botocore.exceptions import NoRegionError

        client = self._client(self._session, "glue", endpoint_url=self._caller.endpoint_url)
        # With an endpoint URL botocore itself makes do without a region, and nobody would know which one was asked.
        if not client.meta.region_name:
            raise NoRegionError
        return client

    def account(self) -> str:
        """Id of the account whose credentials these are (STS GetCallerIdentity, which needs no permission)."""
        sts: Any = self._client(self._session, "sts")
        return str(sts.get_caller_identity().get("Account") or "unknown")

    def _client(self, session: Any, service: str, *, config: Any = None, **more: Any) -> BaseClient:  # noqa: ANN401 - as boto3 takes them
        from botocore.config import Config

        ours = Config(
            connect_timeout=_CONNECT_SECONDS,
            read_timeout=_READ_SECONDS,
            retries={"mode": "adaptive", "total_max_attempts": _retries(self._caller) + 1},
            max_pool_connections=MAX_CONCURRENCY,
            user_agent_extra="pulumi-glue-session",
        )
        client: BaseClient = session.client(
            service, config=ours.merge(config) if config else ours, verify=self._caller.custom_ca_bundle, **more
        )
        return client

    def _assumed(self, role: AssumeRole | AssumeRoleWithWebIdentity) -> Any:  # noqa: ANN401 - a boto3 session
        """A session like the present one, with the role's credentials: got when they are first needed, renewed before they end."""
        import boto3
        import botocore.session
        from botocore import credentials, exceptions, utils

        source, caller = self._session, self._caller

        def create_client(service: str, **more: Any) -> BaseClient:  # noqa: ANN401 - as boto3 takes them
            return self._client(source, service, **more)

        fetcher: credentials.BaseAssumeRoleCredentialFetcher
        if isinstance(role, AssumeRoleWithWebIdentity):
            load_from_file = utils.FileWebIdentityTokenLoader(role.web_identity_token_file)

            def load_token() -> str:
                try:
                    return str(load_from_file())
                except OSError as error:
                    raise exceptions.InvalidConfigError(error_msg=str(error)) from error
                except ValueError as error:
                    message = f"{role.web_identity_token_file!r} holds no token: {error}"
                    raise exceptions.InvalidConfigError(error_msg=message) from error

            fetcher = credentials.AssumeRoleWithWebIdentityCredentialFetcher(
                create_client, load_token, role.role_arn, extra_args=_extra_arguments(role)
            )
        else:
            with_credentials = source.get_credentials()
            if with_credentials is None:
                raise exceptions.NoCredentialsError
            fetcher = credentials.AssumeRoleCredentialFetcher(
                create_client, with_credentials, role.role_arn, extra_args=_extra_arguments(role)
            )
        renewed = credentials.DeferredRefreshableCredentials(fetcher.fetch_credentials, "assume-role")
        session = botocore.session.Session(profile=caller.profile)
        provider: Any = SimpleNamespace(METHOD="assume-role", load=lambda: renewed)
        session.register_component("credential_provider", credentials.CredentialResolver([provider]))
        return boto3.session.Session(botocore_session=session, region_name=source.region_name)


def max_call_seconds(caller: AwsConfig) -> float:
    """Seconds after which a call is no longer heard: as many as all its attempts and pauses may take, 67 by default.

    botocore itself counts from byte to byte, so that an answer which only trickles, or a name server that is silent, would hold a look up
    for ever.
    """
    retries = _retries(caller)
    pauses = sum(min(1 << retry, _LONGEST_PAUSE) for retry in range(retries))
    return (retries + 1) * (_CONNECT_SECONDS + _READ_SECONDS) + pauses


def _retries(caller: AwsConfig) -> int:
    return _RETRIES if caller.max_retries is None else caller.max_retries


def _check_bundle(path: str) -> None:
    """Raise OSError for a file without certificates: at a call it would be told as trouble with the network."""
    with Path(path).open("rb"):
        try:
            ssl.create_default_context(cafile=path)
        except ssl.SSLError as error:
            message = f"{path!r} holds no certificate: {error}"
            raise OSError(message) from error


def _extra_arguments(role: AssumeRole | AssumeRoleWithWebIdentity) -> dict[str, Any]:
    """Parameters of AssumeRole and AssumeRoleWithWebIdentity beside the role's ARN."""
    given = {
        "RoleSessionName": role.session_name or _SESSION_NAME,
        "DurationSeconds": None if role.duration is None else int(role.duration),
        "Policy": role.policy,
        "PolicyArns": [{"arn": arn} for arn in role.policy_arns] or None,
        "ExternalId": role.external_id if isinstance(role, AssumeRole) else None,
    }
    return {name: value for name, value in given.items() if value is not None}
