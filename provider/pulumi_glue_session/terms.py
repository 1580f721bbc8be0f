"""What people can change, in the words of the front that they use: errors name it in their advice.

Rules of this module: words alone. A process has one front, which says once what its words are; without, they are those of a Pulumi program.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Terms", "speak", "spoken"]


@dataclass(frozen=True, kw_only=True)
class Terms:
    """How a front calls what an error advises to change."""

    region: str = "AWS_REGION, the stack's aws:region or AwsOptions(region=...)"
    profile: str = "AWS_PROFILE, the stack's aws:profile or AwsOptions(profile=...)"
    accounts: str = "AwsOptions(allowed_account_ids=...)"
    role: str = "the role that runs Pulumi"
    as_it_is: str = "set wait_for=None"
    several: str = "get_sessions"
    spelled: Callable[[str], str] = str
    """How it spells the name of an input or an output, as `session_id`."""


_front = [Terms()]


def speak(terms: Terms) -> None:
    """Use the words of this front from now on, in the whole process."""
    _front[:] = [terms]


def spoken() -> Terms:
    """The words to use."""
    return _front[0]
