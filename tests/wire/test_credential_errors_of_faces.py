"""A source of credentials that fails is one sentence without a traceback in every face."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from pulumi_glue_session import CredentialsUnavailable, GlueSession, get_session
from support.assumed_roles import ROLE
from support.glue_endpoint import GlueEndpoint, always
from support.program_run import Ran, run

SOURCE = "Source: AWS_WEB_IDENTITY_TOKEN_FILE /nowhere/token"
NEXT = "Next: check that the token file exists and can be read"


@pytest.fixture(autouse=True)
def _missing_token_file(aws: GlueEndpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    aws.put("analytics", always("READY"))
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", "/nowhere/token")
    monkeypatch.setenv("AWS_ROLE_ARN", ROLE)


def test_resource(aws: GlueEndpoint) -> None:
    (refused,) = run(lambda _: GlueSession("analytics", session_id="analytics")).refused
    text = " ".join(refused.split())

    assert SOURCE in text
    assert NEXT in text
    assert "Traceback" not in text
    assert [] == aws.calls


def test_function(aws: GlueEndpoint) -> None:
    def program(_: Ran) -> None:
        with pytest.raises(CredentialsUnavailable) as caught:
            get_session("analytics")
        assert SOURCE in " ".join(str(caught.value).split())

    run(program)

    assert [] == aws.calls


@pytest.mark.parametrize("command", ["get", "wait", "list"])
def test_command_line(aws: GlueEndpoint, command: str) -> None:
    """Also a wait, which must not take its ten minutes."""
    code, text = call(command, *([] if command == "list" else ["analytics"]))

    assert 4 == code
    assert SOURCE in text
    assert NEXT in text
    assert "Traceback" not in text
    assert [] == aws.calls


def test_external_data_source(aws: GlueEndpoint) -> None:
    code, text = call("external", stdin='{"session_id": "analytics"}')

    assert 4 == code
    assert SOURCE in text
    assert "Traceback" not in text
    assert [] == aws.calls


def call(*arguments: str, stdin: str = "") -> tuple[int, str]:
    """Exit code and stderr of the command line."""
    command = [sys.executable, "-c", "from pulumi_glue_session.cli import main; main()", *arguments]
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, env=dict(os.environ), check=False)
    return done.returncode, " ".join(done.stderr.split())
