"""Settings around the credentials: endpoints, proxies, certificates, shared files, accounts and retries."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from pulumi_glue_session.aws.sessions import GlueSessions
from pulumi_glue_session.core.aws_config import AwsConfig, Unrecorded
from pulumi_glue_session.core.errors import (
    BadCredentials,
    CredentialsUnavailable,
    GlueSessionError,
    Misconfigured,
    SessionNotFound,
)
from support.assumed_roles import ROLE, access_keys, assuming, failure, sessions, sts_calls
from support.glue_endpoint import GlueEndpoint
from support.http_server import serving
from support.sts_endpoint import StsEndpoint

pytestmark = pytest.mark.usefixtures("single_attempt", "sts")


@pytest.mark.parametrize("setting", ["ca_bundle", "defaults_mode", "sso_session", "max_attempts"])
def test_setting_with_a_mapping_under_it(aws: GlueEndpoint, profile: Any, setting: str) -> None:
    """As after a wrong indentation. botocore raises errors of Python."""
    profile("aws_access_key_id = KEYS", "aws_secret_access_key = planted", f"{setting} =", "  region = eu-west-1")

    assert Misconfigured is type(failure(sessions()))
    assert 0 == aws.count()


def test_region_with_a_line_break(aws: GlueEndpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-west-1\n")
    error = failure(sessions())

    assert Misconfigured is type(error)
    assert "the region 'eu-west-1\\n' contains a line break" in " ".join(str(error).split())
    assert 0 == aws.count()


@pytest.mark.parametrize("host", ["127.0.0.1:port", "[127.0.0.1"])
@pytest.mark.parametrize("roles", [[], [{"role_arn": ROLE}]], ids=["for Glue", "for STS"])
def test_proxy_url_that_cannot_be_parsed(
    aws: GlueEndpoint, monkeypatch: pytest.MonkeyPatch, host: str, roles: list[Any]
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", "https://sts.example.com")
    monkeypatch.setenv("HTTPS_PROXY", f"http://user:planted-password@{host}")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "https://glue.example.com")
    error = failure(sessions(assume_roles=roles))

    assert "proxy" == getattr(error, "source", "")
    assert "planted-password" not in str(error)
    assert 0 == aws.count()


def test_ca_bundle_of_the_profile_is_missing(aws: GlueEndpoint, profile: Any) -> None:
    profile("ca_bundle = /nowhere/ca.pem")
    error = failure(sessions())

    assert Misconfigured is type(error)
    assert "/nowhere/ca.pem" in str(error)
    assert 0 == aws.count()


@pytest.mark.parametrize("name", ["AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE"])
def test_ca_bundle_of_the_environment_is_missing(aws: GlueEndpoint, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "/nowhere/ca.pem")
    error = failure(sessions())

    assert Misconfigured is type(error)
    assert "/nowhere/ca.pem" in str(error)
    assert 0 == aws.count()


@pytest.mark.parametrize("roles", [[], [{"role_arn": ROLE}]], ids=["for Glue", "for STS"])
def test_proxy_refuses_its_password(aws: GlueEndpoint, roles: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(407, b"Proxy Authentication Required") as url:
        proxy = url.replace("://", "://user:planted-password@")
        monkeypatch.setenv("HTTPS_PROXY", proxy)
        monkeypatch.setenv("AWS_ENDPOINT_URL", "https://glue.example.com")
        monkeypatch.setenv("AWS_ENDPOINT_URL_STS", "https://sts.example.com")
        error = failure(sessions(assume_roles=roles))

    assert isinstance(error, BadCredentials)
    assert "proxy" == error.source
    assert "planted-password" not in str(error)
    assert 0 == aws.count()


def test_password_of_an_endpoint_url_is_masked(aws: GlueEndpoint) -> None:
    del aws
    error = failure(sessions(endpoint_url="http://user:planted-password@127.0.0.1:9"))

    assert "planted-password" not in str(error) + repr(vars(error))
    assert "***@127.0.0.1:9" in str(error)


# --- MFA ---


def test_empty_variables_count_as_not_set(aws: GlueEndpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_DEFAULT_REGION", "AWS_CA_BUNDLE", "AWS_MAX_ATTEMPTS"):
        monkeypatch.setenv(name, "")
    for name in (
        "AWS_RETRY_MODE",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        "AWS_SESSION_TOKEN",
    ):
        monkeypatch.setenv(name, "")
    monkeypatch.setenv("AWS_ENDPOINT_URL_GLUE", "")
    monkeypatch.setenv("AWS_USE_FIPS_ENDPOINT", "")
    monkeypatch.setenv("AWS_STS_REGIONAL_ENDPOINTS", "")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "")

    assert "READY" == sessions().get("analytics").status
    assert ["testing"] == access_keys(aws)


def test_profile_role_uses_the_sts_endpoint(
    aws: GlueEndpoint, sts: StsEndpoint, profile: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also for the role of a profile, which botocore itself assumes."""
    profile("aws_access_key_id = BASE", "aws_secret_access_key = planted", name="profile base")
    profile(f"role_arn = {ROLE}", "source_profile = base")
    monkeypatch.delenv("AWS_ENDPOINT_URL_STS")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)

    assert (
        "READY"
        == sessions(endpoints={"glue": aws.url, "sts": sts.url}, sts_region="eu-north-1").get("analytics").status
    )
    assert [("AssumeRole", "BASE")] == sts_calls(sts)
    assert ["eu-north-1"] == [call.region for call in sts.calls]


