"""A waiter for plain Python: Airflow tasks, notebooks, dbt hooks. boto3 has none for Glue sessions.

    from pulumi_glue_session.waiter import wait_until_ready

    session = wait_until_ready("analytics-prod", timeout="10m")
    session["role"]

It needs boto3 and packaging, and imports neither Pulumi nor gRPC.
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pulumi_glue_session.aws.sessions import GlueSessions
from pulumi_glue_session.core.aws_config import AwsConfig
from pulumi_glue_session.core.concurrency import await_in_thread
from pulumi_glue_session.core.expectation import Expectation, require_mapping
from pulumi_glue_session.core.poller import Waiter
from pulumi_glue_session.core.progress import LogRhythm, ProgressReporter
from pulumi_glue_session.core.session import session_to_dict
from pulumi_glue_session.core.wait import DEFAULT_TIMEOUT, WaitRequest

if TYPE_CHECKING:
    from botocore.client import BaseClient

__all__ = ["wait_until_ready", "wait_until_ready_async"]


def wait_until_ready(
    session_id: str,
    *,
    wait_for: str | Sequence[str] = "READY",
    timeout: float | str = DEFAULT_TIMEOUT,
    expect: Mapping[str, Any] | None = None,
    region: str | None = None,
    profile: str | None = None,
    client: BaseClient | None = None,
    progress: Callable[[str], object] | None = None,
) -> dict[str, Any]:
    """Wait until a session is READY. Returns its fields under the names of `GlueSession`'s outputs.

    Do not call it on a running event loop; use `wait_until_ready_async` there.

    Raises SessionNotFound, SessionEnded, UnknownStatus, WaitedTooLong, NotAsExpected, InvalidInput, or LookFailed if
    Glue could not be read. Errors that may pass, such as throttling, do not end the wait.

    :param session_id: Id of the session.
    :param wait_for: Status, or several, to wait for.
    :param timeout: Longest wait, in seconds or as `"90s"`, `"10m"` or `"1h30m"`. 0 reads once. Default: ten minutes.
    :param expect: Values that the session must have, by name, for instance `{"glue_version": {"at_least": "5.0"}}`.
    :param region: AWS region. Default: AWS_REGION, then the profile's.
    :param profile: Profile of the shared AWS configuration. Default: AWS_PROFILE.
    :param client: boto3 client of Glue to use instead of a new one, with its own region, credentials and retries.
    :param progress: Receives lines such as `PROVISIONING, 30s of at most 10m`.
    """
    # A notebook has a running loop. The error of asyncio.run does not say what to do.
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        pass
    else:
        raise RuntimeError("an event loop is running, as in a notebook: use await wait_until_ready_async(...)")
    return asyncio.run(
        wait_until_ready_async(
            session_id,
            wait_for=wait_for,
            timeout=timeout,
            expect=expect,
            region=region,
            profile=profile,
            client=client,
            progress=progress,
        )
    )


async def wait_until_ready_async(
    session_id: str,
    *,
    wait_for: str | Sequence[str] = "READY",
    timeout: float | str = DEFAULT_TIMEOUT,  # noqa: ASYNC109 - part of the result, not a cancellation
    expect: Mapping[str, Any] | None = None,
    region: str | None = None,
    profile: str | None = None,
    client: BaseClient | None = None,
    progress: Callable[[str], object] | None = None,
) -> dict[str, Any]:
    """Wait until a session is READY, without blocking the event loop. Arguments and errors as of `wait_until_ready`."""
    aws = {name: value for name, value in (("region", region), ("profile", profile)) if value is not None}
    request = WaitRequest.parse({"session_id": session_id, "wait_for": wait_for, "timeout": timeout, "aws": aws})
    expectations = [Expectation.parse(name, value) for name, value in require_mapping(expect or {}).items()]
    request = request.with_expectations(expectations, on_mismatch="fail")
    sessions = GlueSessions(AwsConfig.parse(aws), client=client)
    reporter = ProgressReporter(progress, LogRhythm()) if progress else None
    result = await Waiter(sessions).wait(request, progress=reporter)
    if result.error is not None:
        raise result.error
    if result.session is None:
        raise AssertionError
    session = await await_in_thread(functools.partial(sessions.with_role_arn, result.session))
    return session_to_dict(session_id, result.region, session, secrets=True)
