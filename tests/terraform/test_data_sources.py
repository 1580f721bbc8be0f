"""The data sources, the provider block and what Terraform builds on them, on the real programs."""

from __future__ import annotations

import json

import pytest

from support.glue_endpoint import GlueEndpoint, always, error, looks, step, throttled
from support.sts_endpoint import StsEndpoint
from support.terraform_project import TerraformProject, normalize


def _data(arguments: str, *, name: str = "this") -> str:
    return f'data "gluesession_session" "{name}" {{\n{arguments}\n}}\n'


def test_fields_have_their_types(project: TerraformProject, glue: GlueEndpoint) -> None:
    glue.put(
        "analytics", always("READY"), Connections={"Connections": ["jdbc"]}, DefaultArguments={"--password": "planted"}
    )
    project.write(
        _data('session_id = "analytics"')
        + """
        locals {
          session = data.gluesession_session.this
        }

        output "values" {
          value = {
            workers  = local.session.number_of_workers + 1
            first    = local.session.connections[0]
            python   = local.session.command.python_version
            progress = local.session.progress
            role     = local.session.role_arn
          }
        }

        output "password" {
          value     = local.session.default_arguments["--password"]
          sensitive = true
        }
        """
    )

    applied = project.apply()
    again = project.plan("-detailed-exitcode")

    assert (0, 0) == (applied.code, again.code), applied.text
    assert "planted" not in applied.text + again.text
    role = "arn:aws:iam::123456789012:role/GlueSession"
    values = {"workers": 3, "first": "jdbc", "python": "3", "progress": None, "role": role}
    assert {"values": values, "password": "planted"} == project.outputs()


def test_wait_filter_and_lists(project: TerraformProject, glue: GlueEndpoint) -> None:
    glue.put("etl-1", looks("PROVISIONING", "PROVISIONING", "READY"), Tags={"team": "etl"})
    glue.put("etl-2", always("STOPPED"), Tags={"team": "etl"})
    project.write(
        _data(
            'tags = { team = "etl" }\n statuses = ["PROVISIONING", "READY"]\n wait_for = ["READY"]\n live = true\n'
            ' timeouts {\n read = "5m"\n }'
        )
        + """
        data "gluesession_sessions" "all" {
          tags = { team = "etl" }
        }

        data "gluesession_sessions" "none" {
          id_prefix = "no-such-"
        }

        output "values" {
          value = {
            id       = data.gluesession_session.this.session_id
            status   = data.gluesession_session.this.status
            progress = data.gluesession_session.this.progress
            all      = sort(data.gluesession_sessions.all.ids)
            roles    = data.gluesession_sessions.all.sessions[*].role
            none     = data.gluesession_sessions.none.ids
          }
        }
        """
    )

    applied = project.apply()

    role = "arn:aws:iam::123456789012:role/GlueSession"
    one = {"id": "etl-1", "status": "READY", "progress": 0}
    assert 0 == applied.code, applied.text
    assert {**one, "all": ["etl-1", "etl-2"], "roles": [role, role], "none": []} == project.outputs()["values"]


INVALID = (
    ("", "Missing: set session_id, or at least one of tags, statuses, id_prefix and id_pattern"),
    ('session_id = ""', "Invalid value for session_id"),
    ("session_id = null", "Missing: set session_id"),
    ('id_prefix = ""', "Missing: set session_id"),
    ('session_id = "a"\n id_prefix = "a"', "Conflict: set session_id or a filter, not both"),
    ('session_id = "a"\n wait_for = ["READI"]', "Invalid value for wait_for"),
    ('session_id = "a"\n on_missing = "nul"', "Invalid value for on_missing"),
    ('session_id = "a"\n expect = { glue_versoin = "5.0" }', "Invalid value for expect"),
    ('session_id = "a"\n expect = { number_of_workers = "two" }', "Invalid number 'two' for number_of_workers"),
    ('session_id = "a"\n timeouts {\n read = "soon"\n }', "Invalid value for timeouts.read"),
    ('session = "a"', "Unsupported argument"),
)


