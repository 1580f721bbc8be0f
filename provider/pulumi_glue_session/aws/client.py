"""boto3 clients with bounded timeouts and retries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pulumi_glue_session.core.aws_config import AwsConfig

if TYPE_CHECKING:
    from botocore.client import BaseClient
    from botocore.config import Config

_CONNECT_SECONDS = 5
_READ_SECONDS = 10
_RETRIES = 3
"""With three retries an endpoint that never answers fails after 67 s at most."""

_MAX_RETRY_PAUSE = 20
"""Seconds. botocore pauses up to 1, 2, 4, 8 and 16 s before the first retries, and this long before later ones."""

MAX_CONCURRENCY = 8
"""GetSession calls in flight for one client, below the rate at which Glue throttles. Also the size of the connection pool."""


def create_client(
    session: Any,  # noqa: ANN401 - untyped in boto3
    aws_config: AwsConfig,
    service: str = "glue",
    /,
    **options: Any,  # noqa: ANN401 - as boto3 takes them
) -> BaseClient:
    """Client of a boto3 session. Raises what botocore raises, NoRegionError included."""
    from botocore.exceptions import NoRegionError

    if service == "glue":
        options["endpoint_url"] = aws_config.endpoint_url
    client_config = _client_config(aws_config)
    if "config" in options:
        client_config = client_config.merge(options.pop("config"))
    client: BaseClient = session.client(service, config=client_config, verify=aws_config.custom_ca_bundle, **options)
    # With an endpoint URL botocore works without a region, and error messages could not name one.
    if service == "glue" and not client.meta.region_name:
        raise NoRegionError
    return client


def get_account_id(session: Any, config: AwsConfig) -> str:  # noqa: ANN401 - untyped in boto3
    """Account of the session's credentials. GetCallerIdentity needs no permission."""
    sts: Any = create_client(session, config, "sts")
    return str(sts.get_caller_identity().get("Account") or "unknown")


def max_call_seconds(config: AwsConfig) -> float:
    """Seconds that a call may take with all its retries: 67 by default.

    botocore limits the time between two bytes, not the whole call. An answer that trickles, or a name server that never
    answers, would otherwise block a read without limit.
    """
    retries = _max_retries(config)
    pauses = sum(min(1 << retry, _MAX_RETRY_PAUSE) for retry in range(retries))
    return (retries + 1) * (_CONNECT_SECONDS + _READ_SECONDS) + pauses


def _client_config(config: AwsConfig) -> Config:
    from botocore.config import Config

    return Config(
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=_READ_SECONDS,
        retries={"mode": "adaptive", "total_max_attempts": _max_retries(config) + 1},
        max_pool_connections=MAX_CONCURRENCY,
        user_agent_extra="pulumi-glue-session",
    )


def _max_retries(config: AwsConfig) -> int:
    return _RETRIES if config.max_retries is None else config.max_retries
