"""What the package shows to a program, and to a type checker."""

from __future__ import annotations

from importlib import resources

import pytest

import pulumi_glue_session


def test_the_package_exports_these() -> None:
    expected = [
        "AccessDenied",
        "AssumeRole",
        "AssumeRoleWithWebIdentity",
        "AwaitableGetSessionResult",
        "AwaitableGetSessionsResult",
        "AwsOptions",
        "BadCredentials",
        "GetSessionResult",
        "GetSessionsResult",
        "GlueSession",
        "GlueSessionError",
        "InvalidInput",
        "LookFailed",
        "Misconfigured",
        "NoRegion",
        "NotAsExpected",
        "NotOneSession",
        "Refused",
        "ServiceFault",
        "SessionCommand",
        "SessionEnded",
        "SessionNotFound",
        "Throttled",
        "UnknownStatus",
        "Unreachable",
        "WaitedTooLong",
        "WrongAccount",
        "get_session",
        "get_session_output",
        "get_sessions",
        "get_sessions_output",
    ]

    assert expected == pulumi_glue_session.__all__


@pytest.mark.parametrize("name", pulumi_glue_session.__all__)
def test_every_public_name_can_be_imported_and_has_a_docstring(name: str) -> None:
    assert (getattr(pulumi_glue_session, name).__doc__ or "").strip()


def test_a_name_that_does_not_exist_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'pulumi_glue_session' has no attribute 'GlueSesion'"):
        pulumi_glue_session.GlueSesion  # noqa: B018  # type: ignore[attr-defined]


def test_public_names_are_listed_before_they_are_imported() -> None:
    assert set() == set(pulumi_glue_session.__all__) - set(dir(pulumi_glue_session))


def test_the_package_says_that_it_is_typed() -> None:
    """PEP 561: without this file every user's type checker sees nothing but Any."""
    assert resources.files(pulumi_glue_session).joinpath("py.typed").is_file()
