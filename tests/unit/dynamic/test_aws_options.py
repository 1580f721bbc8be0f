"""AwsOptions: how a program's options are resolved, recorded and printed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import pulumi
import pytest
from pulumi.runtime.config import set_all_config

from pulumi_glue_session.core import aws_config
from pulumi_glue_session.core.aws_config import AwsConfig
from pulumi_glue_session.core.errors import InvalidInput
from pulumi_glue_session.dynamic import aws_options
from pulumi_glue_session.dynamic.aws_options import AssumeRole, AssumeRoleWithWebIdentity, AwsOptions
from support.clock import run

ROLE = "arn:aws:iam::123456789012:role/deploy"
EXTERNAL_ID = "hush-hush"
SESSION: dict[str, Any] = {"source_identity": "ada", "tags": {"team": "etl"}, "transitive_tag_keys": ["team"]}


@pytest.fixture(autouse=True)
def _no_configuration() -> Iterator[None]:
    set_all_config({})
    yield
    set_all_config({})


def every_option() -> AwsOptions:
    how: dict[str, Any] = {"session_name": "ci", "duration": "1h", "policy": "{}", "policy_arns": [ROLE]}
    return AwsOptions(
        region="eu-west-1",
        profile="analysts",
        assume_roles=[
            AssumeRole(role_arn=ROLE, external_id=EXTERNAL_ID, **how, **SESSION),
            AssumeRole(role_arn=f"{ROLE}-2"),
        ],
        assume_role_with_web_identity=AssumeRoleWithWebIdentity(
            role_arn=ROLE, web_identity_token_file="/run/token", **how
        ),
        endpoint_url="http://localhost:5000",
        custom_ca_bundle="/etc/ssl/ca.pem",
        max_retries=7,
        request_origin="ci",
        allowed_account_ids=["123456789012"],
        forbidden_account_ids=["000000000001"],
        endpoints={"glue": "http://localhost:4566", "sts": "http://localhost:4567"},
        shared_config_files=["/etc/aws/config"],
        shared_credentials_files=["/etc/aws/credentials"],
        http_proxy="http://proxy:3128",
        https_proxy="http://proxy:3129",
        no_proxy="localhost",
        retry_mode="standard",
        sts_region="us-east-1",
        use_fips_endpoint=True,
        use_dualstack_endpoint=True,
    )


@pytest.mark.parametrize(
    ("public", "core"),
    [
        (AwsOptions, AwsConfig),
        (AssumeRole, aws_config.AssumeRole),
        (AssumeRoleWithWebIdentity, aws_config.AssumeRoleWithWebIdentity),
    ],
    ids=lambda kind: kind.__name__,
)
def test_options_match_the_core(public: type[Any], core: type[Any]) -> None:
    assert [each.name for each in fields(core) if each.name != "unrecorded"] == [each.name for each in fields(public)]


def test_every_option_is_passed_on() -> None:
    config = AwsConfig.parse(aws_options.with_defaults(every_option()))
    default = AwsConfig()

    assert EXTERNAL_ID == config.assume_roles[0].external_id
    assert (ROLE, f"{ROLE}-2") == tuple(each.role_arn for each in config.assume_roles)
    unset = {each.name for each in fields(AwsConfig) if getattr(config, each.name) == getattr(default, each.name)}
    assert {"unrecorded"} == unset
    assert None not in {getattr(config.assume_roles[0], each.name) for each in fields(aws_config.AssumeRole)}
    assert config.assume_role_with_web_identity is not None
    assert None not in {
        getattr(config.assume_role_with_web_identity, each.name)
        for each in fields(aws_config.AssumeRoleWithWebIdentity)
    }


@pytest.mark.parametrize("aws", [None, AwsOptions(), {}, AwsOptions(assume_roles=[], allowed_account_ids=[])], ids=repr)
def test_unset_options_are_omitted(aws: AwsOptions | None) -> None:
    assert {} == aws_options.with_defaults(aws)


def test_stack_configuration_is_the_default() -> None:
    set_all_config({"aws:region": "ap-south-1", "aws:profile": "ci", "aws:maxRetries": "5"})

    assert {"region": "ap-south-1", "profile": "ci", "max_retries": 5} == aws_options.with_defaults(None)
    assert {"region": "eu-west-1", "profile": "ci", "max_retries": 5} == aws_options.with_defaults(
        AwsOptions(region="eu-west-1")
    )
    assert {"region": "ap-south-1", "profile": "analysts", "max_retries": 5} == aws_options.with_defaults(
        AwsOptions(profile="analysts")
    )


def test_mapping_as_options() -> None:
    """For instance from `pulumi.Config().require_object`."""
    set_all_config({"aws:region": "ap-south-1"})

    assert {"region": "ap-south-1", "assume_roles": [{"role_arn": ROLE}]} == aws_options.with_defaults(
        {"assume_roles": ({"role_arn": ROLE},)}
    )


@pytest.mark.parametrize("junk", ["eu-west-1", 5, ["eu-west-1"], AwsOptions, True], ids=repr)
def test_invalid_options_are_rejected_later(junk: Any) -> None:
    """AwsConfig rejects them, also if the stack's configuration has defaults."""
    set_all_config({"aws:region": "ap-south-1"})

    with pytest.raises(InvalidInput, match="use AwsOptions") as caught:
        AwsConfig.parse(aws_options.with_defaults(junk))

    assert "aws" == caught.value.input_name
    assert aws_options.to_state(junk) is None


