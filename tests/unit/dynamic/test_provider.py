"""The provider's methods, called in this process. What they are on the wire is in wire/test_provider_process.py."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn

import pulumi
import pytest
from pulumi.dynamic import Config, ConfigureRequest
from pulumi.output import Unknown
from pulumi.runtime.rpc import wrap_rpc_secret

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
NO_OBSERVATION = "no observation came with it: construct it with GlueSession"
SENTENCE = 'Glue session "analytics" in eu-west-1 is TIMEOUT and will not become READY.'


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> GlueSessionProvider:
    """A provider as in a process of its own: without clients and configuration of an earlier test."""
    monkeypatch.setattr("pulumi_glue_session.dynamic.provider._finders", {})
    monkeypatch.setattr("pulumi_glue_session.dynamic.provider._config", {})
    return GlueSessionProvider()


def configure(provider: GlueSessionProvider, **config: str) -> None:
    provider.configure(ConfigureRequest(Config({f"aws:{key}": value for key, value in config.items()}, "project")))


def failures(provider: GlueSessionProvider, olds: dict[str, Any], news: dict[str, Any]) -> list[tuple[str, str]]:
    return [(failure.property, failure.reason) for failure in provider.check(olds, news).failures]


def test_a_process_begins_without_clients_and_configuration() -> None:
    """As each other test is left: whatever one keeps is its own."""
    assert ({}, {}) == (provider_module._finders, provider_module._config)  # noqa: SLF001 - they are what a process shares


# --- check ---


def test_check_spreads_what_was_observed_over_the_inputs(provider: GlueSessionProvider) -> None:
    """So the engine itself compares each of them with what was recorded."""
    checked = provider.check(
        {}, {**INPUTS, OBSERVED: json.dumps({"id": "analytics", "region": REGION, "session": READY, "on_its_way": False})}
    )

    assert STATE == checked.inputs
    assert [] == checked.failures


def test_check_leaves_open_what_the_wait_will_change(provider: GlueSessionProvider) -> None:
    provisioning = {**READY, "status": "PROVISIONING"}
    checked = provider.check(
        {}, {**INPUTS, OBSERVED: json.dumps({"id": "analytics", "region": REGION, "session": provisioning, "on_its_way": True})}
    )

    assert {**STATE, **dict.fromkeys(SET_BY_WAITING, pulumi.UNKNOWN)} == checked.inputs
    assert [] == checked.failures


def test_check_of_what_could_not_be_asked_yet_leaves_every_field_open_but_the_region(provider: GlueSessionProvider) -> None:
    """An unknown region would announce a replacement in each preview."""
    checked = provider.check(STATE, {**INPUTS, OBSERVED: UNKNOWN})

    assert {**INPUTS, "region": REGION, **dict.fromkeys(READY, pulumi.UNKNOWN)} == checked.inputs
    assert [] == checked.failures


def test_check_of_what_could_not_be_asked_yet_leaves_what_ignore_changes_holds(provider: GlueSessionProvider) -> None:
    checked = provider.check(STATE, {**INPUTS, "status": STATE["status"], OBSERVED: UNKNOWN})

    assert {**INPUTS, "region": REGION, **dict.fromkeys(READY, pulumi.UNKNOWN), "status": "READY"} == checked.inputs


def test_check_keeps_what_may_be_secret_as_a_secret(provider: GlueSessionProvider) -> None:
    arguments = {"--password": "planted"}
    observed = {"id": "analytics", "region": REGION, "session": {**READY, "default_arguments": arguments}}
    checked = provider.check({}, {**INPUTS, OBSERVED: json.dumps(observed)})

    assert {**STATE, "default_arguments": wrap_rpc_secret(arguments)} == checked.inputs


@pytest.mark.parametrize(
    ("olds", "given", "region"),
    [({}, {}, pulumi.UNKNOWN), (STATE, {"region": "us-east-1"}, "us-east-1"), ({}, {"region": "us-east-1"}, "us-east-1")],
)
def test_check_takes_the_region_that_is_given_before_the_recorded_one(
    provider: GlueSessionProvider, olds: dict[str, Any], given: dict[str, str], region: str
) -> None:
    assert region == provider.check(olds, {**INPUTS, **given, OBSERVED: UNKNOWN}).inputs["region"]


def test_check_fails_with_what_the_program_found(provider: GlueSessionProvider) -> None:
    observed = {"region": REGION, "session": {**READY, "status": "TIMEOUT"}, "failure": SENTENCE}
    checked = provider.check({}, {**INPUTS, OBSERVED: json.dumps(observed)})

    assert [("", SENTENCE)] == [(failure.property, failure.reason) for failure in checked.failures]
    assert INPUTS == checked.inputs


@pytest.mark.parametrize(
    ("named", "failure"),
    [("wait_for", ("wait_for", "is no status")), ("timeout", ("", "timeout: is no status")), ("", ("", "is no status"))],
)
def test_check_names_the_input_that_is_wrong(provider: GlueSessionProvider, named: str, failure: tuple[str, str]) -> None:
    """By its property only where the record has it: the engine would print a value that isn't there."""
    observed = {"id": "none", "failure": "is no status", "input": named}

    assert [failure] == failures(provider, STATE, {**INPUTS, OBSERVED: json.dumps(observed)})


