"""Who asks, and where: each option taken or refused, within the limits that botocore's own models have."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from functools import cache
from importlib import import_module
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pulumi_glue_session.core.aws_config import AssumeRole, AssumeRoleWithWebIdentity, AwsConfig, identity
from pulumi_glue_session.core.errors import InvalidInput
from support import sts_endpoint
from support.glue_endpoint import objection

ROLE = "arn:aws:iam::123456789012:role/deploy"
POLICY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
HUSH = "hush-hush"
"""An external id that no message may hold."""

NO_OPTIONS = "is no set of options: use AwsOptions and the classes that it names"
NO_ARN = "is not the ARN of a role, as in 'arn:aws:iam::123456789012:role/deploy'"
NO_LIFETIME = "is no lifetime of assumed credentials: use 15 minutes to 12 hours, as in '1h'"
NO_TEXT = "is not text of one character or more"
NO_URL = "is not a URL, as in 'https://vpce-0a1b.glue.eu-west-1.vpce.amazonaws.com'"
NO_NAME = "is not 2 to 64 letters, digits and characters of _+=,.@-"
NO_ORIGIN = "is not 1 to 128 letters, digits, dots, hyphens and underscores"
NO_ACCOUNT = "is not the id of an AWS account, twelve digits in quotes"
NO_RETRIES = "is no number of retries: use a whole number from 0 to 50"
NO_SUCH_OPTION = (
    "there is no such option: use region, profile, assume_roles, assume_role_with_web_identity, endpoint_url, custom_ca_bundle, "
    "max_retries, request_origin, allowed_account_ids"
)


def refusal_of(options: Any) -> InvalidInput:  # noqa: ANN401 - wrong on purpose
    with pytest.raises(InvalidInput) as caught:
        AwsConfig.parse(options)
    return caught.value


def role(**options: object) -> dict[str, Any]:
    return {"assume_roles": [{"role_arn": ROLE, **options}]}


def identity(**options: object) -> dict[str, Any]:
    return {"assume_role_with_web_identity": {"role_arn": ROLE, "web_identity_token_file": "/run/token", **options}}


# --- What is taken ---


def test_every_option_is_taken_over() -> None:
    how = {"session_name": "ci", "duration": "1h", "policy": "{}", "policy_arns": [POLICY]}
    options: dict[str, Any] = {
        "region": "eu-west-1",
        "profile": "analysts",
        "assume_roles": [{"role_arn": ROLE, "external_id": HUSH, **how}, {"role_arn": f"{ROLE}-2"}],
        "assume_role_with_web_identity": {"role_arn": ROLE, "web_identity_token_file": "/run/token", **how},
        "endpoint_url": "https://vpce-0a1b.glue.eu-west-1.vpce.amazonaws.com",
        "custom_ca_bundle": "/etc/ssl/ca.pem",
        "max_retries": 7,
        "request_origin": "ci",
        "allowed_account_ids": ["123456789012", "000000000001"],
    }
    expected = AwsConfig(
        region="eu-west-1",
        profile="analysts",
        assume_roles=(
            AssumeRole(role_arn=ROLE, external_id="hush-hush", session_name="ci", duration=3_600.0, policy="{}", policy_arns=(POLICY,)),
            AssumeRole(role_arn=f"{ROLE}-2"),
        ),
        assume_role_with_web_identity=AssumeRoleWithWebIdentity(
            role_arn=ROLE, web_identity_token_file="/run/token", session_name="ci", duration=3_600.0, policy="{}", policy_arns=(POLICY,)
        ),
        endpoint_url="https://vpce-0a1b.glue.eu-west-1.vpce.amazonaws.com",
        custom_ca_bundle="/etc/ssl/ca.pem",
        max_retries=7,
        request_origin="ci",
        allowed_account_ids=("123456789012", "000000000001"),
    )

    assert expected == AwsConfig.parse(options)
    assert {each.name for each in fields(AwsConfig)} == options.keys(), "else this test would shrink when Caller grows"
    assert {each.name for each in fields(AssumeRole)} == options["assume_roles"][0].keys()
    assert {each.name for each in fields(AssumeRoleWithWebIdentity)} == options["assume_role_with_web_identity"].keys()


def test_what_is_not_said_is_left_to_boto3() -> None:
    assert AwsConfig() == AwsConfig.parse({})
    assert AwsConfig() == AwsConfig.parse({each.name: None for each in fields(AwsConfig)})
    assert AwsConfig.parse(role()) == AwsConfig.parse(
        role(external_id=None, session_name=None, duration=None, policy=None, policy_arns=None)
    )


def test_what_is_not_said_is_nothing() -> None:
    no_limits = {"session_name": None, "duration": None, "policy": None, "policy_arns": ()}
    nobody = {"assume_roles": (), "assume_role_with_web_identity": None, "allowed_account_ids": ()}
    nowhere = dict.fromkeys(("region", "profile", "endpoint_url", "custom_ca_bundle", "max_retries", "request_origin"))

    assert nowhere | nobody == asdict(AwsConfig())
    assert {"role_arn": ROLE, "external_id": None, **no_limits} == asdict(AssumeRole(role_arn=ROLE))
    assert {"role_arn": ROLE, "web_identity_token_file": "/t", **no_limits} == asdict(
        AssumeRoleWithWebIdentity(role_arn=ROLE, web_identity_token_file="/t")
    )


def test_the_same_options_are_the_same_caller() -> None:
    """Callers are the keys by which clients are shared."""
    options = {**role(external_id=HUSH, policy_arns=[POLICY]), **identity(), "allowed_account_ids": ("123456789012",)}

    assert 1 == len({AwsConfig.parse(options), AwsConfig.parse(options)})
    assert 2 == len({AwsConfig.parse(options), AwsConfig.parse({**options, **role(external_id="another")})})


@pytest.mark.parametrize(
    ("options", "taken"),
    [
        ({"max_retries": 0.0}, (int, 0)),
        ({"max_retries": 50.0}, (int, 50)),
        ({"max_retries": 3}, (int, 3)),
    ],
)
def test_a_number_of_retries_is_a_whole_number_even_if_it_comes_as_a_float(options: dict[str, float], taken: tuple[type, int]) -> None:
    """Every number comes over Pulumi's wire as a float, and botocore takes none."""
    retries = AwsConfig.parse(options).max_retries

    assert taken == (type(retries), retries)


