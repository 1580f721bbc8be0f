"""The resource's promises for plan, apply, refresh and destroy, on the real programs."""

from __future__ import annotations

import json
import os
import re
import signal

import pytest

from support.glue_endpoint import GONE, GlueEndpoint, always, error, looks, step
from support.terraform_project import SOURCE, TerraformProject

_RESOURCE = """
resource "gluesession_session" "this" {
  session_id = "analytics"
}

resource "terraform_data" "dependent" {
  input = gluesession_session.this.glue_version
}
"""

_FAILED = always(step("FAILED", ErrorMessage="no more addresses"))


def test_ready_session_is_recorded_and_never_changes_again(project: TerraformProject, glue: GlueEndpoint) -> None:
    glue.put("analytics", always("READY"), DefaultArguments={"--password": "planted"})
    project.write(_RESOURCE)

    planned = project.plan("-detailed-exitcode")
    applied = project.apply()
    later = [project.plan("-detailed-exitcode", *more) for more in ([], ["-refresh-only"])]

    assert (2, 0, [0, 0]) == (planned.code, applied.code, [each.code for each in later])
    assert "+ status = (known after apply)" in planned.text
    assert "planted" not in planned.text + applied.text + later[0].text + later[1].text
    recorded = project.resources()["gluesession_session.this"]
    assert ("READY", "eu-west-1", 2) == (recorded["status"], recorded["region"], recorded["number_of_workers"])
    assert {"--password": "planted"} == recorded["default_arguments"]
    assert {"GetSession"} == {each.operation for each in glue.calls}


def test_apply_waits_for_provisioning_session(project: TerraformProject, glue: GlueEndpoint) -> None:
    # The first reads are those of the plan.
    glue.put("analytics", looks(*["PROVISIONING"] * 5, "READY"))
    project.write(_RESOURCE)

    applied = project.apply(environment={"TF_LOG": "INFO"})

    assert 0 == applied.code, applied.text
    assert "+ status = (known after apply)" in applied.text
    assert re.search(r"\[INFO\] .*analytics: PROVISIONING, \ds of at most 10m", applied.text)
    assert "READY" == project.resources()["gluesession_session.this"]["status"]


def test_saved_plan_fails_if_session_fails_before_apply(project: TerraformProject, glue: GlueEndpoint) -> None:
    glue.put("analytics", always("READY"))
    project.write(_RESOURCE)
    assert 0 == project.plan("-out=saved").code

    glue.put("analytics", _FAILED)
    applied = project.run("apply", "saved")

    assert 1 == applied.code
    assert 'Error: FAILED, will not become READY: Glue session "analytics" (eu-west-1)' in applied.text
    assert "Glue says: no more addresses" in applied.text
    assert {} == project.resources()


def test_ended_session_is_planned_as_update_and_fails_in_apply(project: TerraformProject, glue: GlueEndpoint) -> None:
    glue.put("analytics", always("READY"))
    project.write(_RESOURCE)
    assert 0 == project.apply().code

    glue.put("analytics", always("TIMEOUT"))
    planned = project.plan("-detailed-exitcode", "-out=saved")
    applied = project.run("apply", "saved")

    assert (2, 1) == (planned.code, applied.code)
    assert '~ status = "TIMEOUT" -> (known after apply)' in planned.text
    assert "terraform_data.dependent will be" not in planned.text
    assert "Warning: TIMEOUT, will not become READY" in planned.text
    assert "Error: TIMEOUT, will not become READY" in applied.text

    # The owner starts the session again, and the same configuration passes.
    glue.put("analytics", always("READY"))
    assert 0 == project.apply().code
    assert 0 == project.plan("-detailed-exitcode").code