def test_local_glue_endpoint_without_sts_endpoint(
    sts: StsEndpoint, aws: GlueEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a stack for LocalStack, credentials must not be sent to the real STS."""
    monkeypatch.delenv("AWS_ENDPOINT_URL_STS")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    error = failure(sessions(endpoints={"glue": aws.url}, assume_roles=[{"role_arn": ROLE}]))

    assert "endpoints has URLs outside of AWS, but none for sts" in " ".join(str(error).split())
    assert ([], 0) == (sts_calls(sts), aws.count())


@pytest.mark.parametrize("ignores", [True, False])
def test_local_stack_with_an_endpoint_of_the_profile(
    aws: GlueEndpoint, profile: Any, monkeypatch: pytest.MonkeyPatch, *, ignores: bool
) -> None:
    """The endpoint counts, unless AWS_IGNORE_CONFIGURED_ENDPOINT_URLS says otherwise."""
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    monkeypatch.setenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", str(ignores).lower())
    profile("services = local", "aws_access_key_id = LOCAL", "aws_secret_access_key = planted")
    profile("glue =", f"  endpoint_url = {aws.url}", name="services local")
    source = GlueSessions(AwsConfig(unrecorded=Unrecorded(has_local_endpoints=True)))

    if ignores:
        assert "endpoints has URLs outside of AWS, but none for glue" in " ".join(str(failure(source)).split())
        assert 0 == aws.count()
    else:
        assert "READY" == source.get("analytics").status
        assert ["LOCAL"] == access_keys(aws)


def test_session_tags_and_source_identity_are_sent(sts: StsEndpoint) -> None:
    role = {"role_arn": ROLE, "tags": {"team": "etl"}, "transitive_tag_keys": ["team"], "source_identity": "ada"}
    assuming(role).get("analytics")

    sent = sts.calls[0].parameters
    assert [{"Key": "team", "Value": "etl"}] == sent["Tags"]
    assert (["team"], "ada") == (sent["TransitiveTagKeys"], sent["SourceIdentity"])


def test_shared_files_of_the_options(aws: GlueEndpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    (tmp_path / "c").write_text("[profile ci]\nregion = eu-north-1\n")
    (tmp_path / "s").write_text("[ci]\naws_access_key_id = SHARED\naws_secret_access_key = planted\n")
    monkeypatch.delenv("AWS_REGION", raising=False)
    files = {"shared_config_files": [str(tmp_path / "c")], "shared_credentials_files": [str(tmp_path / "s")]}
    source = sessions(profile="ci", **files)

    assert "READY" == source.get("analytics").status
    assert (["SHARED"], "eu-north-1") == (access_keys(aws), source.region)
    missing = failure(sessions(shared_config_files=["/nowhere/config"]))
    assert Misconfigured is type(missing)
    assert "/nowhere/config" in str(missing)


def test_forbidden_account(aws: GlueEndpoint) -> None:
    error = failure(sessions(forbidden_account_ids=["123456789012"]))

    assert "account 123456789012, forbidden 123456789012" in str(error)
    assert not isinstance(error, SessionNotFound)
    assert 0 == aws.count()


@pytest.mark.parametrize(
    ("variable", "kind"),
    [("HTTP_PROXY", CredentialsUnavailable), ("AWS_ENDPOINT_URL", None), ("AWS_CA_BUNDLE", Misconfigured)],
)
@pytest.mark.parametrize("password", ["planted", "pl#anted", "pl?anted", "pl/anted", "pl'anted", "pl@nted"])
def test_password_of_a_url_is_in_no_error(
    aws: GlueEndpoint,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    kind: type[GlueSessionError] | None,
    password: str,
) -> None:
    """Also one that is not encoded, of which the URL shows nothing but a wrong port."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", aws.url.replace("127.0.0.1", "localhost"))
    monkeypatch.setenv(variable, f"http://user:{password}@127.0.0.1:9")
    error = failure(sessions(max_retries=0))

    assert kind is None or isinstance(error, kind)
    assert not any(part in str(error) for part in ("nted", "'pl'", ":pl"))


