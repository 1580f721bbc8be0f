"""Each source of credentials that fails is named, with a remedy, before Glue is called."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pulumi_glue_session.core.errors import (
    BadCredentials,
    CredentialsUnavailable,
    GlueSessionError,
    ServiceFault,
    Throttled,
)
from pulumi_glue_session.core.poller import Poller
from pulumi_glue_session.core.wait import WaitCondition, WaitResult, WaitState
from support.assumed_roles import REGION, ROLE, failure, sessions
from support.clock import FakeClock, run
from support.credential_errors import explained, process
from support.glue_endpoint import GlueEndpoint, looks
from support.http_server import serving
from support.sts_endpoint import Fault, StsEndpoint, server_fault, throttled

pytestmark = pytest.mark.usefixtures("single_attempt", "sts")


def test_web_identity_token_file_of_the_environment_is_missing(
    aws: GlueEndpoint, profile: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The everyday case on EKS and in CI."""
    del profile
    monkeypatch.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", "/nowhere/token")
    monkeypatch.setenv("AWS_ROLE_ARN", ROLE)
    error = failure(sessions())

    assert explained(error) == (
        CredentialsUnavailable,
        "AWS_WEB_IDENTITY_TOKEN_FILE /nowhere/token",
        "check that the token file exists and can be read, and the trust policy of the role",
    )
    assert "No such file or directory" in str(error)
    assert 0 == aws.count()


def test_token_file_that_disappears_does_not_end_a_wait(aws: GlueEndpoint, sts: StsEndpoint, token: Path) -> None:
    sts.lifetime = 300.0
    sts.trust("token-1")
    source = sessions(assume_role_with_web_identity={"role_arn": ROLE, "web_identity_token_file": str(token)})
    condition = WaitCondition.parse("STOPPED")
    first = source.get("analytics")
    token.unlink()
    error = failure(source)
    token.write_text("token-1")

    assert CredentialsUnavailable is type(error)
    assert WaitState.PENDING is condition.evaluate("analytics", error, region=REGION, previous=first).state
    assert WaitState.FAILED is condition.evaluate("analytics", error, region=REGION).state
    assert "READY" == source.get("analytics").status
    assert 2 == aws.count()


def test_wait_goes_on_while_its_token_file_is_gone(aws: GlueEndpoint, sts: StsEndpoint, token: Path) -> None:
    """As while the file is replaced. No request reaches Glue in these two seconds."""
    sts.lifetime = 300.0  # so short that each read renews the credentials
    sts.trust("token-1")
    aws.put("analytics", looks("PROVISIONING", "PROVISIONING", "READY"))
    source = sessions(assume_role_with_web_identity={"role_arn": ROLE, "web_identity_token_file": str(token)})

    async def wait() -> tuple[WaitResult, int]:
        clock = FakeClock()

        async def at(moment: float, change: Callable[[], object]) -> None:
            await clock.sleep_until(moment)
            change()

        poller = Poller(source, clock=clock, jitter=lambda: 0.5, start=clock.start_thread)
        replacing = asyncio.gather(at(1.5, token.unlink), at(3.5, lambda: token.write_text("token-1")))
        result = await poller.wait("analytics", condition=WaitCondition.parse("READY"), timeout=600)
        await replacing
        return result, round(clock.now)

    result, seconds = run(wait())

    assert (WaitState.SUCCEEDED, None) == (result.state, result.error)
    assert (3, 4) == (aws.count(), seconds), "reads at 0, 1 and 4 s, and none without the token at 2 and 3 s"


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("import sys; sys.exit('token expired')", "token expired"),
        ("print('not JSON, with a planted-secret')", "invalid output (JSONDecodeError)"),
        ("print('{}')", "Unsupported version"),
        ("print('{\"Version\": 1}')", "Missing required key in response: 'AccessKeyId'"),
        ("import sys; sys.exit(1)", "custom-process: it failed without a message"),
    ],
    ids=["exit code", "not JSON", "no version", "no keys", "no message"],
)
def test_credential_process_fails(aws: GlueEndpoint, profile: Any, code: str, reason: str) -> None:
    profile(process(code))
    error = failure(sessions())

    assert explained(error) == (
        CredentialsUnavailable,
        'credential_process of profile "ci"',
        "run its command in a shell and correct it",
    )
    assert reason in " ".join(str(error).split())
    assert "planted-secret" not in str(error)
    assert 0 == aws.count()


def test_credential_process_disappears(aws: GlueEndpoint, profile: Any) -> None:
    profile("credential_process = /nowhere/credentials")

    assert (CredentialsUnavailable, 'credential_process of profile "ci"') == explained(failure(sessions()))[:2]
    assert 0 == aws.count()