@pytest.mark.parametrize("duration", [900, 900.0, "15m", "900s"])
@pytest.mark.parametrize("make", [role, identity])
def test_a_lifetime_is_seconds_or_a_duration(make: Callable[..., dict[str, Any]], duration: float | str) -> None:
    caller = AwsConfig.parse(make(duration=duration))

    assert 900.0 == (caller.assume_role_with_web_identity or caller.assume_roles[0]).duration


# --- What is refused, and how it is said ---


@pytest.mark.parametrize(
    ("options", "input_name", "sentence"),
    [
        ("eu-west-1", "aws", f"'eu-west-1' {NO_OPTIONS}"),
        (None, "aws", f"None {NO_OPTIONS}"),
        (5, "aws", f"5 {NO_OPTIONS}"),
        ({"region": ""}, "aws.region", f"'' {NO_TEXT}"),
        ({"region": 5}, "aws.region", f"5 {NO_TEXT}"),
        ({"profile": ""}, "aws.profile", f"'' {NO_TEXT}"),
        ({"profile": ["analysts"]}, "aws.profile", f"a list {NO_TEXT}"),
        ({"custom_ca_bundle": ""}, "aws.custom_ca_bundle", f"'' {NO_TEXT}"),
        ({"custom_ca_bundle": True}, "aws.custom_ca_bundle", f"True {NO_TEXT}"),
        ({"endpoint_url": ""}, "aws.endpoint_url", f"'' {NO_URL}"),
        ({"endpoint_url": "localhost:5000"}, "aws.endpoint_url", f"'localhost:5000' {NO_URL}"),
        ({"endpoint_url": "ftp://localhost"}, "aws.endpoint_url", f"'ftp://localhost' {NO_URL}"),
        ({"endpoint_url": "http://"}, "aws.endpoint_url", f"'http://' {NO_URL}"),
        ({"endpoint_url": "http://local host"}, "aws.endpoint_url", f"'http://local host' {NO_URL}"),
        ({"max_retries": -1}, "aws.max_retries", f"-1 {NO_RETRIES}"),
        ({"max_retries": 51}, "aws.max_retries", f"51 {NO_RETRIES}"),
        ({"max_retries": 1.5}, "aws.max_retries", f"1.5 {NO_RETRIES}"),
        ({"max_retries": float("nan")}, "aws.max_retries", f"nan {NO_RETRIES}"),
        ({"max_retries": float("inf")}, "aws.max_retries", f"inf {NO_RETRIES}"),
        ({"max_retries": True}, "aws.max_retries", f"True {NO_RETRIES}"),
        ({"max_retries": "3"}, "aws.max_retries", f"'3' {NO_RETRIES}"),
        ({"max_retries": 10**400}, "aws.max_retries", f"{10**400!r:.400}… {NO_RETRIES}"),
        ({"request_origin": ""}, "aws.request_origin", f"'' {NO_ORIGIN}"),
        ({"request_origin": "two words"}, "aws.request_origin", f"'two words' {NO_ORIGIN}"),
        ({"allowed_account_ids": "123456789012"}, "aws.allowed_account_ids", "'123456789012' is no list"),
        ({"allowed_account_ids": ["12345678901"]}, "aws.allowed_account_ids[0]", f"'12345678901' {NO_ACCOUNT}"),
        ({"allowed_account_ids": ["123456789012", 123456789012.0]}, "aws.allowed_account_ids[1]", f"123456789012.0 {NO_ACCOUNT}"),
        ({"allowed_account_ids": ["١٢٣٤٥٦٧٨٩٠١٢"]}, "aws.allowed_account_ids[0]", f"'١٢٣٤٥٦٧٨٩٠١٢' {NO_ACCOUNT}"),
        ({"assume_roles": "deploy"}, "aws.assume_roles", "'deploy' is no list"),
        ({"assume_roles": ["deploy"]}, "aws.assume_roles[0]", f"'deploy' {NO_OPTIONS}"),
        ({"assume_roles": [{"role_arn": ROLE}, None]}, "aws.assume_roles[1]", f"None {NO_OPTIONS}"),
        ({"assume_roles": [{}]}, "aws.assume_roles[0].role_arn", "it is missing"),
        ({"assume_roles": [{"role_arn": "deploy"}]}, "aws.assume_roles[0].role_arn", f"'deploy' {NO_ARN}"),
        ({"assume_roles": [{"role_arn": "arn:aws:iam::1"}]}, "aws.assume_roles[0].role_arn", f"'arn:aws:iam::1' {NO_ARN}"),
        (role(external_id="x"), "aws.assume_roles[0].external_id", "it is not 2 to 1224 letters, digits and characters of _+=,.@:/-"),
        (role(session_name="x"), "aws.assume_roles[0].session_name", f"'x' {NO_NAME}"),
        (role(session_name="two words"), "aws.assume_roles[0].session_name", f"'two words' {NO_NAME}"),
        (role(duration="14m"), "aws.assume_roles[0].duration", f"'14m' {NO_LIFETIME}"),
        (role(duration=43_201), "aws.assume_roles[0].duration", f"43201 {NO_LIFETIME}"),
        (role(duration=True), "aws.assume_roles[0].duration", f"True {NO_LIFETIME}"),
        (
            role(duration="soon"),
            "aws.assume_roles[0].duration",
            "'soon' is no length of time: use seconds, as in 600, or a duration, as in '90s', '10m' or '1h30m'",
        ),
        (role(policy=""), "aws.assume_roles[0].policy", "'' is not an IAM policy, as JSON"),
        (role(policy_arns=POLICY), "aws.assume_roles[0].policy_arns", f"'{POLICY}' is no list"),
        (role(policy_arns=[POLICY, "all"]), "aws.assume_roles[0].policy_arns[1]", "'all' is not the ARN of a policy"),
        ({"assume_role_with_web_identity": []}, "aws.assume_role_with_web_identity", f"[] {NO_OPTIONS}"),
        ({"assume_role_with_web_identity": {}}, "aws.assume_role_with_web_identity.role_arn", "it is missing"),
        (
            {"assume_role_with_web_identity": {"role_arn": ROLE}},
            "aws.assume_role_with_web_identity.web_identity_token_file",
            "it is missing",
        ),
        (identity(web_identity_token_file=""), "aws.assume_role_with_web_identity.web_identity_token_file", f"'' {NO_TEXT}"),
        (identity(session_name="é!"), "aws.assume_role_with_web_identity.session_name", f"'é!' {NO_NAME}"),
        (identity(duration=899), "aws.assume_role_with_web_identity.duration", f"899 {NO_LIFETIME}"),
        (
            {"regoin": "eu-west-1"},
            "aws.regoin",
            NO_SUCH_OPTION,
        ),
        (
            {"access_key": "AKIA", 5: "x"},
            "aws.5",
            NO_SUCH_OPTION,
        ),
        (
            role(external="x"),
            "aws.assume_roles[0].external",
            "there is no such option: use role_arn, external_id, session_name, duration, policy, policy_arns",
        ),
        (
            identity(external_id="x" * 9),
            "aws.assume_role_with_web_identity.external_id",
            "there is no such option: use role_arn, web_identity_token_file, session_name, duration, policy, policy_arns",
        ),
    ],
    ids=lambda each: ascii(each)[:60],
)
def test_what_is_no_option_is_told_by_its_name_and_in_one_sentence(options: object, input_name: str, sentence: str) -> None:
    refusal = refusal_of(options)

    assert (input_name, sentence) == (refusal.input_name, str(refusal))


