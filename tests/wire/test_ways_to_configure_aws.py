"""The table of docs/credentials.md, cell by cell: the signer of a request, for each way to configure AWS and each tool.

The cells are read from the page. A cell whose text is not in `MEANINGS` fails, and so does a row without a setup. The
signature of the request shows the access key and the region.
"""

from __future__ import annotations

import json
import os
import pty
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha1, sha256
from importlib import import_module
from pathlib import Path
from typing import Any

import pulumi
import pytest
from typer.testing import CliRunner

from pulumi_glue_session import AwsOptions, GlueSession
from pulumi_glue_session.cli.app import app
from pulumi_glue_session.core.errors import GlueSessionError
from pulumi_glue_session.native.properties import camel
from support import native_provider
from support.assumed_roles import OTHER_ROLE, ROLE
from support.dynamic_server import DynamicServer, Refusal
from support.glue_endpoint import GlueEndpoint
from support.http_server import serving
from support.program_run import Ran, run
from support.sts_endpoint import StsEndpoint

ROOT = Path(__file__).resolve().parents[2]
COMMAND = Path(sys.executable).parent / "glue-session"
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


# --- Ways to configure AWS ---


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


# --- Tools ---


@dataclass
class Tools:
    """Reads the session with each tool. Each method raises what the tool reports."""

    setup: Setup
    folder: Path

    def preview_and_up(self) -> None:
        for preview in (True, False):
            self._run(preview=preview)

    def refresh(self) -> None:
        """In a process of its own, with the stack's configuration and the record of the last up."""
        recorded = {} if self.setup.error else self._run(preview=False).recorded["analytics"]
        with DynamicServer(os.environ, retrying=False) as server:
            server.configure({f"aws:{key}": value for key, value in self.setup.stack.items()})
            self.forget()
            server.read("analytics", {"session_id": "analytics", "status": "READY", **_plain(recorded)})

    def native_provider(self) -> None:
        options = _camel(self.setup.options)
        native_provider.create(native_provider.RecordingEngine(), options=options)

    def command_line(self) -> None:
        """In the folder of the project."""
        lines = ["config:", *(f"  aws:{key}: {value}" for key, value in self.setup.stack.items())]
        (self.folder / "Pulumi.yaml").write_text("name: test\nruntime: python\n")
        (self.folder / "Pulumi.dev.yaml").write_text("\n".join(lines))
        options = self.setup.options
        arguments = [f"--{name}={options[name]}" for name in ("region", "profile") if name in options]
        arguments += [f"--assume-role={role['role_arn']}" for role in options.get("assume_roles", [])]
        result = CliRunner().invoke(app, ["get", "analytics", *arguments], catch_exceptions=False)
        if result.exit_code:
            raise Refusal(result.stderr)

    def _run(self, *, preview: bool) -> Ran:
        def program(ran: Ran) -> None:
            opts = None
            if self.setup.provider is not None:
                ran.provider_config = self.setup.provider
                opts = pulumi.ResourceOptions(provider=import_module("pulumi_aws").Provider("explicit"))
            aws = AwsOptions(**self.setup.options) if self.setup.options else None
            GlueSession("analytics", session_id="analytics", aws=aws, opts=opts)

        ran = run(program, preview=preview, config={f"aws:{key}": value for key, value in self.setup.stack.items()})
        if ran.refused:
            raise Refusal(ran.refused[0])
        return ran

    forget: Callable[[], None] = lambda: None
    """Called before the read whose signature counts."""


def _plain(recorded: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in recorded.items() if name in ("aws", "region")}


def _camel(value: Any) -> Any:
    if isinstance(value, dict):
        return {camel(name): _camel(each) for name, each in value.items()}
    return [_camel(each) for each in value] if isinstance(value, list) else value


TOOLS: Mapping[str, Callable[[Tools], None]] = {
    "`preview` and `up`": Tools.preview_and_up,
    "`refresh`": Tools.refresh,
    "native provider": Tools.native_provider,
    "command line": Tools.command_line,
}
"""Tool of each column, by its heading without links."""


# --- Cells ---


def own(setup: Setup) -> Signer:
    return setup.signer


def environment(_: Setup) -> Signer:
    return ENVIRONMENT


def without_keys(setup: Setup) -> Signer:
    return setup.signer_without_keys


def fails(_: Setup) -> None:
    return None


MEANINGS: Mapping[str, Callable[[Setup], Signer | None]] = {
    "yes": own,
    "yes, after you signed in": own,
    "yes, from the record": own,
    "yes, that of the last `up`": own,
    "yes, without its access keys": without_keys,
    "as provider inputs or `glue-session:` configuration": own,
    "as options, most of them": own,
    "no": environment,
    "fails and names the profile": fails,
    "fails": fails,
    "asks for the code in a terminal": fails,
}
"""Expected signer according to the text of a cell. The last two texts have a test of their own."""


def cells() -> Iterator[Any]:
    page = (ROOT / "docs" / "credentials.md").read_text(encoding="utf-8")
    table = re.search(r"^\| configuration .*?\n\n", page, re.MULTILINE | re.DOTALL)
    assert table
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", table[0])
    header, _, *rows = ([cell.strip() for cell in line.strip("| ").split("|")] for line in text.splitlines() if line)
    assert list(TOOLS) == header[1:]
    assert list(WAYS) == [row[0] for row in rows]
    for row, *texts in rows:
        for tool, cell in zip(header[1:], texts, strict=True):
            for way in WAYS[row]:
                yield pytest.param(way, tool, cell, id=f"{way.__name__}-{tool.replace('`', '')}")


@pytest.fixture
def place(tmp_path: Path, sts: StsEndpoint, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    monkeypatch.syspath_prepend(ROOT / "tests" / "stand_ins")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr("pulumi_glue_session.aws.client._RETRIES", 0)
    with ExitStack() as stack:
        yield Place(tmp_path, monkeypatch, stack, sts)


@pytest.mark.parametrize(("way", "tool", "cell"), list(cells()))
def test_cell(aws: GlueEndpoint, place: Place, way: Callable[[Place], Setup], tool: str, cell: str) -> None:
    setup = way(place)
    tools = Tools(setup, place.home)
    before = 0

    def forget() -> None:
        nonlocal before
        before = len(aws.calls)

    tools.forget = forget
    expected = MEANINGS[cell](setup)
    if expected is None:
        with pytest.raises((GlueSessionError, Refusal)) as caught:
            TOOLS[tool](tools)
        assert setup.error in " ".join(str(caught.value).split())
        assert [] == aws.calls
        return
    TOOLS[tool](tools)

    assert {expected} == {signer_of(str(call.credential)) for call in aws.calls[before:]}


def signer_of(credential: str) -> Signer:
    key, _, region = credential.split("/")[:3]
    return ("role" if key.startswith("ASIA0") else key, region)


def test_mfa_code_is_asked_for_in_a_terminal(place: Place) -> None:
    mfa_profile(place)
    primary, secondary = pty.openpty()
    with subprocess.Popen(
        [COMMAND, "get", "analytics", "-o", "name"], stdin=secondary, stdout=subprocess.PIPE, stderr=secondary
    ) as running:
        os.close(secondary)
        prompt = b""
        while b": " not in prompt:
            prompt += os.read(primary, 1024)
        os.write(primary, b"123456\n")
        out, _ = running.communicate()
    os.close(primary)

    assert prompt.decode() == f"Enter MFA code for {MFA}: "
    assert (b"analytics\n", 0) == (out, running.returncode)
    assert ["123456"] == [call.parameters["TokenCode"] for call in place.sts.calls]
