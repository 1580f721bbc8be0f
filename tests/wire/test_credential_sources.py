"""Each source of credentials that fails is named, with a remedy, before Glue is called."""

from __future__ import annotations

import asyncio
import json
import shlex
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
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
    ServiceFault,
    SessionNotFound,
    Throttled,
)
from pulumi_glue_session.core.poller import Poller
from pulumi_glue_session.core.wait import WaitCondition, WaitResult, WaitState
from support.assumed_roles import REGION, ROLE, access_keys, assuming, failure, sessions, sts_calls
from support.clock import FakeClock, run
from support.glue_endpoint import GlueEndpoint, looks
from support.http_server import serving
from support.sts_endpoint import Fault, StsEndpoint, server_fault, throttled

pytestmark = pytest.mark.usefixtures("single_attempt", "sts")


@pytest.fixture
def profile(aws: GlueEndpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Writes the shared configuration file, whose profile `ci` is the only source of credentials."""
    del aws
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)

    def write(*lines: str, name: str = "profile ci") -> None:
        path = tmp_path / "config"
        path.write_text((path.read_text() if path.exists() else "") + "\n".join([f"[{name}]", *lines, ""]))
        monkeypatch.setenv("AWS_CONFIG_FILE", str(path))
        monkeypatch.setenv("AWS_PROFILE", "ci")

    return write


def process(code: str) -> str:
    return f"credential_process = {shlex.quote(sys.executable)} -c {shlex.quote(code)}"


def explained(error: GlueSessionError) -> tuple[type[GlueSessionError], str, str]:
    """Class, source and remedy."""
    return type(error), getattr(error, "source", ""), getattr(error, "remedy", "")


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
