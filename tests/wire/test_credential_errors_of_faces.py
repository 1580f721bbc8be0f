"""A source of credentials that fails is one sentence without a traceback in every face."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from pulumi_glue_session import CredentialsUnavailable, GlueSession, get_session
from pulumi_glue_session.native.properties import GET_SESSION, WAIT_FOR_SESSION
from support.assumed_roles import ROLE
from support.dynamic_server import DynamicServer
from support.dynamic_server import Refusal as DynamicRefusal
from support.glue_endpoint import GlueEndpoint, always
from support.native_process import READY, NativeProcess
from support.native_process import Refusal as NativeRefusal
from support.program_run import Ran, run
from support.terraform_provider import Terraform

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


def test_refresh(aws: GlueEndpoint) -> None:
    with DynamicServer(os.environ) as server:
        server.configure({})
        with pytest.raises(DynamicRefusal) as caught:
            server.read("analytics", {"session_id": "analytics", "region": "eu-west-1", "status": "READY"})

    assert SOURCE in " ".join(str(caught.value).split())
    assert "Traceback" not in str(caught.value)
    assert [] == aws.calls


@pytest.mark.parametrize("call", ["create", "refresh", "getSession", "waitForSession"])
def test_native_provider(aws: GlueEndpoint, call: str) -> None:
    state = {"sessionId": "analytics", "status": "READY", "region": "eu-west-1", **READY, "providerOptions": {}}
    with NativeProcess(os.environ) as provider:
        provider.configure()
        calls: dict[str, Callable[[], object]] = {
            "create": lambda: provider.create(sessionId="analytics"),
            "refresh": lambda: provider.refresh("analytics", state),
            "getSession": lambda: provider.invoke(GET_SESSION, sessionId="analytics"),
            "waitForSession": lambda: provider.invoke(WAIT_FOR_SESSION, sessionId="analytics", waitFor=["READY"]),
        }
        with pytest.raises(NativeRefusal) as caught:
            calls[call]()

    assert SOURCE in " ".join(str(caught.value).split())
    assert "Traceback" not in str(caught.value)
    assert [] == aws.calls


def test_terraform_provider(aws: GlueEndpoint) -> None:
    (diagnostic,) = Terraform().read(session_id="analytics").diagnostics

    assert SOURCE in " ".join(diagnostic.detail.split())
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