def test_gate_once_shows_drift_and_lets_later_applies_pass(project: TerraformProject, glue: GlueEndpoint) -> None:
    glue.put("analytics", always("READY"))
    project.write(_RESOURCE.replace('"analytics"', '"analytics"\n  gate = "once"'))
    assert 0 == project.apply().code

    glue.put("analytics", always("TIMEOUT"))
    drift = project.plan("-refresh-only")
    assert '~ status = "READY" -> "TIMEOUT"' in drift.text
    applied = project.apply()
    assert (0, "TIMEOUT") == (applied.code, project.resources()["gluesession_session.this"]["status"])
    assert "Warning: TIMEOUT, will not become READY" in applied.text

    glue.put("analytics", always(GONE))
    planned = project.plan("-detailed-exitcode")
    assert 0 == planned.code, planned.text
    assert "Warning: Not found" in planned.text
    assert 0 == project.destroy().code


@pytest.mark.slow
def test_gate_once_checks_a_session_of_another_account(project: TerraformProject, glue: GlueEndpoint) -> None:
    """The same id in another account is another session."""
    glue.put("analytics", always("READY"))
    project.write(_RESOURCE.replace('"analytics"', '"analytics"\n  gate = "once"'))
    assert 0 == project.apply().code

    role = "arn:aws:iam::210987654321:role/GlueSession"
    glue.put("analytics", always("TIMEOUT"), Role=role)
    assert "gluesession_session.this must be replaced" in project.plan().text
    glue.put("analytics", always("READY"), Role=role)
    replaced = project.apply()
    assert (0, role) == (replaced.code, project.resources()["gluesession_session.this"]["role"])


def test_session_that_is_gone_leaves_state_and_destroy_works(project: TerraformProject, glue: GlueEndpoint) -> None:
    glue.put("analytics", always("READY"))
    project.write(_RESOURCE)
    assert 0 == project.apply().code

    glue.put("analytics", always(GONE))
    planned = project.plan("-detailed-exitcode")
    destroyed = project.destroy()

    assert 2 == planned.code
    assert "gluesession_session.this will be created" in planned.text
    assert 'Warning: Not found: Glue session "analytics" (eu-west-1)' in planned.text
    assert 0 == destroyed.code
    assert {} == project.resources()


@pytest.mark.parametrize("fault", ["denied", pytest.param("unreachable", marks=pytest.mark.slow)])
def test_failed_read_removes_nothing_and_destroy_works(
    project: TerraformProject, glue: GlueEndpoint, fault: str
) -> None:
    glue.put("analytics", always("READY"))
    project.write(_RESOURCE)
    assert 0 == project.apply().code

    environment = {}
    if fault == "denied":
        glue.fail("*", error("AccessDeniedException", "not for you"))
    else:
        # Port 9 (discard) answers nothing.
        environment = {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}
    planned = project.plan("-out=saved", environment=environment)
    applied = project.run("apply", "saved", environment=environment)
    untouched = project.resources()
    offline = project.plan("-refresh=false", "-detailed-exitcode", environment=environment)
    destroyed = project.destroy(environment=environment)

    assert (0, 1, 0, 0) == (planned.code, applied.code, offline.code, destroyed.code), destroyed.text
    expected = "Access denied" if fault == "denied" else "No usable answer from Glue"
    assert f'Warning: {expected}: Glue session "analytics" (eu-west-1)' in planned.text
    assert '~ status = "READY" -> (known after apply)' in planned.text
    assert f'Error: {expected}: Glue session "analytics" (eu-west-1)' in applied.text
    assert "gluesession_session.this" in untouched
    assert {} == project.resources()


def test_refresh_shows_drift_by_attribute(project: TerraformProject, glue: GlueEndpoint) -> None:
    glue.put("analytics", always("READY"), NumberOfWorkers=2)
    project.write(_RESOURCE)
    assert 0 == project.apply().code

    glue.put("analytics", always("READY"), NumberOfWorkers=10)
    drift = project.plan("-refresh-only", "-detailed-exitcode")

    assert 2 == drift.code
    assert "~ number_of_workers = 2 -> 10" in drift.text