@pytest.mark.parametrize("make", [role, identity])
def test_a_policy_that_is_no_json_is_told_by_its_name(make: Callable[..., dict[str, Any]]) -> None:
    """botocore parses it, and says no more than "Expecting value: line 1 column 1"."""
    refusal = refusal_of(make(policy="allow everything"))

    assert refusal.input_name.endswith(".policy")
    assert "'allow everything' is not an IAM policy, as JSON" == str(refusal)


def test_a_lifetime_that_has_parts_is_told_by_its_kind() -> None:
    refusal = refusal_of(role(duration=["1h"]))
    expected = "'a list' is no length of time: use seconds, as in 600, or a duration, as in '90s', '10m' or '1h30m'"

    assert ("aws.assume_roles[0].duration", expected) == (refusal.input_name, str(refusal))


# --- The limits of the API ---


@cache
def get_session() -> Any:  # noqa: ANN401 - botocore's shapes have no types
    return import_module("botocore.session").Session().get_service_model("glue").operation_model("GetSession").input_shape


def limits_of(operation: str, parameter: str) -> Mapping[str, Any]:
    found = (get_session() if operation == "GetSession" else sts_endpoint.shape(operation)).members[parameter]
    limits: Mapping[str, Any] = (found.member.members["arn"] if parameter == "PolicyArns" else found).metadata
    return limits


