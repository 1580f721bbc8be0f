"""boto3 clients with bounded timeouts and retries."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pulumi_glue_session.core.aws_config import AwsConfig, is_aws_url

if TYPE_CHECKING:
    from botocore.client import BaseClient

_CONNECT_SECONDS = 5
_READ_SECONDS = 10
_RETRIES = 3
"""With three retries an endpoint that never answers fails after 67 s at most."""

_MAX_RETRY_PAUSE = 20
"""Seconds. botocore pauses up to 1, 2, 4, 8 and 16 s before the first retries, and this long before later ones."""

MAX_CONCURRENCY = 8
"""GetSession calls in flight for one client, below the rate at which Glue throttles. Also the size of the pool."""


def create_client(session: Any, aws_config: AwsConfig, service: str = "glue", /) -> BaseClient:
    """Client of a boto3 session. Raises what botocore raises, NoRegionError included."""
    from botocore.exceptions import NoRegionError

    client: BaseClient = session.client(service, **client_options(aws_config, service))
    # With an endpoint URL botocore works without a region, and error messages could not name one.
    if service == "glue" and not client.meta.region_name:
        raise NoRegionError
    return client


def client_options(config: AwsConfig, service: str) -> dict[str, Any]:
    """Arguments of `Session.client` for one service."""
    from botocore.config import Config

    endpoint_url = _endpoint_url(config, service)
    retries: Any = {"mode": config.retry_mode or "adaptive", "total_max_attempts": _max_retries(config) + 1}
    options: dict[str, Any] = {
        "config": Config(
            connect_timeout=_CONNECT_SECONDS,
            read_timeout=_READ_SECONDS,
            retries=retries,
            max_pool_connections=MAX_CONCURRENCY,
            user_agent_extra="pulumi-glue-session",
            use_fips_endpoint=config.use_fips_endpoint,
            use_dualstack_endpoint=config.use_dualstack_endpoint,
            proxies=proxies_for(config, endpoint_url or f"https://{service}.amazonaws.com"),
        ),
        "verify": config.custom_ca_bundle,
        "endpoint_url": endpoint_url,
    }
    if service == "sts" and config.sts_region:
        options["region_name"] = config.sts_region
    return options


def max_call_seconds(config: AwsConfig) -> float:
    """Seconds that a call may take with all its retries: 67 by default.

    botocore limits the time between two bytes, not the whole call. An answer that trickles, or a name server that never
    answers, would otherwise block a read without limit.
    """
    retries = _max_retries(config)
    pauses = sum(min(1 << retry, _MAX_RETRY_PAUSE) for retry in range(retries))
    return (retries + 1) * (_CONNECT_SECONDS + _READ_SECONDS) + pauses


def _max_retries(config: AwsConfig) -> int:
    return _RETRIES if config.max_retries is None else config.max_retries


def _endpoint_url(config: AwsConfig, service: str) -> str | None:
    return {"glue": config.glue_endpoint_url, "sts": config.sts_endpoint_url}.get(service)


def check_endpoint(client: Any, config: AwsConfig, service: str) -> None:
    """Raise InvalidConfigError if a stack for LocalStack would send a request to AWS itself.

    The URL can also come from a variable or a profile, which botocore resolves.
    """
    from botocore.exceptions import InvalidConfigError

    is_local = config.unrecorded is not None and config.unrecorded.has_local_endpoints
    is_local = is_local or bool(config.endpoints and config.endpoints.glue and not is_aws_url(config.endpoints.glue))
    if is_local and service in ("glue", "sts") and is_aws_url(client.meta.endpoint_url):
        variable = f"AWS_ENDPOINT_URL_{service.upper()}"
        message = f"endpoints has URLs outside of AWS, but none for {service}: add {service}, or set {variable}"
        raise InvalidConfigError(error_msg=message)


def proxies_for(config: AwsConfig, url: str) -> dict[str, str] | None:
    """Proxies for requests to `url`; None leaves them to botocore and the environment."""
    if not (config.http_proxy or config.https_proxy or config.no_proxy):
        return None
    # Missing in the type stubs.
    request: Any = import_module("urllib.request")
    environment: dict[str, str] = request.getproxies_environment()
    no_proxy = config.no_proxy or environment.get("no", "")
    if request.proxy_bypass_environment(urlsplit(url).netloc.rpartition("@")[2], {"no": no_proxy}):
        return {}
    proxies = {
        "http": config.http_proxy or environment.get("http"),
        "https": config.https_proxy or environment.get("https"),
    }
    return {scheme: proxy for scheme, proxy in proxies.items() if proxy}
