"""Functions of the native provider: `getSession`, `getSessions` and `waitForSession`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi.provider.experimental.property_value import PropertyValue

from pulumi_glue_session.core.aws_config import AwsConfig
from pulumi_glue_session.core.concurrency import await_in_thread
from pulumi_glue_session.core.query import SessionQuery
from pulumi_glue_session.core.session import Session, escape_reserved, session_to_dict
from pulumi_glue_session.core.wait import WaitRequest, WaitState
from pulumi_glue_session.native.polling import STACK_ROW, ResourcePoller
from pulumi_glue_session.native.properties import region_override, to_property_values, wrap


async def query_sessions(
    poller: ResourcePoller, options: Mapping[str, Any], arguments: Mapping[str, Any], *, exactly_one: bool
) -> dict[str, PropertyValue]:
    """Result of `getSession` or `getSessions`, read now."""
    sessions = poller.source(AwsConfig.parse({**options, **region_override(arguments)})).sessions
    criteria = {name: value for name, value in arguments.items() if name != "region"}
    query = SessionQuery.parse(criteria, exactly_one=exactly_one)
    found = await await_in_thread(lambda: query.run(sessions))
    results = [_build_result(session_id, sessions.region, session) for session_id, session in found.items()]
    if exactly_one:
        return results[0]
    return {
        "region": wrap(sessions.region),
        "ids": wrap(list(map(escape_reserved, found))),
        "sessions": PropertyValue([PropertyValue(result) for result in results]),
    }


async def wait_for_session(
    poller: ResourcePoller, request: WaitRequest, *, preview: bool, logs: bool
) -> dict[str, PropertyValue]:
    """Result of `waitForSession`: the session once it meets the condition; in a preview, as it is now."""
    if preview:
        result = await poller.poll(f"{STACK_ROW}{request.session_id}", request)
    else:
        result = await poller.wait(STACK_ROW, request, logs=logs)
    if result.session is None or result.state is WaitState.FAILED:
        raise result.error or AssertionError
    if mismatch := request.soft_mismatch(result):
        await poller.warn(mismatch, urn=STACK_ROW, session_id=request.session_id)
    if message := request.pending_message(result):
        await poller.say_once(message, urn=STACK_ROW, session_id=request.session_id)
    return _build_result(request.session_id, result.region, result.session)


def _build_result(session_id: str, region: str, session: Session) -> dict[str, PropertyValue]:
    """Fields without default arguments: SDKs treat the whole result of a function as secret if one field is."""
    return to_property_values(session_to_dict(escape_reserved(session_id), region, session))
