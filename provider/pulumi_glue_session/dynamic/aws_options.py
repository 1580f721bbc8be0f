"""`AwsOptions`: the AWS configuration that a Pulumi program passes in.

Every value may be an `Output`. `core.aws_config` validates the values. Names are those of `pulumi_aws.Provider`
where it has the option. Credentials cannot be passed in. An external id is always a secret in the state.
"""

from __future__ import annotations

import difflib
import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, TypeVar, cast

import pulumi

from pulumi_glue_session.core.aws_config import UNRECORDED, merge_options
from pulumi_glue_session.dynamic import inputs, run_context
from pulumi_glue_session.dynamic.aws_provider import provider_options

_T = TypeVar("_T")

_URLS = ("endpoint_url", "glue", "sts", "http_proxy", "https_proxy")

_SECRET = "external_id"  # noqa: S105 - the name of the option


class UnknownOption(pulumi.RunError, TypeError):
    """An option that does not exist. It ends a program with its message, without a traceback."""


def _name_unknown_options(kind: type[_T]) -> type[_T]:
    """Replace the TypeError of a dataclass for an unknown name by a message with a suggestion."""
    construct = kind.__init__
    names = [each.name for each in fields(cast("Any", kind))]

    @functools.wraps(construct)
    def __init__(self: _T, *positional: Any, **options: Any) -> None:  # noqa: N807
        for name in options.keys() - set(names):
            similar = difflib.get_close_matches(name, names, n=1)
            advice = f"did you mean {similar[0]}?" if similar else f"use {', '.join(names)}"
            raise UnknownOption(f"{kind.__name__}({name}=...): unknown option, {advice}")
        construct(self, *positional, **options)

    setattr(kind, "__init__", __init__)  # noqa: B010 - mypy cannot compare the signatures
    return kind


@_name_unknown_options
@dataclass(frozen=True, kw_only=True)
class AssumeRole:
    """A role to assume with the credentials of boto3's chain or of the previous role (STS API, AssumeRole)."""

    role_arn: pulumi.Input[str]
    """ARN of the role."""
    external_id: pulumi.Input[str] | None = field(default=None, repr=False)
    """External id that the role's trust policy requires. Always a secret in the state."""
    session_name: pulumi.Input[str] | None = None
    """Name of the assumed session, as CloudTrail shows it. Default: `pulumi-glue-session`."""
    duration: pulumi.Input[float | str] | None = None
    """Lifetime of the credentials in seconds or as `"1h"`, 15 minutes to 12 hours. They are renewed during a wait."""
    policy: pulumi.Input[str] | None = None
    """IAM policy, as JSON, that further restricts the assumed credentials."""
    policy_arns: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None
    """ARNs of IAM policies that further restrict the assumed credentials."""
    source_identity: pulumi.Input[str] | None = None
    """Source identity of the assumed session, as CloudTrail shows it."""
    tags: pulumi.Input[Mapping[str, pulumi.Input[str]]] | None = None
    """Session tags of the assumed session."""
    transitive_tag_keys: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None
    """Keys of session tags that the next roles of the chain inherit."""


@_name_unknown_options
@dataclass(frozen=True, kw_only=True)
class AssumeRoleWithWebIdentity:
    """A role to assume with an OIDC token, as in CI systems (STS API, AssumeRoleWithWebIdentity)."""

    role_arn: pulumi.Input[str]
    """ARN of the role."""
    web_identity_token_file: pulumi.Input[str]
    """Path of a file with the token. The token itself is a credential and cannot be passed in."""
    session_name: pulumi.Input[str] | None = None
    """Name of the assumed session, as CloudTrail shows it. Default: `pulumi-glue-session`."""
    duration: pulumi.Input[float | str] | None = None
    """Lifetime of the credentials in seconds or as `"1h"`, 15 minutes to 12 hours. Each renewal reads the file."""
    policy: pulumi.Input[str] | None = None
    """IAM policy, as JSON, that further restricts the assumed credentials."""
    policy_arns: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None
    """ARNs of IAM policies that further restrict the assumed credentials."""


@_name_unknown_options
@dataclass(frozen=True, kw_only=True)
class AwsOptions:
    """AWS configuration of a read. Unset options come from the stack's `aws:` configuration, then from boto3."""

    region: pulumi.Input[str] | None = None
    """Region of the session, such as `eu-west-1`. Default: `aws:region`, then AWS_REGION and the profile's region."""
    profile: pulumi.Input[str] | None = None
    """Named profile of the shared AWS configuration. Default: `aws:profile`, then AWS_PROFILE."""
    assume_roles: Sequence[AssumeRole] = ()
    """Roles to assume one after the other."""
    assume_role_with_web_identity: AssumeRoleWithWebIdentity | None = None
    """Role to assume with a token instead of credentials, before `assume_roles`."""
    endpoint_url: pulumi.Input[str] | None = None
    """URL to use instead of Glue's public endpoint. Default: AWS_ENDPOINT_URL_GLUE and AWS_ENDPOINT_URL."""
    custom_ca_bundle: pulumi.Input[str] | None = None
    """Path of a file with the certificates to trust. Default: AWS_CA_BUNDLE."""
    max_retries: pulumi.Input[int] | None = None
    """Number of retries of a failed request. Default: from AWS_MAX_ATTEMPTS, then the profile, then 3."""
    request_origin: pulumi.Input[str] | None = None
    """RequestOrigin of GetSession and ListSessions: 1 to 128 letters, digits, dots, hyphens and underscores."""
    allowed_account_ids: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None
    """Ids of the AWS accounts that may be used. With another account Glue is not called and a refresh fails."""
    forbidden_account_ids: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None
    """Ids of AWS accounts that must not be used."""
    endpoints: Mapping[str, pulumi.Input[str]] | None = None
    """URLs to use instead of the public endpoints, by service: `glue` and `sts`."""
    shared_config_files: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None
    """Path of the shared configuration file, as a list with one item. Default: AWS_CONFIG_FILE, then ~/.aws/config."""
    shared_credentials_files: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None
    """Path of the shared credentials file, as a list with one item. Default: AWS_SHARED_CREDENTIALS_FILE."""
    http_proxy: pulumi.Input[str] | None = None
    """URL of the proxy for HTTP requests. Default: HTTP_PROXY."""
    https_proxy: pulumi.Input[str] | None = None
    """URL of the proxy for HTTPS requests. Default: HTTPS_PROXY."""
    no_proxy: pulumi.Input[str] | None = None
    """Hosts that need no proxy, separated by commas. Default: NO_PROXY."""
    retry_mode: pulumi.Input[str] | None = None
    """Retry mode: `adaptive` or `standard`. Default: from AWS_RETRY_MODE, then the profile, then `adaptive`."""
    sts_region: pulumi.Input[str] | None = None
    """Region of STS, which assumes roles. Default: the region of the session."""
    use_fips_endpoint: pulumi.Input[bool] | None = None
    """Whether to use FIPS endpoints. Default: AWS_USE_FIPS_ENDPOINT."""
    use_dualstack_endpoint: pulumi.Input[bool] | None = None
    """Whether to use dual-stack endpoints (IPv4 and IPv6). Default: AWS_USE_DUALSTACK_ENDPOINT."""


