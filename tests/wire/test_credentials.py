"""Who asks, over the wire: roles and tokens at a scripted STS, and whose access key Glue sees in the signature.

Credentials that end within ten minutes are renewed by botocore at each use. So an STS that hands out such ones shows in a moment what
otherwise takes an hour's wait.
"""

from __future__ import annotations

import ssl
import traceback
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from pulumi_glue_session.aws.sessions import GlueSessions
from pulumi_glue_session.core.aws_config import AwsConfig
from pulumi_glue_session.core.errors import (
    BadCredentials,
    GlueSessionError,
    LookFailed,
    Misconfigured,
    ServiceFault,
    SessionNotFound,
    Throttled,
    Unreachable,
    WrongAccount,
)
from pulumi_glue_session.core.filter import SessionFilter
from support import sts_endpoint
from support.dynamic_server import aws_environment
from support.glue_endpoint import GlueEndpoint, always, error, server_fault
from support.sts_endpoint import Fault, StsEndpoint

REGION = "eu-west-1"
SUBJECT = 'Glue session "analytics"'
ROLE = "arn:aws:iam::123456789012:role/deploy"
OTHER_ROLE = "arn:aws:iam::210987654321:role/reader"
POLICY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
FEW_MINUTES = 300.0
HUSH = "hush-hush"


