"""Links to the AWS console."""

from __future__ import annotations

import re

import pytest

from pulumi_glue_session.core.console import console_url, session_links
from pulumi_glue_session.core.errors import GlueSessionError, SessionEnded, WaitedTooLong
from support.hostile_text import HAND_PICKED

REGION, READY = "eu-west-1", frozenset({"READY"})
CONSOLE = "https://eu-west-1.console.aws.amazon.com"


@pytest.mark.parametrize(
    ("partition", "region", "url"),
    [
        ("aws", "eu-west-1", CONSOLE),
        ("aws-cn", "cn-north-1", "https://cn-north-1.console.amazonaws.cn"),
        ("aws-us-gov", "us-gov-west-1", "https://us-gov-west-1.console.amazonaws-us-gov.com"),
        ("aws-iso", "us-iso-east-1", ""),
    ],
)
def test_each_partition_has_its_console(partition: str, region: str, url: str) -> None:
    assert url == console_url(partition, region)


def ended(session_id: str, console: str) -> GlueSessionError:
    return SessionEnded(session_id, region=REGION, status="FAILED", targets=READY, console=console)


def timed_out(session_id: str, console: str) -> GlueSessionError:
    return WaitedTooLong(
        session_id, region=REGION, status="PROVISIONING", targets=READY, seconds=60, polls=9, console=console
    )


@pytest.mark.parametrize("build", [ended, timed_out])
def test_error_links_to_the_logs_and_the_console(build: object) -> None:
    assert callable(build)
    error: GlueSessionError = build("etl", CONSOLE)
    lines = str(error).splitlines()
    logs, console = lines.index("  Logs:"), lines.index("  Console:")

    assert lines[logs + 1].strip() == (
        f"{CONSOLE}/cloudwatch/home?region=eu-west-1#logsV2:log-groups/log-group/"
        "$252Faws-glue$252Fsessions$252Ferror$3FlogStreamNameFilter$3Detl"
    )
    assert f"    {CONSOLE}/gluestudio/home?region=eu-west-1" == lines[console + 1]
    assert [] == [line for line in lines if len(line) > 80 and "https://" not in line]
    assert "https://" not in str(build("etl", ""))


@pytest.mark.parametrize("session_id", [*HAND_PICKED, "a/b?c#d%e&f@g$h;i j", "é日\U0001f600"])
def test_id_cannot_leave_its_place_in_a_link(session_id: str) -> None:
    [(_, logs), (_, console)] = session_links(CONSOLE, REGION, session_id)
    head, _, stream = logs.partition("$3FlogStreamNameFilter$3D")

    assert session_links(CONSOLE, REGION, "etl")[0][1].startswith(head)
    assert re.fullmatch(r"([A-Za-z0-9_.~-]|\$25[0-9A-F]{2})*", stream)
    assert f"{CONSOLE}/gluestudio/home?region=eu-west-1" == console
