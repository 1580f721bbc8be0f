"""Data sources and the provider block, called with the messages that Terraform sends, and a scripted Glue."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest

from pulumi_glue_session.terraform.protocol import ERROR
from pulumi_glue_session.terraform.provider import UNREAD
from pulumi_glue_session.terraform.resource import SessionResource
from pulumi_glue_session.terraform.values import UNKNOWN, conform_to_type, decode_value
from support.glue_endpoint import GlueEndpoint, always, hang, looks, reset
from support.terraform_provider import ARGUMENTS, TYPE, Terraform, path_of, summaries


def test_data_source(terraform: Terraform, aws: GlueEndpoint) -> None:
    fields = {"Role": "GlueSession"}
    aws.put("analytics", always("READY"), session_fields=fields, DefaultArguments={"--password": "planted"})

    state = decode_value(terraform.read(session_id="analytics").state)
    live = decode_value(terraform.read(session_id="analytics", live=True).state)

    assert ("READY", "2", None, "GlueSession", None, "GlueSession") == tuple(
        state[each] for each in ("status", "number_of_workers", "progress", "role", "role_arn", "role_name")
    )
    assert "0" == live["progress"]
    assert {"--password": "planted"} == state["default_arguments"]


def test_data_source_waits_and_reports_progress(terraform: Terraform, aws: GlueEndpoint) -> None:
    aws.put("analytics", looks("PROVISIONING", "PROVISIONING", "READY"))

    answer = terraform.read(session_id="analytics", wait_for=["READY"], timeouts={"read": "1m"})

    assert "READY" == decode_value(answer.state)["status"]
    # The seconds include those of the first read.
    assert re.fullmatch(r"analytics: PROVISIONING, \d+s of at most 1m", terraform.lines[0])


def test_network_failure_after_the_first_read_does_not_end_a_wait(terraform: Terraform, aws: GlueEndpoint) -> None:
    aws.put("analytics", looks("PROVISIONING", "READY"))
    aws.fail("GetSession", reset(), after=1, times=1)

    answer = terraform.read(session_id="analytics", wait_for=["READY"], timeouts={"read": "10m"})

    assert [] == summaries(answer)
    assert "READY" == decode_value(answer.state)["status"]


def test_wait_ends_at_its_timeout_without_an_answer(
    terraform: Terraform, aws: GlueEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pulumi_glue_session.terraform.polling.LAST_READ_SECONDS", 0.1)
    aws.put("analytics", always("READY"))
    terraform.read(session_id="analytics")  # so that the region is known and the client exists
    aws.fail("GetSession", hang(300.0))

    answer = terraform.read(session_id="analytics", wait_for=["READY"], timeouts={"read": "1s"})

    assert [(ERROR, 'No usable answer from Glue: Glue session "analytics" (eu-west-1)')] == summaries(answer)
    assert "Reason: no answer for " in answer.diagnostics[0].detail


def test_data_source_without_a_wait_takes_any_status(terraform: Terraform, aws: GlueEndpoint) -> None:
    aws.put("analytics", always("STOPPED"))

    assert "STOPPED" == decode_value(terraform.read(session_id="analytics", wait_for=[]).state)["status"]


def test_data_source_that_is_missing(terraform: Terraform, aws: GlueEndpoint) -> None:
    for name in ("a-1", "a-2"):
        aws.put(name, always("READY"))

    failed = terraform.read(session_id="analytics")
    [null] = [decode_value(terraform.read(session_id="analytics", on_missing="null").state)]
    none = decode_value(terraform.read(id_prefix="b-", on_missing="null").state)
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

    state = decode_value(answer.state)
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
        ({"token": "planted"}, ["access_key"]),
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


@pytest.mark.parametrize("names", [("access_key", "secret_key"), ("secret_key", "access_key"), ("access_key", "token")])
def test_key_from_a_variable_is_valid(names: tuple[str, str]) -> None:
    """`terraform validate` and the first walk of a plan do not know any variable."""
    config = {"secret_key": UNKNOWN, names[0]: "AKIAPLANTED", names[1]: UNKNOWN}

    assert [] == summaries(Terraform().call("ValidateProviderConfig", config=config))


def test_duration_without_a_unit_is_in_seconds(terraform: Terraform, aws: GlueEndpoint) -> None:
    """A configuration with `read = 600` sends a string."""
    aws.put("analytics", always("READY"))
    role = {"role_arn": "arn:aws:iam::123456789012:role/deploy", "duration": "3600"}

    read = terraform.read(session_id="analytics", timeouts={"read": "600"})
    validated = terraform.call("ValidateProviderConfig", config={"assume_role": [role]})

    assert [] == summaries(read) == summaries(validated)


def test_unknown_provider_block_defers_what_it_can(aws: GlueEndpoint) -> None:
    terraform = Terraform(region=UNKNOWN)
    state = conform_to_type({"session_id": "analytics", "status": "READY"}, SessionResource.block.type)

    planned = terraform.plan(None, dict(ARGUMENTS))
    refreshed = terraform.call("ReadResource", type_name=TYPE, current_state=state)
    replanned = terraform.plan(state, state)
    read = terraform.read(session_id="analytics")
    applied = terraform.call("ApplyResourceChange", type_name=TYPE, prior_state=None, planned_state=state)

    assert UNKNOWN is decode_value(planned.planned_state)["status"]
    assert (state, UNREAD) == (decode_value(refreshed.new_state), refreshed.private)
    assert UNKNOWN is decode_value(replanned.planned_state)["status"]
    assert ["The provider block has values that are known after apply"] == [each.summary for each in read.diagnostics]
    assert 1 == len(applied.diagnostics)
    assert 0 == aws.count()


def test_keys_of_the_provider_block_sign_requests(aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"))

    answer = Terraform(access_key="AKIAPLANTED", secret_key="planted", region="eu-north-1").read(session_id="analytics")

    assert "READY" == decode_value(answer.state)["status"]
    assert "AKIAPLANTED" == (aws.calls[0].credential or "").split("/")[0]
    assert "eu-north-1" == (aws.calls[0].credential or "").split("/")[2]


def test_web_identity_and_endpoint_are_passed_on(aws: GlueEndpoint) -> None:
    aws.put("analytics", always("READY"))
    web_identity = {"role_arn": "arn:aws:iam::123456789012:role/deploy", "web_identity_token_file": "/no/such/token"}

    answer = Terraform(assume_role_with_web_identity=web_identity, endpoints={"glue": aws.url}).read(session_id="a")

    assert ERROR == answer.diagnostics[0].severity
    assert "/no/such/token" in answer.diagnostics[0].detail
