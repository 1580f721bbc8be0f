"""snake_case and camelCase names of the same fields."""

from __future__ import annotations

from dataclasses import fields

import pytest

from pulumi_glue_session.core.aws_config import AssumeRole, AssumeRoleWithWebIdentity, AwsConfig
from pulumi_glue_session.core.session import Command, Session
from pulumi_glue_session.native.properties import camel, camel_keys, snake, snake_keys

NAMES = [
    each.name for kind in (Session, Command, AwsConfig, AssumeRole, AssumeRoleWithWebIdentity) for each in fields(kind)
]


@pytest.mark.parametrize(
    ("snake_name", "camel_name"), [("status", "status"), ("session_id", "sessionId"), ("dpu_seconds", "dpuSeconds")]
)
def test_camel_and_snake(snake_name: str, camel_name: str) -> None:
    assert (camel_name, snake_name) == (camel(snake_name), snake(camel_name))


def test_every_field_name_survives_the_round_trip() -> None:
    assert NAMES == [snake(camel(name)) for name in NAMES]


def test_keys_are_renamed_at_every_depth_except_user_keys() -> None:
    snake_value = {
        "assume_roles": [{"role_arn": "a", "policy_arns": ["b_c"]}],
        "tags": {"my_team": "d_e"},
        "command": {"python_version": "3"},
    }
    camel_value = {
        "assumeRoles": [{"roleArn": "a", "policyArns": ["b_c"]}],
        "tags": {"my_team": "d_e"},
        "command": {"pythonVersion": "3"},
    }

    assert camel_value == camel_keys(snake_value, keep=frozenset({"tags"}))
    assert snake_value == snake_keys(camel_value, keep=frozenset({"tags"}))
