"""Takes over the configuration of an explicit `aws.Provider`, as far as the program can read it.

The method `terraform_config` of pulumi-aws returns the whole configuration, under the names that Terraform uses.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, cast

import pulumi

from pulumi_glue_session.core.aws_config import UNRECORDED
from pulumi_glue_session.core.errors import InvalidInput
from pulumi_glue_session.dynamic.stack_config import HONORED, REFUSED, parse_texts
from pulumi_glue_session.dynamic.wire_format import TYPE_TOKEN

PREFIX = "opts.provider."
_CREDENTIALS = "the access key of the aws.Provider"
_UNREADABLE = (
    "this version of pulumi-aws does not show the configuration of its Provider: upgrade pulumi-aws to 7, "
    "or use aws=AwsOptions(...)"
)
_TERRAFORM_NAMES = {"assumeRoles": "assume_role"}
_NESTED = frozenset({"assumeRoles", "assumeRoleWithWebIdentity"})


def find_aws_provider(
    opts: pulumi.ResourceOptions | pulumi.InvokeOptions | pulumi.InvokeOutputOptions | None,
) -> pulumi.ProviderResource | None:
    """The `aws.Provider` of `provider`, `providers` or `parent`, as pulumi-aws resources find it."""
    if opts is None:
        return None
    for provider in (opts.provider, *listed_providers(opts)):
        if provider is not None and provider.package == "aws":
            return provider
    return opts.parent.get_provider("aws:index:Session") if opts.parent is not None else None


def listed_providers(opts: object) -> list[pulumi.ProviderResource]:
    """Providers in the option `providers`, which takes one, a list or a mapping."""
    listed: Any = getattr(opts, "providers", None) or ()
    if isinstance(listed, pulumi.ProviderResource):
        return [listed]
    mapping = isinstance(listed, Mapping)
    return list(cast("Mapping[str, pulumi.ProviderResource]", listed).values() if mapping else listed)


def has_explicit_provider(opts: pulumi.ResourceOptions) -> bool:
    """Whether these options give a session a provider with a separate process."""
    inherited = opts.parent.get_provider(TYPE_TOKEN) if opts.parent is not None else None
    packages = {getattr(provider, "package", None) for provider in (opts.provider, *listed_providers(opts), inherited)}
    return not packages <= {None, "aws"}


def provider_options(provider: pulumi.ProviderResource) -> pulumi.Output[dict[str, Any]]:
    """Options of the provider, for `merge_options`. `AwsConfig.parse` reports what cannot be taken over."""
    terraform_config = getattr(provider, "terraform_config", None)
    if terraform_config is None:
        return pulumi.Output.from_input({UNRECORDED: {"invalid": ("opts.provider", _UNREADABLE)}})
    config: pulumi.Output[Any] = terraform_config()
    return config.apply(lambda answer: _parse(answer.result))


def _parse(config: Mapping[str, Any]) -> dict[str, Any]:
    """Options of a configuration with Terraform's names."""
    texts: dict[str, str] = {}
    for key in HONORED | REFUSED:
        value = config.get(_TERRAFORM_NAMES.get(key, _to_snake(key)))
        if value in (None, "", [], {}, False):
            continue
        if key == "assumeRoleWithWebIdentity" and isinstance(value, list):
            value = cast("Any", value)[0]
        if key in _NESTED:
            value = _to_camel(value)
        texts[key] = value if isinstance(value, str) else json.dumps(value)
    try:
        options = parse_texts(texts, prefix=PREFIX)
    except InvalidInput as error:
        return {UNRECORDED: {"invalid": (error.input_name, error.reason())}}
    if "access_key" in options.get(UNRECORDED, {}):
        options[UNRECORDED]["source"] = _CREDENTIALS
    return options


def _to_snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])[A-Z]", lambda letter: f"_{letter[0].lower()}", name).lower()


def _to_camel(value: Any) -> Any:
    """Roles with the names of pulumi-aws. Keys of session tags stay as they are."""
    if isinstance(value, list):
        return [_to_camel(each) for each in cast("list[object]", value)]
    if not isinstance(value, Mapping):
        return value
    return {
        re.sub(r"_([a-z])", lambda letter: letter[1].upper(), str(name)): each
        for name, each in cast("Mapping[str, Any]", value).items()
    }
