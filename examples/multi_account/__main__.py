"""Use a session in this account and region, and one in another account and region."""

import pulumi
from pulumi_glue_session import AssumeRole, AwsOptions, GlueSession

config = pulumi.Config()

# Role for the other account. With credentials of any third account, reads fail and no record is removed.
lake = AwsOptions(
    region=config.get("lake_region") or "us-east-1",
    assume_roles=[
        AssumeRole(
            role_arn=config.require("lake_role_arn"),
            external_id=config.get_secret("lake_external_id"),
            session_name="pulumi-deploy",
        )
    ],
    allowed_account_ids=[config.require("lake_account_id")],
)

analytics = GlueSession("analytics", session_id="analytics-prod")
ingest = GlueSession("ingest", session_id="ingest-prod", aws=lake)

# Placeholder for resources that need both sessions.
pulumi.Stash("nightly-run", input={"analytics": analytics.role, "ingest": ingest.role})

pulumi.export("regions", {"analytics": analytics.region, "ingest": ingest.region})
pulumi.export("roles", {"analytics": analytics.role, "ingest": ingest.role})
