"""`python -m pulumi_glue_session.terraform` starts the provider."""

from pulumi_glue_session.terraform.server import main

main()