def with_defaults(aws: Any, provider: pulumi.ProviderResource | None = None) -> Any:
    """Options with the defaults of an explicit `aws.Provider`, or else of the stack's configuration.

    `AwsConfig.parse` takes them once their Outputs are known. With a provider the result itself is an Output.
    """
    by_name: dict[str, Any] = resolve({} if aws is None else aws)
    if type(by_name) is not dict:
        return by_name
    if provider is None:
        return merge_options(run_context.stack_options(), by_name)
    both = pulumi.Output.all(provider_options(provider), pulumi.Output.from_input(by_name))
    return both.apply(lambda known: merge_options(*known))


def without_credentials(aws: Any) -> Any:
    """Options without the credentials of the stack's configuration."""
    if not isinstance(aws, Mapping):
        return aws
    return {name: value for name, value in cast("Mapping[str, Any]", aws).items() if name != UNRECORDED}


def to_state(aws: Any) -> Any:
    """Options to record, so that a refresh reads with the same configuration. None if there are none.

    An Output, the options of an explicit provider, is recorded without its credentials.
    """
    if isinstance(aws, pulumi.Output):
        return cast("Any", aws).apply(_provider_state)
    by_name: dict[str, Any] = resolve(aws, mark_secrets=True)
    return (
        {name: value for name, value in by_name.items() if name != "region"} or None if type(by_name) is dict else None
    )


def _provider_state(options: Any) -> Any:
    if not isinstance(options, Mapping):
        # The observation refuses it.
        return None
    options = cast("Mapping[str, Any]", options)
    recorded = {name: value for name, value in options.items() if name not in ("region", UNRECORDED)} or None
    return (
        pulumi.Output.secret(recorded)
        if _holds_credentials(recorded)
        else pulumi.Output.unsecret(pulumi.Output.from_input(recorded))
    )


def _holds_credentials(value: Any, name: str = "") -> bool:
    """Whether the option is an external id or a URL with a password, or contains one."""
    if isinstance(value, Mapping):
        return any(_holds_credentials(each, key) for key, each in cast("Mapping[str, object]", value).items())
    if isinstance(value, list):
        return any(map(_holds_credentials, cast("list[object]", value)))
    return value is not None and (name == _SECRET or (name in _URLS and isinstance(value, str) and "@" in value))


def _mark_secret(name: str, value: Any) -> Any:
    """The value as a secret, if it holds credentials. Values inside of it are marked by themselves."""
    if isinstance(value, (Mapping, list)):
        return cast("object", value)
    if isinstance(value, pulumi.Output) and name in (*_URLS, "endpoints"):
        url: pulumi.Output[Any] = cast("Any", value)
        return url.apply(lambda known: pulumi.Output.secret(known) if _holds_credentials(known, name) else known)
    return pulumi.Output.secret(cast("Any", value)) if _holds_credentials(value, name) else cast("Any", value)


def resolve(options: Any, *, mark_secrets: bool = False) -> Any:
    """Options as mappings and lists, without unset ones. Awaitables become Outputs, which can be used twice.

    `mark_secrets` makes external ids and URLs with passwords secrets.
    """
    if is_dataclass(options) and not isinstance(options, type):
        options = {each.name: getattr(options, each.name) for each in fields(options)}
    if isinstance(options, Mapping):
        named = cast("Mapping[object, object]", options)
        if not all(isinstance(name, str) and name != UNRECORDED for name in named):
            return None if mark_secrets else inputs.InvalidValue(named)
        by_name = {str(name): resolve(value, mark_secrets=mark_secrets) for name, value in named.items()}
        if mark_secrets:
            by_name = {name: _mark_secret(name, value) for name, value in by_name.items()}
        return {name: value for name, value in by_name.items() if value is not None and value != []}
    if isinstance(options, (list, tuple)):
        return [resolve(each, mark_secrets=mark_secrets) for each in cast("Sequence[object]", options)]
    value: Any = (
        cast("object", options)
        if isinstance(options, (pulumi.Output, inputs.InvalidValue))
        else inputs.as_output(options)
    )
    return inputs.as_input_value(value) if mark_secrets else value
