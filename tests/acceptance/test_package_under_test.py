"""Which package the tests of this folder try: `make acceptance` says the wheel, and then nothing may come from the checkout."""

from __future__ import annotations

import os
import sysconfig
from pathlib import Path

import pulumi_glue_session
from support.glue_endpoint import GlueEndpoint, always
from support.pulumi_project import ROOT, Project

FROM = {"wheel": Path(sysconfig.get_path("purelib")), "checkout": ROOT / "provider"}[
    os.environ.get("GLUE_SESSION_FROM", "checkout")
]

PROGRAM = """
    import pulumi, pulumi_glue_session
    from pulumi_glue_session import GlueSession

    session = GlueSession("analytics", session_id="analytics-prod")
    pulumi.export("file", pulumi_glue_session.__file__)
    pulumi.export("status", session.status)
"""


def test_package_under_test(project: Project, glue: GlueEndpoint) -> None:
    """Inline programs of the Automation API run in the process of the tests; all others in one of their own."""
    glue.put("analytics-prod", always("READY"))
    project.program(PROGRAM)

    project.up()

    file = str(FROM / "pulumi_glue_session" / "__init__.py")
    assert {"file": file, "status": "READY"} == project.outputs()
    assert file == pulumi_glue_session.__file__
    project.destroy()


def test_no_plugin_is_looked_up(project: Project, glue: GlueEndpoint) -> None:
    """To Pulumi a package named `pulumi-…` has a plugin, which it looks for and would download, unless a file in it says that it has none.

    Of a package that is only linked to, Pulumi doesn't find the file.
    """
    glue.put("analytics-prod", always("READY"))
    project.program(PROGRAM)
    del project.env["PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"]

    log = project.pulumi("preview", "--non-interactive", "--logtostderr", "-v=7").err

    assert "computeDefaultProviderPlugins(): " in log
    assert (FROM == ROOT / "provider") == ("computeDefaultProviderPlugins(): considering glue-session" in log)
