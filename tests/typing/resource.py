"""`GlueSession` in a user's program: arguments, outputs, and outputs as arguments of other resources."""

from __future__ import annotations

from asyncio import Future
from collections.abc import Mapping, Sequence
from typing import Any, assert_type

import pulumi

from pulumi_glue_session import AwsOptions, GlueSession, SessionCommand

text: pulumi.Output[str] = pulumi.Output.from_input("analytics-prod")
texts: pulumi.Output[list[str]] = pulumi.Output.from_input(["READY"])
number: pulumi.Output[int] = pulumi.Output.from_input(600)
fraction: pulumi.Output[float] = pulumi.Output.from_input(0.5)
anything: pulumi.Output[Any] = pulumi.Output.from_input({})


async def later() -> str:
    return "analytics-prod"


def with_futures(
    future: Future[str], statuses: Future[list[str]], seconds: Future[int], expected: Future[dict[str, str]]
) -> None:
    GlueSession("future", session_id=future)
    GlueSession("future", session_id=future, wait_for=future, timeout=future)
    GlueSession("future", session_id=future, wait_for=statuses, timeout=seconds, expect=expected)
    GlueSession.get("future", future, wait_for=statuses, timeout=seconds, expect=expected)


class Job(pulumi.CustomResource):
    """A resource with inputs typed as in pulumi-aws."""

    def __init__(  # noqa: PLR0913 - the arguments of aws.glue.Job
        self,
        resource_name: str,
        opts: pulumi.ResourceOptions | None = None,
        *,
        role_arn: pulumi.Input[str],
        glue_version: pulumi.Input[str] | None = None,
        worker_type: pulumi.Input[str] | None = None,
        number_of_workers: pulumi.Input[int] | None = None,
        max_capacity: pulumi.Input[float] | None = None,
        timeout: pulumi.Input[int] | None = None,
        description: pulumi.Input[str] | None = None,
        security_configuration: pulumi.Input[str] | None = None,
        connections: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
        default_arguments: pulumi.Input[Mapping[str, pulumi.Input[str]]] | None = None,
    ) -> None:
        inputs = {
            "role_arn": role_arn,
            "glue_version": glue_version,
            "worker_type": worker_type,
            "number_of_workers": number_of_workers,
            "max_capacity": max_capacity,
            "timeout": timeout,
            "description": description,
            "security_configuration": security_configuration,
            "connections": connections,
            "default_arguments": default_arguments,
        }
        super().__init__("aws:glue/job:Job", resource_name, inputs, opts)


# Required arguments only.
session = GlueSession("analytics", session_id="analytics-prod")
assert_type(session, GlueSession)
assert_type(GlueSession(resource_name="analytics", session_id="analytics-prod"), GlueSession)
assert_type(GlueSession.get("analytics", "analytics-prod"), GlueSession)
assert_type(GlueSession.get("analytics", session_id="analytics-prod"), GlueSession)

# All arguments as plain values.
GlueSession(
    "analytics",
    session_id=pulumi.Config().require("session_id"),
    wait_for="READY",
    timeout="10m",
    expect={"role": "GlueSession", "number_of_workers": 2, "glue_version": {"at_least": "5.0"}, "connections": ["vpc"]},
    on_mismatch="warn",
    gate="once",
    logs=True,
    aws=AwsOptions(region="eu-west-1"),
    opts=pulumi.ResourceOptions(ignore_changes=["status"]),
)
GlueSession.get(
    "analytics",
    pulumi.Config().require("session_id"),
    wait_for=["READY", "STOPPED"],
    timeout=600,
    expect={"role": "GlueSession"},
    on_mismatch="fail",
    logs=False,
    aws=AwsOptions(region="eu-west-1"),
    opts=pulumi.ResourceOptions(depends_on=[session]),
)

# Arguments as Outputs and awaitables.
GlueSession("analytics", session_id=text, wait_for=text, timeout=text, expect=anything)
GlueSession(
    "analytics", session_id=text, wait_for=texts, timeout=number, expect={"role": text, "connections": [text, "vpc"]}
)
GlueSession("analytics", session_id=later(), wait_for=later(), timeout=fraction)
GlueSession("analytics", session_id=pulumi.Config().require_secret("session_id"))
GlueSession("analytics", session_id=pulumi.Output.concat("analytics-", pulumi.get_stack()))
GlueSession.get("analytics", text, wait_for=text, timeout=text, expect=anything)
GlueSession.get("analytics", later(), wait_for=texts, timeout=number, expect={"role": text})