def test_replacement_names_id_and_region(project: TerraformProject, glue: GlueEndpoint) -> None:
    for name in ("analytics", "other"):
        glue.put(name, always("READY"))
    project.write(_RESOURCE)
    assert 0 == project.apply().code

    moved = project.plan(environment={"AWS_REGION": "eu-north-1"})
    project.write(_RESOURCE.replace('"analytics"', '"other"'))
    renamed = project.plan()

    # OpenTofu names the reason on both sides of the arrow.
    moved_text = moved.text.replace("# forces replacement -> ", "-> ")
    assert '~ region = "eu-west-1" -> (known after apply) # forces replacement' in moved_text
    assert '~ session_id = "analytics" -> "other" # forces replacement' in renamed.text


def test_id_from_a_resource_of_the_same_apply(project: TerraformProject, glue: GlueEndpoint) -> None:
    glue.put("analytics", always("READY"))
    project.write(
        """
        resource "terraform_data" "name" {
          input = "analytics"
        }

        resource "gluesession_session" "this" {
          session_id = terraform_data.name.output
        }

        data "gluesession_session" "this" {
          session_id = terraform_data.name.output
        }

        output "statuses" {
          value = [gluesession_session.this.status, data.gluesession_session.this.status]
        }
        """
    )

    planned = project.plan()
    assert 0 == glue.count()
    applied = project.apply()

    assert (0, 0) == (planned.code, applied.code), applied.text
    assert "session_id = (known after apply)" in planned.text
    assert ["READY", "READY"] == project.outputs()["statuses"]


def test_import(project: TerraformProject, glue: GlueEndpoint) -> None:
    glue.put("analytics", always("READY"))
    project.write(_RESOURCE)

    imported = project.run("import", "-input=false", "gluesession_session.this", "analytics")
    missing = project.run("import", "-input=false", "gluesession_session.other", "gone")

    assert 0 == imported.code, imported.text
    assert "READY" == project.resources()["gluesession_session.this"]["status"]
    assert 1 == missing.code


def test_expect_and_triggers(project: TerraformProject, glue: GlueEndpoint) -> None:
    glue.put("analytics", always("READY"), GlueVersion="4.0")
    arguments = 'expect = {\n glue_version = ">= 5.0"\n number_of_workers = 2\n }\n triggers = { release = 1 }'
    resource = _RESOURCE.replace('"analytics"', f'"analytics"\n{arguments}')
    project.write(resource)
    failed = project.apply()
    glue.put("analytics", always("READY"), GlueVersion="5.1")
    passed = project.apply()
    project.write(resource.replace("release = 1", "release = 2"))
    again = project.plan()

    assert (1, 0, 0) == (failed.code, passed.code, again.code)
    assert 'glue_version: expected at least "5.0", found "4.0"' in failed.text
    assert "gluesession_session.this will be updated in-place" in again.text


def test_ctrl_c_ends_a_wait(project: TerraformProject, glue: GlueEndpoint) -> None:
    glue.put("analytics", always("PROVISIONING"))
    project.write(_RESOURCE)

    process = project.start("apply", "-input=false", "-auto-approve")
    assert process.stdout is not None
    for line in process.stdout:
        if "Creating..." in line:
            break
    # Terraform prints that line before it calls the provider. A read after it is one of the wait.
    reads = glue.count()
    while glue.count() == reads:
        glue.closing.wait(0.01)
    # To the whole group, as a terminal does.
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate()

    assert 1 == process.returncode, out + err
    # A wait that goes on ends after ten minutes, with another message.
    assert "Interrupted while reading Glue sessions" in " ".join((out + err).split())
    assert {} == project.resources()


def test_descriptions_of_every_attribute(project: TerraformProject) -> None:
    project.write(_RESOURCE)
    answer = project.run("providers", "schema", "-json")
    schema = json.loads(answer.stdout)["provider_schemas"][SOURCE]

    blocks = [schema["provider"], *schema["resource_schemas"].values(), *schema["data_source_schemas"].values()]
    attributes = {name: each for block in blocks for name, each in block["block"]["attributes"].items()}
    assert {"region", "session_id", "ids", "status"} <= attributes.keys()
    assert [] == [name for name, each in attributes.items() if not each.get("description")]
