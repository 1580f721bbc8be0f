"""The provider resource, and its method that returns the configuration."""

from typing import Any

import pulumi


class Provider(pulumi.ProviderResource):
    """An explicit provider."""

    def __init__(
        self,
        resource_name: str,
        opts: pulumi.ResourceOptions | None = None,
        profile: pulumi.Input[str | None] = None,
        region: pulumi.Input[str | None] = None,
    ) -> None:
        super().__init__("aws", resource_name, {"profile": profile, "region": region}, opts)

    @pulumi.output_type
    class TerraformConfigResult:
        """Result of `terraform_config`."""

        result: dict[str, Any]

    def terraform_config(self) -> pulumi.Output["Provider.TerraformConfigResult"]:
        """Configuration under the names of Terraform."""
        arguments = {"__self__": self}
        return pulumi.runtime.call(
            "pulumi:providers:aws/terraformConfig", arguments, res=self, typ=Provider.TerraformConfigResult
        )