def api_would_take(operation: str, parameter: str, value: object) -> bool:
    if operation == "GetSession":
        return not objection({"Id": "analytics", parameter: value}, get_session())
    others = {"RoleArn": ROLE, "RoleSessionName": "ci"} | ({} if operation == "AssumeRole" else {"WebIdentityToken": "token"})
    sent = [{"arn": value}] if parameter == "PolicyArns" else value
    return not objection({**others, parameter: sent}, sts_endpoint.shape(operation))


def is_taken(options: object) -> bool:
    try:
        AwsConfig.parse(options)  # type: ignore[arg-type]
    except InvalidInput:
        return False
    return True


def near(limits: Mapping[str, Any], *, start: str = "", end: str = "") -> st.SearchStrategy[str]:
    """Texts that are about as short, or as long, as may be, with any one character somewhere between `start` and `end`."""
    edges = {limits.get("min", 1), limits.get("max", limits.get("min", 1))}
    lengths = sorted({length + step for length in edges for step in (-1, 0, 1)} | {len(start + end) + 5})

    def text(length: int, odd: str, at: int) -> str:
        middle = "x" * max(length - len(start + end), 0)
        at = min(at, max(len(middle) - 1, 0))
        return f"{start}{middle[:at]}{odd}{middle[at + 1 :]}{end}"

    odd = st.characters(codec=None) | st.sampled_from(
        [*"+=,.@:/_- \t\r\n\x1f\x7f\x80\x85\xa0\xff\u0100\ud800\udfff\ufffd\ufffe\uffffé٣", ""]
    )
    return st.builds(text, st.sampled_from(lengths), odd, st.integers(0, 2_100))


