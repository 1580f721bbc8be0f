"""Roles, sources and observed access keys for tests with a scripted STS."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from pulumi_glue_session.aws.sessions import GlueSessions
from pulumi_glue_session.core.aws_config import AwsConfig
from pulumi_glue_session.core.errors import BadCredentials, GlueSessionError, LookFailed
from support.glue_endpoint import GlueEndpoint
from support.sts_endpoint import Fault, StsEndpoint

REGION = "eu-west-1"
SUBJECT = 'Glue session "analytics"'
ROLE = "arn:aws:iam::123456789012:role/deploy"
OTHER_ROLE = "arn:aws:iam::210987654321:role/reader"
POLICY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
EXTERNAL_ID = "hush-hush"


def sessions(**options: object) -> GlueSessions:
    """Source for `AwsOptions` by name."""
    return GlueSessions(AwsConfig.parse(options))


def assuming(*roles: Mapping[str, object]) -> GlueSessions:
    """Source that assumes these roles."""
    return sessions(assume_roles=list(roles))


def failure(source: GlueSessions) -> GlueSessionError:
    """The error of a read, which must fail."""
    with pytest.raises(GlueSessionError) as caught:
        source.get("analytics")
    return caught.value


def access_keys(glue: GlueEndpoint) -> list[str]:
    """Access keys that signed the requests to Glue."""
    return [str(call.credential).split("/")[0] for call in glue.calls]


def sts_calls(sts: StsEndpoint) -> list[tuple[str, str | None]]:
    """Operations of STS with the access keys that signed them."""
    return [(call.operation, call.access_key) for call in sts.calls]


def refused(operation: str, fault: Fault) -> tuple[type[LookFailed], str, str]:
    """Class and attributes of the error for a fault of STS."""
    prefix = f"An error occurred ({fault.code}) when calling the {operation} operation (reached max retries: 0)"
    return BadCredentials, f"{prefix}: {fault.message}", "STS says"


def facts(error: GlueSessionError) -> tuple[type[GlueSessionError], str, str]:
    """Class and attributes of an error about credentials."""
    return type(error), getattr(error, "detail", ""), getattr(error, "detail_label", "")
