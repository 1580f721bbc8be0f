"""Addresses of pages of the AWS console."""

from __future__ import annotations

from urllib.parse import quote

_DOMAINS = {
    "aws": "console.aws.amazon.com",
    "aws-cn": "console.amazonaws.cn",
    "aws-us-gov": "console.amazonaws-us-gov.com",
}
"""Domain of each partition whose console is known."""

_LOG_GROUP = "/aws-glue/sessions/error"


def console_url(partition: str, region: str) -> str:
    """Address of the console in one region; empty if the partition is not known."""
    return f"https://{region}.{_DOMAINS[partition]}" if partition in _DOMAINS else ""


def session_links(console: str, region: str, session_id: str) -> tuple[tuple[str, str], ...]:
    """Label and address of the pages about a session; none without the address of a console."""
    if not console:
        return ()
    # The part of a CloudWatch address after # is encoded twice, with $ instead of the second %.
    group, stream = (quote(each, safe="").replace("%", "$25") for each in (_LOG_GROUP, session_id))
    logs = f"log-groups/log-group/{group}$3FlogStreamNameFilter$3D{stream}"
    return (
        ("Logs", f"{console}/cloudwatch/home?region={region}#logsV2:{logs}"),
        ("Console", f"{console}/gluestudio/home?region={region}"),
    )
