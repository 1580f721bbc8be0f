"""The stack's `aws:` configuration on the real engine: the signature shows whose credentials were used."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.glue_endpoint import GONE, GlueEndpoint, always, looks
from support.native_programs import ONE_SESSION
from support.pulumi_project import Project
from support.sts_endpoint import StsEndpoint

ROLE = "arn:aws:iam::123456789012:role/reader"
PROGRAM = """
    import pulumi
    from pulumi_glue_session import GlueSession, get_session, get_session_output

    session = GlueSession("analytics", session_id="analytics")
    pulumi.export("statuses", [session.status, get_session("analytics").status, get_session_output("analytics").status])
"""


@pytest.fixture
def sts() -> Iterator[StsEndpoint]:
    with StsEndpoint() as endpoint:
        yield endpoint


def configure(project: Project, **values: str) -> None:
    pairs = []
    for key, value in values.items():
        secret = "--secret" if key in ("accessKey", "secretKey") else "--plaintext"
        pairs += [secret, f"aws:{key.replace('__', '[0].')}={value}"]
    project.pulumi("config", "set-all", "--path", *pairs)


def keys(glue: GlueEndpoint) -> set[str]:
    return {str(call.credential).split("/")[0] for call in glue.calls}


def test_credentials_roles_and_endpoints_of_the_stack(project: Project, glue: GlueEndpoint, sts: StsEndpoint) -> None:
    """In preview, up and refresh, and before the environment. Credentials are never recorded."""
    glue.put("analytics", always("READY"), Role=ROLE)
    project.program(PROGRAM)
    configure(project, region="eu-west-1", accessKey="STACKKEY", secretKey="planted-secret-key")
    configure(project, endpoints__glue=glue.url, endpoints__sts=sts.url, assumeRoles__roleArn=ROLE)
    del project.env["AWS_ENDPOINT_URL"]

    project.preview()
    project.up()
    after_up = len(glue.calls)
    project.refresh("--expect-no-changes")

    assert {"statuses": ["READY"] * 3} == project.outputs()
    assert len(glue.calls) > after_up > 0
    assert all(key.startswith("ASIA") for key in keys(glue))
    assert {("AssumeRole", "STACKKEY")} == {(call.operation, call.access_key) for call in sts.calls}
    recorded = project.resources(show_secrets=True)["analytics"]
    assert "planted-secret-key" not in json.dumps(recorded)
    assert "STACKKEY" not in json.dumps(recorded)
    state = Path(project.env["PULUMI_BACKEND_URL"].removeprefix("file://"))
    files = [path for path in state.rglob("*") if path.is_file()]
    assert [] == [path for path in files if b"planted-secret-key" in path.read_bytes()]


def test_refresh_with_the_profile_of_the_last_up_keeps_the_record(
    project: Project, glue: GlueEndpoint, tmp_path: Path
) -> None:
    """The engine keeps a provider's old inputs (pulumi #17035): the new profile is used from the next up on."""
    lines = "[profile {0}]\naws_access_key_id = {0}-key\naws_secret_access_key = planted\n"
    (tmp_path / "config").write_text(lines.format("old") + lines.format("new"))
    del project.env["AWS_ACCESS_KEY_ID"], project.env["AWS_SECRET_ACCESS_KEY"]
    glue.put("analytics", always("READY"), Role=ROLE)
    project.program(PROGRAM)
    with StsEndpoint(account="210987654321") as sts:
        project.env |= {"AWS_CONFIG_FILE": str(tmp_path / "config"), "AWS_ENDPOINT_URL_STS": sts.url}
        configure(project, region="eu-west-1", profile="old")
        project.up()
        configure(project, profile="new")
        glue.put("analytics", looks(GONE))
        refreshed = project.refresh(code=1)

        assert {"old-key"} == keys(glue)
        assert [("GetCallerIdentity", "old-key")] == [(call.operation, call.access_key) for call in sts.calls]
    printed = " ".join((refreshed.out + refreshed.err).split())
    assert "recorded from account 123456789012, and the credentials are of account 210987654321" in printed
    assert {"analytics"} == project.resources().keys()


def test_stack_of_localstack_never_reaches_aws(project: Project, glue: GlueEndpoint) -> None:
    """Its endpoints lack glue, and the requests would go to AWS itself."""
    project.program(PROGRAM)
    configure(project, region="us-east-1", accessKey="test", secretKey="test", endpoints__s3="http://localhost:4566")
    del project.env["AWS_ENDPOINT_URL"]
    failed = " ".join((run := project.preview(code=1)).out.split() + run.err.split())

    assert "endpoints has URLs outside of AWS, but none for glue: add glue, or set AWS_ENDPOINT_URL_GLUE" in failed
    assert "Traceback" not in failed
    assert [] == glue.calls


def test_invalid_value_of_the_stack_is_named(project: Project, glue: GlueEndpoint) -> None:
    project.program("""
        from pulumi_glue_session import GlueSession

        GlueSession("analytics", session_id="analytics")
    """)
    configure(project, insecure="true")
    failed = " ".join((run := project.preview(code=1)).out.split() + run.err.split())

    assert "aws:insecure: Not supported" in failed
    assert "Traceback" not in failed
    assert [] == glue.calls


@pytest.mark.slow
def test_native_provider_does_not_receive_the_aws_configuration(project: Project, glue: GlueEndpoint) -> None:
    """The engine passes a plugin only its own configuration. The error names the key to use instead."""
    project.program(ONE_SESSION)
    configure(project, region="eu-north-1")
    del project.env["AWS_REGION"]
    failed = " ".join((run := project.preview(code=1)).out.split() + run.err.split())

    assert "No AWS region is set" in failed
    assert "the provider's region (glue-session:region, not aws:region)" in failed
    assert [] == glue.calls