def test_no_proxy_of_the_options(aws: GlueEndpoint) -> None:
    source = sessions(http_proxy="http://127.0.0.1:9", no_proxy="127.0.0.1", endpoint_url=aws.url)

    assert "READY" == source.get("analytics").status
    assert isinstance(failure(sessions(http_proxy="http://127.0.0.1:9", endpoint_url=aws.url)), CredentialsUnavailable)


def test_attempts_of_the_environment(aws: GlueEndpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    glue_fault = import_module("support.glue_endpoint").server_fault
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0.0)
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "4")
    monkeypatch.setenv("AWS_RETRY_MODE", "standard")
    aws.fail("GetSession", glue_fault())
    failure(sessions())

    assert 4 == aws.count()


@pytest.mark.usefixtures("fast_retries")
def test_attempts_of_the_profile(aws: GlueEndpoint, profile: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in botocore, a variable comes before them."""
    profile("aws_access_key_id = KEYS", "aws_secret_access_key = planted", "max_attempts = 3", "retry_mode = standard")
    aws.fail("GetSession", import_module("support.glue_endpoint").server_fault())
    source = sessions()
    failure(source)

    assert 3 == aws.count()
    client: Any = source._connection.client("a test")  # noqa: SLF001
    assert "standard" == client.meta.config.retries["mode"]
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "2")
    failure(sessions())
    assert 3 + 2 == aws.count()


@pytest.mark.parametrize("attempts", ["999999999", "9" * 5000], ids=["nine digits", "5,000 digits"])
def test_huge_number_of_attempts(aws: GlueEndpoint, monkeypatch: pytest.MonkeyPatch, attempts: str) -> None:
    """The limit of a read is calculated from it."""
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", attempts)

    assert "READY" == sessions().get("analytics").status
    assert 1 == aws.count()


@pytest.mark.parametrize("attempts", ["many", "-1", "1.5"])
def test_invalid_number_of_attempts(aws: GlueEndpoint, monkeypatch: pytest.MonkeyPatch, attempts: str) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", attempts)
    error = failure(sessions())

    assert Misconfigured is type(error)
    assert f"AWS_MAX_ATTEMPTS is '{attempts}': use a whole number" in str(error)
    assert 0 == aws.count()
