"""Starts the native provider when Pulumi uses this repository as a plugin."""

from pulumi_glue_session.native.server import main

if __name__ == "__main__":
    main()