CASES: dict[str, tuple[str, str, Callable[[Any], dict[str, Any]], str, str]] = {
    "request_origin": ("GetSession", "RequestOrigin", lambda value: {"request_origin": value}, "", ""),
    "role_arn": ("AssumeRole", "RoleArn", lambda value: role(role_arn=value), "arn:", ""),
    "session_name": ("AssumeRole", "RoleSessionName", lambda value: role(session_name=value), "", ""),
    "external_id": ("AssumeRole", "ExternalId", lambda value: role(external_id=value), "", ""),
    "policy": ("AssumeRole", "Policy", lambda value: role(policy=value), '{"Id":"', '"}'),
    "policy_arns": ("AssumeRole", "PolicyArns", lambda value: role(policy_arns=[value]), "arn:", ""),
    "identity's role_arn": ("AssumeRoleWithWebIdentity", "RoleArn", lambda value: identity(role_arn=value), "arn:", ""),
    "identity's session_name": ("AssumeRoleWithWebIdentity", "RoleSessionName", lambda value: identity(session_name=value), "", ""),
    "identity's policy": ("AssumeRoleWithWebIdentity", "Policy", lambda value: identity(policy=value), '{"Id":"', '"}'),
    "identity's policy_arns": ("AssumeRoleWithWebIdentity", "PolicyArns", lambda value: identity(policy_arns=[value]), "arn:", ""),
}
"""Each text with limits: the operation and parameter that it becomes, options that hold it, and what it begins and ends with anyhow."""


@pytest.mark.parametrize("case", CASES)
@given(data=st.data())
def test_a_text_is_taken_if_the_api_would_take_it(case: str, data: st.DataObject) -> None:
    """Both ways: what is taken arrives, and nobody is kept from what the API can do. But no control character in what goes on a line."""
    operation, parameter, options, start, end = CASES[case]
    value = data.draw(near(limits_of(operation, parameter), start=start, end=end))
    is_line = not any(character in value for character in "\t\r\n\x85") and (not end or _is_json(value))
    would_take = api_would_take(operation, parameter, value)

    assert would_take >= is_taken(options(value)), "taken, and the API refuses it"
    assert not is_line or would_take == is_taken(options(value))


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("operation", ["AssumeRole", "AssumeRoleWithWebIdentity"])
@given(seconds=st.integers(0, 100_000) | st.sampled_from([899, 900, 901, 43_199, 43_200, 43_201]))
@example(seconds=900)
@example(seconds=43_200)
@example(seconds=43_201)
def test_a_lifetime_is_taken_if_the_api_would_take_it(operation: str, seconds: int) -> None:
    options = (role if operation == "AssumeRole" else identity)(duration=float(seconds))

    assert api_would_take(operation, "DurationSeconds", seconds) == is_taken(options)


def test_every_text_that_the_models_limit_is_shown_here() -> None:
    """A parameter that an option becomes, and that is missing above, would be refused by STS in words of its own."""
    shown = {(operation, parameter) for operation, parameter, *_ in CASES.values()} | {
        (operation, "DurationSeconds") for operation in ("AssumeRole", "AssumeRoleWithWebIdentity")
    }
    sent = {"RoleArn", "RoleSessionName", "ExternalId", "Policy", "PolicyArns", "DurationSeconds"}
    expected = {
        (operation, parameter)
        for operation in ("AssumeRole", "AssumeRoleWithWebIdentity")
        for parameter in sts_endpoint.shape(operation).members
        if parameter in sent
    }

    assert expected | {("GetSession", "RequestOrigin")} == shown


# --- An external id is told to nobody ---


def test_an_external_id_is_in_no_repr() -> None:
    caller = AwsConfig.parse(role(external_id=HUSH))

    assert HUSH == caller.assume_roles[0].external_id
    assert HUSH not in repr(caller)
    assert HUSH not in repr(caller.assume_roles)


def test_a_wrong_external_id_is_in_no_part_of_its_refusal() -> None:
    refusal = refusal_of(role(external_id=f"{HUSH} {HUSH}"))

    assert "it is not 2 to 1224 letters, digits and characters of _+=,.@:/-" == str(refusal)
    assert (None, None) == (refusal.__cause__, refusal.__context__), "a traceback would print the error that holds it"


