"""Sessions that fail their wait: each error appears on its own row, and everything else goes on."""

from __future__ import annotations

import json

import pulumi
import pytest
from pulumi import automation

from pulumi_glue_session import AwsOptions, GlueSession, SessionEnded, SessionNotFound
from support.glue_endpoint import GlueEndpoint, always
from support.pulumi_project import REGION, SESSION, Project, flat

PROGRAM = """
    import pulumi
    from pulumi_glue_session import GlueSession

    sessions = {name: GlueSession(name, session_id=name) for name in ("ready", "ended", "missing")}
    pulumi.Stash("job", input=sessions["ready"].role)
    pulumi.Stash("nightly", input=sessions["ended"].role)
    pulumi.Stash("unrelated", input="")
"""
STASH = "pulumi:index:Stash"


def ended(session_id: str, status: str = "TIMEOUT") -> str:
    error = SessionEnded(session_id, region=REGION, status=status, targets=frozenset({"READY"}))
    return flat(error).partition(" Next: ")[0]


def missing(session_id: str) -> str:
    return flat(SessionNotFound(session_id, region=REGION))


@pytest.fixture
def recorded(project: Project, glue: GlueEndpoint) -> Project:
    """A stack with three READY sessions, of which one then ends, one disappears and one gets more workers."""
    for name in ("ready", "ended", "missing"):
        glue.put(name, always("READY"))
    project.program(PROGRAM)
    project.up()
    glue.put("ready", always("READY"), NumberOfWorkers=5)
    glue.put("ended", always("TIMEOUT"))
    glue.remove("missing")
    return project


def test_preview_shows_each_failure_and_all_drift(recorded: Project) -> None:
    preview = recorded.preview(code=1)

    assert ended("ended") in preview.text
    assert missing("missing") in preview.text
    assert 'Changed since recorded: status "READY" => "TIMEOUT"' in preview.text
    assert '~ status: "READY" => "TIMEOUT"' in preview.lines
    assert "~ number_of_workers: 2 => 5" in preview.lines
    assert 2 == len([line for line in preview.err.splitlines() if line.startswith("error: ")])


@pytest.mark.slow
def test_rows_and_json_of_a_failed_preview(recorded: Project) -> None:
    rows = recorded.pulumi("preview", "--non-interactive", code=1)
    assert {f"{SESSION} ({name}):" for name in ("ended", "missing")} <= set(rows.lines)

    preview = recorded.pulumi("preview", "--json", code=1).json()
    errors = {each["urn"].split("::")[-1] for each in preview["diagnostics"] if each["severity"] == "error"}
    assert {"ended", "missing"} == errors
    steps = {step["urn"].split("::")[-1]: step for step in preview["steps"]}
    assert {"number_of_workers"} == set(steps["ready"]["detailedDiff"])
    assert "__" not in rows.out
    values = [steps["ended"][state]["inputs"]["status"] for state in ("oldState", "newState")]
    assert ["READY", "TIMEOUT"] == values


def test_up_reports_every_failure_and_keeps_the_records(recorded: Project) -> None:
    up = recorded.up("--continue-on-error", code=1)

    assert ended("ended") in up.text
    assert missing("missing") in up.text
    assert "Exception calling application" not in up.text
    state = recorded.resources()
    assert (5, "READY") == (state["ready"]["outputs"]["number_of_workers"], state["ended"]["outputs"]["status"])
    assert {"ready", "ended", "missing"} == state.keys()
    assert "__failure" not in json.dumps(state)


def test_first_up_with_continue_on_error(project: Project, glue: GlueEndpoint) -> None:
    glue.put("ready", always("READY"))
    glue.put("ended", always("TIMEOUT"))
    project.program(PROGRAM)

    up = project.up("--continue-on-error", code=1)
    assert ended("ended") in up.text
    assert missing("missing") in up.text
    assert {"ready"} == project.resources().keys()
    assert {"job", "unrelated"} == project.resources(STASH).keys(), "only dependents of failed sessions are missing"

    glue.put("ended", always("READY"))
    glue.put("missing", always("READY"))
    project.up()
    assert {"job", "nightly", "unrelated"} == project.resources(STASH).keys()


@pytest.mark.slow
def test_session_that_is_not_a_target_does_not_fail(recorded: Project) -> None:
    recorded.pulumi("preview", "--non-interactive", "--target", "**::job")
    recorded.up("--target", "**::job", "--target", "**::ready")
    assert 5 == recorded.resources()["ready"]["outputs"]["number_of_workers"]

    for command in ("preview", "up"):
        assert ended("ended") in getattr(recorded, command)("--target", "**::ended", code=1).text


