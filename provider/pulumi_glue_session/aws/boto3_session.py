"""boto3 sessions for an AWS configuration: its shared files, region, retries, CA bundle and options of clients."""

from __future__ import annotations

import os
import ssl
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pulumi_glue_session.aws.client import check_endpoint, client_options
from pulumi_glue_session.aws.credentials import assume_role, base_credentials
from pulumi_glue_session.core.aws_config import AwsConfig

_MAX_ATTEMPTS = 51
"""More attempts than this would outlast any timeout."""


def create_session(config: AwsConfig, *, mfa_prompt: Callable[[str], str] | None = None) -> Any:
    """boto3 session for the configuration. Nothing is read or called to find credentials before `resolve_credentials`.

    `mfa_prompt` asks the user for an MFA code; without it, profiles that need one are refused. Raises what botocore
    raises, and OSError for a file that cannot be used.
    """
    import boto3

    botocore_session = _load_shared_files(config)
    botocore_session.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=_parse_timestamp)
    # botocore reads REQUESTS_CA_BUNDLE too, and rejects an empty one.
    bundle = (
        config.custom_ca_bundle
        or botocore_session.get_config_variable("ca_bundle")
        or os.environ.get("REQUESTS_CA_BUNDLE")
    )
    if bundle:
        _check_ca_bundle(bundle)
    else:
        botocore_session.set_config_variable("ca_bundle", value=True)
    _apply_client_options(botocore_session, config)
    snapshot = base_credentials(botocore_session, config, mfa_prompt)
    roles = [config.assume_role_with_web_identity, *config.assume_roles]
    for role in roles:
        if role is not None:
            snapshot = assume_role(botocore_session, snapshot, role, config)
    botocore_session.get_credentials = lambda: snapshot
    # boto3 reads only AWS_DEFAULT_REGION. pulumi-aws and the other AWS SDKs read AWS_REGION first.
    region = config.region or os.environ.get("AWS_REGION") or None
    if region and not region.isprintable():
        message = f"the region {region!r} contains a line break or another control character"
        raise ValueError(message)
    return boto3.session.Session(botocore_session=botocore_session, profile_name=config.profile, region_name=region)


def with_retry_settings(config: AwsConfig) -> AwsConfig:
    """The configuration, with the retry settings of the environment and of the profile if it has none.

    Raises what botocore raises for the shared files, and ValueError for an invalid number.
    """
    if config.max_retries is not None and config.retry_mode:
        return config
    botocore_session = _load_shared_files(config, include_builtin_handlers=False)
    # boto3 reports a profile that does not exist.
    profile: Mapping[str, Any] = botocore_session.full_config["profiles"].get(botocore_session.profile or "default", {})
    mode = config.retry_mode or os.environ.get("AWS_RETRY_MODE") or profile.get("retry_mode") or None
    retries = config.max_retries
    if retries is None:
        variable, setting = os.environ.get("AWS_MAX_ATTEMPTS"), profile.get("max_attempts")
        name, attempts = ("AWS_MAX_ATTEMPTS", variable) if variable else ("max_attempts of the profile", setting)
        if attempts:
            retries = _parse_attempts(attempts, name) - 1
    return replace(config, retry_mode=mode, max_retries=retries)


def _parse_attempts(text: Any, name: str) -> int:
    if not isinstance(text, str) or not text.isascii() or not text.isdecimal():
        message = f"{name} is {text!r}: use a whole number of attempts"
        raise ValueError(message)
    # A longer number of digits is not worth its conversion.
    return max(1, min(int(text[-9:]), _MAX_ATTEMPTS))


def _load_shared_files(config: AwsConfig, **options: Any) -> Any:
    """Session of botocore that reads the variables and shared files of the configuration."""
    import botocore.session

    botocore_session: Any = botocore.session.Session(profile=config.profile, **options)
    _ignore_empty_variables(botocore_session)
    _apply_settings(botocore_session, config)
    return botocore_session


def _parse_timestamp(value: Any) -> Any:
    """The timestamp, or the value as it is: one that cannot be read must not hide a whole list."""
    from botocore.utils import parse_timestamp

    try:
        # Python takes a boolean for a number of seconds.
        return value if isinstance(value, bool) else parse_timestamp(value)
    except (OSError, OverflowError, RuntimeError, TypeError, ValueError):
        return value


def _ignore_empty_variables(botocore_session: Any) -> None:
    """Make botocore treat empty environment variables as not set, as the other AWS SDKs do."""
    for name, (key, variables, default, convert) in list(botocore_session.session_var_map.items()):
        listed = [variables] if isinstance(variables, str) else list(variables or ())
        used = [each for each in listed if os.environ.get(each) != ""]
        if used != listed:
            botocore_session.session_var_map[name] = (key, used or None, default, convert)


def _apply_settings(botocore_session: Any, config: AwsConfig) -> None:
    for name, paths in (
        ("config_file", config.shared_config_files),
        ("credentials_file", config.shared_credentials_files),
    ):
        for path in paths:
            with Path(path).expanduser().open("rb"):
                botocore_session.set_config_variable(name, path)
    hidden = config.unrecorded
    if hidden and hidden.ec2_metadata_service_endpoint:
        botocore_session.set_config_variable("ec2_metadata_service_endpoint", hidden.ec2_metadata_service_endpoint)
    if hidden and hidden.ec2_metadata_service_endpoint_mode:
        botocore_session.set_config_variable(
            "ec2_metadata_service_endpoint_mode", hidden.ec2_metadata_service_endpoint_mode
        )


def _apply_client_options(botocore_session: Any, config: AwsConfig) -> None:
    """Use our endpoints, proxies and limits in botocore's own clients too, such as the STS client of a profile."""
    create = botocore_session.create_client

    def create_client(service_name: str, *arguments: Any, **options: Any) -> Any:
        defaults = client_options(config, service_name)
        given = options.pop("config", None)
        if "region_name" in defaults:
            arguments = ()
            options.pop("region_name", None)
        merged = {**defaults, **{name: value for name, value in options.items() if value is not None}}
        merged["config"] = defaults["config"].merge(given) if given else defaults["config"]
        client = create(service_name, *arguments, **merged)
        check_endpoint(client, config, service_name)
        return client

    botocore_session.create_client = create_client


def _check_ca_bundle(path: str) -> None:
    """Raise OSError for a file without certificates. Later it would look like a network failure."""
    if Path(path).is_dir():
        return
    try:
        with Path(path).open("rb"):
            ssl.create_default_context(cafile=path)
    except ssl.SSLError as error:
        message = f"CA bundle {path!r} does not contain a certificate: {error}"
        raise OSError(message) from error
    except OSError as error:
        message = f"CA bundle {path!r}: {error.strerror}"
        raise OSError(message) from error
