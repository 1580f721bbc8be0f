"""Arguments of any kind for the fuzz tests: plausible, wrong and hostile ones."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

import pulumi
from hypothesis import strategies as st

from pulumi_glue_session import (
    AssumeRole,
    AssumeRoleWithWebIdentity,
    AwsOptions,
)
from pulumi_glue_session.core.session import STATUSES
from support.hostile_text import hostile_texts
from torture import true_of_each

_T = TypeVar("_T", bound=Callable[..., object])


def fuzzed(times: int = 1) -> Callable[[_T], _T]:
    """More examples for `times` above 1."""
    return true_of_each("Wrong arguments", short=times * 30, long=times * 2_000)


ROLE = "arn:aws:iam::123456789012:role/deploy"
EXTERNAL_ID = "hush-hush"


LINES = st.text(max_size=8) | hostile_texts(pieces=2)
WILD = st.text(st.characters(codec=None), max_size=8)
TRAVELLING = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats() | LINES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(LINES, inner, max_size=3),
    max_leaves=5,
)
"""Values that Pulumi can send to its engine."""

ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | WILD
    | st.binary(max_size=4)
    | st.complex_numbers()
    | st.builds(object)
    | st.sampled_from([10**400, AwsOptions, len, range(3), pulumi.UNKNOWN]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner, inner)
        | st.dictionaries(WILD | st.integers() | st.binary(max_size=2) | st.tuples(st.integers()), inner, max_size=3)
        | st.sets(st.integers(), max_size=3)
        | st.frozensets(LINES, max_size=3)
    ),
    max_leaves=5,
)
"""Any Python value."""

STATUS = st.sampled_from(sorted(STATUSES))
IDS = ["known", "other", "gone", "x" * 255, "x" * 256, "tab\t", "line\n", "\x7f\x85", "😀" * 255, "\ufffe"]
SESSION_ID = st.sampled_from(IDS) | LINES
ARN = st.just(ROLE) | LINES.map(lambda end: f"arn:aws:iam::123456789012:role/{end}")
PATH = st.sampled_from(["/nowhere/file", os.devnull, "/", "\0", "~"]) | LINES


def maybe(**strategies: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Some of the names, each with a plausible or any value."""
    return st.fixed_dictionaries({}, optional={name: each | TRAVELLING for name, each in strategies.items()})


ROLE_OPTIONS: dict[str, st.SearchStrategy[Any]] = {
    "session_name": st.just("ci") | LINES,
    "duration": st.sampled_from(["1h", 900, 43_200.0, "12h"]) | LINES,
    "policy": st.sampled_from(["{}", "[]", '"']) | LINES,
    "policy_arns": st.lists(ARN, max_size=2),
}
ROLES: st.SearchStrategy[Any] = st.builds(dict, st.just({"role_arn": ROLE}), external_id=st.just(EXTERNAL_ID)) | maybe(
    role_arn=ARN, external_id=st.just(EXTERNAL_ID), **ROLE_OPTIONS
)
IDENTITY = maybe(role_arn=ARN, web_identity_token_file=PATH, **ROLE_OPTIONS)
OPTIONS: dict[str, st.SearchStrategy[Any]] = {
    "region": st.sampled_from(["eu-west-1", "us-east-1"]) | LINES,
    "profile": LINES,
    "assume_roles": st.lists(ROLES, max_size=2) | ROLES,
    "assume_role_with_web_identity": IDENTITY,
    "endpoint_url": st.sampled_from(["http://127.0.0.1:1", "http://[", "http://a..b", "http://a:b", "https://nobody/"])
    | LINES.map("http://{}".format),
    "custom_ca_bundle": PATH,
    "max_retries": st.sampled_from([0, 1.0, 50]) | st.integers(),
    "request_origin": st.just("ci") | LINES,
    "allowed_account_ids": st.lists(st.sampled_from(["123456789012", "000000000001"]), max_size=2),
}


def as_options(values: Mapping[str, Any]) -> AwsOptions:
    """Options with the classes that a program would use."""

    def convert(kind: type[Any], value: object) -> object:
        is_valid = isinstance(value, dict) and "role_arn" in value and value.keys() <= kind.__dataclass_fields__.keys()
        return kind(**cast("dict[str, Any]", value)) if is_valid else value

    options = dict(values)
    if isinstance(options.get("assume_roles"), list):
        options["assume_roles"] = [convert(AssumeRole, each) for each in options["assume_roles"]]
    identity = options.get("assume_role_with_web_identity")
    if isinstance(identity, dict) and "web_identity_token_file" in identity:
        options["assume_role_with_web_identity"] = convert(AssumeRoleWithWebIdentity, identity)
    return AwsOptions(**options)


AWS = maybe(**OPTIONS) | maybe(**OPTIONS).map(as_options) | TRAVELLING
EXPECT = maybe(
    role=ARN,
    glue_version=st.sampled_from(["5.0", {"at_least": "4.0"}]),
    number_of_workers=st.sampled_from([2, {"at_least": 1.5}]),
    connections=st.lists(LINES),
    command=maybe(name=LINES, python_version=LINES),
    default_arguments=st.dictionaries(LINES, LINES),
)
ARGUMENTS: dict[str, st.SearchStrategy[Any]] = {
    "session_id": SESSION_ID,
    "wait_for": STATUS | st.lists(STATUS) | st.none(),
    "timeout": st.sampled_from(["10m", 0, 0.5, "1h30m"]) | LINES,
    "expect": EXPECT,
    "on_mismatch": st.sampled_from(["fail", "warn"]),
    "aws": AWS,
}
FILTER: dict[str, st.SearchStrategy[Any]] = {
    "session_id": SESSION_ID,
    "tags": st.just({"team": "etl"}) | st.dictionaries(LINES, LINES, max_size=2),
    "statuses": STATUS | st.lists(STATUS),
    "id_prefix": st.sampled_from(["kn", ""]) | LINES,
    "id_pattern": st.sampled_from(["*", "[k]*", "[!"]) | LINES,
    "aws": AWS,
}
WRAPS = st.sampled_from([lambda value: value, pulumi.Output.from_input, pulumi.Output.secret])