def test_outputs_stay_outputs() -> None:
    async def program() -> list[object]:
        region = pulumi.Output.from_input("eu-west-1")
        external_id = pulumi.Output.from_input(EXTERNAL_ID)
        options = aws_options.with_defaults(
            AwsOptions(region=region, assume_roles=[AssumeRole(role_arn=ROLE, external_id=external_id)])
        )
        return [options["region"] is region, await pulumi.Output.from_input(options["assume_roles"]).future()]

    assert [True, [{"role_arn": ROLE, "external_id": EXTERNAL_ID}]] == run(program())


async def resolved(recorded: dict[str, Any] | None) -> Any:
    return await pulumi.Output.from_input(recorded).future()


def test_state_contains_all_but_the_region() -> None:
    """The region is an output of its own, and a refresh has the stack's configuration too."""
    set_all_config({"aws:region": "ap-south-1", "aws:profile": "ci"})
    how = {"session_name": "ci", "duration": "1h", "policy": "{}", "policy_arns": [ROLE]}
    expected = {
        "profile": "analysts",
        "assume_roles": [{"role_arn": ROLE, "external_id": EXTERNAL_ID, **how, **SESSION}, {"role_arn": f"{ROLE}-2"}],
        "assume_role_with_web_identity": {"role_arn": ROLE, "web_identity_token_file": "/run/token", **how},
        "endpoint_url": "http://localhost:5000",
        "custom_ca_bundle": "/etc/ssl/ca.pem",
        "max_retries": 7,
        "request_origin": "ci",
        "allowed_account_ids": ["123456789012"],
        "forbidden_account_ids": ["000000000001"],
        "endpoints": {"glue": "http://localhost:4566", "sts": "http://localhost:4567"},
        "shared_config_files": ["/etc/aws/config"],
        "shared_credentials_files": ["/etc/aws/credentials"],
        "http_proxy": "http://proxy:3128",
        "https_proxy": "http://proxy:3129",
        "no_proxy": "localhost",
        "retry_mode": "standard",
        "sts_region": "us-east-1",
        "use_fips_endpoint": True,
        "use_dualstack_endpoint": True,
    }

    async def program() -> object:
        return await resolved(aws_options.to_state(every_option()))

    assert expected == run(program())


@pytest.mark.parametrize(
    "aws", [None, AwsOptions(), AwsOptions(region="eu-west-1"), {}, AwsOptions(assume_roles=())], ids=repr
)
def test_state_without_options(aws: AwsOptions | None) -> None:
    """An empty mapping would differ from a state without options."""
    assert aws_options.to_state(aws) is None


@pytest.mark.parametrize("secret", [True, False])
def test_external_id_is_always_a_secret(*, secret: bool) -> None:
    async def program() -> list[bool]:
        external_id: Any = pulumi.Output.secret(EXTERNAL_ID) if secret else EXTERNAL_ID
        options = aws_options.to_state(
            AwsOptions(profile="ci", assume_roles=[AssumeRole(role_arn=ROLE, external_id=external_id)])
        )
        assert options is not None
        (role,) = options["assume_roles"]
        return [
            await pulumi.Output.from_input(each).is_secret()
            for each in (role["external_id"], role["role_arn"], options["profile"])
        ]

    assert [True, False, False] == run(program())


def test_repr_omits_external_id() -> None:
    assert EXTERNAL_ID not in repr(every_option())
    assert f"{ROLE}-2" in repr(every_option())


@pytest.mark.parametrize("kind", [AwsOptions, AssumeRole, AssumeRoleWithWebIdentity], ids=lambda kind: kind.__name__)
def test_options_contain_no_credentials(kind: type[Any]) -> None:
    """Every option is recorded in the state."""
    words = ("access_key", "secret", "password", "credential")

    assert [] == [
        each.name
        for each in fields(kind)
        if any(word in each.name for word in words) and not each.name.endswith("_files")
    ]
    assert [] == [each.name for each in fields(kind) if "token" in each.name and not each.name.endswith("_file")]


def test_stack_credentials_are_neither_recorded_nor_printed() -> None:
    set_all_config({"aws:accessKey": "AKIA", "aws:secretKey": "planted-key", "aws:token": "planted-token"})
    options = aws_options.with_defaults(AwsOptions(max_retries=1))
    config = AwsConfig.parse(options)

    assert config.unrecorded is not None
    assert "planted-key" == config.unrecorded.secret_key
    assert "planted" not in repr(config)
    assert {"max_retries": 1} == aws_options.to_state(AwsOptions(max_retries=1))
    assert {"max_retries": 1} == aws_options.without_credentials(options)


def test_program_cannot_pass_hidden_options() -> None:
    """They would be recorded."""
    given: Any = {"_unrecorded": {"access_key": "AKIA", "secret_key": "planted-key"}}

    assert aws_options.to_state(given) is None
    with pytest.raises(InvalidInput):
        AwsConfig.parse(aws_options.with_defaults(given))


@pytest.mark.parametrize(
    ("url", "secret"),
    [
        ("http://user:planted@proxy:3128", True),
        ("user:planted@proxy:3128", True),
        ("http://proxy:3128", False),
        ("proxy:3128", False),
    ],
)
def test_url_with_a_password_is_a_secret_in_the_state(url: str, *, secret: bool) -> None:
    async def program() -> list[bool]:
        output = pulumi.Output.from_input(url)
        recorded = aws_options.to_state(
            AwsOptions(endpoint_url=url, endpoints={"sts": url, "glue": output}, https_proxy=url, http_proxy=output)
        )
        urls = [recorded["endpoint_url"], *recorded["endpoints"].values(), recorded["https_proxy"]]
        of_a_provider = [{"http_proxy": url}, {"endpoints": {"glue": url}}]
        states = [aws_options.to_state(pulumi.Output.from_input(each)) for each in of_a_provider]
        values = [*urls, recorded["http_proxy"], *states]
        return [await pulumi.Output.from_input(each).is_secret() for each in values]

    assert [secret] * 7 == run(program())
