"""Command line: `glue-session`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run `glue-session`. Exits with one sentence if a package of the extra `cli` is not installed."""
    if sys.argv[1:] == ["external"]:
        # Terraform starts one process for each data source, and importing Typer takes a third of its time.
        from pulumi_glue_session.cli.terraform_external import run

        sys.exit(run())
    try:
        from pulumi_glue_session.cli.app import app

        app()
    except ModuleNotFoundError as missing:
        name = str(missing.name).partition(".")[0]
        if name not in ("rich", "typer"):
            raise
        sys.exit(f'glue-session needs {name}, which is not installed: run pip install "pulumi-glue-session[cli]".')