def test_failed_get_does_not_end_the_preview(project: Project, glue: GlueEndpoint) -> None:
    glue.put("ready", always("READY"))
    glue.put("ended", always("TIMEOUT"))
    project.program(PROGRAM.replace("GlueSession(name, session_id=name)", "GlueSession.get(name, name)"))

    preview = project.preview(code=1)
    assert ended("ended") in preview.text
    assert missing("missing") in preview.text
    assert 'input: "arn:aws:iam::123456789012:role/GlueSession"' in preview.lines
    up = project.up("--continue-on-error", code=1)
    assert ended("ended") in up.text
    assert missing("missing") in up.text
    # A failed read ends the program, at the latest after what it has registered so far.
    assert "unrelated" in project.resources(STASH)


@pytest.mark.slow
def test_inline_program_fails_after_all_registrations(
    env: dict[str, str], glue: GlueEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    glue.put("ready", always("READY"))
    glue.put("ended", always("TIMEOUT"))

    def program() -> None:
        aws = AwsOptions(region=REGION, endpoint_url=glue.url)
        for name in ("ended", "missing", "ready"):
            pulumi.export(name, GlueSession(name, session_id=name, aws=aws).role)

    for name, value in env.items():
        monkeypatch.setenv(name, value)
    stack = automation.create_or_select_stack("dev", project_name="inline", program=program)
    with pytest.raises(automation.CommandError) as failed:
        stack.preview()
    text = " ".join(str(failed.value).split())
    assert ended("ended") in text
    assert missing("missing") in text
    assert "A Glue session cannot be used: see its error" in text
    assert "Traceback" not in text


DEPENDENT = """
    import pulumi
    from pulumi_glue_session import GlueSession, get_session_output

    ended = GlueSession("ended", session_id="ended")
    stash = pulumi.Stash("stash", input="ready")
    GlueSession("by-id", session_id={by_id})
    GlueSession("by-option", session_id="ready", opts=pulumi.ResourceOptions(depends_on=[{by_option}]))
    GlueSession("by-value", session_id="ready", expect={{"role": {by_id}}})
    GlueSession("by-mapping", session_id="ready", expect={by_id}.apply(lambda role: {{"role": role}}))
    pulumi.Stash("unrelated", input="")
"""


def test_dependency_that_failed(project: Project, glue: GlueEndpoint) -> None:
    glue.put("ready", always("READY"))
    glue.put("ended", always("TIMEOUT"))
    project.program(DEPENDENT.format(by_id="ended.session_id", by_option="ended"))

    up = project.up("--continue-on-error", code=1)
    assert ended("ended") in up.text
    assert "create this resource with the class GlueSession" not in up.text
    assert "expect: a value is not known" in up.text
    assert {} == project.resources()
    assert {"stash", "unrelated"} == project.resources(STASH).keys()


def test_dependency_that_is_not_a_target(project: Project, glue: GlueEndpoint) -> None:
    glue.put("ready", always("READY"))
    glue.put("ended", always("READY"))
    project.program(DEPENDENT.format(by_id="stash.output", by_option="stash"))

    targets = ("--target", "**::by-id", "--target", "**::by-option", "--continue-on-error")
    up = project.up(*targets, "--target", "**::by-value", "--target", "**::by-mapping", code=1)
    assert "create this resource with the class GlueSession" not in up.text
    assert "which was was not specified in --target list" in up.text or "add the dependency" in up.text
    assert {} == project.resources()
    assert "expect: a value is not known" in project.up("--target", "**::by-value", code=1).text
    assert {} == project.resources()


@pytest.mark.slow
def test_ignored_aws_options_do_not_mix_accounts(project: Project, glue: GlueEndpoint) -> None:
    glue.put("ready", always("READY"))
    program = """
        import pulumi
        from pulumi_glue_session import AwsOptions, GlueSession

        roles = {roles}
        opts = pulumi.ResourceOptions(ignore_changes=["aws"])
        GlueSession("ready", session_id="ready", aws=AwsOptions({option}), opts=opts)
    """
    project.program(program.format(roles="[]", option="max_retries=1"))
    project.up()
    project.program(program.format(roles="[]", option="max_retries=2"))
    project.up("--expect-no-changes")
    project.program(program.format(roles="[]", option=f'endpoint_url="{glue.url}"'))
    assert "the session was read with other AWS options than would be recorded" in project.preview(code=1).text