@pytest.fixture(autouse=True)
def _asks_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries take seconds. Where they are the point, they are asked for, and take no time."""
    monkeypatch.setattr("pulumi_glue_session.aws.client._RETRIES", 0)


@pytest.fixture
def sts(aws: GlueEndpoint, monkeypatch: pytest.MonkeyPatch) -> Iterator[StsEndpoint]:
    """STS, for a Glue that has one session."""
    aws.put("analytics", always("READY"))
    with StsEndpoint() as endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL_STS", endpoint.url)
        yield endpoint


@pytest.fixture
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """What botocore would rest between two tries is left out."""
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0.0)


@pytest.fixture
def token(tmp_path: Path) -> Path:
    """A file with a token of an identity provider."""
    path = tmp_path / "token"
    path.write_text("token-1")
    return path


def finder(**options: object) -> GlueSessions:
    return GlueSessions(AwsConfig.parse(options))


def assuming(*roles: Mapping[str, object]) -> GlueSessions:
    return finder(assume_roles=list(roles))


def failure_of(asking: GlueSessions) -> GlueSessionError:
    with pytest.raises(GlueSessionError) as caught:
        asking.get("analytics")
    return caught.value


def signers(glue: GlueEndpoint) -> list[str]:
    """Access keys with which Glue was asked."""
    return [str(call.credential).split("/")[0] for call in glue.calls]


def asked(sts: StsEndpoint) -> list[tuple[str, str | None]]:
    return [(call.operation, call.access_key) for call in sts.calls]


def refused(kind: type[LookFailed], operation: str, fault: Fault) -> str:
    """The error for a fault of STS, whose text botocore words."""
    detail = f"An error occurred ({fault.code}) when calling the {operation} operation (reached max retries: 0): {fault.message}"
    return repr(kind(SUBJECT, region=REGION, detail=detail))


# --- One role ---


def test_glue_is_asked_with_the_credentials_of_the_role(aws: GlueEndpoint, sts: StsEndpoint) -> None:
    asking = assuming({"role_arn": ROLE})

    assert "READY" == asking.get("analytics").status
    assert [("AssumeRole", "testing")] == asked(sts)
    assert [{"RoleArn": ROLE, "RoleSessionName": "pulumi-glue-session"}] == [call.parameters for call in sts.calls]
    assert ["ASIA0000000000000001"] == signers(aws)


def test_everything_that_is_said_of_a_role_arrives(sts: StsEndpoint) -> None:
    how = {
        "external_id": HUSH,
        "session_name": "ci",
        "duration": "2h",
        "policy": '{"Version": "2012-10-17"}',
        "policy_arns": [POLICY],
    }
    assuming({"role_arn": ROLE, **how}).get("analytics")
    expected = {
        "RoleArn": ROLE,
        "ExternalId": HUSH,
        "RoleSessionName": "ci",
        "DurationSeconds": 7_200,
        "Policy": '{"Version": "2012-10-17"}',
        "PolicyArns": [{"arn": POLICY}],
    }

    assert [expected] == [call.parameters for call in sts.calls]


def test_a_duration_that_came_as_a_float_is_a_whole_number_to_sts(sts: StsEndpoint) -> None:
    """botocore takes no float for it."""
    assuming({"role_arn": ROLE, "duration": 900.0}).get("analytics")

    assert [900] == [call.parameters["DurationSeconds"] for call in sts.calls]


def test_a_role_is_assumed_once_for_many_looks(aws: GlueEndpoint, sts: StsEndpoint) -> None:
    asking = assuming({"role_arn": ROLE})
    for _ in range(3):
        asking.get("analytics")

    assert [("AssumeRole", "testing")] == asked(sts)
    assert ["ASIA0000000000000001"] * 3 == signers(aws)


def test_a_role_is_assumed_once_by_eight_threads(aws: GlueEndpoint, sts: StsEndpoint) -> None:
    asking = assuming({"role_arn": ROLE})
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(asking.get, ["analytics"] * 8))

    assert 1 == sts.count("AssumeRole")
    assert ["ASIA0000000000000001"] * 8 == signers(aws)


def test_a_finder_that_has_not_looked_has_assumed_no_role(sts: StsEndpoint) -> None:
    assuming({"role_arn": ROLE})

    assert [] == asked(sts)


def test_the_profiles_own_credentials_assume_the_role(
    aws: GlueEndpoint, sts: StsEndpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config").write_text("[profile ci]\naws_access_key_id=CI\naws_secret_access_key=planted\nregion=ap-south-1\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.delenv("AWS_REGION")
    asking = finder(profile="ci", assume_roles=[{"role_arn": ROLE}])
    asking.get("analytics")

    assert [("CI", "ap-south-1")] == [(call.access_key, call.region) for call in sts.calls]
    assert "ap-south-1" == asking.region
    assert ["ap-south-1"] == [str(call.credential).split("/")[2] for call in aws.calls]


def test_a_role_lists_too(aws: GlueEndpoint, sts: StsEndpoint) -> None:
    assert {"analytics"} == assuming({"role_arn": ROLE}).list(SessionFilter()).keys()
    assert ["ASIA0000000000000001"] == signers(aws)
    assert 1 == sts.count("AssumeRole")


# --- A chain of roles ---


def test_the_second_role_is_assumed_with_the_credentials_of_the_first(aws: GlueEndpoint, sts: StsEndpoint) -> None:
    assuming({"role_arn": ROLE, "external_id": "first"}, {"role_arn": OTHER_ROLE, "external_id": "second"}).get("analytics")

    assert [("AssumeRole", "testing"), ("AssumeRole", "ASIA0000000000000001")] == asked(sts)
    assert [(ROLE, "first"), (OTHER_ROLE, "second")] == [(call.parameters["RoleArn"], call.parameters["ExternalId"]) for call in sts.calls]
    assert ["ASIA0000000000000002"] == signers(aws)


def test_a_chain_whose_second_link_breaks_says_so(aws: GlueEndpoint, sts: StsEndpoint) -> None:
    asking = assuming({"role_arn": ROLE}, {"role_arn": OTHER_ROLE})
    asking.get("analytics")
    sts.fail("AssumeRole", sts_endpoint.denied("reader may not be assumed"))
    failure = failure_of(assuming({"role_arn": ROLE}, {"role_arn": OTHER_ROLE}))

    assert refused(BadCredentials, "AssumeRole", sts_endpoint.denied("reader may not be assumed")) == repr(failure)
    assert 1 == aws.count()


# --- A web identity ---


def test_a_token_is_all_that_a_web_identity_needs(
    aws: GlueEndpoint, sts: StsEndpoint, token: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A CI system has no other credentials."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    sts.trust("token-1")
    asking = finder(assume_role_with_web_identity={"role_arn": ROLE, "web_identity_token_file": str(token)})

    assert "READY" == asking.get("analytics").status
    assert [("AssumeRoleWithWebIdentity", None)] == asked(sts), "not signed"
    assert [{"RoleArn": ROLE, "RoleSessionName": "pulumi-glue-session"}] == [call.parameters for call in sts.calls]
    assert ["ASIA0000000000000001"] == signers(aws)


def test_everything_that_is_said_of_a_web_identity_arrives(sts: StsEndpoint, token: Path) -> None:
    sts.trust("token-1")
    how = {"session_name": "ci", "duration": 3_600.0, "policy": "{}", "policy_arns": [POLICY, ROLE]}
    finder(assume_role_with_web_identity={"role_arn": ROLE, "web_identity_token_file": str(token), **how}).get("analytics")
    expected = {
        "RoleArn": ROLE,
        "RoleSessionName": "ci",
        "DurationSeconds": 3_600,
        "Policy": "{}",
        "PolicyArns": [{"arn": POLICY}, {"arn": ROLE}],
    }

    assert [expected] == [call.parameters for call in sts.calls]


def test_roles_are_assumed_with_the_web_identity(aws: GlueEndpoint, sts: StsEndpoint, token: Path) -> None:
    sts.trust("token-1")
    identity = {"role_arn": ROLE, "web_identity_token_file": str(token)}
    finder(assume_role_with_web_identity=identity, assume_roles=[{"role_arn": OTHER_ROLE}]).get("analytics")

    assert [("AssumeRoleWithWebIdentity", None), ("AssumeRole", "ASIA0000000000000001")] == asked(sts)
    assert ["ASIA0000000000000002"] == signers(aws)


def test_the_token_is_read_anew_at_each_renewal(aws: GlueEndpoint, sts: StsEndpoint, token: Path) -> None:
    """A CI system replaces the file long before the credentials end."""
    sts.lifetime = FEW_MINUTES
    asking = finder(assume_role_with_web_identity={"role_arn": ROLE, "web_identity_token_file": str(token)})
    for number in (1, 2, 3):
        token.write_text(f"token-{number}")
        sts.trust(f"token-{number}")
        asking.get("analytics")

    assert [f"ASIA000000000000000{number}" for number in (1, 2, 3)] == signers(aws)


@pytest.mark.usefixtures("sts")
def test_a_token_that_is_not_trusted_is_told_as_bad_credentials(aws: GlueEndpoint, token: Path) -> None:
    fault = Fault(code="InvalidIdentityToken", message="The web identity token is not trusted")
    failure = failure_of(finder(assume_role_with_web_identity={"role_arn": ROLE, "web_identity_token_file": str(token)}))

    assert refused(BadCredentials, "AssumeRoleWithWebIdentity", fault) == repr(failure)
    assert 0 == aws.count()


# --- Renewal ---


@pytest.mark.parametrize("roles", [[{"role_arn": ROLE}], [{"role_arn": ROLE}, {"role_arn": OTHER_ROLE}]], ids=["one role", "two roles"])
def test_credentials_that_are_about_to_end_are_renewed_for_each_look(
    aws: GlueEndpoint, sts: StsEndpoint, roles: list[dict[str, object]]
) -> None:
    """A wait for a session may be longer than the credentials with which it began."""
    sts.lifetime = FEW_MINUTES
    asking = assuming(*roles)
    statuses = [asking.get("analytics").status for _ in range(4)]
    handed_out = [f"ASIA{number:016}" for number in range(1, 1 + 4 * len(roles))]

    assert ["READY"] * 4 == statuses
    assert 4 * len(roles) == sts.count("AssumeRole")
    assert handed_out[len(roles) - 1 :: len(roles)] == signers(aws)


def test_credentials_that_still_last_are_not_renewed(aws: GlueEndpoint, sts: StsEndpoint) -> None:
    sts.lifetime = 3_600.0
    asking = assuming({"role_arn": ROLE})
    for _ in range(4):
        asking.get("analytics")

    assert (1, 1) == (sts.count("AssumeRole"), len(set(signers(aws))))


def test_a_renewal_that_fails_is_a_look_that_failed_and_the_next_one_tries_again(aws: GlueEndpoint, sts: StsEndpoint) -> None:
    sts.lifetime = FEW_MINUTES
    asking = assuming({"role_arn": ROLE})
    asking.get("analytics")
    sts.fail("AssumeRole", sts_endpoint.throttled(), times=1)
    failure = failure_of(asking)

    assert Throttled is type(failure)
    assert "READY" == asking.get("analytics").status
    assert ["ASIA0000000000000001", "ASIA0000000000000002"] == signers(aws)


def test_credentials_that_have_ended_when_they_come_are_bad_credentials(aws: GlueEndpoint, sts: StsEndpoint) -> None:
    """As it seems to a machine whose clock is an hour ahead. botocore itself raises a bare RuntimeError."""
    sts.lifetime = -1.0
    failure = failure_of(assuming({"role_arn": ROLE}))

    assert BadCredentials is type(failure)
    assert 0 == aws.count()


# --- When STS refuses, or can't ---


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
def test_a_role_that_is_not_granted_is_told_as_bad_credentials(aws: GlueEndpoint, sts: StsEndpoint, fault: Fault) -> None:
    """Not as a denial by Glue: a permission for glue:GetSession would not help."""
    sts.fail("AssumeRole", fault)
    failure = failure_of(assuming({"role_arn": ROLE, "external_id": HUSH}))

    assert refused(BadCredentials, "AssumeRole", fault) == repr(failure)
    assert HUSH not in str(failure)
    assert 0 == aws.count()


@pytest.mark.parametrize(
    ("fault", "kind"),
    [(sts_endpoint.throttled(), Throttled), (sts_endpoint.server_fault(), ServiceFault)],
    ids=["throttled", "server fault"],
)
def test_what_passes_at_sts_passes(aws: GlueEndpoint, sts: StsEndpoint, fault: Fault, kind: type[LookFailed]) -> None:
    """A wait goes on through it, as through Glue's own."""
    sts.fail("AssumeRole", fault, times=1)
    asking = assuming({"role_arn": ROLE})
    failure = failure_of(asking)

    assert repr(kind(SUBJECT, region=REGION, detail=f"{fault.code}: {fault.message}")) == repr(failure)
    assert kind.is_transient
    assert 0 == aws.count()
    assert "READY" == asking.get("analytics").status


