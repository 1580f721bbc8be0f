"""Errors while credentials are resolved: what the message names, and that no secret is printed."""

from __future__ import annotations

import ssl
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pulumi_glue_session.core.errors import (
    BadCredentials,
    CredentialsUnavailable,
    LookFailed,
    Misconfigured,
    ServiceFault,
    Throttled,
    Unreachable,
)
from support import sts_endpoint
from support.assumed_roles import (
    EXTERNAL_ID,
    REGION,
    ROLE,
    SUBJECT,
    assuming,
    facts,
    failure,
    refused,
    sessions,
    sts_calls,
)
from support.dynamic_server import aws_environment
from support.glue_endpoint import GlueEndpoint, always, error
from support.sts_endpoint import Fault, StsEndpoint

pytestmark = pytest.mark.usefixtures("single_attempt")


@pytest.mark.parametrize(
    "fault",
    [
        sts_endpoint.denied(),
        sts_endpoint.expired(),
        Fault(code="InvalidClientTokenId", message="The security token is invalid", http_status=403),
        Fault(code="ValidationError", message="1 validation error detected"),
        Fault(code="RegionDisabledException", message="STS is not activated in this region", http_status=403),
    ],
    ids=lambda fault: fault.code,
)
def test_assume_role_is_refused(aws: GlueEndpoint, sts: StsEndpoint, fault: Fault) -> None:
    """Not AccessDenied: a permission for glue:GetSession would not help."""
    sts.fail("AssumeRole", fault)
    error = failure(assuming({"role_arn": ROLE, "external_id": EXTERNAL_ID}))

    assert refused("AssumeRole", fault) == facts(error)
    assert EXTERNAL_ID not in str(error)
    assert 0 == aws.count()


@pytest.mark.parametrize(
    ("fault", "kind"),
    [(sts_endpoint.throttled(), Throttled), (sts_endpoint.server_fault(), ServiceFault)],
    ids=["throttled", "server fault"],
)
def test_transient_errors_of_sts(aws: GlueEndpoint, sts: StsEndpoint, fault: Fault, kind: type[LookFailed]) -> None:
    """A wait goes on after these, as after transient errors of Glue."""
    sts.fail("AssumeRole", fault, times=1)
    source = assuming({"role_arn": ROLE})
    error = failure(source)

    assert repr(kind(SUBJECT, region=REGION, detail=f"{fault.code}: {fault.message}", detail_label="STS says")) == repr(
        error
    )
    assert kind.is_transient
    assert 0 == aws.count()
    assert "READY" == source.get("analytics").status


@pytest.mark.usefixtures("fast_retries")
def test_max_retries_applies_to_sts(sts: StsEndpoint) -> None:
    sts.fail("AssumeRole", sts_endpoint.server_fault(), times=2)

    assert "READY" == sessions(assume_roles=[{"role_arn": ROLE}], max_retries=2).get("analytics").status
    assert 3 == sts.count("AssumeRole")


