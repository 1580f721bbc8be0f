"""The native provider plugin, as Pulumi starts a plugin from a folder. A program of one's own goes elsewhere: see README.md."""

from pulumi_glue_session.fronts.entry import plugin

if __name__ == "__main__":
    plugin()
