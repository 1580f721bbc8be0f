"""The native provider plugin, as Pulumi starts a plugin from a folder. Your own program goes elsewhere: see README.md."""

from pulumi_glue_session.native.server import main

if __name__ == "__main__":
    main()
