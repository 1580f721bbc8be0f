"""The package under test: with `make acceptance` it is the wheel, and not the checkout."""

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
    """Pulumi downloads a plugin for each package named `pulumi-…`, unless a file in the package says that it has none.

    It does not find that file in an editable installation.
    """
    glue.put("analytics-prod", always("READY"))
    project.program(PROGRAM)
    del project.env["PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"]

    log = project.pulumi("preview", "--non-interactive", "--logtostderr", "-v=7").err

    assert "computeDefaultProviderPlugins(): " in log
    assert (FROM == ROOT / "provider") == ("computeDefaultProviderPlugins(): considering glue-session" in log)
