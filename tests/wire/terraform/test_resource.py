"""The resource, called with the messages that Terraform sends, and a scripted Glue."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from pulumi_glue_session.terraform.protocol import ERROR, MESSAGES, WARNING
from pulumi_glue_session.terraform.provider import OTHER_ACCOUNT, UNREAD
from pulumi_glue_session.terraform.values import UNKNOWN, conform_to_type, decode_value, encode_value
from support.glue_endpoint import GONE, GlueEndpoint, always, error, step
from support.sts_endpoint import StsEndpoint, denied
from support.terraform_provider import ARGUMENTS, TYPE, Terraform, path_of, summaries


def test_resource_is_recorded_and_then_stable(terraform: Terraform, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"))

    first = terraform.plan(None, dict(ARGUMENTS))
    state = terraform.create()
    refreshed = terraform.call("ReadResource", type_name=TYPE, current_state=state)
    again = terraform.plan(state, state, prior_private=refreshed.private)

    assert UNKNOWN is decode_value(first.planned_state)["glue_version"]
    assert [] == summaries(first)
    assert ("READY", "5.0") == (state["status"], state["glue_version"])
    assert state == decode_value(refreshed.new_state) == decode_value(again.planned_state)
    assert b"" == refreshed.private


def test_fraction_is_exact_and_never_drifts(terraform: Terraform, aws: GlueEndpoint) -> None:
    """Terraform reads 2.3 from a state file as a decimal, which differs from the float, and sends it as text."""
    aws.put("analytics", always("READY"), MaxCapacity=2.3)
    state = terraform.create()
    changed = {**state, "expect": {"max_capacity": ">= 2.3"}, "status": UNKNOWN}

    refreshed = terraform.call("ReadResource", type_name=TYPE, current_state=state)
    planned = terraform.plan(state, {**changed, "status": "READY"})
    applied = terraform.call("ApplyResourceChange", type_name=TYPE, prior_state=state, planned_state=changed)

    assert "2.3" == state["max_capacity"]
    assert state == decode_value(refreshed.new_state)
    assert (
        "2.3" == decode_value(planned.planned_state)["max_capacity"] == decode_value(applied.new_state)["max_capacity"]
    )
    assert [] == summaries(planned) == summaries(applied)


@pytest.mark.parametrize(
    ("status", "unknown"),
    [
        ("PROVISIONING", {"status", "error_message", "completed_on"}),
        ("TIMEOUT", {"status", "error_message", "completed_on", "created_on"}),
    ],
)
def test_plan_of_a_session_that_does_not_meet_the_condition(
    terraform: Terraform, aws: GlueEndpoint, status: str, unknown: set[str]
) -> None:
    aws.put("analytics", always("READY"))
    state = {**terraform.create(), "status": status}

    planned = decode_value(terraform.plan(state, state).planned_state)
    plan_once = terraform.plan(state, {**state, "gate": "once"})
    once = decode_value(plan_once.planned_state)

    warned = [(WARNING, 'TIMEOUT, will not become READY: Glue session "analytics" (eu-west-1)')]
    assert (warned if status == "TIMEOUT" else []) == summaries(plan_once)
    assert unknown == {name for name, value in planned.items() if value is UNKNOWN}
    assert status == once["status"]


def test_plan_warns_and_apply_fails(terraform: Terraform, aws: GlueEndpoint) -> None:
    aws.put("analytics", always(step("FAILED", ErrorMessage="no more addresses")))
    message = 'FAILED, will not become READY: Glue session "analytics" (eu-west-1)'

    planned = terraform.plan(None, dict(ARGUMENTS))
    applied = terraform.call(
        "ApplyResourceChange", type_name=TYPE, prior_state=None, planned_state=decode_value(planned.planned_state)
    )

    assert [(WARNING, message)] == summaries(planned)
    assert [(ERROR, message)] == summaries(applied)
    assert None is decode_value(applied.new_state)
    assert "Glue says: no more addresses" in applied.diagnostics[0].detail
    assert "set wait_for = []" in applied.diagnostics[0].detail


def test_changed_condition_is_checked_in_the_next_apply(terraform: Terraform, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"))
    state = terraform.create()
    timeouts = {"create": "5m", "update": None}

    for change in ({"triggers": {"release": "2"}}, {"wait_for": ["READY", "STOPPED"]}, {"expect": {"role": UNKNOWN}}):
        assert UNKNOWN is decode_value(terraform.plan(state, {**state, **change}).planned_state)["status"]
    planned = decode_value(terraform.plan(state, {**state, "timeouts": timeouts}).planned_state)
    reads = aws.count()
    applied = terraform.call("ApplyResourceChange", type_name=TYPE, prior_state=state, planned_state=planned)

    assert ("READY", timeouts) == (planned["status"], decode_value(applied.new_state)["timeouts"])
    assert reads == aws.count()


def test_values_of_the_plan_hold_or_the_apply_fails(terraform: Terraform, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"))
    state = {**terraform.create(), "status": "TIMEOUT"}
    planned = decode_value(terraform.plan(state, state).planned_state)

    aws.put("analytics", always("READY"), NumberOfWorkers=10)
    applied = terraform.call("ApplyResourceChange", type_name=TYPE, prior_state=state, planned_state=planned)

    assert [(ERROR, 'Changed since the plan: Glue session "analytics"')] == summaries(applied)
    assert "number_of_workers 2 => 10" in applied.diagnostics[0].detail
    assert state == decode_value(applied.new_state)


def test_refresh_of_a_session_that_is_gone(terraform: Terraform, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"))
    state = terraform.create()
    aws.put("analytics", always(GONE))

    gone = terraform.call("ReadResource", type_name=TYPE, current_state=state)
    kept = terraform.call("ReadResource", type_name=TYPE, current_state={**state, "gate": "once"})

    assert None is decode_value(gone.new_state)
    assert "READY" == decode_value(kept.new_state)["status"]
    assert [(WARNING, 'Not found: Glue session "analytics" (eu-west-1)')] == summaries(kept)


@pytest.mark.parametrize("account", ["210987654321", None])
def test_refresh_with_credentials_of_another_account_keeps_the_record(
    terraform: Terraform, aws: GlueEndpoint, monkeypatch: pytest.MonkeyPatch, account: str | None
) -> None:
    aws.put("analytics", always("READY"))
    state = terraform.create()
    aws.put("analytics", always(GONE))

    with StsEndpoint(account=account or "") as sts:
        monkeypatch.setenv("AWS_ENDPOINT_URL_STS", sts.url)
        if account is None:
            sts.fail("GetCallerIdentity", denied())
        kept = terraform.call("ReadResource", type_name=TYPE, current_state=state)

    assert (state, UNREAD) == (decode_value(kept.new_state), kept.private)
    assert {WARNING} == {severity for severity, _ in summaries(kept)}
    if account is not None:
        assert "Credentials: account 210987654321" in kept.diagnostics[0].detail


@pytest.mark.parametrize("gate", ["once", None])
def test_session_of_another_account_replaces_the_record(
    terraform: Terraform, aws: GlueEndpoint, gate: str | None
) -> None:
    """With `gate = "once"` too: the condition holds again for the other session."""
    aws.put("analytics", always("READY"))
    state = {**terraform.create(), "gate": gate}
    aws.put("analytics", always("TIMEOUT"), Role="arn:aws:iam::210987654321:role/GlueSession")

    refreshed = terraform.call("ReadResource", type_name=TYPE, current_state=state)
    planned = terraform.plan(state, state, prior_private=refreshed.private)
    arguments = {"prior_state": None, "planned_state": decode_value(planned.planned_state)}
    applied = terraform.call("ApplyResourceChange", type_name=TYPE, **arguments)

    assert (state, OTHER_ACCOUNT) == (decode_value(refreshed.new_state), refreshed.private)
    assert [["role"]] == [[step.attribute_name for step in each.steps] for each in planned.requires_replace]
    assert [WARNING] == [severity for severity, _ in summaries(planned)]
    assert [ERROR] == [severity for severity, _ in summaries(applied)]


def test_gate_once_holds_in_another_account_without_the_session(
    terraform: Terraform, aws: GlueEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    aws.put("analytics", always("READY"))
    state = {**terraform.create(), "gate": "once"}
    aws.put("analytics", always(GONE))

    with StsEndpoint(account="210987654321") as sts:
        monkeypatch.setenv("AWS_ENDPOINT_URL_STS", sts.url)
        refreshed = terraform.call("ReadResource", type_name=TYPE, current_state=state)
        planned = terraform.plan(state, state, prior_private=refreshed.private)
        sts.fail("GetCallerIdentity", denied())
        unknown = terraform.call("ReadResource", type_name=TYPE, current_state=state)

    assert (state, OTHER_ACCOUNT) == (decode_value(refreshed.new_state), refreshed.private)
    assert [["role"]] == [[step.attribute_name for step in each.steps] for each in planned.requires_replace]
    assert (state, b"") == (decode_value(unknown.new_state), unknown.private)


def test_refused_refresh_keeps_the_record_and_leaves_it_to_the_apply(terraform: Terraform, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"))
    state = terraform.create()
    aws.fail("*", error("AccessDeniedException", "not for you"))

    refreshed = terraform.call("ReadResource", type_name=TYPE, current_state=state)
    planned = terraform.plan(state, state, prior_private=refreshed.private)
    imported = terraform.call(
        "ReadResource",
        type_name=TYPE,
        current_state=conform_to_type({"session_id": "analytics"}, ["object", dict.fromkeys(state, "string")]),
    )

    assert (state, UNREAD) == (decode_value(refreshed.new_state), refreshed.private)
    assert [(WARNING, 'Access denied: Glue session "analytics" (eu-west-1)')] == summaries(refreshed)
    assert UNKNOWN is decode_value(planned.planned_state)["status"]
    assert [(ERROR, 'Access denied: Glue session "analytics" (eu-west-1)')] == summaries(imported)


def test_other_id_or_region_replaces(terraform: Terraform, aws: GlueEndpoint) -> None:
    for name in ("analytics", "other"):
        aws.put(name, always("READY"))
    state = terraform.create()
    moved = {**state, "region": "us-east-1"}

    renamed = terraform.plan(state, {**state, "session_id": "other"})
    elsewhere = Terraform(region="eu-west-1").plan(moved, moved)
    refreshed = terraform.call("ReadResource", type_name=TYPE, current_state=moved)
    aws.put("analytics", always(GONE))
    gone = terraform.call("ReadResource", type_name=TYPE, current_state=moved)

    assert [["session_id"]] == [[step.attribute_name for step in each.steps] for each in renamed.requires_replace]
    assert [["region"]] == [[step.attribute_name for step in each.steps] for each in elsewhere.requires_replace]
    assert moved == decode_value(refreshed.new_state) == decode_value(gone.new_state)


def test_delete_import_and_upgrade(terraform: Terraform, aws: GlueEndpoint) -> None:
    state = {"session_id": "analytics", "status": "READY", "command": "of another type", "no_longer_there": 1}

    deleted = terraform.call("ApplyResourceChange", type_name=TYPE, prior_state=state, planned_state=None)
    planned = terraform.call("PlanResourceChange", type_name=TYPE, prior_state=state, proposed_new_state=None)
    imported = terraform.call("ImportResourceState", type_name=TYPE, id="analytics")
    refused = terraform.call("ImportResourceState", type_name=TYPE, id="")
    raw = MESSAGES["RawState"](json=json.dumps(state).encode())
    upgraded = terraform.call("UpgradeResourceState", type_name=TYPE, version=0, raw_state=raw)

    assert None is decode_value(deleted.new_state)
    assert None is decode_value(planned.planned_state)
    assert "analytics" == decode_value(imported.imported_resources[0].state)["session_id"]
    assert ["session_id"] == path_of(refused.diagnostics[0])
    assert ("READY", None) == (
        decode_value(upgraded.upgraded_state)["status"],
        decode_value(upgraded.upgraded_state)["triggers"],
    )
    assert "no_longer_there" not in decode_value(upgraded.upgraded_state)
    assert 0 == aws.count()


@pytest.mark.parametrize("number", ["2", "two", True, [2], float("inf"), float("nan")], ids=repr)
def test_number_of_another_type_in_a_state_becomes_null(terraform: Terraform, number: Any) -> None:
    """Somebody can edit a state. The next refresh reads the number again."""
    raw = MESSAGES["RawState"](json=json.dumps({"session_id": "analytics", "number_of_workers": number}).encode())

    upgraded = terraform.call("UpgradeResourceState", type_name=TYPE, version=0, raw_state=raw)

    assert None is decode_value(upgraded.upgraded_state)["number_of_workers"]


@pytest.mark.parametrize(("config", "path"), [({"session_id": ""}, "session_id"), ({"gate": "never"}, "gate")])
def test_invalid_arguments_of_the_resource(terraform: Terraform, config: dict[str, Any], path: str) -> None:
    answer = terraform.call("ValidateResourceConfig", type_name=TYPE, config={**ARGUMENTS, **config})

    assert [[path]] == [path_of(each) for each in answer.diagnostics]


def test_stop_ends_running_and_later_calls(terraform: Terraform, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("PROVISIONING"))
    aws.fail("ListSessions", error("AccessDeniedException", "no lists"))
    waits = {"session_id": "analytics", "wait_for": ["READY"]}

    async def run() -> list[Any]:
        await terraform.send("ConfigureProvider", config={})
        running = asyncio.ensure_future(terraform.send("ReadDataSource", type_name=TYPE, config=waits))
        await terraform.has_reported.wait()
        await terraform.send("StopProvider")
        return [await running, await terraform.send("ReadDataSource", type_name=TYPE, config=waits)]

    answers = asyncio.run(run())

    assert [[(ERROR, "Interrupted while reading Glue sessions")]] * 2 == [summaries(each) for each in answers]


def test_skip_switch(terraform: Terraform, aws: GlueEndpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    aws.put("analytics", always("STOPPED"))
    monkeypatch.setenv("PULUMI_GLUE_SESSION_SKIP_WAIT", "yes")

    assert "STOPPED" == terraform.create()["status"]
    configured = asyncio.run(terraform.send("ConfigureProvider", config={}))
    assert [(WARNING, "Waiting is skipped")] == summaries(configured)

    monkeypatch.setenv("PULUMI_GLUE_SESSION_SKIP_WAIT", "perhaps")
    refused = asyncio.run(terraform.send("ConfigureProvider", config={}))
    assert [(ERROR, "Invalid value for PULUMI_GLUE_SESSION_SKIP_WAIT")] == summaries(refused)
    assert [] == path_of(refused.diagnostics[0])


def test_schema_names_every_argument_of_the_core(terraform: Terraform) -> None:
    answer = terraform.call("GetProviderSchema")

    assert [TYPE] == [each.key for each in answer.resource_schemas]
    assert {TYPE, "gluesession_sessions"} == {each.key for each in answer.data_source_schemas}
    attributes = {each.name: each for each in answer.resource_schemas[0].value.block.attributes}
    assert attributes["default_arguments"].sensitive
    assert attributes["session_id"].required
    assert ["create", "update"] == [
        each.name for each in answer.resource_schemas[0].value.block.block_types[0].block.attributes
    ]


def test_value_that_terraform_cannot_take_is_a_bug_with_a_clear_error() -> None:
    with pytest.raises(TypeError, match="cannot send a object to Terraform"):
        encode_value({"value": object()})
