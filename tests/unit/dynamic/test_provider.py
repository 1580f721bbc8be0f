"""Methods of the provider that record, called in this process (wire/dynamic/test_process.py: over gRPC)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pulumi
import pytest
from pulumi.runtime.rpc import wrap_rpc_secret

from pulumi_glue_session.core.messages import ErrorReport
from pulumi_glue_session.core.session import SET_BY_WAITING
from pulumi_glue_session.dynamic.failures import AWS_MISMATCH
from pulumi_glue_session.dynamic.wire_format import FAILURE, OBSERVED, PREVIEW_FAILURE, REPLACING, fingerprint
from pulumi_glue_session.provider import GlueSessionProvider
from support.provider_calls import INPUTS, MESSAGE, NO_OBSERVATION, READY, REGION, STATE, TIMED_OUT, UNKNOWN, failures

if TYPE_CHECKING:
    from unit.conftest import Boto3

FAILED = ErrorReport(fact=MESSAGE).to_dict()


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


def failed(olds: dict[str, Any], observed: dict[str, Any], **news: Any) -> dict[str, Any]:
    """Inputs that `check` returns for an observation with a failure."""
    provider = GlueSessionProvider()
    checked = provider.check(olds, {**INPUTS, **news, OBSERVED: json.dumps({"failure": FAILED, **observed})})

    assert [] == checked.failures
    return checked.inputs


def message(olds: dict[str, Any], observed: dict[str, Any], **news: Any) -> str:
    """Message of a preview, without line breaks."""
    return " ".join(failed(olds, observed, **news)[PREVIEW_FAILURE].split())


ENDED = {"id": "analytics", "region": REGION, "session": {**READY, "status": "TIMEOUT"}}


@pytest.mark.parametrize(("is_update", "name"), [(True, FAILURE), (False, PREVIEW_FAILURE)], ids=["up", "preview"])
@pytest.mark.parametrize("olds", [{}, STATE], ids=["new", "recorded"])
def test_failure_comes_with_the_values_that_were_read(olds: dict[str, Any], is_update: bool, name: str) -> None:  # noqa: FBT001
    inputs = failed(olds, {**ENDED, "update": is_update})

    assert inputs.pop(name).startswith(MESSAGE)
    assert TIMED_OUT == inputs


def test_failure_without_a_session_keeps_the_record() -> None:
    """Otherwise every field would show as changed."""
    inputs = failed(STATE, {"region": REGION, "update": True})

    assert MESSAGE == inputs.pop(FAILURE)
    assert STATE == inputs


def test_failure_without_a_session_is_unknown_in_a_preview_only() -> None:
    """The engine refuses unknown values in an up."""
    unknown = {**INPUTS, "region": pulumi.UNKNOWN, **dict.fromkeys(READY, pulumi.UNKNOWN), PREVIEW_FAILURE: MESSAGE}

    assert unknown == failed({}, {})
    assert {**INPUTS, FAILURE: MESSAGE} == failed({}, {"update": True})


@pytest.mark.parametrize("name", ["wait_for", "timeout"])
def test_failure_names_the_invalid_input(name: str) -> None:
    assert f"{name}: {MESSAGE}" == message(STATE, {"id": "none", "input": name})


@pytest.mark.parametrize("failing", [{FAILURE: MESSAGE}, {PREVIEW_FAILURE: MESSAGE}], ids=str)
def test_failed_step_is_never_skipped(provider: GlueSessionProvider, failing: dict[str, Any]) -> None:
    """The engine skips a step without changes."""
    assert provider.diff("analytics", STATE, {**STATE, **failing}).changes


def test_create_and_update_fail_with_the_message(provider: GlueSessionProvider) -> None:
    failing = {**STATE, FAILURE: MESSAGE}
    with pytest.raises(RuntimeError) as create:
        provider.create(failing)
    with pytest.raises(RuntimeError) as update:
        provider.update("analytics", STATE, failing)

    assert [MESSAGE, MESSAGE] == [str(create.value), str(update.value)]


# --- gate="once" ---


def test_drift_of_a_recorded_session_is_accepted() -> None:
    assert TIMED_OUT == failed(STATE, {**ENDED, "drift": True, "update": True})


def test_missing_session_keeps_its_record_if_drift_is_accepted() -> None:
    assert STATE == failed(STATE, {"region": REGION, "drift": True, "update": True})


@pytest.mark.parametrize("another", [{"session_id": "other"}, {"aws": {"profile": "other"}}], ids=str)
def test_drift_of_another_session_fails(another: dict[str, Any]) -> None:
    observed = {**ENDED, "id": another.get("session_id", "analytics"), "drift": True}

    assert MESSAGE == message(STATE, observed, **another)


def test_drift_of_a_session_of_another_account_fails() -> None:
    """The roles show the accounts, also where the credentials come from the environment."""
    ended = {**TIMED_OUT, "role": "arn:aws:iam::210987654321:role/GlueSession"}
    state = {**STATE, "role": "arn:aws:iam::123456789012:role/GlueSession"}

    assert MESSAGE == message(state, {**ENDED, "session": ended, "drift": True})


def test_drift_of_a_new_session_fails() -> None:
    assert MESSAGE == message({}, {**ENDED, "drift": True})


# --- Drift in messages ---


def test_failure_lists_drift() -> None:
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

    assert expected == message(STATE, {**ENDED, "session": changed})


@pytest.mark.parametrize(
    "another", [{"session_id": "other"}, {"aws": {"profile": "other"}}, {"region": "us-east-1"}], ids=str
)
def test_no_drift_against_another_session(another: dict[str, Any]) -> None:
    observed = {**ENDED, "id": another.get("session_id", "analytics"), "region": another.get("region", REGION)}

    assert MESSAGE == message(STATE, observed, **another)


def test_drift_is_printable() -> None:
    """A description is free text of another person."""
    changed = {**READY, "description": "Für die\nNacht \x1b[31m", "max_capacity": 2.5}
    text = message(STATE, {**ENDED, "session": changed})

    assert text.isprintable()
    assert text.startswith(f'{MESSAGE} Changed since recorded: max_capacity 0 => 2.5, description "" => "Für die')


@pytest.mark.parametrize(
    ("name", "value", "declared"),
    [("default_arguments", {"--password": "planted"}, []), ("description", "planted", ["description"])],
)
def test_drift_of_a_secret_shows_its_name_only(name: str, value: object, declared: list[str]) -> None:
    observed = {**ENDED, "session": {**READY, name: value}, "secrets": declared}

    assert f"{MESSAGE} Changed since recorded: {name}" == message(STATE, observed)


def test_drift_of_a_value_that_is_not_json() -> None:
    expected = f'{MESSAGE} Changed since recorded: role "b\'Etl\'" => ""'

    assert expected == message({**STATE, "role": b"Etl"}, {**ENDED, "session": READY})


def test_failure_of_an_unchanged_session_has_no_drift() -> None:
    assert MESSAGE == message(STATE, {**ENDED, "session": READY})


def test_ignored_aws_options_of_another_account_are_refused(provider: GlueSessionProvider) -> None:
    observed = {"id": "analytics", "region": REGION, "session": READY, "aws": fingerprint({"profile": "analysts"})}

    assert [("", AWS_MISMATCH)] == failures(provider, {}, {**INPUTS, OBSERVED: json.dumps(observed)})
    with_profile = {**INPUTS, "aws": {"profile": "analysts", "max_retries": 3.0}, OBSERVED: json.dumps(observed)}
    assert [] == failures(provider, {}, with_profile)


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
        {"failure": FAILED, "input": 5},
        {"failure": FAILED, "session": 5},
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
