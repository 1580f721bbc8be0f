"""boto3 sessions: profile, region and credentials, with roles assumed on top.

Credentials live only in boto3's objects, which renew assumed ones before they expire, so a wait can outlive them.
"""

from __future__ import annotations

import os
import ssl
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from pulumi_glue_session.aws.client import create_client
from pulumi_glue_session.core.aws_config import AssumeRole, AssumeRoleWithWebIdentity, AwsConfig

if TYPE_CHECKING:
    from botocore import credentials
    from botocore.client import BaseClient

_SESSION_NAME = "pulumi-glue-session"
"""Default name of assumed-role sessions, as CloudTrail shows them."""


def create_session(config: AwsConfig) -> Any:  # noqa: ANN401 - untyped in boto3
    """boto3 session for the configuration. Roles are assumed when the first request is signed.

    Raises what botocore raises, and OSError for a CA bundle that cannot be used.
    """
    import boto3

    if config.custom_ca_bundle:
        _check_ca_bundle(config.custom_ca_bundle)
    # boto3 reads only AWS_DEFAULT_REGION. pulumi-aws and the other AWS SDKs read AWS_REGION first.
    region = config.region or os.environ.get("AWS_REGION") or None
    session: Any = boto3.session.Session(profile_name=config.profile, region_name=region)
    if config.assume_role_with_web_identity:
        session = _assume_role(session, config, config.assume_role_with_web_identity)
    for role in config.assume_roles:
        session = _assume_role(session, config, role)
    return session


def _assume_role(source: Any, config: AwsConfig, role: AssumeRole | AssumeRoleWithWebIdentity) -> Any:  # noqa: ANN401 - untyped in boto3
    """Copy of `source` with the role's credentials, which are fetched on first use and renewed before they expire."""
    import boto3
    import botocore.session
    from botocore import credentials

    fetcher = _role_fetcher(source, config, role)
    refreshable = credentials.DeferredRefreshableCredentials(fetcher.fetch_credentials, "assume-role")
    provider: Any = SimpleNamespace(METHOD="assume-role", load=lambda: refreshable)
    session = botocore.session.Session(profile=config.profile)
    session.register_component("credential_provider", credentials.CredentialResolver([provider]))
    return boto3.session.Session(botocore_session=session, region_name=source.region_name)


def _role_fetcher(
    source: Any,  # noqa: ANN401 - untyped in boto3
    config: AwsConfig,
    role: AssumeRole | AssumeRoleWithWebIdentity,
) -> credentials.BaseAssumeRoleCredentialFetcher:
    from botocore import credentials, exceptions

    def create_sts_client(service: str, **options: Any) -> BaseClient:  # noqa: ANN401 - as botocore passes them
        return create_client(source, config, service, **options)

    arguments = _role_arguments(role)
    if isinstance(role, AssumeRoleWithWebIdentity):
        token_file = role.web_identity_token_file
        return credentials.AssumeRoleWithWebIdentityCredentialFetcher(
            create_sts_client, lambda: _read_token(token_file), role.role_arn, extra_args=arguments
        )
    source_credentials = source.get_credentials()
    if source_credentials is None:
        raise exceptions.NoCredentialsError
    return credentials.AssumeRoleCredentialFetcher(
        create_sts_client, source_credentials, role.role_arn, extra_args=arguments
    )


def _role_arguments(role: AssumeRole | AssumeRoleWithWebIdentity) -> dict[str, Any]:
    """Parameters of AssumeRole and AssumeRoleWithWebIdentity other than RoleArn."""
    arguments = {
        "RoleSessionName": role.session_name or _SESSION_NAME,
        "DurationSeconds": None if role.duration is None else int(role.duration),
        "Policy": role.policy,
        "PolicyArns": [{"arn": arn} for arn in role.policy_arns] or None,
        "ExternalId": role.external_id if isinstance(role, AssumeRole) else None,
    }
    return {name: value for name, value in arguments.items() if value is not None}


def _read_token(path: str) -> str:
    from botocore.exceptions import InvalidConfigError

    try:
        return Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise InvalidConfigError(error_msg=str(error)) from error
    except ValueError as error:
        raise InvalidConfigError(error_msg=f"{path!r} does not contain a token: {error}") from error


def _check_ca_bundle(path: str) -> None:
    """Raise OSError for a file without certificates. Later it would look like a network failure."""
    with Path(path).open("rb"):
        try:
            ssl.create_default_context(cafile=path)
        except ssl.SSLError as error:
            message = f"{path!r} does not contain a certificate: {error}"
            raise OSError(message) from error
