"""Client of GlueSessions with stubbed boto3: configuration, account, threads and system logs."""

from __future__ import annotations

import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pulumi_glue_session.aws.client import max_call_seconds
from pulumi_glue_session.aws.sessions import GlueSessions
from pulumi_glue_session.core.aws_config import AwsConfig
from pulumi_glue_session.core.errors import (
    AccessDenied,
    WrongAccount,
)
from pulumi_glue_session.core.filter import SessionFilter
from pulumi_glue_session.core.session import Session
from support.reading import facts, failure, read_many
from support.stubs import EXCEPTIONS, botocore_error, raising

if TYPE_CHECKING:
    from unit.conftest import Boto3

REGION = "eu-west-1"
SUBJECT = 'Glue session "analytics"'
URL = "https://glue.eu-west-1.amazonaws.com/"


def raising_runtime_error(_thread: object) -> None:
    raise RuntimeError("can't start new thread")


# --- Configuration ---


@pytest.mark.parametrize(
    ("config", "environment", "expected"),
    [
        (
            AwsConfig(region="us-east-1"),
            {"AWS_REGION": "eu-central-1", "AWS_DEFAULT_REGION": "ap-south-1"},
            "us-east-1",
        ),
        (AwsConfig(), {"AWS_REGION": "eu-central-1", "AWS_DEFAULT_REGION": "ap-south-1"}, "eu-central-1"),
        (AwsConfig(), {"AWS_DEFAULT_REGION": "ap-south-1"}, None),
        (AwsConfig(), {"AWS_REGION": "", "AWS_DEFAULT_REGION": "ap-south-1"}, None),
        (AwsConfig(), {}, None),
    ],
)
def test_region_of_option_and_environment(
    stubbed: Boto3,
    monkeypatch: pytest.MonkeyPatch,
    config: AwsConfig,
    environment: dict[str, str],
    expected: str | None,
) -> None:
    """boto3 does not read AWS_REGION. An empty variable counts as missing."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    stubbed.stub.add_client_error("get_session", "InvalidInputException")
    failure(GlueSessions(config))

    assert [{"profile_name": None, "region_name": expected}] == stubbed.sessions


def test_profile_and_endpoint_of_the_configuration(
    stubbed: Boto3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config").write_text("[profile analysts]\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    stubbed.stub.add_client_error("get_session", "InvalidInputException")
    failure(GlueSessions(AwsConfig(region=REGION, profile="analysts", endpoint_url="http://localhost:5000")))

    assert [{"profile_name": "analysts", "region_name": REGION}] == stubbed.sessions
    assert ["http://localhost:5000"] == [each["endpoint_url"] for each in stubbed.clients]


def test_request_origin_is_sent_with_each_call(stubbed: Boto3) -> None:
    stubbed.stub.add_response(
        "get_session", {"Session": {"Id": "a", "Status": "READY"}}, {"Id": "a", "RequestOrigin": "ci"}
    )
    stubbed.stub.add_response(
        "list_sessions", {"Ids": [], "Sessions": []}, {"MaxResults": 1_000, "RequestOrigin": "ci"}
    )
    source = GlueSessions(AwsConfig(request_origin="ci"))

    assert Session(status="READY") == source.get("a")
    assert {} == source.list(SessionFilter())


OURS, THEIRS = "111111111111", "222222222222"


def test_allowed_account(stubbed: Boto3, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pulumi_glue_session.aws.connection.GlueConnection.account_id", lambda *_: OURS)
    stubbed.stub.add_response("get_session", {"Session": {"Id": "analytics", "Status": "READY"}})

    assert Session(status="READY") == GlueSessions(AwsConfig(allowed_account_ids=(THEIRS, OURS))).get("analytics")


def test_other_account_is_refused(stubbed: Boto3, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pulumi_glue_session.aws.connection.GlueConnection.account_id", lambda *_: THEIRS)
    expected = WrongAccount(SUBJECT, region=REGION, detail=f"account {THEIRS}, allowed {OURS}, 333333333333")

    assert facts(expected) == facts(failure(GlueSessions(AwsConfig(allowed_account_ids=(OURS, "333333333333")))))
    assert ["glue"] == [each["service"] for each in stubbed.clients]


def test_account_is_not_read_without_need(stubbed: Boto3, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "pulumi_glue_session.aws.connection.GlueConnection.account_id", raising(ZeroDivisionError("called"))
    )
    stubbed.stub.add_response("get_session", {"Session": {"Id": "analytics", "Status": "READY"}})

    assert Session(status="READY") == GlueSessions(AwsConfig()).get("analytics")


def test_concurrent_calls_run_in_daemon_threads(stubbed: Boto3, monkeypatch: pytest.MonkeyPatch) -> None:
    daemons: list[bool] = []

    def get_session(**parameters: object) -> object:
        daemons.append(threading.current_thread().daemon)
        return {"Session": {"Id": parameters["Id"], "Status": "READY"}}

    denied = EXCEPTIONS.ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "ListSessions")
    monkeypatch.setattr(stubbed.glue, "list_sessions", raising(denied))
    monkeypatch.setattr(stubbed.glue, "get_session", get_session)

    assert dict.fromkeys("ab", Session(status="READY")) == read_many(GlueSessions(AwsConfig()), ["a", "b"])
    assert [True, True] == daemons


def test_client_configuration(stubbed: Boto3) -> None:
    stubbed.stub.add_client_error("get_session", "InvalidInputException")
    failure(GlueSessions(AwsConfig()))
    (calls,) = stubbed.clients
    config: Any = calls["config"]

    assert "glue" == calls["service"]
    assert (5, 10) == (config.connect_timeout, config.read_timeout)
    assert {"mode": "adaptive", "total_max_attempts": 4} == config.retries
    assert 8 == config.max_pool_connections
    assert "pulumi-glue-session" == config.user_agent_extra


@pytest.mark.parametrize(("max_retries", "seconds"), [(None, 67), (0, 15), (1, 31), (3, 67), (5, 121), (7, 191)])
def test_max_call_seconds_covers_all_retries(max_retries: int | None, seconds: float) -> None:
    """5 s to connect and 10 s to read for each attempt; pauses of 1, 2, 4, 8, 16, 20, 20, … s."""
    assert seconds == max_call_seconds(AwsConfig(max_retries=max_retries))


def test_region_is_known_after_the_first_call(stubbed: Boto3) -> None:
    unknown, given = GlueSessions(AwsConfig()), GlueSessions(AwsConfig(region="us-east-1"))

    assert ["", "us-east-1"] == [unknown.region, given.region]

    stubbed.stub.add_client_error("get_session", "InvalidInputException")
    failure(unknown)

    assert REGION == unknown.region


def test_client_is_created_once_by_eight_threads(stubbed: Boto3, monkeypatch: pytest.MonkeyPatch) -> None:
    """Creating one takes a quarter of a second and some megabytes."""
    for _ in range(8):
        stubbed.stub.add_response("get_session", {"Session": {"Id": "analytics", "Status": "READY"}})
    source, start, found = GlueSessions(AwsConfig()), threading.Barrier(8), list[Session]()
    company = threading.Barrier(2)

    def session(**arguments: object) -> Boto3:
        with suppress(threading.BrokenBarrierError):
            company.wait(timeout=0.05)
        return stubbed.session(**arguments)

    monkeypatch.setattr("boto3.session.Session", session)

    def find() -> None:
        start.wait()
        found.append(source.get("analytics"))

    threads = [threading.Thread(target=find) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [Session(status="READY")] * 8 == found
    assert 1 == len(stubbed.sessions)
    assert 1 == len(stubbed.clients)


def test_client_is_created_again_after_a_failure(stubbed: Boto3, monkeypatch: pytest.MonkeyPatch) -> None:
    """The user signs in while a wait goes on."""
    source = GlueSessions(AwsConfig())
    with monkeypatch.context() as patch:
        patch.setattr("boto3.session.Session", raising(botocore_error("NoCredentialsError")))
        failure(source)
    stubbed.stub.add_response("get_session", {"Session": {"Id": "analytics", "Status": "READY"}})

    assert Session(status="READY") == source.get("analytics")


# --- Logs ---


@pytest.mark.parametrize(("answer", "url"), [({"SystemLogsUrl": "https://logs"}, "https://logs"), ({}, "")], ids=str)
def test_logs_are_read_from_the_url_of_glue(
    stubbed: Boto3, monkeypatch: pytest.MonkeyPatch, answer: dict[str, str], url: str
) -> None:
    monkeypatch.setattr("pulumi_glue_session.aws.sessions.read_log_tail", lambda url, **_: [f"read {url}"])
    monkeypatch.setattr(
        stubbed.glue,
        "get_system_logs_for_session",
        lambda **parameters: answer if parameters == {"Id": "analytics"} else None,
        raising=False,
    )

    assert [f"read {url}"] == GlueSessions(AwsConfig()).system_logs("analytics")


def test_boto3_without_logs(stubbed: Boto3, monkeypatch: pytest.MonkeyPatch) -> None:
    stubbed.stub.add_response("get_session", {"Session": {"Id": "analytics", "Status": "FAILED"}})
    source = GlueSessions(AwsConfig())
    source.get("analytics")
    older = type("Older", (), {"meta": stubbed.glue.meta})()
    monkeypatch.setattr(source._connection, "_client", older)  # noqa: SLF001
    expected = ["This boto3 cannot read system logs: install boto3 1.43.110 or later to see them here."]

    assert expected == source.system_logs("analytics")


@pytest.mark.since(boto3="1.43.110", reason="GetSystemLogsForSession")
def test_logs_use_the_same_client(stubbed: Boto3) -> None:
    stubbed.stub.add_response("get_session", {"Session": {"Id": "analytics", "Status": "FAILED"}})
    stubbed.stub.add_response("get_system_logs_for_session", {"SystemLogsUrl": ""}, {"Id": "analytics"})
    source = GlueSessions(AwsConfig())
    source.get("analytics")

    assert ["No system logs: Glue returned no URL for them."] == source.system_logs("analytics")


def test_denied_logs_name_the_permission(stubbed: Boto3, monkeypatch: pytest.MonkeyPatch) -> None:
    denied = EXCEPTIONS.ClientError(
        {"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "GetSystemLogsForSession"
    )
    monkeypatch.setattr(stubbed.glue, "get_system_logs_for_session", raising(denied), raising=False)
    subject, detail, action = (
        'System logs of Glue session "analytics"',
        "AccessDeniedException: no",
        "glue:GetSystemLogsForSession",
    )

    with pytest.raises(AccessDenied) as caught:
        GlueSessions(AwsConfig()).system_logs("analytics")

    assert facts(AccessDenied(subject, region=REGION, detail=detail, action=action)) == facts(caught.value)
