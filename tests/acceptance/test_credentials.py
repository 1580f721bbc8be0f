"""Roles of other accounts, and secrets, on the real engine."""

from __future__ import annotations

import base64
import json
import os
import pickle
import re
import signal
import time
from pathlib import Path

import pytest

from pulumi_glue_session.provider import GlueSessionProvider
from support.glue_endpoint import GlueEndpoint, always
from support.process_memory import held_in
from support.pulumi_project import REGION, Moto, Project
from support.sts_endpoint import StsEndpoint
from torture import Torture

OTHER_ACCOUNT = "222222222222"
THERE = f"arn:aws:iam::{OTHER_ACCOUNT}:role/GlueReader"
EXTERNAL_ID = "planted-external-id"
PLANTED = {
    "AWS_ACCESS_KEY_ID": "PLANTEDKEY0000000001",
    "AWS_SECRET_ACCESS_KEY": "planted-secret-key",
    "AWS_SESSION_TOKEN": "planted-session-token",
}
TOKEN, ARGUMENT = "planted-web-identity", "planted-argument"
VERBOSE = ("-v=9", "--logtostderr", "--logflow")

PROGRAM = f"""
    import pulumi
    from pulumi_glue_session import AssumeRole, AssumeRoleWithWebIdentity, AwsOptions, GlueSession
    from pulumi_glue_session import get_session_output, get_sessions

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
    moto.start("analytics", Description="here", DefaultArguments={"--password": ARGUMENT})
    moto.elsewhere(THERE, region="us-east-1").start(
        "analytics", Description="there", DefaultArguments={"--password": ARGUMENT}
    )
    return moto


@pytest.mark.usefixtures("accounts")
def test_two_accounts_and_two_regions_in_one_stack(aws_project: Project) -> None:
    """Role and external id may be Outputs and secrets. A refresh assumes the recorded role."""
    aws_project.env.update(PLANTED)
    aws_project.program(PROGRAM)
    aws_project.pulumi("config", "set", "--secret", "external_id", EXTERNAL_ID)

    aws_project.up()

    assert {"found": ["here", "there", "there", "there"], "ids": ["analytics"]} == aws_project.outputs()
    recorded = aws_project.resources()
    assert (REGION, "us-east-1") == (recorded["here"]["outputs"]["region"], recorded["there"]["outputs"]["region"])
    aws_project.preview("--expect-no-changes")
    aws_project.refresh("--expect-no-changes")

    # With another lifetime it is the same session; with another role it may be another one.
    aws_project.program(PROGRAM.replace('duration="1h"', 'duration="2h"'))
    assert [("there", "update")] == operations(aws_project)
    aws_project.program(PROGRAM.replace(f'role = pulumi.Stash("role", input="{THERE}").output', f'role = "{THERE}-2"'))
    assert ("there", "replace") in operations(aws_project)


def operations(project: Project) -> list[tuple[str, str]]:
    steps = project.preview_json()["steps"]
    return [
        (step["urn"].split("::")[-1], step["op"])
        for step in steps
        if "glue:Session" in step["urn"] and step["op"] not in ("read", "same")
    ]


ENGINES_OWN = re.compile(r'"msg":"(?:Unm|M)arshaling property for RPC')
"""Start of the line about a property, secrets included, that engine 3.259 prints at log level 9 and 3.276 does not."""


@pytest.mark.slow
@pytest.mark.timeout(1_800)  # many commands of the engine
@pytest.mark.torture("Secrets")
def test_no_secret_is_stored_or_printed(aws_project: Project, accounts: Moto, torture: Torture, tmp_path: Path) -> None:
    """State, output, logs, pickles and errors: all files of the project and everything that was printed."""
    token = tmp_path / "token"
    token.write_text(TOKEN)
    aws_project.env.update(PLANTED)
    aws_project.program(
        PROGRAM
        + f"""
    token = AssumeRoleWithWebIdentity(role_arn="{THERE}", web_identity_token_file="{token}")
    by_token_options = AwsOptions(region="us-east-1", assume_role_with_web_identity=token)
    by_token = GlueSession("by-token", session_id="analytics", aws=by_token_options)
    pulumi.export("arguments", [here.default_arguments, by_token.default_arguments, asked.default_arguments])
    """
    )
    aws_project.pulumi("config", "set", "--secret", "external_id", EXTERNAL_ID)
    secrets = [*PLANTED.values(), TOKEN, EXTERNAL_ID, ARGUMENT]

    runs = [
        aws_project.pulumi("up", "--yes", "--skip-preview", "--json"),
        aws_project.refresh("-v=8", "--logtostderr", "--logflow"),
        aws_project.pulumi("preview", "--json"),
        aws_project.pulumi("stack", "export"),
        aws_project.pulumi("stack", "output", "--json"),
    ]
    logs = [run.out + run.err for run in (aws_project.up(*VERBOSE), aws_project.refresh(*VERBOSE))]
    accounts.delete("analytics")
    accounts.start("analytics", Description="another", DefaultArguments={"--password": f"{ARGUMENT}-2"})
    runs += [
        aws_project.preview(),
        aws_project.preview(code=1, AWS_ENDPOINT_URL="http://127.0.0.1:9"),
        aws_project.refresh(code=1, AWS_ENDPOINT_URL="http://127.0.0.1:9"),
        aws_project.preview(code=1, AWS_ENDPOINT_URL_STS="http://127.0.0.1:9"),
    ]
    accounts.delete("analytics")
    runs.append(aws_project.preview(code=1))
    shown = json.dumps(aws_project.deployment("--show-secrets"))
    pickles = [
        base64.b64decode(each["outputs"]["__provider"])
        for each in aws_project.resources().values()
        if not each.get("external")
    ]

    assert [EXTERNAL_ID, ARGUMENT] == [secret for secret in secrets if secret in shown], (
        "recorded, and shown with --show-secrets"
    )
    assert [] == [secret for secret in secrets for run in runs if secret in run.out + run.err]
    assert {pickle.dumps(GlueSessionProvider())} == {pickle.dumps(pickle.loads(each)) for each in pickles}  # noqa: S301 - our own state
    assert [] == [secret for secret in secrets for each in pickles if secret.encode() in each]
    # The program contains the external id in clear text.
    (aws_project.folder / "__main__.py").unlink()
    folders = [aws_project.folder, Path(aws_project.env["PULUMI_BACKEND_URL"].removeprefix("file://"))]
    held = [path for folder in folders for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    assert [] == [(secret, path) for secret in secrets for path in held if secret.encode() in path.read_bytes()]
    assert any("stacks" in path.parts for path in held), "includes the state"
    torture.tries(short=len(secrets), long=len(secrets))
    torture.record(
        "Planted keys, tokens, external id and session arguments in output of preview, up, refresh, --json, stack"
        " export and stack output, in logs at level 8, errors, files of project and state, and the provider's pickles",
        "found only in encrypted form",
    )

    lines = [line for log in logs for line in log.splitlines() if any(secret in line for secret in secrets)]
    assert [] == [line for line in lines if not ENGINES_OWN.search(line)]
    assert {secret for secret in secrets if secret in "\n".join(lines)} in ({EXTERNAL_ID, ARGUMENT}, set())
    assert all('"v":9' in log for log in logs), "they have that level"
    torture.record(
        "The same secrets in logs at level 9 of up and refresh",
        "no credentials; external ids and session arguments only in lines in which the engine prints all properties",
    )


@pytest.mark.slow
@pytest.mark.torture("Secrets")
def test_role_credentials_are_only_in_the_programs_memory(
    project: Project, glue: GlueEndpoint, torture: Torture, tmp_path: Path
) -> None:
    """As a core file would show. Every process has the credentials of its environment."""
    glue.put("analytics", always("READY"), DefaultArguments={"--password": ARGUMENT})
    glue.put("late", always("PROVISIONING"))
    token, printed = tmp_path / "token", tmp_path / "printed"
    token.write_text(TOKEN)
    project.env |= PLANTED
    project.program(f"""
        from pulumi_glue_session import AssumeRoleWithWebIdentity, AwsOptions, GlueSession

        role = AssumeRoleWithWebIdentity(role_arn="{THERE}", web_identity_token_file="{token}")
        GlueSession("analytics", session_id="analytics", aws=AwsOptions(assume_role_with_web_identity=role))
        GlueSession("late", session_id="late")
    """)
    with StsEndpoint() as sts, printed.open("w") as to:
        sts.trust(TOKEN)
        project.env["AWS_ENDPOINT_URL_STS"] = sts.url
        with project.start("up", "--yes", "--skip-preview", "--non-interactive", to=to) as running:
            while running.poll() is None and "analytics created" not in printed.read_text():
                time.sleep(0.05)
            (lent,) = sts.session_tokens
            secrets = {*PLANTED.values(), TOKEN, ARGUMENT, lent}
            held = {line: held_in(pid, secrets) for pid, line in project.processes().items()}
            os.killpg(running.pid, signal.SIGINT)
    (program,) = (found for line, found in held.items() if "pulumi-language-python-exec" in line)
    (provider,) = (found for line, found in held.items() if "-m\0pulumi.dynamic" in line)
    (engine,) = (found for line, found in held.items() if line.startswith("pulumi\0"))

    assert {*PLANTED.values(), ARGUMENT, lent} == program - {TOKEN}
    assert {*PLANTED.values()} == provider - {ARGUMENT}
    assert {*PLANTED.values(), ARGUMENT} == engine
    assert [] == [line for line, found in held.items() if found - program - {TOKEN}]
    torture.tries(short=len(held), long=len(held))
    torture.record(
        "Memory of each process of an up that waits, as in a core file",
        "role credentials and web identity token only in the program; credentials of the environment in each process; "
        "session arguments in engine, program and provider",
    )


def test_refresh_with_another_account_keeps_the_record(aws_project: Project, accounts: Moto) -> None:
    """It would not find the session, and a refresh removes the record of a missing session."""
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

    for run in (refreshed, previewed):
        printed = " ".join((run.out + run.err).split())
        assert "AWS account is not allowed" in printed
        assert f"account {OTHER_ACCOUNT}, allowed 123456789012" in printed
    assert {"analytics"} == aws_project.resources().keys()