@pytest.mark.usefixtures("_hasty")
def test_sts_is_asked_again_as_often_as_glue(sts: StsEndpoint) -> None:
    sts.fail("AssumeRole", sts_endpoint.server_fault(), times=2)

    assert "READY" == finder(assume_roles=[{"role_arn": ROLE}], max_retries=2).get("analytics").status
    assert 3 == sts.count("AssumeRole")


def test_an_sts_that_is_not_there_is_unreachable(aws: GlueEndpoint, sts: StsEndpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    with StsEndpoint() as closed:
        url = closed.url
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", url)
    detail = f'Could not connect to the endpoint URL: "{url}/"'

    assert repr(Unreachable(SUBJECT, region=REGION, detail=detail)) == repr(failure_of(assuming({"role_arn": ROLE})))
    assert (0, []) == (aws.count(), asked(sts))


ASKING_STS: dict[str, dict[str, Any]] = {
    "a role": {"assume_roles": [{"role_arn": ROLE}]},
    "the account": {"allowed_account_ids": ["123456789012"]},
}


@pytest.mark.parametrize("options", ASKING_STS.values(), ids=ASKING_STS)
def test_an_sts_that_is_something_else_is_unreachable(aws: GlueEndpoint, options: dict[str, Any]) -> None:
    """Here Glue itself answers, as where AWS_ENDPOINT_URL leads to a server that has no STS."""
    assert Unreachable is type(failure_of(finder(**options)))
    assert 0 == aws.count("GetSession")


@pytest.mark.parametrize("options", ASKING_STS.values(), ids=ASKING_STS)
def test_a_torn_answer_of_sts_is_unreachable_and_none_of_it_is_shown(aws: GlueEndpoint, sts: StsEndpoint, options: dict[str, Any]) -> None:
    """Whole credentials can be in it, which would stand in a terminal, and in the log of a CI system."""
    for operation in ("AssumeRole", "GetCallerIdentity"):
        sts.fail(operation, sts_endpoint.torn())
    failure = failure_of(finder(**options))

    assert Unreachable is type(failure)
    assert [False] * 4 == [word in str(failure) for word in ("SecretAccessKey", "SessionToken", "ASIA", "<")]
    assert 0 == aws.count("GetSession")


def test_without_credentials_no_role_is_assumed(aws: GlueEndpoint, sts: StsEndpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    failure = failure_of(finder(region=REGION, assume_roles=[{"role_arn": ROLE}]))

    assert repr(BadCredentials(SUBJECT, region=REGION, detail="Unable to locate credentials")) == repr(failure)
    assert ([], 0) == (asked(sts), aws.count())


# --- Files that are not there ---


def test_a_token_file_that_is_not_there_is_named(aws: GlueEndpoint, sts: StsEndpoint) -> None:
    failure = failure_of(finder(assume_role_with_web_identity={"role_arn": ROLE, "web_identity_token_file": "/nowhere/token"}))
    expected = (
        'Glue session "analytics" in eu-west-1 could not be read: the AWS configuration can\'t be used '
        "([Errno 2] No such file or directory: '/nowhere/token'); "
        "correct what is named (region, profile, endpoint URL or a file of the AWS configuration) and run again."
    )

    assert (Misconfigured, expected) == (type(failure), str(failure))
    assert ([], 0) == (asked(sts), aws.count())


def test_a_token_file_without_text_is_named(sts: StsEndpoint, tmp_path: Path) -> None:
    """As the configuration's fault, and not the network's: "check the network" would send a person astray."""
    (tmp_path / "token").write_bytes(b"\xff\xfe\x00")
    failure = failure_of(finder(assume_role_with_web_identity={"role_arn": ROLE, "web_identity_token_file": str(tmp_path / "token")}))

    assert Misconfigured is type(failure)
    assert str(tmp_path / "token") in str(failure)
    assert [] == asked(sts)


def test_a_token_file_that_no_file_can_be_is_the_configurations_fault(sts: StsEndpoint) -> None:
    identity = {"role_arn": ROLE, "web_identity_token_file": "/nowhere\0/token"}

    assert Misconfigured is type(failure_of(finder(assume_role_with_web_identity=identity)))
    assert [] == asked(sts)


# --- Credentials are told to nobody ---


@pytest.mark.parametrize("name", ["AWS_ACCESS_KEY_ID", "AWS_SESSION_TOKEN"])
@pytest.mark.parametrize("options", [{}, {"assume_roles": [{"role_arn": ROLE}]}], ids=["own", "for a role"])
def test_credentials_that_no_request_can_carry_are_not_shown(
    sts: StsEndpoint, monkeypatch: pytest.MonkeyPatch, name: str, options: dict[str, Any]
) -> None:
    """A line break at the end of a pasted value: Python's own refusal shows all of it, and botocore passes that on."""
    monkeypatch.setenv(name, f"{HUSH}\n")
    failure = failure_of(finder(**options))

    assert repr(BadCredentials(SUBJECT, region=REGION, detail="an access key or a session token has a line break in it")) == repr(failure)
    assert HUSH not in "".join(traceback.format_exception(failure))
    assert [] == asked(sts)


def test_what_was_signed_is_not_shown(aws: GlueEndpoint, sts: StsEndpoint) -> None:
    """An answer about a signature that does not match may hold the signed request, and so the session token."""
    said = "The request signature we calculated does not match the signature you provided."
    signed = f"{said}\n\nThe Canonical String for this request should have been\n'POST\n/\n\nx-amz-security-token:{HUSH}\n'"
    aws.fail("GetSession", error("InvalidSignatureException", signed))
    sts.fail("AssumeRole", Fault(code="SignatureDoesNotMatch", message=signed, http_status=403))
    own, of_a_role = failure_of(finder()), failure_of(assuming({"role_arn": ROLE}))

    assert repr(BadCredentials(SUBJECT, region=REGION, detail=f"InvalidSignatureException: {said}")) == repr(own)
    assert refused(BadCredentials, "AssumeRole", Fault(code="SignatureDoesNotMatch", message=said)) == repr(of_a_role)


@pytest.fixture
def behind_tls(aws: GlueEndpoint, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[GlueEndpoint]:
    """Glue behind a certificate that nobody knows."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with GlueEndpoint(tls=context) as glue:
        glue.put("analytics", always("READY"))
        for name, value in aws_environment(glue.url).items():
            monkeypatch.setenv(name, value)
        yield glue
    assert 0 == aws.count()


def test_a_bundle_of_certificates_is_trusted(behind_tls: GlueEndpoint, certificate: Path) -> None:
    """As where a company's proxy opens every connection."""
    assert "READY" == finder(custom_ca_bundle=str(certificate)).get("analytics").status
    assert 1 == behind_tls.count()


def test_without_its_bundle_a_strange_certificate_is_not_trusted(behind_tls: GlueEndpoint) -> None:
    failure = failure_of(finder())

    assert Unreachable is type(failure)
    assert "certificate verify failed" in str(failure)
    assert 0 == behind_tls.count()


@pytest.mark.usefixtures("behind_tls")
def test_a_bundle_that_is_not_there_is_named() -> None:
    failure = failure_of(finder(custom_ca_bundle="/nowhere/ca.pem"))
    detail = "[Errno 2] No such file or directory: '/nowhere/ca.pem'"

    assert Misconfigured is type(failure)
    assert detail in str(failure)


@pytest.mark.usefixtures("behind_tls")
def test_a_bundle_without_a_certificate_is_named(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("no certificate")
    failure = failure_of(finder(custom_ca_bundle=str(tmp_path / "ca.pem")))

    assert Misconfigured is type(failure)
    assert str(tmp_path / "ca.pem") in str(failure)


# --- Which account may be asked ---


def test_an_allowed_account_is_asked_for_once(aws: GlueEndpoint, sts: StsEndpoint) -> None:
    asking = finder(allowed_account_ids=["000000000001", "123456789012"])
    for _ in range(3):
        asking.get("analytics")

    assert [("GetCallerIdentity", "testing")] == asked(sts)
    assert 3 == aws.count()


@pytest.mark.parametrize("allowed", [None, []])
def test_where_any_account_will_do_none_is_asked_for(sts: StsEndpoint, allowed: list[str] | None) -> None:
    """The call would cost time, and STS may be out of reach."""
    finder(allowed_account_ids=allowed).get("analytics")

    assert [] == asked(sts)


def test_another_account_is_not_asked_at_all(aws: GlueEndpoint, sts: StsEndpoint) -> None:
    failure = failure_of(finder(allowed_account_ids=["000000000001", "000000000002"]))
    expected = (
        'Glue session "analytics" in eu-west-1 could not be read: the credentials belong to another account than is allowed '
        "(account 123456789012, allowed 000000000001, 000000000002); "
        "use credentials of an allowed account, or correct AwsOptions(allowed_account_ids=...), and run again."
    )

    assert (WrongAccount, expected) == (type(failure), str(failure))
    assert [("GetCallerIdentity", "testing")] == asked(sts)
    assert 0 == aws.count()


@pytest.mark.parametrize("session_ids", [["analytics"], ["analytics", "other"]], ids=["one", "several"])
def test_another_account_never_means_that_a_session_is_gone(aws: GlueEndpoint, sts: StsEndpoint, session_ids: list[str]) -> None:
    """A refresh with somebody else's credentials must forget nothing."""
    found = finder(allowed_account_ids=["000000000001"]).get_many(session_ids)

    assert [WrongAccount] * len(session_ids) == [type(each) for each in found.values()]
    assert SessionNotFound not in {type(each) for each in found.values()}
    assert (0, 1) == (aws.count(), sts.count("GetCallerIdentity"))


def test_the_account_is_the_one_of_the_role_at_the_end(aws: GlueEndpoint, sts: StsEndpoint) -> None:
    roles = [{"role_arn": ROLE}, {"role_arn": OTHER_ROLE}]

    assert "READY" == finder(assume_roles=roles, allowed_account_ids=["210987654321"]).get("analytics").status
    assert ("GetCallerIdentity", "ASIA0000000000000002") == asked(sts)[-1]
    assert WrongAccount is type(failure_of(finder(assume_roles=roles, allowed_account_ids=["123456789012"])))
    assert 1 == aws.count()


def test_a_question_for_the_account_that_is_denied_asks_nothing_of_glue(aws: GlueEndpoint, sts: StsEndpoint) -> None:
    fault = sts_endpoint.denied("not authorized to perform: sts:GetCallerIdentity")
    sts.fail("GetCallerIdentity", fault)

    # No client is kept yet, so no region is known but the one that was named.
    named = finder(region=REGION, allowed_account_ids=["123456789012"])
    assert refused(BadCredentials, "GetCallerIdentity", fault) == repr(failure_of(named))
    assert 0 == aws.count()


def test_a_question_for_the_account_that_fails_is_asked_again(aws: GlueEndpoint, sts: StsEndpoint) -> None:
    sts.fail("GetCallerIdentity", sts_endpoint.throttled(), times=1)
    asking = finder(allowed_account_ids=["123456789012"])

    assert Throttled is type(failure_of(asking))
    assert "READY" == asking.get("analytics").status
    assert (2, 1) == (sts.count("GetCallerIdentity"), aws.count())


@pytest.mark.parametrize("account", ["", " ", "12345678901"], ids=repr)
def test_an_account_that_sts_does_not_tell_is_not_allowed(aws: GlueEndpoint, monkeypatch: pytest.MonkeyPatch, account: str) -> None:
    with StsEndpoint(account=account) as sts:
        monkeypatch.setenv("AWS_ENDPOINT_URL_STS", sts.url)
        failure = failure_of(finder(allowed_account_ids=["123456789012"]))

    assert isinstance(failure, LookFailed)
    assert 0 == aws.count()


# --- How often, and on whose behalf, Glue is asked ---


@pytest.mark.usefixtures("_hasty", "sts")
@pytest.mark.parametrize("retries", [0, 1, 5])
def test_a_failed_request_is_tried_again_so_many_times(aws: GlueEndpoint, retries: int) -> None:
    aws.fail("GetSession", server_fault())

    assert ServiceFault is type(failure_of(finder(max_retries=float(retries))))
    assert retries + 1 == aws.count()


@pytest.mark.usefixtures("_hasty", "sts")
def test_the_environment_does_not_change_how_often_it_is_tried(aws: GlueEndpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    """AWS_MAX_ATTEMPTS is for programs that say nothing, and this one always does."""
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "9")
    aws.fail("GetSession", server_fault())
    failure_of(finder(max_retries=1))

    assert 2 == aws.count()


@pytest.mark.usefixtures("sts")
def test_the_origin_of_a_request_is_told_to_glue(aws: GlueEndpoint) -> None:
    asking = finder(request_origin="ci.pulumi_1-2")
    asking.get("analytics")
    asking.list(SessionFilter())
    asking.get_many(["analytics", "other"])
    expected = [("GetSession", "ci.pulumi_1-2"), ("ListSessions", "ci.pulumi_1-2")]

    assert [*expected, expected[1]] == [(call.operation, call.parameters["RequestOrigin"]) for call in aws.calls][:3]
    assert {"ci.pulumi_1-2"} == {call.parameters["RequestOrigin"] for call in aws.calls}


@pytest.mark.usefixtures("sts")
def test_without_an_origin_none_is_told(aws: GlueEndpoint) -> None:
    finder().get("analytics")

    assert [{"Id": "analytics"}] == [call.parameters for call in aws.calls]


# --- The scripted STS itself ---


def sts_client(sts: StsEndpoint, **credentials: str) -> Any:  # noqa: ANN401 - boto3 makes its classes as it goes
    planted = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing", **credentials}
    return import_module("boto3").session.Session(region_name=REGION, **planted).client("sts", endpoint_url=sts.url)


@pytest.mark.parametrize(
    ("parameters", "against"),
    [
        ({"RoleSessionName": "two words"}, "failed to satisfy constraint: pattern"),
        ({"RoleSessionName": "x" * 65}, "failed to satisfy constraint: max 64"),
        ({"DurationSeconds": 43_201}, "failed to satisfy constraint: max 43200"),
        ({"ExternalId": "é" * 9}, "failed to satisfy constraint: pattern"),
        ({"PolicyArns": [{"arn": POLICY}, {"arn": f"{POLICY}\x7f"}]}, "failed to satisfy constraint: pattern"),
    ],
    ids=str,
)
def test_the_scripted_sts_refuses_what_the_model_refuses(sts: StsEndpoint, parameters: dict[str, Any], against: str) -> None:
    client = sts_client(sts)

    with pytest.raises(client.exceptions.ClientError, match="ValidationError") as caught:
        client.assume_role(**{"RoleArn": ROLE, "RoleSessionName": "ci", **parameters})
    assert against in str(caught.value)


def test_the_scripted_sts_hands_out_what_boto3_can_read(sts: StsEndpoint) -> None:
    sts.lifetime = 600.0
    answer = sts_client(sts).assume_role(RoleArn=ROLE, RoleSessionName="ci", Tags=[{"Key": "team", "Value": "etl"}])
    credentials = answer["Credentials"]
    holder = {"aws_access_key_id": credentials["AccessKeyId"], "aws_secret_access_key": credentials["SecretAccessKey"]}

    assert 590 < (credentials["Expiration"] - datetime.now(UTC)).total_seconds() <= 600
    assert "arn:aws:sts::123456789012:assumed-role/deploy/ci" == answer["AssumedRoleUser"]["Arn"]
    assert {"RoleArn": ROLE, "RoleSessionName": "ci", "Tags": [{"Key": "team", "Value": "etl"}]} == sts.calls[0].parameters
    identity = sts_client(sts, **holder, aws_session_token=credentials["SessionToken"]).get_caller_identity()
    assert ("123456789012", "arn:aws:sts::123456789012:assumed-role/deploy/ci") == (identity["Account"], identity["Arn"])


def test_the_scripted_sts_knows_whose_credentials_it_handed_out(sts: StsEndpoint) -> None:
    """Else a chain that lost its token on the way would pass."""
    credentials = sts_client(sts).assume_role(RoleArn=ROLE, RoleSessionName="ci")["Credentials"]
    client = sts_client(sts, aws_access_key_id=credentials["AccessKeyId"], aws_session_token="another")

    with pytest.raises(client.exceptions.ClientError, match="InvalidClientTokenId"):
        client.get_caller_identity()


def test_the_scripted_sts_keeps_no_token(sts: StsEndpoint) -> None:
    sts.trust("planted-token")
    sts_client(sts).assume_role_with_web_identity(RoleArn=ROLE, RoleSessionName="ci", WebIdentityToken="planted-token")

    assert "planted-token" not in repr(sts.calls)
    with pytest.raises(ValueError, match="there is no DecodeAuthorizationMessage here"):
        sts.fail("DecodeAuthorizationMessage", sts_endpoint.denied())