def test_invalid_arguments_fail_in_validate(project: TerraformProject, glue: GlueEndpoint) -> None:
    """Each error is shown at its block."""
    project.write("".join(_data(arguments, name=f"number_{n}") for n, (arguments, _) in enumerate(INVALID)))

    validated = project.run("validate", "-json")

    assert 1 == validated.code
    shown: dict[str, str] = {}
    for each in (found for found in json.loads(validated.stdout)["diagnostics"] if found["severity"] == "error"):
        block = each["snippet"]["context"]
        shown[block] = shown.get(block, "") + normalize(f"{each['summary']} {each['detail']}")
    for number, (arguments, message) in enumerate(INVALID):
        assert message in shown[f'data "gluesession_session" "number_{number}"'], arguments
    assert 0 == glue.count()


def test_failures_name_glues_reason(project: TerraformProject, glue: GlueEndpoint) -> None:
    glue.put("failed", always(step("FAILED", ErrorMessage="no more addresses")))
    for name in ("denied", "throttled"):
        glue.put(name, always("READY"))
    glue.fail("GetSession", error("AccessDeniedException", "not for you"), session_id="denied")
    glue.fail("GetSession", throttled(), session_id="throttled")
    names = ("failed", "denied", "throttled", "missing")
    arguments = 'session_id = "{0}"\n wait_for = ["READY"]\n timeouts {{\n read = "0s"\n }}'
    blocks = "".join(_data(arguments.format(name)).replace('"this"', f'"{name}"') for name in names)
    project.write('provider "gluesession" {\n max_retries = 0\n}\n' + blocks)
    glue.fail("ListSessions", error("AccessDeniedException", "no lists"))

    planned = project.plan()

    assert 1 == planned.code
    for message in (
        'Error: FAILED, will not become READY: Glue session "failed" (eu-west-1)',
        "Glue says: no more addresses",
        'Error: Access denied: Glue session "denied" (eu-west-1)',
        'Throttled by Glue after all retries: Glue session "throttled" (eu-west-1)',
        'Error: Not found: Glue session "missing" (eu-west-1)',
    ):
        assert message in planned.text


def test_on_missing_null_keeps_plan_and_destroy_working(project: TerraformProject, glue: GlueEndpoint) -> None:
    glue.put("analytics", always("READY"))
    source = _data('session_id = "analytics"\n on_missing = "null"')
    dependent = 'resource "terraform_data" "dependent" {\n  input = data.gluesession_session.this.status\n}\n'
    project.write(source + dependent)
    assert 0 == project.apply().code

    glue.remove("analytics")
    planned, destroyed = project.plan(), project.destroy()

    assert (0, 0) == (planned.code, destroyed.code), planned.text
    assert '- input = "READY" -> null' in planned.text


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({"AWS_REGION": ""}, "Error: No AWS region is set"),
        ({"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}, "AWS credentials are missing"),
    ],
)
def test_region_and_credentials_that_are_missing(
    project: TerraformProject, glue: GlueEndpoint, environment: dict[str, str], message: str
) -> None:
    glue.put("analytics", always("READY"))
    project.write(_data('session_id = "analytics"'))

    planned = project.plan(environment=environment)

    assert 1 == planned.code
    assert message in planned.text
    assert "provider block" in planned.text
    assert 0 == glue.count()


def test_two_aliased_providers_and_for_each(project: TerraformProject, glue: GlueEndpoint) -> None:
    for name in ("a", "b", "c"):
        glue.put(name, always("READY"))
    project.write(
        """
        provider "gluesession" {
          alias  = "north"
          region = "eu-north-1"
        }

        data "gluesession_session" "here" {
          for_each   = toset(["a", "b", "c"])
          session_id = each.key
        }

        data "gluesession_session" "north" {
          provider   = gluesession.north
          session_id = "a"
        }

        output "regions" {
          value = [data.gluesession_session.here["a"].region, data.gluesession_session.north.region]
        }
        """
    )

    applied = project.apply()

    assert 0 == applied.code, applied.text
    assert ["eu-west-1", "eu-north-1"] == project.outputs()["regions"]
    assert {"eu-west-1", "eu-north-1"} == {(each.credential or "").split("/")[2] for each in glue.calls}


