"""System logs of a FAILED session: the end of their file, what is shown without it, and when they are read."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from botocore.loaders import Loader

from pulumi_glue_session import GlueSession
from pulumi_glue_session.aws import system_logs
from pulumi_glue_session.aws.sessions import GlueSessions
from pulumi_glue_session.aws.system_logs import read_log_tail
from pulumi_glue_session.core.aws_config import AwsConfig
from support.glue_endpoint import GlueEndpoint, always, answer, error, step
from support.program_run import Ran, run


class Files:
    """A server with one file. Keeps the requests it received."""

    def __init__(self, certificate: Path | None = None) -> None:
        self.body = b""
        self.status = 200
        self.supports_ranges = False
        self.redirect = ""
        self.requests: list[tuple[str, str | None]] = []
        files = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                files.requests.append((self.path, self.headers["Range"]))
                body, status = files.body, files.status
                if files.redirect:
                    body, status = b"", 302
                elif files.supports_ranges:
                    body, status = body[-65_536:], 206
                self.send_response(status)
                if files.redirect:
                    self.send_header("Location", files.redirect)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Requests are not printed."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        scheme = "http"
        if certificate:
            scheme = "https"
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = f"{scheme}://127.0.0.1:{self.server.server_port}/logs?X-Amz-Signature=planted"


def serve(files: Files) -> Iterator[Files]:
    thread = threading.Thread(target=files.server.serve_forever, args=(0.01,))
    thread.start()
    yield files
    files.server.shutdown()
    files.server.server_close()
    thread.join()


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "no_proxy", "all_proxy", "AWS_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def files() -> Iterator[Files]:
    yield from serve(Files())


@pytest.fixture
def secure_files(certificate: Path) -> Iterator[Files]:
    yield from serve(Files(certificate))


# --- The file ---


@pytest.mark.parametrize("supports_ranges", [True, False])
def test_last_lines_are_safe_for_a_terminal(files: Files, *, supports_ranges: bool) -> None:
    files.supports_ranges = supports_ranges
    lines = ["begin", *(f"line {number}" for number in range(30)), "\x1b[31mred\r", "", "end"]
    files.body = "\n".join(lines).encode()

    assert [*(f"line {number}" for number in range(12, 30)), "[31mred", "end"] == read_log_tail(files.url)
    assert ["bytes=-65536"] == [requested for _, requested in files.requests]


@pytest.mark.parametrize("supports_ranges", [True, False])
def test_true_end_of_a_long_file(files: Files, *, supports_ranges: bool) -> None:
    """A server that ignores the Range header sends the file from its start."""
    files.supports_ranges = supports_ranges
    files.body = b"an early line of the log\n" * 200_000 + b"the last line\n"

    assert "the last line" == read_log_tail(files.url)[-1]


def test_file_that_is_too_long_without_ranges(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first lines must not look like the last ones."""
    monkeypatch.setattr(system_logs, "_MAX_BYTES", 1_048_576)
    files.body = b"an early line of the log\n" * 100_000

    assert ["No system logs: the file is over 1 MiB, and the server cannot send its end."] == read_log_tail(files.url)


def refuse(files: Files) -> None:
    files.status = 403


def send_archive(files: Files) -> None:
    files.body = b"PK\x03\x04\0\0"


@pytest.mark.parametrize(
    ("prepare", "line"),
    [
        (refuse, "No system logs: the server answered HTTP 403 Forbidden."),
        (send_archive, "No system logs: the file is not a text file."),
        (lambda _: None, "No system logs: the file is empty."),
    ],
    ids=["refused", "not a text", "empty"],
)
def test_file_that_cannot_be_shown(files: Files, prepare: Callable[[Files], None], line: str) -> None:
    prepare(files)

    assert [line] == read_log_tail(files.url)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", "Glue returned no URL"),
        ("file:///etc/hostname", "Glue returned no URL"),
        ("http://127.0.0.1:9/?planted", "could not be reached"),
        ("http://[?planted", "could not be read"),
        ("http://127.0.0.1:9/\nplanted", "could not be read"),
    ],
)
def test_url_that_cannot_be_read(url: str, reason: str) -> None:
    (line,) = read_log_tail(url)

    assert line.startswith("No system logs: ")
    assert reason in line
    assert "planted" not in line


# --- TLS, redirects and proxies ---


def test_unknown_certificate_is_refused(secure_files: Files) -> None:
    secure_files.body = b"line"
    (line,) = read_log_tail(secure_files.url)

    assert line.startswith("No system logs: the certificate of the server is not accepted")
    assert [] == secure_files.requests


def test_ca_bundle_of_the_options(secure_files: Files, certificate: Path) -> None:
    secure_files.body = b"line"

    assert ["line"] == read_log_tail(secure_files.url, ca_bundle=str(certificate))