@pytest.mark.parametrize("value", ["\x1b[31m", ["READY", "<{%boom%}>"], {"name": "\u202e"}, {"\x9b": ""}])
def test_check_names_no_input_whose_value_could_steer_a_terminal(provider: GlueSessionProvider, value: object) -> None:
    """The engine would print it as it is."""
    observed = {"id": "none", "failure": "is no status", "input": "wait_for"}
    expected = [("", "wait_for: is no status")]

    assert expected == failures(provider, STATE, {**INPUTS, "wait_for": value, OBSERVED: json.dumps(observed)})


def test_a_failure_tells_what_changed_since_the_session_was_recorded(provider: GlueSessionProvider) -> None:
    """The engine shows no differences of a resource that fails."""
    changed = {**READY, "status": "TIMEOUT", "number_of_workers": 5, "command": {"name": "glueetl", "python_version": "3"}}
    expected = (
        f'{SENTENCE} Changed since it was recorded: status "READY" => "TIMEOUT", number_of_workers 2 => 5, '
        'command {"name": "", "python_version": ""} => {"name": "glueetl", "python_version": "3"}.'
    )

    assert [("", expected)] == failures(provider, STATE, {**INPUTS, OBSERVED: json.dumps({"session": changed, "failure": SENTENCE})})


@pytest.mark.parametrize("another", [{"session_id": "other"}, {"aws": {"profile": "other"}}, {"region": "us-east-1"}])
def test_another_session_than_the_recorded_one_has_not_changed(provider: GlueSessionProvider, another: dict[str, Any]) -> None:
    observed = {"session": {**READY, "status": "TIMEOUT"}, "failure": SENTENCE, "region": another.get("region", STATE["region"])}

    assert [("", SENTENCE)] == failures(provider, STATE, {**INPUTS, **another, OBSERVED: json.dumps(observed)})


def test_what_changed_is_told_on_one_line_and_in_the_letters_that_it_has(provider: GlueSessionProvider) -> None:
    """A description is free text, of whoever created the session."""
    changed = {**READY, "description": "Für die\nNacht \x1b[31m", "max_capacity": 2.5}
    ((_, reason),) = failures(provider, STATE, {**INPUTS, OBSERVED: json.dumps({"session": changed, "failure": SENTENCE})})

    assert reason.isprintable()
    assert reason.startswith(f'{SENTENCE} Changed since it was recorded: max_capacity 0 => 2.5, description "" => "Für die')


def test_of_what_may_be_secret_only_the_name_is_told(provider: GlueSessionProvider) -> None:
    observed = json.dumps({"session": {**READY, "default_arguments": {"--password": "planted"}}, "failure": SENTENCE})
    expected = f"{SENTENCE} Changed since it was recorded: default_arguments."

    assert [("", expected)] == failures(provider, STATE, {**INPUTS, OBSERVED: observed})


def test_a_recorded_value_that_is_no_json_is_told_as_it_is(provider: GlueSessionProvider) -> None:
    observed = json.dumps({"session": READY, "failure": SENTENCE})
    expected = f'{SENTENCE} Changed since it was recorded: role "b\'Etl\'" => "".'

    assert [("", expected)] == failures(provider, {**STATE, "role": b"Etl"}, {**INPUTS, OBSERVED: observed})


def test_a_failure_without_a_look_tells_of_no_change(provider: GlueSessionProvider) -> None:
    assert [("", SENTENCE)] == failures(provider, STATE, {**INPUTS, OBSERVED: json.dumps({"failure": SENTENCE})})


