"""Read-only view of AWS Glue interactive sessions for Pulumi programs: observe, wait, record, show drift."""

from pulumi_glue_session.resource import AwsOptions, GlueSession, SessionCommand

__all__ = ["AwsOptions", "GlueSession", "SessionCommand"]
