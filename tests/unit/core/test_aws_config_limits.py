"""AwsConfig accepts what the models of Glue and STS accept, and rejects the rest."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pulumi_glue_session.core.aws_config import AwsConfig
from pulumi_glue_session.core.errors import InvalidInput
from support import sts_endpoint
from support.glue_endpoint import objection

ROLE = "arn:aws:iam::123456789012:role/deploy"


def role(**options: object) -> dict[str, Any]:
    return {"assume_roles": [{"role_arn": ROLE, **options}]}


def web_identity(**options: object) -> dict[str, Any]:
    return {"assume_role_with_web_identity": {"role_arn": ROLE, "web_identity_token_file": "/run/token", **options}}


@cache
def get_session() -> Any:
    return (
        import_module("botocore.session").Session().get_service_model("glue").operation_model("GetSession").input_shape
    )


def limits_of(operation: str, parameter: str) -> Mapping[str, Any]:
    found = (get_session() if operation == "GetSession" else sts_endpoint.shape(operation)).members[parameter]
    limits: Mapping[str, Any] = (found.member.members["arn"] if parameter == "PolicyArns" else found).metadata
    return limits


def api_accepts(operation: str, parameter: str, value: object) -> bool:
    if operation == "GetSession":
        return not objection({"Id": "analytics", parameter: value}, get_session())
    others = {"RoleArn": ROLE, "RoleSessionName": "ci"} | (
        {} if operation == "AssumeRole" else {"WebIdentityToken": "token"}
    )
    sent = [{"arn": value}] if parameter == "PolicyArns" else value
    return not objection({**others, parameter: sent}, sts_endpoint.shape(operation))


def is_accepted(options: object) -> bool:
    try:
        AwsConfig.parse(options)  # type: ignore[arg-type]
    except InvalidInput:
        return False
    return True


def near(limits: Mapping[str, Any], *, start: str = "", end: str = "") -> st.SearchStrategy[str]:
    """Texts near the length limits, with any one character between `start` and `end`."""
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
    "identity's role_arn": (
        "AssumeRoleWithWebIdentity",
        "RoleArn",
        lambda value: web_identity(role_arn=value),
        "arn:",
        "",
    ),
    "identity's session_name": (
        "AssumeRoleWithWebIdentity",
        "RoleSessionName",
        lambda value: web_identity(session_name=value),
        "",
        "",
    ),
    "identity's policy": (
        "AssumeRoleWithWebIdentity",
        "Policy",
        lambda value: web_identity(policy=value),
        '{"Id":"',
        '"}',
    ),
    "identity's policy_arns": (
        "AssumeRoleWithWebIdentity",
        "PolicyArns",
        lambda value: web_identity(policy_arns=[value]),
        "arn:",
        "",
    ),
}
"""By option: operation and parameter, options that contain the value, fixed start and end of the value."""


@pytest.mark.parametrize("case", CASES)
@given(data=st.data())
def test_text_is_accepted_if_the_api_accepts_it(case: str, data: st.DataObject) -> None:
    """And rejected if the API rejects it. Control characters are rejected in values of one line."""
    operation, parameter, options, start, end = CASES[case]
    value = data.draw(near(limits_of(operation, parameter), start=start, end=end))
    is_line = not any(character in value for character in "\t\r\n\x85") and (not end or _is_json(value))
    accepts = api_accepts(operation, parameter, value)

    assert accepts >= is_accepted(options(value)), "accepted, but the API rejects it"
    assert not is_line or accepts == is_accepted(options(value))


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
def test_role_duration_is_accepted_if_the_api_accepts_it(operation: str, seconds: int) -> None:
    options = (role if operation == "AssumeRole" else web_identity)(duration=float(seconds))

    assert api_accepts(operation, "DurationSeconds", seconds) == is_accepted(options)


def test_every_limited_parameter_is_tested() -> None:
    """Otherwise STS would reject the value with its own message."""
    tested = {(operation, parameter) for operation, parameter, *_ in CASES.values()} | {
        (operation, "DurationSeconds") for operation in ("AssumeRole", "AssumeRoleWithWebIdentity")
    }
    sent = {"RoleArn", "RoleSessionName", "ExternalId", "Policy", "PolicyArns", "DurationSeconds"}
    expected = {
        (operation, parameter)
        for operation in ("AssumeRole", "AssumeRoleWithWebIdentity")
        for parameter in sts_endpoint.shape(operation).members
        if parameter in sent
    }

    assert expected | {("GetSession", "RequestOrigin")} == tested