def test_ca_bundle_of_the_environment(secure_files: Files, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secure_files.body = b"line"
    monkeypatch.setenv("AWS_CA_BUNDLE", str(certificate))

    assert ["line"] == read_log_tail(secure_files.url)


def test_missing_ca_bundle_is_reported(secure_files: Files) -> None:
    (line,) = read_log_tail(secure_files.url, ca_bundle="/nowhere/ca.pem")

    assert "No such file or directory" in line


def test_redirect_from_https_to_http_is_not_followed(secure_files: Files, files: Files, certificate: Path) -> None:
    secure_files.redirect = files.url

    assert ["No system logs: the server redirects from https to http."] == read_log_tail(
        secure_files.url, ca_bundle=str(certificate)
    )
    assert [] == files.requests


def test_other_redirects_are_followed(secure_files: Files, files: Files, certificate: Path) -> None:
    files.redirect = secure_files.url
    secure_files.body = b"line"

    assert ["line"] == read_log_tail(files.url, ca_bundle=str(certificate))


def test_proxy_of_the_environment(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    files.body = b"line"
    monkeypatch.setenv("http_proxy", files.url.partition("/logs")[0])

    assert ["line"] == read_log_tail("http://logs.example.com/file")
    assert ["http://logs.example.com/file"] == [path for path, _ in files.requests]


@pytest.mark.since(boto3="1.43.110", reason="GetSystemLogsForSession")
def test_proxy_of_the_configuration(failed: GlueEndpoint, files: Files) -> None:
    files.body = b"line"
    failed.fail("GetSystemLogsForSession", answer({"SystemLogsUrl": "http://logs.example.com/file"}))
    proxy = files.url.partition("/logs")[0]

    assert ["line"] == GlueSessions(
        AwsConfig(http_proxy=proxy, no_proxy="127.0.0.1", endpoint_url=failed.url)
    ).system_logs("analytics-prod")
    assert ["http://logs.example.com/file"] == [path for path, _ in files.requests]


# --- Sessions ---


class OldLoader(Loader):
    """Loads models without the operation for logs."""

    def load_service_model(self, service_name: str, type_name: str, api_version: str | None = None) -> Any:
        model = super().load_service_model(service_name, type_name, api_version)
        if "operations" not in model:
            return model
        operations = {name: each for name, each in model["operations"].items() if "SystemLogs" not in name}
        return {**model, "operations": operations}


def with_logs(_: Ran) -> None:
    GlueSession("analytics", session_id="analytics-prod", logs=True)


def log_lines(ran: Ran) -> list[str]:
    """Lines of the logs in the only error of a run."""
    (message,) = ran.refused
    return [line.strip().removeprefix("| ") for line in message.splitlines() if line.strip().startswith("|")]


@pytest.fixture
def failed(aws: GlueEndpoint) -> GlueEndpoint:
    aws.put("analytics-prod", always(step("FAILED", ErrorMessage="no capacity")))
    return aws


@pytest.mark.since(boto3="1.43.110", reason="GetSystemLogsForSession")
def test_error_of_a_failed_session_has_its_logs(failed: GlueEndpoint, files: Files) -> None:
    files.body = b"starting\nno capacity in eu-west-1a\n"
    failed.fail("GetSystemLogsForSession", answer({"SystemLogsUrl": files.url}))
    ran = run(with_logs)

    assert ["starting", "no capacity in eu-west-1a"] == log_lines(ran)
    assert "planted" not in ran.refused[0], "the URL grants access to the logs"
    assert ["GetSession", "GetSystemLogsForSession"] == [call.operation for call in failed.calls]


@pytest.mark.since(boto3="1.43.110", reason="GetSystemLogsForSession")
def test_ca_bundle_of_the_configuration_is_used(failed: GlueEndpoint, secure_files: Files, certificate: Path) -> None:
    secure_files.body = b"line"
    failed.fail("GetSystemLogsForSession", answer({"SystemLogsUrl": secure_files.url}))
    source = GlueSessions(AwsConfig(custom_ca_bundle=str(certificate)))

    assert ["line"] == source.system_logs("analytics-prod")


@pytest.mark.since(boto3="1.43.110", reason="GetSystemLogsForSession")
def test_file_that_trickles_is_given_up(failed: GlueEndpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    source = GlueSessions(AwsConfig())
    source.get("analytics-prod")
    end = threading.Event()
    monkeypatch.setattr("pulumi_glue_session.aws.sessions.max_call_seconds", lambda _: 3.0)
    monkeypatch.setattr("pulumi_glue_session.aws.sessions.read_log_tail", lambda *_, **__: end.wait(300))
    failed.fail("GetSystemLogsForSession", answer({"SystemLogsUrl": "http://127.0.0.1:9/"}))

    assert ["No system logs: the file could not be read within 3s."] == source.system_logs("analytics-prod")
    end.set()


def test_boto3_without_logs_names_the_version_that_has_them(
    failed: GlueEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botocore.session.create_loader", lambda _=None: OldLoader())
    message = " ".join(run(with_logs).refused[0].split())

    assert "| This boto3 cannot read system logs: install boto3 1.43.110 or later to see them here" in message
    assert ["GetSession"] == [call.operation for call in failed.calls]


@pytest.mark.since(boto3="1.43.110", reason="GetSystemLogsForSession")
def test_logs_that_cannot_be_had_do_not_hide_the_error(failed: GlueEndpoint, files: Files) -> None:
    files.status = 403
    failed.fail("GetSystemLogsForSession", answer({"SystemLogsUrl": files.url}), times=1)
    failed.fail("GetSystemLogsForSession", error("AccessDeniedException", "not authorized"))

    assert ["No system logs: the server answered HTTP 403 Forbidden"] == log_lines(run(with_logs))
    message = " ".join(run(with_logs).refused[0].split())
    assert message.startswith("FAILED, will not become READY")
    assert "Access denied: System logs of Glue session" in message
    assert "allow glue:GetSystemLogsForSession" in message


@pytest.mark.parametrize("status", ["STOPPED", "TIMEOUT"])
def test_other_statuses_do_not_read_logs(aws: GlueEndpoint, status: str) -> None:
    aws.put("analytics-prod", always(status))

    assert [] == log_lines(run(with_logs))
    assert ["GetSession"] == [call.operation for call in aws.calls]


def test_logs_are_read_only_if_a_program_asks_for_them(failed: GlueEndpoint) -> None:
    assert [] == log_lines(run(lambda _: GlueSession("analytics", session_id="analytics-prod")))
    assert ["GetSession"] == [call.operation for call in failed.calls]