ANY_OPTION = st.sampled_from(sorted({each.name for kind in (AwsConfig, AssumeRole, AssumeRoleWithWebIdentity) for each in fields(kind)}))


@given(
    st.recursive(
        st.just({"role_arn": ROLE, "external_id": HUSH}),
        lambda inner: st.lists(inner, min_size=1, max_size=2) | st.dictionaries(ANY_OPTION, inner, min_size=1, max_size=2),
        max_leaves=4,
    )
)
@example({"assume_roles": {"role_arn": ROLE, "external_id": HUSH}})
@example({"assume_roles": [[{"role_arn": ROLE, "external_id": HUSH}]]})
@example({"assume_role_with_web_identity": [{"role_arn": ROLE, "external_id": HUSH}]})
@example([{"assume_roles": [{"role_arn": ROLE, "external_id": HUSH}]}])
@example({"assume_roles": [{"role_arn": ROLE, "external_id": [HUSH]}]})
@example({"assume_roles": [{"role_arn": {"external_id": HUSH}}]})
@example({"assume_roles": [{"role_arn": ROLE, "duration": {"external_id": HUSH}}]})
@example({"max_retries": {"external_id": HUSH}})
def test_an_external_id_is_in_no_refusal_wherever_it_was_put(options: object) -> None:
    """`AwsOptions(assume_roles=AssumeRole(...))`, without a list, is an easy mistake."""
    try:
        AwsConfig.parse(options)  # type: ignore[arg-type]
    except InvalidInput as refusal:
        assert HUSH not in f"{refusal} {refusal.input_name} {refusal.__cause__} {refusal.__context__}"  # noqa: PT017 - most are refused


# --- What of recorded options says which session is meant ---

MEANT = {
    "region": "eu-west-1",
    "profile": "analysts",
    "endpoint_url": "http://localhost:5000",
    "role_arn": ROLE,
    "assume_roles": [{"role_arn": ROLE}, {"role_arn": f"{ROLE}-2"}],
    "assume_role_with_web_identity": {"role_arn": ROLE},
}
"""Another value of one of these is another session of the same id."""

HOW = {
    "allowed_account_ids": ["123456789012"],
    "custom_ca_bundle": "/etc/ssl/ca.pem",
    "duration": 3_600.0,
    "external_id": HUSH,
    "max_retries": 7.0,
    "policy": "{}",
    "policy_arns": [POLICY],
    "request_origin": "ci",
    "session_name": "ci",
    "web_identity_token_file": "/run/token",
}
"""With another value of one of these the same session is asked for in another way."""


def test_each_option_either_says_which_session_is_meant_or_how_it_is_asked_for() -> None:
    options = {each.name for kind in (AwsConfig, AssumeRole, AssumeRoleWithWebIdentity) for each in fields(kind)}

    assert sorted([*MEANT, *HOW]) == sorted(options)


@pytest.mark.parametrize("name", MEANT)
def test_an_option_that_says_which_session_is_meant_stays(name: str) -> None:
    assert {name: MEANT[name]} == identity({name: MEANT[name], **HOW})


@pytest.mark.parametrize("name", HOW)
def test_an_option_that_says_how_a_session_is_asked_for_does_not_count(name: str) -> None:
    assert identity(None) is None
    assert identity({name: HOW[name]}) is None
    assert {"profile": "analysts"} == identity({"profile": "analysts", name: HOW[name]})
    assert {"assume_roles": [{"role_arn": ROLE}]} == identity(role(**{name: HOW[name]}))
    assert {"assume_role_with_web_identity": {"role_arn": ROLE}} == identity(identity(**{name: HOW[name]}))


def test_the_order_of_roles_counts() -> None:
    one, other = {"role_arn": ROLE}, {"role_arn": f"{ROLE}-2"}

    assert identity({"assume_roles": [one, other]}) != identity({"assume_roles": [other, one]})


@given(st.recursive(st.none() | st.text() | st.floats(allow_nan=False), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_whatever_stands_in_a_record_means_the_same_as_itself(options: object) -> None:
    assert identity(options) == identity(identity(options))
