"""What the console scripts call.

Rules of this module: it imports what a script needs only when that script is run, and says in one sentence what is not installed.
"""

from __future__ import annotations

import sys

__all__ = ["command_line", "plugin"]


def command_line() -> None:
    """`glue-session`."""
    try:
        from pulumi_glue_session.fronts.command_line import app
    except ModuleNotFoundError as missing:
        name = str(missing.name).partition(".")[0]
        if name not in ("rich", "typer"):
            raise
        sys.exit(f'glue-session needs {name}, which is not installed: run pip install "pulumi-glue-session[cli]".')
    app()


def plugin() -> None:
    """`pulumi-resource-glue-session`."""
    from pulumi_glue_session.fronts.serving import main

    main()
