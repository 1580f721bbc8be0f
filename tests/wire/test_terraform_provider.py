"""The provider for Terraform, called with the messages that Terraform sends, and a scripted Glue."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest

from pulumi_glue_session.terraform.attributes import FIELDS
from pulumi_glue_session.terraform.protocol import ERROR, MESSAGES, METHODS, WARNING
from pulumi_glue_session.terraform.provider import UNREAD, GlueSessionProvider
from pulumi_glue_session.terraform.resource import SessionResource
from pulumi_glue_session.terraform.values import UNKNOWN, conform, decode, encode
from support.glue_endpoint import GONE, GlueEndpoint, always, error, looks, step
from support.sts_endpoint import StsEndpoint, denied

TYPE = "gluesession_session"
_ARGUMENTS = {
    "session_id": "analytics",
    "timeouts": None,
    "wait_for": None,
    "expect": None,
    "gate": None,
    "triggers": None,
}


class Terraform:
    """Sends requests to one provider process."""

    def __init__(self, **settings: Any) -> None:
        self.lines: list[str] = []
        self.has_reported = asyncio.Event()
        self.provider = GlueSessionProvider(log=self.log)
        self.settings = settings

    def log(self, _level: str, line: str) -> None:
        """Keep a line of the log."""
        self.lines.append(line)
        self.has_reported.set()

    def call(self, method: str, **fields: Any) -> Any:
        """Answer of one call, after that of ConfigureProvider."""

        async def run() -> Any:
            await self.provider.ConfigureProvider(self.request("ConfigureProvider", config=self.settings))
            return await self.send(method, **fields)

        return asyncio.run(run())

    async def send(self, method: str, **fields: Any) -> Any:
        """Answer of one call."""
        work: Callable[[Any], Awaitable[Any]] = getattr(self.provider, method)
        response = MESSAGES[METHODS[method][1]]
        return response.FromString((await work(self.request(method, **fields))).SerializeToString())

    @staticmethod
    def request(method: str, **fields: Any) -> Any:
        """A request. Mappings and None are encoded as values."""
        encoded = {name: encode(each) if isinstance(each, dict | None) else each for name, each in fields.items()}
        kind = MESSAGES[METHODS[method][0]]
        return kind.FromString(kind(**encoded).SerializeToString())

    def read(self, **config: Any) -> Any:
        """Answer of the data source `gluesession_session`."""
        return self.call("ReadDataSource", type_name=TYPE, config=config)

    def create(self, **arguments: Any) -> dict[str, Any]:
        """State of a resource that was applied."""
        planned = {**_ARGUMENTS, **arguments, **dict.fromkeys((*FIELDS, "region"), UNKNOWN)}
        answer = self.call("ApplyResourceChange", type_name=TYPE, prior_state=None, planned_state=planned)
        assert [] == list(answer.diagnostics)
        state: dict[str, Any] = decode(answer.new_state)
        return state

    def plan(self, prior: dict[str, Any] | None, proposed: dict[str, Any], **fields: Any) -> Any:
        """Answer of PlanResourceChange."""
        return self.call("PlanResourceChange", type_name=TYPE, prior_state=prior, proposed_new_state=proposed, **fields)


@pytest.fixture
def terraform(aws: GlueEndpoint, single_attempt: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Terraform]:  # noqa: ARG001 - their effects are needed
    with StsEndpoint() as sts:
        monkeypatch.setenv("AWS_ENDPOINT_URL_STS", sts.url)
        yield Terraform()


def summaries(answer: Any) -> list[tuple[int, str]]:
    return [(each.severity, each.summary) for each in answer.diagnostics]


def path_of(diagnostic: Any) -> list[str | int]:
    return [step.attribute_name or step.element_key_int for step in diagnostic.attribute.steps]


def test_data_source(terraform: Terraform, aws: GlueEndpoint) -> None:
    fields = {"Role": "GlueSession"}
    aws.put("analytics", always("READY"), session_fields=fields, DefaultArguments={"--password": "planted"})

    state = decode(terraform.read(session_id="analytics").state)
    live = decode(terraform.read(session_id="analytics", live=True).state)

    assert ("READY", 2, None, "GlueSession", None, "GlueSession") == tuple(
        state[each] for each in ("status", "number_of_workers", "progress", "role", "role_arn", "role_name")
    )
    assert 0.0 == live["progress"]
    assert {"--password": "planted"} == state["default_arguments"]


def test_data_source_waits_and_reports_progress(terraform: Terraform, aws: GlueEndpoint) -> None:
    aws.put("analytics", looks("PROVISIONING", "PROVISIONING", "READY"))

    answer = terraform.read(session_id="analytics", wait_for=["READY"], timeouts={"read": "1m"})

    assert "READY" == decode(answer.state)["status"]
    assert "analytics: PROVISIONING, 0s of at most 1m" == terraform.lines[0]


def test_data_source_without_a_wait_takes_any_status(terraform: Terraform, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("STOPPED"))

    assert "STOPPED" == decode(terraform.read(session_id="analytics", wait_for=[]).state)["status"]


def test_data_source_that_is_missing(terraform: Terraform, aws: GlueEndpoint) -> None:
    for name in ("a-1", "a-2"):
        aws.put(name, always("READY"))

    failed = terraform.read(session_id="analytics")
    [null] = [decode(terraform.read(session_id="analytics", on_missing="null").state)]
    none = decode(terraform.read(id_prefix="b-", on_missing="null").state)
    several = terraform.read(id_prefix="a-", on_missing="null")

    assert [(ERROR, 'Not found: Glue session "analytics" (eu-west-1)')] == summaries(failed)
    assert ["session_id"] == path_of(failed.diagnostics[0])
    assert ("analytics", None) == (null["session_id"], null["status"])
    assert None is none["session_id"]
    assert [(ERROR, "2 Glue sessions match id_prefix a- (eu-west-1)")] == summaries(several)
    assert ["id_prefix"] == path_of(several.diagnostics[0])


def test_sessions_newest_first(terraform: Terraform, aws: GlueEndpoint) -> None:
    for name in ("b", "a"):
        aws.put(name, always("READY"))

    answer = terraform.call("ReadDataSource", type_name="gluesession_sessions", config={"statuses": ["READY"]})

    state = decode(answer.state)
    assert ["a", "b"] == state["ids"]
    assert ["a", "b"] == [each["session_id"] for each in state["sessions"]]
    assert "default_arguments" not in state["sessions"][0]


@pytest.mark.parametrize(
    ("config", "path"),
    [
        ({"session_id": None, "tags": {}}, ["session_id"]),
        ({"session_id": ""}, ["session_id"]),
        ({"session_id": "a", "statuses": ["READY"]}, ["statuses"]),
        ({"session_id": "a", "wait_for": ["NEVER"]}, ["wait_for"]),
        ({"session_id": "a", "expect": {"status": "READY"}}, ["expect"]),
        ({"session_id": "a", "expect": {"number_of_workers": "many"}}, ["expect"]),
        ({"session_id": "a", "expect": {"connections": "["}}, ["expect"]),
        ({"session_id": "a", "on_missing": "none"}, ["on_missing"]),
        ({"session_id": "a", "timeouts": {"read": "soon"}}, ["timeouts", "read"]),
    ],
)
def test_invalid_arguments_of_a_data_source(
    terraform: Terraform, aws: GlueEndpoint, config: dict[str, Any], path: list[str]
) -> None:
    validated = terraform.call("ValidateDataResourceConfig", type_name=TYPE, config=config)
    read = terraform.read(**config)

    assert [path] == [path_of(each) for each in validated.diagnostics]
    assert [path] == [path_of(each) for each in read.diagnostics]
    assert 0 == aws.count()


def test_unknown_arguments_are_valid(terraform: Terraform) -> None:
    for config in (
        {"session_id": UNKNOWN, "id_prefix": UNKNOWN},
        {"session_id": None, "tags": UNKNOWN},
        {"session_id": "a", "tags": UNKNOWN, "wait_for": [UNKNOWN], "expect": {"role": UNKNOWN}, "on_missing": UNKNOWN},
    ):
        assert [] == summaries(terraform.call("ValidateDataResourceConfig", type_name=TYPE, config=config))


def test_expected_values_are_read_by_the_type_of_the_attribute(terraform: Terraform, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"), Connections={"Connections": ["jdbc"]})
    expect = {
        "glue_version": ">= 4.0",
        "number_of_workers": ">=2",
        "worker_type": "G.1X",
        "connections": '["jdbc"]',
        "role": None,
    }

    fine = terraform.read(session_id="analytics", expect=expect)
    wrong = terraform.read(session_id="analytics", expect={"number_of_workers": "3"})

    assert [] == summaries(fine)
    assert [(ERROR, 'Not as expected: Glue session "analytics" (eu-west-1)')] == summaries(wrong)
    assert "number_of_workers: expected 3.0, found 2" in wrong.diagnostics[0].detail
    assert ["expect"] == path_of(wrong.diagnostics[0])


@pytest.mark.parametrize(
    ("config", "path"),
    [
        ({"max_retries": 99}, ["max_retries"]),
        ({"access_key": "AKIAPLANTED"}, ["secret_key"]),
        ({"assume_role": [{"role_arn": "deploy"}]}, ["assume_role", 0, "role_arn"]),
        ({"endpoints": {"glue": "nowhere"}}, ["endpoints", "glue"]),
    ],
)
def test_invalid_provider_block(config: dict[str, Any], path: list[str | int]) -> None:
    terraform = Terraform()

    validated = terraform.call("ValidateProviderConfig", config=config)
    configured = asyncio.run(terraform.send("ConfigureProvider", config=config))

    assert [path] == [path_of(each) for each in validated.diagnostics]
    assert [path] == [path_of(each) for each in configured.diagnostics]


def test_unknown_provider_block_defers_what_it_can(aws: GlueEndpoint) -> None:
    terraform = Terraform(region=UNKNOWN)
    state = conform({"session_id": "analytics", "status": "READY"}, SessionResource.block.type)

    planned = terraform.plan(None, dict(_ARGUMENTS))
    refreshed = terraform.call("ReadResource", type_name=TYPE, current_state=state)
    replanned = terraform.plan(state, state)
    read = terraform.read(session_id="analytics")
    applied = terraform.call("ApplyResourceChange", type_name=TYPE, prior_state=None, planned_state=state)

    assert UNKNOWN is decode(planned.planned_state)["status"]
    assert (state, UNREAD) == (decode(refreshed.new_state), refreshed.private)
    assert UNKNOWN is decode(replanned.planned_state)["status"]
    assert ["The provider block has values that are known after apply"] == [each.summary for each in read.diagnostics]
    assert 1 == len(applied.diagnostics)
    assert 0 == aws.count()


def test_keys_of_the_provider_block_sign_requests(aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"))

    answer = Terraform(access_key="AKIAPLANTED", secret_key="planted", region="eu-north-1").read(session_id="analytics")

    assert "READY" == decode(answer.state)["status"]
    assert "AKIAPLANTED" == (aws.calls[0].credential or "").split("/")[0]
    assert "eu-north-1" == (aws.calls[0].credential or "").split("/")[2]


def test_web_identity_and_endpoint_are_passed_on(aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"))
    web_identity = {"role_arn": "arn:aws:iam::123456789012:role/deploy", "web_identity_token_file": "/no/such/token"}

    answer = Terraform(assume_role_with_web_identity=web_identity, endpoints={"glue": aws.url}).read(session_id="a")

    assert ERROR == answer.diagnostics[0].severity
    assert "/no/such/token" in answer.diagnostics[0].detail


def test_resource_is_recorded_and_then_stable(terraform: Terraform, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"))

    first = terraform.plan(None, dict(_ARGUMENTS))
    state = terraform.create()
    refreshed = terraform.call("ReadResource", type_name=TYPE, current_state=state)
    again = terraform.plan(state, state, prior_private=refreshed.private)

    assert UNKNOWN is decode(first.planned_state)["glue_version"]
    assert [] == summaries(first)
    assert ("READY", "5.0") == (state["status"], state["glue_version"])
    assert state == decode(refreshed.new_state) == decode(again.planned_state)
    assert b"" == refreshed.private


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

    planned = decode(terraform.plan(state, state).planned_state)
    once = decode(terraform.plan(state, {**state, "gate": "once"}).planned_state)

    assert unknown == {name for name, value in planned.items() if value is UNKNOWN}
    assert status == once["status"]


def test_plan_warns_and_apply_fails(terraform: Terraform, aws: GlueEndpoint) -> None:
    aws.put("analytics", always(step("FAILED", ErrorMessage="no more addresses")))
    message = 'FAILED, will not become READY: Glue session "analytics" (eu-west-1)'

    planned = terraform.plan(None, dict(_ARGUMENTS))
    applied = terraform.call(
        "ApplyResourceChange", type_name=TYPE, prior_state=None, planned_state=decode(planned.planned_state)
    )

    assert [(WARNING, message)] == summaries(planned)
    assert [(ERROR, message)] == summaries(applied)
    assert None is decode(applied.new_state)
    assert "Glue says: no more addresses" in applied.diagnostics[0].detail
    assert "set wait_for = []" in applied.diagnostics[0].detail


def test_changed_condition_is_checked_in_the_next_apply(terraform: Terraform, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"))
    state = terraform.create()
    timeouts = {"create": "5m", "update": None}

    for change in ({"triggers": {"release": "2"}}, {"wait_for": ["READY", "STOPPED"]}, {"expect": {"role": UNKNOWN}}):
        assert UNKNOWN is decode(terraform.plan(state, {**state, **change}).planned_state)["status"]
    planned = decode(terraform.plan(state, {**state, "timeouts": timeouts}).planned_state)
    reads = aws.count()
    applied = terraform.call("ApplyResourceChange", type_name=TYPE, prior_state=state, planned_state=planned)

    assert ("READY", timeouts) == (planned["status"], decode(applied.new_state)["timeouts"])
    assert reads == aws.count()


def test_values_of_the_plan_hold_or_the_apply_fails(terraform: Terraform, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"))
    state = {**terraform.create(), "status": "TIMEOUT"}
    planned = decode(terraform.plan(state, state).planned_state)

    aws.put("analytics", always("READY"), NumberOfWorkers=10)
    applied = terraform.call("ApplyResourceChange", type_name=TYPE, prior_state=state, planned_state=planned)

    assert [(ERROR, 'Changed since the plan: Glue session "analytics"')] == summaries(applied)
    assert "number_of_workers 2 => 10" in applied.diagnostics[0].detail
    assert state == decode(applied.new_state)


def test_refresh_of_a_session_that_is_gone(terraform: Terraform, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"))
    state = terraform.create()
    aws.put("analytics", always(GONE))

    gone = terraform.call("ReadResource", type_name=TYPE, current_state=state)
    kept = terraform.call("ReadResource", type_name=TYPE, current_state={**state, "gate": "once"})

    assert None is decode(gone.new_state)
    assert "READY" == decode(kept.new_state)["status"]
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

    assert (state, UNREAD) == (decode(kept.new_state), kept.private)
    assert {WARNING} == {severity for severity, _ in summaries(kept)}
    if account is not None:
        assert "Credentials: account 210987654321" in kept.diagnostics[0].detail


def test_refused_refresh_keeps_the_record_and_leaves_it_to_the_apply(terraform: Terraform, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"))
    state = terraform.create()
    aws.fail("*", error("AccessDeniedException", "not for you"))

    refreshed = terraform.call("ReadResource", type_name=TYPE, current_state=state)
    planned = terraform.plan(state, state, prior_private=refreshed.private)
    imported = terraform.call(
        "ReadResource",
        type_name=TYPE,
        current_state=conform({"session_id": "analytics"}, ["object", dict.fromkeys(state, "string")]),
    )

    assert (state, UNREAD) == (decode(refreshed.new_state), refreshed.private)
    assert [(WARNING, 'Access denied: Glue session "analytics" (eu-west-1)')] == summaries(refreshed)
    assert UNKNOWN is decode(planned.planned_state)["status"]
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
    assert moved == decode(refreshed.new_state) == decode(gone.new_state)


def test_delete_import_and_upgrade(terraform: Terraform, aws: GlueEndpoint) -> None:
    state = {"session_id": "analytics", "status": "READY", "no_longer_there": 1}

    deleted = terraform.call("ApplyResourceChange", type_name=TYPE, prior_state=state, planned_state=None)
    planned = terraform.call("PlanResourceChange", type_name=TYPE, prior_state=state, proposed_new_state=None)
    imported = terraform.call("ImportResourceState", type_name=TYPE, id="analytics")
    refused = terraform.call("ImportResourceState", type_name=TYPE, id="")
    raw = MESSAGES["RawState"](json=json.dumps(state).encode())
    upgraded = terraform.call("UpgradeResourceState", type_name=TYPE, version=0, raw_state=raw)

    assert None is decode(deleted.new_state)
    assert None is decode(planned.planned_state)
    assert "analytics" == decode(imported.imported_resources[0].state)["session_id"]
    assert ["session_id"] == path_of(refused.diagnostics[0])
    assert ("READY", None) == (decode(upgraded.upgraded_state)["status"], decode(upgraded.upgraded_state)["triggers"])
    assert "no_longer_there" not in decode(upgraded.upgraded_state)
    assert 0 == aws.count()


@pytest.mark.parametrize(("config", "path"), [({"session_id": ""}, "session_id"), ({"gate": "never"}, "gate")])
def test_invalid_arguments_of_the_resource(terraform: Terraform, config: dict[str, Any], path: str) -> None:
    answer = terraform.call("ValidateResourceConfig", type_name=TYPE, config={**_ARGUMENTS, **config})

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
        encode({"value": object()})