def test_a_failure_of_a_session_that_is_as_it_was_tells_of_no_change(provider: GlueSessionProvider) -> None:
    assert [("", SENTENCE)] == failures(provider, STATE, {**INPUTS, OBSERVED: json.dumps({"session": READY, "failure": SENTENCE})})


def test_check_refuses_a_resource_that_nobody_observed_for(provider: GlueSessionProvider) -> None:
    checked = provider.check({}, INPUTS)

    assert [("", NO_OBSERVATION)] == [(failure.property, failure.reason) for failure in checked.failures]
    assert INPUTS == checked.inputs
    cut = {**INPUTS, OBSERVED: '{"id": "analytics", cut'}
    assert [("", NO_OBSERVATION)] == failures(provider, {}, cut), "nor one whose text is none of ours"


def test_check_tells_what_hides_an_observation_that_was_there_before(provider: GlueSessionProvider) -> None:
    expected = (
        'ignore_changes=["*"] hides what was observed, so that its gate can\'t be judged: name the outputs to ignore, as in ["status"]'
    )

    assert [("", expected)] == failures(provider, STATE, INPUTS)
    assert [("", NO_OBSERVATION)] == failures(provider, STATE, {**INPUTS, OBSERVED: "5"})


# --- diff ---


@pytest.mark.parametrize(
    "changed",
    [{}, {"status": "TIMEOUT"}, {"status": UNKNOWN}, {"wait_for": ["STOPPED"]}, {"aws": {"max_retries": 3}}],
    ids="".join,
)
def test_diff_leaves_the_comparison_to_the_engine(provider: GlueSessionProvider, changed: dict[str, Any]) -> None:
    """`changes=None`: only so the engine names each property and honours ignore_changes."""
    diff = provider.diff("analytics", STATE, {**STATE, **changed})

    assert (None, []) == (diff.changes, diff.replaces)


@pytest.mark.parametrize("changed", [{"session_id": "other"}, {"region": "us-east-1"}, {"aws": {"profile": "analysts"}}], ids=str)
def test_diff_replaces_the_record_when_another_session_is_meant(provider: GlueSessionProvider, changed: dict[str, Any]) -> None:
    diff = provider.diff("analytics", STATE, {**STATE, **changed})

    assert (True, list(changed)) == (diff.changes, diff.replaces)


def test_diff_replaces_the_record_when_its_account_is_no_longer_named(provider: GlueSessionProvider) -> None:
    diff = provider.diff("analytics", {**STATE, "aws": {"profile": "analysts"}}, STATE)

    assert (True, ["aws"]) == (diff.changes, diff.replaces)


def test_everything_that_replaces_is_an_input() -> None:
    assert ("session_id", "region", "aws") == REPLACING


# --- create, update, delete ---


def test_create_and_update_record_everything(provider: GlueSessionProvider) -> None:
    created, updated = provider.create(STATE), provider.update("analytics", {}, TIMED_OUT)

    assert ("analytics", STATE) == (created.id, created.outs)
    assert TIMED_OUT == updated.outs


def test_what_is_recorded_is_a_copy(provider: GlueSessionProvider) -> None:
    """The SDK's server writes into what it gets back."""
    assert STATE is not provider.create(STATE).outs
    assert TIMED_OUT is not provider.update("analytics", {}, TIMED_OUT).outs


def test_delete_asks_nobody(provider: GlueSessionProvider, stubbed: Boto3) -> None:
    provider.delete("analytics", STATE)

    assert [] == stubbed.sessions


# --- read ---


def test_read_gives_the_session_as_it_is_now_as_state_and_inputs(provider: GlueSessionProvider, stubbed: Boto3) -> None:
    """Inputs too: refresh and preview then agree on what has changed."""
    stubbed.stub.add_response("get_session", ANSWER, {"Id": "analytics"})
    read = provider.read("analytics", STATE)

    assert ("analytics", TIMED_OUT, TIMED_OUT) == (read.id, read.outs, read.inputs)
    assert read.outs is not read.inputs


def test_the_first_read_gives_every_field(provider: GlueSessionProvider, stubbed: Boto3) -> None:
    """Also those that the program didn't name: its `None`s never arrive."""
    stubbed.stub.add_response("get_session", ANSWER, {"Id": "analytics"})

    read = provider.read("analytics", INPUTS)

    assert ("analytics", TIMED_OUT | {"__read": True}, None) == (read.id, read.outs, read.inputs)


