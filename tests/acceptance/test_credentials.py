"""Who asks, on the real engine: roles of other accounts, and nothing of a credential left anywhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from pulumi_project import REGION, Moto, Project

OTHER_ACCOUNT = "222222222222"
THERE = f"arn:aws:iam::{OTHER_ACCOUNT}:role/GlueReader"
EXTERNAL_ID = "planted-external-id"
PLANTED = {"AWS_ACCESS_KEY_ID": "PLANTEDKEY0000000001", "AWS_SECRET_ACCESS_KEY": "planted-secret-key", "AWS_SESSION_TOKEN": "planted-token"}

PROGRAM = f"""
    import pulumi
    from pulumi_glue_session import AssumeRole, AwsOptions, GlueSession, get_session_output, get_sessions

    role = pulumi.Stash("role", input="{THERE}").output
    external_id = pulumi.Config().require_secret("external_id")
    there = AwsOptions(
        region="us-east-1",
        assume_roles=[AssumeRole(role_arn=role, external_id=external_id, session_name="deploy", duration="1h")],
        allowed_account_ids=["{OTHER_ACCOUNT}"],
    )
    here = GlueSession("here", session_id="analytics")
    recorded = GlueSession("there", session_id="analytics", aws=there)
    read = GlueSession.get("read", "analytics", aws=there)
    asked = get_session_output("analytics", aws=there)
    plain = AwsOptions(assume_roles=[AssumeRole(role_arn="{THERE}", external_id="{EXTERNAL_ID}")], region="us-east-1")
    pulumi.export("found", [here.description, recorded.description, read.description, asked.description])
    pulumi.export("ids", get_sessions(aws=plain).ids)
"""


@pytest.fixture
def accounts(moto: Moto) -> Moto:
    """A session of the same id in two accounts and two regions."""
    moto.start("analytics", Description="here")
    moto.elsewhere(THERE, region="us-east-1").start("analytics", Description="there")
    return moto


@pytest.mark.usefixtures("accounts")
def test_two_accounts_and_two_regions_in_one_stack(aws_project: Project) -> None:
    """Role and external id may be Outputs and secrets. The record holds enough for a refresh to ask as the same role."""
    aws_project.env.update(PLANTED)
    aws_project.program(PROGRAM)
    aws_project.pulumi("config", "set", "--secret", "external_id", EXTERNAL_ID)

    aws_project.up()

    assert {"found": ["here", "there", "there", "there"], "ids": ["analytics"]} == aws_project.outputs()
    recorded = aws_project.resources()
    assert (REGION, "us-east-1") == (recorded["here"]["outputs"]["region"], recorded["there"]["outputs"]["region"])
    aws_project.preview("--expect-no-changes")
    aws_project.refresh("--expect-no-changes")

    # Another lifetime asks for the same session in another way; another role may mean another session.
    aws_project.program(PROGRAM.replace('duration="1h"', 'duration="2h"'))
    assert [("there", "update")] == operations(aws_project)
    aws_project.program(PROGRAM.replace(f'role = pulumi.Stash("role", input="{THERE}").output', f'role = "{THERE}-2"'))
    assert ("there", "replace") in operations(aws_project)


def operations(project: Project) -> list[tuple[str, str]]:
    steps = project.preview_json()["steps"]
    return [
        (step["urn"].split("::")[-1], step["op"]) for step in steps if "glue:Session" in step["urn"] and step["op"] not in ("read", "same")
    ]


def test_no_credential_and_no_external_id_is_left_anywhere(aws_project: Project, accounts: Moto) -> None:
    """State, output, logs, pickles: everything that the project's folders hold, and everything that was printed."""
    aws_project.env.update(PLANTED)
    aws_project.program(PROGRAM)
    aws_project.pulumi("config", "set", "--secret", "external_id", EXTERNAL_ID)
    verbose = ("-v=8", "--logtostderr", "--logflow")

    runs = [
        aws_project.preview(*verbose),
        aws_project.up(*verbose),
        aws_project.refresh(),
        aws_project.pulumi("preview", "--json"),
        aws_project.pulumi("stack", "export"),
        aws_project.preview(code=1, AWS_ENDPOINT_URL="http://127.0.0.1:9"),
    ]
    accounts.delete("analytics")
    runs.append(aws_project.preview(code=1))

    secrets = [*PLANTED.values(), EXTERNAL_ID]
    assert [] == [secret for secret in secrets for run in runs if secret in run.out + run.err]
    # The program itself names the external id once, in clear.
    (aws_project.folder / "__main__.py").unlink()
    folders = [aws_project.folder, Path(aws_project.env["PULUMI_BACKEND_URL"].removeprefix("file://"))]
    held = [path for folder in folders for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    assert [] == [(secret, path) for secret in secrets for path in held if secret.encode() in path.read_bytes()]
    assert any("stacks" in path.parts for path in held), "the state is among them"


def test_a_refresh_as_another_account_fails_and_keeps_the_record(aws_project: Project, accounts: Moto) -> None:
    """It would not find the session, and a session that is not found leaves the state."""
    aws_project.program("""
        from pulumi_glue_session import AwsOptions, GlueSession

        GlueSession("analytics", session_id="analytics", aws=AwsOptions(allowed_account_ids=["123456789012"]))
    """)
    aws_project.up()
    lent = accounts.lend(THERE)
    aws_project.env |= {
        "AWS_ACCESS_KEY_ID": lent["aws_access_key_id"],
        "AWS_SECRET_ACCESS_KEY": lent["aws_secret_access_key"],
        "AWS_SESSION_TOKEN": lent["aws_session_token"],
    }

    refreshed = aws_project.refresh(code=1)
    previewed = aws_project.preview(code=1)

    sentence = (
        'Glue session "analytics" in eu-west-1 could not be read: the credentials belong to another account than is allowed '
        f"(account {OTHER_ACCOUNT}, allowed 123456789012); "
        "use credentials of an allowed account, or correct AwsOptions(allowed_account_ids=...), and run again."
    )
    assert [sentence, "update failed"] == refreshed.errors
    assert [f"pulumi-python:dynamic/glue:Session resource 'analytics' has a problem: {sentence}"] == previewed.errors
    assert {"analytics"} == aws_project.resources().keys()
