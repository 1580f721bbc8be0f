"""What an error of a source of credentials says, and a source that runs Python code."""

from __future__ import annotations

import shlex
import sys

from pulumi_glue_session.core.errors import GlueSessionError


def process(code: str) -> str:
    return f"credential_process = {shlex.quote(sys.executable)} -c {shlex.quote(code)}"


def explained(error: GlueSessionError) -> tuple[type[GlueSessionError], str, str]:
    """Class, source and remedy."""
    return type(error), getattr(error, "source", ""), getattr(error, "remedy", "")