def test_refresh_of_a_read_session_leaves_its_inputs_as_the_program_gave_them(provider: GlueSessionProvider, stubbed: Boto3) -> None:
    """Else the next read, with the program's few inputs, would show every field as gone."""
    stubbed.stub.add_response("get_session", ANSWER, {"Id": "analytics"})
    read = provider.read("analytics", STATE | {"__read": True})

    assert (TIMED_OUT | {"__read": True}, None) == (read.outs, read.inputs)


def test_a_field_that_ignore_changes_holds_keeps_its_recorded_value(provider: GlueSessionProvider) -> None:
    """The engine gives such an input its old value before it asks; what nobody holds is as observed."""
    observed = {"id": "analytics", "region": REGION, "session": {**READY, "status": "STOPPED", "number_of_workers": 9}, "on_its_way": False}
    held = {**INPUTS, "status": STATE["status"], OBSERVED: json.dumps(observed)}

    assert {**STATE, "number_of_workers": 9} == provider.check(STATE, held).inputs
    assert "STOPPED" == provider.check(STATE, {**held, "status": "MADE UP"}).inputs["status"], "only what was recorded can be held"


def test_a_record_never_mixes_two_sessions(provider: GlueSessionProvider) -> None:
    observed = {"id": "analytics", "region": REGION, "session": READY}
    expected = (
        "'analytics' was observed, and 'other' would be recorded: "
        "take session_id out of ignore_changes and of transforms, since they come after the session was read"
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
        {"failure": SENTENCE, "input": 5},
        {"failure": SENTENCE, "session": 5},
    ],
    ids=str,
)
def test_an_observation_that_is_none_is_refused(provider: GlueSessionProvider, observed: object) -> None:
    assert [("", NO_OBSERVATION)] == failures(provider, {}, {**INPUTS, OBSERVED: json.dumps(observed)})


def test_a_read_that_the_program_has_just_seen_asks_nobody(provider: GlueSessionProvider) -> None:
    observed = json.dumps({"id": "analytics", "region": REGION, "session": READY, "on_its_way": False})
    read = provider.read("analytics", {**INPUTS, OBSERVED: observed})

    assert (STATE | {"__read": True}, None) == (read.outs, read.inputs)


def test_refresh_of_a_session_that_is_gone_gives_an_empty_id(provider: GlueSessionProvider, stubbed: Boto3) -> None:
    stubbed.stub.add_client_error("get_session", "EntityNotFoundException")
    read = provider.read("analytics", STATE)

    assert ("", {}) == (read.id, read.outs)


def test_the_first_read_of_a_session_that_is_gone_fails(provider: GlueSessionProvider, stubbed: Boto3) -> None:
    """The engine takes an empty id of a first read for a success."""
    stubbed.stub.add_client_error("get_session", "EntityNotFoundException")

    with pytest.raises(RuntimeError) as caught:
        provider.read("analytics", INPUTS)

    assert (
        'Glue session "analytics" was not found in eu-west-1: '
        "create it, or correct session_id, the region or the account that is asked, and run again."
    ) == str(caught.value)


def test_a_refused_read_fails(provider: GlueSessionProvider, stubbed: Boto3) -> None:
    stubbed.stub.add_client_error("get_session", "InvalidInputException", "No")

    with pytest.raises(RuntimeError) as caught:
        provider.read("analytics", STATE)

    assert (
        'Glue session "analytics" in eu-west-1 could not be read: Glue refused the request (InvalidInputException: No); '
        "correct what its answer names and run again."
    ) == str(caught.value)


def test_a_read_with_a_wrong_option_names_it(provider: GlueSessionProvider) -> None:
    with pytest.raises(RuntimeError) as caught:
        provider.read("analytics", {**STATE, "aws": {"max_retries": -1}})

    assert "aws.max_retries: Invalid number of retries -1: use a whole number from 0 to 50" == str(caught.value)


def test_a_read_whose_gate_cannot_be_passed_fails_and_asks_nobody(provider: GlueSessionProvider, stubbed: Boto3) -> None:
    with pytest.raises(RuntimeError) as caught:
        provider.read("analytics", {**INPUTS, OBSERVED: json.dumps({"failure": SENTENCE})})

    assert SENTENCE == str(caught.value)
    assert [] == stubbed.sessions


class Context:
    """As much of a gRPC call's context as the SDK's server uses."""

    def __init__(self) -> None:
        self.sent: list[tuple[Any, str]] = []
        self.abort: Callable[[Any, str], NoReturn] = self._abort

    def _abort(self, code: object, details: str) -> NoReturn:
        self.sent.append((code, details))
        raise RuntimeError("aborted")


