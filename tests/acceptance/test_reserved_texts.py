"""Sessions with texts that Pulumi's wire format reserves, on the real engine."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

import pytest

from pulumi_glue_session.native.properties import SESSION as NATIVE
from support.glue_endpoint import GlueEndpoint, always, verbatim
from support.hostile_text import RESERVED
from support.native_programs import BY_TOKEN
from support.pulumi_project import SESSION as DYNAMIC
from support.pulumi_project import Project, steps

DYNAMIC_PROGRAM = """
    import json

    import pulumi
    from pulumi_glue_session import GlueSession, get_session

    session = GlueSession("analytics", session_id="analytics-prod", timeout=60)
    GlueSession.get("read", "analytics-prod", timeout=60)
    pulumi.export("role", session.role)
    pulumi.export("arguments", pulumi.Output.unsecret(session.default_arguments))
    found = get_session("analytics-prod")
    pulumi.export("found", pulumi.Output.json_dumps([found.role, pulumi.Output.unsecret(found.default_arguments)]))
"""
NATIVE_PROGRAM = (
    BY_TOKEN
    + """
    session = Session("analytics", sessionId="analytics-prod", timeout="60s")
    pulumi.export("role", session.role)
    pulumi.export("arguments", pulumi.Output.unsecret(session.defaultArguments))
    found = pulumi.runtime.invoke("glue-session:index:getSession", {"sessionId": "analytics-prod"}).value
    pulumi.export("found", found["role"])
"""
)
FACES = [(DYNAMIC, DYNAMIC_PROGRAM), pytest.param(NATIVE, NATIVE_PROGRAM, marks=pytest.mark.slow)]


def arguments(end: str = "") -> dict[str, str]:
    """Default arguments with each text as a key, as a value, within a value, and escaped."""
    texts = [text for reserved in RESERVED.values() for text in (reserved, f"\\{reserved}")]
    return {
        **dict.fromkeys(texts, f"value{end}"),
        **{f"--{number}": text for number, text in enumerate(texts)},
        "--nested": json.dumps({text: text for text in texts}),
    }


def put(glue: GlueEndpoint, text: str, default_arguments: Mapping[str, str]) -> None:
    """A session with the text in several fields, which Glue itself would partly refuse."""
    session = {"Id": "analytics-prod", "Status": "READY", "Role": text, "DefaultArguments": default_arguments}
    more = {"Connections": {"Connections": [text]}, "Command": {"Name": text}}
    glue.put("analytics-prod", always(verbatim({**session, **more})))


@pytest.mark.parametrize(("token", "program"), FACES, ids=["dynamic", "native"])
def test_reserved_texts_are_recorded_and_compared(
    project: Project, glue: GlueEndpoint, token: str, program: str
) -> None:
    put(glue, RESERVED["unknown text"], arguments())
    project.program(program)

    project.up()
    outputs = project.outputs()
    assert f"\\{RESERVED['unknown text']}" == outputs["role"]
    assert len(arguments()) == len(outputs["arguments"])
    assert f"\\{RESERVED['unknown text']}" in str(outputs["found"])
    project.preview("--expect-no-changes")
    project.refresh("--expect-no-changes")

    put(glue, RESERVED["signature key"], arguments(end=" changed"))
    preview = project.preview_json()
    changes = dict(steps(preview, token))["update"]
    names = {"default_arguments", "defaultArguments", "role", "connections", "command"}
    changed = {name.partition("[")[0].partition(".")[0] for name in changes}
    assert changed <= names
    if "role" not in changed:
        # Engine 3.259 does not send a native provider the old outputs, so a changed text is a log line there.
        assert NATIVE == token
        logged = " ".join(each["message"] for each in preview["diagnostics"])
        assert re.search(r"Changed since recorded: .*role \"", logged), logged
    project.up()
    assert f"\\{RESERVED['signature key']}" == project.outputs()["role"]
    put(glue, RESERVED["unknown list"], arguments())
    project.refresh()
    project.destroy()
    assert {} == project.resources(token)