# Other types of the same arguments.
GlueSession("analytics", session_id="analytics-prod", wait_for=None, timeout=0, expect=None, aws=None, opts=None)
GlueSession("analytics", session_id="analytics-prod", wait_for=("READY", "STOPPED"), timeout=1.5, expect={})
GlueSession.get("analytics", "analytics-prod", wait_for=None, timeout=0.0, expect=None, aws=None, opts=None)

# Outputs.
assert_type(session.session_id, pulumi.Output[str])
assert_type(session.region, pulumi.Output[str])
assert_type(session.status, pulumi.Output[str])
assert_type(session.role, pulumi.Output[str])
assert_type(session.glue_version, pulumi.Output[str])
assert_type(session.worker_type, pulumi.Output[str])
assert_type(session.number_of_workers, pulumi.Output[int])
assert_type(session.max_capacity, pulumi.Output[float])
assert_type(session.idle_timeout, pulumi.Output[int])
assert_type(session.description, pulumi.Output[str])
assert_type(session.error_message, pulumi.Output[str])
assert_type(session.created_on, pulumi.Output[str])
assert_type(session.completed_on, pulumi.Output[str])
assert_type(session.security_configuration, pulumi.Output[str])
assert_type(session.profile_name, pulumi.Output[str])
assert_type(session.session_type, pulumi.Output[str])
assert_type(session.role_arn, pulumi.Output[str])
assert_type(session.role_name, pulumi.Output[str])
assert_type(session.command, pulumi.Output[SessionCommand])
assert_type(session.connections, pulumi.Output[Sequence[str]])
assert_type(session.default_arguments, pulumi.Output[Mapping[str, str]])
assert_type(session.progress, pulumi.Output[float])
assert_type(session.execution_time, pulumi.Output[float])
assert_type(session.dpu_seconds, pulumi.Output[float])
assert_type(session.id, pulumi.Output[str])
assert_type(session.urn, pulumi.Output[str])

# Values derived from outputs.
assert_type(session.role.apply(lambda role: role.rsplit("/", 1)[-1]), pulumi.Output[str])
assert_type(session.number_of_workers.apply(lambda workers: workers > 1), pulumi.Output[bool])
assert_type(session.command.apply(lambda command: command.python_version), pulumi.Output[str])
assert_type(session.connections.apply(lambda connections: connections[0]), pulumi.Output[str])
assert_type(session.default_arguments.apply(lambda arguments: arguments["--job-language"]), pulumi.Output[str])
assert_type(pulumi.Output.concat("session of ", session.role), pulumi.Output[str])
assert_type(pulumi.Output.format("{0} with {1}", session.role, session.number_of_workers), pulumi.Output[str])
# Pulumi types lifted attributes as Any.
assert_type(session.command.name, pulumi.Output[Any])
assert_type(session.connections[0], pulumi.Output[Any])
assert_type(session.default_arguments["--job-language"], pulumi.Output[Any])


def fields_of_a_command(command: SessionCommand) -> None:
    assert_type(command.name, str)
    assert_type(command.python_version, str)


# Use in exports and resources.
pulumi.export("status", session.status)
pulumi.Stash("nightly-job", input=session.role)
pulumi.Stash(
    "nightly-job", input={"role": session.role, "command": session.command, "arguments": session.default_arguments}
)
Job(
    "nightly",
    pulumi.ResourceOptions(depends_on=[session], parent=session),
    role_arn=session.role,
    glue_version=session.glue_version,
    worker_type=session.worker_type,
    number_of_workers=session.number_of_workers,
    max_capacity=session.max_capacity,
    timeout=session.idle_timeout,
    description=session.description,
    security_configuration=session.security_configuration,
    connections=session.connections,
    default_arguments=session.default_arguments,
)
Job(
    "nightly",
    role_arn=session.command.name,
    number_of_workers=session.number_of_workers.apply(lambda workers: 2 * workers),
)
GlueSession("other", session_id=session.session_id, expect={"role": session.role, "connections": session.connections})
