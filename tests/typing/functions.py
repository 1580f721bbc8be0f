"""`get_session` and `get_sessions` in a user's program: the plain functions and their `_output` forms."""

from __future__ import annotations

from asyncio import Future
from collections.abc import Mapping, Sequence
from typing import Any, assert_type

import pulumi

from pulumi_glue_session import (
    AwaitableGetSessionResult,
    AwaitableGetSessionsResult,
    AwsOptions,
    GetSessionResult,
    GetSessionsResult,
    SessionCommand,
    get_session,
    get_session_output,
    get_sessions,
    get_sessions_output,
)

text: pulumi.Output[str] = pulumi.Output.from_input("analytics-prod")
texts: pulumi.Output[list[str]] = pulumi.Output.from_input(["READY"])
tags: pulumi.Output[dict[str, str]] = pulumi.Output.from_input({"team": "etl"})
aws = AwsOptions(region="eu-west-1")
notebook = pulumi.Stash("notebook", input="analytics-prod")
plain_tags = {"team": "etl"}


async def later() -> str:
    return "analytics-prod"


# Plain arguments.
assert_type(get_session("analytics-prod"), AwaitableGetSessionResult)
assert_type(
    get_session(session_id="analytics-prod", aws=aws, opts=pulumi.InvokeOptions(parent=notebook)),
    AwaitableGetSessionResult,
)
assert_type(get_session(tags=plain_tags, statuses="READY", id_prefix="analytics-"), AwaitableGetSessionResult)
assert_type(get_session(statuses=["READY", "STOPPED"], id_pattern="analytics-*"), AwaitableGetSessionResult)
assert_type(
    get_session(None, tags=None, statuses=None, id_prefix=None, id_pattern=None, aws=None, opts=None),
    AwaitableGetSessionResult,
)
assert_type(get_sessions(), AwaitableGetSessionsResult)
assert_type(
    get_sessions(tags={"team": "etl"}, statuses=("READY",), id_prefix="analytics-", id_pattern="*"),
    AwaitableGetSessionsResult,
)
assert_type(
    get_sessions(statuses="READY", aws=aws, opts=pulumi.InvokeOptions(parent=notebook)), AwaitableGetSessionsResult
)

# `_output` forms: each argument may be an Output or an awaitable.
assert_type(get_session_output("analytics-prod"), pulumi.Output[GetSessionResult])
assert_type(get_session_output(text, aws=aws), pulumi.Output[GetSessionResult])
assert_type(get_session_output(session_id=later()), pulumi.Output[GetSessionResult])
assert_type(
    get_session_output(tags=tags, statuses=texts, id_prefix=text, id_pattern=text), pulumi.Output[GetSessionResult]
)
assert_type(
    get_session_output(tags={"team": text}, statuses=[text, "READY"], id_prefix=later()),
    pulumi.Output[GetSessionResult],
)
assert_type(get_session_output(tags=plain_tags, statuses=text), pulumi.Output[GetSessionResult])
assert_type(
    get_session_output(text, opts=pulumi.InvokeOutputOptions(depends_on=[notebook])), pulumi.Output[GetSessionResult]
)
assert_type(get_session_output(text, opts=pulumi.InvokeOptions(parent=notebook)), pulumi.Output[GetSessionResult])
assert_type(get_sessions_output(), pulumi.Output[GetSessionsResult])
assert_type(
    get_sessions_output(tags=tags, statuses=texts, id_prefix=text, id_pattern=text, aws=aws),
    pulumi.Output[GetSessionsResult],
)
assert_type(get_sessions_output(tags={"team": text}, statuses=["READY", text]), pulumi.Output[GetSessionsResult])
assert_type(get_sessions_output(opts=pulumi.InvokeOutputOptions(depends_on=notebook)), pulumi.Output[GetSessionsResult])


def with_futures(future: Future[str], statuses: Future[list[str]], team: Future[dict[str, str]]) -> None:
    assert_type(get_session_output(future), pulumi.Output[GetSessionResult])
    assert_type(get_sessions_output(tags=team, statuses=statuses, id_prefix=future), pulumi.Output[GetSessionsResult])


async def awaited() -> None:
    assert_type(await get_session("analytics-prod"), GetSessionResult)
    assert_type(await get_sessions(), GetSessionsResult)


def fields_of_a_session(result: GetSessionResult) -> None:
    assert_type(result.session_id, str)
    assert_type(result.region, str)
    assert_type(result.status, str)
    assert_type(result.role, str)
    assert_type(result.glue_version, str)
    assert_type(result.worker_type, str)
    assert_type(result.number_of_workers, int)
    assert_type(result.max_capacity, float)
    assert_type(result.idle_timeout, int)
    assert_type(result.description, str)
    assert_type(result.error_message, str)
    assert_type(result.created_on, str)
    assert_type(result.completed_on, str)
    assert_type(result.security_configuration, str)
    assert_type(result.profile_name, str)
    assert_type(result.session_type, str)
    assert_type(result.role_arn, str)
    assert_type(result.role_name, str)
    assert_type(result.command, SessionCommand)
    assert_type(result.connections, Sequence[str])
    assert_type(result.default_arguments, pulumi.Output[Mapping[str, str]])
    assert_type(result.progress, float)
    assert_type(result.execution_time, float)
    assert_type(result.dpu_seconds, float)


def fields_of_a_list(results: GetSessionsResult) -> None:
    assert_type(results.region, str)
    assert_type(results.ids, Sequence[str])
    assert_type(results.sessions, Sequence[GetSessionResult])


# Results of the plain functions have plain fields.
fields_of_a_session(get_session("analytics-prod"))
fields_of_a_list(get_sessions())
assert_type(get_session("analytics-prod").role, str)
assert_type(get_session("analytics-prod").command.python_version, str)
assert_type(get_sessions().ids[0], str)
assert_type([each.status for each in get_sessions().sessions], list[str])

# Values derived from an Output.
assert_type(get_session_output(text).apply(lambda session: session.role), pulumi.Output[str])
assert_type(get_session_output(text).apply(lambda session: session.command.name), pulumi.Output[str])
assert_type(get_sessions_output().apply(lambda found: len(found.ids)), pulumi.Output[int])
assert_type(get_sessions_output().apply(lambda found: [each.role for each in found.sessions]), pulumi.Output[list[str]])
# Pulumi types lifted attributes as Any.
assert_type(get_session_output(text).role, pulumi.Output[Any])
assert_type(get_session_output(text).command.name, pulumi.Output[Any])
assert_type(get_sessions_output().ids[0], pulumi.Output[Any])
assert_type(get_sessions_output().sessions[0].role, pulumi.Output[Any])

# Use in exports, resources and functions.
pulumi.export("role", get_session("analytics-prod").role)
pulumi.export("roles", get_sessions_output().apply(lambda found: [each.role for each in found.sessions]))
pulumi.Stash("nightly-job", input=get_session("analytics-prod").default_arguments)
pulumi.Stash("nightly-job", input={"role": get_session_output(text).role, "ids": get_sessions_output().ids})
get_session_output(get_sessions_output().ids[0])
