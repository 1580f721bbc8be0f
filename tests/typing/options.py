"""`AwsOptions` and the roles to assume in a user's program."""

from __future__ import annotations

from asyncio import Future
from collections.abc import Sequence
from typing import assert_type

import pulumi

from pulumi_glue_session import AssumeRole, AssumeRoleWithWebIdentity, AwsOptions, GlueSession, get_session_output

text: pulumi.Output[str] = pulumi.Output.from_input("eu-west-1")
texts: pulumi.Output[list[str]] = pulumi.Output.from_input(["123456789012"])
number: pulumi.Output[int] = pulumi.Output.from_input(3)
role_arn = "arn:aws:iam::123456789012:role/deploy"


async def later() -> str:
    return "eu-west-1"


# No arguments, then all, as plain values.
AwsOptions()
AssumeRole(role_arn=role_arn)
AssumeRoleWithWebIdentity(role_arn=role_arn, web_identity_token_file="/run/token")
options = AwsOptions(
    region="eu-west-1",
    profile="analysts",
    assume_roles=[
        AssumeRole(role_arn=role_arn),
        AssumeRole(
            role_arn=role_arn,
            external_id="nightly",
            session_name="pulumi",
            duration="1h",
            policy="{}",
            policy_arns=["arn:aws:iam::aws:policy/ReadOnlyAccess"],
        ),
    ],
    assume_role_with_web_identity=AssumeRoleWithWebIdentity(
        role_arn=role_arn,
        web_identity_token_file="/run/token",
        session_name="pulumi",
        duration=3600,
        policy="{}",
        policy_arns=("arn:aws:iam::aws:policy/ReadOnlyAccess",),
    ),
    endpoint_url="https://vpce-0a1b.glue.eu-west-1.vpce.amazonaws.com",
    custom_ca_bundle="/etc/ssl/ca.pem",
    max_retries=3,
    request_origin="nightly",
    allowed_account_ids=["123456789012"],
)
AwsOptions(
    region=None, profile=None, assume_roles=(), assume_role_with_web_identity=None, endpoint_url=None, max_retries=None
)

# All arguments as Outputs and awaitables.
AwsOptions(
    region=text,
    profile=later(),
    assume_roles=(
        AssumeRole(
            role_arn=text,
            external_id=pulumi.Config().require_secret("external_id"),
            session_name=text,
            duration=number,
            policy=pulumi.Output.json_dumps({"Version": "2012-10-17"}),
            policy_arns=[text, "arn:aws:iam::aws:policy/ReadOnlyAccess"],
        ),
    ),
    assume_role_with_web_identity=AssumeRoleWithWebIdentity(
        role_arn=text, web_identity_token_file=text, session_name=text, duration=text, policy=text, policy_arns=texts
    ),
    endpoint_url=text,
    custom_ca_bundle=text,
    max_retries=number,
    request_origin=text,
    allowed_account_ids=texts,
)
AwsOptions(allowed_account_ids=[text, later()])


def with_futures(future: Future[str], retries: Future[int], accounts: Future[list[str]]) -> AwsOptions:
    return AwsOptions(
        region=future, max_retries=retries, allowed_account_ids=accounts, assume_roles=[AssumeRole(role_arn=future)]
    )


# Use in resources and functions, and attributes.
GlueSession("analytics", session_id="analytics-prod", aws=options)
GlueSession.get("analytics", "analytics-prod", aws=options)
get_session_output("analytics-prod", aws=options)
assert_type(options.region, pulumi.Input[str] | None)
assert_type(options.assume_roles, Sequence[AssumeRole])
assert_type(options.assume_role_with_web_identity, AssumeRoleWithWebIdentity | None)
assert_type(options.assume_roles[0].role_arn, pulumi.Input[str])
assert_type(options.assume_roles[0].external_id, pulumi.Input[str] | None)