def test_credential_process_never_ends(aws: GlueEndpoint, profile: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """It has a limit of its own, and its end is not an error of Glue."""
    monkeypatch.setattr("pulumi_glue_session.aws.connection.max_call_seconds", lambda _: 1.0)
    profile(process("import time; time.sleep(20)"))
    error = failure(sessions())

    assert (CredentialsUnavailable, 'credential_process of profile "ci"') == explained(error)[:2]
    assert "no credentials within 1s" in str(error)
    assert 0 == aws.count()


@pytest.mark.parametrize(
    ("command", "reason"),
    [("", "the command is empty"), ('tool "user', "No closing quotation")],
    ids=["empty", "quote"],
)
def test_credential_process_cannot_be_started(aws: GlueEndpoint, profile: Any, command: str, reason: str) -> None:
    profile(f"credential_process = {command}")
    error = failure(sessions())

    assert 'credential_process of profile "ci"' == getattr(error, "source", "")
    assert reason == getattr(error, "detail", "")
    assert 0 == aws.count()


@pytest.mark.parametrize(
    ("keys", "reason", "remedy"),
    [
        ({"AccessKeyId": ""}, "the access key is empty", "run its command in a shell and correct it"),
        ({"AccessKeyId": 5}, "the access key is not a string", "run its command in a shell and correct it"),
        ({"SecretAccessKey": None}, "the secret key is empty", "run its command in a shell and correct it"),
        (
            {"SessionToken": "planted-secret\n"},
            "an access key or session token contains a line break",
            "remove the line break",
        ),
        (
            {"SessionToken": "planted-secret", "Expiration": "2020-01-01T00:00:00Z"},
            "Credentials were refreshed, but the refreshed credentials are still expired.",
            "run its command in a shell and correct it, or set the clock of this machine, for instance with NTP",
        ),
    ],
    ids=["empty", "not a string", "null", "line break", "expired"],
)
def test_source_answers_with_unusable_keys(
    aws: GlueEndpoint, profile: Any, keys: dict[str, Any], reason: str, remedy: str
) -> None:
    """They are not signed with: Glue would reject them, or its endpoint would seem to be broken."""
    answer = {"Version": 1, "AccessKeyId": "PROCESS", "SecretAccessKey": "planted-secret", **keys}
    profile(process(f"print({json.dumps(json.dumps(answer))})"))
    error = failure(sessions())

    assert explained(error) == (BadCredentials, 'credential_process of profile "ci"', remedy)
    assert reason == getattr(error, "detail", "")
    assert "planted-secret" not in str(error)
    assert 0 == aws.count()


def test_container_answer_without_keys(aws: GlueEndpoint, profile: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    del profile
    with serving(200, b"{}") as url:
        monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", f"{url}/credentials")
        error = failure(sessions())

    assert (
        CredentialsUnavailable,
        "container credentials of AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or _FULL_URI",
    ) == explained(error)[:2]
    assert 0 == aws.count()


def test_container_url_of_another_host(aws: GlueEndpoint, profile: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    del profile
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://example.com/credentials")

    assert "Unsupported host 'example.com'" in str(failure(sessions()))
    assert 0 == aws.count()


def test_role_of_a_profile_that_is_not_signed_in(aws: GlueEndpoint, profile: Any) -> None:
    profile(f"role_arn = {ROLE}", "source_profile = people")
    profile("sso_session = work", "sso_account_id = 1", "sso_role_name = reader", name="profile people")
    profile("sso_start_url = https://work.awsapps.com/start", "sso_region = eu-west-1", name="sso-session work")

    assert explained(failure(sessions())) == (
        BadCredentials,
        'role of profile "ci"',
        "run aws sso login for the profile that source_profile names",
    )
    assert 0 == aws.count()


def test_incomplete_profile_of_identity_center(aws: GlueEndpoint, profile: Any) -> None:
    """A login would not help."""
    profile("sso_start_url = https://work.awsapps.com/start", "sso_account_id = 1")

    assert explained(failure(sessions())) == (
        CredentialsUnavailable,
        'IAM Identity Center of profile "ci"',
        "correct the profile in the shared configuration file",
    )
    assert 0 == aws.count()


@pytest.mark.parametrize(
    ("fault", "kind", "fact", "remedy"),
    [
        (
            Fault(code="RegionDisabledException", message="STS is not activated in this region", http_status=403),
            BadCredentials,
            "AWS credentials are missing, expired or not accepted",
            "activate STS in this region, or use another one: sts_region, stsRegion or aws:stsRegion",
        ),
        (throttled(), Throttled, "Throttled by STS after all retries", ""),
        (server_fault(), ServiceFault, "STS failed after all retries", ""),
    ],
    ids=["region", "throttled", "server fault"],
)
def test_error_of_sts_is_about_sts(
    aws: GlueEndpoint, sts: StsEndpoint, fault: Fault, kind: type[GlueSessionError], fact: str, remedy: str
) -> None:
    sts.fail("AssumeRole", fault)
    error = failure(sessions(assume_roles=[{"role_arn": ROLE}]))

    assert (kind, remedy) == (type(error), getattr(error, "remedy", ""))
    assert str(error).startswith(fact)
    assert "GetSession" not in str(error)
    assert 0 == aws.count()


def test_sts_is_unreachable(aws: GlueEndpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:9")

    assert explained(failure(sessions(assume_roles=[{"role_arn": ROLE}]))) == (
        CredentialsUnavailable,
        f"STS AssumeRole of {ROLE}",
        "check the network, the proxy, and the region and endpoint URL of this service",
    )
    assert 0 == aws.count()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AWS_EC2_METADATA_SERVICE_ENDPOINT", "nowhere"),
        ("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "ipv9"),
        ("AWS_METADATA_SERVICE_TIMEOUT", "soon"),
    ],
)
def test_invalid_setting_of_the_chain_is_shown(
    aws: GlueEndpoint, profile: Any, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    del profile
    monkeypatch.setenv(name, value)
    error = failure(sessions())

    assert "settings of boto3's credential chain" == getattr(error, "source", "")
    assert value in str(error)
    assert 0 == aws.count()
