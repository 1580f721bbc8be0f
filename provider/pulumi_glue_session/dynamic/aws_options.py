"""`AwsOptions`: who asks Glue, and where, as a Pulumi program says it.

Rules of this module: every value may be an `Output`; what they may be is the business of `caller`. Names are those of `pulumi_aws.Provider`
where it has one. No credential is an option. An external id is a secret in the state, whether the program calls it one or not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, cast

import pulumi

from pulumi_glue_session.dynamic import inputs, run_context

_SECRET = "external_id"  # noqa: S105 - the name of the option


@dataclass(frozen=True, kw_only=True)
class AssumeRole:
    """A role to assume (STS API reference, AssumeRole), with the credentials of boto3's chain or of the role before it."""

    role_arn: pulumi.Input[str]
    """ARN of the role."""
    external_id: pulumi.Input[str] | None = field(default=None, repr=False)
    """External id that the role's trust policy asks for. Always a secret in the state."""
    session_name: pulumi.Input[str] | None = None
    """Name of the assumed session, as CloudTrail shows it. Default: `pulumi-glue-session`."""
    duration: pulumi.Input[float | str] | None = None
    """Lifetime of the credentials, in seconds or as `"1h"`: 15 minutes to 12 hours. They are renewed while a session is waited for."""
    policy: pulumi.Input[str] | None = None
    """IAM policy, as JSON, that further restricts the assumed credentials."""
    policy_arns: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None
    """ARNs of IAM policies that further restrict the assumed credentials."""


@dataclass(frozen=True, kw_only=True)
class AssumeRoleWithWebIdentity:
    """A role to assume with a token of an identity provider (STS API reference, AssumeRoleWithWebIdentity), as in CI systems."""

    role_arn: pulumi.Input[str]
    """ARN of the role."""
    web_identity_token_file: pulumi.Input[str]
    """Path of a file with the token. The token itself is a credential, and so no option."""
    session_name: pulumi.Input[str] | None = None
    """Name of the assumed session, as CloudTrail shows it. Default: `pulumi-glue-session`."""
    duration: pulumi.Input[float | str] | None = None
    """Lifetime of the credentials, in seconds or as `"1h"`: 15 minutes to 12 hours. The file is read again whenever they are renewed."""
    policy: pulumi.Input[str] | None = None
    """IAM policy, as JSON, that further restricts the assumed credentials."""
    policy_arns: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None
    """ARNs of IAM policies that further restrict the assumed credentials."""


@dataclass(frozen=True, kw_only=True)
class AwsOptions:
    """Who asks Glue, and where. What is not given comes from the stack's `aws:` configuration, then from boto3's own chain."""

    region: pulumi.Input[str] | None = None
    """Region of the session, as `eu-west-1`. Default: `aws:region`, then AWS_REGION and the profile's region."""
    profile: pulumi.Input[str] | None = None
    """Named profile of the shared AWS configuration. Default: `aws:profile`, then AWS_PROFILE."""
    assume_roles: Sequence[AssumeRole] = ()
    """Roles to assume, one after the other."""
    assume_role_with_web_identity: AssumeRoleWithWebIdentity | None = None
    """Role to assume with a token instead of credentials; before any of `assume_roles`."""
    endpoint_url: pulumi.Input[str] | None = None
    """URL to ask instead of Glue's public endpoint. Default: AWS_ENDPOINT_URL_GLUE and AWS_ENDPOINT_URL."""
    custom_ca_bundle: pulumi.Input[str] | None = None
    """Path of a file with the certificates to trust. Default: AWS_CA_BUNDLE."""
    max_retries: pulumi.Input[int] | None = None
    """Times that a failed request is tried again. Default: 3."""
    request_origin: pulumi.Input[str] | None = None
    """Origin of the request (Glue API reference, GetSession): 1 to 128 letters, digits, dots, hyphens and underscores."""
    allowed_account_ids: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None
    """Ids of the AWS accounts that may be asked. With others' credentials nothing is asked, and a refresh forgets nothing."""


def with_stack_defaults(aws: Any) -> Any:  # noqa: ANN401 - what a program gave in place of options is left for `Caller.of` to refuse
    """Options by name, with the stack's defaults: what `Caller.of` takes once the Outputs in it are known."""
    by_name: dict[str, Any] = resolve({} if aws is None else aws)
    if type(by_name) is not dict:
        return by_name
    defaults = {name: value for name in ("region", "profile") if (value := run_context.stack_default(name))}
    return {**defaults, **by_name}


def to_state(aws: Any) -> dict[str, Any] | None:  # noqa: ANN401 - as above
    """What the state has to hold for a later refresh to ask the same way; None where the program gave nothing."""
    by_name: dict[str, Any] = resolve(aws, hiding=True)
    return {name: value for name, value in by_name.items() if name != "region"} or None if type(by_name) is dict else None


def resolve(options: Any, *, hiding: bool = False) -> Any:  # noqa: ANN401 - options, or whatever a program gives in their place
    """Options as plain names and values, without those left out: to be used more than once, as a coroutine could not be.

    `hiding` makes a secret of what is one.
    """
    if is_dataclass(options) and not isinstance(options, type):
        options = {each.name: getattr(options, each.name) for each in fields(options)}
    if isinstance(options, Mapping):
        named = cast("Mapping[object, object]", options)
        if not all(isinstance(name, str) for name in named):
            return None if hiding else inputs.InvalidValue(named)
        by_name = {str(name): resolve(value, hiding=hiding) for name, value in named.items()}
        hidden = {name: pulumi.Output.secret(by_name[name]) for name in (_SECRET,) if hiding and by_name.get(name) is not None}
        return {name: value for name, value in {**by_name, **hidden}.items() if value is not None and value != []}
    if isinstance(options, (list, tuple)):
        return [resolve(each, hiding=hiding) for each in cast("Sequence[object]", options)]
    value: Any = cast("object", options) if isinstance(options, (pulumi.Output, inputs.InvalidValue)) else inputs.as_output(options)
    return inputs.as_input_value(value) if hiding else value
