"""Use a session of this account and region, and one of another account and another region."""

import pulumi
from pulumi_glue_session import AssumeRole, AwsOptions, GlueSession

config = pulumi.Config()

# As whom the other account is asked. With credentials of a third one nothing would be asked, and nothing forgotten.
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

# Stands for whatever you deploy once both are READY.
pulumi.Stash("nightly-run", input={"analytics": analytics.role, "ingest": ingest.role})

pulumi.export("regions", {"analytics": analytics.region, "ingest": ingest.region})
pulumi.export("roles", {"analytics": analytics.role, "ingest": ingest.role})
