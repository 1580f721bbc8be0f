"""Ways to configure AWS, each with the signer of the requests that follow from it. docs/credentials.md lists them."""

from __future__ import annotations

import json
import os
import shlex
import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha1, sha256
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from support.assumed_roles import OTHER_ROLE, ROLE
from support.http_server import serving
from support.sts_endpoint import StsEndpoint

MFA = "arn:aws:iam::123456789012:mfa/ada"

Signer = tuple[str, str]
"""Access key and region of a request. Each access key that STS issued is `role`."""

ENVIRONMENT: Signer = ("testing", "eu-west-1")
"""Signer if a configuration is not used."""


@dataclass(frozen=True, kw_only=True)
class Setup:
    """A configuration, and the signer of requests with it."""

    signer: Signer
    signer_without_keys: Signer = ENVIRONMENT
    options: dict[str, Any] = field(default_factory=dict)
    stack: dict[str, str] = field(default_factory=dict)
    provider: dict[str, Any] | None = None
    error: str = ""


@dataclass
class Place:
    """What an arrangement can change."""

    home: Path
    monkeypatch: pytest.MonkeyPatch
    stack: ExitStack
    sts: StsEndpoint

    def set(self, **variables: str) -> None:
        for name, value in variables.items():
            self.monkeypatch.setenv(name, value)

    def unset(self, *names: str) -> None:
        for name in names:
            self.monkeypatch.delenv(name, raising=False)

    def no_keys(self) -> None:
        self.unset("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")

    def profile(self, *lines: str) -> None:
        """The profile `ci`, which is selected, is the only source of credentials and of the region."""
        base = ("[profile base]", "aws_access_key_id = BASE", "aws_secret_access_key = planted")
        (self.home / "config").write_text("\n".join([*base, "[profile ci]", "region = eu-north-1", *lines, ""]))
        self.no_keys()
        self.unset("AWS_REGION")
        self.set(AWS_CONFIG_FILE=str(self.home / "config"), AWS_PROFILE="ci")

    def serve(self, body: bytes | Callable[[str], bytes]) -> str:
        return self.stack.enter_context(serving(200, body))


