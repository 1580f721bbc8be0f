"""Commands of the fault matrix that run a Pulumi program in Python on the engine: its columns.

Those of the other faces are in tests/support/faces.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

SESSIONS = ("a", "b", "c")

_IMPORTS = """
    import os
    import pulumi
    from pulumi_glue_session import AwsOptions, GlueSession, get_session, get_sessions

    aws = AwsOptions(max_retries=int(os.environ["RETRIES"]))
    gate = {"timeout": os.environ["TIMEOUT"], "aws": aws}
"""
ONE = f"""{_IMPORTS}
    GlueSession("a", session_id="a", **gate)
"""
THREE = f"""{_IMPORTS}
    for each in "abc":
        GlueSession(each, session_id=each, **gate)
"""
READ = f"""{_IMPORTS}
    GlueSession.get("a", "a", wait_for=None, aws=aws)
"""
READ_WHEN_READY = f"""{_IMPORTS}
    for each in "abc":
        GlueSession.get(each, each, **gate)
"""
ASKED = f"""{_IMPORTS}
    pulumi.export("described", [get_session("a", aws=aws).description])
"""
LISTED = f"""{_IMPORTS}
    pulumi.export("described", [each.description for each in get_sessions(id_pattern="[abc]", aws=aws).sessions])
"""

A, B, C = (f'Glue session "{each}"' for each in SESSIONS)
ALL = "The list of Glue sessions"


@dataclass(frozen=True, kw_only=True)
class Command:
    """A command, or a call, of one face."""

    name: str
    about: Sequence[str]
    """Subjects of its errors."""
    checks_status: bool = False
    tolerates_transient: bool = False
    """Transient errors do not end it."""
    waits: bool = False
    """Its session is PROVISIONING at the first read, and the fault begins after that."""
    drops_missing: bool = False
    """It removes the record of a session that does not exist, as a refresh does."""

    @property
    def wants_whole_list(self) -> bool:
        """Whether it needs every page."""
        return ALL in self.about


@dataclass(frozen=True, kw_only=True)
class PulumiCommand(Command):
    """A pulumi command with a program."""

    program: str
    verb: str
    """`preview`, `up` or `refresh`: a method of `Project`."""


COMMANDS = (
    PulumiCommand(name="preview", program=ONE, verb="preview", about=[A], checks_status=True),
    PulumiCommand(name="preview of several", program=THREE, verb="preview", about=[A, B, C], checks_status=True),
    PulumiCommand(name="up", program=THREE, verb="up", about=[A, B, C], checks_status=True, tolerates_transient=True),
    PulumiCommand(
        name="up that waits",
        program=ONE,
        verb="up",
        about=[A],
        checks_status=True,
        tolerates_transient=True,
        waits=True,
    ),
    PulumiCommand(name="refresh", program=THREE, verb="refresh", about=[A, B, C], drops_missing=True),
    PulumiCommand(name=".get in a preview", program=READ, verb="preview", about=[A]),
    PulumiCommand(
        name=".get in an up",
        program=READ_WHEN_READY,
        verb="up",
        about=[A, B, C],
        checks_status=True,
        tolerates_transient=True,
    ),
    PulumiCommand(name="get_session", program=ASKED, verb="up", about=[A]),
    PulumiCommand(name="get_sessions", program=LISTED, verb="preview", about=[ALL]),
)
