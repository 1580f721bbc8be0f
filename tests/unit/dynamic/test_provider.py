"""Methods of the provider that record, called in this process (wire/test_provider_process.py: over gRPC)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pulumi
import pytest
from pulumi.dynamic import Config, ConfigureRequest
from pulumi.output import Unknown
from pulumi.runtime.rpc import wrap_rpc_secret

from pulumi_glue_session.core.messages import ErrorReport
from pulumi_glue_session.core.session import SET_BY_WAITING, Session
from pulumi_glue_session.dynamic import provider as provider_module
from pulumi_glue_session.dynamic.wire_format import OBSERVED, REPLACING
from pulumi_glue_session.provider import GlueSessionProvider

if TYPE_CHECKING:
    from unit.conftest import Boto3

REGION = "eu-west-1"
UNKNOWN: object = Unknown()  # type: ignore[no-untyped-call] # the SDK's own mark of it
READY = Session(status="READY", glue_version="5.0", number_of_workers=2).to_state()
INPUTS = {"session_id": "analytics", "wait_for": ["READY"], "__provider": "pickle"}
STATE = {**INPUTS, "region": REGION, **READY}
ANSWER = {"Session": {"Id": "analytics", "Status": "TIMEOUT", "GlueVersion": "5.0", "NumberOfWorkers": 2}}
TIMED_OUT = {**STATE, "status": "TIMEOUT"}
NO_OBSERVATION = "the observation of the program is missing: create this resource with the class GlueSession"
MESSAGE = "TIMEOUT, will not become READY"
FAILURE = ErrorReport(fact=MESSAGE).to_dict()
INVALID = ErrorReport(fact="not a status").to_dict()


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> GlueSessionProvider:
    """A provider without clients and configuration of an earlier test."""
    monkeypatch.setattr("pulumi_glue_session.dynamic.provider._readers", {})
    monkeypatch.setattr("pulumi_glue_session.dynamic.provider._stack_options", {})
    return GlueSessionProvider()


def configure(provider: GlueSessionProvider, **config: str) -> None:
    provider.configure(ConfigureRequest(Config({f"aws:{key}": value for key, value in config.items()}, "project")))


def failures(provider: GlueSessionProvider, olds: dict[str, Any], news: dict[str, Any]) -> list[tuple[str, str]]:
    """Failures of `check`, without the line breaks of their texts."""
    return [(failure.property, " ".join(failure.reason.split())) for failure in provider.check(olds, news).failures]


def test_tests_leave_no_clients_or_configuration() -> None:
    assert ({}, {}) == (provider_module._readers, provider_module._stack_options)  # noqa: SLF001 - shared by a process


# --- check ---


def test_check_turns_observation_into_inputs(provider: GlueSessionProvider) -> None:
    checked = provider.check(
        {},
        {**INPUTS, OBSERVED: json.dumps({"id": "analytics", "region": REGION, "session": READY, "on_its_way": False})},
    )

    assert STATE == checked.inputs
    assert [] == checked.failures


def test_pending_session_marks_fields_unknown(provider: GlueSessionProvider) -> None:
    provisioning = {**READY, "status": "PROVISIONING"}
    checked = provider.check(
        {},
        {
            **INPUTS,
            OBSERVED: json.dumps({"id": "analytics", "region": REGION, "session": provisioning, "on_its_way": True}),
        },
    )

    assert {**STATE, **dict.fromkeys(SET_BY_WAITING, pulumi.UNKNOWN)} == checked.inputs
    assert [] == checked.failures


def test_unknown_observation_marks_fields_unknown(provider: GlueSessionProvider) -> None:
    """An unknown region would show as a replacement in each preview."""
    checked = provider.check(STATE, {**INPUTS, OBSERVED: UNKNOWN})

    assert {**INPUTS, "region": REGION, **dict.fromkeys(READY, pulumi.UNKNOWN)} == checked.inputs
    assert [] == checked.failures


def test_unknown_observation_keeps_ignored_fields(provider: GlueSessionProvider) -> None:
    checked = provider.check(STATE, {**INPUTS, "status": STATE["status"], OBSERVED: UNKNOWN})

    assert {**INPUTS, "region": REGION, **dict.fromkeys(READY, pulumi.UNKNOWN), "status": "READY"} == checked.inputs


def test_check_marks_default_arguments_secret(provider: GlueSessionProvider) -> None:
    arguments = {"--password": "planted"}
    observed = {"id": "analytics", "region": REGION, "session": {**READY, "default_arguments": arguments}}
    checked = provider.check({}, {**INPUTS, OBSERVED: json.dumps(observed)})

    assert {**STATE, "default_arguments": wrap_rpc_secret(arguments)} == checked.inputs


@pytest.mark.parametrize(
    ("olds", "given", "region"),
    [
        ({}, {}, pulumi.UNKNOWN),
        (STATE, {"region": "us-east-1"}, "us-east-1"),
        ({}, {"region": "us-east-1"}, "us-east-1"),
    ],
)
def test_given_region_wins_over_recorded_one(
    provider: GlueSessionProvider, olds: dict[str, Any], given: dict[str, str], region: str
) -> None:
    assert region == provider.check(olds, {**INPUTS, **given, OBSERVED: UNKNOWN}).inputs["region"]


def test_check_reports_the_failure(provider: GlueSessionProvider) -> None:
    observed = {"region": REGION, "session": {**READY, "status": "TIMEOUT"}, "failure": FAILURE}
    checked = provider.check({}, {**INPUTS, OBSERVED: json.dumps(observed)})

    assert [("", MESSAGE)] == [(failure.property, failure.reason) for failure in checked.failures]
    assert INPUTS == checked.inputs


@pytest.mark.parametrize(
    ("named", "failure"),
    [
        ("wait_for", ("wait_for", "not a status")),
        ("timeout", ("", "timeout: not a status")),
        ("", ("", "not a status")),
    ],
)
def test_check_names_the_invalid_input(provider: GlueSessionProvider, named: str, failure: tuple[str, str]) -> None:
    """Only if it is a property of the record, because the engine prints its value."""
    observed = {"id": "none", "failure": INVALID, "input": named}

    assert [failure] == failures(provider, STATE, {**INPUTS, OBSERVED: json.dumps(observed)})


@pytest.mark.parametrize("value", ["\x1b[31m", ["READY", "<{%boom%}>"], {"name": "\u202e"}, {"\x9b": ""}])
def test_check_does_not_name_inputs_with_control_characters(provider: GlueSessionProvider, value: object) -> None:
    """The engine prints the value unchanged."""
    observed = {"id": "none", "failure": INVALID, "input": "wait_for"}
    expected = [("", "wait_for: not a status")]

    assert expected == failures(provider, STATE, {**INPUTS, "wait_for": value, OBSERVED: json.dumps(observed)})


def test_failure_lists_drift(provider: GlueSessionProvider) -> None:
    """The engine does not show the differences of a resource that fails."""
    changed = {
        **READY,
        "status": "TIMEOUT",
        "number_of_workers": 5,
        "command": {"name": "glueetl", "python_version": "3"},
    }
    expected = (
        f'{MESSAGE} Changed since recorded: status "READY" => "TIMEOUT", number_of_workers 2 => 5, '
        'command {"name": "", "python_version": ""} => {"name": "glueetl", "python_version": "3"}'
    )

    assert [("", expected)] == failures(
        provider, STATE, {**INPUTS, OBSERVED: json.dumps({"session": changed, "failure": FAILURE})}
    )


@pytest.mark.parametrize("another", [{"session_id": "other"}, {"aws": {"profile": "other"}}, {"region": "us-east-1"}])
def test_no_drift_against_another_session(provider: GlueSessionProvider, another: dict[str, Any]) -> None:
    observed = {
        "session": {**READY, "status": "TIMEOUT"},
        "failure": FAILURE,
        "region": another.get("region", STATE["region"]),
    }

    assert [("", MESSAGE)] == failures(provider, STATE, {**INPUTS, **another, OBSERVED: json.dumps(observed)})


def test_drift_is_printable(provider: GlueSessionProvider) -> None:
    """A description is free text of another person."""
    changed = {**READY, "description": "Für die\nNacht \x1b[31m", "max_capacity": 2.5}
    ((_, reason),) = failures(
        provider, STATE, {**INPUTS, OBSERVED: json.dumps({"session": changed, "failure": FAILURE})}
    )

    assert reason.replace("\n", "").isprintable()
    assert reason.startswith(f'{MESSAGE} Changed since recorded: max_capacity 0 => 2.5, description "" => "Für die')


def test_drift_of_a_secret_shows_its_name_only(provider: GlueSessionProvider) -> None:
    observed = json.dumps({"session": {**READY, "default_arguments": {"--password": "planted"}}, "failure": FAILURE})
    expected = f"{MESSAGE} Changed since recorded: default_arguments"

    assert [("", expected)] == failures(provider, STATE, {**INPUTS, OBSERVED: observed})


def test_drift_of_a_value_that_is_not_json(provider: GlueSessionProvider) -> None:
    observed = json.dumps({"session": READY, "failure": FAILURE})
    expected = f'{MESSAGE} Changed since recorded: role "b\'Etl\'" => ""'

    assert [("", expected)] == failures(provider, {**STATE, "role": b"Etl"}, {**INPUTS, OBSERVED: observed})


def test_failure_without_a_read_has_no_drift(provider: GlueSessionProvider) -> None:
    assert [("", MESSAGE)] == failures(provider, STATE, {**INPUTS, OBSERVED: json.dumps({"failure": FAILURE})})


def test_failure_of_an_unchanged_session_has_no_drift(provider: GlueSessionProvider) -> None:
    assert [("", MESSAGE)] == failures(
        provider, STATE, {**INPUTS, OBSERVED: json.dumps({"session": READY, "failure": FAILURE})}
    )


def test_missing_observation_is_refused(provider: GlueSessionProvider) -> None:
    checked = provider.check({}, INPUTS)

    assert [("", NO_OBSERVATION)] == [(failure.property, failure.reason) for failure in checked.failures]
    assert INPUTS == checked.inputs
    cut = {**INPUTS, OBSERVED: '{"id": "analytics", cut'}
    assert [("", NO_OBSERVATION)] == failures(provider, {}, cut)


def test_ignored_observation_is_refused(provider: GlueSessionProvider) -> None:
    expected = (
        'ignore_changes=["*"] also hides the observation of the session, so it cannot be checked: '
        'name the outputs to ignore, for instance ["status"]'
    )

    assert [("", expected)] == failures(provider, STATE, INPUTS)
    assert [("", NO_OBSERVATION)] == failures(provider, STATE, {**INPUTS, OBSERVED: "5"})


def test_ignored_field_keeps_recorded_value(provider: GlueSessionProvider) -> None:
    """The engine sets such an input to its old value before `check`."""
    observed = {
        "id": "analytics",
        "region": REGION,
        "session": {**READY, "status": "STOPPED", "number_of_workers": 9},
        "on_its_way": False,
    }
    held = {**INPUTS, "status": STATE["status"], OBSERVED: json.dumps(observed)}

    assert {**STATE, "number_of_workers": 9} == provider.check(STATE, held).inputs
    assert "STOPPED" == provider.check(STATE, {**held, "status": "MADE UP"}).inputs["status"], (
        "only a recorded value is kept"
    )


def test_record_of_two_sessions_is_refused(provider: GlueSessionProvider) -> None:
    observed = {"id": "analytics", "region": REGION, "session": READY}
    expected = (
        "'analytics' was read, but 'other' would be recorded: "
        "remove session_id from ignore_changes and from transforms, which apply after the session is read"
    )

    checked = provider.check({}, {**INPUTS, "session_id": "other", OBSERVED: json.dumps(observed)})

    assert [("", expected)] == [(failure.property, failure.reason) for failure in checked.failures]
    assert {**INPUTS, "session_id": "other"} == checked.inputs


@pytest.mark.parametrize(
    "observed",
    [
        5,
        "READY",
        [],
        {},
        {"session": READY},
        {"id": "analytics", "region": REGION},
        {"id": 5, "region": REGION, "session": READY},
        {"id": "analytics", "region": 5, "session": READY},
        {"failure": 5},
        {"failure": FAILURE, "input": 5},
        {"failure": FAILURE, "session": 5},
    ],
    ids=str,
)
def test_malformed_observation_is_refused(provider: GlueSessionProvider, observed: object) -> None:
    assert [("", NO_OBSERVATION)] == failures(provider, {}, {**INPUTS, OBSERVED: json.dumps(observed)})


# --- diff ---


@pytest.mark.parametrize(
    "changed",
    [{}, {"status": "TIMEOUT"}, {"status": UNKNOWN}, {"wait_for": ["STOPPED"]}, {"aws": {"max_retries": 3}}],
    ids="".join,
)
def test_diff_is_left_to_the_engine(provider: GlueSessionProvider, changed: dict[str, Any]) -> None:
    """With `changes=None` the engine names each property and honors ignore_changes."""
    diff = provider.diff("analytics", STATE, {**STATE, **changed})

    assert (None, []) == (diff.changes, diff.replaces)


@pytest.mark.parametrize(
    "changed", [{"session_id": "other"}, {"region": "us-east-1"}, {"aws": {"profile": "analysts"}}], ids=str
)
def test_diff_replaces_for_another_session(provider: GlueSessionProvider, changed: dict[str, Any]) -> None:
    diff = provider.diff("analytics", STATE, {**STATE, **changed})

    assert (True, list(changed)) == (diff.changes, diff.replaces)


def test_diff_replaces_when_aws_is_removed(provider: GlueSessionProvider) -> None:
    diff = provider.diff("analytics", {**STATE, "aws": {"profile": "analysts"}}, STATE)

    assert (True, ["aws"]) == (diff.changes, diff.replaces)


def test_replacing_inputs() -> None:
    assert ("session_id", "region", "aws") == REPLACING


# --- create, update, delete ---


def test_create_and_update_record_all_inputs(provider: GlueSessionProvider) -> None:
    created, updated = provider.create(STATE), provider.update("analytics", {}, TIMED_OUT)

    assert ("analytics", STATE) == (created.id, created.outs)
    assert TIMED_OUT == updated.outs


def test_outputs_are_copies(provider: GlueSessionProvider) -> None:
    """The SDK's server changes the dictionary that it receives."""
    assert STATE is not provider.create(STATE).outs
    assert TIMED_OUT is not provider.update("analytics", {}, TIMED_OUT).outs


def test_delete_makes_no_call(provider: GlueSessionProvider, stubbed: Boto3) -> None:
    provider.delete("analytics", STATE)

    assert [] == stubbed.sessions
