"""`AwsOptions` as a program gives them: what is asked with, what is recorded, and what is shown."""

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
HUSH = "hush-hush"


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
        assume_roles=[AssumeRole(role_arn=ROLE, external_id=HUSH, **how), AssumeRole(role_arn=f"{ROLE}-2")],
        assume_role_with_web_identity=AssumeRoleWithWebIdentity(role_arn=ROLE, web_identity_token_file="/run/token", **how),
        endpoint_url="http://localhost:5000",
        custom_ca_bundle="/etc/ssl/ca.pem",
        max_retries=7,
        request_origin="ci",
        allowed_account_ids=["123456789012"],
    )


# --- What is asked with ---


@pytest.mark.parametrize(
    ("given", "taken"),
    [(AwsOptions, AwsConfig), (AssumeRole, aws_config.AssumeRole), (AssumeRoleWithWebIdentity, aws_config.AssumeRoleWithWebIdentity)],
    ids=lambda kind: kind.__name__,
)
def test_a_program_has_the_options_that_a_caller_has(given: type[Any], taken: type[Any]) -> None:
    """One that only one side knows would be refused, or could not be given."""
    assert [each.name for each in fields(taken)] == [each.name for each in fields(given)]


def test_every_option_arrives_at_the_caller() -> None:
    taken = AwsConfig.parse(aws_options.with_stack_defaults(every_option()))
    neutral = AwsConfig()

    assert HUSH == taken.assume_roles[0].external_id
    assert (ROLE, f"{ROLE}-2") == tuple(each.role_arn for each in taken.assume_roles)
    assert [] == [each.name for each in fields(AwsConfig) if getattr(taken, each.name) == getattr(neutral, each.name)]
    assert None not in {getattr(taken.assume_roles[0], each.name) for each in fields(aws_config.AssumeRole)}
    assert taken.assume_role_with_web_identity is not None
    assert None not in {getattr(taken.assume_role_with_web_identity, each.name) for each in fields(aws_config.AssumeRoleWithWebIdentity)}


@pytest.mark.parametrize("aws", [None, AwsOptions(), {}, AwsOptions(assume_roles=[], allowed_account_ids=[])], ids=repr)
def test_what_is_left_out_is_asked_with_nothing(aws: AwsOptions | None) -> None:
    assert {} == aws_options.with_stack_defaults(aws)


def test_the_stacks_configuration_is_a_default() -> None:
    set_all_config({"aws:region": "ap-south-1", "aws:profile": "ci", "aws:maxRetries": "5"})

    assert {"region": "ap-south-1", "profile": "ci"} == aws_options.with_stack_defaults(None)
    assert {"region": "eu-west-1", "profile": "ci"} == aws_options.with_stack_defaults(AwsOptions(region="eu-west-1"))
    assert {"region": "ap-south-1", "profile": "analysts"} == aws_options.with_stack_defaults(AwsOptions(profile="analysts"))


def test_a_mapping_will_do_for_options() -> None:
    """A program that reads them from its own configuration has one."""
    set_all_config({"aws:region": "ap-south-1"})

    assert {"region": "ap-south-1", "assume_roles": [{"role_arn": ROLE}]} == aws_options.with_stack_defaults(
        {"assume_roles": ({"role_arn": ROLE},)}
    )


@pytest.mark.parametrize("junk", ["eu-west-1", 5, ["eu-west-1"], AwsOptions, True], ids=repr)
def test_what_is_no_options_is_left_for_the_caller_to_refuse(junk: Any) -> None:  # noqa: ANN401 - wrong on purpose
    """Also where the stack has defaults, which must not hide it."""
    set_all_config({"aws:region": "ap-south-1"})

    with pytest.raises(InvalidInput, match="is no set of options: use AwsOptions and the classes that it names") as caught:
        AwsConfig.parse(aws_options.with_stack_defaults(junk))

    assert "aws" == caught.value.input_name
    assert aws_options.to_state(junk) is None


def test_outputs_stay_outputs() -> None:
    async def program() -> list[object]:
        region = pulumi.Output.from_input("eu-west-1")
        external_id = pulumi.Output.from_input(HUSH)
        given = aws_options.with_stack_defaults(
            AwsOptions(region=region, assume_roles=[AssumeRole(role_arn=ROLE, external_id=external_id)])
        )
        return [given["region"] is region, await pulumi.Output.from_input(given["assume_roles"]).future()]

    assert [True, [{"role_arn": ROLE, "external_id": HUSH}]] == run(program())


# --- What is recorded ---


async def plain(recorded: dict[str, Any] | None) -> Any:  # noqa: ANN401 - as recorded
    return await pulumi.Output.from_input(recorded).future()


def test_what_a_refresh_needs_to_ask_the_same_way_is_recorded() -> None:
    """All but the region, which is an output of its own, and what the stack's configuration gives, which a refresh has too."""
    set_all_config({"aws:region": "ap-south-1", "aws:profile": "ci"})
    how = {"session_name": "ci", "duration": "1h", "policy": "{}", "policy_arns": [ROLE]}
    expected = {
        "profile": "analysts",
        "assume_roles": [{"role_arn": ROLE, "external_id": HUSH, **how}, {"role_arn": f"{ROLE}-2"}],
        "assume_role_with_web_identity": {"role_arn": ROLE, "web_identity_token_file": "/run/token", **how},
        "endpoint_url": "http://localhost:5000",
        "custom_ca_bundle": "/etc/ssl/ca.pem",
        "max_retries": 7,
        "request_origin": "ci",
        "allowed_account_ids": ["123456789012"],
    }

    async def program() -> object:
        return await plain(aws_options.to_state(every_option()))

    assert expected == run(program())


@pytest.mark.parametrize("aws", [None, AwsOptions(), AwsOptions(region="eu-west-1"), {}, AwsOptions(assume_roles=())], ids=repr)
def test_nothing_is_recorded_where_nothing_was_given(aws: AwsOptions | None) -> None:
    """An empty mapping would be a difference to a state that has none."""
    assert aws_options.to_state(aws) is None


@pytest.mark.parametrize("secret", [True, False])
def test_an_external_id_is_a_secret_in_the_state_whatever_the_program_calls_it(*, secret: bool) -> None:
    async def program() -> list[bool]:
        external_id: Any = pulumi.Output.secret(HUSH) if secret else HUSH
        given = aws_options.to_state(AwsOptions(profile="ci", assume_roles=[AssumeRole(role_arn=ROLE, external_id=external_id)]))
        (role,) = (given or {})["assume_roles"]
        return [await pulumi.Output.from_input(each).is_secret() for each in (role["external_id"], role["role_arn"], given["profile"])]  # type: ignore[index]

    assert [True, False, False] == run(program())


# --- What is shown ---


def test_an_external_id_is_in_no_repr() -> None:
    assert HUSH not in repr(every_option())
    assert f"{ROLE}-2" in repr(every_option())


@pytest.mark.parametrize("kind", [AwsOptions, AssumeRole, AssumeRoleWithWebIdentity], ids=lambda kind: kind.__name__)
def test_no_credential_is_an_option(kind: type[Any]) -> None:
    """Whatever is an option stands in the state."""
    words = ("access_key", "secret", "password", "credential")

    assert [] == [each.name for each in fields(kind) if any(word in each.name for word in words)]
    assert [] == [each.name for each in fields(kind) if "token" in each.name and not each.name.endswith("_file")]
