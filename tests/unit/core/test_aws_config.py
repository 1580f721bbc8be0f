"""AwsConfig: every option is parsed or rejected by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, fields
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pulumi_glue_session.core.aws_config import (
    UNRECORDED,
    AssumeRole,
    AssumeRoleWithWebIdentity,
    AwsConfig,
    Endpoints,
)
from pulumi_glue_session.core.errors import InvalidInput

ROLE = "arn:aws:iam::123456789012:role/deploy"
POLICY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
EXTERNAL_ID = "hush-hush"


def invalid_input(options: Any) -> InvalidInput:
    with pytest.raises(InvalidInput) as caught:
        AwsConfig.parse(options)
    return caught.value


def option_names(kind: type[Any]) -> set[str]:
    return {each.name for each in fields(kind)} - {"unrecorded"}


def role(**options: object) -> dict[str, Any]:
    return {"assume_roles": [{"role_arn": ROLE, **options}]}


def web_identity(**options: object) -> dict[str, Any]:
    return {"assume_role_with_web_identity": {"role_arn": ROLE, "web_identity_token_file": "/run/token", **options}}


def test_every_option_is_parsed() -> None:
    how = {"session_name": "ci", "duration": "1h", "policy": "{}", "policy_arns": [POLICY]}
    session = {"source_identity": "ada", "tags": {"team": "etl"}, "transitive_tag_keys": ["team"]}
    options: dict[str, Any] = {
        "region": "eu-west-1",
        "profile": "analysts",
        "assume_roles": [{"role_arn": ROLE, "external_id": EXTERNAL_ID, **how, **session}, {"role_arn": f"{ROLE}-2"}],
        "assume_role_with_web_identity": {"role_arn": ROLE, "web_identity_token_file": "/run/token", **how},
        "endpoint_url": "https://vpce-0a1b.glue.eu-west-1.vpce.amazonaws.com",
        "custom_ca_bundle": "/etc/ssl/ca.pem",
        "max_retries": 7,
        "request_origin": "ci",
        "allowed_account_ids": ["123456789012", "000000000001"],
        "forbidden_account_ids": ["000000000002"],
        "endpoints": {"glue": "http://localhost:4566", "sts": "http://localhost:4567"},
        "shared_config_files": ["/etc/aws/config"],
        "shared_credentials_files": ["/etc/aws/credentials"],
        "http_proxy": "http://proxy:3128",
        "https_proxy": "http://user:password@proxy:3128",
        "no_proxy": "localhost",
        "retry_mode": "standard",
        "sts_region": "us-east-1",
        "use_fips_endpoint": True,
        "use_dualstack_endpoint": False,
    }
    expected = AwsConfig(
        region="eu-west-1",
        profile="analysts",
        assume_roles=(
            AssumeRole(
                role_arn=ROLE,
                external_id="hush-hush",
                session_name="ci",
                duration=3_600.0,
                policy="{}",
                policy_arns=(POLICY,),
                source_identity="ada",
                tags=(("team", "etl"),),
                transitive_tag_keys=("team",),
            ),
            AssumeRole(role_arn=f"{ROLE}-2"),
        ),
        assume_role_with_web_identity=AssumeRoleWithWebIdentity(
            role_arn=ROLE,
            web_identity_token_file="/run/token",
            session_name="ci",
            duration=3_600.0,
            policy="{}",
            policy_arns=(POLICY,),
        ),
        endpoint_url="https://vpce-0a1b.glue.eu-west-1.vpce.amazonaws.com",
        custom_ca_bundle="/etc/ssl/ca.pem",
        max_retries=7,
        request_origin="ci",
        allowed_account_ids=("123456789012", "000000000001"),
        forbidden_account_ids=("000000000002",),
        endpoints=Endpoints(glue="http://localhost:4566", sts="http://localhost:4567"),
        shared_config_files=("/etc/aws/config",),
        shared_credentials_files=("/etc/aws/credentials",),
        http_proxy="http://proxy:3128",
        https_proxy="http://user:password@proxy:3128",
        no_proxy="localhost",
        retry_mode="standard",
        sts_region="us-east-1",
        use_fips_endpoint=True,
        use_dualstack_endpoint=False,
    )

    assert expected == AwsConfig.parse(options)
    assert option_names(AwsConfig) == options.keys(), "a new option belongs in this test"
    assert {each.name for each in fields(AssumeRole)} == options["assume_roles"][0].keys()
    assert {each.name for each in fields(AssumeRoleWithWebIdentity)} == options["assume_role_with_web_identity"].keys()


def test_unset_options_are_the_defaults() -> None:
    assert AwsConfig() == AwsConfig.parse({})
    assert AwsConfig() == AwsConfig.parse(dict.fromkeys(option_names(AwsConfig)))
    assert AwsConfig.parse(role()) == AwsConfig.parse(
        role(external_id=None, session_name=None, duration=None, policy=None, policy_arns=None)
    )


def test_defaults_are_unset() -> None:
    defaults = {"session_name": None, "duration": None, "policy": None, "policy_arns": ()}
    lists = (
        "assume_roles",
        "allowed_account_ids",
        "forbidden_account_ids",
        "shared_config_files",
        "shared_credentials_files",
    )
    session = {"source_identity": None, "tags": (), "transitive_tag_keys": ()}
    found = asdict(AwsConfig())

    assert {**dict.fromkeys(found), **dict.fromkeys(lists, ())} == found
    assert {"role_arn": ROLE, "external_id": None, **defaults, **session} == asdict(AssumeRole(role_arn=ROLE))
    assert {"role_arn": ROLE, "web_identity_token_file": "/t", **defaults} == asdict(
        AssumeRoleWithWebIdentity(role_arn=ROLE, web_identity_token_file="/t")
    )


def test_equal_options_are_equal_and_hashable() -> None:
    """Clients are shared by configuration."""
    options = {
        **role(external_id=EXTERNAL_ID, policy_arns=[POLICY]),
        **web_identity(),
        "allowed_account_ids": ("123456789012",),
    }

    assert 1 == len({AwsConfig.parse(options), AwsConfig.parse(options)})
    assert 2 == len({AwsConfig.parse(options), AwsConfig.parse({**options, **role(external_id="another")})})


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"max_retries": 0.0}, (int, 0)),
        ({"max_retries": 50.0}, (int, 50)),
        ({"max_retries": 3}, (int, 3)),
    ],
)
def test_number_of_retries_becomes_an_int(options: dict[str, float], expected: tuple[type, int]) -> None:
    """Pulumi passes every number as a float, which botocore rejects."""
    retries = AwsConfig.parse(options).max_retries

    assert expected == (type(retries), retries)


@pytest.mark.parametrize("duration", [900, 900.0, "15m", "900s"])
@pytest.mark.parametrize("make", [role, web_identity])
def test_role_duration_is_seconds_or_a_duration(make: Callable[..., dict[str, Any]], duration: float | str) -> None:
    config = AwsConfig.parse(make(duration=duration))

    assert 900.0 == (config.assume_role_with_web_identity or config.assume_roles[0]).duration


@pytest.mark.parametrize(
    ("options", "input_name", "message"),
    [
        ("eu-west-1", "aws", "Invalid options 'eu-west-1': use AwsOptions"),
        (None, "aws", "Invalid options None: use AwsOptions"),
        ({"region": ""}, "aws.region", "Invalid value '': use at least one character"),
        ({"region": 5}, "aws.region", "Invalid value 5: use at least one character"),
        ({"profile": ["analysts"]}, "aws.profile", "Invalid value (a list): use at least one character"),
        ({"custom_ca_bundle": True}, "aws.custom_ca_bundle", "Invalid value True: use at least one character"),
        (
            {"endpoint_url": "localhost:5000"},
            "aws.endpoint_url",
            "Invalid URL 'localhost:5000': use a URL such as 'https://vpce-0a1b.glue.eu-west-1.vpce.amazonaws.com'",
        ),
        ({"max_retries": -1}, "aws.max_retries", "Invalid number of retries -1: use a whole number from 0 to 50"),
        (
            {"request_origin": "two words"},
            "aws.request_origin",
            "Invalid request origin 'two words': use 1 to 128 letters, digits, dots, hyphens and underscores",
        ),
        (
            {"allowed_account_ids": "123456789012"},
            "aws.allowed_account_ids",
            "Invalid value '123456789012': use a list",
        ),
        (
            {"allowed_account_ids": ["123456789012", 123456789012.0]},
            "aws.allowed_account_ids[1]",
            "Invalid account id 123456789012.0: use twelve digits in quotes",
        ),
        ({"assume_roles": "deploy"}, "aws.assume_roles", "Invalid value 'deploy': use a list"),
        ({"assume_roles": [{"role_arn": ROLE}, None]}, "aws.assume_roles[1]", "Invalid options None: use AssumeRole"),
        ({"assume_roles": [{}]}, "aws.assume_roles[0].role_arn", "Missing: this option is required"),
        (
            {"assume_roles": [{"role_arn": "deploy"}]},
            "aws.assume_roles[0].role_arn",
            "Invalid role ARN 'deploy': use an ARN such as 'arn:aws:iam::123456789012:role/deploy'",
        ),
        (
            role(external_id="x"),
            "aws.assume_roles[0].external_id",
            "Invalid external id: use 2 to 1224 letters, digits and characters of _+=,.@:/-",
        ),
        (
            role(session_name="two words"),
            "aws.assume_roles[0].session_name",
            "Invalid session name 'two words': use 2 to 64 letters, digits and characters of _+=,.@-",
        ),
        (
            role(duration="14m"),
            "aws.assume_roles[0].duration",
            "Invalid lifetime of credentials '14m': use 15 minutes to 12 hours, such as '1h'",
        ),
        ({"retry_mode": "legacy"}, "aws.retry_mode", "Invalid retry mode 'legacy': use standard or adaptive"),
        ({"use_fips_endpoint": "yes"}, "aws.use_fips_endpoint", "Invalid value 'yes': use True or False"),
        ({"endpoints": {"gleu": "x"}}, "aws.endpoints.gleu", "Unknown option: did you mean glue?"),
        (
            {"shared_config_files": ["a", "b"]},
            "aws.shared_config_files",
            "2 files: boto3 reads one shared file of each kind, so name one",
        ),
        (role(tags=["team"]), "aws.assume_roles[0].tags", "Invalid tags (a list): use a mapping of names to values"),
        (
            role(source_identity="a b"),
            "aws.assume_roles[0].source_identity",
            "Invalid source identity 'a b': use 2 to 64 letters, digits and characters of _+=,.@-",
        ),
        (role(policy=""), "aws.assume_roles[0].policy", "Invalid IAM policy '': use a JSON document"),
        (
            role(policy="allow everything"),
            "aws.assume_roles[0].policy",
            "Invalid IAM policy 'allow everything': use a JSON document",
        ),
        (
            role(policy_arns=[POLICY, "all"]),
            "aws.assume_roles[0].policy_arns[1]",
            "Invalid policy ARN 'all': use an ARN such as 'arn:aws:iam::aws:policy/ReadOnlyAccess'",
        ),
        (
            {"assume_role_with_web_identity": []},
            "aws.assume_role_with_web_identity",
            "Invalid options []: use AssumeRoleWithWebIdentity",
        ),
        (
            {"assume_role_with_web_identity": {"role_arn": ROLE}},
            "aws.assume_role_with_web_identity.web_identity_token_file",
            "Missing: this option is required",
        ),
        ({"regoin": "eu-west-1"}, "aws.regoin", "Unknown option: did you mean region?"),
        (
            role(zone="x"),
            "aws.assume_roles[0].zone",
            (
                "Unknown option: use role_arn, external_id, session_name, duration, policy, policy_arns, "
                "source_identity, tags, transitive_tag_keys"
            ),
        ),
    ],
    ids=lambda each: ascii(each)[:60],
)
def test_invalid_option_is_named_in_one_sentence(options: object, input_name: str, message: str) -> None:
    error = invalid_input(options)

    assert (input_name, message) == (error.input_name, error.reason())


@pytest.mark.parametrize("url", ["user:planted@host", "http:/user:planted@host", "http://user:planted@ho st"])
def test_password_of_an_invalid_url_is_not_shown(url: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        AwsConfig.parse({"endpoint_url": url})

    assert "Invalid URL '***@ho" in refused.value.reason()
    assert "planted" not in refused.value.reason()


@pytest.mark.parametrize("url", ["", "ftp://localhost", "http://", "http://local host"])
def test_invalid_urls(url: str) -> None:
    assert "aws.endpoint_url" == invalid_input({"endpoint_url": url}).input_name


@pytest.mark.parametrize(
    "number", [51, 1.5, float("nan"), float("inf"), True, "3", 10**400], ids=lambda each: repr(each)[:10]
)
def test_invalid_numbers_of_retries(number: object) -> None:
    assert "aws.max_retries" == invalid_input({"max_retries": number}).input_name


@pytest.mark.parametrize("account", ["12345678901", "١٢٣٤٥٦٧٨٩٠١٢", 123456789012])
def test_invalid_account_ids(account: object) -> None:
    assert "aws.allowed_account_ids[0]" == invalid_input({"allowed_account_ids": [account]}).input_name


@pytest.mark.parametrize("duration", [899, "14m", 43_201, True, "soon", ["1h"]], ids=repr)
@pytest.mark.parametrize("make", [role, web_identity])
def test_invalid_role_durations(make: Callable[..., dict[str, Any]], duration: object) -> None:
    assert invalid_input(make(duration=duration)).input_name.endswith(".duration")


@pytest.mark.parametrize("make", [role, web_identity])
def test_invalid_policy(make: Callable[..., dict[str, Any]]) -> None:
    """botocore would say no more than "Expecting value: line 1 column 1"."""
    assert invalid_input(make(policy="allow everything")).input_name.endswith(".policy")


def test_repr_omits_external_id() -> None:
    config = AwsConfig.parse(role(external_id=EXTERNAL_ID))

    assert EXTERNAL_ID == config.assume_roles[0].external_id
    assert EXTERNAL_ID not in repr(config)
    assert EXTERNAL_ID not in repr(config.assume_roles)


def test_invalid_external_id_is_not_printed() -> None:
    error = invalid_input(role(external_id=f"{EXTERNAL_ID} {EXTERNAL_ID}"))

    assert EXTERNAL_ID not in str(error)
    assert (None, None) == (error.__cause__, error.__context__), "a traceback would print it"


ANY_OPTION = st.sampled_from(
    sorted({each.name for kind in (AwsConfig, AssumeRole, AssumeRoleWithWebIdentity) for each in fields(kind)})
)


@given(
    st.recursive(
        st.just({"role_arn": ROLE, "external_id": EXTERNAL_ID}),
        lambda inner: (
            st.lists(inner, min_size=1, max_size=2) | st.dictionaries(ANY_OPTION, inner, min_size=1, max_size=2)
        ),
        max_leaves=4,
    )
)
@example({"assume_roles": {"role_arn": ROLE, "external_id": EXTERNAL_ID}})
@example({"assume_roles": [[{"role_arn": ROLE, "external_id": EXTERNAL_ID}]]})
@example({"assume_role_with_web_identity": [{"role_arn": ROLE, "external_id": EXTERNAL_ID}]})
@example([{"assume_roles": [{"role_arn": ROLE, "external_id": EXTERNAL_ID}]}])
@example({"assume_roles": [{"role_arn": ROLE, "external_id": [EXTERNAL_ID]}]})
@example({"assume_roles": [{"role_arn": {"external_id": EXTERNAL_ID}}]})
@example({"assume_roles": [{"role_arn": ROLE, "duration": {"external_id": EXTERNAL_ID}}]})
@example({"max_retries": {"external_id": EXTERNAL_ID}})
def test_misplaced_external_id_is_not_printed(options: object) -> None:
    """`AwsOptions(assume_roles=AssumeRole(...))` without a list is an easy mistake."""
    try:
        AwsConfig.parse(options)  # type: ignore[arg-type]
    except InvalidInput as error:
        assert EXTERNAL_ID not in f"{error} {error.input_name} {error.__cause__} {error.__context__}"  # noqa: PT017 - most are invalid


def test_repr_omits_credentials() -> None:
    config = AwsConfig.parse({UNRECORDED: {"access_key": "AKIA", "secret_key": "planted"}})

    assert "planted" not in repr(config) + repr(config.unrecorded)
