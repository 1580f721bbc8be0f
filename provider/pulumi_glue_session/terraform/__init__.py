"""Provider for Terraform and OpenTofu, on the same core as the providers for Pulumi."""