def test_roles_are_assumed_in_order(project: TerraformProject, glue: GlueEndpoint) -> None:
    glue.put("analytics", always("READY"))
    first, second = (f"arn:aws:iam::12345678901{n}:role/deploy" for n in (2, 3))
    project.write(
        f"""
        provider "gluesession" {{
          assume_role {{
            role_arn    = "{first}"
            external_id = "planted"
          }}
          assume_role {{
            role_arn = "{second}"
          }}
          endpoints {{
            glue = "{glue.url}"
          }}
        }}
        """
        + _data('session_id = "analytics"')
    )

    with StsEndpoint() as sts:
        planned = project.plan(environment={"AWS_ENDPOINT_URL": "", "AWS_ENDPOINT_URL_STS": sts.url})

    assert 0 == planned.code, planned.text
    assert "planted" not in planned.text
    assert [first, second] == [each.parameters["RoleArn"] for each in sts.calls]


def test_provider_block_is_validated(project: TerraformProject) -> None:
    used = _data('session_id = "analytics"')
    project.write('provider "gluesession" {\n  assume_role {\n    role_arn = "deploy"\n  }\n}\n' + used)
    role = project.run("validate")
    project.write('provider "gluesession" {\n  max_retries = 99\n}\n' + used)
    retries = project.run("validate")

    assert (1, 1) == (role.code, retries.code)
    assert "Invalid value for assume_role[0].role_arn" in role.text
    assert "Invalid value for max_retries" in retries.text


def test_check_warns_and_postcondition_fails(project: TerraformProject, glue: GlueEndpoint) -> None:
    glue.put("analytics", always("STOPPED"))
    condition = 'condition = {}.status == "READY"\n error_message = "The session is not ready."'
    project.write(
        'check "session" {\n'
        + _data('session_id = "analytics"')
        + "assert {\n"
        + condition.format("data.gluesession_session.this")
        + "\n}\n}\n"
    )
    checked = project.apply()
    postcondition = f"lifecycle {{\n postcondition {{\n {condition.format('self')}\n }}\n }}"
    project.write(_data(f'session_id = "analytics"\n {postcondition}'))
    failed = project.plan()

    assert (0, 1) == (checked.code, failed.code), checked.text
    assert "The session is not ready." in checked.text
    assert "The session is not ready." in failed.text


def test_terraform_test_with_a_mock_needs_no_aws(project: TerraformProject, glue: GlueEndpoint) -> None:
    output = 'output "role" {\n  value = data.gluesession_session.this.role\n}\n'
    project.write(_data('session_id = "analytics"') + output)
    project.write(
        """
        mock_provider "gluesession" {
          mock_data "gluesession_session" {
            defaults = {
              status = "READY"
              role   = "mocked"
            }
          }
        }

        run "takes_the_role" {
          assert {
            condition     = output.role == "mocked"
            error_message = "The role is not that of the session."
          }
        }
        """,
        name="session.tftest.hcl",
    )

    tested = project.run("test")

    assert 0 == tested.code, tested.text
    assert 0 == glue.count()


def test_hundred_sessions_share_lists(project: TerraformProject, glue: GlueEndpoint) -> None:
    for number in range(100):
        glue.put(f"session-{number}", always("READY"))
    project.write(
        """
        resource "gluesession_session" "all" {
          for_each   = toset([for n in range(100) : "session-${n}"])
          session_id = each.key
        }
        """
    )
    applied = project.apply()
    before = glue.count()
    planned = project.plan("-detailed-exitcode")

    assert (0, 0) == (applied.code, planned.code), applied.text
    # A list for each two seconds, and one read before the first list.
    assert before <= 20
    assert glue.count() - before <= 10


def test_skip_switch_turns_waiting_off(project: TerraformProject, glue: GlueEndpoint) -> None:
    glue.put("analytics", always("STOPPED"))
    project.write(_data('session_id = "analytics"\n wait_for = ["READY"]'))

    skipped = project.plan(environment={"PULUMI_GLUE_SESSION_SKIP_WAIT": "true"})

    assert (1, 0) == (project.plan().code, skipped.code)
    assert "Warning: Waiting is skipped" in skipped.text
