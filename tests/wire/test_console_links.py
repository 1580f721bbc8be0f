"""The error about a session that ended links to the AWS console, in each tool."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from typer.testing import CliRunner

from pulumi_glue_session import GlueSession
from pulumi_glue_session.aws.sessions import GlueSessions
from pulumi_glue_session.cli.app import app
from pulumi_glue_session.core.aws_config import AwsConfig
from pulumi_glue_session.core.errors import SessionEnded
from pulumi_glue_session.waiter import wait_until_ready
from support import native_provider
from support.glue_endpoint import GlueEndpoint, always
from support.program_run import run

CONSOLE = "https://eu-west-1.console.aws.amazon.com"
LOGS = (
    f"{CONSOLE}/cloudwatch/home?region=eu-west-1#logsV2:log-groups/log-group/"
    "$252Faws-glue$252Fsessions$252Ferror$3FlogStreamNameFilter$3Danalytics"
)
HOME = f"{CONSOLE}/gluestudio/home?region=eu-west-1"


@pytest.fixture
def ended(aws: GlueEndpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    """A session that ended, at an endpoint that counts as one of AWS."""
    aws.put("analytics", always("STOPPED"))
    monkeypatch.setattr("pulumi_glue_session.aws.connection.is_aws_url", lambda _: True)


def resource() -> str:
    (refused,) = run(lambda _: GlueSession("analytics", session_id="analytics")).refused
    return refused


def native() -> str:
    return str(native_provider.error_of(lambda: native_provider.create(native_provider.RecordingEngine())))


def command_line() -> str:
    return CliRunner().invoke(app, ["wait", "analytics"]).stderr


def external() -> str:
    return CliRunner().invoke(app, ["external"], input='{"session_id": "analytics", "wait_for": "READY"}').stderr


def waiter() -> str:
    with pytest.raises(SessionEnded) as caught:
        wait_until_ready("analytics", client=boto3.client("glue", region_name="eu-west-1"))
    return str(caught.value)


@pytest.mark.usefixtures("ended")
@pytest.mark.parametrize("tool", [resource, native, command_line, external, waiter])
def test_tool_shows_the_links(tool: Callable[[], str]) -> None:
    lines = tool().splitlines()

    assert ["  Logs:", f"    {LOGS}", "  Console:", f"    {HOME}"] == lines[1:5]


@pytest.mark.usefixtures("ended")
def test_json_has_the_links_as_fields() -> None:
    [row] = json.loads(CliRunner().invoke(app, ["wait", "analytics", "-o", "json"]).stdout)

    assert [["Logs", LOGS], ["Console", HOME]] == row["error"]["details"]


def test_no_link_for_an_endpoint_outside_of_aws(aws: GlueEndpoint) -> None:
    aws.put("analytics", always("STOPPED"))

    assert "https://" not in command_line()


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize(
    ("options", "console"),
    [
        ({}, CONSOLE),
        ({"use_fips_endpoint": True, "region": "us-east-1"}, "https://us-east-1.console.aws.amazon.com"),
        ({"region": "cn-north-1"}, "https://cn-north-1.console.amazonaws.cn"),
        ({"region": "us-gov-west-1"}, "https://us-gov-west-1.console.amazonaws-us-gov.com"),
        ({"region": "us-iso-east-1"}, ""),
        ({"endpoint_url": "https://vpce-0a1b.glue.eu-west-1.vpce.amazonaws.com"}, CONSOLE),
        ({"endpoint_url": "https://glue.example.com"}, ""),
    ],
)
def test_console_of_an_endpoint(options: dict[str, Any], console: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a request: the client knows its endpoint."""
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    source = GlueSessions(AwsConfig.parse(options))

    assert "" == source.console
    source._connection.client("a session")  # noqa: SLF001
    assert console == source.console
