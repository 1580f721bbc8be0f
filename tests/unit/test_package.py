"""Public names and types of the package."""

from __future__ import annotations

from importlib import resources

import pytest

import pulumi_glue_session


def test_public_names() -> None:
    expected = [
        "AccessDenied",
        "AssumeRole",
        "AssumeRoleWithWebIdentity",
        "AwaitableGetSessionResult",
        "AwaitableGetSessionsResult",
        "AwsOptions",
        "BadCredentials",
        "CredentialsUnavailable",
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
def test_public_name_has_a_docstring(name: str) -> None:
    assert (getattr(pulumi_glue_session, name).__doc__ or "").strip()


def test_unknown_name_raises_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'pulumi_glue_session' has no attribute 'GlueSesion'"):
        pulumi_glue_session.GlueSesion  # noqa: B018  # type: ignore[attr-defined]


def test_dir_lists_public_names() -> None:
    assert set() == set(pulumi_glue_session.__all__) - set(dir(pulumi_glue_session))


def test_package_is_typed() -> None:
    """PEP 561: without this file, type checkers treat everything as Any."""
    assert resources.files(pulumi_glue_session).joinpath("py.typed").is_file()
