"""Profiles that need an MFA code: refused without a prompt, and asked for once with one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from pulumi_glue_session.core.errors import (
    BadCredentials,
)
from support.assumed_roles import ROLE, access_keys, failure, sessions, sts_calls
from support.credential_errors import process
from support.glue_endpoint import GlueEndpoint
from support.sts_endpoint import StsEndpoint

pytestmark = pytest.mark.usefixtures("single_attempt", "sts")


@pytest.fixture
def mfa_profile(profile: Any) -> None:
    """A profile whose role needs an MFA code."""
    profile("aws_access_key_id = BASE", "aws_secret_access_key = planted", name="profile base")
    profile(f"role_arn = {ROLE}", "source_profile = base", "mfa_serial = arn:aws:iam::123456789012:mfa/ada")


@pytest.mark.usefixtures("mfa_profile")
def test_mfa_is_refused_without_a_prompt(aws: GlueEndpoint, sts: StsEndpoint) -> None:
    error = failure(sessions())

    assert BadCredentials is type(error)
    assert 'profile "ci" needs an MFA code (mfa_serial), which cannot be asked for here' == getattr(error, "detail", "")
    assert "aws sts get-caller-identity --profile ci" in " ".join(str(error).split())
    assert (0, []) == (aws.count(), sts_calls(sts))


@pytest.mark.parametrize(
    "lines",
    [
        [f"role_arn = {ROLE}", "source_profile = base", "mfa_serial = arn:aws:iam::123456789012:mfa/ada"],
        [f"role_arn = {ROLE}", "source_profile = ci-2", "[profile ci-2]", f"role_arn = {ROLE}", "source_profile = ci"],
        [
            "sso_start_url = https://a.awsapps.com/start",
            "sso_region = r",
            "sso_account_id = 1",
            "sso_role_name = reader",
        ],
        [process("print('{}')")],
    ],
    ids=["MFA", "loop", "not signed in", "process"],
)
def test_each_session_of_a_program_has_the_same_error(aws: GlueEndpoint, profile: Any, lines: list[str]) -> None:
    """They share the credentials, and so does the next read of a wait."""
    profile("aws_access_key_id = BASE", "aws_secret_access_key = planted", name="profile base")
    profile(*lines)
    source = sessions()

    assert str(failure(source)) == str(failure(source))
    assert 0 == aws.count()


@pytest.mark.usefixtures("mfa_profile")
def test_mfa_code_is_asked_for_with_a_prompt(aws: GlueEndpoint, sts: StsEndpoint) -> None:
    connection = import_module("pulumi_glue_session.aws.sessions").GlueSessions
    config = import_module("pulumi_glue_session.core.aws_config").AwsConfig()
    prompts = list[str]()

    def prompt(text: str) -> str:
        prompts.append(text)
        return "123456"

    assert "READY" == connection(config, mfa_prompt=prompt).get("analytics").status
    assert ["Enter MFA code for arn:aws:iam::123456789012:mfa/ada: "] == prompts
    assert "123456" == sts.calls[0].parameters["TokenCode"]
    assert ["ASIA0000000000000001"] == access_keys(aws)


@pytest.mark.usefixtures("mfa_profile")
def test_role_credentials_of_the_aws_cli_are_used(
    aws: GlueEndpoint, sts: StsEndpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after `aws sts get-caller-identity --profile ci`, whose MFA prompt the user has answered."""
    utils: Any = import_module("botocore.utils")
    credentials: Any = import_module("botocore.credentials")
    arguments = {"SerialNumber": "arn:aws:iam::123456789012:mfa/ada"}
    fetcher = credentials.AssumeRoleCredentialFetcher(None, None, ROLE, extra_args=arguments)
    until = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    cached = {"AccessKeyId": "CACHED", "SecretAccessKey": "planted", "SessionToken": "planted", "Expiration": until}
    monkeypatch.setattr("pulumi_glue_session.aws.credentials._CLI_CACHE", tmp_path / "cache")
    utils.JSONFileCache(str(tmp_path / "cache"))[fetcher._cache_key] = {"Credentials": cached}  # noqa: SLF001
    before = {path.name: path.read_bytes() for path in (tmp_path / "cache").iterdir()}

    assert "READY" == sessions().get("analytics").status
    assert (["CACHED"], []) == (access_keys(aws), sts_calls(sts))
    assert before == {path.name: path.read_bytes() for path in (tmp_path / "cache").iterdir()}


# --- The environment ---
