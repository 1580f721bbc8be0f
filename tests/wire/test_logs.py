"""The end of a failed session's logs, for a program that opts in."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from botocore.loaders import Loader

from pulumi_glue_session import GlueSession
from pulumi_glue_session.aws.sessions import GlueSessions
from pulumi_glue_session.aws.system_logs import read_log_tail
from pulumi_glue_session.core.aws_config import AwsConfig
from support.glue_endpoint import GlueEndpoint, always, answer, error, step
from support.program_run import Ran, run

ENDED = (
    'Glue session "analytics-prod" in eu-west-1 is FAILED (Glue says: no capacity) and will not become READY: '
    "delete it and create it again, or name another session, and run again."
)


class Files:
    """A file behind a URL, and the ranges that were asked for."""

    def __init__(self) -> None:
        self.body = b""
        self.ranges: list[str | None] = []
        files = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                files.ranges.append(self.headers["Range"])
                self.send_response(200 if files.body else 403)
                self.send_header("Content-Length", str(len(files.body)))
                self.end_headers()
                self.wfile.write(files.body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the standard library's name
                """Keep quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/logs?X-Amz-Signature=planted"


@pytest.fixture
def files() -> Iterator[Files]:
    """A server of one file."""
    files = Files()
    thread = threading.Thread(target=files.server.serve_forever)
    thread.start()
    yield files
    files.server.shutdown()
    files.server.server_close()
    thread.join()


class ForgetfulLoader(Loader):
    """Reads models without the operation that gives logs."""

    def load_service_model(self, service_name: str, type_name: str, api_version: str | None = None) -> Any:  # noqa: ANN401 - botocore's
        model = super().load_service_model(service_name, type_name, api_version)
        if "operations" not in model:
            return model
        operations = model["operations"]
        return {**model, "operations": {name: each for name, each in operations.items() if "SystemLogs" not in name}}


def wanting_logs(_: Ran) -> None:
    GlueSession("analytics", session_id="analytics-prod", logs=True)


def test_the_last_lines_are_shown_fit_for_a_terminal(files: Files) -> None:
    files.body = "\n".join(["begin", *(f"line {number}" for number in range(30)), "\x1b[31mred\r", "", "end"]).encode()

    assert [*(f"line {number}" for number in range(12, 30)), "[31mred", "end"] == read_log_tail(files.url)
    assert ["bytes=-65536"] == files.ranges


def test_what_is_no_text_or_cannot_be_had_gives_no_lines(files: Files) -> None:
    files.body = b"PK\x03\x04\0\0"
    assert [] == read_log_tail(files.url)

    files.body = b""
    assert [] == read_log_tail(files.url), "refused"
    for url in ("", "file:///etc/hostname", "http://127.0.0.1:9/", "http://["):
        assert [] == read_log_tail(url)


@pytest.mark.since(boto3="1.43.110", reason="GetSystemLogsForSession")
def test_a_file_that_only_trickles_is_given_up(aws: GlueEndpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_CONNECT_SECONDS", "_READ_SECONDS"):
        monkeypatch.setattr(f"pulumi_glue_session.aws.client.{name}", 0.5)
    monkeypatch.setattr("pulumi_glue_session.aws.sessions.read_log_tail", lambda _: threading.Event().wait(30))
    aws.fail("GetSystemLogsForSession", answer({"SystemLogsUrl": "http://127.0.0.1:9/"}))

    assert [] == GlueSessions(AwsConfig(max_retries=0)).system_logs("analytics-prod")


@pytest.mark.since(boto3="1.43.110", reason="GetSystemLogsForSession")
def test_the_error_of_a_failed_session_ends_with_its_logs_and_never_shows_their_url(aws: GlueEndpoint, files: Files) -> None:
    files.body = b"starting\nno capacity in eu-west-1a\n"
    aws.put("analytics-prod", always(step("FAILED", ErrorMessage="no capacity")))
    aws.fail("GetSystemLogsForSession", answer({"SystemLogsUrl": files.url}))

    assert [f"{ENDED}\n  | starting\n  | no capacity in eu-west-1a"] == run(wanting_logs).refused
    assert ["GetSession", "GetSystemLogsForSession"] == [call.operation for call in aws.calls]


def test_a_boto3_that_knows_no_logs_says_which_one_does(aws: GlueEndpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest that the package takes is such a one; a newer one is made to forget them here."""
    monkeypatch.setattr("botocore.session.create_loader", lambda _=None: ForgetfulLoader())
    aws.put("analytics-prod", always(step("FAILED", ErrorMessage="no capacity")))

    line = "This boto3 can't ask for system logs: install boto3 1.43.110 or later to see them here"
    assert [f"{ENDED}\n  | {line}"] == run(wanting_logs).refused
    assert ["GetSession"] == [call.operation for call in aws.calls]


@pytest.mark.since(boto3="1.43.110", reason="GetSystemLogsForSession")
def test_logs_that_cannot_be_had_are_said_and_hide_nothing(aws: GlueEndpoint, files: Files) -> None:
    aws.put("analytics-prod", always(step("FAILED", ErrorMessage="no capacity")))
    aws.fail("GetSystemLogsForSession", answer({"SystemLogsUrl": files.url}), times=1)
    aws.fail("GetSystemLogsForSession", error("AccessDeniedException", "not authorized to perform: glue:GetSystemLogsForSession"))

    assert [f"{ENDED}\n  | There are no system logs that can be shown"] == run(wanting_logs).refused
    (refused,) = run(wanting_logs).refused
    assert refused.startswith(
        f'{ENDED}\n  | System logs of Glue session "analytics-prod" in eu-west-1 could not be read: Glue denied access '
        "(AccessDeniedException: not authorized to perform: glue:GetSystemLogsForSession); allow glue:GetSystemLogsForSession to the role"
    )


@pytest.mark.parametrize("status", ["STOPPED", "TIMEOUT"])
def test_only_a_failed_session_is_asked_for_logs(aws: GlueEndpoint, status: str) -> None:
    aws.put("analytics-prod", always(status))

    assert "|" not in run(wanting_logs).refused[0]
    assert ["GetSession"] == [call.operation for call in aws.calls]


def test_nobody_is_asked_for_logs_unless_the_program_opts_in(aws: GlueEndpoint) -> None:
    aws.put("analytics-prod", always(step("FAILED", ErrorMessage="no capacity")))

    assert [ENDED] == run(lambda _: GlueSession("analytics", session_id="analytics-prod")).refused
    assert ["GetSession"] == [call.operation for call in aws.calls]
