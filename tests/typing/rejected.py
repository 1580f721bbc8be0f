"""Programs that type checkers must reject. If a checker accepts one, it reports the unused ignore comment."""

from __future__ import annotations

import pulumi

from pulumi_glue_session import (
    AssumeRole,
    AssumeRoleWithWebIdentity,
    AwsOptions,
    GetSessionResult,
    GlueSession,
    get_session,
    get_session_output,
    get_sessions,
    get_sessions_output,
)

text: pulumi.Output[str] = pulumi.Output.from_input("analytics-prod")
number: pulumi.Output[int] = pulumi.Output.from_input(600)
perhaps: str | None = pulumi.Config().get("session_id")
role = AssumeRole(role_arn="arn:aws:iam::123456789012:role/deploy")
session = GlueSession("analytics", session_id="analytics-prod")

# Unknown arguments.
GlueSession("a", session_id="b", wait_fr="READY")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
GlueSession("a", session_id="b", idle_timeout=60)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
GlueSession.get("a", "b", wait_fr="READY")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
get_session("a", wait_for="READY")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
get_session_output("a", region="eu-west-1")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
get_sessions(session_id="a")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
get_sessions_output(session_id="a")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
AwsOptions(regoin="eu-west-1")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
AssumeRole(role_arn="a", region="eu-west-1")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]

# Missing arguments.
GlueSession("a")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
GlueSession("a", session_id=None)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
GlueSession("a", session_id=perhaps)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
GlueSession.get("a")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
GlueSession.get("a", None)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
AssumeRole()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
AssumeRoleWithWebIdentity(role_arn="a")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]

# Too many positional arguments.
GlueSession("a", "b")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
GlueSession("a", "b", "READY")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
GlueSession.get("a", "b", "READY")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
get_session("a", {"team": "etl"})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
get_session_output("a", {"team": "etl"})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
get_sessions("a")  # type: ignore[arg-type, call-arg]  # pyright: ignore[reportCallIssue]
get_sessions_output("a")  # type: ignore[arg-type, call-arg]  # pyright: ignore[reportCallIssue]
AwsOptions("eu-west-1")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
AssumeRole("a")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]

# A credential.
AwsOptions(access_key="a")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
AwsOptions(secret_key="a")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
AwsOptions(token="a")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
AwsOptions(aws_access_key_id="a")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
AwsOptions(aws_secret_access_key="a")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
AwsOptions(aws_session_token="a")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
AssumeRole(role_arn="a", token="a")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
AssumeRoleWithWebIdentity(role_arn="a", web_identity_token_file="a", web_identity_token="a")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
GlueSession("a", session_id="b", access_key="a")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]

# Outputs where the program needs plain values.
get_session(text)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
get_session(tags={"team": text})  # type: ignore[dict-item]  # pyright: ignore[reportArgumentType]
get_session(statuses=[text])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
get_session(id_prefix=text)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
get_sessions(id_pattern=text)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
get_sessions(tags=session.default_arguments)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
GlueSession("a", session_id="b", on_mismatch=text)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
GlueSession("a", session_id="b", logs=text.apply(bool))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]

# Values of other types.
GlueSession("a", session_id=1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
GlueSession("a", session_id=number)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
GlueSession("a", session_id="b", wait_for=1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
GlueSession("a", session_id="b", wait_for=[1])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
GlueSession("a", session_id="b", timeout=None)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
GlueSession("a", session_id="b", timeout=["10m"])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
GlueSession("a", session_id="b", expect=["role"])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
GlueSession("a", session_id="b", on_mismatch="ignore")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
GlueSession.get("a", "b", on_mismatch="ignore")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
GlueSession("a", session_id="b", on_mismatch=None)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
GlueSession("a", session_id="b", gate="always")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
GlueSession("a", session_id="b", logs="yes")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
GlueSession("a", session_id="b", aws={"region": "eu-west-1"})  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
GlueSession("a", session_id="b", aws="eu-west-1")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
GlueSession("a", session_id="b", aws=role)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
GlueSession("a", session_id="b", opts=pulumi.InvokeOptions())  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
get_session(1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
get_session(tags=["team"])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
get_session_output(number)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
get_session_output(tags={"team": 1})  # type: ignore[dict-item]  # pyright: ignore[reportArgumentType]
get_sessions_output(statuses=[1])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
get_session("a", opts=pulumi.ResourceOptions())  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
get_session_output("a", opts=pulumi.ResourceOptions())  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
AwsOptions(region=1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
AwsOptions(max_retries="3")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
AwsOptions(allowed_account_ids=[123456789012])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
AwsOptions(allowed_account_ids=123456789012)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
AwsOptions(assume_roles=role)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
AwsOptions(assume_roles=[{"role_arn": "a"}])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
AwsOptions(assume_role_with_web_identity=role)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
AssumeRole(role_arn=1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]

# Unknown or read-only attributes.
pulumi.export("a", session.arn)  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
pulumi.export("a", session.tags)  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
pulumi.export("a", get_session("a").arn)  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
pulumi.export("a", get_session("a").sessions)  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
pulumi.export("a", get_sessions().session_ids)  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
AwsOptions().region = "eu-west-1"  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]
role.role_arn = "a"  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]

# Outputs used as plain values.
name: str = session.role  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
workers: int = session.number_of_workers  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
plain: GetSessionResult = get_session_output("a")  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
pulumi.export("a", "session of " + session.role)  # type: ignore[operator]  # pyright: ignore[reportOperatorIssue]
pulumi.export("a", session.number_of_workers + 1)  # type: ignore[operator]  # pyright: ignore[reportOperatorIssue]
