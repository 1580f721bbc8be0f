"""Names inside and outside of Python are the same names."""

from __future__ import annotations

from dataclasses import fields

import pytest

from pulumi_glue_session.core.aws_config import AssumeRole, AssumeRoleWithWebIdentity, AwsConfig
from pulumi_glue_session.core.session import Command, Session
from pulumi_glue_session.native.properties import camel, camel_keys, snake, snake_keys

NAMES = [each.name for kind in (Session, Command, AwsConfig, AssumeRole, AssumeRoleWithWebIdentity) for each in fields(kind)]


@pytest.mark.parametrize(("inner", "outer"), [("status", "status"), ("session_id", "sessionId"), ("dpu_seconds", "dpuSeconds")])
def test_a_name_is_spelled_both_ways(inner: str, outer: str) -> None:
    assert (outer, inner) == (camel(inner), snake(outer))


def test_every_name_of_the_core_comes_back_as_it_was() -> None:
    assert NAMES == [snake(camel(name)) for name in NAMES]


def test_keys_are_renamed_at_every_depth_but_those_of_the_programs_own() -> None:
    inner = {"assume_roles": [{"role_arn": "a", "policy_arns": ["b_c"]}], "tags": {"my_team": "d_e"}, "command": {"python_version": "3"}}
    outer = {"assumeRoles": [{"roleArn": "a", "policyArns": ["b_c"]}], "tags": {"my_team": "d_e"}, "command": {"pythonVersion": "3"}}

    assert outer == camel_keys(inner, keeping=frozenset({"tags"}))
    assert inner == snake_keys(outer, keeping=frozenset({"tags"}))