LATER = (datetime.now(UTC) + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")


def container_answer(key: str) -> bytes:
    answer = {"AccessKeyId": key, "SecretAccessKey": "planted", "Token": "planted", "Expiration": LATER}
    return json.dumps({"Code": "Success", **answer}).encode()


def aws_options(_: Place) -> Setup:
    return Setup(signer=("role", "eu-north-1"), options={"region": "eu-north-1", "assume_roles": [{"role_arn": ROLE}]})


def stack_configuration(_: Place) -> Setup:
    return Setup(
        signer=("STACK", "eu-north-1"), stack={"region": "eu-north-1", "accessKey": "STACK", "secretKey": "planted"}
    )


def explicit_provider(_: Place) -> Setup:
    provider = {"region": "eu-north-1", "access_key": "PROVIDER", "secret_key": "planted", "token": "", "endpoints": []}
    return Setup(signer=("PROVIDER", "eu-north-1"), signer_without_keys=("testing", "eu-north-1"), provider=provider)


def variables(place: Place) -> Setup:
    place.set(AWS_ACCESS_KEY_ID="VARIABLE", AWS_SECRET_ACCESS_KEY="planted", AWS_REGION="eu-north-1")
    return Setup(signer=("VARIABLE", "eu-north-1"))


def keys_before_the_profile_of_the_environment(place: Place) -> Setup:
    place.profile("aws_access_key_id = KEYS", "aws_secret_access_key = planted")
    place.set(AWS_ACCESS_KEY_ID="VARIABLE", AWS_SECRET_ACCESS_KEY="planted")
    return Setup(signer=("VARIABLE", "eu-north-1"))


def profile_with_keys(place: Place) -> Setup:
    place.profile("aws_access_key_id = KEYS", "aws_secret_access_key = planted")
    return Setup(signer=("KEYS", "eu-north-1"))


def profile_with_process(place: Place) -> Setup:
    answer = {"Version": 1, "AccessKeyId": "PROCESS", "SecretAccessKey": "planted"}
    code = f"print({json.dumps(json.dumps(answer))})"
    place.profile(f"credential_process = {shlex.quote(sys.executable)} -c {shlex.quote(code)}")
    return Setup(signer=("PROCESS", "eu-north-1"))


def profile_with_a_chain_of_roles(place: Place) -> Setup:
    place.profile(
        f"role_arn = {OTHER_ROLE}",
        "source_profile = first",
        "[profile first]",
        f"role_arn = {ROLE}",
        "source_profile = base",
    )
    return Setup(signer=("role", "eu-north-1"))


def profile_with_credential_source(place: Place) -> Setup:
    """Selected by an option: boto3, as the AWS SDK of pulumi-aws, prefers keys in variables to AWS_PROFILE."""
    place.profile(f"role_arn = {ROLE}", "credential_source = Environment")
    place.unset("AWS_PROFILE")
    place.set(AWS_ACCESS_KEY_ID="VARIABLE", AWS_SECRET_ACCESS_KEY="planted")
    return Setup(signer=("role", "eu-north-1"), options={"profile": "ci"})


def sso(place: Place) -> Setup:
    """After `aws sso login`, which leaves a token in a file."""
    url = "https://example.awsapps.com/start"
    cache = place.home / ".aws" / "sso" / "cache"
    cache.mkdir(parents=True)
    name = sha1(url.encode(), usedforsecurity=False).hexdigest()
    (cache / f"{name}.json").write_text(json.dumps({"accessToken": "planted", "expiresAt": LATER}))
    answer = {"accessKeyId": "SSO", "secretAccessKey": "planted", "sessionToken": "planted"}
    expiration = int((datetime.now(UTC) + timedelta(hours=1)).timestamp() * 1000)
    body = json.dumps({"roleCredentials": {**answer, "expiration": expiration}}).encode()
    place.set(AWS_ENDPOINT_URL_SSO=place.serve(body))
    place.monkeypatch.setattr("botocore.credentials.SSOProvider._SSO_TOKEN_CACHE_DIR", str(cache))
    account = ("sso_account_id = 123456789012", "sso_role_name = reader")
    place.profile(f"sso_start_url = {url}", "sso_region = eu-west-1", *account)
    return Setup(signer=("SSO", "eu-north-1"))


def login(place: Place) -> Setup:
    """After `aws login`, which leaves credentials in a file. Only their renewal uses `botocore[crt]`."""
    if not hasattr(import_module("botocore.credentials"), "EC"):
        pytest.skip("runs in `make test`, which CI runs too: it needs a botocore that knows aws login")
    place.monkeypatch.setattr("botocore.credentials.EC", object())
    (place.home / "sitecustomize.py").write_text("import botocore.credentials\nbotocore.credentials.EC = object()\n")
    place.set(PYTHONPATH=os.pathsep.join([str(place.home), os.environ.get("PYTHONPATH", "")]))
    arn = "arn:aws:iam::123456789012:user/ada"
    keys = {
        "accessKeyId": "LOGIN",
        "secretAccessKey": "planted",
        "sessionToken": "planted",
        "accountId": "123456789012",
    }
    token = {"refreshToken": "planted", "dpopKey": "planted", "clientId": "planted"}
    name = sha256(arn.encode()).hexdigest()
    (place.home / f"{name}.json").write_text(json.dumps({"accessToken": {**keys, "expiresAt": LATER}, **token}))
    place.set(AWS_LOGIN_CACHE_DIRECTORY=str(place.home))
    place.profile(f"login_session = {arn}")
    return Setup(signer=("LOGIN", "eu-north-1"))


def web_identity(place: Place) -> Setup:
    token = place.home / "token"
    token.write_text("token-1")
    place.sts.trust("token-1")
    place.no_keys()
    place.set(AWS_WEB_IDENTITY_TOKEN_FILE=str(token), AWS_ROLE_ARN=ROLE, AWS_REGION="eu-north-1")
    return Setup(signer=("role", "eu-north-1"))


def container_role(place: Place) -> Setup:
    place.no_keys()
    url = place.serve(container_answer("CONTAINER"))
    place.set(AWS_CONTAINER_CREDENTIALS_FULL_URI=f"{url}/credentials", AWS_REGION="eu-north-1")
    return Setup(signer=("CONTAINER", "eu-north-1"))


def instance_role(place: Place) -> Setup:
    place.no_keys()
    url = place.serve(lambda path: container_answer("INSTANCE") if path.endswith("/reader") else b"reader")
    place.set(AWS_EC2_METADATA_SERVICE_ENDPOINT=url, AWS_EC2_METADATA_DISABLED="false", AWS_REGION="eu-north-1")
    return Setup(signer=("INSTANCE", "eu-north-1"))


def mfa_profile(place: Place) -> Setup:
    place.profile(f"role_arn = {ROLE}", "source_profile = base", f"mfa_serial = {MFA}")
    return Setup(signer=("role", "eu-north-1"), error='profile "ci" needs an MFA code (mfa_serial)')


WAYS: Mapping[str, tuple[Callable[[Place], Setup], ...]] = {
    "`AwsOptions`": (aws_options,),
    "The stack's `aws:` configuration": (stack_configuration,),
    "An explicit `aws.Provider`": (explicit_provider,),
    "`AWS_REGION`, `AWS_PROFILE`, access keys and other variables": (
        variables,
        keys_before_the_profile_of_the_environment,
    ),
    "Profiles, including `credential_process` and assumed roles": (
        profile_with_keys,
        profile_with_process,
        profile_with_a_chain_of_roles,
        profile_with_credential_source,
    ),
    "`aws sso login`, `aws login`": (sso, login),
    "Web identity (EKS, OIDC in CI), container and instance roles": (web_identity, container_role, instance_role),
    "A profile that needs an MFA code": (mfa_profile,),
}
"""Arrangements of each row, by the text of its first cell without links."""