def test_a_server_that_would_send_a_traceback_sends_the_sentence(provider: GlueSessionProvider) -> None:
    """As the SDK's does since 3.261."""

    def serve(context: Context) -> None:
        try:
            provider.read("analytics", {**INPUTS, OBSERVED: json.dumps({"failure": SENTENCE})})
        except RuntimeError:
            context.abort("UNKNOWN", "Traceback (most recent call last): ...")

    call = Context()
    with pytest.raises(RuntimeError, match="aborted"):
        serve(call)

    assert [("UNKNOWN", SENTENCE)] == call.sent


def test_a_local_variable_that_only_has_the_name_of_a_context_does_no_harm(provider: GlueSessionProvider) -> None:
    def serve(context: object) -> object:
        provider.read("analytics", {**INPUTS, OBSERVED: json.dumps({"failure": SENTENCE})})
        return context

    with pytest.raises(RuntimeError) as caught:
        serve("some other context")

    assert SENTENCE == str(caught.value)


# --- Who asks ---


@pytest.mark.parametrize(
    ("config", "props", "expected"),
    [
        ({}, {}, {"region_name": None, "profile_name": None}),
        ({"region": "us-east-1", "profile": "ci"}, {}, {"region_name": "us-east-1", "profile_name": "ci"}),
        (
            {"region": "us-east-1", "profile": "ci"},
            {"region": "ap-south-1", "aws": {"profile": "analysts"}},
            {"region_name": "ap-south-1", "profile_name": "analysts"},
        ),
        ({"region": "", "profile": ""}, {"region": ""}, {"region_name": None, "profile_name": None}),
    ],
)
def test_read_asks_as_the_state_says_else_as_the_stack_is_configured(
    provider: GlueSessionProvider,
    stubbed: Boto3,
    monkeypatch: pytest.MonkeyPatch,
    config: dict[str, str],
    props: dict[str, Any],
    expected: dict[str, str],
) -> None:
    monkeypatch.delenv("AWS_REGION", raising=False)
    configure(provider, **config)
    stubbed.stub.add_response("get_session", ANSWER)
    provider.read("analytics", {**INPUTS, **props})

    assert [expected] == stubbed.sessions


def test_read_asks_the_endpoint_that_the_state_names(provider: GlueSessionProvider, stubbed: Boto3) -> None:
    stubbed.stub.add_response("get_session", ANSWER)
    provider.read("analytics", {**STATE, "aws": {"endpoint_url": "http://localhost:5000"}})

    assert ["http://localhost:5000"] == [each["endpoint_url"] for each in stubbed.clients]


def test_the_end_of_a_process_that_has_read_collects_garbage_once_and_lets_all_else_be(
    provider: GlueSessionProvider, stubbed: Boto3, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else Python walks over all that boto3 has loaded again and again, while the engine waits for that end."""
    at_the_end: list[Callable[[], None]] = []
    monkeypatch.setattr("atexit.register", at_the_end.append)
    for _ in range(2):
        stubbed.stub.add_response("get_session", ANSWER)
    provider.read("analytics", STATE)
    provider.read("analytics", {**STATE, "aws": {"profile": "analysts"}})
    done: list[str] = []
    monkeypatch.setattr("gc.collect", lambda: done.append("collect"))
    monkeypatch.setattr("gc.freeze", lambda: done.append("freeze"))
    for leave in at_the_end:
        leave()

    assert ["collect", "freeze"] == done


def test_reads_for_one_caller_share_a_client(provider: GlueSessionProvider, stubbed: Boto3) -> None:
    for _ in range(3):
        stubbed.stub.add_response("get_session", ANSWER)
    provider.read("analytics", STATE)
    provider.read("analytics", STATE)
    provider.read("analytics", {**STATE, "aws": {"profile": "analysts"}})

    assert [None, "analysts"] == [each["profile_name"] for each in stubbed.sessions]


def test_a_process_that_asks_is_told_once_how_to_leave(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would walk over all that boto3 has loaded, and the engine waits for its end."""
    told: list[object] = []
    monkeypatch.setattr("atexit.register", told.append)

    for region in ("eu-west-1", "eu-west-1", "us-east-1"):
        provider_module._finder({"region": region})  # noqa: SLF001 - what a read begins with

    assert [provider_module._leave] == told  # noqa: SLF001 - the same