def test_sts_is_not_reachable(aws: GlueEndpoint, sts: StsEndpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    with StsEndpoint() as closed:
        url = closed.url
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", url)
    detail = f'Could not connect to the endpoint URL: "{url}/"'

    assert (CredentialsUnavailable, detail, "Reason") == facts(failure(assuming({"role_arn": ROLE})))
    assert (0, []) == (aws.count(), sts_calls(sts))


STS_OPTIONS: dict[str, dict[str, Any]] = {
    "a role": {"assume_roles": [{"role_arn": ROLE}]},
    "the account": {"allowed_account_ids": ["123456789012"]},
}


@pytest.mark.parametrize("options", STS_OPTIONS.values(), ids=STS_OPTIONS)
def test_endpoint_is_not_sts(aws: GlueEndpoint, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """As with an AWS_ENDPOINT_URL of a server without STS."""
    monkeypatch.setattr(aws, "operations", frozenset({"GetSession"}))
    assert CredentialsUnavailable is type(failure(sessions(**options)))
    assert 0 == aws.count("GetSession")


@pytest.mark.parametrize("options", STS_OPTIONS.values(), ids=STS_OPTIONS)
def test_truncated_answer_of_sts_is_not_printed(aws: GlueEndpoint, sts: StsEndpoint, options: dict[str, Any]) -> None:
    """It can contain credentials."""
    for operation in ("AssumeRole", "GetCallerIdentity"):
        sts.fail(operation, sts_endpoint.torn())
    error = failure(sessions(**options))

    assert CredentialsUnavailable is type(error)
    assert [False] * 4 == [word in str(error) for word in ("SecretAccessKey", "SessionToken", "ASIA", "<")]
    assert 0 == aws.count("GetSession")


def test_no_credentials_for_the_role(aws: GlueEndpoint, sts: StsEndpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    error = failure(sessions(region=REGION, assume_roles=[{"role_arn": ROLE}]))

    assert (BadCredentials, "Unable to locate credentials", "Reason") == facts(error)
    assert ([], 0) == (sts_calls(sts), aws.count())


def test_token_file_is_missing(aws: GlueEndpoint, sts: StsEndpoint) -> None:
    error = failure(
        sessions(assume_role_with_web_identity={"role_arn": ROLE, "web_identity_token_file": "/nowhere/token"})
    )

    assert (CredentialsUnavailable, "[Errno 2] No such file or directory: '/nowhere/token'") == (
        type(error),
        getattr(error, "detail", ""),
    )
    assert ([], 0) == (sts_calls(sts), aws.count())


def test_token_file_is_not_text(sts: StsEndpoint, tmp_path: Path) -> None:
    (tmp_path / "token").write_bytes(b"\xff\xfe\x00")
    error = failure(
        sessions(assume_role_with_web_identity={"role_arn": ROLE, "web_identity_token_file": str(tmp_path / "token")})
    )

    assert CredentialsUnavailable is type(error)
    assert str(tmp_path / "token") in str(error)
    assert [] == sts_calls(sts)


def test_token_file_name_is_invalid(sts: StsEndpoint) -> None:
    identity = {"role_arn": ROLE, "web_identity_token_file": "/nowhere\0/token"}

    assert CredentialsUnavailable is type(failure(sessions(assume_role_with_web_identity=identity)))
    assert [] == sts_calls(sts)


@pytest.mark.parametrize("name", ["AWS_ACCESS_KEY_ID", "AWS_SESSION_TOKEN"])
@pytest.mark.parametrize("options", [{}, {"assume_roles": [{"role_arn": ROLE}]}], ids=["own", "for a role"])
def test_credentials_with_a_line_break_are_not_printed(
    sts: StsEndpoint, monkeypatch: pytest.MonkeyPatch, name: str, options: dict[str, Any]
) -> None:
    """http.client prints the value in its error, and botocore passes it on."""
    monkeypatch.setenv(name, f"{EXTERNAL_ID}\n")
    error = failure(sessions(**options))

    assert (BadCredentials, "an access key or session token contains a line break", "Reason") == facts(error)
    assert EXTERNAL_ID not in "".join(traceback.format_exception(error))
    assert [] == sts_calls(sts)


def test_signed_request_is_not_printed(aws: GlueEndpoint, sts: StsEndpoint) -> None:
    """A signature error may contain the signed request with the session token."""
    message = "The request signature we calculated does not match the signature you provided."
    canonical = f"'POST\n/\n\nx-amz-security-token:{EXTERNAL_ID}\n'"
    signed = f"{message}\n\nThe Canonical String for this request should have been\n{canonical}"
    aws.fail("GetSession", error("InvalidSignatureException", signed))
    sts.fail("AssumeRole", Fault(code="SignatureDoesNotMatch", message=signed, http_status=403))
    own, of_a_role = failure(sessions()), failure(assuming({"role_arn": ROLE}))

    assert repr(
        BadCredentials(SUBJECT, region=REGION, detail=f"InvalidSignatureException: {message}", detail_label="Glue says")
    ) == repr(own)
    assert refused("AssumeRole", Fault(code="SignatureDoesNotMatch", message=message)) == facts(of_a_role)


@pytest.fixture
def behind_tls(aws: GlueEndpoint, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[GlueEndpoint]:
    """Glue with a self-signed certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with GlueEndpoint(tls=context) as glue:
        glue.put("analytics", always("READY"))
        for name, value in aws_environment(glue.url).items():
            monkeypatch.setenv(name, value)
        yield glue
    assert 0 == aws.count()


def test_ca_bundle_is_trusted(behind_tls: GlueEndpoint, certificate: Path) -> None:
    """As behind a proxy that intercepts TLS."""
    assert "READY" == sessions(custom_ca_bundle=str(certificate)).get("analytics").status
    assert 1 == behind_tls.count()


def test_self_signed_certificate_is_not_trusted(behind_tls: GlueEndpoint) -> None:
    error = failure(sessions())

    assert Unreachable is type(error)
    assert "certificate verify failed" in str(error)
    assert 0 == behind_tls.count()


@pytest.mark.usefixtures("behind_tls")
def test_ca_bundle_is_missing() -> None:
    error = failure(sessions(custom_ca_bundle="/nowhere/ca.pem"))
    detail = "CA bundle '/nowhere/ca.pem': No such file or directory"

    assert Misconfigured is type(error)
    assert detail in str(error)


@pytest.mark.usefixtures("behind_tls")
def test_ca_bundle_without_a_certificate(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("not a certificate")
    error = failure(sessions(custom_ca_bundle=str(tmp_path / "ca.pem")))

    assert Misconfigured is type(error)
    assert str(tmp_path / "ca.pem") in str(error)
