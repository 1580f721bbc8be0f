"""The part of `pulumi_aws.iam` that the example uses."""

import pulumi


@pulumi.output_type
class GetRoleResult:
    """A role."""

    arn: str


def get_role_output(name: pulumi.Input[str | None] = None) -> pulumi.Output[GetRoleResult]:
    """Ask for a role."""
    told = pulumi.runtime.invoke_output("aws:iam/getRole:getRole", {"name": name}, typ=GetRoleResult)
    return told.apply(lambda role: role)
