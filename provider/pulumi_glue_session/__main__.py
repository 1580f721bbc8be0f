"""`python -m pulumi_glue_session`: the native provider plugin, as Pulumi starts a plugin that is a Python package."""

from pulumi_glue_session.native.server import main

if __name__ == "__main__":
    main()
